// Files that are whole or absent: temporary name, fsync, rename.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace versoir::core {

/// Owns a file descriptor.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& o) noexcept : fd_(o.release()) {}
  UniqueFd& operator=(UniqueFd&& o) noexcept;
  ~UniqueFd();
  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept;
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Opens for reading (O_CLOEXEC). Throws Error(Exit::disk) naming the file.
[[nodiscard]] UniqueFd open_read(const std::filesystem::path& path);

/// Opens for reading a regular file that a list of someone else names: `name` is relative to `folder`, with
/// slashes, and leads nowhere else. No symbolic link is followed under `folder`, nothing but a file is
/// opened. Throws Error(Exit::disk) that says which of these fails.
[[nodiscard]] UniqueFd open_beneath(const std::filesystem::path& folder, std::string_view name);

/// The whole file as bytes; refuses more than `limit` bytes. Throws Error(Exit::disk).
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::uint64_t limit = 256u << 20);

/// Replaces `path` with `bytes` in one step: readers see the old or the new content, never half of it.
void write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);

/// A file being written under `<path>.partial`; commit() makes it durable and renames it, otherwise the
/// destructor removes it. Errors (full disk included) are Error(Exit::disk).
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path, unsigned mode = 0644);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  void write(std::string_view bytes);  ///< buffered
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
  void commit();

 private:
  void flush();
  std::filesystem::path path_, partial_;
  UniqueFd fd_;
  std::string buffer_;
  std::uint64_t written_ = 0;
  bool committed_ = false;
};

/// Writes them all to an open file; `path` names it in the Error(Exit::disk).
void write_all(int fd, std::string_view bytes, const std::filesystem::path& path);

/// An advisory lock, held until destruction, however the process ends. It is flock(2) on a file open for
/// writing, which NFS hands on to its server: it holds between machines that share a folder.
class FileLock {
 public:
  enum class Sharing { exclusive, shared };
  FileLock() = default;
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock() { release(); }
  /// On the file itself, which is made (mode 0600) when it does not exist. nullopt when another holds it.
  /// Throws Error(Exit::disk).
  [[nodiscard]] static std::optional<FileLock> try_lock(const std::filesystem::path& path);
  /// On a folder, which need not exist, through the file `<folder>.lock` beside it: a folder itself cannot be
  /// opened for writing. The file goes away with its last holder.
  [[nodiscard]] static std::optional<FileLock> try_lock_folder(const std::filesystem::path& folder,
                                                               Sharing sharing = Sharing::exclusive);

 private:
  explicit FileLock(UniqueFd fd) noexcept : fd_(std::move(fd)) {}
  static std::optional<FileLock> try_lock(const std::filesystem::path& path, Sharing sharing);
  void release() noexcept;
  UniqueFd fd_;
  std::filesystem::path beside_;  ///< the file that goes away, "" when it is not the lock's own
};

/// fsync of a file that someone else wrote (SQLite) and of its folder, then rename.
void publish_file(const std::filesystem::path& from, const std::filesystem::path& to);
void sync_directory(const std::filesystem::path& dir);
/// The same with a folder whose files are durable already. In the place of a folder that is there: readers
/// find the old or the new one, never none, and the old one then stands at `from`.
void publish_folder(const std::filesystem::path& from, const std::filesystem::path& to);

/// A folder of its own, removed with its content by the destructor.
class TemporaryDirectory {
 public:
  /// Created inside `parent` (default: the system's temporary folder).
  explicit TemporaryDirectory(const std::filesystem::path& parent = {});
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

/// Where bytes go: a file, a buffer, a hash. The writers of XML, CSV and HTML write to one of these.
class ByteSink {
 public:
  virtual ~ByteSink() = default;
  virtual void write(std::string_view bytes) = 0;
};
class StringSink final : public ByteSink {
 public:
  void write(std::string_view bytes) override { text.append(bytes); }
  std::string text;
};
class FileSink final : public ByteSink {
 public:
  explicit FileSink(AtomicFile& file) : file_(file) {}
  void write(std::string_view bytes) override { file_.write(bytes); }

 private:
  AtomicFile& file_;
};

}  // namespace versoir::core
