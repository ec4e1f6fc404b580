// Opens an extract and reads what it says of itself.
#include "extract/store.hpp"

#include "core/file.hpp"
#include "profiles/loader.hpp"
#include "trust/merkle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

Error not_an_extract(const fs::path& path) {
  return Error(Exit::extract_invalid, msg("{0} is not an extract that can be read.", path.string()))
      .hint(msg("Name a file that versoir extract made; versoir status lists those of the workspace."));
}

core::Database open_database(const fs::path& path) {
  // Absent or forbidden is one thing, not a database or a damaged one is another.
  static_cast<void>(core::open_read(path));
  try {
    return core::Database::open_read(path, true);
  } catch (const Error& e) {
    throw not_an_extract(path).because(e);
  }
}

std::map<std::string, std::string> read_pairs(core::Database& db, std::string_view sql) {
  std::map<std::string, std::string> out;
  auto st = db.prepare(sql);
  while (st.step()) out[std::string(st.text(0))] = std::string(st.text(1));
  return out;
}

core::Instant instant_of(const std::string& text) {
  return core::parse_instant(text).value_or(core::Instant{});
}

RunFacts run_facts(const std::map<std::string, std::string>& values) {
  const auto get = [&](const char* key) {
    const auto it = values.find(key);
    return it == values.end() ? std::string() : it->second;
  };
  RunFacts run;
  run.application = get("application");
  run.application_label = get("application_label");
  run.profile_version = get("profile_version");
  run.profile_digest = get("profile_digest");
  run.source = get("source");
  run.system = get("system");
  run.system_version = get("system_version");
  run.charset = get("charset");
  run.snapshot = get("snapshot");
  run.consistency = get("consistency");
  run.kind = get("kind");
  run.tool = get("tool");
  run.started = instant_of(get("started"));
  run.finished = instant_of(get("finished"));
  const auto anomalies = get("anomalies");
  std::from_chars(anomalies.data(), anomalies.data() + anomalies.size(), run.anomalies);
  return run;
}

std::vector<TableFacts> table_facts(core::Database& db) {
  std::vector<TableFacts> out;
  auto st = db.prepare(
      "SELECT name, label, source_rows, copied_rows, sum, root, (SELECT coalesce(sum(rows), 0) FROM "
      "versoir_left WHERE table_name = name) FROM versoir_table ORDER BY name");
  while (st.step()) {
    TableFacts t;
    t.name = st.text(0);
    t.label = st.text(1);
    t.source_rows = static_cast<std::uint64_t>(st.integer(2));
    t.copied_rows = static_cast<std::uint64_t>(st.integer(3));
    t.sum = st.text(4);
    const auto root = core::Sha256::from_hex(st.text(5));
    if (!root) throw Error(Exit::extract_invalid, msg("The root of table {0} is not a digest.", t.name));
    t.root = *root;
    t.left_rows = static_cast<std::uint64_t>(st.integer(6));
    out.push_back(std::move(t));
  }
  return out;
}

/// Gives the profile's queries what the source did not have, and what a decision left: empty tables, NULL
/// columns.
void shadow_absent(core::Database& db) {
  std::map<std::string, std::vector<std::string>> absent;
  auto st = db.prepare(
      "SELECT table_name, name FROM versoir_column AS c WHERE taken = 'absent' OR (taken = 'no' AND EXISTS "
      "(SELECT 1 FROM versoir_decision AS d WHERE d.taken = 0 AND d.table_name = c.table_name COLLATE NOCASE "
      "AND "
      "(d.column_name = c.name COLLATE NOCASE OR d.column_name = ''))) ORDER BY table_name, position");
  while (st.step()) absent[std::string(st.text(0))].emplace_back(st.text(1));
  auto known = db.prepare("SELECT 1 FROM versoir_table WHERE name = ?1");
  for (const auto& [table, columns] : absent) {
    known.bind(1, std::string_view(table));
    const bool exists = known.step();
    known.reset();
    std::string list;
    for (const auto& c : columns)
      list += exists ? ", NULL AS " + core::sql_name(c) : ", " + core::sql_name(c) + " TEXT";
    const auto name = core::sql_name(table);
    db.exec(exists ? fmt::format("CREATE TEMP VIEW {0} AS SELECT *{1} FROM main.{0}", name, list)
                   : fmt::format("CREATE TEMP TABLE {} (_row INTEGER PRIMARY KEY{})", name, list));
  }
}

}  // namespace

std::string kind_label(std::string_view name) {
  if (name == "rehearsal") return core::tr("rehearsal");
  if (name == "final") return core::tr("final");
  return std::string(name);
}

std::string consistency_label(std::string_view name) {
  if (name == "snapshot") return core::tr("snapshot");
  if (name == "per-table") return core::tr("table by table");
  if (name == "per-chunk") return core::tr("piece by piece");
  return std::string(name);
}

std::string_view kind_name(Kind k) noexcept { return k == Kind::final_ ? "final" : "rehearsal"; }

Extract Extract::open(const fs::path& path) {
  Extract extract(open_database(path));
  extract.path_ = path;
  try {
    if (extract.db_.one_int("PRAGMA application_id") != application_id) throw not_an_extract(path);
    if (const auto version = extract.db_.one_int("PRAGMA user_version"); version > format_version)
      throw not_an_extract(path)
          .because(msg("Its format is {0}; this program knows {1}.", version, format_version))
          .hint(msg("Use a more recent version of Versoir."));
    extract.run_ = run_facts(read_pairs(extract.db_, "SELECT key, value FROM versoir_run"));
    extract.tables_ = table_facts(extract.db_);
    shadow_absent(extract.db_);
  } catch (const Error& e) {
    if (e.code() == Exit::extract_invalid) throw;
    throw not_an_extract(path).because(e);
  }
  return extract;
}

std::map<std::string, std::string> Extract::profile_files() {
  return read_pairs(db_, "SELECT name, content FROM versoir_profile");
}

profiles::Application Extract::profile() { return profiles::load(profile_files(), path_.string()); }

core::Sha256 Extract::root() const {
  auto tables = tables_;
  std::ranges::sort(tables, {}, &TableFacts::name);
  trust::MerkleBuilder tree;
  for (const auto& t : tables) {
    std::string leaf = t.name;
    leaf += '\0';
    leaf += std::to_string(t.copied_rows);
    leaf += '\0';
    leaf += t.root.hex();
    tree.add(trust::merkle_leaf(std::string_view(leaf)));
  }
  return tree.root();
}

}  // namespace versoir::extract
