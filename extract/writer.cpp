// Writes an extract file under a partial name: tables, digests, dictionary; published whole or not at all.
#include "extract/writer.hpp"

#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <set>

namespace versoir::extract {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view own_tables = R"sql(
CREATE TABLE versoir_run (key TEXT PRIMARY KEY, value TEXT) STRICT;
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
CREATE TABLE versoir_profile (name TEXT PRIMARY KEY, content TEXT) STRICT;
)sql";

// The file is thrown away unless it is finished, so it needs no journal and no fsync before the last one.
std::string settings() {
  return fmt::format(
      "PRAGMA page_size = 32768; PRAGMA application_id = {}; PRAGMA user_version = {}; PRAGMA encoding = "
      "'UTF-8';"
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;"
      "PRAGMA cache_size = -65536;",
      application_id, format_version);
}

std::vector<Storage> used_storage(const TakenTable& table, const std::vector<Storage>& wanted) {
  if (!wanted.empty()) return wanted;
  std::vector<Storage> out;
  for (const auto& c : table.columns) out.push_back(storage_of(*c.source));
  return out;
}

std::string create_sql(const TakenTable& table, const std::vector<Storage>& storage) {
  std::string sql =
      fmt::format("CREATE TABLE {} (_row INTEGER PRIMARY KEY", core::sql_name(table.profile->name));
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    sql += fmt::format(", {} {}", core::sql_name(table.columns[i].profile->name), storage_name(storage[i]));
  return sql + ") STRICT";
}

std::string insert_sql(const TakenTable& table) {
  std::string sql = fmt::format("INSERT INTO {} VALUES (?1", core::sql_name(table.profile->name));
  for (std::size_t i = 0; i < table.columns.size(); ++i) sql += fmt::format(", ?{}", i + 2);
  return sql + ")";
}

}  // namespace

ExtractWriter::ExtractWriter(fs::path target)
    : target_(std::move(target)), partial_(target_.string() + ".partial") {
  std::error_code ec;
  fs::remove(partial_, ec);
  db_.emplace(core::Database::create(partial_));
  try {
    db_->exec(settings());
    db_->exec(own_tables);
    // Personal data: for its owner only, before anything is in it.
    fs::permissions(partial_, fs::perms::owner_read | fs::perms::owner_write, ec);
    if (ec)
      throw core::Error(core::Exit::disk, core::msg("The mode of {0} cannot be changed.", partial_.string()));
  } catch (...) {
    db_.reset();
    fs::remove(partial_, ec);
    throw;
  }
}

ExtractWriter::~ExtractWriter() {
  if (published_) return;
  db_.reset();
  std::error_code ec;
  fs::remove(partial_, ec);
}

void ExtractWriter::write_run(const std::map<std::string, std::string>& facts) {
  auto st = db_->prepare("INSERT INTO versoir_run VALUES (?1, ?2)");
  for (const auto& [key, value] : facts) {
    st.bind(1, std::string_view(key)).bind(2, std::string_view(value));
    st.run();
  }
}

