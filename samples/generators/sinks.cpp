// The two destinations of a sample database: a SQLite file through core, PostgreSQL through libpq's COPY.
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"
#include "core/sqlite.hpp"
#include "output.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cctype>
#include <optional>

namespace versoir::samples {

namespace {

using core::Error;
using core::Exit;
using core::msg;

template <class... F>
struct Cases : F... {
  using F::operator()...;
};
template <class... F>
Cases(F...) -> Cases<F...>;

class SqliteSink final : public Sink {
 public:
  explicit SqliteSink(std::filesystem::path file)
      : file_(std::move(file)), partial_(file_.string() + ".partial") {
    if (std::filesystem::exists(file_))
      throw Error(Exit::disk, msg("{0} already exists", file_.string()))
          .hint(msg("remove it or choose another name"));
    std::filesystem::remove(partial_);
    db_.emplace(core::Database::create(partial_));
    // Nothing to recover: an unfinished file is thrown away.
    db_->exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE");
  }
  ~SqliteSink() override {
    statements_.clear();
    db_.reset();
    std::error_code ignored;
    std::filesystem::remove(partial_, ignored);
  }
  SqliteSink(const SqliteSink&) = delete;
  SqliteSink& operator=(const SqliteSink&) = delete;

  void create(const std::vector<TableSpec>& tables) override {
    db_->exec("BEGIN");
    for (const auto& t : tables) {
      std::string columns, places;
      for (const auto& c : t.columns) {
        columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", core::sql_name(c.name), c.type);
        places += places.empty() ? "?" : ",?";
      }
      db_->exec(fmt::format("CREATE TABLE {} ({})", core::sql_name(t.name), columns));
      statements_.push_back(
          db_->prepare(fmt::format("INSERT INTO {} VALUES ({})", core::sql_name(t.name), places)));
    }
  }

  void write(std::size_t table, const std::vector<Cell>& row) override {
    auto& st = statements_[table];
    int i = 0;
    for (const auto& cell : row) {
      ++i;
      std::visit(Cases{[&](std::monostate) { st.bind_null(i); }, [&](std::int64_t v) { st.bind(i, v); },
                       // The declared type has numeric affinity: SQLite turns the text into a number.
                       [&](Milli v) { st.bind(i, std::string_view{milli_text(v)}); },
                       [&](Moment v) { st.bind(i, std::string_view{moment_text(v)}); },
                       [&](const std::string& v) { st.bind(i, std::string_view{v}); },
                       [&](const Bytes& v) { st.bind_blob(i, v.content); }},
                 cell);
    }
    st.run();
  }

  void finish() override {
    statements_.clear();
    db_->exec("COMMIT");
    db_.reset();
    core::publish_file(partial_, file_);
  }

 private:
  std::filesystem::path file_, partial_;
  std::optional<core::Database> db_;
  std::vector<core::Statement> statements_;
};

void finish_pg(PGconn* c) noexcept { PQfinish(c); }
void clear_pg(PGresult* r) noexcept { PQclear(r); }
using Connection = core::Handle<PGconn, finish_pg>;
using Result = core::Handle<PGresult, clear_pg>;

std::string lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// What migration tools make of Oracle's types: the smallest integer that holds the precision, numeric
/// otherwise.
std::string postgresql_type(std::string_view oracle) {
  if (oracle.starts_with("VARCHAR2")) return "varchar" + std::string{oracle.substr(8)};
  if (oracle.starts_with("CHAR")) return lower(oracle);
  if (oracle == "DATE") return "timestamp(0)";
  if (oracle.starts_with("TIMESTAMP")) return lower(oracle);
  if (oracle == "BLOB" || oracle == "RAW" || oracle == "LONG RAW") return "bytea";
  if (!oracle.starts_with("NUMBER")) return "text";
  if (oracle == "NUMBER") return "numeric";
  const auto inside = oracle.substr(7, oracle.size() - 8);
  if (inside.find(',') != std::string_view::npos) return fmt::format("numeric({})", inside);
  const int precision = std::stoi(std::string{inside});
  if (precision <= 4) return "smallint";
  if (precision <= 9) return "integer";
  return precision <= 18 ? "bigint" : fmt::format("numeric({})", precision);
}

/// One field of COPY's text format.
void append_copy(std::string& out, std::string_view text) {
  for (const char c : text) switch (c) {
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += c;
    }
}
void append_copy(std::string& out, const Cell& cell) {
  std::visit(Cases{[&](std::monostate) { out += "\\N"; }, [&](std::int64_t v) { out += std::to_string(v); },
                   [&](Milli v) { out += milli_text(v); }, [&](Moment v) { out += moment_text(v); },
                   [&](const std::string& v) { append_copy(out, std::string_view{v}); },
                   [&](const Bytes& v) {
                     out += "\\\\x";
                     for (const char c : v.content)
                       out += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
                   }},
             cell);
}

class PostgresqlSink final : public Sink {
 public:
  PostgresqlSink(const std::string& conninfo, std::string schema)
      : connection_(PQconnectdb(conninfo.c_str())), schema_(std::move(schema)) {
    if (!connection_ || PQstatus(connection_.get()) != CONNECTION_OK)
      throw Error(Exit::source_unreachable, msg("cannot connect to PostgreSQL: {0}", reason()));
    if (PQsetClientEncoding(connection_.get(), "UTF8") != 0)
      throw Error(Exit::source_unreachable, msg("cannot connect to PostgreSQL: {0}", reason()));
  }

