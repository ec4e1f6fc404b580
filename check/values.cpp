// Values: what the platform's patterns accept, written out as small scanners.
#include "check/values.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace versoir::check {

namespace {

constexpr bool is_word(char c) { return core::is_letter(c) || core::is_digit(c) || c == '_' || c == '-'; }

bool component_is_safe(std::string_view part) {
  bool after_dot = true;  // a component neither starts with a dot nor holds two in a row
  for (const char c : part) {
    if (c == '.') {
      if (after_dot) return false;
      after_dot = true;
    } else if (is_word(c) || c == '@') {
      after_dot = false;
    } else {
      return false;
    }
  }
  return !part.empty() && !after_dot;
}

constexpr std::array<std::string_view, 4> binary_usages{"BinaryMaster", "Dissemination", "Thumbnail",
                                                        "TextContent"};
constexpr std::array<std::string_view, 2> physical_usages{"PhysicalMaster", "Dissemination"};

/// A date taken apart; `at` moves forward over what was read.
struct DateParts {
  std::string_view year, month, day, time, fraction;
};

bool take_digits(std::string_view& rest, std::size_t count, std::string_view& out) {
  if (rest.size() < count ||
      !std::all_of(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(count), core::is_digit))
    return false;
  out = rest.substr(0, count);
  rest.remove_prefix(count);
  return true;
}
bool take(std::string_view& rest, char c) {
  if (rest.empty() || rest.front() != c) return false;
  rest.remove_prefix(1);
  return true;
}

bool take_zone(std::string_view& rest) {
  if (rest.empty() || take(rest, 'Z')) return rest.empty();
  std::string_view hours, minutes;
  return (take(rest, '+') || take(rest, '-')) && take_digits(rest, 2, hours) && take(rest, ':') &&
         take_digits(rest, 2, minutes) && rest.empty();
}

/// `yyyy-MM-dd` or `yyyy/MM/dd`, then perhaps a time, a fraction of 1 to 6 digits and a zone.
std::optional<DateParts> split_date(std::string_view text) {
  DateParts p;
  if (!take_digits(text, 4, p.year) || text.empty()) return std::nullopt;
  const char separator = text.front();
  if (separator != '-' && separator != '/') return std::nullopt;
  if (!take(text, separator) || !take_digits(text, 2, p.month) || !take(text, separator) ||
      !take_digits(text, 2, p.day) || p.month < "01" || p.month > "12" || p.day < "01" || p.day > "31")
    return std::nullopt;
  if (take(text, 'T')) {
    const auto whole = text;
    std::string_view field;
    if (!take_digits(text, 2, field) || field > "24" || !take(text, ':') || !take_digits(text, 2, field) ||
        field > "59")
      return std::nullopt;
    if (take(text, ':') && (!take_digits(text, 2, field) || field > "59")) return std::nullopt;
    p.time = whole.substr(0, whole.size() - text.size());
    if (take(text, '.')) {
      std::size_t digits = 0;
      while (digits < text.size() && core::is_digit(text[digits])) ++digits;
      if (digits == 0 || digits > 6) return std::nullopt;
      p.fraction = text.substr(0, digits);
      text.remove_prefix(digits);
    }
  }
  return take_zone(text) ? std::optional(p) : std::nullopt;
}

std::string_view stripped(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// U+0080 to U+009F, frequent in texts that were once in Windows-1252, are accepted by the platform.
bool has_control(std::string_view value) {
  return std::ranges::any_of(value, [](char ch) {
    const auto c = static_cast<unsigned char>(ch);
    return c < 0x20 && c != '\t' && c != '\n' && c != '\r';
  });
}

std::size_t name_end(std::string_view text, std::size_t at) {
  if (at >= text.size() || !core::is_letter(text[at])) return at;
  while (at < text.size() && (core::is_letter(text[at]) || core::is_digit(text[at]))) ++at;
  return at;
}

/// `<x ...>...</x>`, `<x/>`, a CDATA section, an entity declaration or a script.
bool has_markup(std::string_view value) {
  for (const auto* harmful :
       {"<![CDATA[", "<!ENTITY", "<script>", "&lt;![CDATA[", "&lt;!ENTITY", "&lt;script&gt;"})
    if (value.find(harmful) != std::string_view::npos) return true;
  for (std::size_t at = value.find('<'); at != std::string_view::npos; at = value.find('<', at + 1)) {
    const auto end = name_end(value, at + 1);
    if (end == at + 1) continue;
    const auto close = value.find('>', end);
    if (close == std::string_view::npos) return false;
    if (value[close - 1] == '/') return true;
    std::string closing("</");
    closing += value.substr(at + 1, end - at - 1);
    closing += '>';
    if (value.find(closing, close) != std::string_view::npos) return true;
  }
  return false;
}

bool has_entity(std::string_view value) {
  for (std::size_t at = value.find('&'); at != std::string_view::npos; at = value.find('&', at + 1)) {
    const auto end = name_end(value, at + 1);
    if (end > at + 1 && end < value.size() && value[end] == ';') return true;
  }
  return false;
}

}  // namespace

bool is_manifest_name(std::string_view name) {
  constexpr std::string_view base = "manifest", extension = "xml";
  constexpr std::size_t length = base.size() + 1 + extension.size();
  if (name.size() < length || name.size() > length + 57) return false;
  const auto tail = name.substr(name.size() - length);
  const char dot = tail[base.size()];
  if (!tail.starts_with(base) || !tail.ends_with(extension) || dot == '\n' || dot == '\r') return false;
  const auto prefix = name.substr(0, name.size() - length);
  if (prefix.empty()) return true;
  return std::ranges::all_of(prefix, is_word) && (prefix.back() == '_' || prefix.back() == '-');
}

bool takes_manifest(std::optional<std::string>& name, std::string_view path) {
  if (!name && is_manifest_name(path)) name = path;
  return name == path;
}

bool is_safe_path(std::string_view path) {
  for (;;) {
    const auto slash = path.find('/');
    if (!component_is_safe(path.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

bool is_binary_usage(std::string_view usage) {
  return std::ranges::find(binary_usages, usage) != binary_usages.end();
}
bool is_physical_usage(std::string_view usage) {
  return std::ranges::find(physical_usages, usage) != physical_usages.end();
}

std::optional<ObjectVersion> parse_object_version(std::string_view text) {
  ObjectVersion v;
  const auto bar = text.find('_');
  v.usage = text.substr(0, bar);
  if (!is_binary_usage(v.usage) && !is_physical_usage(v.usage)) return std::nullopt;
  if (bar == std::string_view::npos) return v;
  const auto number = text.substr(bar + 1);
  if (number.empty() || number.size() > 9 || !std::ranges::all_of(number, core::is_digit))
    return std::nullopt;
  std::from_chars(number.data(), number.data() + number.size(), v.number);
  return v;
}

bool is_guid(std::string_view text) {
  if (text.size() != 36 || text.front() != 'a') return false;  // the version, one byte of value 1, leads
  return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7'); });
}

DateVerdict judge_date(std::string_view text) {
  const auto parts = split_date(stripped(text));
  if (!parts) return DateVerdict::unreadable;
  if (parts->year.front() == '9' || parts->fraction.size() > 3) return DateVerdict::out_of_range;
  return DateVerdict::good;
}

std::string date_key(std::string_view text) {
  const auto parts = split_date(stripped(text));
  if (!parts) return {};
  std::string key;
  key.append(parts->year).append("-").append(parts->month).append("-").append(parts->day).append("T");
  key.append(parts->time.empty() ? std::string_view("00:00:00") : parts->time);
  if (parts->time.size() == 5) key += ":00";
  key += '.';
  key.append(parts->fraction).append(6 - parts->fraction.size(), '0');
  return key;
}

std::optional<Harm> find_harm(std::string_view value) {
  if (has_control(value)) return Harm::control_character;
  if (has_markup(value)) return Harm::markup;
  if (has_entity(value)) return Harm::entity;
  return std::nullopt;
}

}  // namespace versoir::check
