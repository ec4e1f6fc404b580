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
#include <optional>
#include <span>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

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
    charset_ = CsvCharset::of_postgresql(encoding);
    holes_ = charset_ ? charset_->undefined() : "";
    encoding_ = core::sql_text(encoding);
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
    schema_ = pg_schema(asking(connection), schema);
  }

  void describe(OdbcConnection& connection, Provenance& p) override {
    const auto what = "the server's state";
    p.version = connection.one("SELECT version()", what);
    p.charset = connection.one("SHOW server_encoding", what);
    p.database = connection.one("SELECT current_database()::text", what);
    p.user = connection.one("SELECT current_user::text", what);
    p.schema = schema_;
    p.snapshot = pg_snapshot(asking(connection));
  }

  std::string shared() const override { return shared_; }

  std::vector<SourceTable> catalogue(OdbcConnection& connection) override {
    return pg_catalogue(asking(connection), schema_);
  }

  std::string from(const std::string& table) const override { return pg_table(schema_, table); }

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
    if (!holes_.empty() && !number) {
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

  const CsvCharset* charset() const override { return charset_ ? &*charset_ : nullptr; }

  Place place(OdbcConnection& connection, const std::string& table) override {
    if (!pg_has_place(asking(connection), schema_, table)) return {};
    return {{"tableoid::text", "ctid::text"}, "tableoid = ?::oid AND ctid = ?::tid"};
  }

  Order order(OdbcConnection&, const SourceTable& table) override {
    Order order;
    for (const auto& k : table.key) {
      const auto* column = table.find(k);
      if (!column || !pg_can_bound(*column)) return {};
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

  std::vector<core::Finding> probe_writable(OdbcConnection& connection) override {
    return pg_writable(asking(connection));
  }

  std::vector<core::Finding> probe(OdbcConnection& connection, const std::vector<std::string>& tables,
                                   core::Instant now) override {
    auto out = pg_probe(asking(connection), schema_, tables, now);
    if (connection.one("SELECT (NOT ssl AND inet_client_addr() IS NOT NULL AND NOT inet_client_addr() <<= "
                       "'127.0.0.0/8'::inet)::int::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
                       "the server's state") == "1")
      out.push_back(
          {core::Severity::warning, "CLEAR_TEXT", msg("The connection to the server is not encrypted."), ""});
    return out;
  }

 private:
  static Ask asking(OdbcConnection& connection) {
    return [&connection](const std::string& sql) { return connection.rows(sql, "the server's state"); };
  }

  /// Of a byte that its set does not define the server makes an error, which would end the copy: such texts
  /// travel as the bytes that they are, and only they. A database of one byte a character compares bytes.
  std::string tagged(const std::string& text) const {
    return fmt::format(
        "CASE WHEN translate({0}, convert_from('\\x{1:02x}'::bytea, {2}), '') = {0} THEN 't' || {0} "
        "ELSE 'w' || encode(convert_to({0}, {2}), 'hex') END",
        text, fmt::join(std::span(reinterpret_cast<const unsigned char*>(holes_.data()), holes_.size()), ""),
        encoding_);
  }
  /// What render() gives, as a literal.
  std::string literal(const std::string& value, const SourceColumn& column) const {
    if (render(column).body_form != OdbcForm::tagged) return core::sql_text(value);
    const auto text = core::sql_text(value.substr(std::min<std::size_t>(1, value.size())));
    return value.starts_with('w') ? "convert_from(decode(" + text + ", 'hex'), " + encoding_ + ")" : text;
  }

  std::string schema_, shared_;
  std::optional<CsvCharset> charset_;  ///< of the database, when it is of one byte a character
  std::string holes_, encoding_;       ///< the bytes that it leaves without a meaning, and its name in SQL
};

}  // namespace

std::unique_ptr<OdbcDialect> postgresql_dialect() { return std::make_unique<PostgresqlDialect>(); }

}  // namespace versoir::extract
