// What VITAM's ontology and its schema of units ask beyond SEDA (domain: CHECK_UNIT_SCHEMA).
#include "sip/seda_fit.hpp"

#include "core/clock.hpp"
#include "core/json.hpp"
#include "sip/seda_text.hpp"
#include "sip/seda_types.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace versoir::sip {

namespace {

/// Of a second VITAM keeps thousandths: more digits are INVALID_UNIT, seven are not read at all.
constexpr std::size_t fraction_most = 3;

/// The years 1 to 8999, and whole dates only: what XML Schema and VITAM both take.
std::optional<std::string> vitam_date(const std::string& text) {
  const auto date = core::parse_date(text);
  if (!date || static_cast<int>(date->year()) < 1 || static_cast<int>(date->year()) > 8999)
    return std::nullopt;
  return core::format_date(*date);
}

/// Cuts the digits beyond thousandths of a second; true when they said something.
bool cut_fraction(std::string& text) {
  const auto dot = text.find('.');
  if (dot == std::string::npos) return false;
  const auto from = dot + 1;
  const auto end = std::min(text.find_first_not_of("0123456789", from), text.size());
  if (end - from <= fraction_most) return false;
  const auto lost = text.substr(from + fraction_most, end - from - fraction_most);
  text.erase(from + fraction_most, lost.size());
  return lost.find_first_not_of('0') != std::string::npos;
}

bool fit_date(PlainType type, FittedValue& value) {
  auto& text = value.text;
  if (type == PlainType::date) {
    auto date = vitam_date(text);
    if (date) text = std::move(*date);
    return date.has_value();
  }
  if (text.size() > 10 && text[10] == ' ') text[10] = 'T';  // "2014-06-02 10:00:00" is how databases write it
  const auto date = vitam_date(text.substr(0, 10));
  if (!date || !text.starts_with(*date)) return false;
  if (type == PlainType::date7 && text.size() == 10) return true;
  if (!conforms(PlainType::date_time, text)) return false;
  if (text.substr(11, 2) == "24") return false;  // the end of a day for XML Schema, no hour for java.time
  value.mended = cut_fraction(text);
  return true;
}

/// xs:integer has no end, VITAM's LONG has.
bool is_long(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return parsed.ec == std::errc{} && parsed.ptr == end;
}

bool softened(PlainType type, const std::string& before, const std::string& after) {
  const bool text = type == PlainType::string || type == PlainType::token || type == PlainType::ne_token;
  return text && after != collapsed_token(before);
}

}  // namespace

std::optional<FittedValue> fit_value(std::string_view element, const SedaValue& value,
                                     const std::string& given) {
  FittedValue fitted{token(given), false};
  if (fitted.text.empty()) return std::nullopt;
  if (value.one_of.empty()) switch (value.plain) {
      case PlainType::date:
      case PlainType::date7:
      case PlainType::date_time:
        if (!fit_date(value.plain, fitted)) return std::nullopt;
        break;
      case PlainType::integer:
      case PlainType::positive_integer:
        if (!is_long(fitted.text)) return std::nullopt;
        break;
      default:
        fitted.mended = softened(value.plain, given, fitted.text);
        break;
    }
  // The platform reads it as JSON.
  if (element == "EventDetailData" && !core::Json::accept(fitted.text)) return std::nullopt;
  if (!value.accepts(fitted.text)) return std::nullopt;
  return fitted;
}

}  // namespace versoir::sip
