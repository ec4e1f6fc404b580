// PostgreSQL as a source: one REPEATABLE READ READ ONLY transaction, COPY TO STDOUT, exact values.
#include "core/error.hpp"
#include "core/handle.hpp"
#include "extract/adapters.hpp"
#include "extract/copy_text.hpp"
#include "extract/pg_conninfo.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cstdlib>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::Message;
using core::msg;

namespace {

using Connection = core::Handle<PGconn, PQfinish>;
using Result = core::Handle<PGresult, PQclear>;
using Cancel = core::Handle<PGcancel, PQfreeCancel>;
using Buffer = core::Handle<char, PQfreemem>;

std::string one_line(const char* text) {
  std::string out(text ? text : "");
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

/// What an SQLSTATE means to whoever launched the copy. Class 08 and 57P are lost connections.
Exit exit_of(std::string_view state) {
  if (state == "42501" || state.starts_with("28")) return Exit::source_rights;
  if (state.starts_with("42P01") || state == "42703" || state == "3F000") return Exit::source_missing;
  if (state == "55P03" || state.starts_with("40")) return Exit::temporary;  // lock, conflict with recovery
  if (state.starts_with("22") || state.starts_with("25") || state.starts_with("XX")) return Exit::source_data;
  return Exit::source_unreachable;
}

class PostgresqlSource final : public Source {
 public:
  PostgresqlSource(Connection connection, std::string schema)
      : connection_(std::move(connection)), schema_(std::move(schema)) {
    // Default notice processing prints on stderr what a server says, values included.
    PQsetNoticeProcessor(
        connection_.get(), [](void*, const char*) {}, nullptr);
    begin();
    choose_schema();
  }

  Provenance provenance() override {
    Provenance p;
    p.system = "PostgreSQL";
    p.version = one("SELECT version()");
    p.charset = PQparameterStatus(connection_.get(), "server_encoding");
    p.database = PQdb(connection_.get());
    p.user = PQuser(connection_.get());
    p.schema = schema_;
    p.snapshot =
        one(PQserverVersion(connection_.get()) < 130000
                ? "SELECT txid_current_snapshot()::text"
                : "SELECT pg_current_snapshot()::text || ' ' || COALESCE(CASE WHEN pg_is_in_recovery() "
                  "THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END::text, '')");
    return p;
  }

  Consistency consistency() const override { return Consistency::snapshot; }

  std::vector<SourceTable> catalogue() override {
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
    const auto rows = query(sql, {schema_}, "the catalogue");
    std::vector<SourceTable> tables;
    for (int i = 0; i < PQntuples(rows.get()); ++i) {
      const auto text = [&](int column) { return std::string(PQgetvalue(rows.get(), i, column)); };
      if (tables.empty() || tables.back().name != text(0)) tables.push_back({text(0), {}});
      auto column = postgresql_column(text(1), text(2), text(3), std::atoi(text(4).c_str()));
      column.nullable = text(5) == "f";
      tables.back().columns.push_back(std::move(column));
    }
    return tables;
  }

  std::uint64_t count(const std::string& table) override {
    const auto rows = query("SELECT count(*) FROM " + qualified(table), {}, table);
    return std::strtoull(PQgetvalue(rows.get(), 0, 0), nullptr, 10);
  }

  void read(const SourceTable& table, const std::vector<std::string>& columns,
            const std::function<void(RowBlock&&)>& emit, std::stop_token stop) override {
    const auto list = select_list(table, columns);
    exec("SAVEPOINT copying");  // a COPY that is stopped must not take the snapshot of the others with it
    const CopyGuard guard(connection_.get());
    const auto sql = fmt::format("COPY (SELECT {} FROM {}) TO STDOUT", list.sql, qualified(table.name));
    const Result started(PQexec(connection_.get(), sql.c_str()));
    if (PQresultStatus(started.get()) != PGRES_COPY_OUT) fail(started.get(), table.name);
    const Cancel cancel(PQgetCancel(connection_.get()));
    const std::stop_callback on_stop(stop, [&] { send_cancel(cancel.get()); });

    BlockFiller filler(columns.size(), emit);
    std::uint64_t rows = 0;
    try {
      for (; read_row(list.binary, filler, table.name); ++rows) filler.end_row();
      check_end(table.name, rows);
    } catch (const Error&) {
      if (stop.stop_requested()) throw Error(Exit::interrupted, msg("The copy was interrupted."));
      throw;
    }
    filler.flush();
    exec("RELEASE SAVEPOINT copying");
  }

 private:
  /// Leaves the connection usable whatever happens inside a COPY: the rest of the stream is thrown away.
  class CopyGuard {
   public:
    explicit CopyGuard(PGconn* connection) : connection_(connection) {}
    CopyGuard(const CopyGuard&) = delete;
    CopyGuard& operator=(const CopyGuard&) = delete;
    ~CopyGuard() {
      if (PQtransactionStatus(connection_) == PQTRANS_ACTIVE) drain();
      if (PQtransactionStatus(connection_) == PQTRANS_INERROR)
        PQclear(PQexec(connection_, "ROLLBACK TO SAVEPOINT copying"));
    }

   private:
    void drain() noexcept {
      const Cancel cancel(PQgetCancel(connection_));
      send_cancel(cancel.get());
      char* line = nullptr;
      while (PQgetCopyData(connection_, &line, 0) > 0) PQfreemem(line);
      while (PGresult* rest = PQgetResult(connection_)) PQclear(rest);
    }
    PGconn* connection_;
  };

  struct SelectList {
    std::string sql;
    std::vector<bool> binary;
  };

  static void send_cancel(PGcancel* cancel) noexcept {
    char ignored[256];
    if (cancel) static_cast<void>(PQcancel(cancel, ignored, sizeof ignored));
  }

  void begin() {
    // The transaction first: settings made inside it leave no trace. Rows hidden by a policy would be missing
    // without a word: with row_security off the server refuses instead.
    exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    for (const char* setting :
         {"search_path = pg_catalog", "datestyle = 'ISO'", "intervalstyle = 'iso_8601'", "timezone = 'UTC'",
          "bytea_output = 'hex'", "extra_float_digits = 1", "statement_timeout = 0", "lock_timeout = '30s'",
          "idle_in_transaction_session_timeout = 0", "synchronize_seqscans = off", "row_security = off"})
      exec(std::string("SET LOCAL ") + setting);
    // A SQL_ASCII database converts nothing and knows nothing of its bytes: they are taken raw and judged
    // here.
    const std::string_view server = PQparameterStatus(connection_.get(), "server_encoding");
    if (PQsetClientEncoding(connection_.get(), server == "SQL_ASCII" ? "SQL_ASCII" : "UTF8") != 0)
      throw Error(Exit::source_unreachable, msg("The server refuses to speak UTF-8."))
          .because(msg("{0}", one_line(PQerrorMessage(connection_.get()))));
  }

  /// Schemas are compared without regard to case, as profiles write names the way Oracle does.
  void choose_schema() {
    if (schema_.empty()) schema_ = "public";
    const auto found = query(
        "SELECT nspname FROM pg_namespace WHERE lower(nspname) = lower($1) "
        "ORDER BY nspname <> $1, nspname <> lower($1)",
        {schema_}, schema_);
    if (PQntuples(found.get()) == 0)
      throw Error(Exit::source_missing,
                  msg("The database {0} has no schema {1}.", PQdb(connection_.get()), schema_))
          .hint(msg("Say which schema holds the tables with --schema."));
    schema_ = PQgetvalue(found.get(), 0, 0);
  }

  SelectList select_list(const SourceTable& table, const std::vector<std::string>& columns) const {
    SelectList list;
    for (const auto& name : columns) {
      const SourceColumn* column = nullptr;
      for (const auto& c : table.columns)
        if (c.name == name) column = &c;
      const bool binary = column && column->kind == SourceColumn::Kind::binary;
      list.binary.push_back(binary);
      if (!list.sql.empty()) list.sql += ", ";
      list.sql += quoted(name);
      // money prints with the currency of a locale
      if (column && column->type == "money") list.sql += "::numeric";
    }
    return list;
  }

  /// One line of the COPY into the block; false at its end, whose cause check_end() asks for.
  bool read_row(const std::vector<bool>& binary, BlockFiller& filler, const std::string& table) {
    char* raw = nullptr;
    const int length = PQgetCopyData(connection_.get(), &raw, 0);
    const Buffer line(raw);
    if (length == -2) fail(nullptr, table);
    if (length < 0) return false;
    CopyLine fields(std::string_view(line.get(), static_cast<std::size_t>(length)));
    std::size_t columns = 0;
    std::optional<std::string> value;
    for (; fields.next(value); ++columns) {
      if (value && columns < binary.size() && binary[columns]) value = decode_bytea(*value);
      filler.cell(std::move(value));
    }
    if (columns != binary.size())
      throw Error(Exit::source_data, msg("The table {0} gave a row of {1} columns instead of {2}.", table,
                                         columns, binary.size()));
    return true;
  }

  /// PQgetCopyData says -1 for a normal end and for a COPY killed half way: only the result that follows
  /// tells them apart. The number of rows that the server says it sent is compared too.
  void check_end(const std::string& table, std::uint64_t rows) {
    bool complete = false;
    while (Result result{PQgetResult(connection_.get())}) {
      if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get(), table);
      complete = true;
      const std::string_view sent = PQcmdTuples(result.get());
      if (sent != std::to_string(rows))
        throw Error(Exit::source_data,
                    msg("The server sent {0} rows of {1}, {2} arrived.", sent, table, rows));
    }
    if (!complete) fail(nullptr, table);
  }

  [[noreturn]] void fail(const PGresult* result, const std::string& table) const {
    const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    // The primary message only: DETAIL and CONTEXT of the server may quote values.
    const char* primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
    throw Error(exit_of(state ? state : "08006"), msg("PostgreSQL could not read {0}.", table))
        .because(msg("{0} (SQLSTATE {1})",
                     primary ? std::string(primary) : one_line(PQerrorMessage(connection_.get())),
                     state ? state : "08006"));
  }

  void exec(const std::string& sql) {
    const Result result(PQexec(connection_.get(), sql.c_str()));
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get(), sql);
  }

