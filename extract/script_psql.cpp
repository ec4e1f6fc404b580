// The export script for psql: COPY in one REPEATABLE READ READ ONLY transaction, values as the postgresql:
// source reads them, so that both ways give the same extract.
#include "core/sqlite.hpp"
#include "extract/make_script.hpp"
#include "extract/scripts.hpp"

#include <fmt/format.h>

namespace versoir::extract {

namespace {

constexpr const char* head =
    R"script(-- Export of the application @application@ for Versoir (PostgreSQL, psql and server 11 or newer).
-- Reads only: one REPEATABLE READ READ ONLY transaction, every table as it was at its start.
--
-- In an empty folder, with room for the whole database as text:
--   psql -X -f THIS-FILE "host=... dbname=... user=..."
-- It ends by writing SHA256SUMS.
-- Then carry the folder over and take it in:
--   versoir extract csv:FOLDER --application @application@
--
-- Another owner of the tables: psql -v schema=NAME ...
\set QUIET on
\set ON_ERROR_STOP on
\unset ON_ERROR_ROLLBACK
\set AUTOCOMMIT on
\if :{?schema}
\else
\set schema @schema@
\endif
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL search_path = pg_catalog;
SET LOCAL datestyle = 'ISO';
SET LOCAL intervalstyle = 'iso_8601';
SET LOCAL timezone = 'UTC';
SET LOCAL bytea_output = 'hex';
SET LOCAL extra_float_digits = 1;
SET LOCAL lock_timeout = '30s';
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;
-- The same order each time: no scan that starts in the middle, no parallel one.
SET LOCAL synchronize_seqscans = off;
SET LOCAL max_parallel_workers_per_gather = 0;
-- Rows hidden by a policy would be missing without a word: the server refuses instead.
SET LOCAL row_security = off;
-- A SQL_ASCII database knows nothing of its bytes: they come as they are.
SELECT CASE current_setting('server_encoding') WHEN 'SQL_ASCII' THEN 'SQL_ASCII' ELSE 'UTF8' END AS client_encoding,
       current_setting('server_encoding') <> 'SQL_ASCII' AS counts_characters \gset versoir_
SET LOCAL client_encoding = :'versoir_client_encoding';
SELECT count(*) = 1 AS found, coalesce(min(nspname), '') AS schema FROM (
  SELECT nspname FROM pg_namespace WHERE lower(nspname) = lower(:'schema')
  ORDER BY nspname <> :'schema', nspname <> lower(:'schema') LIMIT 1) s \gset versoir_
\if :versoir_found
\else
\echo Versoir: there is no schema :schema in this database.
DO $$ BEGIN RAISE EXCEPTION 'Versoir: nothing was exported.'; END $$;
\endif
)script";

constexpr const char* requirements = R"script(
-- What the profile cannot do without and the schema lacks: told at once, before anything is written.
WITH wanted (table_name, column_name, optional_table) AS (VALUES
@wanted@
), relations AS (
  SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = :'versoir_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
), missing AS (
  SELECT w.table_name, w.column_name FROM wanted w
  WHERE NOT EXISTS (
    SELECT FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE lower(r.relname) = lower(w.table_name) AND lower(a.attname) = lower(w.column_name))
  -- The columns of an optional table are missed only where the table is there.
  AND (NOT w.optional_table OR EXISTS (SELECT FROM relations r WHERE lower(r.relname) = lower(w.table_name)))
)
SELECT count(*) > 0 AS missing,
       coalesce(string_agg(table_name || '.' || column_name, ', ' ORDER BY table_name, column_name), '') AS what
FROM missing \gset versoir_
\if :versoir_missing
\echo Versoir: the schema :versoir_schema lacks what the profile takes: :versoir_what
DO $$ BEGIN RAISE EXCEPTION 'Versoir: nothing was exported.'; END $$;
\endif
)script";

constexpr const char* facts = R"script(
\o control.csv
COPY (SELECT a, b, c, d FROM (VALUES
  (0, 'kind', 'table', 'column', 'value'),
  (1, 'format', NULL, NULL, 'versoir-csv/1'),
  (2, 'charset', NULL, NULL, 'UTF-8'),
  (3, 'system', NULL, NULL, 'PostgreSQL'),
  (4, 'version', NULL, NULL, version()),
  (5, 'database_charset', NULL, NULL, current_setting('server_encoding')),
  (6, 'database', NULL, NULL, current_database()::text),
  (7, 'user', NULL, NULL, current_user::text),
  (8, 'schema', NULL, NULL, :'versoir_schema'),
  (9, 'snapshot', NULL, NULL, txid_current_snapshot()::text || ' ' || coalesce(CASE WHEN pg_is_in_recovery()
      THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text, '')),
  (10, 'consistency', NULL, NULL, 'snapshot'),
  (11, 'empty_strings', NULL, NULL, 'yes'),
  (12, 'started', NULL, NULL, to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
) AS f (n, a, b, c, d) ORDER BY n) TO STDOUT WITH (FORMAT csv);
)script";

