// Oracle through ODBC. Not verified on Oracle: see oracle_sql.hpp.
#include "core/error.hpp"
#include "extract/odbc_dialect.hpp"
#include "extract/oracle_sql.hpp"
#include "extract/values.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

class OracleDialect final : public OdbcDialect {
 public:
  void begin(OdbcConnection& connection, const std::string& schema, const std::string& moment) override {
    connection.manual_commit();
    for (const auto& setting : oracle::session_settings()) connection.execute(setting);
    connection.roll_back();  // SET TRANSACTION must come first in its transaction
    connection.execute(std::string(oracle::read_only));
    const auto identity = connection.rows(std::string(oracle::identity_query), "the session");
    if (!identity.empty() && identity.front().size() >= 3) {
      database_ = identity.front()[0].value_or("");
      user_ = identity.front()[1].value_or("");
      protocol_ = identity.front()[2].value_or("");
    }
    choose_owner(connection, schema);
    scn_ = moment;
    if (moment.empty()) choose_moment(connection);
  }

  void describe(OdbcConnection& connection, Provenance& p) override {
    if (const auto banner = connection.try_one(std::string(oracle::version_query))) p.version = *banner;
    for (const auto& row : connection.rows(std::string(oracle::charset_query), "NLS_DATABASE_PARAMETERS"))
      if (row.size() >= 2)
        p.charset += (p.charset.empty() ? "" : ", ") + row[0].value_or("") + "=" + row[1].value_or("");
    p.database = database_;
    p.user = user_;
    p.schema = owner_;
    p.has_empty_texts = false;
    // Without a number of the moment nothing tells two read-only transactions apart but when they began.
    p.snapshot = scn_.empty() ? "READ ONLY " + started_ : "SCN " + scn_;
  }

  std::string shared() const override { return scn_; }

  std::vector<SourceTable> catalogue(OdbcConnection& connection) override {
    const auto sql = oracle::catalogue(owner_, owner_ == user_);
    std::map<std::string, SourceTable> tables;
    placed_.clear();
    for (const auto& row : connection.rows(sql.tables, "the catalogue")) {
      const auto name = row[0].value_or("");
      auto& table = tables[name];
      table.name = name;
      if (row[1] && row[2]) {
        table.estimated_rows = odbc_count(*row[1], "NUM_ROWS");
        table.bytes = *table.estimated_rows * odbc_count(*row[2], "AVG_ROW_LEN");
      }
      // An index-organized table has logical addresses only, which move.
      if (!row[3]) placed_.insert(name);
    }
    for (const auto& row : connection.rows(sql.views, "the catalogue"))
      tables[row[0].value_or("")].name = row[0].value_or("");
    for (const auto& row : connection.rows(sql.columns, "the catalogue")) {
      const auto it = tables.find(row[0].value_or(""));
      if (it == tables.end()) continue;
      const auto at = [&](std::size_t i) { return row[i].value_or(""); };
      auto column = declared_column(at(1), oracle::declared_type({at(2), at(3), at(4), at(5), at(6), at(8)}));
      column.nullable = at(7) != "N";
      it->second.columns.push_back(std::move(column));
    }
    add_keys(connection, sql, tables);
    for (const auto& row : connection.rows(sql.comments, "the catalogue"))
      if (const auto it = tables.find(row[0].value_or("")); it != tables.end())
        it->second.comment = row[1].value_or("");
    add_large_values(connection, sql, tables);
    std::vector<SourceTable> out;
    for (auto& [name, table] : tables)
      if (!table.columns.empty()) out.push_back(std::move(table));
    drop_weak_keys(out);
    return out;
  }

  std::string from(const std::string& table) const override { return oracle::from(owner_, table, scn_); }
  OdbcRendering render(const SourceColumn& column) const override { return oracle::render(column); }

  Place place(OdbcConnection&, const std::string& table) override {
    if (!placed_.contains(table)) return {};
    return {{"ROWIDTOCHAR(ROWID)"}, "ROWID = CHARTOROWID(?)"};
  }

