// Source URIs: what is before the first colon chooses the adapter.
#include "extract/source.hpp"

#include "core/error.hpp"
#include "extract/adapters.hpp"
#include "extract/odbc_string.hpp"

#include <algorithm>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

[[noreturn]] void refuse_kind(std::string_view kind) {
  throw Error(Exit::usage, msg("There is no kind of source named {0}.", kind))
      .hint(msg("Available kinds: sqlite, postgresql, odbc, csv, siard."));
}

}  // namespace

std::string SourceUri::redacted() const {
  if (kind == "postgresql") return redact_postgresql(*this);
  return kind == "odbc" ? redact_odbc(*this) : kind + ":" + rest;
}

SourceUri parse_source(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0)
    throw Error(Exit::usage, msg("A source is written KIND:ADDRESS."))
        .hint(msg("For example: sqlite:apogee.sqlite, postgresql:host=db.example.org dbname=apogee "
                  "user=archive, or "
                  "odbc:DSN=apogee;UID=archive"));
  SourceUri uri{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
  if (uri.kind == "postgresql")
    check_postgresql_conninfo(uri);
  else if (uri.kind == "odbc")
    check_odbc_string(uri);
  else if (uri.kind != "sqlite" && uri.kind != "csv" && uri.kind != "siard")
    refuse_kind(uri.kind);
  if (uri.kind == "sqlite" && uri.rest.empty())
    throw Error(Exit::usage, msg("The source names no SQLite file."));
  if (uri.kind == "siard" && uri.rest.empty())
    throw Error(Exit::usage, msg("The source names no SIARD archive."));
  if (uri.kind == "csv" && uri.rest.empty()) throw Error(Exit::usage, msg("The source names no folder."));
  return uri;
}

std::string_view consistency_name(Consistency c) noexcept {
  switch (c) {
    case Consistency::snapshot:
      return "snapshot";
    case Consistency::per_table:
      return "per-table";
    case Consistency::per_chunk:
      return "per-chunk";
  }
  return "per-chunk";
}

const SourceColumn* SourceTable::find(std::string_view column) const {
  const auto it = std::ranges::find(columns, column, &SourceColumn::name);
  return it == columns.end() ? nullptr : &*it;
}

std::unique_ptr<Source> open_source(const SourceUri& uri, const Access& access) {
  if (uri.kind == "sqlite") return open_sqlite(uri.rest);
  if (uri.kind == "postgresql") return open_postgresql(uri, access);
  if (uri.kind == "odbc") return open_odbc(uri, access);
  if (uri.kind == "csv") return open_csv(uri.rest);
  if (uri.kind == "siard") return open_siard(uri.rest);
  refuse_kind(uri.kind);
}

}  // namespace versoir::extract
