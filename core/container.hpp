// Containers as VITAM's stream reader sees them (libarchive).
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
