// Durable writes: temporary name, fsync, rename, fsync of the folder.
#include "core/file.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace versoir::core {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t flush_threshold = 1u << 18;

fs::path parent_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

}  // namespace

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0) {
      if (errno == EINTR) continue;
      throw_errno("write", path.string());
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

UniqueFd& UniqueFd::operator=(UniqueFd&& o) noexcept {
  if (this != &o) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = o.release();
  }
  return *this;
}
UniqueFd::~UniqueFd() {
  if (fd_ >= 0) ::close(fd_);
}
int UniqueFd::release() noexcept { return std::exchange(fd_, -1); }

namespace {

/// The names between the slashes; none when one of them is empty, or leads up or nowhere.
std::vector<std::string> steps_of(std::string_view name) {
  std::vector<std::string> steps;
  if (name.find('\0') != std::string_view::npos) return steps;
  for (std::size_t at = 0; at <= name.size();) {
    const auto slash = std::min(name.find('/', at), name.size());
    steps.emplace_back(name.substr(at, slash - at));
    if (steps.back().empty() || steps.back() == "." || steps.back() == "..") return {};
    at = slash + 1;
  }
  return steps;
}

}  // namespace

UniqueFd open_beneath(const fs::path& folder, std::string_view name) {
  const auto steps = steps_of(name);
  if (steps.empty())
    throw Error(Exit::disk,
                msg("\"{0}\" is not the name of a file in the folder {1}.", name, folder.string()));
  UniqueFd at(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!at) throw_errno("open", folder.string());
  auto path = folder;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    path /= steps[i];
    const bool last = i + 1 == steps.size();
    // A pipe without a writer must not hold us up.
    const int kind = last ? O_NONBLOCK : O_DIRECTORY;
    UniqueFd next(::openat(at.get(), steps[i].c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind));
    if (!next) {
      struct stat st {};
      const int why = errno;
      if (::fstatat(at.get(), steps[i].c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode))
        throw Error(Exit::disk, msg("{0} is a symbolic link: it is not followed.", path.string()));
      errno = why;
      throw_errno("open", path.string());
    }
    at = std::move(next);
  }
  struct stat st {};
  if (::fstat(at.get(), &st) != 0) throw_errno("stat", path.string());
  if (!S_ISREG(st.st_mode)) throw Error(Exit::disk, msg("{0} is not a file.", path.string()));
  return at;
}

UniqueFd open_read(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) throw_errno("open", path.string());
  struct stat st {};
  if (::fstat(fd.get(), &st) == 0 && S_ISDIR(st.st_mode)) {
    errno = EISDIR;
    throw_errno("open", path.string());
  }
  return fd;
}

std::string read_file(const fs::path& path, std::uint64_t limit) {
  const UniqueFd fd = open_read(path);
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const auto n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", path.string());
    if (n == 0) return bytes;
    if (bytes.size() + static_cast<std::size_t>(n) > limit)
      throw Error(Exit::disk,
                  msg("{0} is larger than the {1} bytes that are read at once.", path.string(), limit));
    bytes.append(buffer, static_cast<std::size_t>(n));
  }
}

void write_file(const fs::path& path, std::string_view bytes, unsigned mode) {
  AtomicFile file(path, mode);
  file.write(bytes);
  file.commit();
}

