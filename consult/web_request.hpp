// A request as the pages read it: path, query, form and cookies, decoded once.
#pragma once
#include "core/http_server.hpp"

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace versoir::consult {

/// What a person can send in one field; longer ones make the request malformed.
inline constexpr std::size_t longest_web_field = 2000;

struct WebRequest {
  std::string method, path;
  std::map<std::string, std::string, std::less<>> query, form, cookies;
  core::Headers headers;

  /// "" when absent. Of the form for a POST, else of the query, so that the door and the page behind it read
  /// the same.
  [[nodiscard]] std::string get(std::string_view name) const;
  [[nodiscard]] std::string header(std::string_view name) const;
  /// A whole number of the query between 0 and `most`; `fallback` when absent or anything else.
  [[nodiscard]] std::size_t number(std::string_view name, std::size_t most, std::size_t fallback = 0) const;
};

/// nullopt when malformed: a target that is no path, a wrong %XX, text that is not UTF-8 or holds controls, a
/// field that comes twice or is too long.
[[nodiscard]] std::optional<WebRequest> read_web_request(const core::ServerRequest& request);

/// "/sheet?app=apogee&key=%5B12%5D". Empty values are left out.
[[nodiscard]] std::string web_link(std::string_view path,
                                   std::initializer_list<std::pair<std::string_view, std::string>> fields);

}  // namespace versoir::consult
