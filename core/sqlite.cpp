// SQLite handles and statements; errors name the file and the SQL.
#include "core/sqlite.hpp"

#include "core/error.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace versoir::core {

namespace {

constexpr int busy_milliseconds = 5000;

Exit kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      return Exit::disk;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Exit::temporary;
    default:
      return Exit::unexpected;
  }
}

[[noreturn]] void fail(sqlite3* db, const std::filesystem::path& path, std::string_view sql) {
  const int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
  Error e(kind_of(code),
          msg("{0}: {1}", path.empty() ? "SQLite" : path.string(), db ? sqlite3_errmsg(db) : "no memory"));
  if (!sql.empty()) e = std::move(e).because(msg("in the SQL: {0}", sql.substr(0, 400)));
  if ((code & 0xFF) == SQLITE_FULL)
    e = std::move(e).hint(msg("Make room on this disk, or choose another place."));
  throw std::move(e);
}

std::string file_uri(const std::filesystem::path& path, std::string_view query) {
  std::string uri = "file:";
  for (char c : std::filesystem::absolute(path).string()) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '?' || c == '#' || c == '%' || u < 0x21 || u > 0x7E)
      uri += fmt::format("%{:02X}", u);
    else
      uri += c;
  }
  return uri + std::string(query);
}

sqlite3* open(const std::string& uri, int flags, const std::filesystem::path& path) {
  // Nobody asks SQLite for its memory figures, and keeping them costs a lock for every allocation. Refused,
  // without harm, when another user of the library in this process was first.
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(configured);
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(uri.c_str(), &raw, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle<sqlite3, close_sqlite> owner(raw);
  if (code != SQLITE_OK) fail(raw, path, {});
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, busy_milliseconds);
  return owner.release();
}

}  // namespace

int close_sqlite(sqlite3* db) noexcept { return sqlite3_close_v2(db); }
int finalize_sqlite(sqlite3_stmt* st) noexcept { return sqlite3_finalize(st); }

std::string value_text(const Value& v) {
  struct Visitor {
    std::string operator()(std::monostate) const { return {}; }
    std::string operator()(std::int64_t n) const { return std::to_string(n); }
    std::string operator()(double d) const { return fmt::format("{}", d); }
    std::string operator()(const std::string& s) const { return s; }
    std::string operator()(const Blob& b) const {
      std::string hex;
      for (unsigned char c : b.bytes) hex += fmt::format("{:02x}", c);
      return hex;
    }
  };
  return std::visit(Visitor{}, v);
}

