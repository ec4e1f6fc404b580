// What PostgreSQL's own catalogue says of a schema.
#include "extract/pg_catalogue.hpp"

#include "core/error.hpp"
#include "extract/pg_conninfo.hpp"

#include <algorithm>
#include <cstdlib>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

SourceTable* find(std::vector<SourceTable>& tables, std::string_view name) {
  const auto it = std::ranges::find(tables, name, &SourceTable::name);
  return it == tables.end() ? nullptr : &*it;
}

void add_keys(const PgConnection& connection, const std::string& schema, std::vector<SourceTable>& tables) {
  // Primary keys, else a unique index over columns that are never NULL.
  const char* sql =
      "SELECT c.relname, a.attname FROM (SELECT DISTINCT ON (i.indrelid) i.* FROM pg_catalog.pg_index i "
      "WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND "
      "i.indimmediate "
      "ORDER BY i.indrelid, i.indisprimary DESC, i.indnkeyatts, i.indexrelid) k "
      "JOIN pg_catalog.pg_class c ON c.oid = k.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
      "c.relnamespace "
      "CROSS JOIN LATERAL generate_series(0, k.indnkeyatts - 1) AS p(position) "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = k.indrelid AND a.attnum = k.indkey[p.position] "
      "WHERE n.nspname = $1 ORDER BY c.relname, p.position";
  const auto rows = connection.query(sql, {schema}, "the catalogue");
  for (int i = 0; i < PQntuples(rows.get()); ++i)
    if (auto* table = find(tables, PQgetvalue(rows.get(), i, 0)))
      table->key.emplace_back(PQgetvalue(rows.get(), i, 1));
  for (auto& table : tables)
    if (!std::ranges::all_of(table.key, [&](const std::string& k) {
          const auto* c = table.find(k);
          return c && !c->nullable;
        }))
      table.key.clear();
}

void add_statistics(const PgConnection& connection, const std::string& schema,
                    std::vector<SourceTable>& tables) {
  // By the pages that statistics know of, those of the large values included: pg_table_size() waits for
  // whoever locks a table.
  const char* sql =
      "SELECT c.relname, COALESCE(pg_catalog.obj_description(c.oid, 'pg_class'), ''), c.reltuples::bigint, "
      "(GREATEST(c.relpages, 0) + GREATEST(COALESCE(h.relpages, 0), 0))::bigint * "
      "current_setting('block_size')::bigint "
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "LEFT JOIN pg_catalog.pg_class h ON h.oid = c.reltoastrelid "
      "WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";
  const auto rows = connection.query(sql, {schema}, "the catalogue");
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    auto* table = find(tables, PQgetvalue(rows.get(), i, 0));
    if (!table) continue;
    table->comment = PQgetvalue(rows.get(), i, 1);
    if (const auto n = std::atoll(PQgetvalue(rows.get(), i, 2)); n >= 0)
      table->estimated_rows = static_cast<std::uint64_t>(n);
    if (const auto n = std::atoll(PQgetvalue(rows.get(), i, 3)); n > 0)
      table->bytes = static_cast<std::uint64_t>(n);
  }
}

/// By the statistics of the relations that hold what is too long for a row: no lock is waited for, no file is
/// looked at. -1: nobody ever vacuumed it, nothing is known.
void add_large_values(const PgConnection& connection, const std::string& schema,
                      std::vector<SourceTable>& tables) {
  const char* sql =
      "SELECT c.relname, CASE WHEN t.oid IS NULL THEN 0 WHEN t.relpages > 0 OR t.reltuples = 0 AND "
      "c.reltuples "
      ">= 0 THEN t.relpages::bigint * pg_catalog.current_setting('block_size')::bigint ELSE -1 END "
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid WHERE n.nspname = $1 AND c.relkind IN "
      "('r', 'm')";
  const auto rows = connection.query(sql, {schema}, "the catalogue");
  for (int i = 0; i < PQntuples(rows.get()); ++i)
    if (auto* table = find(tables, PQgetvalue(rows.get(), i, 0)))
      if (const auto n = std::atoll(PQgetvalue(rows.get(), i, 1)); n >= 0)
        table->large_bytes = static_cast<std::uint64_t>(n);
}

}  // namespace

std::string find_schema(const PgConnection& connection, std::string wanted) {
  if (wanted.empty()) wanted = "public";
  const auto found = connection.query(
      "SELECT nspname FROM pg_namespace WHERE lower(nspname) = lower($1) "
      "ORDER BY nspname <> $1, nspname <> lower($1)",
      {wanted}, wanted);
  if (PQntuples(found.get()) == 0)
    throw Error(Exit::source_missing,
                msg("The database {0} has no schema {1}.", PQdb(connection.raw()), wanted))
        .hint(msg("Say which schema holds the tables with --schema."));
  return PQgetvalue(found.get(), 0, 0);
}

std::vector<SourceTable> read_catalogue(const PgConnection& connection, const std::string& schema) {
  // Views too: some sites publish the tables of a retired application as views. Partitions are read through
  // their parent. A domain counts as the type it restricts.
  const char* sql =
      "SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), "
      "COALESCE(b.typname, t.typname), CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE t.typtypmod END, "
      "a.attnotnull "
      "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
      "JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
      "JOIN pg_catalog.pg_type t ON t.oid = a.atttypid "
      "LEFT JOIN pg_catalog.pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype "
      "WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition "
      "ORDER BY c.relname, a.attnum";
  const auto rows = connection.query(sql, {schema}, "the catalogue");
  std::vector<SourceTable> tables;
  for (int i = 0; i < PQntuples(rows.get()); ++i) {
    const auto text = [&](int column) { return std::string(PQgetvalue(rows.get(), i, column)); };
    if (tables.empty() || tables.back().name != text(0)) {
      tables.emplace_back();
      tables.back().name = text(0);
    }
    auto column = postgresql_column(text(1), text(2), text(3), std::atoi(text(4).c_str()));
    column.nullable = text(5) == "f";
    tables.back().columns.push_back(std::move(column));
  }
  add_keys(connection, schema, tables);
  add_statistics(connection, schema, tables);
  add_large_values(connection, schema, tables);
  return tables;
}

std::string snapshot_sql(int version) {
  const std::string snapshot = "SELECT txid_current_snapshot()::text";
  if (version < 90600) return snapshot;
  return snapshot +
         " || CASE WHEN has_function_privilege('pg_control_system()', 'execute') AND "
         "has_function_privilege('pg_control_checkpoint()', 'execute') THEN (SELECT ' ' || system_identifier "
         "|| '/' || timeline_id FROM pg_control_system(), pg_control_checkpoint()) ELSE '' END";
}

}  // namespace versoir::extract