  Order order(OdbcConnection&, const SourceTable& table) override {
    return order_by_key(*this, table, oracle::can_bound, oracle::quoted_name);
  }
  std::string behind(const SourceTable& table, const Order& order,
                     std::span<const std::string> values) const override {
    std::vector<const SourceColumn*> key;
    for (const auto& name : order.columns) key.push_back(table.find(name));
    return oracle::restart_bound(key, values);
  }

  std::vector<core::Finding> probe(OdbcConnection& connection, const std::vector<std::string>& tables,
                                   core::Instant now) override {
    std::vector<core::Finding> out;
    for (const auto& table : tables) probe_table(connection, table, out);
    const auto warn = [&](const char* code, core::Message message) {
      out.push_back({core::Severity::warning, code, std::move(message), ""});
    };
    std::vector<std::string> privileges;
    for (const auto& row : connection.rows(std::string(oracle::privileges_query), "SESSION_PRIVS"))
      privileges.push_back(row[0].value_or(""));
    std::string list;
    for (const auto& p : oracle::excessive(privileges)) list += (list.empty() ? "" : ", ") + p;
    if (!list.empty())
      warn(
          "TOO_MANY_RIGHTS",
          msg("The account may change what it only has to read: {0}. CREATE SESSION and SELECT on the tables "
              "are enough.",
              list));
    if (owner_ == user_)
      warn("TOO_MANY_RIGHTS",
           msg("The account {0} owns the tables: use one that can only read them.", user_));
    if (scn_.empty())
      warn("NO_SCN", msg("The account cannot read the current SCN or lacks FLASHBACK on the tables: one "
                         "connection reads "
                         "everything, and a copy that is interrupted goes on from another moment."));
    if (protocol_ == "tcp")
      warn("CLEAR_TEXT", msg("The connection to the server is not encrypted by TLS; if Oracle's own network "
                             "encryption is on, it cannot be seen from here."));
    compare_clocks(connection.one(std::string(oracle::clock_query), "the clock"), now, out);
    return out;
  }

  /// ALL_TABLES does not show what the account may not read: such a table looks as if it were absent.
  std::vector<core::Finding> probe_absent(OdbcConnection& connection,
                                          const std::vector<std::string>& expected) override {
    std::vector<core::Finding> out;
    if (expected.empty() || owner_ == user_) return out;  // the owner sees all of his own
    if (!connection.refusal(oracle::every_table_query(owner_))) {
      std::set<std::string> all;
      for (const auto& row : connection.rows(oracle::every_table_query(owner_), "DBA_TABLES"))
        all.insert(row[0].value_or(""));
      for (const auto& table : expected)
        if (all.contains(table)) out.push_back(not_readable(table));
      return out;
    }
    std::string unknown;
    for (const auto& table : expected) {
      const auto why = connection.refusal(oracle::reading_probe(owner_, table, ""));
      if (why && oracle::error_number(why->native, why->text) == oracle::insufficient_privileges)
        out.push_back(not_readable(table));
      else if (why)
        unknown += (unknown.empty() ? "" : ", ") + table;
    }
    if (!unknown.empty())
      out.push_back(
          {core::Severity::warning, "ABSENT_OR_HIDDEN",
           msg("Oracle does not say whether these tables are absent or hidden from this account, for "
               "want of GRANT SELECT: {0}. Ask the administrator once.",
               unknown),
           ""});
    return out;
  }

 private:
  static core::Finding not_readable(const std::string& table) {
    return {core::Severity::error, "RIGHTS", msg("The account may not read the table {0}.", table), table};
  }

