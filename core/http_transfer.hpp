// What one transfer of libcurl reads, writes and keeps. Private to the HTTP client.
#pragma once
#include "core/http_client.hpp"

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string_view>

namespace versoir::core {

/// What the callbacks of one transfer share. No exception crosses libcurl: it is kept in `failure`.
class Transfer {
 public:
  /// Both must outlive it.
  Transfer(const HttpRequest& r, CURL* curl) : request(r), curl_(curl) {}

  const HttpRequest& request;
  HttpResponse response;
  std::uint64_t sent = 0;
  bool too_large = false;  ///< the answer, beyond the limit of the request
  std::exception_ptr failure;

  // The callbacks of libcurl; `self` is the transfer.
  static std::size_t on_read(char* to, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* from, std::size_t size, std::size_t count, void* self);
  static std::size_t on_header(char* from, std::size_t size, std::size_t count, void* self);

 private:
  void header_line(std::string_view line);
  [[nodiscard]] bool streams() const;
  CURL* curl_;
  std::uint64_t received_ = 0;
};

}  // namespace versoir::core