Statement::Statement(Database& db, std::string_view sql) : db_(&db) {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v2(db.raw(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr);
  st_.reset(raw);
  if (code != SQLITE_OK) core::fail(db.raw(), db.path(), sql);
  if (!raw) throw Error(Exit::unexpected, msg("An SQL statement is empty."));
}

void Statement::fail() const {
  const char* sql = sqlite3_sql(st_.get());
  core::fail(sqlite3_db_handle(st_.get()),
             std::filesystem::path(sqlite3_db_filename(sqlite3_db_handle(st_.get()), "main")
                                       ? sqlite3_db_filename(sqlite3_db_handle(st_.get()), "main")
                                       : ""),
             sql ? sql : "");
}

Statement& Statement::bind(int index, std::int64_t v) {
  if (sqlite3_bind_int64(st_.get(), index, v) != SQLITE_OK) fail();
  return *this;
}
Statement& Statement::bind(int index, double v) {
  if (sqlite3_bind_double(st_.get(), index, v) != SQLITE_OK) fail();
  return *this;
}
Statement& Statement::bind(int index, std::string_view text) {
  if (sqlite3_bind_text64(st_.get(), index, text.data() ? text.data() : "", text.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8) != SQLITE_OK)
    fail();
  return *this;
}
Statement& Statement::bind_blob(int index, std::string_view bytes) {
  if (sqlite3_bind_blob64(st_.get(), index, bytes.data() ? bytes.data() : "", bytes.size(),
                          SQLITE_TRANSIENT) != SQLITE_OK)
    fail();
  return *this;
}
Statement& Statement::bind_view(int index, std::string_view text) {
  if (sqlite3_bind_text64(st_.get(), index, text.data() ? text.data() : "", text.size(), SQLITE_STATIC,
                          SQLITE_UTF8) != SQLITE_OK)
    fail();
  return *this;
}
Statement& Statement::bind_blob_view(int index, std::string_view bytes) {
  if (sqlite3_bind_blob64(st_.get(), index, bytes.data() ? bytes.data() : "", bytes.size(), SQLITE_STATIC) !=
      SQLITE_OK)
    fail();
  return *this;
}
Statement& Statement::bind_null(int index) {
  if (sqlite3_bind_null(st_.get(), index) != SQLITE_OK) fail();
  return *this;
}
Statement& Statement::bind(int index, const Value& v) {
  struct Visitor {
    Statement& s;
    int i;
    void operator()(std::monostate) const { s.bind_null(i); }
    void operator()(std::int64_t n) const { s.bind(i, n); }
    void operator()(double d) const { s.bind(i, d); }
    void operator()(const std::string& t) const { s.bind(i, std::string_view(t)); }
    void operator()(const Blob& b) const { s.bind_blob(i, b.bytes); }
  };
  std::visit(Visitor{*this, index}, v);
  return *this;
}

std::string Statement::parameter_name(int index) const {
  const char* name = sqlite3_bind_parameter_name(st_.get(), index);
  return name ? name + 1 : "";
}
int Statement::parameter_count() const { return sqlite3_bind_parameter_count(st_.get()); }

bool Statement::step() {
  const int code = sqlite3_step(st_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  fail();
}
void Statement::reset() { sqlite3_reset(st_.get()); }
void Statement::run() {
  while (step()) {
  }
  reset();
}

int Statement::columns() const { return sqlite3_column_count(st_.get()); }
std::string Statement::column_name(int i) const {
  const char* name = sqlite3_column_name(st_.get(), i);
  return name ? name : "";
}
bool Statement::is_null(int i) const { return sqlite3_column_type(st_.get(), i) == SQLITE_NULL; }
std::int64_t Statement::integer(int i) const { return sqlite3_column_int64(st_.get(), i); }
std::string_view Statement::text(int i) const {
  const auto* p = reinterpret_cast<const char*>(sqlite3_column_text(st_.get(), i));
  return p ? std::string_view(p, static_cast<std::size_t>(sqlite3_column_bytes(st_.get(), i)))
           : std::string_view{};
}
std::string_view Statement::blob(int i) const {
  const auto* p = static_cast<const char*>(sqlite3_column_blob(st_.get(), i));
  return p ? std::string_view(p, static_cast<std::size_t>(sqlite3_column_bytes(st_.get(), i)))
           : std::string_view{};
}
Value Statement::value(int i) const {
  switch (sqlite3_column_type(st_.get(), i)) {
    case SQLITE_INTEGER:
      return integer(i);
    case SQLITE_FLOAT:
      return sqlite3_column_double(st_.get(), i);
    case SQLITE_TEXT:
      return std::string(text(i));
    case SQLITE_BLOB:
      return Blob{std::string(blob(i))};
    default:
      return std::monostate{};
  }
}

Database Database::open_read(const std::filesystem::path& path, bool immutable) {
  if (std::error_code ec; !std::filesystem::is_regular_file(path, ec)) {
    errno = std::filesystem::is_directory(path, ec) ? EISDIR : ENOENT;
    throw_errno("open", path.string());
  }
  Database db;
  db.path_ = path;
  db.db_.reset(open(file_uri(path, immutable ? "?immutable=1" : ""), SQLITE_OPEN_READONLY, path));
  static_cast<void>(
      db.one_int("SELECT count(*) FROM sqlite_schema"));  // says now, not later, that it is no database
  return db;
}
Database Database::create(const std::filesystem::path& path) {
  if (std::filesystem::exists(path)) throw Error(Exit::disk, msg("{0} exists already.", path.string()));
  Database db;
  db.path_ = path;
  db.db_.reset(
      open(file_uri(path, ""), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, path));
  return db;
}
Database Database::open_write(const std::filesystem::path& path) {
  Database db;
  db.path_ = path;
  db.db_.reset(open(file_uri(path, ""), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, path));
  return db;
}
Database Database::memory() {
  Database db;
  db.db_.reset(open("file::memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, {}));
  return db;
}

void Database::exec(std::string_view sql) {
  if (sqlite3_exec(db_.get(), std::string(sql).c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(db_.get(), path_, sql);
}
Statement Database::prepare(std::string_view sql) { return Statement(*this, sql); }
std::optional<Value> Database::one(std::string_view sql) {
  auto st = prepare(sql);
  if (!st.step()) return std::nullopt;
  return st.value(0);
}
std::int64_t Database::one_int(std::string_view sql) {
  auto st = prepare(sql);
  return st.step() ? st.integer(0) : 0;
}

std::string sql_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + '\'';
}

std::string sql_name(std::string_view name) {
  std::string out = "\"";
  for (char c : name) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace versoir::core
