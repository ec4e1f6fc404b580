// Types of the source's columns and the one form in which each value stands in an extract.
#include "extract/values.hpp"

#include "core/clock.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace versoir::extract {

namespace {

/// "CHARACTER VARYING" of "character  varying (40)": words before the parenthesis and after it, one blank
/// between.
std::string base_name(std::string_view type) {
  std::string out;
  int depth = 0;
  for (char c : core::ascii_upper(type)) {
    if (c == '(') ++depth;
    if (depth == 0) {
      const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (!blank)
        out += c;
      else if (!out.empty() && out.back() != ' ')
        out += ' ';
    }
    if (c == ')') --depth;
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

struct Digits {
  int precision = 0, scale = 0;
  bool precision_known = false, scale_known = false;
};
/// (10), (10,2), (*,0), (*): Oracle's star is 38 digits.
Digits declared_digits(std::string_view type) {
  Digits d;
  auto open = type.find('(');
  if (open == std::string_view::npos) return d;
  std::string_view inside = type.substr(open + 1, type.find(')', open) - open - 1);
  const auto read = [](std::string_view text, int& out) {
    const auto from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) return false;
    return std::from_chars(text.data() + from, text.data() + text.size(), out).ec == std::errc();
  };
  const auto comma = inside.find(',');
  d.precision_known = read(inside.substr(0, comma), d.precision);
  if (comma != std::string_view::npos) d.scale_known = read(inside.substr(comma + 1), d.scale);
  if (d.precision_known && comma == std::string_view::npos) d.scale_known = true;  // NUMBER(8) is NUMBER(8,0)
  return d;
}

constexpr std::array text_types{"VARCHAR2",
                                "NVARCHAR2",
                                "VARCHAR",
                                "NVARCHAR",
                                "CHAR",
                                "NCHAR",
                                "CHARACTER",
                                "CLOB",
                                "NCLOB",
                                "LONG",
                                "TEXT",
                                "CHARACTER VARYING",
                                "CHAR VARYING",
                                "NATIONAL CHARACTER",
                                "NATIONAL CHARACTER VARYING",
                                "STRING",
                                "ROWID",
                                "XMLTYPE",
                                "LONGTEXT",
                                "MEDIUMTEXT"};
constexpr std::array binary_types{"BLOB",          "RAW",    "LONG RAW",
                                  "BFILE",         "BINARY", "VARBINARY",
                                  "BYTEA",         "IMAGE",  "BINARY LARGE OBJECT",
                                  "BINARY VARYING"};
constexpr std::array machine_integers{"INT",  "INTEGER", "BIGINT", "SMALLINT", "TINYINT",   "MEDIUMINT",
                                      "INT2", "INT4",    "INT8",   "SERIAL",   "BIGSERIAL", "OID"};
constexpr std::array exact_numbers{"NUMBER", "NUMERIC", "DECIMAL", "DEC"};
constexpr std::array other_numbers{"FLOAT",        "REAL",          "DOUBLE", "DOUBLE PRECISION",
                                   "BINARY_FLOAT", "BINARY_DOUBLE", "FLOAT4", "FLOAT8",
                                   "MONEY"};

template <std::size_t N>
bool among(const std::array<const char*, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

/// What a number consists of, before it is put in canonical form.
struct Decimal {
  bool negative = false;
  std::string digits;
  long exponent = 0;  ///< value = digits × 10^exponent
};

std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal d;
  std::size_t i = 0;
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) d.negative = text[i++] == '-';
  for (; i < text.size() && core::is_digit(text[i]); ++i) d.digits += text[i];
  if (i < text.size() && text[i] == '.')
    for (++i; i < text.size() && core::is_digit(text[i]); ++i, --d.exponent) d.digits += text[i];
  if (d.digits.empty()) return std::nullopt;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    auto from = i + 1;
    if (from < text.size() && text[from] == '+') ++from;
    if (from > i + 1 && from < text.size() && !core::is_digit(text[from])) return std::nullopt;  // "1e+-3"
    long exponent = 0;
    const auto [end, error] = std::from_chars(text.data() + from, text.data() + text.size(), exponent);
    // A double needs ±324 and an Oracle NUMBER ±130: beyond, the text is no number that anybody stored.
    if (error != std::errc() || end != text.data() + text.size() || exponent < -1000 || exponent > 1000)
      return std::nullopt;
    d.exponent += exponent;
  } else if (i != text.size()) {
    return std::nullopt;
  }
  return d;
}

