// A zip read through its central directory: entries by name, in any order, streamed.
#pragma once
#include "core/error.hpp"
#include "core/file.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

struct ZipEntry {
  std::string name;                    ///< as written
  std::uint64_t offset = 0;            ///< of its local header, from the start of the file
  std::uint64_t size = 0, packed = 0;  ///< as the central directory says
  std::uint32_t crc = 0;
  std::uint16_t method = 0, flags = 0;
  [[nodiscard]] bool folder() const noexcept { return name.ends_with('/'); }
  [[nodiscard]] bool encrypted() const noexcept { return (flags & 1) != 0; }
};

/// Local headers are not believed but for the place where the content begins: producers leave sizes and flags
/// there that are wrong. Reading an entry stops with an error as soon as the content is not what the central
/// directory says: longer, shorter, another CRC, damaged.
/// Used by several threads at once; each ZipContent by one.
class ZipArchive {
 public:
  /// Throws Error(Exit::disk) when it cannot be opened, Error(code) when it is no zip or its directory is
  /// damaged or lies about itself. Entries that overlap are refused: a few bytes would be unpacked many
  /// times.
  ZipArchive(const std::filesystem::path& path, Exit code);
  ~ZipArchive();
  ZipArchive(ZipArchive&&) noexcept;

  [[nodiscard]] const std::filesystem::path& path() const noexcept;
  [[nodiscard]] std::uint64_t file_size() const noexcept;
  [[nodiscard]] const std::vector<ZipEntry>& entries() const noexcept;  ///< in the order of the directory
  /// The last entry of that name (as unpacking it all would leave it); null when there is none.
  [[nodiscard]] const ZipEntry* find(std::string_view name) const;
  /// The whole content; Error(code) above `limit` bytes.
  [[nodiscard]] std::string read(const ZipEntry& entry, std::uint64_t limit) const;
  /// Gives the bytes [0, end) of the file itself.
  void read_raw(std::uint64_t end, ByteSink& to) const;

 private:
  friend class ZipContent;
  struct State;
  std::unique_ptr<State> s_;
};

/// The content of one entry, from its start. The archive must outlive it.
class ZipContent {
 public:
  /// Throws Error(code of the archive) for an encrypted entry, another method than store and deflate, and a
  /// size that no content of this length can have.
  ZipContent(const ZipArchive& archive, const ZipEntry& entry);
  ~ZipContent();
  ZipContent(ZipContent&&) noexcept;
  /// The bytes that come next, 0 at the end, when length and CRC were found right.
  std::size_t read(char* to, std::size_t room);

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::core