  /// The right to read, then the right to look back, before hours of copy show that it lacks.
  void probe_table(OdbcConnection& connection, const std::string& table,
                   std::vector<core::Finding>& out) const {
    const auto why = connection.refusal(oracle::reading_probe(owner_, table, scn_));
    if (!why) return;
    const bool rights = why->meaning() == Exit::source_rights;
    if (rights && (scn_.empty() || connection.refusal(oracle::reading_probe(owner_, table, "")))) {
      out.push_back(not_readable(table));
    } else if (rights) {
      out.push_back({core::Severity::error, "RIGHTS",
                     msg("The account may not read the table {0} at the SCN: grant FLASHBACK on it, or take "
                         "EXECUTE on DBMS_FLASHBACK away, and one connection reads everything.",
                         table),
                     table});
    } else {
      out.push_back({core::Severity::error, "NOT_READABLE",
                     msg("The table {0} cannot be read: {1}", table, why->text), table});
    }
  }

  void choose_owner(OdbcConnection& connection, const std::string& schema) {
    owner_ = user_;
    if (schema.empty()) return;
    owner_ = connection.one(oracle::owner_query(schema), "ALL_USERS");
    if (owner_.empty())
      throw Error(Exit::source_missing, msg("The database {0} has no schema {1}.", database_, schema))
          .hint(msg("Say which schema holds the tables with --schema."));
  }

  /// An SCN if the account may learn it and look back at it, tried on one table; else the moment is that of
  /// the read-only transaction, which no other session shares.
  void choose_moment(OdbcConnection& connection) {
    started_ = connection.one(std::string(oracle::clock_query), "the clock");
    std::optional<std::string> scn;
    for (const auto& query : oracle::scn_queries())
      if (scn = connection.try_one(query); scn && !scn->empty()) break;
    if (!scn || scn->empty()) return;
    static_cast<void>(odbc_count(*scn, "the SCN"));  // digits, or nothing goes into SQL
    const auto tables = connection.rows(oracle::catalogue(owner_, owner_ == user_).tables, "the catalogue");
    if (tables.empty()) return;
    if (connection.try_one(oracle::flashback_probe(owner_, tables.front()[0].value_or(""), *scn)))
      scn_ = *scn;
  }

  /// What the account may not see is unknown, and no reason to stop.
  static void add_large_values(OdbcConnection& connection, const oracle::Catalogue& sql,
                               std::map<std::string, SourceTable>& tables) {
    if (sql.lobs.empty()) return;
    std::map<std::string, std::uint64_t> segments;
    std::vector<OdbcConnection::Row> lobs;
    try {
      for (const auto& row : connection.rows(sql.segments, "the catalogue"))
        if (row[0] && row[1]) segments[*row[0]] = odbc_count(*row[1], "BYTES");
      lobs = connection.rows(sql.lobs, "the catalogue");
    } catch (const core::Error& e) {
      if (e.code() == core::Exit::source_unreachable) throw;
      return;
    }
    for (auto& [name, table] : tables) table.large_bytes = 0;
    for (const auto& row : lobs)
      if (const auto it = tables.find(row[0].value_or("")); it != tables.end())
        *it->second.large_bytes += segments[row[1].value_or("")];
  }
  void add_keys(OdbcConnection& connection, const oracle::Catalogue& sql,
                std::map<std::string, SourceTable>& tables) const {
    std::map<std::string, std::vector<std::string>> columns;
    for (const auto& row : connection.rows(sql.constraint_columns, "the catalogue"))
      columns[row[0].value_or("")].push_back(row[1].value_or(""));
    for (const auto& row : connection.rows(sql.constraints, "the catalogue")) {
      const auto it = tables.find(row[0].value_or(""));
      if (it == tables.end() || !it->second.key.empty()) continue;
      const auto& key = columns[row[1].value_or("")];
      const bool whole = !key.empty() && std::ranges::all_of(key, [&](const std::string& k) {
        const auto* c = it->second.find(k);
        return c && !c->nullable;
      });
      if (whole) it->second.key = key;
    }
  }

  std::string database_, user_, protocol_, owner_, scn_, started_;
  std::set<std::string> placed_;
};

}  // namespace

std::unique_ptr<OdbcDialect> oracle_dialect() { return std::make_unique<OracleDialect>(); }

}  // namespace versoir::extract