struct Zone {
  std::string_view rest;       ///< the text without its zone
  std::optional<int> minutes;  ///< east of UTC
};
/// Takes Z, ±HH, ±HHMM or ±HH:MM off the end of a time; nullopt when what is there is not a zone.
std::optional<Zone> split_zone(std::string_view time) {
  if (time.ends_with('Z')) return Zone{time.substr(0, time.size() - 1), 0};
  const auto sign = time.find_first_of("+-");
  if (sign == std::string_view::npos) return Zone{time, std::nullopt};
  std::string digits;
  for (char c : time.substr(sign + 1)) {
    if (core::is_digit(c))
      digits += c;
    else if (c != ':')
      return std::nullopt;
  }
  if (digits.size() != 2 && digits.size() != 4) return std::nullopt;
  const int hours = (digits[0] - '0') * 10 + digits[1] - '0';
  const int minutes = digits.size() == 4 ? (digits[2] - '0') * 10 + digits[3] - '0' : 0;
  if (hours > 15 || minutes > 59) return std::nullopt;
  auto rest = time.substr(0, sign);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  return Zone{rest, (time[sign] == '-' ? -1 : 1) * (hours * 60 + minutes)};
}

struct Time {
  int hours = 0, minutes = 0, seconds = 0;
  std::string fraction;  ///< ".5" or ""
};
std::optional<Time> parse_time(std::string_view text) {
  const auto two = [&](std::size_t at) {
    if (at + 2 > text.size() || !core::is_digit(text[at]) || !core::is_digit(text[at + 1])) return -1;
    return (text[at] - '0') * 10 + text[at + 1] - '0';
  };
  Time t;
  t.hours = two(0);
  if (text.size() < 5 || text[2] != ':') return std::nullopt;
  t.minutes = two(3);
  if (text.size() > 5) {
    if (text[5] != ':') return std::nullopt;
    t.seconds = two(6);
  }
  if (t.hours < 0 || t.hours > 23 || t.minutes < 0 || t.minutes > 59 || t.seconds < 0 || t.seconds > 59)
    return std::nullopt;
  if (text.size() <= 8) return t;
  if (text[8] != '.' || text.size() == 9 || !std::ranges::all_of(text.substr(9), core::is_digit))
    return std::nullopt;
  t.fraction = text.substr(8);
  t.fraction.erase(t.fraction.find_last_not_of('0') + 1);
  if (t.fraction == ".") t.fraction.clear();
  return t;
}

}  // namespace

std::string_view storage_name(Storage s) noexcept {
  switch (s) {
    case Storage::integer:
      return "INTEGER";
    case Storage::text:
      return "TEXT";
    case Storage::blob:
      return "BLOB";
  }
  return "TEXT";
}

SourceColumn declared_column(std::string name, std::string type) {
  SourceColumn c;
  c.name = std::move(name);
  c.type = std::move(type);
  const auto base = base_name(c.type);
  const auto digits = declared_digits(c.type);
  if (base.empty() || among(text_types, base)) {
    c.kind = ColumnKind::text;  // no declared type (SQLite): whatever is there, as text
  } else if (among(binary_types, base)) {
    c.kind = ColumnKind::binary;
  } else if (among(machine_integers, base)) {
    c.kind = ColumnKind::integer;
    c.scale_known = true;
  } else if (among(exact_numbers, base)) {
    c.precision = digits.precision;
    c.scale = digits.scale;
    c.scale_known = digits.scale_known;
    const bool small =
        digits.precision_known && digits.precision <= 18 && digits.scale_known && digits.scale == 0;
    c.kind = small ? ColumnKind::integer : ColumnKind::number;
  } else if (among(other_numbers, base)) {
    c.kind = ColumnKind::number;
  } else if (base == "DATE") {
    c.kind = ColumnKind::date;
  } else if (base.starts_with("TIMESTAMP") || base == "DATETIME") {
    c.kind = ColumnKind::timestamp;
  } else if (base == "BOOLEAN" || base == "BOOL") {
    c.kind = ColumnKind::boolean;
  } else {
    c.kind = ColumnKind::other;
  }
  return c;
}