// The relation of a table and the columns of it that the profile takes.
constexpr const char* found = R"script(WITH relation AS (
  SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = :'versoir_schema' AND lower(c.relname) = lower(@literal@)
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  ORDER BY c.relname <> @literal@ LIMIT 1
), wanted (position, name) AS (
@columns@
), typed AS (
  SELECT r.oid, w.position, a.attname, a.attnum, a.attnotnull, coalesce(b.typname, t.typname) AS base, t.typname,
         coalesce(b.typcategory, t.typcategory) AS category,
         CASE WHEN b.oid IS NULL THEN format_type(a.atttypid, a.atttypmod)
              ELSE format_type(b.oid, t.typtypmod) END AS type
  FROM relation r CROSS JOIN wanted w
  JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped AND @same_column@
  JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
))script";

// What is exported of a table, its order, its measures.
constexpr const char* table_plan = R"script(
-- @table@
@found@, named AS (
  SELECT *, CASE base WHEN 'bytea' THEN format('encode(%1$I, ''hex'') AS %1$I', attname)
                      WHEN 'money' THEN format('%1$I::numeric AS %1$I', attname)
                      ELSE format('%I', attname) END AS expression,
         CASE WHEN base = 'bytea' THEN format('sum(octet_length(%I))', attname)
              -- concat writes a value as COPY does; length() of a char(n) would forget its blanks
              WHEN category = 'S' AND :'versoir_counts_characters' THEN format('sum(length(concat(%I)))', attname)
              END AS measure,
         CASE base WHEN 'bytea' THEN 'bytes' ELSE 'characters' END AS unit
  FROM typed
), key AS (
  SELECT DISTINCT ON (i.indrelid) i.indrelid, i.indkey, i.indnkeyatts FROM pg_index i JOIN relation r ON i.indrelid = r.oid
  WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indimmediate
  ORDER BY i.indrelid, i.indisprimary DESC, i.indnkeyatts, i.indexrelid
), key_columns AS (
  SELECT p.position, a.attname, a.attnotnull, coalesce(b.typname, t.typname) IN ('int2', 'int4', 'int8', 'oid', 'text',
         'varchar', 'bpchar', 'name', 'char', 'citext', 'date')
         OR t.typname IN ('uuid', 'numeric', 'timestamp', 'timestamptz') AS ordered
  FROM key k CROSS JOIN LATERAL generate_series(0, k.indnkeyatts - 1) AS p(position)
  JOIN pg_attribute a ON a.attrelid = k.indrelid AND a.attnum = k.indkey[p.position]
  JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
)
SELECT count(*) > 0 AS present,
       coalesce((SELECT format('%I.%I', nspname, relname) FROM relation), '') AS relation,
       coalesce((SELECT relname::text FROM relation), '') AS relname,
       coalesce(string_agg(expression, ', ' ORDER BY position), '') AS columns,
       coalesce(string_agg(format(', %s AS m%s', measure, position), '' ORDER BY position)
                  FILTER (WHERE measure IS NOT NULL), '') AS measures,
       coalesce(string_agg(format(', (%s, %L, %L, coalesce(m%s, 0)::text)', position, unit, attname, position), '' ORDER BY position)
                  FILTER (WHERE measure IS NOT NULL), '') AS measured,
       coalesce((SELECT 'ORDER BY ' || string_agg(format('%I', attname), ', ' ORDER BY position) FROM key_columns
                 HAVING bool_and(attnotnull AND ordered)), '') AS ordering,
       coalesce((SELECT string_agg(format('(%L, %s)', attname, position + 1), ', ' ORDER BY position) FROM key_columns
                 HAVING bool_and(attnotnull)), '(NULL, NULL)') AS key
FROM named \gset versoir_
\if :versoir_present
\echo Versoir: @table@
COPY (SELECT :versoir_columns FROM :versoir_relation :versoir_ordering) TO STDOUT WITH (FORMAT csv, HEADER) \g @file@
COPY (SELECT 'table', :'versoir_relname', NULL, '@file@') TO STDOUT WITH (FORMAT csv);
COPY (SELECT 'comment', :'versoir_relname', NULL, obj_description(:'versoir_relation'::regclass, 'pg_class')
      WHERE obj_description(:'versoir_relation'::regclass, 'pg_class') IS NOT NULL) TO STDOUT WITH (FORMAT csv);
)script";

constexpr const char* table_columns = R"script(COPY (@found@, lines AS (
  SELECT position, 1 AS rank, 'type' AS kind, attname, type AS value FROM typed
  UNION ALL SELECT position, 2, 'nullable', attname, 'no' FROM typed WHERE attnotnull
  UNION ALL SELECT position, 3, 'encoding', attname, 'hexadecimal' FROM typed WHERE base = 'bytea'
  UNION ALL SELECT 100000 + a.attnum, 1, 'left', a.attname, format_type(a.atttypid, a.atttypmod)
  FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE a.attname NOT IN (SELECT attname FROM typed)
)
SELECT kind, :'versoir_relname', attname, value FROM lines ORDER BY position, rank) TO STDOUT WITH (FORMAT csv);
COPY (SELECT 'key', :'versoir_relname', k.name, k.position FROM (VALUES :versoir_key) AS k (name, position)
      WHERE k.name IS NOT NULL ORDER BY k.position) TO STDOUT WITH (FORMAT csv);
