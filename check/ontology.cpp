// Conversions as VITAM's ontology validator makes them.
#include "check/ontology.hpp"

#include "check/values.hpp"
#include "core/text.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace versoir::check {

using core::msg;

namespace {

constexpr std::size_t most_text = 32'766, most_text_content = 320'000;  ///< bytes, excluded

/// Internal vocabularies that are not texts, by the names that elements of units and objects have.
constexpr std::array<std::string_view, 20> dates{"AcquiredDate",
                                                 "BirthDate",
                                                 "ClassificationReassessingDate",
                                                 "CreatedDate",
                                                 "DeathDate",
                                                 "EndDate",
                                                 "DateCreatedByApplication",
                                                 "EventDateTime",
                                                 "HoldEndDate",
                                                 "HoldReassessingDate",
                                                 "LastModified",
                                                 "ReceivedDate",
                                                 "RegisteredDate",
                                                 "SentDate",
                                                 "SigningTime",
                                                 "StartDate",
                                                 "TimeStamp",
                                                 "TransactedDate",
                                                 "UpdateDate",
                                                 "ValidationTime"};
constexpr std::array<std::string_view, 4> booleans{"PreventInheritance", "PreventRearrangement",
                                                   "NeedReassessingAuthorization", "NeedAuthorization"};
constexpr std::array<std::string_view, 2> wholes{"GpsAltitude", "NumberOfPage"};

bool is_whole(std::string_view text) {
  std::int64_t value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return !text.empty() && parsed.ec == std::errc{} && parsed.ptr == end;
}

bool is_decimal(std::string_view text) {
  double value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  return !text.empty() && parsed.ec != std::errc::invalid_argument && parsed.ptr == end;
}

/// A value as a message quotes it: at most eighty bytes, cut between characters.
std::string shown(const std::string& value) {
  if (value.size() <= 80) return value;
  std::size_t end = 80;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return value.substr(0, end) + "…";
}

}  // namespace

Ontology::Ontology() {
  for (const auto name : dates) types_.emplace(name, ValueType::date);
  for (const auto name : booleans) types_.emplace(name, ValueType::boolean);
  for (const auto name : wholes) types_.emplace(name, ValueType::whole);
}

void Ontology::set(std::string name, std::string_view type) {
  types_[std::move(name)] = type == "DATE"      ? ValueType::date
                            : type == "LONG"    ? ValueType::whole
                            : type == "DOUBLE"  ? ValueType::decimal
                            : type == "BOOLEAN" ? ValueType::boolean
                                                : ValueType::text;
}

ValueType Ontology::type_of(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? ValueType::text : found->second;
}

std::optional<core::Message> find_typing_fault(const Ontology& ontology, std::string_view name,
                                               const std::string& text) {
  const auto most = name == "TextContent" ? most_text_content : most_text;
  if (text.size() >= most) return msg("{0} is longer than {1} bytes.", name, most);
  const auto value = core::trim(text);
  if (value.empty()) return std::nullopt;  // nil
  switch (ontology.type_of(name)) {
    case ValueType::date:
      if (judge_date(text) == DateVerdict::unreadable)
        return msg("{0} is not a date that the platform reads: {1}", name, value);
      break;
    case ValueType::whole:
      if (!is_whole(value)) return msg("{0} must be a whole number: {1}", name, shown(value));
      break;
    case ValueType::decimal:
      if (!is_decimal(value)) return msg("{0} must be a number: {1}", name, shown(value));
      break;
    case ValueType::boolean:
      if (value != "true" && value != "false")
        return msg("{0} must be true or false: {1}", name, shown(value));
      break;
    case ValueType::text:
      break;
  }
  return std::nullopt;
}

}  // namespace versoir::check
