// See spool.hpp.
#include "sip/spool.hpp"

#include "core/error.hpp"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace versoir::sip {

namespace fs = std::filesystem;

namespace {
constexpr std::size_t spool_buffer = 256 * 1024;
}

Spool::Spool(const fs::path& folder, std::string_view stem) {
  std::string pattern = (folder / stem).string() + "-XXXXXX";
  fd_ = core::UniqueFd(::mkostemp(pattern.data(), O_CLOEXEC));
  if (!fd_) core::throw_errno("create", pattern);
  path_ = pattern;
  buffer_.reserve(spool_buffer);
}

Spool::~Spool() {
  std::error_code ignored;
  fs::remove(path_, ignored);
}

void Spool::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() > spool_buffer) flush();
  if (bytes.size() >= spool_buffer) {
    core::write_all(fd_.get(), bytes, path_);
  } else {
    buffer_ += bytes;
  }
}

void Spool::replay(core::ByteSink& to) {
  flush();
  if (::lseek(fd_.get(), 0, SEEK_SET) < 0) core::throw_errno("read", path_.string());
  buffer_.resize(spool_buffer);
  for (;;) {
    const auto n = ::read(fd_.get(), buffer_.data(), buffer_.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) core::throw_errno("read", path_.string());
    if (n == 0) break;
    to.write({buffer_.data(), static_cast<std::size_t>(n)});
  }
  buffer_.clear();
}

void Spool::flush() {
  core::write_all(fd_.get(), buffer_, path_);
  buffer_.clear();
}

}  // namespace versoir::sip
