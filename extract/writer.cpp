// Writes an extract file under a partial name; published whole or not at all.
#include "extract/writer.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <sstream>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::string_view own_tables = R"sql(
CREATE TABLE versoir_run (key TEXT PRIMARY KEY, value TEXT) STRICT;
CREATE TABLE versoir_session (number INTEGER PRIMARY KEY, started TEXT, finished TEXT, snapshot TEXT, host TEXT,
  account TEXT, rows INTEGER, outcome TEXT) STRICT;
CREATE TABLE versoir_table (name TEXT PRIMARY KEY, label TEXT, source_rows INTEGER, copied_rows INTEGER, sum TEXT,
  root TEXT, source_columns TEXT) STRICT;
CREATE TABLE versoir_column (table_name TEXT, name TEXT, position INTEGER, source_type TEXT, storage TEXT, label TEXT,
  key_position INTEGER, references_to TEXT, sensitivity TEXT, codes TEXT, evidence TEXT, taken TEXT, reason TEXT,
  PRIMARY KEY (table_name, name)) STRICT;
CREATE TABLE versoir_block (table_name TEXT, block INTEGER, first_row INTEGER, rows INTEGER, digest TEXT,
  PRIMARY KEY (table_name, block)) STRICT, WITHOUT ROWID;
CREATE TABLE versoir_lob (table_name TEXT, row INTEGER, column_name TEXT, chunk INTEGER, bytes BLOB,
  PRIMARY KEY (table_name, row, column_name, chunk)) STRICT;
CREATE TABLE versoir_anomaly (table_name TEXT, row INTEGER, column_name TEXT, kind TEXT, raw BLOB, note TEXT) STRICT;
CREATE TABLE versoir_integrity (table_name TEXT, column_name TEXT, kind TEXT, rows INTEGER) STRICT;
CREATE TABLE versoir_left (table_name TEXT, rule INTEGER, reason TEXT, rows INTEGER, PRIMARY KEY (table_name, rule)) STRICT;
CREATE TABLE versoir_decision (table_name TEXT, column_name TEXT, taken INTEGER, reason TEXT, who TEXT, date TEXT,
  PRIMARY KEY (table_name, column_name)) STRICT;
CREATE TABLE versoir_profile (name TEXT PRIMARY KEY, content TEXT) STRICT;
CREATE TABLE versoir_partial (key TEXT PRIMARY KEY, value TEXT) STRICT;
CREATE TABLE versoir_progress (table_name TEXT PRIMARY KEY, stage INTEGER, storage TEXT, rows INTEGER,
  source_rows INTEGER, sum TEXT, pending BLOB, position BLOB, first_snapshot TEXT, last_snapshot TEXT,
  one_moment INTEGER, shape TEXT, left_rows TEXT) STRICT;
)sql";

// A commit must survive a power cut: an interrupted copy goes on from it.
constexpr std::string_view connection_settings =
    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; "
    "PRAGMA threads = 1;";  // one more, to sort an index

std::string storage_text(const std::vector<Storage>& storage) {
  std::string out;
  for (const auto s : storage) out += storage_name(s).front();  // I, T, B
  return out;
}
std::vector<Storage> storage_of_text(std::string_view text) {
  std::vector<Storage> out;
  for (const char c : text)
    out.push_back(c == 'I' ? Storage::integer : c == 'B' ? Storage::blob : Storage::text);
  return out;
}

std::vector<std::uint64_t> numbers_of_text(std::string_view text) {
  std::vector<std::uint64_t> out;
  std::istringstream words{std::string(text)};
  for (std::uint64_t n = 0; words >> n;) out.push_back(n);
  return out;
}

}  // namespace

core::Sha256 kept_digest(std::string_view hex) {
  const auto digest = core::Sha256::from_hex(hex);
  if (!digest)
    throw Error(Exit::extract_invalid, msg("The state kept by an interrupted copy cannot be read."));
  return *digest;
}

ExtractWriter::ExtractWriter(fs::path target, const Identity& identity, bool restart)
    : target_(std::move(target)), partial_(target_.string() + ".partial") {
  const auto lock = [&] {
    auto held = core::FileLock::try_lock(partial_);
    if (!held)
      throw Error(Exit::temporary, msg("Another copy is writing {0}.", partial_.string()))
          .hint(msg("Wait for its end, or stop it."));
    lock_ = std::move(*held);
  };
  lock();
  std::error_code ec;
  if (restart && fs::file_size(partial_, ec) > 0) {
    fs::remove(partial_, ec);
    fs::remove(partial_.string() + "-journal", ec);
    lock();
  }
  const bool was_empty = fs::file_size(partial_) == 0;
  try {
    db_.emplace(core::Database::open_write(partial_));
    // Asked of SQLite, not of the file's size: a first transaction that was killed leaves bytes and a
    // journal.
    if (db_->one_int("SELECT count(*) FROM sqlite_master") == 0)
      create(identity);
    else
      resume(identity);
    if (finished_)
      db_.reset();
    else
      db_->exec("BEGIN");
  } catch (...) {
    db_.reset();
    if (was_empty)
      fs::remove(partial_, ec);  // otherwise, whatever is wrong with it, it is not ours to remove
    throw;
  }
}

