// Small scanners, one per lexical form of XML Schema part 2.
#include "sip/seda_types.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

namespace versoir::sip {

using core::msg;

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view without_outer_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// What is left to read of a value.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count || !std::all_of(rest_.begin(), rest_.begin() + count, is_digit)) return {};
    int value = 0;
    for (const char c : rest_.substr(0, count)) value = value * 10 + (c - '0');
    rest_.remove_prefix(count);
    return value;
  }
  /// As many digits as there are.
  std::string_view number() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_digit);
    const auto run = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    rest_.remove_prefix(run.size());
    return run;
  }

 private:
  std::string_view rest_;
};

// ---------------------------------------------------------------- dates

/// Four digits or more, no needless zero, not the year 0. A leap year repeats every 400: the last digits say
/// it.
struct Year {
  int last_digits = 0;
};
std::optional<Year> year(Cursor& at) {
  at.take('-');
  const auto run = at.number();
  if (run.size() < 4 || (run.size() > 4 && run.front() == '0')) return {};
  if (run.find_first_not_of('0') == std::string_view::npos) return {};
  int last = 0;
  for (const char c : run.substr(run.size() - 4)) last = last * 10 + (c - '0');
  return Year{last};
}

bool in(std::optional<int> value, int from, int to) { return value && *value >= from && *value <= to; }

int days_in(int month, std::optional<Year> of) {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month != 2) return days.at(static_cast<std::size_t>(month - 1));
  if (!of) return 29;
  const int y = of->last_digits;
  return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0 ? 29 : 28;
}

/// Z, or ±hh:mm up to 14:00, or nothing; then the end.
bool zone_and_end(Cursor at) {
  if (at.done()) return true;
  if (at.take('Z')) return at.done();
  if (!at.take('+') && !at.take('-')) return false;
  const auto hours = at.digits(2);
  if (!hours || !at.take(':')) return false;
  const auto minutes = at.digits(2);
  return in(minutes, 0, 59) && *hours * 60 + *minutes <= 14 * 60 && at.done();
}

bool time_of_day(Cursor& at) {
  const auto hours = at.digits(2);
  if (!in(hours, 0, 24) || !at.take(':')) return false;
  const auto minutes = at.digits(2);
  if (!in(minutes, 0, 59) || !at.take(':')) return false;
  const auto seconds = at.digits(2);
  if (!in(seconds, 0, 59)) return false;
  std::string_view fraction;
  if (at.take('.') && (fraction = at.number()).empty()) return false;
  const bool whole = fraction.find_first_not_of('0') == std::string_view::npos;
  return *hours < 24 || (*minutes == 0 && *seconds == 0 && whole);
}

/// The calendar day; leaves what follows.
bool calendar_day(Cursor& at) {
  const auto y = year(at);
  if (!y || !at.take('-')) return false;
  const auto month = at.digits(2);
  if (!in(month, 1, 12) || !at.take('-')) return false;
  return in(at.digits(2), 1, days_in(*month, y));
}

bool date(std::string_view text) {
  Cursor at(text);
  return calendar_day(at) && zone_and_end(at);
}

bool date_time(std::string_view text) {
  Cursor at(text);
  return calendar_day(at) && at.take('T') && time_of_day(at) && zone_and_end(at);
}

bool year_or_month(std::string_view text) {  // gYear, gYearMonth
  Cursor at(text);
  if (!year(at)) return false;
  Cursor zone = at;
  if (zone_and_end(zone)) return true;
  return at.take('-') && in(at.digits(2), 1, 12) && zone_and_end(at);
}

bool part_of_year(std::string_view text) {  // --MM, --MM-DD, ---DD
  Cursor at(text);
  if (!at.take('-') || !at.take('-')) return false;
  if (at.take('-')) return in(at.digits(2), 1, 31) && zone_and_end(at);
  const auto month = at.digits(2);
  if (!in(month, 1, 12)) return false;
  Cursor zone = at;
  if (zone_and_end(zone)) return true;
  return at.take('-') && in(at.digits(2), 1, days_in(*month, {})) && zone_and_end(at);
}

bool date7(std::string_view text) {
  return date(text) || date_time(text) || year_or_month(text) || part_of_year(text);
}

// ---------------------------------------------------------------- numbers

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  return text;
}

