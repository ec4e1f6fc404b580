// The plain types of SEDA's values, after XML Schema part 2 (1.0): what a text must look like.
#pragma once
#include "core/i18n.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace versoir::sip {

/// Blanks around a value are collapsed first, but for `string`. Lexical forms only: no value is computed.
enum class PlainType {
  string,    ///< anything
  token,     ///< anything, may be empty
  ne_token,  ///< a token that is not empty
  language,  ///< BCP 47 in shape: fra, fr-FR
  language_or_empty,
  boolean,           ///< true, false, 1, 0
  boolean_or_empty,  ///< empty: the default value of the element
  int32,
  integer,
  positive_integer,  ///< from 1
  decimal,
  date,       ///< year 1 and after or before, never 0; the day exists; a zone may follow
  date_time,  ///< with its time; seconds may have a fraction; a zone may follow
  date7,      ///< date, dateTime, gYear, gYearMonth, gMonth, gMonthDay or gDay
  any_uri,    ///< RFC 3986 once escaped: nearly anything
  base64,
  binary,  ///< base64 or hexadecimal
  qname,
  id,     ///< a name without colon (NCName), unique in the document
  idref,  ///< the same, borne by something in the document
};

/// The type that the element table calls by this name; none when unknown.
[[nodiscard]] std::optional<PlainType> plain_type(std::string_view name);

[[nodiscard]] bool conforms(PlainType type, std::string_view text);

/// What is wrong with a text of that type: "« {0} » is not a date …". `shown` is the text as it may be shown.
[[nodiscard]] core::Message not_of_type(PlainType type, std::string_view shown);

/// xs:token: blanks of any kind are one space, none at the ends.
[[nodiscard]] std::string collapsed(std::string_view text);

}  // namespace versoir::sip