Storage storage_of(const SourceColumn& column) noexcept {
  switch (column.kind) {
    case ColumnKind::integer:
    case ColumnKind::boolean:
      return Storage::integer;
    case ColumnKind::binary:
      return Storage::blob;
    default:
      return Storage::text;
  }
}

std::optional<std::string> canonical_number(std::string_view text) {
  auto decimal = parse_decimal(text);
  if (!decimal) return std::nullopt;
  auto& [negative, digits, exponent] = *decimal;
  if (exponent > 0) digits.append(static_cast<std::size_t>(exponent), '0');
  std::size_t decimals = exponent < 0 ? static_cast<std::size_t>(-exponent) : 0;
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  std::string whole = digits.substr(0, digits.size() - decimals);
  std::string part = digits.substr(digits.size() - decimals);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  part.erase(part.find_last_not_of('0') + 1);
  std::string out = part.empty() ? whole : whole + "." + part;
  if (negative && out != "0") out.insert(0, 1, '-');
  return out;
}

bool fits_integer(std::string_view canonical) noexcept {
  std::int64_t n = 0;
  const auto [end, error] = std::from_chars(canonical.data(), canonical.data() + canonical.size(), n);
  return error == std::errc() && end == canonical.data() + canonical.size();
}

std::optional<std::string> canonical_timestamp(std::string_view text) {
  if (text.size() < 10) return std::nullopt;
  const auto date = core::parse_date(text.substr(0, 10));
  if (!date || static_cast<int>(date->year()) < 1) return std::nullopt;
  if (text.size() == 10) return fmt::format("{}T00:00:00", text);
  if (text[10] != ' ' && text[10] != 'T') return std::nullopt;
  const auto zone = split_zone(text.substr(11));
  if (!zone) return std::nullopt;
  const auto time = parse_time(zone->rest);
  if (!time) return std::nullopt;
  using std::chrono::minutes, std::chrono::sys_days;
  const auto local = std::chrono::sys_seconds(sys_days(*date)) + std::chrono::hours(time->hours) +
                     minutes(time->minutes) + std::chrono::seconds(time->seconds);
  const auto instant = local - minutes(zone->minutes.value_or(0));
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day ymd(day);
  if (static_cast<int>(ymd.year()) < 1 || static_cast<int>(ymd.year()) > 9999) return std::nullopt;
  const auto seconds = (instant - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{}", static_cast<int>(ymd.year()),
                     static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), seconds / 3600,
                     seconds / 60 % 60, seconds % 60, time->fraction, zone->minutes ? "Z" : "");
}

std::optional<std::string> canonical_boolean(std::string_view text) {
  const auto word = core::ascii_upper(text);
  if (word == "1" || word == "T" || word == "TRUE") return "1";
  if (word == "0" || word == "F" || word == "FALSE") return "0";
  return std::nullopt;
}

