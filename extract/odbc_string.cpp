// ODBC connection strings.
#include "extract/odbc_string.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "extract/adapters.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// The value that begins at `at`, which moves behind it; in braces, "}}" stands for "}". nullopt: the braces
/// do not close.
std::optional<std::string> read_value(std::string_view text, std::size_t& at) {
  if (at >= text.size() || text[at] != '{') {
    const auto end = std::min(text.find(';', at), text.size());
    auto value = core::trim(text.substr(at, end - at));
    at = end;
    return value;
  }
  std::string value;
  for (++at; at < text.size(); ++at) {
    if (text[at] == '}') {
      if (at + 1 >= text.size() || text[at + 1] != '}') break;
      ++at;
    }
    value += text[at];
  }
  if (at >= text.size()) return std::nullopt;
  at = std::min(text.find(';', at), text.size());
  return value;
}

/// nullopt when the text is not KEY=VALUE;…
std::optional<Settings> parse(std::string_view text) {
  Settings out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto equals = text.find('=', at);
    const auto semicolon = text.find(';', at);
    if (core::trim(text.substr(at, std::min(semicolon, text.size()) - at)).empty()) {
      at = std::min(semicolon, text.size());
      continue;
    }
    if (equals == std::string_view::npos || semicolon < equals) return std::nullopt;
    auto key = core::trim(text.substr(at, equals - at));
    at = equals + 1;
    auto value = read_value(text, at);
    if (key.empty() || !value) return std::nullopt;
    out.emplace_back(std::move(key), std::move(*value));
  }
  if (out.empty()) return std::nullopt;
  return out;
}

/// Also where some drivers let a password slip in: UID=user/password, DBQ=user/password@base, libpq options.
bool holds_password(const std::string& key, const std::string& value) {
  const auto k = core::ascii_upper(key), v = core::ascii_upper(value);
  if (k.find("PWD") != std::string::npos || k.find("PASSWORD") != std::string::npos) return true;
  if (v.find("PWD=") != std::string::npos || v.find("PASSWORD=") != std::string::npos) return true;
  if ((k == "UID" || k == "USERNAME") && v.size() > 1) return v.find('/') != std::string::npos;
  return k == "DBQ" && v.find('@') != std::string::npos;
}

constexpr std::array shown_keys{"DSN", "DRIVER", "SERVER", "SERVERNAME", "PORT", "DATABASE", "DBQ", "UID"};

}  // namespace

void check_odbc_string(const SourceUri& uri) {
  const auto settings = parse(uri.rest);
  if (!settings)
    throw Error(Exit::usage, msg("The ODBC connection cannot be understood."))
        .hint(msg("For example: odbc:DSN=apogee;UID=archive"));
  for (const auto& [key, value] : *settings)
    if (holds_password(key, value))
      throw Error(Exit::usage,
                  msg("A password on the command line is seen by every user of the machine: it is refused."))
          .hint(msg("Give the password with --password-file or --password-command."));
}

std::string redact_odbc(const SourceUri& uri) {
  std::string out;
  if (const auto settings = parse(uri.rest))
    for (const auto& [key, value] : *settings)
      if (std::ranges::find(shown_keys, core::ascii_upper(key)) != shown_keys.end() &&
          !holds_password(key, value)) {
        if (!out.empty()) out += ';';
        out += key + "=" + value;
      }
  return "odbc:" + out;
}

std::string odbc_value(const SourceUri& uri, std::string_view key) {
  if (const auto settings = parse(uri.rest))
    for (const auto& [name, value] : *settings)
      if (core::ascii_upper(name) == core::ascii_upper(key)) return value;
  return {};
}

std::string odbc_setting(std::string_view key, std::string_view value) {
  std::string out = ";" + std::string(key) + "=";
  if (value.find_first_of("[]{}(),;?*=!@ ") == std::string_view::npos) return out.append(value);
  out += '{';
  for (char c : value) {
    out += c;
    if (c == '}') out += c;
  }
  return out + "}";
}

std::string clean_driver_text(std::string_view text, std::string_view password) {
  std::string out(text.substr(0, text.find_first_of("\r\n")));
  if (!password.empty())
    for (auto at = out.find(password); at != std::string::npos; at = out.find(password, at + 1))
      out.replace(at, password.size(), "*");
  // A quoted connection string: everything from the key of the password on.
  const auto big = core::ascii_upper(out);
  for (const char* key : {"PWD=", "PASSWORD="})
    if (const auto at = big.find(key); at != std::string::npos) {
      out.resize(std::min(out.size(), at + std::string_view(key).size()));
      out += '*';
    }
  // Oracle's client speaks the language and the character set of its environment
  return core::trim(core::repair_utf8(out));
}

}  // namespace versoir::extract
