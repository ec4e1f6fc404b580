// PostgreSQL as a source: one REPEATABLE READ READ ONLY transaction, COPY TO STDOUT, exact values.
#include "core/error.hpp"
#include "core/handle.hpp"
#include "core/sqlite.hpp"
#include "extract/adapters.hpp"
#include "extract/copy_text.hpp"
#include "extract/pg_conninfo.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>

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

/// Connects with what the user wrote after our defaults, so that it wins; the password never stands in a
/// text.
Connection connect(const SourceUri& uri, const Access& access) {
  const auto conninfo = postgresql_conninfo(uri);
  const auto sslmode = default_sslmode(conninfo);
  std::vector<const char*> keys{"connect_timeout", "fallback_application_name"};
  std::vector<const char*> values{"15", "versoir"};
  const auto add = [&](const char* key, const char* value) {
    keys.push_back(key);
    values.push_back(value);
  };
  if (!sslmode.empty()) add("sslmode", sslmode.c_str());
  if (access.password) add("password", access.password->c_str());
  add("dbname", conninfo.c_str());
  add(nullptr, nullptr);
  Connection connection(PQconnectdbParams(keys.data(), values.data(), 1));
  if (!connection || PQstatus(connection.get()) != CONNECTION_OK) {
    const bool refused = connection && PQconnectionNeedsPassword(connection.get());
    auto why = connection ? one_line(PQerrorMessage(connection.get())) : std::string("out of memory");
    Error error(Exit::source_unreachable, msg("PostgreSQL cannot be reached: {0}.", uri.redacted()));
    std::move(error).because(msg("{0}", why));
    throw std::move(error).hint(
        refused ? msg("Give the password with --password-file, --password-command, or in ~/.pgpass.")
                : msg("Check host, port, database and account; passwords are read from --password-file, "
                      "--password-command or ~/.pgpass."));
  }
  // Default notice processing prints on stderr what a server says, values included.
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

/// Types whose order in SQL is the same every time and whose text can be given back as a bound.
bool can_bound(const SourceColumn& c) {
  using Kind = SourceColumn::Kind;
  return c.kind == Kind::integer || c.kind == Kind::text || c.kind == Kind::date || c.type == "uuid" ||
         c.type.starts_with("numeric") || c.type.starts_with("timestamp");
}

/// Types that may hold more than fits a row: their size is asked before their content.
bool may_be_large(const SourceColumn& c) {
  using Kind = SourceColumn::Kind;
  if (c.kind == Kind::binary) return true;
  return (c.kind == Kind::text &&
          (c.type == "text" || c.type == "character varying" || c.type == "citext")) ||
         c.type == "xml" || c.type == "json" || c.type == "jsonb";
}

class PostgresqlSource final : public Source {
 public:
  /// `snapshot`: exported by another connection, "" for one of its own.
  PostgresqlSource(SourceUri uri, Access access, const std::string& snapshot)
      : uri_(std::move(uri)),
        access_(std::move(access)),
        connection_(connect(uri_, access_)),
        schema_(access_.schema) {
    begin(snapshot);
    choose_schema();
  }

  Provenance provenance() override {
    Provenance p;
    p.system = "PostgreSQL";
    p.version = one("SELECT version()");
    p.charset = parameter("server_encoding");
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
      if (tables.empty() || tables.back().name != text(0)) {
        tables.emplace_back();
        tables.back().name = text(0);
      }
      auto column = postgresql_column(text(1), text(2), text(3), std::atoi(text(4).c_str()));
      column.nullable = text(5) == "f";
      tables.back().columns.push_back(std::move(column));
    }
    add_keys(tables);
    add_statistics(tables);
    return tables;
  }

  std::unique_ptr<Source> sibling() override {
    if (exported_.empty()) return nullptr;  // this server exports none: a standby, or a pooler in between
    Access access = access_;
    access.schema = schema_;
    return std::make_unique<PostgresqlSource>(uri_, std::move(access), exported_);
  }

  std::vector<core::Finding> probe(const std::vector<std::string>& tables, core::Instant now) override {
    std::vector<core::Finding> out;
    for (const auto& table : tables)
      if (one("SELECT has_table_privilege(" + literal(qualified(table)) + ", 'SELECT')") != "t")
        out.push_back(
            {core::Severity::error, "RIGHTS", msg("The account may not read the table {0}.", table), table});
    const auto server =
        std::strtoll(one("SELECT extract(epoch FROM clock_timestamp())::bigint").c_str(), nullptr, 10);
    const auto skew = std::llabs(server - now.time_since_epoch().count());
    if (skew > 60)
      out.push_back({core::Severity::warning, "CLOCK",
                     msg("The clocks of the server and of this machine differ by {0} seconds.", skew), ""});
    if (!PQsslInUse(connection_.get()) && !is_local())
      out.push_back(
          {core::Severity::warning, "CLEAR_TEXT", msg("The connection to the server is not encrypted."), ""});
    if (one("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == "t")
      out.push_back({core::Severity::warning, "TOO_MANY_RIGHTS",
                     msg("The account is a superuser: an account that can only read is enough."), ""});
    if (parameter("server_encoding") == "SQL_ASCII")
      out.push_back({core::Severity::warning, "CHARSET",
                     msg("The database declares no character set (SQL_ASCII): texts that are not UTF-8 will "
                         "be anomalies."),
                     ""});
    return out;
  }

  std::uint64_t count(const std::string& table) override {
    const auto rows = query("SELECT count(*) FROM " + qualified(table), {}, table);
    return std::strtoull(PQgetvalue(rows.get(), 0, 0), nullptr, 10);
  }

  void read(const ReadRequest& request, RowSink& sink, std::stop_token stop) override {
    const auto plan = plan_read(request);
    const auto& name = request.table.name;
    exec("SAVEPOINT copying");  // a COPY that is stopped must not take the snapshot of the others with it
    const CopyGuard guard(connection_.get());
    const Result started(PQexec(connection_.get(), plan.sql.c_str()));
    if (PQresultStatus(started.get()) != PGRES_COPY_OUT) fail(started.get(), name);
    const Cancel cancel(PQgetCancel(connection_.get()));
    const std::stop_callback on_stop(stop, [&] { send_cancel(cancel.get()); });
    BlockFiller filler(request.columns.size(), sink);
    std::uint64_t rows = 0;
    try {
      for (; read_row(request, plan, filler); ++rows)
        if (stop.stop_requested()) throw_interrupted();
      check_end(name, rows);
    } catch (const Error&) {
      if (stop.stop_requested()) throw_interrupted();
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

  /// The statement and the meaning of its fields: columns, then the key, then where the row lies and which of
  /// its values are large.
  struct ReadPlan {
    std::string sql;
    std::vector<bool> binary;
    std::vector<std::string> key;
    std::vector<std::size_t> large;  ///< numbers of the columns whose size is asked
    bool has_place = false;          ///< fields tableoid, ctid and the list of large values are there
  };

  static void send_cancel(PGcancel* cancel) noexcept {
    char ignored[256];
    if (cancel) static_cast<void>(PQcancel(cancel, ignored, sizeof ignored));
  }

  /// Exports the snapshot for other connections. A server that cannot is read by one connection, and its
  /// large values come whole.
  void begin(const std::string& snapshot, bool share = true) {
    // The transaction first: settings made inside it leave no trace. Rows hidden by a policy would be missing
    // without a word: with row_security off the server refuses instead.
    exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (!snapshot.empty()) exec("SET TRANSACTION SNAPSHOT " + literal(snapshot));
    for (const char* setting :
         {"search_path = pg_catalog", "datestyle = 'ISO'", "intervalstyle = 'iso_8601'", "timezone = 'UTC'",
          "bytea_output = 'hex'", "extra_float_digits = 1", "lock_timeout = '30s'",
          "idle_in_transaction_session_timeout = 0", "synchronize_seqscans = off", "row_security = off"})
      exec(std::string("SET LOCAL ") + setting);
    exec(fmt::format("SET LOCAL statement_timeout = '{}s'", access_.statement_timeout));
    // A SQL_ASCII database converts nothing and knows nothing of its bytes: they are taken raw and judged
    // here.
    const auto encoding = parameter("server_encoding") == "SQL_ASCII" ? "SQL_ASCII" : "UTF8";
    if (PQsetClientEncoding(connection_.get(), encoding) != 0)
      throw Error(Exit::source_unreachable, msg("The server refuses to speak UTF-8."))
          .because(msg("{0}", one_line(PQerrorMessage(connection_.get()))));
    exported_ = snapshot;
    if (!snapshot.empty() || !share) return;
    const Result rows(PQexec(connection_.get(), "SELECT pg_export_snapshot()"));
    if (PQresultStatus(rows.get()) == PGRES_TUPLES_OK) {
      exported_ = PQgetvalue(rows.get(), 0, 0);
    } else {
      exec("ROLLBACK");
      begin("", false);
    }
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

  void add_keys(std::vector<SourceTable>& tables) const {
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
    const auto rows = query(sql, {schema_}, "the catalogue");
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

  void add_statistics(std::vector<SourceTable>& tables) const {
    const char* sql =
        "SELECT c.relname, COALESCE(pg_catalog.obj_description(c.oid, 'pg_class'), ''), c.reltuples::bigint, "
        "pg_catalog.pg_table_size(c.oid) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid "
        "= "
        "c.relnamespace WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')";
    const auto rows = query(sql, {schema_}, "the catalogue");
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

  static SourceTable* find(std::vector<SourceTable>& tables, std::string_view name) {
    const auto it = std::ranges::find(tables, name, &SourceTable::name);
    return it == tables.end() ? nullptr : &*it;
  }

  ReadPlan plan_read(const ReadRequest& request) const {
    const auto& table = request.table;
    ReadPlan plan;
    std::string list, sizes, order, bounds;
    for (std::size_t i = 0; i < request.columns.size(); ++i) {
      const auto* column = table.find(request.columns[i]);
      if (!column)
        throw Error(Exit::source_missing,
                    msg("The table {0} has no column {1}.", table.name, request.columns[i]));
      const auto name = quoted(column->name);
      plan.binary.push_back(column->kind == SourceColumn::Kind::binary);
      if (!list.empty()) list += ", ";
      if (may_be_large(*column) && has_place(table.name)) {
        const auto size = size_of(*column);
        list += fmt::format("CASE WHEN {} > {} THEN NULL ELSE {} END", size, large_value, name);
        sizes +=
            fmt::format("{}CASE WHEN {} > {} THEN '{}' END", sizes.empty() ? "" : ", ", size, large_value, i);
        plan.large.push_back(i);
      } else {
        // money prints with the currency of a locale
        list += column->type == "money" ? name + "::numeric" : name;
      }
    }
    plan.key = usable_key(table);
    for (const auto& k : plan.key) {
      list += (list.empty() ? "" : ", ") + quoted(k);
      order += (order.empty() ? "" : ", ") + quoted(k);
    }
    if (!plan.large.empty()) {
      plan.has_place = true;
      list += fmt::format(", tableoid, ctid, concat_ws(',', {})", sizes);
    }
    plan.sql = fmt::format("COPY (SELECT {} FROM {}", list, qualified(table.name));
    if (!request.after.empty()) plan.sql += " WHERE (" + order + ") > (" + bound(request, plan.key) + ")";
    if (!order.empty()) plan.sql += " ORDER BY " + order;
    plan.sql += ") TO STDOUT";
    return plan;
  }

  static std::string size_of(const SourceColumn& column) {
    const std::string name = core::sql_name(column.name);
    const bool direct = column.kind == SourceColumn::Kind::binary || column.kind == SourceColumn::Kind::text;
    return "octet_length(" + name + (direct ? ")" : "::text)");
  }

  static std::vector<std::string> usable_key(const SourceTable& table) {
    for (const auto& k : table.key)
      if (!can_bound(*table.find(k))) return {};
    return table.key;
  }

  std::string bound(const ReadRequest& request, const std::vector<std::string>& key) const {
    const auto values = split_position(request.after);
    if (values.size() != key.size())
      throw Error(Exit::extract_invalid,
                  msg("The key of table {0} is not what it was when the copy stopped.", request.table.name))
          .hint(msg("Start the copy again with --restart."));
    std::string out;
    for (std::size_t i = 0; i < key.size(); ++i)
      out += (i ? ", " : "") + literal(values[i]) + "::" + request.table.find(key[i])->type;
    return out;
  }

  /// Rows of tables lie somewhere; those of views and foreign tables do not, and their large values come
  /// whole.
  bool has_place(const std::string& table) const {
    if (exported_.empty()) return false;
    const auto it = places_.find(table);
    if (it != places_.end()) return it->second;
    const auto kind =
        one("SELECT relkind FROM pg_class WHERE oid = " + literal(qualified(table)) + "::regclass");
    return places_[table] = kind == "r" || kind == "p" || kind == "m";
  }

  /// One line of the COPY into the block; false at its end, whose cause check_end() asks for.
  bool read_row(const ReadRequest& request, const ReadPlan& plan, BlockFiller& filler) {
    char* raw = nullptr;
    const int length = PQgetCopyData(connection_.get(), &raw, 0);
    const Buffer line(raw);
    if (length == -2) fail(nullptr, request.table.name);
    if (length < 0) return false;
    const std::string_view text(line.get(), static_cast<std::size_t>(length));
    const auto large = plan.has_place ? read_large(request, plan, text, filler) : std::vector<std::size_t>{};
    CopyLine fields(text);
    std::string_view field;
    std::size_t n = 0;
    auto& block = filler.block();
    for (; n < plan.binary.size() && fields.next(field); ++n) {
      if (!large.empty() && std::ranges::find(large, n) != large.end()) {
        block.add_large();
        continue;
      }
      if (is_null(field)) {
        block.add_null();
        continue;
      }
      const auto start = block.buffer().size();
      if (plan.binary[n])
        append_bytea(block.buffer(), field);
      else
        append_unescaped(block.buffer(), field);
      block.end_value(start);
    }
    position_.clear();
    for (std::size_t k = 0; k < plan.key.size() && fields.next(field); ++k, ++n) {
      value_.clear();
      append_unescaped(value_, field);
      position_ += fmt::format_int(value_.size()).str();
      position_ += ':';
      position_ += value_;
    }
    if (plan.has_place)
      while (n < plan.binary.size() + plan.key.size() + 3 && fields.next(field)) ++n;
    if (n != plan.binary.size() + plan.key.size() + (plan.has_place ? 3 : 0) || fields.next(field))
      throw Error(Exit::source_data,
                  msg("The table {0} gave a row of another width than asked.", request.table.name));
    filler.end_row(position_);
    return true;
  }

  /// The large values of a row, in pieces, before the row itself; which columns they are.
  std::vector<std::size_t> read_large(const ReadRequest& request, const ReadPlan& plan, std::string_view line,
                                      BlockFiller& filler) {
    // The last three fields are tableoid, ctid and the list: found from the end, no escape occurs in them.
    if (line.ends_with('\n')) line.remove_suffix(1);
    const auto last = line.rfind('\t');
    if (last == std::string_view::npos || last + 1 == line.size()) return {};
    const auto before = line.rfind('\t', last - 1);
    const auto first = line.rfind('\t', before - 1);
    const std::string oid(line.substr(first + 1, before - first - 1)),
        place(line.substr(before + 1, last - before - 1));
    std::vector<std::size_t> out;
    for (std::string_view list = line.substr(last + 1); !list.empty();) {
      const auto comma = list.find(',');
      std::size_t column = 0;
      std::from_chars(list.data(), list.data() + std::min(comma, list.size()), column);
      list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
      if (column >= plan.binary.size()) fail(nullptr, request.table.name);
      out.push_back(column);
      read_pieces(request, column, oid, place, filler);
    }
    return out;
  }

  /// One value through a second connection in the same snapshot. The server puts it together once
  /// (MATERIALIZED) and cuts it; no side but the server ever holds it whole.
  void read_pieces(const ReadRequest& request, std::size_t column, const std::string& oid,
                   const std::string& place, BlockFiller& filler) {
    if (!beside_) {
      Access access = access_;
      access.schema = schema_;
      beside_ = std::make_unique<PostgresqlSource>(uri_, std::move(access), exported_);
    }
    const auto& c = *request.table.find(request.columns[column]);
    const auto bytes = c.kind == SourceColumn::Kind::binary
                           ? quoted(c.name) + " || ''::bytea"
                           : "convert_to(" + quoted(c.name) + "::text, " + charset() + ")";
    const auto sql = fmt::format(
        "WITH v AS MATERIALIZED (SELECT {} AS b FROM {} WHERE tableoid = $1::oid AND ctid = $2::tid) "
        "SELECT substring(b FROM i FOR {}) FROM v, generate_series(1, octet_length(b), {}) AS i",
        bytes, qualified(request.table.name), large_value, large_value);
    beside_->stream(sql, {oid, place}, request.table.name,
                    [&](std::string_view piece) { filler.piece(column, piece); });
  }

  std::string charset() const {
    return parameter("server_encoding") == "SQL_ASCII" ? "'SQL_ASCII'" : "'UTF8'";
  }

  /// The one binary column of each row of a query, row by row.
  template <class Take>
  void stream(const std::string& sql, const std::vector<std::string>& parameters, const std::string& what,
              Take&& take) {
    std::vector<const char*> values;
    for (const auto& p : parameters) values.push_back(p.c_str());
    if (!PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                           values.data(), nullptr, nullptr, 1) ||
        !PQsetSingleRowMode(connection_.get()))
      fail(nullptr, what);
    while (Result rows{PQgetResult(connection_.get())}) {
      const auto status = PQresultStatus(rows.get());
      if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) fail(rows.get(), what);
      for (int i = 0; i < PQntuples(rows.get()); ++i)
        take(std::string_view(PQgetvalue(rows.get(), i, 0),
                              static_cast<std::size_t>(PQgetlength(rows.get(), i, 0))));
    }
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
  std::string literal(const std::string& text) const {
    const Buffer quoted(PQescapeLiteral(connection_.get(), text.data(), text.size()));
    if (!quoted) throw Error(Exit::source_data, msg("The value {0} cannot be quoted.", text));
    return quoted.get();
  }
  std::string qualified(const std::string& table) const { return quoted(schema_) + "." + quoted(table); }
  std::string parameter(const char* name) const {
    const char* value = PQparameterStatus(connection_.get(), name);
    return value ? value : "";
  }
  bool is_local() const {
    const char* host = PQhost(connection_.get());
    return !host || *host == '\0' || *host == '/' || std::string_view(host) == "localhost" ||
           std::string_view(host) == "127.0.0.1" || std::string_view(host) == "::1";
  }

  SourceUri uri_;
  Access access_;
  Connection connection_;
  std::string schema_, exported_;
  mutable std::map<std::string, bool> places_;
  std::unique_ptr<PostgresqlSource> beside_;
  std::string position_, value_;
};

}  // namespace

std::unique_ptr<Source> open_postgresql(const SourceUri& uri, const Access& access) {
  check_postgresql_conninfo(uri);
  return std::make_unique<PostgresqlSource>(uri, access, "");
}

}  // namespace versoir::extract