bool append_plain(std::string& out, std::string_view text, SourceColumn::Kind kind) {
  if (kind == ColumnKind::boolean && (text == "t" || text == "f")) {
    out += text == "t" ? '1' : '0';
    return true;
  }
  if ((kind != ColumnKind::date && kind != ColumnKind::timestamp) || text.size() < 10) return false;
  const auto two = [&](std::size_t at, int most) {
    if (!core::is_digit(text[at]) || !core::is_digit(text[at + 1])) return -1;
    const int n = (text[at] - '0') * 10 + (text[at + 1] - '0');
    return n <= most ? n : -1;
  };
  const int century = two(0, 99), year = two(2, 99), month = two(5, 12), day = two(8, 31);
  // Days beyond the 28th depend on the month: the careful way knows.
  if (century < 0 || year < 0 || century + year == 0 || month < 1 || day < 1 || day > 28 || text[4] != '-' ||
      text[7] != '-')
    return false;
  if (text.size() == 10) {
    out.append(text);
    out.append("T00:00:00");
    return true;
  }
  if (text.size() < 19 || (text[10] != ' ' && text[10] != 'T') || two(11, 23) < 0 || two(14, 59) < 0 ||
      two(17, 59) < 0 || text[13] != ':' || text[16] != ':')
    return false;
  const auto fraction = text.substr(19);
  if (!fraction.empty() && (fraction.size() < 2 || fraction.front() != '.' || fraction.back() == '0' ||
                            !std::ranges::all_of(fraction.substr(1), core::is_digit)))
    return false;
  out.append(text.substr(0, 10));
  out += 'T';
  out.append(text.substr(11));
  return true;
}

namespace {

/// Digits without a superfluous zero in front.
bool plain_digits(std::string_view text) noexcept {
  return !text.empty() && (text.front() != '0' || text.size() == 1) &&
         std::ranges::all_of(text, core::is_digit);
}

std::optional<std::string_view> plain_number(std::string_view text) noexcept {
  const auto unsigned_text = text.substr(text.starts_with('-'));
  const auto point = unsigned_text.find('.');
  const auto whole = unsigned_text.substr(0, point);
  if (!plain_digits(whole)) return std::nullopt;
  if (point == std::string_view::npos) return text == "-0" ? std::nullopt : std::optional(text);
  const auto part = unsigned_text.substr(point + 1);
  // Zeros at the end are superfluous; a part of nothing else changes more than its end.
  const auto last = part.find_last_not_of('0');
  if (last == std::string_view::npos || !std::ranges::all_of(part, core::is_digit)) return std::nullopt;
  return text.substr(0, text.size() - (part.size() - 1 - last));
}

}  // namespace

std::optional<std::string_view> plain_value(std::string_view text, SourceColumn::Kind kind) noexcept {
  switch (kind) {
    case ColumnKind::text:
    case ColumnKind::binary:
    case ColumnKind::other:
      return text;
    case ColumnKind::boolean:
      return text == "0" || text == "1" ? std::optional(text) : std::nullopt;
    case ColumnKind::integer:  // 18 digits always fit 64 bits
      if (text.size() > 18 || text.find('.') != std::string_view::npos) return std::nullopt;
      return plain_number(text);
    case ColumnKind::number:
      return plain_number(text);
    case ColumnKind::date:
    case ColumnKind::timestamp:
      break;
  }
  return std::nullopt;
}

Encoded encode(std::string value, SourceColumn::Kind kind) {
  const auto result = [&](std::optional<std::string> canonical, std::string_view misfit) -> Encoded {
    if (canonical) return {std::move(*canonical), {}};
    return {std::move(value), misfit};
  };
  switch (kind) {
    case ColumnKind::integer: {
      auto canonical = canonical_number(value);
      if (canonical && !fits_integer(*canonical)) canonical.reset();
      return result(std::move(canonical), "not an integer of 64 bits");
    }
    case ColumnKind::number:
      return result(canonical_number(value), "not a number");
    case ColumnKind::date:
    case ColumnKind::timestamp:
      return result(canonical_timestamp(value), "not a date of the years 0001 to 9999");
    case ColumnKind::boolean:
      return result(canonical_boolean(value), "not a boolean");
    case ColumnKind::text:
    case ColumnKind::binary:
    case ColumnKind::other:
      break;
  }
  return {std::move(value), {}};
}

}  // namespace versoir::extract
