// Two kinds of source with the same content, and what tests of the copy need around them.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/progress.hpp"
#include "core/sqlite.hpp"
#include "extract/copy.hpp"
#include "extract/source.hpp"
#include "extract/store.hpp"
#include "postgres.hpp"
#include "profiles/loader.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace versoir::tests {

inline std::unique_ptr<extract::Source> open(const std::string& uri, extract::Access access = {}) {
  return extract::open_source(extract::parse_source(uri), std::move(access));
}

inline extract::Access in_schema(const std::string& schema) {
  extract::Access access;
  access.schema = schema;
  return access;
}

inline extract::SourceTable find_table(extract::Source& source, const std::string& name) {
  for (auto& t : source.catalogue())
    if (t.name == name) return t;
  FAIL("no table " << name);
  return {};
}

/// Replaces @word@ by the dialect's spelling, so that one text makes the same tables everywhere.
inline std::string in_dialect(std::string sql, const std::map<std::string, std::string>& words) {
  for (const auto& [word, spelling] : words)
    for (auto at = sql.find(word); at != std::string::npos; at = sql.find(word, at + spelling.size()))
      sql.replace(at, word.size(), spelling);
  return sql;
}

/// A SQLite file whose types are spelt as Oracle's, as the sample generators write them.
class SqliteSite {
 public:
  static bool available() { return true; }
  void sql(const std::string& text) {
    auto db =
        std::filesystem::exists(file_) ? core::Database::open_write(file_) : core::Database::create(file_);
    db.exec(in_dialect(
        text,
        {{"@number8@", "NUMBER(8)"},
         {"@number10_2@", "NUMBER(10,2)"},
         {"@text@", "VARCHAR2(400)"},
         {"@char8@", "CHAR(8)"},
         {"@date@", "DATE"},
         {"@clob@", "CLOB"},
         {"@blob@", "BLOB"},
         {"@00ff@", "x'00ff'"},
         {"@megabytes_text@", "printf('%.*c', 3000000, 'a')"},
         {"@megabytes_binary@", "zeroblob(2500000)"},
         {"@numbers@", "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"},
         {"@padded@", "'ab      '"}}));
  }
  [[nodiscard]] std::string uri() const { return "sqlite:" + file_.string(); }

 private:
  core::TemporaryDirectory folder_;
  std::filesystem::path file_ = folder_.path() / "source.sqlite";
};

/// The same file through the ODBC driver of SQLite, named by its path: no odbcinst.ini is needed. The driver
/// keeps whole results unless StepAPI is on.
class OdbcSqliteSite : public SqliteSite {
 public:
  static constexpr const char* driver = "/usr/lib/x86_64-linux-gnu/odbc/libsqlite3odbc.so";
  static bool available() { return have(driver); }
  [[nodiscard]] std::string uri() const {
    return std::string("odbc:Driver=") + driver +
           ";StepAPI=1;NoWCHAR=1;Database=" + SqliteSite::uri().substr(7);
  }
};

/// The same on a real server, names in lower case as PostgreSQL folds them.
class PostgresSite {
 public:
  static bool available() { return have_postgres(); }
  void sql(const std::string& text) {
    server_.sql(in_dialect(text, {{"@number8@", "numeric(8)"},
                                  {"@number10_2@", "numeric(10,2)"},
                                  {"@text@", "varchar(400)"},
                                  {"@char8@", "char(8)"},
                                  {"@date@", "timestamp(0)"},
                                  {"@clob@", "text"},
                                  {"@blob@", "bytea"},
                                  {"@00ff@", "'\\x00ff'"},
                                  {"@megabytes_text@", "repeat('a', 3000000)"},
                                  {"@megabytes_binary@", "decode(repeat('00', 2500000), 'hex')"},
                                  {"@numbers@", "WITH n(i) AS (SELECT generate_series(1, 1000))"},
                                  {"@padded@", "'ab'"}}));
  }
  static std::string uri_of(const PostgresServer& server, const std::string& database = "postgres",
                            const std::string& user = "postgres") {
    return server.uri(database, user);
  }
  [[nodiscard]] std::string uri() const { return server_.uri(); }
  [[nodiscard]] PostgresServer& server() { return server_; }

 private:
  PostgresServer server_;
};

/// The same server through the ODBC driver of PostgreSQL.
class OdbcPostgresSite : public PostgresSite {
 public:
  static constexpr const char* driver = "/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so";
  static bool available() { return PostgresSite::available() && have(driver); }
  static std::string uri_of(const PostgresServer& server, const std::string& database = "postgres",
                            const std::string& user = "postgres") {
    return std::string("odbc:Driver=") + driver + ";Server=" + server.folder().string() +
           ";Database=" + database + ";UID=" + user;
  }
  [[nodiscard]] std::string uri() { return uri_of(server()); }
};

