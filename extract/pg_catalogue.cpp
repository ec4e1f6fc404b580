// What PostgreSQL's own catalogue says. The session looks for names in pg_catalog only, and every value is
// cast to text: psqlODBC has its own idea of other types.
#include "extract/pg_catalogue.hpp"

#include "core/error.hpp"
#include "core/sqlite.hpp"
#include "extract/pg_conninfo.hpp"

#include <cstdlib>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;
using core::Severity;

namespace {

using Row = std::vector<std::optional<std::string>>;

std::string text(const Row& row, std::size_t column) { return row.at(column).value_or(""); }

/// A figure of the statistics; nullopt for what they do not know.
std::optional<std::uint64_t> figure(const Row& row, std::size_t column, long long least) {
  const auto n = std::atoll(row.at(column).value_or("-1").c_str());
  if (n < least) return std::nullopt;
  return static_cast<std::uint64_t>(n);
}

/// Views too: some sites publish the tables of a retired application as views. Partitions are read through
/// their parent. Volumes are by the pages that statistics know of: pg_table_size() waits for whoever locks a
/// table. That of large values is -1 when nobody ever vacuumed the relation that holds them.
std::vector<SourceTable> read_tables(const Ask& ask, const std::string& named) {
  std::vector<SourceTable> tables;
  for (const auto& row :
       ask("SELECT c.relname::text, obj_description(c.oid, 'pg_class')::text, c.reltuples::bigint::text, "
           "((GREATEST(c.relpages, 0) + GREATEST(COALESCE(h.relpages, 0), 0))::bigint * "
           "current_setting('block_size')::bigint)::text, (CASE WHEN c.relkind NOT IN ('r', 'm') THEN -1 "
           "WHEN h.oid IS "
           "NULL THEN 0 WHEN h.relpages > 0 OR h.reltuples = 0 AND c.reltuples >= 0 THEN h.relpages::bigint "
           "* "
           "current_setting('block_size')::bigint ELSE -1 END)::text, (c.relkind IN ('v', 'm'))::int::text "
           "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_class h ON h.oid = "
           "c.reltoastrelid WHERE " +
           named +
           " AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition ORDER BY c.relname COLLATE "
           "\"C\"")) {
    auto& table = tables.emplace_back();
    table.name = text(row, 0);
    table.comment = text(row, 1);
    table.estimated_rows = figure(row, 2, 0);
    table.bytes = figure(row, 3, 1);
    table.large_bytes = figure(row, 4, 0);
    table.view = text(row, 5) == "1";
  }
  return tables;
}

/// A domain counts as the type it restricts.
void add_columns(const Ask& ask, const std::string& named, std::vector<SourceTable>& tables) {
  for (const auto& row :
       ask("SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)::text, "
           "COALESCE(b.typname, t.typname)::text, (CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod "
           "END)::text, "
           "a.attnotnull::int::text, col_description(c.oid, a.attnum)::text FROM pg_class c JOIN "
           "pg_namespace n ON n.oid = c.relnamespace "
           "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
           "JOIN pg_type t ON t.oid = a.atttypid "
           "LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype WHERE " +
           named + " ORDER BY c.oid, a.attnum"))
    if (auto* table = find_table(tables, text(row, 0))) {
      auto column =
          postgresql_column(text(row, 1), text(row, 2), text(row, 3), std::atoi(text(row, 4).c_str()));
      column.nullable = text(row, 5) == "0";
      column.comment = text(row, 6);
      table->columns.push_back(std::move(column));
    }
}

/// Primary keys, else a unique index over columns that are never NULL.
void add_keys(const Ask& ask, const std::string& named, std::vector<SourceTable>& tables) {
  for (const auto& row :
       ask("SELECT c.relname::text, a.attname::text FROM (SELECT DISTINCT ON (i.indrelid) i.* FROM pg_index "
           "i WHERE "
           "i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate "
           "ORDER BY "
           "i.indrelid, i.indisprimary DESC, i.indnkeyatts, i.indexrelid) k "
           "JOIN pg_class c ON c.oid = k.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
           "CROSS JOIN LATERAL generate_series(0, k.indnkeyatts - 1) AS p(position) "
           "JOIN pg_attribute a ON a.attrelid = k.indrelid AND a.attnum = k.indkey[p.position] WHERE " +
           named + " ORDER BY c.oid, p.position"))
    if (auto* table = find_table(tables, text(row, 0))) table->key.push_back(text(row, 1));
  drop_weak_keys(tables);
}

/// Foreign keys within the schema. A partition has copies of those of its parent.
void add_references(const Ask& ask, const std::string& named, std::vector<SourceTable>& tables) {
  std::string last;
  for (const auto& row :
       ask("SELECT k.oid::text, c.relname::text, r.relname::text, a.attname::text, b.attname::text "
           "FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
           "JOIN pg_namespace n ON n.oid = c.relnamespace "
           "JOIN pg_class r ON r.oid = k.confrelid AND r.relnamespace = c.relnamespace "
           "CROSS JOIN LATERAL generate_series(1, array_length(k.conkey, 1)) AS p(position) "
           "JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[p.position] "
           "JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[p.position] "
           "WHERE k.contype = 'f' AND " +
           named + " ORDER BY c.relname, k.conname, k.oid, p.position")) {
    auto* table = find_table(tables, text(row, 1));
    if (!table || !find_table(tables, text(row, 2))) continue;
    if (text(row, 0) != last) table->references.push_back({{}, text(row, 2), {}});
    last = text(row, 0);
    table->references.back().columns.push_back(text(row, 3));
    table->references.back().to.push_back(text(row, 4));
  }
}

}  // namespace

