// See http_transfer.hpp.
#include "core/http_transfer.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <cerrno>
#include <unistd.h>

namespace versoir::core {

std::size_t Transfer::on_read(char* to, std::size_t size, std::size_t count, void* self) {
  auto& t = *static_cast<Transfer*>(self);
  try {
    ssize_t n = 0;
    do n = ::read(t.request.body_fd, to, size * count);
    while (n < 0 && errno == EINTR);
    if (n < 0) throw_errno("read", "the file being sent");
    // Before the piece is given to libcurl: a caller who throws here keeps it from leaving.
    if (t.request.on_sent) t.request.on_sent({to, static_cast<std::size_t>(n)});
    t.sent += static_cast<std::uint64_t>(n);
    return static_cast<std::size_t>(n);
  } catch (...) {
    t.failure = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

/// Only what was asked for: the words of a refusal are no part of the file that is being received.
bool Transfer::streams() const {
  if (!request.on_received) return false;
  long status = 0;
  curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
  return status >= 200 && status < 300;
}

std::size_t Transfer::on_write(char* from, std::size_t size, std::size_t count, void* self) {
  auto& t = *static_cast<Transfer*>(self);
  try {
    t.received_ += size * count;
    t.too_large = t.received_ > t.request.response_limit;
    if (t.too_large) return 0;
    if (t.streams())
      t.request.on_received({from, size * count});
    else
      t.response.body.append(from, size * count);
    return size * count;
  } catch (...) {
    t.failure = std::current_exception();
    return 0;
  }
}

std::size_t Transfer::on_header(char* from, std::size_t size, std::size_t count, void* self) {
  auto& t = *static_cast<Transfer*>(self);
  try {
    t.header_line({from, size * count});
    return size * count;
  } catch (...) {
    t.failure = std::current_exception();
    return 0;
  }
}

void Transfer::header_line(std::string_view line) {
  if (line.starts_with("HTTP/")) response.headers.clear();  // a new status: forget those of a 100
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string& value = response.headers[std::string(line.substr(0, colon))];
  if (!value.empty()) value += ", ";
  value += trim(line.substr(colon + 1));
}

}  // namespace versoir::core