  Result query(const std::string& sql, const std::vector<std::string>& parameters,
               const std::string& what) const {
    std::vector<const char*> values;
    for (const auto& p : parameters) values.push_back(p.c_str());
    Result result(PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                               values.data(), nullptr, nullptr, 0));
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) fail(result.get(), what);
    return result;
  }

  std::string one(const std::string& sql) const {
    return PQgetvalue(query(sql, {}, "the server's state").get(), 0, 0);
  }

  std::string quoted(const std::string& name) const {
    const Buffer text(PQescapeIdentifier(connection_.get(), name.data(), name.size()));
    if (!text) throw Error(Exit::source_data, msg("The name {0} cannot be quoted.", name));
    return text.get();
  }
  std::string qualified(const std::string& table) const { return quoted(schema_) + "." + quoted(table); }

  Connection connection_;
  std::string schema_;
};

}  // namespace

std::unique_ptr<Source> open_postgresql(const SourceUri& uri, std::string_view schema) {
  check_postgresql_conninfo(uri);
  const auto conninfo = postgresql_conninfo(uri);
  const auto sslmode = default_sslmode(conninfo);
  // What the user wrote comes after our defaults and wins.
  std::vector<const char*> keys{"connect_timeout", "fallback_application_name", "dbname"};
  std::vector<const char*> values{"15", "versoir", conninfo.c_str()};
  if (!sslmode.empty()) {
    keys.insert(keys.begin(), "sslmode");
    values.insert(values.begin(), sslmode.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  Connection connection(PQconnectdbParams(keys.data(), values.data(), 1));
  if (!connection || PQstatus(connection.get()) != CONNECTION_OK) {
    auto why = connection ? one_line(PQerrorMessage(connection.get())) : std::string("out of memory");
    throw Error(Exit::source_unreachable, msg("PostgreSQL cannot be reached: {0}.", uri.redacted()))
        .because(msg("{0}", why))
        .hint(msg("Passwords are read from ~/.pgpass (or the file that PGPASSFILE names)."));
  }
  return std::make_unique<PostgresqlSource>(std::move(connection), std::string(schema));
}

}  // namespace versoir::extract
