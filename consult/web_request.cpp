// See web_request.hpp.
#include "consult/web_request.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <charconv>

namespace versoir::consult {

namespace {

using Fields = std::map<std::string, std::string, std::less<>>;

std::optional<std::string> url_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = core::hex_digit(text[i + 1]), low = core::hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  const bool controls = std::ranges::any_of(out, [](char c) {
    const auto u = static_cast<unsigned char>(c);
    return u < 0x20 || u == 0x7f;
  });
  if (out.size() > longest_web_field || controls || !core::is_utf8(out)) return std::nullopt;
  return out;
}

bool read_fields(std::string_view text, Fields& into) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equal = std::min(pair.find('='), pair.size());
    const auto name = url_decoded(pair.substr(0, equal));
    const auto value = url_decoded(equal < pair.size() ? pair.substr(equal + 1) : std::string_view());
    if (!name || !value || !into.emplace(*name, *value).second) return false;
  }
  return true;
}

/// Cookies that are not ours may hold anything: only the first of each name counts.
void read_cookies(std::string_view text, Fields& into) {
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    const auto pair = core::trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto equal = pair.find('=');
    if (equal != std::string::npos) into.emplace(pair.substr(0, equal), pair.substr(equal + 1));
  }
}

}  // namespace

std::string WebRequest::get(std::string_view name) const {
  const auto& fields = method == "POST" ? form : query;
  const auto it = fields.find(name);
  return it == fields.end() ? std::string() : it->second;
}

std::string WebRequest::header(std::string_view name) const {
  const auto it = headers.find(std::string(name));
  return it == headers.end() ? std::string() : it->second;
}

std::size_t WebRequest::number(std::string_view name, std::size_t most, std::size_t fallback) const {
  const auto text = get(name);
  std::size_t n = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, n);
  return text.empty() || error != std::errc{} || stop != end || n > most ? fallback : n;
}

std::optional<WebRequest> read_web_request(const core::ServerRequest& request) {
  WebRequest out;
  out.method = request.method;
  out.headers = request.headers;
  const std::string_view target = request.target;
  if (!target.starts_with('/') || target.starts_with("//")) return std::nullopt;
  const auto mark = std::min(target.find('?'), target.size());
  const auto path = url_decoded(target.substr(0, mark));
  if (!path) return std::nullopt;
  out.path = *path;
  if (mark < target.size() && !read_fields(target.substr(mark + 1), out.query)) return std::nullopt;
  if (request.method == "POST" && !read_fields(request.body, out.form)) return std::nullopt;
  read_cookies(out.header("Cookie"), out.cookies);
  return out;
}

std::string web_link(std::string_view path,
                     std::initializer_list<std::pair<std::string_view, std::string>> fields) {
  std::string out(path);
  char separator = '?';
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    out.append(1, separator).append(name).append("=").append(core::percent_encoded(value));
    separator = '&';
  }
  return out;
}

}  // namespace versoir::consult
