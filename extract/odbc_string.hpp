// ODBC connection strings: what they say, what must not stand in them, what of them may be shown.
#pragma once
#include "extract/source.hpp"

#include <string>
#include <string_view>

namespace versoir::extract {

/// Throws Error(Exit::usage) when the text is not KEY=VALUE;… or when it holds a password.
void check_odbc_string(const SourceUri& uri);
/// DSN, Driver, Server, Port, Database, DBQ and UID only.
[[nodiscard]] std::string redact_odbc(const SourceUri& uri);
/// The value of a key, compared without regard to case; "" when absent.
[[nodiscard]] std::string odbc_value(const SourceUri& uri, std::string_view key);
/// ";KEY=value", in braces where the value needs them (ODBC Programmer's Reference, SQLDriverConnect).
[[nodiscard]] std::string odbc_setting(std::string_view key, std::string_view value);
/// What a driver says, without what could be secret: it may quote the connection string. First line only:
/// what follows may quote values.
[[nodiscard]] std::string clean_driver_text(std::string_view text, std::string_view password);

}  // namespace versoir::extract
