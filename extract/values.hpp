// Types of the source's columns and the one form in which each value stands in an extract.
#pragma once
#include "extract/source.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace versoir::extract {

/// Column type of the extract (STRICT tables).
enum class Storage { integer, text, blob };
[[nodiscard]] std::string_view storage_name(Storage s) noexcept;  ///< "INTEGER", "TEXT", "BLOB"

/// Reads a declared type: Oracle's names (VARCHAR2, NUMBER(p,s), CLOB…) and the standard ones. Unknown types
/// are `other`, kept as text.
[[nodiscard]] SourceColumn declared_column(std::string name, std::string type);

/// INTEGER only for what always fits 64 bits: integers of at most 18 declared digits, machine integers,
/// booleans.
[[nodiscard]] Storage storage_of(const SourceColumn& column) noexcept;

/// Exact decimal, canonical: optional '-', digits, '.', no exponent, no superfluous zero. nullopt: not a
/// number.
[[nodiscard]] std::optional<std::string> canonical_number(std::string_view text);
/// A canonical number that is an integer of 64 bits.
[[nodiscard]] bool fits_integer(std::string_view canonical) noexcept;
/// YYYY-MM-DDTHH:MM:SS[.f] from YYYY-MM-DD, then 'T' or a blank, HH:MM[:SS[.f]]; a zone turns it to UTC,
/// ending in Z. nullopt: not a date of the years 0001 to 9999 in the Gregorian calendar.
[[nodiscard]] std::optional<std::string> canonical_timestamp(std::string_view text);
/// "0" or "1".
[[nodiscard]] std::optional<std::string> canonical_boolean(std::string_view text);

/// The common forms of a number and of a text: what encode() would give stands within `text` itself, and is
/// returned without a copy. nullopt: the careful way decides.
[[nodiscard]] std::optional<std::string_view> plain_value(std::string_view text,
                                                          SourceColumn::Kind kind) noexcept;

/// The common forms of a date, YYYY-MM-DD and YYYY-MM-DD HH:MM:SS[.f], and of a boolean, t and f, appended as
/// encode() gives them; false, and nothing appended, for any other text or kind.
bool append_plain(std::string& out, std::string_view text, SourceColumn::Kind kind);

/// A value ready for the extract.
struct Encoded {
  std::string value;
  std::string_view misfit;  ///< "" or why the value is not of its declared kind: then kept as it came
};
/// `value` as the extract keeps it in a column of this kind. Text is not checked here: see repair_utf8.
[[nodiscard]] Encoded encode(std::string value, SourceColumn::Kind kind);

}  // namespace versoir::extract
