// See sanity.hpp. The limits are those that VITAM 7.0.1 ships.
#include "vitam/sandbox/sanity.hpp"

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "vitam/sandbox/answers.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace versoir::vitam::sandbox {

using core::Json;

namespace {

constexpr std::size_t header_name_most = 50, header_value_most = 5000, parameter_name_most = 32;
constexpr std::size_t json_value_most = 10'000'000;

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// Letters, digits and those of `more`.
bool made_of(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text,
                             [&](char c) { return is_alnum(c) || more.find(c) != std::string_view::npos; });
}

std::string header_fault(const std::string& name, const std::string& value) {
  if (name.empty() || name.size() > header_name_most || !made_of(name, "_-"))
    return "header name " + core::slug(name);
  if (value.size() > header_value_most) return "header " + name + ": value too long";
  if (!made_of(value, " ()-=*.?;,+/:&_") || value.find("..") != std::string::npos)
    return "header " + name + ": forbidden characters";
  return {};
}

/// %XX as the byte it stands for; nullopt when it is not well written.
std::optional<std::string> decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size() || core::hex_digit(text[i + 1]) < 0 || core::hex_digit(text[i + 2]) < 0)
      return std::nullopt;
    out += static_cast<char>(core::hex_digit(text[i + 1]) * 16 + core::hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

std::string target_fault(std::string_view target) {
  constexpr std::string_view alphabet = ".-/+=@_ :";
  const auto mark = target.find('?');
  const auto path = decoded(target.substr(0, mark));
  if (!path || path->find('%') != std::string::npos) return "path: encoding";
  if (!made_of(*path, alphabet)) return "path: forbidden characters";
  auto rest = mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
  while (!rest.empty()) {
    const auto one = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), one.size() + 1));
    const auto name = one.substr(0, one.find('='));
    const auto value = decoded(one.substr(std::min(one.size(), name.size() + 1)));
    if (name.empty() || name.size() > parameter_name_most || !made_of(name, "_")) return "parameter name";
    if (!value || value->find('%') != std::string::npos || !made_of(*value, alphabet))
      return "parameter " + std::string(name) + ": forbidden characters";
  }
  return {};
}

/// `<b`, `</b`, `<!`, or an entity.
bool has_markup(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '<' && (is_alnum(text[i + 1]) || text[i + 1] == '/' || text[i + 1] == '!')) return true;
    if (text[i] != '&') continue;
    const auto end = text.find(';', i);
    if (end != std::string_view::npos && end > i + 1 && end - i < 12 &&
        made_of(text.substr(i + 1, end - i - 1), "#"))
      return true;
  }
  return false;
}

std::string json_fault(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    if (text.size() > json_value_most) return "JSON: value too long";
    return has_markup(text) ? "JSON: markup in a value" : std::string();
  }
  if (!value.is_structured()) return {};
  for (const auto& item : value.items()) {
    if (value.is_object() && has_markup(item.key())) return "JSON: markup in a name";
    if (auto fault = json_fault(item.value()); !fault.empty()) return fault;
  }
  return {};
}

std::string body_fault(const core::ServerRequest& request) {
  if (!header_of(request, "Content-Type").starts_with("application/json")) return {};
  const auto body = body_of(request);
  if (core::trim(body).empty()) return {};
  try {
    return json_fault(core::parse_json(body, "body"));
  } catch (const core::Error&) {
    return {};  // what is no JSON is for the resource to tell
  }
}

}  // namespace

std::optional<core::ServerResponse> refused_by_filters(const core::ServerRequest& request) {
  std::string fault;
  for (const auto& [name, value] : request.headers)
    if (fault.empty()) fault = header_fault(name, value);
  if (fault.empty()) fault = target_fault(request.target);
  if (fault.empty()) fault = body_fault(request);
  if (fault.empty()) return std::nullopt;
  auto answer = insane(fault);
  // Where a resource gives bytes, VITAM's filter has no words.
  if (header_of(request, "Accept") == "application/octet-stream") answer.body.clear();
  return answer;
}

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.front() == '.' || name.back() == '.') return false;
  return made_of(name, "_@-.") && name.find("..") == std::string_view::npos;
}

}  // namespace versoir::vitam::sandbox
