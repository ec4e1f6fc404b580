// Finding the parts of a journal, and reading over their borders.
#include "trust/journal_files.hpp"

#include "core/error.hpp"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

namespace versoir::trust {

namespace fs = std::filesystem;

namespace {

struct stat state_of(int fd, const fs::path& file) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) core::throw_errno("stat", file.string());
  return st;
}

}  // namespace

fs::path journal_part(const fs::path& journal, int k) {
  auto part = journal;
  part += ".part-" + std::to_string(k);
  return part;
}

JournalFiles::JournalFiles(const fs::path& file) : JournalFiles(file, core::open_read(file)) {}

JournalFiles::JournalFiles(const fs::path& file, core::UniqueFd current)
    : file_(file), current_(std::move(current)) {
  find_parts();
}

void JournalFiles::find_parts() {
  const auto own = state_of(current_.get(), file_);
  for (;; ++next_part_) {
    const auto path = journal_part(file_, next_part_);
    if (!fs::exists(path)) return;
    Part part{core::open_read(path), closed_bytes_, 0, 0, 0};
    const auto st = state_of(part.fd.get(), path);
    // A rotation since this file was opened closed it, or a crash came before the new one took its name: it
    // is the last one that counts here.
    if (st.st_dev == own.st_dev && st.st_ino == own.st_ino) return;
    part.size = static_cast<std::uint64_t>(st.st_size);
    part.device = st.st_dev;
    part.number = st.st_ino;
    closed_bytes_ += part.size;
    closed_.push_back(std::move(part));
  }
}

std::size_t JournalFiles::read(char* to, std::size_t most, std::uint64_t at) const {
  int fd = current_.get();
  auto offset = at >= closed_bytes_ ? at - closed_bytes_ : 0;
  for (const auto& part : closed_)
    if (at >= part.begin && at < part.begin + part.size) {
      fd = part.fd.get();
      offset = at - part.begin;
    }
  for (;;) {
    const ssize_t n = ::pread(fd, to, most, static_cast<off_t>(offset));
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) core::throw_errno("read", file_.string());
  }
}

bool JournalFiles::holds(dev_t device, ino_t number) const {
  const auto own = state_of(current_.get(), file_);
  if (own.st_dev == device && own.st_ino == number) return true;
  for (const auto& part : closed_)
    if (part.device == device && part.number == number) return true;
  return false;
}

}  // namespace versoir::trust
