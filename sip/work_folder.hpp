// Private to sip: a folder in which something is made before it is published, under a name that tells what it
// is.
#pragma once
#include <filesystem>
#include <system_error>
#include <utility>

namespace versoir::sip {

/// Emptied of what a crash left, gone with its content at the end. The name holds a dot: no identifier has
/// one.
class WorkFolder {
 public:
  explicit WorkFolder(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  ~WorkFolder() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace versoir::sip
