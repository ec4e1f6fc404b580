// See generation.hpp.
#include "consult/generation.hpp"

#include "core/display.hpp"
#include "core/i18n.hpp"

#include <fmt/format.h>

namespace versoir::consult {

namespace {

constexpr std::string_view eliminated_columns =
    "elimination, visa, authority, visa_date, purged, kind, table_name, column_name, record, key, rows";

bool was_purged(core::Database& db) {
  return db.one_int(
             "SELECT count(*) FROM main.sqlite_master WHERE type = 'table' AND name = 'versoir_eliminated'") >
         0;
}

Eliminated eliminated_of(const core::Statement& st) {
  Eliminated e;
  e.elimination = st.text(0);
  e.visa = st.text(1);
  e.authority = st.text(2);
  e.visa_date = st.text(3);
  e.purged = st.text(4);
  e.kind = st.text(5) == "record"   ? Eliminated::Kind::record
           : st.text(5) == "column" ? Eliminated::Kind::column
                                    : Eliminated::Kind::table;
  e.table = st.text(6);
  e.column = st.text(7);
  e.record = st.text(8);
  e.key = st.text(9);
  e.rows = static_cast<std::uint64_t>(st.integer(10));
  return e;
}

}  // namespace

std::string_view eliminated_kind(Eliminated::Kind kind) noexcept {
  switch (kind) {
    case Eliminated::Kind::table:
      return "table";
    case Eliminated::Kind::column:
      return "column";
    case Eliminated::Kind::record:
      return "record";
  }
  return {};
}

std::string origin_root(extract::Extract& extract) {
  const auto first = extract.database().one("SELECT value FROM main.versoir_run WHERE key = 'first_root'");
  return first ? core::value_text(*first) : extract.root().hex();
}

std::vector<Eliminated> eliminated_parts(extract::Extract& extract) {
  std::vector<Eliminated> out;
  auto& db = extract.database();
  if (!was_purged(db)) return out;
  auto st = db.prepare(fmt::format("SELECT {} FROM versoir_eliminated WHERE kind <> 'record' ORDER BY rowid",
                                   eliminated_columns));
  while (st.step()) out.push_back(eliminated_of(st));
  return out;
}

std::optional<Eliminated> eliminated_record(extract::Extract& extract, std::string_view record,
                                            const records::Key& key) {
  auto& db = extract.database();
  if (!was_purged(db)) return std::nullopt;
  auto st = db.prepare(
      fmt::format("SELECT {} FROM versoir_eliminated WHERE record = ?1 AND key = ?2", eliminated_columns));
  const auto text = key.text();
  st.bind(1, record).bind(2, std::string_view(text));
  if (!st.step()) return std::nullopt;
  return eliminated_of(st);
}

std::string eliminated_text(const Eliminated& e) {
  return core::msg("eliminated on {0}, visa {1} of {2} ({3})", core::show_date(e.purged), e.visa,
                   core::show_date(e.visa_date), e.authority)
      .text();
}

}  // namespace versoir::consult