AtomicFile::AtomicFile(fs::path path, unsigned mode) : path_(std::move(path)), partial_(path_) {
  partial_ += ".partial";
  // What a crash left behind is removed, not reused: its mode or its target, if a link, are not ours.
  ::unlink(partial_.c_str());
  fd_ = UniqueFd(::open(partial_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!fd_) throw_errno("create", partial_.string());
}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(partial_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  buffer_.append(bytes);
  written_ += bytes.size();
  if (buffer_.size() >= flush_threshold) flush();
}

void AtomicFile::flush() {
  write_all(fd_.get(), buffer_, path_);
  buffer_.clear();
}

void AtomicFile::commit() {
  flush();
  if (::fsync(fd_.get()) != 0) throw_errno("fsync", path_.string());
  struct stat written {
  }, named{};
  if (::fstat(fd_.get(), &written) != 0 || ::stat(partial_.c_str(), &named) != 0)
    throw_errno("stat", partial_.string());
  if (written.st_ino != named.st_ino || written.st_dev != named.st_dev) {
    committed_ = true;  // the temporary file is the other writer's: it is not ours to remove
    throw Error(Exit::disk, msg("{0}: another program is writing this file.", path_.string()));
  }
  if (::close(fd_.release()) != 0) throw_errno("close", path_.string());
  if (::rename(partial_.c_str(), path_.c_str()) != 0) throw_errno("rename", path_.string());
  committed_ = true;
  sync_directory(parent_of(path_));
}

namespace {

/// Whether the file that is open is still the one of that name.
bool is_named(int fd, const fs::path& path) noexcept {
  struct stat mine {
  }, named{};
  return ::fstat(fd, &mine) == 0 && ::stat(path.c_str(), &named) == 0 && mine.st_ino == named.st_ino &&
         mine.st_dev == named.st_dev;
}

}  // namespace

FileLock::FileLock(FileLock&& other) noexcept
    : fd_(std::move(other.fd_)), beside_(std::exchange(other.beside_, {})) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  if (this != &other) {
    release();
    fd_ = std::move(other.fd_);
    beside_ = std::exchange(other.beside_, {});
  }
  return *this;
}

void FileLock::release() noexcept {
  // Only who is alone takes the file away: another that waits for it then looks again, in try_lock().
  if (fd_ && !beside_.empty() && ::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0 && is_named(fd_.get(), beside_))
    ::unlink(beside_.c_str());
  beside_.clear();
  fd_ = UniqueFd();
}

std::optional<FileLock> FileLock::try_lock(const fs::path& path) {
  return try_lock(path, Sharing::exclusive);
}

std::optional<FileLock> FileLock::try_lock(const fs::path& path, Sharing sharing) {
  const int how = sharing == Sharing::shared ? LOCK_SH : LOCK_EX;
  for (;;) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd) throw_errno("open", path.string());
    if (::flock(fd.get(), how | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return std::nullopt;
      if (errno == EINTR) continue;
      throw_errno("lock", path.string());
    }
    // The file may have been renamed or removed by whoever held the lock before us.
    if (is_named(fd.get(), path)) return FileLock(std::move(fd));
  }
}

std::optional<FileLock> FileLock::try_lock_folder(const fs::path& folder, Sharing sharing) {
  auto name = folder.has_filename() ? folder : folder.parent_path();  // "lots/a/" is "lots/a"
  name += ".lock";
  auto lock = try_lock(name, sharing);
  if (lock) lock->beside_ = std::move(name);
  return lock;
}

void publish_file(const fs::path& from, const fs::path& to) {
  {
    const UniqueFd fd = open_read(from);
    if (::fsync(fd.get()) != 0) throw_errno("fsync", from.string());
  }
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("rename", to.string());
  sync_directory(parent_of(to));
}

void publish_folder(const fs::path& from, const fs::path& to) {
  sync_directory(from);
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE) != 0) {
    if (errno == ENOENT) {
      if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("rename", to.string());
    } else if (errno == EINVAL || errno == ENOSYS) {
      // NFS cannot exchange. Between two renames there is no folder for a moment; a refusal puts the old
      // back.
      const auto before = from.string() + ".before";
      if (::rename(to.c_str(), before.c_str()) != 0) throw_errno("rename", to.string());
      if (::rename(from.c_str(), to.c_str()) != 0) {
        const int why = errno;
        static_cast<void>(::rename(before.c_str(), to.c_str()));
        errno = why;
        throw_errno("rename", to.string());
      }
      if (::rename(before.c_str(), from.c_str()) != 0) throw_errno("rename", from.string());
    } else {
      throw_errno("rename", to.string());
    }
  }
  sync_directory(parent_of(to));
}

void sync_directory(const fs::path& dir) {
  const UniqueFd fd(::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw_errno("open", dir.string());
  // Some file systems refuse fsync on a folder; the rename is then as durable as they make it.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) throw_errno("fsync", dir.string());
}

TemporaryDirectory::TemporaryDirectory(const fs::path& parent) {
  std::string pattern = ((parent.empty() ? fs::temp_directory_path() : parent) / "versoir.XXXXXX").string();
  if (!::mkdtemp(pattern.data())) throw_errno("mkdtemp", pattern);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ec;
  fs::remove_all(path_, ec);
}

}  // namespace versoir::core
