// PostgreSQL as a source: one REPEATABLE READ READ ONLY transaction, COPY TO STDOUT, exact values.
#include "core/error.hpp"
#include "core/sqlite.hpp"
#include "extract/adapters.hpp"
#include "extract/copy_text.hpp"
#include "extract/csv_charset.hpp"
#include "extract/pg_catalogue.hpp"
#include "extract/pg_connection.hpp"
#include "extract/pg_conninfo.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <map>
#include <optional>
#include <span>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::Message;
using core::msg;

namespace {

/// Types that may hold more than fits a row: their size is asked before their content.
bool may_be_large(const SourceColumn& c) {
  if (c.kind == ColumnKind::binary) return true;
  return (c.kind == ColumnKind::text &&
          (c.type == "text" || c.type == "character varying" || c.type == "citext")) ||
         c.type == "xml" || c.type == "json" || c.type == "jsonb";
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

class PostgresqlSource final : public Source {
 public:
  /// `snapshot`: exported by another connection, "" for one of its own.
  PostgresqlSource(SourceUri uri, Access access, const std::string& snapshot)
      : uri_(std::move(uri)),
        access_(std::move(access)),
        connection_(uri_, access_),
        schema_(access_.schema) {
    begin(snapshot);
    schema_ = pg_schema(ask_, schema_);
  }

  Provenance provenance() override {
    Provenance p;
    p.system = "PostgreSQL";
    p.version = connection_.one("SELECT version()");
    p.charset = connection_.parameter("server_encoding");
    p.database = PQdb(connection_.raw());
    p.user = PQuser(connection_.raw());
    p.schema = schema_;
    p.snapshot = pg_snapshot(ask_);
    return p;
  }

  Consistency consistency() const override { return Consistency::snapshot; }

  std::vector<SourceTable> catalogue() override { return pg_catalogue(ask_, schema_); }
  void release() noexcept override { const PgResult ended(PQexec(connection_.raw(), "ROLLBACK")); }

  std::unique_ptr<Source> sibling() override {
    if (exported_.empty()) return nullptr;  // this server exports none: a standby, or a pooler in between
    Access access = access_;
    access.schema = schema_;
    return std::make_unique<PostgresqlSource>(uri_, std::move(access), exported_);
  }

  std::vector<core::Finding> probe(const std::vector<std::string>& tables, core::Instant now) override {
    auto out = pg_probe(ask_, schema_, tables, now);
    if (!PQsslInUse(connection_.raw()) && !connection_.is_local())
      out.push_back(
          {core::Severity::warning, "CLEAR_TEXT", msg("The connection to the server is not encrypted."), ""});
    return out;
  }

  std::vector<core::Finding> probe_writable() override { return pg_writable(ask_); }

  std::uint64_t count(const std::string& table) override {
    const auto rows = connection_.query("SELECT count(*) FROM " + qualified(table), {}, table);
    return std::strtoull(PQgetvalue(rows.get(), 0, 0), nullptr, 10);
  }

  void read(const ReadRequest& request, RowSink& sink, std::stop_token stop) override {
    const auto plan = plan_read(request);
    const auto& name = request.table.name;
    connection_.exec(
        "SAVEPOINT copying");  // a COPY that is stopped must not take the snapshot of the others with it
    const CopyGuard guard(connection_.raw());
    const PgResult started(PQexec(connection_.raw(), plan.sql.c_str()));
    if (PQresultStatus(started.get()) != PGRES_COPY_OUT) connection_.fail(started.get(), name);
    const PgCancel cancel(PQgetCancel(connection_.raw()));
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
    connection_.exec("RELEASE SAVEPOINT copying");
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
      const PgCancel cancel(PQgetCancel(connection_));
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
    connection_.exec("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    if (!snapshot.empty()) connection_.exec("SET TRANSACTION SNAPSHOT " + connection_.literal(snapshot));
    for (const char* setting :
         {"search_path = pg_catalog", "datestyle = 'ISO'", "intervalstyle = 'iso_8601'", "timezone = 'UTC'",
          "bytea_output = 'hex'", "extra_float_digits = 1", "idle_in_transaction_session_timeout = 0",
          "synchronize_seqscans = off", "row_security = off",
          // several workers would give the rows of a table without key in another order each time
          "max_parallel_workers_per_gather = 0"})
      connection_.exec(std::string("SET LOCAL ") + setting);
    connection_.exec(fmt::format("SET LOCAL lock_timeout = '{}s'", access_.lock_timeout));
    connection_.exec(fmt::format("SET LOCAL statement_timeout = '{}s'", access_.statement_timeout));
    // A SQL_ASCII database converts nothing and knows nothing of its bytes: they are taken raw and judged
    // here.
    const auto encoding = connection_.parameter("server_encoding") == "SQL_ASCII" ? "SQL_ASCII" : "UTF8";
    if (PQsetClientEncoding(connection_.raw(), encoding) != 0)
      throw Error(Exit::source_unreachable, msg("The server refuses to speak UTF-8."))
          .because(msg("{0}", one_line(PQerrorMessage(connection_.raw()))));
    // The sets of one byte are converted here: of a byte that its set does not define the server makes an
    // error, which would end the copy, where this makes an anomaly.
    charset_ = CsvCharset::of_postgresql(connection_.parameter("server_encoding"));
    exported_ = snapshot;
    if (!snapshot.empty() || !share) return;
    const PgResult rows(PQexec(connection_.raw(), "SELECT pg_export_snapshot()"));
    if (PQresultStatus(rows.get()) == PGRES_TUPLES_OK) {
      exported_ = PQgetvalue(rows.get(), 0, 0);
    } else {
      connection_.exec("ROLLBACK");
      begin("", false);
    }
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
      const auto name = connection_.quoted(column->name);
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
      list += (list.empty() ? "" : ", ") + connection_.quoted(k);
      // With its table: a bare name may be that of a value of the list, cut short when it is large.
      order += (order.empty() ? "" : ", ") + qualified(table.name) + "." + connection_.quoted(k);
    }
    if (!plan.large.empty()) {
      plan.has_place = true;
      list += fmt::format(", tableoid, ctid, concat_ws(',', {})", sizes);
    }
    plan.sql = fmt::format("COPY (SELECT {} FROM {}", list, qualified(table.name));
    if (!request.after.empty()) plan.sql += " WHERE (" + order + ") > (" + bound(request, plan.key) + ")";
    if (!order.empty()) plan.sql += " ORDER BY " + order;
    plan.sql += ") TO STDOUT";
    // The statement itself stays in UTF-8.
    if (charset_) plan.sql += " WITH (ENCODING " + server_encoding() + ")";
    return plan;
  }

  static std::string size_of(const SourceColumn& column) {
    const std::string name = core::sql_name(column.name);
    const bool direct = column.kind == SourceColumn::Kind::binary || column.kind == SourceColumn::Kind::text;
    return "octet_length(" + name + (direct ? ")" : "::text)");
  }

  static std::vector<std::string> usable_key(const SourceTable& table) {
    for (const auto& k : table.key)
      if (!pg_can_bound(*table.find(k))) return {};
    return table.key;
  }

  std::string bound(const ReadRequest& request, const std::vector<std::string>& key) const {
    std::vector<std::string> values;
    CopyLine fields(request.after);
    for (std::string_view field; fields.next(field);) append_unescaped(values.emplace_back(), field);
    if (values.size() != key.size())
      throw Error(Exit::extract_invalid,
                  msg("The key of table {0} is not what it was when the copy stopped.", request.table.name))
          .hint(msg("Start the copy again with --restart."));
    std::string out;
    for (std::size_t i = 0; i < key.size(); ++i)
      // Bytes of the server's own set, which may mean no character.
      out += (i ? ", " : "") +
             (charset_ && !is_ascii(values[i])
                  ? fmt::format("convert_from('\\x{:02x}'::bytea, {})",
                                fmt::join(std::span(reinterpret_cast<const unsigned char*>(values[i].data()),
                                                    values[i].size()),
                                          ""),
                                server_encoding())
                  : connection_.literal(values[i])) +
             "::" + request.table.find(key[i])->type;
    return out;
  }

  /// Rows of tables lie somewhere; those of views and foreign tables do not, and their large values come
  /// whole.
  bool has_place(const std::string& table) const {
    if (exported_.empty()) return false;
    const auto it = places_.find(table);
    if (it != places_.end()) return it->second;
    return places_[table] = pg_has_place(ask_, schema_, table);
  }

  /// One line of the COPY into the block; false at its end, whose cause check_end() asks for.
  bool read_row(const ReadRequest& request, const ReadPlan& plan, BlockFiller& filler) {
    char* raw = nullptr;
    const int length = PQgetCopyData(connection_.raw(), &raw, 0);
    const PgText line(raw);
    if (length == -2) connection_.fail(nullptr, request.table.name);
    if (length < 0) return false;
    const std::string_view bytes(line.get(), static_cast<std::size_t>(length));
    // Tabs, line feeds and backslashes are the same in all these sets.
    const bool foreign = charset_ && !is_ascii(bytes);
    if (foreign) {
      converted_.clear();
      charset_->append(converted_, bytes);
    }
    const std::string_view text = foreign ? converted_ : bytes;
    const auto large = plan.has_place ? read_large(request, plan, text, filler) : std::vector<std::size_t>{};
    CopyLine fields(text);
    std::string_view field;
    std::size_t n = 0;
    auto& block = filler.block();
    // The line goes into the block at once; most values are pieces of it.
    const auto base = block.buffer().size();
    block.buffer().append(text);
    for (; n < plan.binary.size() && fields.next(field); ++n) {
      if (!large.empty() && std::ranges::find(large, n) != large.end()) {
        block.add_large();
        continue;
      }
      if (!fields.escaped()) {
        block.add_slice(base + static_cast<std::size_t>(field.data() - text.data()), field.size());
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
    // The fields of the key, as they stand in the line, are the position: most are never looked at again.
    auto position = fields.rest();
    for (std::size_t k = 0; k < plan.key.size() && fields.next(field); ++k) ++n;
    if (!fields.rest().empty()) position.remove_suffix(fields.rest().size() + 1);
    if (plan.has_place)
      while (n < plan.binary.size() + plan.key.size() + 3 && fields.next(field)) ++n;
    if (n != plan.binary.size() + plan.key.size() + (plan.has_place ? 3 : 0) || fields.next(field))
      throw Error(Exit::source_data,
                  msg("The table {0} gave a row of another width than asked.", request.table.name));
    if (foreign && !plan.key.empty()) position = key_of(bytes, plan);
    filler.end_row(plan.key.empty() ? std::string_view() : position);
    return true;
  }

  /// The fields of the key in a line as the server sent it: a reading goes on behind these bytes.
  static std::string_view key_of(std::string_view line, const ReadPlan& plan) {
    CopyLine fields(line);
    std::string_view field;
    for (std::size_t n = 0; n < plan.binary.size(); ++n) static_cast<void>(fields.next(field));
    auto key = fields.rest();
    for (std::size_t n = 0; n < plan.key.size(); ++n) static_cast<void>(fields.next(field));
    if (!fields.rest().empty()) key.remove_suffix(fields.rest().size() + 1);
    return key;
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
      if (column >= plan.binary.size()) connection_.fail(nullptr, request.table.name);
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
                           ? connection_.quoted(c.name) + " || ''::bytea"
                           : "convert_to(" + connection_.quoted(c.name) + "::text, " +
                                 (charset_ ? server_encoding() : charset()) + ")";
    // A byte becomes three at most.
    const auto size = charset_ ? large_value / 3 : large_value;
    std::string converted;
    const auto sql = fmt::format(
        "WITH v AS MATERIALIZED (SELECT {} AS b FROM {} WHERE tableoid = $1::oid AND ctid = $2::tid) "
        "SELECT substring(b FROM i FOR {}) FROM v, generate_series(1, octet_length(b), {}) AS i",
        bytes, qualified(request.table.name), size, size);
    try {
      beside_->connection_.stream(sql, {oid, place}, request.table.name, [&](std::string_view piece) {
        if (charset_ && c.kind != SourceColumn::Kind::binary) {
          converted.clear();
          charset_->append(converted, piece);
          piece = converted;
        }
        filler.piece(column, piece);
      });
    } catch (...) {  // half an answer is left on it: it serves no more
      beside_.reset();
      throw;
    }
  }

  std::string server_encoding() const {
    return connection_.literal(connection_.parameter("server_encoding"));
  }
  std::string charset() const {
    return connection_.parameter("server_encoding") == "SQL_ASCII" ? "'SQL_ASCII'" : "'UTF8'";
  }

  /// PQgetCopyData says -1 for a normal end and for a COPY killed half way: only the result that follows
  /// tells them apart. The number of rows that the server says it sent is compared too.
  void check_end(const std::string& table, std::uint64_t rows) {
    bool complete = false;
    while (PgResult result{PQgetResult(connection_.raw())}) {
      if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) connection_.fail(result.get(), table);
      complete = true;
      const std::string_view sent = PQcmdTuples(result.get());
      if (sent != std::to_string(rows))
        throw Error(Exit::source_data,
                    msg("The server sent {0} rows of {1}, {2} arrived.", sent, table, rows));
    }
    if (!complete) connection_.fail(nullptr, table);
  }

  std::string qualified(const std::string& table) const { return pg_table(schema_, table); }

  SourceUri uri_;
  Access access_;
  PgConnection connection_;
  Ask ask_ = [this](const std::string& sql) { return connection_.rows(sql); };
  std::string schema_, exported_;
  std::optional<CsvCharset> charset_;  ///< of values, when they are converted here
  std::string converted_;              ///< the line at hand
  mutable std::map<std::string, bool> places_;
  std::unique_ptr<PostgresqlSource> beside_;
};

}  // namespace

std::unique_ptr<Source> open_postgresql(const SourceUri& uri, const Access& access) {
  check_postgresql_conninfo(uri);
  return std::make_unique<PostgresqlSource>(uri, access, "");
}

}  // namespace versoir::extract