void ExtractWriter::create(const Identity& identity) {
  db_->exec("PRAGMA page_size = 32768; PRAGMA encoding = 'UTF-8';");
  db_->exec(connection_settings);
  db_->exec("BEGIN");
  db_->exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", partial_application_id,
                        format_version));
  db_->exec(own_tables);
  auto st = db_->prepare("INSERT INTO versoir_partial VALUES (?1, ?2)");
  for (const auto& [key, value] : identity) {
    st.bind(1, std::string_view(key)).bind(2, std::string_view(value));
    st.run();
  }
  db_->exec("COMMIT");
}

void ExtractWriter::resume(const Identity& identity) {
  resumed_ = true;
  const auto id = db_->one_int("PRAGMA application_id");
  if ((id != partial_application_id && id != application_id) ||
      db_->one_int("PRAGMA user_version") != format_version)
    throw Error(Exit::extract_invalid,
                msg("{0} is not an interrupted copy of this version.", partial_.string()))
        .hint(msg("Start the copy again with --restart."));
  finished_ = id == application_id;
  db_->exec(connection_settings);
  check_identity(identity, finished_ ? "versoir_run" : "versoir_partial");
}

void ExtractWriter::check_identity(const Identity& identity, std::string_view table) {
  Identity kept;
  auto st = db_->prepare(fmt::format("SELECT key, value FROM {}", table));
  while (st.step()) kept.emplace(st.text(0), st.text(1));
  Error error(Exit::lot_state, msg("The interrupted copy {0} was begun otherwise.", partial_.string()));
  for (const auto& [key, value] : identity)
    if (const auto it = kept.find(key); it != kept.end() && it->second != value)
      std::move(error).because(msg("{0}: it was {1}, it is {2} now", key, it->second, value));
  if (error.causes().empty()) return;
  throw std::move(error).hint(msg("Go on with what it was begun with, or start again with --restart."));
}

ExtractWriter::~ExtractWriter() {
  if (published_ || finished_) return;
  bool worth_keeping = false;
  try {
    if (in_transaction()) db_->exec("ROLLBACK");
    worth_keeping = db_->one_int("SELECT count(*) FROM versoir_progress") > 0;
  } catch (const std::exception&) {
    worth_keeping = true;  // it cannot be told: nothing is thrown away
  }
  db_.reset();
  if (worth_keeping) return;
  std::error_code ec;
  fs::remove(partial_, ec);
  fs::remove(partial_.string() + "-journal", ec);
}

std::optional<TableState> ExtractWriter::state(const std::string& table) {
  auto st = db_->prepare(
      "SELECT stage, storage, rows, source_rows, sum, pending, position, first_snapshot, last_snapshot, "
      "one_moment, shape, left_rows "
      "FROM versoir_progress WHERE table_name = ?1");
  st.bind(1, std::string_view(table));
  if (!st.step()) return std::nullopt;
  TableState out;
  out.stage = static_cast<TableState::Stage>(st.integer(0));
  out.storage = storage_of_text(st.text(1));
  out.rows = static_cast<std::uint64_t>(st.integer(2));
  out.source_rows = static_cast<std::uint64_t>(st.integer(3));
  out.sum = kept_digest(st.text(4));
  out.pending = st.blob(5);
  out.position = st.blob(6);
  out.first_snapshot = st.text(7);
  out.last_snapshot = st.text(8);
  out.one_moment = st.integer(9) != 0;
  out.shape = st.text(10);
  out.left = numbers_of_text(st.text(11));
  return out;
}

void ExtractWriter::save(const std::string& table, const TableState& state) {
  auto st = db_->prepare(
      "INSERT OR REPLACE INTO versoir_progress VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
      "?13)");
  st.bind(1, std::string_view(table)).bind(2, static_cast<std::int64_t>(state.stage));
  st.bind(3, std::string_view(storage_text(state.storage))).bind(4, static_cast<std::int64_t>(state.rows));
  st.bind(5, static_cast<std::int64_t>(state.source_rows)).bind(6, std::string_view(state.sum.hex()));
  st.bind_blob(7, state.pending).bind_blob(8, state.position);
  st.bind(9, std::string_view(state.first_snapshot)).bind(10, std::string_view(state.last_snapshot));
  st.bind(11, std::int64_t{state.one_moment}).bind(12, std::string_view(state.shape));
  st.bind(13, std::string_view(fmt::format("{}", fmt::join(state.left, " "))));
  st.run();
}