  void create(const std::vector<TableSpec>& tables) override {
    run("BEGIN");
    run(fmt::format("CREATE SCHEMA {}", core::sql_name(schema_)));
    for (const auto& t : tables) {
      std::string columns;
      for (const auto& c : t.columns)
        columns += fmt::format("{}{} {}", columns.empty() ? "" : ", ", core::sql_name(lower(c.name)),
                               postgresql_type(c.type));
      names_.push_back(core::sql_name(schema_) + "." + core::sql_name(lower(t.name)));
      run(fmt::format("CREATE TABLE {} ({})", names_.back(), columns));
      std::string key;
      for (const auto& c : t.key) key += (key.empty() ? "" : ", ") + core::sql_name(lower(c));
      keys_.push_back(key);
    }
    buffers_.resize(tables.size());
  }

  void write(std::size_t table, const std::vector<Cell>& row) override {
    auto& buffer = buffers_[table];
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) buffer += '\t';
      append_copy(buffer, row[i]);
    }
    buffer += '\n';
    if (buffer.size() >= flush_at) flush(table);
  }

  void finish() override {
    for (std::size_t i = 0; i < buffers_.size(); ++i) flush(i);
    // After the rows: an index made at once is quicker than one kept up to date.
    for (std::size_t i = 0; i < keys_.size(); ++i)
      if (!keys_[i].empty()) run(fmt::format("ALTER TABLE {} ADD PRIMARY KEY ({})", names_[i], keys_[i]));
    run("COMMIT");
  }

 private:
  // One COPY at a time goes through a connection, so rows wait here, table by table.
  static constexpr std::size_t flush_at = 256 * 1024;

  [[nodiscard]] std::string reason() const {
    std::string text = connection_ ? PQerrorMessage(connection_.get()) : "";
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
  }
  void expect(Result r, ExecStatusType wanted) const {
    if (!r || PQresultStatus(r.get()) != wanted)
      throw Error(Exit::source_data, msg("PostgreSQL refused the sample data: {0}", reason()));
  }
  void run(const std::string& sql) {
    expect(Result{PQexec(connection_.get(), sql.c_str())}, PGRES_COMMAND_OK);
  }
  void flush(std::size_t table) {
    auto& buffer = buffers_[table];
    if (buffer.empty()) return;
    const auto sql = fmt::format("COPY {} FROM STDIN", names_[table]);
    expect(Result{PQexec(connection_.get(), sql.c_str())}, PGRES_COPY_IN);
    if (PQputCopyData(connection_.get(), buffer.data(), static_cast<int>(buffer.size())) != 1 ||
        PQputCopyEnd(connection_.get(), nullptr) != 1)
      throw Error(Exit::source_unreachable, msg("PostgreSQL refused the sample data: {0}", reason()));
    expect(Result{PQgetResult(connection_.get())}, PGRES_COMMAND_OK);
    while (Result{PQgetResult(connection_.get())}) {
    }
    buffer.clear();
  }

  Connection connection_;
  std::string schema_;
  std::vector<std::string> names_, keys_, buffers_;
};

}  // namespace

std::unique_ptr<Sink> sqlite_sink(const std::filesystem::path& file) {
  return std::make_unique<SqliteSink>(file);
}
std::unique_ptr<Sink> postgresql_sink(const std::string& conninfo, const std::string& schema) {
  return std::make_unique<PostgresqlSink>(conninfo, schema);
}

}  // namespace versoir::samples