bool integer(std::string_view text) {
  text = without_sign(text);
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

bool positive_integer(std::string_view text) {
  return integer(text) && text.front() != '-' && text.find_first_of("123456789") != std::string_view::npos;
}

bool int32(std::string_view text) {
  if (!integer(text)) return false;
  const bool negative = text.front() == '-';
  auto digits = without_sign(text);
  digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
  if (digits.size() > 10) return false;
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value <= std::numeric_limits<std::int32_t>::max() + (negative ? std::int64_t{1} : std::int64_t{0});
}

bool decimal(std::string_view text) {
  text = without_sign(text);
  const auto dot = text.find('.');
  const auto whole = text.substr(0, dot);
  const auto fraction = dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1);
  return (!whole.empty() || !fraction.empty()) && std::ranges::all_of(whole, is_digit) &&
         std::ranges::all_of(fraction, is_digit);
}

// ---------------------------------------------------------------- binary

bool hexadecimal(std::string_view text) { return text.size() % 2 == 0 && std::ranges::all_of(text, is_hex); }

/// Groups of four, blanks anywhere; the bits that the padding leaves over are zero (part 2, 3.2.16).
bool base64(std::string_view text) {
  std::size_t count = 0, padding = 0;
  char last = 0;
  for (const char c : text) {
    if (is_blank(c)) continue;
    if (c == '=') {
      ++padding;
    } else {
      if (padding > 0 || !(is_letter(c) || is_digit(c) || c == '+' || c == '/')) return false;
      last = c;
    }
    ++count;
  }
  if (count % 4 != 0 || padding > 2) return false;
  if (padding == 1) return std::string_view("AEIMQUYcgkosw048").find(last) != std::string_view::npos;
  if (padding == 2) return std::string_view("AQgw").find(last) != std::string_view::npos;
  return true;
}

// ---------------------------------------------------------------- names

std::uint32_t code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const auto lead = byte(at);
  const std::size_t more = lead < 0x80 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  std::uint32_t value = more == 0 ? lead : lead & (0x3Fu >> more);
  for (std::size_t i = 1; i <= more && at + i < text.size(); ++i) value = value << 6 | (byte(at + i) & 0x3F);
  at += more + 1;
  return value;
}

template <std::size_t N>
bool within(const std::array<std::pair<std::uint32_t, std::uint32_t>, N>& ranges, std::uint32_t c) {
  return std::ranges::any_of(ranges, [c](const auto& r) { return c >= r.first && c <= r.second; });
}

/// NameStartChar and NameChar of XML 1.0 (fifth edition, 2.3) without the colon.
bool starts_name(std::uint32_t c) {
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 12> ranges{{{0xC0, 0xD6},
                                                                            {0xD8, 0xF6},
                                                                            {0xF8, 0x2FF},
                                                                            {0x370, 0x37D},
                                                                            {0x37F, 0x1FFF},
                                                                            {0x200C, 0x200D},
                                                                            {0x2070, 0x218F},
                                                                            {0x2C00, 0x2FEF},
                                                                            {0x3001, 0xD7FF},
                                                                            {0xF900, 0xFDCF},
                                                                            {0xFDF0, 0xFFFD},
                                                                            {0x10000, 0xEFFFF}}};
  return c < 0x80 ? is_letter(static_cast<char>(c)) || c == '_' : within(ranges, c);
}
bool continues_name(std::uint32_t c) {
  return starts_name(c) || c == '-' || c == '.' || c == 0xB7 || (c >= '0' && c <= '9') ||
         (c >= 0x300 && c <= 0x36F) || (c >= 0x203F && c <= 0x2040);
}

bool ncname(std::string_view text) {
  if (text.empty()) return false;
  std::size_t at = 0;
  if (!starts_name(code_point(text, at))) return false;
  while (at < text.size())
    if (!continues_name(code_point(text, at))) return false;
  return true;
}

bool qname(std::string_view text) {
  const auto colon = text.find(':');
  return colon == std::string_view::npos ? ncname(text)
                                         : ncname(text.substr(0, colon)) && ncname(text.substr(colon + 1));
}

/// Letters, then groups of letters and digits; each of one to eight (part 2, 3.3.3).
bool language(std::string_view text) {
  bool first = true;
  for (;;) {
    const auto part = text.substr(0, text.find('-'));
    const bool good =
        std::ranges::all_of(part, [&](char c) { return is_letter(c) || (!first && is_digit(c)); });
    if (part.empty() || part.size() > 8 || !good) return false;
    if (part.size() == text.size()) return true;
    text.remove_prefix(part.size() + 1);
    first = false;
  }
}

/// RFC 3986 once escaped as XML Schema asks (part 2, 3.2.17): blanks, what is not ASCII and <>"{}|\^` are let
/// through. A colon before the first / ? # ends a scheme.
bool any_uri(std::string_view text) {
  const auto colon = text.find_first_of(":/?#");
  if (colon != std::string_view::npos && text[colon] == ':') {
    const auto scheme = text.substr(0, colon);
    const auto in_scheme = [](char c) {
      return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
    };
    if (scheme.empty() || !is_letter(scheme.front()) || !std::ranges::all_of(scheme, in_scheme)) return false;
  }
  bool fragment = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])))
      return false;
    if (text[i] == '#' && std::exchange(fragment, true)) return false;
  }
  return true;
}

