// PostgreSQL through ODBC: every value cast to text by the server, which is the only way that psqlODBC loses
// nothing. The direct adapter is faster and needs no more; this one proves the ODBC path on a real server.
#include "core/error.hpp"
#include "core/sqlite.hpp"
#include "extract/odbc_dialect.hpp"
#include "extract/pg_catalogue.hpp"
#include "extract/pg_conninfo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

bool can_bound(const SourceColumn& c) {
  return c.kind == ColumnKind::integer || c.kind == ColumnKind::text || c.kind == ColumnKind::date ||
         c.type == "uuid" || c.type.starts_with("numeric") || c.type.starts_with("timestamp");
}

/// 40 of "character varying(40)"; 0 without a limit.
std::size_t limit_of(std::string_view type) {
  const auto open = type.find('(');
  return open == std::string_view::npos
             ? 0
             : static_cast<std::size_t>(std::atoll(std::string(type.substr(open + 1)).c_str()));
}

class PostgresqlDialect final : public OdbcDialect {
 public:
  void begin(OdbcConnection& connection, const std::string& schema, const std::string& moment) override {
    // psqlODBC begins transactions itself and accepts the attribute of read-only access without doing
    // anything.
    connection.execute(
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
    for (const char* setting :
         {"search_path = pg_catalog", "datestyle = 'ISO'", "intervalstyle = 'iso_8601'", "timezone = 'UTC'",
          "bytea_output = 'hex'", "extra_float_digits = 1", "idle_in_transaction_session_timeout = 0",
          "synchronize_seqscans = off", "row_security = off", "standard_conforming_strings = on"})
      connection.execute(std::string("SET ") + setting);
    // psqlODBC asks for what the locale of this process says: a service without one would get the database's
    // own bytes, and nobody would know. A SQL_ASCII database knows nothing of its bytes: they are taken as
    // they are and judged here.
    const auto encoding = connection.one("SHOW server_encoding", "the encoding");
    connection.execute("SET client_encoding = '" + std::string(encoding == "SQL_ASCII" ? encoding : "UTF8") +
                       "'");
    has_holes_ = encoding == "WIN1252";
    connection.execute(fmt::format("SET lock_timeout = '{}s'", connection.lock_timeout()));
    connection.manual_commit();
    // First in its transaction: before later statements psqlODBC sets savepoints, under which a snapshot can
    // neither be exported nor taken.
    shared_ = moment;
    if (!moment.empty())
      connection.execute("SET TRANSACTION SNAPSHOT " + core::sql_text(moment));
    else if (const auto exported = connection.try_one("SELECT pg_export_snapshot()"))
      shared_ = *exported;
    else
      connection.roll_back();  // a standby, or a pooler in between: one connection reads all
    if (connection.one("SHOW transaction_read_only", "the transaction") != "on" ||
        connection.one("SHOW transaction_isolation", "the transaction") != "repeatable read")
      throw Error(Exit::source_unreachable, msg("The server begins no read-only transaction."));
    choose_schema(connection, schema);
  }

  void describe(OdbcConnection& connection, Provenance& p) override {
    const auto what = "the server's state";
    p.version = connection.one("SELECT version()", what);
    p.charset = connection.one("SHOW server_encoding", what);
    p.database = connection.one("SELECT current_database()::text", what);
    p.user = connection.one("SELECT current_user::text", what);
    p.schema = schema_;
    p.snapshot =
        connection.one(snapshot_sql(std::stoi(connection.one("SHOW server_version_num", what))), what);
  }

  std::string shared() const override { return shared_; }

  std::vector<SourceTable> catalogue(OdbcConnection& connection) override {
    const auto named = "n.nspname = " + core::sql_text(schema_);
    const std::string relations = "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " +
                                  named +
                                  " AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition";
    std::vector<SourceTable> tables;
    for (const auto& row : connection.rows(
             "SELECT c.relname::text, obj_description(c.oid, 'pg_class')::text, c.reltuples::bigint::text, "
             "((GREATEST(c.relpages, 0) + GREATEST(COALESCE((SELECT h.relpages FROM pg_class h WHERE h.oid = "
             "c.reltoastrelid), 0), 0))::bigint * current_setting('block_size')::bigint)::text, "
             "c.relkind::text " +
                 relations + " ORDER BY c.relname COLLATE \"C\"",
             "the catalogue")) {
      auto& table = tables.emplace_back();
      table.name = row[0].value_or("");
      table.comment = row[1].value_or("");
      if (const auto n = std::atoll(row[2].value_or("-1").c_str()); n >= 0)
        table.estimated_rows = static_cast<std::uint64_t>(n);
      if (const auto n = std::atoll(row[3].value_or("0").c_str()); n > 0)
        table.bytes = static_cast<std::uint64_t>(n);
      const auto kind = row[4].value_or("");
      placed_[table.name] = kind == "r" || kind == "p" || kind == "m";
    }
    for (const auto& row : connection.rows(
             "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod)::text, "
             "COALESCE(b.typname, t.typname)::text, (CASE WHEN b.oid IS NULL THEN a.atttypmod ELSE "
             "t.typtypmod END)::text, a.attnotnull::int::text "
             "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
             "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
             "JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = "
             "t.typbasetype WHERE " +
                 named + " ORDER BY c.oid, a.attnum",
             "the catalogue"))
      if (auto* table = find_table(tables, row[0].value_or(""))) {
        auto column = postgresql_column(row[1].value_or(""), row[2].value_or(""), row[3].value_or(""),
                                        std::atoi(row[4].value_or("-1").c_str()));
        column.nullable = row[5].value_or("0") == "0";
        table->columns.push_back(std::move(column));
      }
    for (const auto& row : connection.rows(
             "SELECT c.relname::text, a.attname::text FROM (SELECT DISTINCT ON (i.indrelid) i.* FROM "
             "pg_index "
             "i WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL AND "
             "i.indimmediate ORDER BY i.indrelid, i.indisprimary DESC, i.indnkeyatts, i.indexrelid) k "
             "JOIN pg_class c ON c.oid = k.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
             "CROSS JOIN LATERAL generate_series(0, k.indnkeyatts - 1) AS p(position) "
             "JOIN pg_attribute a ON a.attrelid = k.indrelid AND a.attnum = k.indkey[p.position] WHERE " +
                 named + " ORDER BY c.oid, p.position",
             "the catalogue"))
      if (auto* table = find_table(tables, row[0].value_or(""))) table->key.push_back(row[1].value_or(""));
    drop_weak_keys(tables);
    return tables;
  }

  std::string from(const std::string& table) const override {
    return core::sql_name(schema_) + "." + core::sql_name(table);
  }

  OdbcRendering render(const SourceColumn& column) const override {
    const auto name = core::sql_name(column.name);
    OdbcRendering r;
    r.body = name + "::text";
    if (column.kind == ColumnKind::binary) {
      r.longer = fmt::format("CASE WHEN octet_length({}) > {} THEN '1' END", name, odbc_characters);
      r.head = fmt::format("CASE WHEN octet_length({0}) <= {1} THEN encode({0}, 'hex') END", name,
                           odbc_characters);
      r.head_form = OdbcForm::hex;
      r.width = 2 * odbc_characters + 1;
      r.body = name;
      r.body_form = OdbcForm::binary;
      return r;
    }
    // A cast of char(n) to text drops the blanks that the table holds.
    if (column.type.starts_with("character(") || column.type == "character" || column.type == "bpchar")
      r.body = fmt::format("textin(bpcharout({}))", name);
    if (column.type == "money") r.body = name + "::numeric::text";  // prints with the currency of a locale
    const auto limit = limit_of(column.type);
    const auto size = fmt::format("octet_length({})", r.body);
    const bool number = column.kind == ColumnKind::integer || column.kind == ColumnKind::number ||
                        column.kind == ColumnKind::boolean || column.kind == ColumnKind::date ||
                        column.kind == ColumnKind::timestamp || column.type == "uuid";
    if (has_holes_ && !number) {
      r.body = tagged(r.body);
      r.head_form = r.body_form = OdbcForm::tagged;
    }
    if (number || (column.kind == ColumnKind::text && limit > 0 && limit <= odbc_characters)) {
      r.head = r.body;
      r.width = number ? 80 : odbc_width(limit) + 1;  // a longer number is cut, seen and read again
      return r;
    }
    r.longer = fmt::format("CASE WHEN {} > {} THEN '1' END", size, odbc_characters);
    r.head = fmt::format("CASE WHEN {} <= {} THEN {} END", size, odbc_characters, r.body);
    r.width = odbc_characters + 2;
    return r;
  }

  Place place(OdbcConnection&, const std::string& table) override {
    const auto it = placed_.find(table);
    if (it == placed_.end() || !it->second) return {};
    return {{"tableoid::text", "ctid::text"}, "tableoid = ?::oid AND ctid = ?::tid"};
  }

  Order order(OdbcConnection&, const SourceTable& table) override {
    Order order;
    for (const auto& k : table.key) {
      const auto* column = table.find(k);
      if (!column || !can_bound(*column)) return {};
      const auto rendering = render(*column);
      order.columns.push_back(k);
      order.select.push_back(rendering.body);
      order.width.push_back(rendering.width);
      // With its table: a bare "k" would be the text of the SELECT list, whose numbers sort as words.
      order.by += (order.by.empty() ? "" : ", ") + from(table.name) + "." + core::sql_name(k);
    }
    return order;
  }
  std::string behind(const SourceTable& table, const Order& order,
                     std::span<const std::string> values) const override {
    std::string bound;
    for (std::size_t i = 0; i < values.size(); ++i)
      bound += (i ? ", " : "") + literal(values[i], *table.find(order.columns[i])) +
               "::" + table.find(order.columns[i])->type;
    return "(" + order.by + ") > (" + bound + ")";
  }

  std::vector<core::Finding> probe(OdbcConnection& connection, const std::vector<std::string>& tables,
                                   core::Instant now) override {
    std::vector<core::Finding> out;
    const auto what = "the server's state";
    for (const auto& table : tables)
      if (connection.one(
              "SELECT has_table_privilege(" + core::sql_text(from(table)) + ", 'SELECT')::int::text", what) !=
          "1")
        out.push_back(
            {core::Severity::error, "RIGHTS", msg("The account may not read the table {0}.", table), table});
    if (connection.one("SELECT rolsuper::int::text FROM pg_roles WHERE rolname = current_user", what) == "1")
      out.push_back({core::Severity::warning, "TOO_MANY_RIGHTS",
                     msg("The account is a superuser: an account that can only read is enough."), ""});
    if (connection.one("SELECT (NOT ssl AND inet_client_addr() IS NOT NULL AND NOT inet_client_addr() <<= "
                       "'127.0.0.0/8'::inet)::int::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
                       what) == "1")
      out.push_back(
          {core::Severity::warning, "CLEAR_TEXT", msg("The connection to the server is not encrypted."), ""});
    compare_clocks(
        connection.one("SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS')",
                       what),
        now, out);
    return out;
  }

 private:
  void choose_schema(OdbcConnection& connection, const std::string& schema) {
    const auto wanted = core::sql_text(schema.empty() ? "public" : schema);
    schema_ = connection.one("SELECT nspname::text FROM pg_namespace WHERE lower(nspname) = lower(" + wanted +
                                 ") ORDER BY nspname <> " + wanted + ", nspname <> lower(" + wanted + ")",
                             "the schemas");
    if (schema_.empty())
      throw Error(Exit::source_missing,
                  msg("The database {0} has no schema {1}.",
                      connection.one("SELECT current_database()::text", "the database"), schema))
          .hint(msg("Say which schema holds the tables with --schema."));
  }

  /// Of a byte that its set does not define the server makes an error, which would end the copy: such texts
  /// travel as the bytes that they are, and only they. A database of one byte a character compares bytes.
  static std::string tagged(const std::string& text) {
    return fmt::format(
        "CASE WHEN translate({0}, convert_from('\\x818d8f909d'::bytea, 'WIN1252'), '') = {0} THEN 't' || {0} "
        "ELSE 'w' || encode(convert_to({0}, 'WIN1252'), 'hex') END",
        text);
  }
  /// What render() gives, as a literal.
  std::string literal(const std::string& value, const SourceColumn& column) const {
    if (render(column).body_form != OdbcForm::tagged) return core::sql_text(value);
    const auto text = core::sql_text(value.substr(std::min<std::size_t>(1, value.size())));
    return value.starts_with('w') ? "convert_from(decode(" + text + ", 'hex'), 'WIN1252')" : text;
  }

  std::string schema_, shared_;
  bool has_holes_ = false;  ///< the set of the database leaves bytes without a meaning
  std::map<std::string, bool> placed_;
};

}  // namespace

std::unique_ptr<OdbcDialect> postgresql_dialect() { return std::make_unique<PostgresqlDialect>(); }

}  // namespace versoir::extract