-- Counted by the server in the same snapshot, with the size of what it wrote.
COPY (SELECT l.kind, :'versoir_relname', l.name, l.value
      FROM (SELECT count(*) AS n:versoir_measures FROM :versoir_relation) t
      CROSS JOIN LATERAL (VALUES (0, 'rows', NULL, t.n::text):versoir_measured) AS l (position, kind, name, value)
      ORDER BY l.position) TO STDOUT WITH (FORMAT csv);
\endif
)script";

constexpr const char* tail = R"script(
-- What the schema has and this script leaves: the decisions of a final extract are made on it too.
COPY (WITH relations AS (
  SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = :'versoir_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND lower(c.relname) NOT IN (@taken@)
), lines AS (
  SELECT relname, 0 AS position, 'table' AS kind, NULL AS name, NULL AS value FROM relations
  UNION ALL SELECT r.relname, a.attnum, 'left', a.attname, format_type(a.atttypid, a.atttypmod)
  FROM relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
)
SELECT kind, relname, name, value FROM lines ORDER BY relname, position) TO STDOUT WITH (FORMAT csv);
COPY (SELECT a, b, c, d FROM (VALUES
  (1, 'finished', NULL, NULL, to_char(clock_timestamp(), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
  (2, 'end', NULL, NULL, NULL)) AS f (n, a, b, c, d) ORDER BY n) TO STDOUT WITH (FORMAT csv);
\o
COMMIT;
\! sha256sum *.csv > SHA256SUMS || echo "Versoir: no digests were written. Where sha256sum is: sha256sum *.csv > SHA256SUMS"
\echo Versoir: the export is whole.
)script";

/// (1, 'COD_IND'), … one a line.
std::string wanted_columns(const profiles::Table& table) {
  std::string out;
  int position = 0;
  for (const auto& c : table.columns)
    if (c.take)
      out += fmt::format("{}  ({}, {})", out.empty() ? "" : ",\n", ++position, core::sql_text(c.name));
  return out;
}

/// The columns that the server has, but those left by a decision.
std::string there_but(const std::vector<std::string>& left) {
  std::string names;
  for (const auto& name : left)
    names += (names.empty() ? "" : ", ") + fmt::format("lower({})", core::sql_text(name));
  return fmt::format(
      "  SELECT (row_number() OVER (ORDER BY a.attnum))::int, a.attname::text\n  FROM relation r JOIN "
      "pg_attribute a "
      "ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped\n  WHERE lower(a.attname) <> ALL "
      "(ARRAY[{}]::text[])",
      names);
}

std::string required_columns(const profiles::Application& profile) {
  std::string out;
  for (const auto& t : profile.tables) {
    if (!t.take) continue;
    for (const auto& c : t.columns)
      if (c.take && !c.optional)
        out += fmt::format("  ({}, {}, {}),\n", core::sql_text(t.name), core::sql_text(c.name), t.optional);
  }
  return out + "  (NULL, NULL, true)";
}

}  // namespace

std::string psql_script(const ScriptPlan& plan, const std::string& schema) {
  const auto& profile = plan.profile;
  std::string taken = "''";
  for (const auto& t : profile.tables)
    if (t.take) taken += ", lower(" + core::sql_text(t.name) + ")";
  for (const auto& t : plan.decided) taken += ", lower(" + core::sql_text(t.name) + ")";
  auto out = fill_in(std::string(head), {{"@application@", profile.id},
                                         {"@schema@", core::sql_text(schema.empty() ? "public" : schema)}});
  out += fill_in(requirements, {{"@wanted@", required_columns(profile)}});
  out += facts;
  const auto add = [&](const std::string& name, const std::string& columns, const char* same_column) {
    const auto relation = fill_in(
        found, {{"@columns@", columns}, {"@literal@", core::sql_text(name)}, {"@same_column@", same_column}});
    out += fill_in(table_plan, {{"@found@", relation}, {"@table@", name}, {"@file@", csv_file_name(name)}});
    out += fill_in(table_columns, {{"@found@", relation}});
  };
  for (const auto& t : profile.tables)
    if (const auto columns = wanted_columns(t); t.take && !columns.empty())
      add(t.name, "VALUES\n" + columns, "lower(a.attname) = lower(w.name)");
  for (const auto& t : plan.decided) add(t.name, there_but(t.left), "a.attname = w.name");
  return out + fill_in(tail, {{"@taken@", taken}});
}

}  // namespace versoir::extract
