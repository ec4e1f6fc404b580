// Streams of an OLE2 compound file (MS-CFB), read within limits: old office documents, Outlook messages.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versoir::core {

/// Bytes at an offset of a seekable source: fewer than asked at its end.
using ReadAt = std::function<std::string(std::uint64_t offset, std::size_t length)>;

/// The directory of a compound file. A damaged or looping file gives fewer streams, never an endless walk.
class Ole2File {
 public:
  struct Stream {
    std::string
        path;  ///< storages and name joined by '/', without the control character some names begin with
    std::uint64_t size = 0;
    std::uint32_t first_sector = 0;
  };
  /// nullopt when it is no compound file.
  static std::optional<Ole2File> open(ReadAt read);

  [[nodiscard]] const std::vector<Stream>& streams() const noexcept { return streams_; }
  /// At most the first `limit` bytes.
  [[nodiscard]] std::string content(const Stream& stream, std::size_t limit) const;

 private:
  explicit Ole2File(ReadAt read) : read_(std::move(read)) {}
  [[nodiscard]] std::string sector(std::uint32_t index) const;
  [[nodiscard]] std::uint32_t next_sector(std::uint32_t index) const;
  [[nodiscard]] std::string chain(std::uint32_t first, std::size_t limit) const;
  void read_fat();
  void read_directory(std::uint32_t first);

  ReadAt read_;
  std::size_t sector_size_ = 512, mini_size_ = 64, mini_cutoff_ = 4096;
  std::string header_;
  std::vector<std::uint32_t> fat_sectors_, mini_fat_;
  std::string mini_stream_;
  std::vector<Stream> streams_;
};

}  // namespace versoir::core
