// Connection strings and column types of PostgreSQL.
#pragma once
#include "extract/source.hpp"

#include <string>
#include <string_view>

namespace versoir::extract {

/// "verify-full" for a server reached over the network when neither the text nor the environment says
/// otherwise (personal data must not travel in clear, nor to another server); "" = leave it to libpq.
[[nodiscard]] std::string default_sslmode(const std::string& conninfo);

/// `type` as format_type() writes it, `base` = pg_type.typname of the type or of what the domain restricts.
[[nodiscard]] SourceColumn postgresql_column(std::string name, std::string type, std::string_view base,
                                             int typmod);

}  // namespace versoir::extract
