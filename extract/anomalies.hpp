// The list of what a copy noted without stopping, for people.
#pragma once
#include "core/file.hpp"
#include "extract/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace versoir::extract {

/// What a kind of versoir_anomaly is, in the user's language.
[[nodiscard]] std::string anomaly_label(std::string_view kind);

/// CSV as the spreadsheets of this country open it (UTF-8 with a byte order mark, semicolon, no formula), in
/// the user's language: table, row, key, column, kind, text, hexadecimal, note. One line per value that is
/// not of its type or encoding (its bytes as text when they are text, else in hexadecimal) and per row that
/// breaks a declared key or reference; where the extract lists only some of those, a line without row tells
/// how many there are. Any number of them in the same memory. Returns the lines written, header apart.
std::uint64_t export_anomalies(Extract& extract, core::ByteSink& out);

}  // namespace versoir::extract