void ExtractWriter::write_profile(const std::map<std::string, std::string>& files) {
  auto st = db_->prepare("INSERT INTO versoir_profile VALUES (?1, ?2)");
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
      "INSERT INTO versoir_column VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
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

void ExtractWriter::write_absent_table(const profiles::Table& table) {
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    write_column(table, table.columns[i], i + 1, table.columns[i].type, "",
                 table.columns[i].take ? "absent" : "no");
}

void ExtractWriter::create_indexes(const TakenTable& table) {
  auto wanted = table.profile->indexes;
  if (!table.profile->key.empty()) wanted.insert(wanted.begin(), table.profile->key);
  std::set<std::vector<std::string>> made;
  for (const auto& columns : wanted) {
    std::vector<std::string> names;
    for (const auto& c : columns)
      if (const auto* column = table.profile->find(c);
          column && std::ranges::find(table.columns, column, &TakenColumn::profile) != table.columns.end())
        names.push_back(core::sql_name(column->name));
    if (names.size() != columns.size() || !made.insert(names).second)
      continue;  // an optional column is absent
    db_->exec(fmt::format("CREATE INDEX {} ON {} ({})",
                          core::sql_name(fmt::format("versoir_{}_{}", table.profile->name, made.size())),
                          core::sql_name(table.profile->name), fmt::join(names, ", ")));
  }
}

void ExtractWriter::publish() {
  db_->exec("PRAGMA optimize");
  db_.reset();
  core::publish_file(partial_, target_);
  published_ = true;
}

TableLoader::TableLoader(ExtractWriter& writer, const TakenTable& table, const std::vector<Storage>& storage)
    : db_(writer.database()),
      table_(table),
      name_(table.profile->name),
      storage_(used_storage(table, storage)),
      row_(name_),
      hasher_([this](const Block& b) { write_block(b); }) {
  db_.exec("BEGIN");
  db_.exec(create_sql(table, storage_));
  insert_.emplace(db_.prepare(insert_sql(table)));
  block_.emplace(db_.prepare("INSERT INTO versoir_block VALUES (?1, ?2, ?3, ?4, ?5)"));
  lob_.emplace(db_.prepare("INSERT INTO versoir_lob VALUES (?1, ?2, ?3, ?4, ?5)"));
  anomaly_.emplace(db_.prepare("INSERT INTO versoir_anomaly VALUES (?1, ?2, ?3, ?4, ?5, ?6)"));
}

void TableLoader::add(RowBlock&& block) {
  for (std::size_t row = 0, cell = 0; row < block.rows(); ++row) {
    insert_->bind(1, current_row());
    for (std::size_t column = 0; column < block.columns; ++column)
      add_value(column, std::move(block.cells[cell++]));
    insert_->run();
    hasher_.add(row_.finish());
  }
}

void TableLoader::add_value(std::size_t column, std::optional<std::string>&& value) {
  const int parameter = static_cast<int>(column) + 2;
  if (!value) {
    row_.add(Tag::null, {});
    insert_->bind_null(parameter);
    return;
  }
  auto [text, misfit] = encode(std::move(*value), table_.columns[column].source->kind);
  if (storage_[column] == Storage::integer && !(misfit.empty() || fits_integer(text)))
    throw NotAnInteger{column};
  if (!misfit.empty()) anomaly(column, "type", text, misfit);
  if (storage_[column] != Storage::blob && !core::is_utf8(text)) {
    anomaly(column, "encoding", text, "bytes that are not UTF-8 became U+FFFD");
    bool repaired = false;
    text = core::repair_utf8(text, repaired);
  }
  if (text.size() > lob_threshold) {
    add_lob(column, text);
    insert_->bind_null(parameter);
  } else if (storage_[column] == Storage::integer) {
    row_.add(Tag::integer, text);
    insert_->bind(parameter, std::int64_t{std::stoll(text)});
  } else if (storage_[column] == Storage::blob) {
    row_.add(Tag::blob, text);
    insert_->bind_blob(parameter, text);
  } else {
    row_.add(Tag::text, text);
    insert_->bind(parameter, std::string_view(text));
  }
}

void TableLoader::add_lob(std::size_t column, const std::string& value) {
  const auto digest = core::sha256(std::string_view(value));
  row_.add(Tag::lob, {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()});
  for (std::size_t at = 0, chunk = 0; at < value.size(); at += lob_threshold, ++chunk) {
    lob_->bind(1, std::string_view(name_)).bind(2, current_row());
    lob_->bind(3, std::string_view(table_.columns[column].profile->name))
        .bind(4, static_cast<std::int64_t>(chunk));
    lob_->bind_blob(5, std::string_view(value).substr(at, lob_threshold));
    lob_->run();
  }
}

void TableLoader::anomaly(std::size_t column, std::string_view kind, std::string_view raw,
                          std::string_view note) {
  const auto& column_name = table_.columns[column].profile->name;
  ++anomalies_[{column_name, std::string(kind)}];
  anomaly_->bind(1, std::string_view(name_)).bind(2, current_row()).bind(3, std::string_view(column_name));
  anomaly_->bind(4, kind).bind_blob(5, raw).bind(6, note);
  anomaly_->run();
}

void TableLoader::write_block(const Block& block) {
  block_->bind(1, std::string_view(name_)).bind(2, static_cast<std::int64_t>(block.number));
  block_->bind(3, static_cast<std::int64_t>(block.first_row)).bind(4, static_cast<std::int64_t>(block.rows));
  block_->bind(5, std::string_view(block.digest.hex()));
  block_->run();
}

void TableLoader::finish() {
  hasher_.finish();
  insert_.reset();
  db_.exec("COMMIT");
}

void TableLoader::discard() {
  // Without a journal there is no ROLLBACK: what was written is deleted, its pages serve again.
  insert_.reset();
  db_.exec("COMMIT");
  db_.exec(fmt::format("DROP TABLE {}", core::sql_name(name_)));
  for (const char* table : {"versoir_block", "versoir_lob", "versoir_anomaly"}) {
    auto st = db_.prepare(fmt::format("DELETE FROM {} WHERE table_name = ?1", table));
    st.bind(1, std::string_view(name_));
    st.run();
  }
}

}  // namespace versoir::extract
