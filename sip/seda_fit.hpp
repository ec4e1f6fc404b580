// A value that a profile or the data give, as its element and VITAM take it. Private to sip.
#pragma once
#include "sip/seda_schema.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace versoir::sip {

struct FittedValue {
  std::string text;
  bool mended = false;  ///< it says something else than what was given, blanks apart
};

/// Cleaned (sip/seda_text.hpp), dates whole and with three digits of a second at most, whole numbers of 64
/// bits: what the element table takes and VITAM keeps. `element`: its name, for those of which VITAM wants
/// more. None when the value cannot be one of this element.
[[nodiscard]] std::optional<FittedValue> fit_value(std::string_view element, const SedaValue& value,
                                                   const std::string& given);

}  // namespace versoir::sip
