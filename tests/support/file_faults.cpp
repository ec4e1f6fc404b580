// Preloaded into a program under test: counts what it does to files, and goes wrong at the N-th of these
// calls.
//   VERSOIR_FAULT=kill:N     SIGKILL before the N-th call: every place between two steps can be tried
//   VERSOIR_FAULT=full:N     from the N-th call on, whatever needs room fails with ENOSPC
//   VERSOIR_FAULT=broken:N   from the N-th call on, whatever writes or syncs fails with EIO
//   VERSOIR_FAULT=slow:MS    each fsync takes that many milliseconds more
//   VERSOIR_FAULT_COUNT=FILE the number of calls so far, kept in the first eight bytes, however the program
//   ends
// Counted: writes to files (not to the terminal), truncations, syncs, renames, removals, new folders.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace {

/// In a file where one is named, so that it outlives a program that is killed.
std::atomic<long>& calls() {
  static std::atomic<long> own{0};
  static auto* const counter = [] {
    const char* name = std::getenv("VERSOIR_FAULT_COUNT");
    const int fd = name ? open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (fd < 0 || posix_fallocate(fd, 0, sizeof own) != 0) return &own;
    void* place = mmap(nullptr, sizeof own, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return place == MAP_FAILED ? &own : static_cast<std::atomic<long>*>(place);
  }();
  return *counter;
}
enum class Kind { none, kill, full, broken, slow };
struct Fault {
  Kind kind = Kind::none;
  long at = 0;
};

Fault wanted() {
  static const Fault fault = [] {
    const char* text = std::getenv("VERSOIR_FAULT");
    const char* colon = text ? std::strchr(text, ':') : nullptr;
    if (!colon) return Fault{};
    const auto is = [&](const char* name) {
      return std::strncmp(text, name, static_cast<std::size_t>(colon - text)) == 0;
    };
    const Kind kind = is("kill")     ? Kind::kill
                      : is("full")   ? Kind::full
                      : is("broken") ? Kind::broken
                      : is("slow")   ? Kind::slow
                                     : Kind::none;
    return Fault{kind, std::atol(colon + 1)};
  }();
  return fault;
}

enum class Does { write, sync, name };

/// 0, or the errno with which the call must fail.
int before(Does what) {
  const long n = ++calls();
  const auto fault = wanted();
  if (fault.kind == Kind::slow) {
    if (what == Does::sync) usleep(static_cast<useconds_t>(fault.at) * 1000);
    return 0;
  }
  if (fault.kind == Kind::none || n < fault.at) return 0;
  if (fault.kind == Kind::kill) raise(SIGKILL);
  if (fault.kind == Kind::full) return what == Does::write ? ENOSPC : 0;
  return what == Does::name ? 0 : EIO;
}

bool is_file(int fd) {
  struct stat s {};
  return fd > 2 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode);
}

template <typename Call>
Call next(const char* name) {
  return reinterpret_cast<Call>(dlsym(RTLD_NEXT, name));
}

}  // namespace

#define FAULTY(result, name, does, when, parameters, arguments) \
  extern "C" result name parameters {                           \
    static const auto real = next<result(*) parameters>(#name); \
    if (const int code = (when) ? before(Does::does) : 0) {     \
      errno = code;                                             \
      return -1;                                                \
    }                                                           \
    return real arguments;                                      \
  }

FAULTY(ssize_t, write, write, is_file(fd), (int fd, const void* bytes, size_t size), (fd, bytes, size))
FAULTY(ssize_t, writev, write, is_file(fd), (int fd, const iovec* parts, int count), (fd, parts, count))
FAULTY(ssize_t, pwrite, write, is_file(fd), (int fd, const void* bytes, size_t size, off_t at),
       (fd, bytes, size, at))
FAULTY(ssize_t, pwrite64, write, is_file(fd), (int fd, const void* bytes, size_t size, off64_t at),
       (fd, bytes, size, at))
FAULTY(int, ftruncate, write, true, (int fd, off_t size), (fd, size))
FAULTY(int, ftruncate64, write, true, (int fd, off64_t size), (fd, size))
FAULTY(int, fsync, sync, true, (int fd), (fd))
FAULTY(int, fdatasync, sync, true, (int fd), (fd))
extern "C" {
int rename(const char* from, const char* to) noexcept {
  static const auto real = next<int (*)(const char*, const char*)>("rename");
  before(Does::name);
  return real(from, to);
}
int renameat2(int a, const char* from, int b, const char* to, unsigned flags) noexcept {
  static const auto real = next<int (*)(int, const char*, int, const char*, unsigned)>("renameat2");
  before(Does::name);
  return real(a, from, b, to, flags);
}
int unlink(const char* path) noexcept {
  static const auto real = next<int (*)(const char*)>("unlink");
  before(Does::name);
  return real(path);
}
int remove(const char* path) noexcept {
  static const auto real = next<int (*)(const char*)>("remove");
  before(Does::name);
  return real(path);
}
int unlinkat(int dir, const char* path, int flags) noexcept {
  static const auto real = next<int (*)(int, const char*, int)>("unlinkat");
  before(Does::name);
  return real(dir, path, flags);
}
int mkdir(const char* path, mode_t mode) noexcept {
  static const auto real = next<int (*)(const char*, mode_t)>("mkdir");
  if (const int code = before(Does::write)) {
    errno = code;
    return -1;
  }
  return real(path, mode);
}
}