std::vector<std::pair<std::string, TableState>> ExtractWriter::states() {
  std::vector<std::string> names;
  {
    auto st = db_->prepare("SELECT table_name FROM versoir_progress ORDER BY table_name");
    while (st.step()) names.emplace_back(st.text(0));
  }
  std::vector<std::pair<std::string, TableState>> out;
  for (auto& name : names)
    if (auto found = state(name)) out.emplace_back(std::move(name), std::move(*found));
  return out;
}

void ExtractWriter::forget(const std::string& table) {
  db_->exec(fmt::format("DROP TABLE IF EXISTS {}", core::sql_name(table)));
  for (const char* own : {"versoir_block", "versoir_lob", "versoir_anomaly", "versoir_progress",
                          "versoir_column", "versoir_left"}) {
    auto st = db_->prepare(fmt::format("DELETE FROM {} WHERE table_name = ?1", own));
    st.bind(1, std::string_view(table));
    st.run();
  }
  auto st = db_->prepare("DELETE FROM versoir_table WHERE name = ?1");
  st.bind(1, std::string_view(table));
  st.run();
}

void ExtractWriter::commit() {
  db_->exec("COMMIT");
  db_->exec("BEGIN");
}

bool ExtractWriter::in_transaction() const { return db_ && sqlite3_get_autocommit(db_->raw()) == 0; }

void ExtractWriter::begin_session(const std::map<std::string, std::string>& facts) {
  auto st = db_->prepare(
      "INSERT INTO versoir_session (started, snapshot, host, account, rows, outcome) VALUES (?1, ?2, ?3, ?4, "
      "0, "
      "'interrupted')");
  int i = 1;
  for (const char* key : {"started", "snapshot", "host", "account"}) {
    const auto it = facts.find(key);
    st.bind(i++, std::string_view(it == facts.end() ? std::string_view() : std::string_view(it->second)));
  }
  st.run();
}

void ExtractWriter::end_session(std::string_view finished, std::uint64_t rows, std::string_view outcome) {
  auto st = db_->prepare(
      "UPDATE versoir_session SET finished = ?1, rows = ?2, outcome = ?3 WHERE number = (SELECT max(number) "
      "FROM "
      "versoir_session)");
  st.bind(1, finished).bind(2, static_cast<std::int64_t>(rows)).bind(3, outcome);
  st.run();
}

std::string ExtractWriter::first_started() {
  return core::value_text(
      db_->one("SELECT started FROM versoir_session ORDER BY number LIMIT 1").value_or(core::Value{}));
}

std::string ExtractWriter::last_known_time() {
  return core::value_text(db_->one("SELECT max(max(started, coalesce(finished, ''))) FROM versoir_session")
                              .value_or(core::Value{}));
}

void ExtractWriter::write_run(const std::map<std::string, std::string>& facts) {
  auto st = db_->prepare("INSERT OR REPLACE INTO versoir_run VALUES (?1, ?2)");
  for (const auto& [key, value] : facts) {
    st.bind(1, std::string_view(key)).bind(2, std::string_view(value));
    st.run();
  }
}

void ExtractWriter::write_profile(const std::map<std::string, std::string>& files) {
  auto st = db_->prepare("INSERT OR REPLACE INTO versoir_profile VALUES (?1, ?2)");
  for (const auto& [name, content] : files) {
    st.bind(1, std::string_view(name)).bind(2, std::string_view(content));
    st.run();
  }
}

