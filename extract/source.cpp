// Source URIs: what is before the first colon chooses the adapter.
#include "extract/source.hpp"

#include "core/error.hpp"
#include "extract/adapters.hpp"

#include <algorithm>
#include <array>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::array later_kinds{std::string_view("odbc"), std::string_view("csv"),
                                 std::string_view("siard")};

[[noreturn]] void refuse_kind(std::string_view kind) {
  if (std::ranges::find(later_kinds, kind) != later_kinds.end())
    throw Error(Exit::usage, msg("Sources of kind {0} are not available yet.", kind))
        .hint(msg("Available kinds: sqlite, postgresql."));
  throw Error(Exit::usage, msg("There is no kind of source named {0}.", kind))
      .hint(msg("Available kinds: sqlite, postgresql."));
}

}  // namespace

std::string SourceUri::redacted() const {
  return kind == "postgresql" ? redact_postgresql(*this) : kind + ":" + rest;
}

SourceUri parse_source(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0)
    throw Error(Exit::usage, msg("A source is written KIND:ADDRESS."))
        .hint(msg("For example: sqlite:apogee.sqlite, or postgresql:host=db.example.org dbname=apogee "
                  "user=archive"));
  SourceUri uri{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
  if (uri.kind == "postgresql")
    check_postgresql_conninfo(uri);
  else if (uri.kind != "sqlite")
    refuse_kind(uri.kind);
  if (uri.kind == "sqlite" && uri.rest.empty())
    throw Error(Exit::usage, msg("The source names no SQLite file."));
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

std::unique_ptr<Source> open_source(const SourceUri& uri, std::string_view schema) {
  if (uri.kind == "sqlite") return open_sqlite(uri.rest);
  if (uri.kind == "postgresql") return open_postgresql(uri, schema);
  refuse_kind(uri.kind);
}

}  // namespace versoir::extract