struct Named {
  std::string_view name;
  PlainType type;
};
constexpr std::array names{
    Named{"string", PlainType::string},
    Named{"token", PlainType::token},
    Named{"NEToken", PlainType::ne_token},
    Named{"language", PlainType::language},
    Named{"languageOrEmpty", PlainType::language_or_empty},
    Named{"boolean", PlainType::boolean},
    Named{"booleanOrEmpty", PlainType::boolean_or_empty},
    Named{"int", PlainType::int32},
    Named{"integer", PlainType::integer},
    Named{"positiveInteger", PlainType::positive_integer},
    Named{"decimal", PlainType::decimal},
    Named{"date", PlainType::date},
    Named{"dateTime", PlainType::date_time},
    Named{"date7", PlainType::date7},
    Named{"anyURI", PlainType::any_uri},
    Named{"base64Binary", PlainType::base64},
    Named{"binary", PlainType::binary},
    Named{"QName", PlainType::qname},
    Named{"ID", PlainType::id},
    Named{"IDREF", PlainType::idref},
};

}  // namespace

std::optional<PlainType> plain_type(std::string_view name) {
  const auto found = std::ranges::find(names, name, &Named::name);
  if (found == names.end()) return {};
  return found->type;
}

std::string collapsed(std::string_view text) {
  std::string out;
  for (const char c : without_outer_blanks(text)) {
    if (!is_blank(c)) out += c;
    if (is_blank(c) && out.back() != ' ') out += ' ';
  }
  return out;
}

bool conforms(PlainType type, std::string_view text) {
  const auto value = without_outer_blanks(text);
  const auto boolean = [&] { return value == "true" || value == "false" || value == "1" || value == "0"; };
  switch (type) {
    case PlainType::string:
    case PlainType::token:
      return true;
    case PlainType::ne_token:
      return !value.empty();
    case PlainType::language:
      return language(value);
    case PlainType::language_or_empty:
      return value.empty() || language(value);
    case PlainType::boolean:
      return boolean();
    case PlainType::boolean_or_empty:
      return text.empty() || boolean();
    case PlainType::int32:
      return int32(value);
    case PlainType::integer:
      return integer(value);
    case PlainType::positive_integer:
      return positive_integer(value);
    case PlainType::decimal:
      return decimal(value);
    case PlainType::date:
      return date(value);
    case PlainType::date_time:
      return date_time(value);
    case PlainType::date7:
      return date7(value);
    case PlainType::any_uri:
      return any_uri(value);
    case PlainType::base64:
      return base64(value);
    case PlainType::binary:
      return base64(value) || hexadecimal(value);
    case PlainType::qname:
      return qname(value);
    case PlainType::id:
    case PlainType::idref:
      return ncname(value);
  }
  return false;
}

core::Message not_of_type(PlainType type, std::string_view shown) {
  switch (type) {
    case PlainType::string:
    case PlainType::token:
    case PlainType::ne_token:
      return msg("The value is empty: something must be written, or the element left out.");
    case PlainType::language:
    case PlainType::language_or_empty:
      return msg("“{0}” is not a language code (fra, fr-FR).", shown);
    case PlainType::boolean:
    case PlainType::boolean_or_empty:
      return msg("“{0}” is neither true nor false.", shown);
    case PlainType::int32:
    case PlainType::integer:
      return msg("“{0}” is not a whole number.", shown);
    case PlainType::positive_integer:
      return msg("“{0}” is not a whole number from 1.", shown);
    case PlainType::decimal:
      return msg("“{0}” is not a decimal number (with a point).", shown);
    case PlainType::date:
      return msg("“{0}” is not a date (2004-06-30).", shown);
    case PlainType::date_time:
      return msg("“{0}” is not a date with its time (2004-06-30T12:00:00Z).", shown);
    case PlainType::date7:
      return msg("“{0}” is not a date (2004-06-30), nor a date with its time, nor a year.", shown);
    case PlainType::any_uri:
      return msg("“{0}” is not an address (URI).", shown);
    case PlainType::base64:
      return msg("“{0}” is not base64.", shown);
    case PlainType::binary:
      return msg("“{0}” is neither hexadecimal nor base64.", shown);
    case PlainType::qname:
    case PlainType::id:
    case PlainType::idref:
      return msg("“{0}” is not an identifier: a letter or _ first, then letters, digits, - _ and . only.",
                 shown);
  }
  return {};
}

}  // namespace versoir::sip