void ExtractWriter::write_table(const TableFacts& facts, const SourceTable& source) {
  // All the columns of the source, taken or not: what was there on that day.
  auto columns = core::Json::array();
  for (const auto& c : source.columns)
    columns.push_back({{"name", c.name}, {"type", c.type}, {"nullable", c.nullable}});
  auto st = db_->prepare("INSERT INTO versoir_table VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  st.bind(1, std::string_view(facts.name)).bind(2, std::string_view(facts.label));
  st.bind(3, static_cast<std::int64_t>(facts.source_rows))
      .bind(4, static_cast<std::int64_t>(facts.copied_rows));
  st.bind(5, std::string_view(facts.sum)).bind(6, std::string_view(facts.root.hex()));
  st.bind(7, std::string_view(core::trim(core::canonical_json(columns))));
  st.run();
}

void ExtractWriter::write_left_rows(const profiles::Table& table, const std::vector<std::uint64_t>& left) {
  auto st = db_->prepare("INSERT OR REPLACE INTO versoir_left VALUES (?1, ?2, ?3, ?4)");
  for (std::size_t i = 0; i < table.left_rows.size() && i < left.size(); ++i) {
    st.bind(1, std::string_view(table.name)).bind(2, static_cast<std::int64_t>(i + 1));
    st.bind(3, std::string_view(table.left_rows[i].reason)).bind(4, static_cast<std::int64_t>(left[i]));
    st.run();
  }
}

void ExtractWriter::write_column(const profiles::Table& table, const profiles::Column& column,
                                 std::size_t position, std::string_view source_type, std::string_view storage,
                                 std::string_view taken) {
  const auto text_or_null = [](core::Statement& st, int i, std::string_view text) {
    if (text.empty())
      st.bind_null(i);
    else
      st.bind(i, text);
  };
  auto st = db_->prepare(
      "INSERT OR REPLACE INTO versoir_column VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, "
      "?13)");
  st.bind(1, std::string_view(table.name)).bind(2, std::string_view(column.name));
  st.bind(3, static_cast<std::int64_t>(position)).bind(4, source_type);
  text_or_null(st, 5, storage);
  st.bind(6, std::string_view(column.label));
  const auto key =
      std::ranges::find_if(table.key, [&](const std::string& k) { return table.find(k) == &column; });
  if (key == table.key.end())
    st.bind_null(7);
  else
    st.bind(7, static_cast<std::int64_t>(key - table.key.begin() + 1));
  text_or_null(st, 8, column.references);
  st.bind(9, profiles::sensitivity_name(column.sensitivity));
  text_or_null(st, 10, column.code_list);
  st.bind(11, profiles::evidence_name(column.evidence));
  st.bind(12, taken);
  text_or_null(st, 13, column.reason);
  st.run();
}

void ExtractWriter::write_columns(const TakenTable& table, const std::vector<Storage>& storage) {
  for (std::size_t i = 0; i < table.profile->columns.size(); ++i) {
    const auto& column = table.profile->columns[i];
    const auto copied = std::ranges::find(table.columns, &column, &TakenColumn::profile);
    if (copied != table.columns.end()) {
      const auto at = static_cast<std::size_t>(copied - table.columns.begin());
      write_column(*table.profile, column, i + 1, copied->source->type, storage_name(storage[at]), "yes");
    } else {
      write_column(*table.profile, column, i + 1, column.type, "", column.take ? "absent" : "no");
    }
  }
}

void ExtractWriter::write_uncopied_table(const profiles::Table& table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    auto column = table.columns[i];
    if (!table.take && column.take) column.reason = table.reason;
    write_column(table, column, i + 1, column.type, "", table.take && column.take ? "absent" : "no");
  }
}

void ExtractWriter::write_decision(const Decision& d) {
  auto st = db_->prepare("INSERT OR REPLACE INTO versoir_decision VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
  st.bind(1, std::string_view(d.table))
      .bind(2, std::string_view(d.column))
      .bind(3, std::int64_t{d.take.value_or(false)});
  st.bind(4, std::string_view(d.reason)).bind(5, std::string_view(d.who)).bind(6, std::string_view(d.date));
  st.run();
}

std::optional<TableFacts> ExtractWriter::table_facts(const std::string& table) {
  auto st = db_->prepare(
      "SELECT label, source_rows, copied_rows, sum, root, (SELECT coalesce(sum(rows), 0) FROM versoir_left "
      "WHERE table_name = name) FROM versoir_table WHERE name = ?1");
  st.bind(1, std::string_view(table));
  if (!st.step()) return std::nullopt;
  TableFacts facts;
  facts.name = table;
  facts.label = st.text(0);
  facts.source_rows = static_cast<std::uint64_t>(st.integer(1));
  facts.copied_rows = static_cast<std::uint64_t>(st.integer(2));
  facts.sum = st.text(3);
  facts.root = kept_digest(st.text(4));
  facts.left_rows = static_cast<std::uint64_t>(st.integer(5));
  return facts;
}

std::vector<std::pair<std::array<std::string, 3>, std::uint64_t>> ExtractWriter::anomalies() {
  std::vector<std::pair<std::array<std::string, 3>, std::uint64_t>> out;
  auto st = db_->prepare(
      "SELECT table_name, column_name, kind, count(*) FROM versoir_anomaly GROUP BY 1, 2, 3 ORDER BY 1, 2, "
      "3");
  while (st.step())
    out.push_back({{std::string(st.text(0)), std::string(st.text(1)), std::string(st.text(2))},
                   static_cast<std::uint64_t>(st.integer(3))});
  return out;
}

void ExtractWriter::finish() {
  db_->exec("DROP TABLE versoir_progress");
  db_->exec("DROP TABLE versoir_partial");
  db_->exec(fmt::format("PRAGMA application_id = {}", application_id));
  db_->exec("COMMIT");
  db_->exec("PRAGMA optimize");
  db_.reset();
  finished_ = true;
}

void ExtractWriter::publish() {
  core::publish_file(partial_, target_);
  published_ = true;
}

}  // namespace versoir::extract
