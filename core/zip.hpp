// Containers: a reproducible zip writer (libzip) and a reader that sees what VITAM's stream reader sees
// (libarchive).
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

/// Writes a zip whose bytes depend only on names, contents and options: fixed DOS time, entries in the order
/// given, sizes in the local headers (libarchive 3.6 puts a data descriptor on stored entries, which VITAM's
/// reader skips).
class ZipWriter {
 public:
  enum class Method { store, deflate };
  explicit ZipWriter(const std::filesystem::path& path);  ///< written under <path>.partial until commit()
  ~ZipWriter();
  ZipWriter(const ZipWriter&) = delete;
  ZipWriter& operator=(const ZipWriter&) = delete;
  /// A slice of a file, read at commit(): the file must stay until then.
  void add_slice(std::string_view name, const std::filesystem::path& file, std::uint64_t offset,
                 std::uint64_t length, Method method = Method::deflate);
  void add_bytes(std::string_view name, std::string bytes, Method method = Method::deflate);
  /// Writes everything, fsyncs, renames. `progress(fraction)` may be empty.
  void commit(const std::function<void(double)>& progress = {});

 private:
  struct State;
  std::unique_ptr<State> s_;
};

/// What a container is, from its bytes (VITAM never looks at the file name).
enum class Container { zip, tar, tar_gzip, tar_bzip2, other };

struct Entry {
  std::string path;        ///< as written in the archive
  std::uint64_t size = 0;  ///< as declared before the content, 0 when it is not: read() counts the real bytes
  bool directory = false;
  bool readable = true;  ///< false: encrypted, unsupported method, or stored with a data descriptor
};

/// Streams a zip, tar, tar.gz or tar.bz2 in archive order.
class ContainerReader {
 public:
  explicit ContainerReader(const std::filesystem::path& path);
  ~ContainerReader();
  [[nodiscard]] Container kind() const noexcept;
  /// Next entry, false at the end. Throws Error(Exit::sip_unreadable) on a damaged archive.
  bool next(Entry& entry);
  /// Streams the content of the current entry; stops with Error(Exit::sip_unreadable) past `limit` bytes
  /// (declared sizes are not believed) or on a bad CRC.
  void read(const std::function<void(std::string_view)>& consume, std::uint64_t limit = 64ull << 30);

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::core