/// A profile with nothing but these tables.
inline profiles::Application profile_of(const std::string& tables, const std::string& schema = "") {
  return profiles::load({{"tables.xml",
                          "<tables xmlns=\"urn:versoir:profile:1\" application=\"essai\" label=\"Essai\" "
                          "schema=\"" +
                              schema + "\" version=\"1\">" + tables + "</tables>"}},
                        "essai");
}
inline std::string column(const std::string& name, const std::string& type = "VARCHAR2(40)",
                          const std::string& more = "") {
  return "<column name=\"" + name + "\" type=\"" + type + "\" label=\"" + name + "\" " + more + "/>";
}
inline std::string table(const std::string& name, const std::string& columns, const std::string& more = "") {
  return "<table name=\"" + name + "\" label=\"" + name + "\" " + more + ">" + columns + "</table>";
}

/// Takes rows with a function; large values are put together again.
class Rows final : public extract::RowSink {
 public:
  explicit Rows(std::function<void(extract::RowBlock&&)> take) : take_(std::move(take)) {}
  void piece(std::size_t column, std::string_view bytes) override { large[column].append(bytes); }
  void rows(extract::RowBlock&& block) override { take_(std::move(block)); }
  std::map<std::size_t, std::string> large;  ///< column → the pieces seen so far

 private:
  std::function<void(extract::RowBlock&&)> take_;
};

/// Asks to stop when a table begins whose name ends so; with "" after its first rows.
class StopAt final : public core::Progress {
 public:
  explicit StopAt(std::string table) : table_(std::move(table)) {}
  void begin(std::string_view label, std::optional<std::uint64_t>, std::string_view) override {
    if (!table_.empty() && label.ends_with(table_)) stop.request_stop();
  }
  void advance(std::uint64_t rows) override {
    if (table_.empty() && rows > 0) stop.request_stop();
  }
  void already(std::uint64_t) override {}
  void end() override {}
  std::stop_source stop;

 private:
  std::string table_;
};

inline core::Instant noon() { return *core::parse_instant("2026-11-25T12:00:00Z"); }

inline extract::CopyReport copy_from(extract::Source& source, const profiles::Application& profile,
                                     const std::filesystem::path& target, extract::CopyOptions options = {}) {
  core::SilentProgress progress;
  return extract::copy(source, profile, target, options, core::FixedClock(noon()), progress, {});
}
inline extract::CopyReport copy_from(const std::string& uri, const profiles::Application& profile,
                                     const std::filesystem::path& target, extract::CopyOptions options = {}) {
  extract::Access access;
  access.schema = profile.schema;
  auto source = extract::open_source(extract::parse_source(uri), access);
  if (!options.reopen)
    options.reopen = [uri, access] { return extract::open_source(extract::parse_source(uri), access); };
  return copy_from(*source, profile, target, std::move(options));
}

/// "NULL", "I:12", "T:texte" or "B:00FF": the value with the type in which SQLite keeps it.
inline std::string shown(const core::Value& v) {
  switch (v.index()) {
    case 0:
      return "NULL";
    case 1:
      return "I:" + core::value_text(v);
    case 2:
      return "R:" + core::value_text(v);
    case 3:
      return "T:" + std::get<std::string>(v);
    default:
      return "B:" + core::value_text(v);
  }
}
/// All rows of a query, values as shown(), separated by '|'.
inline std::vector<std::string> rows_of(core::Database& db, const std::string& sql) {
  std::vector<std::string> out;
  auto st = db.prepare(sql);
  while (st.step()) {
    std::string line;
    for (int i = 0; i < st.columns(); ++i) line += (i ? "|" : "") + shown(st.value(i));
    out.push_back(line);
  }
  return out;
}

/// Rows as people write them.
inline std::vector<std::string> plain_rows(core::Database& db, const std::string& sql) {
  std::vector<std::string> out;
  auto st = db.prepare(sql);
  while (st.step()) {
    auto& line = out.emplace_back();
    for (int i = 0; i < st.columns(); ++i)
      line += (i ? "|" : "") + (st.is_null(i) ? std::string("NULL") : core::value_text(st.value(i)));
  }
  return out;
}

/// The error that `action` must end with; a test that ends without one fails.
inline core::Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const core::Error& e) {
    return e;
  }
  FAIL("no error");
  throw std::logic_error("unreachable");
}
inline std::vector<std::string> causes_of(const core::Error& e) {
  std::vector<std::string> out;
  for (const auto& c : e.causes()) out.push_back(c.english());
  return out;
}
/// What a folder holds, to show that nothing was left.
inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace versoir::tests