std::string pg_table(const std::string& schema, const std::string& table) {
  return core::sql_name(schema) + "." + core::sql_name(table);
}

std::string pg_schema(const Ask& ask, const std::string& wanted) {
  const auto name = core::sql_text(wanted.empty() ? "public" : wanted);
  const auto found =
      ask_one(ask, "SELECT nspname::text FROM pg_namespace WHERE lower(nspname) = lower(" + name +
                       ") ORDER BY nspname <> " + name + ", nspname <> lower(" + name + ")");
  if (found.empty())
    throw Error(Exit::source_missing,
                msg("The database {0} has no schema {1}.", ask_one(ask, "SELECT current_database()::text"),
                    wanted.empty() ? "public" : wanted))
        .hint(msg("Say which schema holds the tables with --schema."));
  return found;
}

std::vector<SourceTable> pg_catalogue(const Ask& ask, const std::string& schema) {
  const auto named = "n.nspname = " + core::sql_text(schema);
  auto tables = read_tables(ask, named);
  add_columns(ask, named, tables);
  add_keys(ask, named, tables);
  add_references(ask, named, tables);
  return tables;
}

bool pg_has_place(const Ask& ask, const std::string& schema, const std::string& table) {
  const auto kind = ask_one(ask, "SELECT relkind::text FROM pg_class WHERE oid = " +
                                     core::sql_text(pg_table(schema, table)) + "::regclass");
  return kind == "r" || kind == "p" || kind == "m";
}

bool pg_can_bound(const SourceColumn& c) {
  return c.kind == ColumnKind::integer || c.kind == ColumnKind::text || c.kind == ColumnKind::date ||
         c.type == "uuid" || c.type.starts_with("numeric") || c.type.starts_with("timestamp");
}

std::vector<core::Finding> pg_probe(const Ask& ask, const std::string& schema,
                                    const std::vector<std::string>& tables, core::Instant now) {
  std::vector<core::Finding> out;
  for (const auto& table : tables)
    if (ask_one(ask, "SELECT has_table_privilege(" + core::sql_text(pg_table(schema, table)) +
                         ", 'SELECT')::int::text") != "1")
      out.push_back(
          {Severity::error, "RIGHTS", msg("The account may not read the table {0}.", table), table});
  compare_clocks(
      ask_one(ask, "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')"), now,
      out);
  if (ask_one(ask, "SELECT rolsuper::int::text FROM pg_roles WHERE rolname = current_user") == "1")
    out.push_back({Severity::warning, "TOO_MANY_RIGHTS",
                   msg("The account is a superuser: an account that can only read is enough."), ""});
  if (ask_one(ask, "SHOW server_encoding") == "SQL_ASCII")
    out.push_back({Severity::warning, "CHARSET",
                   msg("The database declares no character set (SQL_ASCII): texts that are not UTF-8 will "
                       "be anomalies."),
                   ""});
  return out;
}

std::vector<core::Finding> pg_writable(const Ask& ask) {
  // What the database says to everybody; else what the file of the server says, where no setting of this
  // account alone hides it. Never what holds in this session, which made itself read-only.
  const auto frozen = ask_one(
      ask,
      "WITH said AS (SELECT s.setrole, split_part(c, '=', 2) AS value FROM pg_db_role_setting s, "
      "unnest(s.setconfig) c WHERE split_part(c, '=', 1) = 'default_transaction_read_only' AND s.setdatabase "
      "IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))) "
      "SELECT (pg_is_in_recovery() OR coalesce((SELECT value::boolean FROM said WHERE setrole = 0), "
      "(SELECT reset_val = 'on' AND NOT EXISTS (SELECT FROM said JOIN pg_roles r ON r.oid = setrole WHERE "
      "r.rolname = session_user) FROM pg_settings WHERE name = "
      "'default_transaction_read_only')))::int::text");
  if (frozen == "1") return {};
  return {
      {Severity::warning, "WRITABLE",
       msg("The database {0} still accepts writes (default_transaction_read_only is off): what is written "
           "after the copy would be lost. How to freeze it: docs/extraction.md, section 4.",
           ask_one(ask, "SELECT current_database()::text")),
       ""}};
}

std::string pg_snapshot(const Ask& ask) {
  std::string sql = "SELECT txid_current_snapshot()::text";
  if (std::atoi(ask_one(ask, "SHOW server_version_num").c_str()) >= 90600)
    sql +=
        " || CASE WHEN has_function_privilege('pg_control_system()', 'execute') AND "
        "has_function_privilege('pg_control_checkpoint()', 'execute') THEN (SELECT ' ' || system_identifier "
        "|| '/' || timeline_id FROM pg_control_system(), pg_control_checkpoint()) ELSE '' END";
  return ask_one(ask, sql);
}

}  // namespace versoir::extract
