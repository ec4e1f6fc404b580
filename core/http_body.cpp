// The body of a request on its way in: memory, then a file of the spool.
#include "core/http_body.hpp"

#include "core/error.hpp"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace versoir::core {

IncomingBody::IncomingBody(const std::filesystem::path& spool, std::atomic<std::uint64_t>& counter,
                           bool to_file)
    : spool_(spool), counter_(counter) {
  if (to_file && can_spool()) open_file();
}
IncomingBody::~IncomingBody() {
  if (path_.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);  // gone already when the handler moved it
}

bool IncomingBody::add(std::string_view piece) {
  if (path_.empty() && memory_.size() + piece.size() > memory_most) {
    if (!can_spool()) return false;
    open_file();
    write(memory_);
    memory_ = {};
  }
  if (path_.empty())
    memory_ += piece;
  else
    write(piece);
  return true;
}

void IncomingBody::hand_over(ServerRequest& request) {
  file_ = UniqueFd();
  request.body = std::move(memory_);
  request.body_file = path_;
}

void IncomingBody::open_file() {
  const auto name = "body-" + std::to_string(::getpid()) + '-' + std::to_string(++counter_);
  path_ = spool_ / name;
  file_ = UniqueFd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file_) {
    const std::string failed = path_.string();
    path_.clear();
    throw_errno("create", failed);
  }
}

void IncomingBody::write(std::string_view piece) {
  while (!piece.empty()) {
    const ssize_t n = ::write(file_.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("write", path_.string());
    piece.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace versoir::core
