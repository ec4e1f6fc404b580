// The handles of unixODBC.
#include "extract/odbc_handles.hpp"

#include "extract/adapters.hpp"
#include "extract/odbc_string.hpp"
#include "extract/oracle_sql.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

SQLCHAR* chars(const std::string& text) {
  return reinterpret_cast<SQLCHAR*>(const_cast<char*>(text.c_str()));  // ODBC reads it only
}
/// What Oracle's client reads once, when it is loaded: texts in UTF-8, times in UTC.
void prepare_environment() {
  for (const auto& [name, value] : {std::pair{"NLS_LANG", ".AL32UTF8"}, std::pair{"ORA_SDTZ", "UTC"}})
    if (const char* is = std::getenv(name); !is || std::string_view(is) != value)
      if (setenv(name, value, 1) != 0) core::throw_errno("setenv", name);
}

constexpr std::size_t slice_bytes = std::size_t{1} << 18;
constexpr std::size_t guard_bytes = 16;

}  // namespace

Exit OdbcDiagnostic::meaning() const {
  if (const auto ora = oracle::error_number(native, text)) return oracle::meaning(*ora);
  const std::string_view s = state;
  if (s == "42501" || s.starts_with("28")) return Exit::source_rights;
  if (s == "42P01" || s == "42703" || s == "3F000" || s.starts_with("42S")) return Exit::source_missing;
  if (s == "57014" || s == "HY008" || s.starts_with("HYT") || s == "55P03" || s.starts_with("40"))
    return Exit::temporary;
  if (s.starts_with("08") || s.starts_with("57P") || s.starts_with("IM")) return Exit::source_unreachable;
  return Exit::source_data;
}

OdbcConnection::OdbcConnection(const SourceUri& uri, const Access& access, const std::string& more)
    : password_(access.password.value_or("")),
      timeout_(access.statement_timeout),
      lock_timeout_(access.lock_timeout) {
  prepare_environment();
  if (!environment_.allocate(SQL_NULL_HANDLE))
    throw Error(Exit::source_unreachable, msg("The ODBC driver manager cannot be started."));
  if (!SQL_SUCCEEDED(SQLSetEnvAttr(environment_.get(), SQL_ATTR_ODBC_VERSION, number(SQL_OV_ODBC3), 0)) ||
      !connection_.allocate(environment_.get()))
    fail(SQL_HANDLE_ENV, environment_.get(), "ODBC");
  connect(uri, access, more);
  system_ = info(SQL_DBMS_NAME);
}

OdbcConnection::~OdbcConnection() {
  if (connected_) {
    static_cast<void>(SQLEndTran(SQL_HANDLE_DBC, handle(), SQL_ROLLBACK));
    static_cast<void>(SQLDisconnect(handle()));
  }
  explicit_bzero(password_.data(), password_.size());
}

void OdbcConnection::connect(const SourceUri& uri, const Access& access, const std::string& more) {
  // Not every driver knows a login timeout: one that does not still connects.
  static_cast<void>(SQLSetConnectAttr(handle(), SQL_ATTR_LOGIN_TIMEOUT, number(15), SQL_IS_UINTEGER));
  auto text = uri.rest + more;
  if (access.password) text += odbc_setting("PWD", *access.password);
  const auto code =
      SQLDriverConnect(handle(), nullptr, chars(text), SQL_NTS, nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
  explicit_bzero(text.data(), text.size());
  if (SQL_SUCCEEDED(code)) {
    connected_ = true;
    return;
  }
  const auto why = diagnostic(SQL_HANDLE_DBC, handle());
  const bool refused = why.meaning() == Exit::source_rights;
  Error error(refused ? Exit::source_rights : Exit::source_unreachable,
              msg("The database cannot be reached through ODBC: {0}.", uri.redacted()));
  std::move(error).because(msg("{0} (SQLSTATE {1})", why.text, why.state));
  if (why.state == "IM002" || why.state == "01000" || why.state == "IM003")
    throw std::move(error).hint(
        msg("Declare the data source in odbc.ini and the driver in odbcinst.ini; odbcinst -j says where they "
            "are, docs/oracle.md how to write them."));
  throw std::move(error).hint(
      msg("Check data source, account and network; passwords are read from --password-file or "
          "--password-command."));
}

std::string OdbcConnection::info(SQLUSMALLINT what) const {
  std::array<char, 256> text{};
  SQLSMALLINT length = 0;
  if (!SQL_SUCCEEDED(SQLGetInfo(handle(), what, text.data(), text.size(), &length))) return {};
  return std::string(text.data());
}

void OdbcConnection::manual_commit() {
  if (!SQL_SUCCEEDED(
          SQLSetConnectAttr(handle(), SQL_ATTR_AUTOCOMMIT, number(SQL_AUTOCOMMIT_OFF), SQL_IS_UINTEGER)))
    fail(SQL_HANDLE_DBC, handle(), "the transaction");
}

void OdbcConnection::roll_back() {
  if (!SQL_SUCCEEDED(SQLEndTran(SQL_HANDLE_DBC, handle(), SQL_ROLLBACK)))
    fail(SQL_HANDLE_DBC, handle(), "the transaction");
}

void OdbcConnection::execute(const std::string& sql) { OdbcStatement(*this, sql).execute(sql); }

std::vector<OdbcRow> OdbcConnection::rows(const std::string& sql, const std::string& what) {
  OdbcStatement statement(*this, what);
  statement.execute(sql);
  return statement.rows();
}

std::string OdbcConnection::one(const std::string& sql, const std::string& what) {
  const auto all = rows(sql, what);
  return all.empty() || all.front().empty() ? std::string() : all.front().front().value_or("");
}

std::optional<std::string> OdbcConnection::try_one(const std::string& sql) {
  try {
    return one(sql, "the server's state");
  } catch (const Error& e) {
    if (e.code() == Exit::source_unreachable || e.code() == Exit::interrupted) throw;
    return std::nullopt;
  }
}

std::optional<OdbcDiagnostic> OdbcConnection::refusal(const std::string& sql) {
  const OdbcStatement statement(*this, "the server's state");
  const auto code = SQLExecDirect(statement.handle(), chars(sql), static_cast<SQLINTEGER>(sql.size()));
  if (SQL_SUCCEEDED(code) || code == SQL_NO_DATA) return std::nullopt;
  auto why = diagnostic(SQL_HANDLE_STMT, statement.handle());
  if (why.meaning() == Exit::source_unreachable || why.meaning() == Exit::interrupted || dead())
    fail(SQL_HANDLE_STMT, statement.handle(), statement.what());
  return why;
}

OdbcDiagnostic OdbcConnection::diagnostic(SQLSMALLINT type, SQLHANDLE handle) const {
  OdbcDiagnostic out;
  std::array<SQLCHAR, 6> state{};
  std::array<SQLCHAR, 1024> text{};
  SQLINTEGER native = 0;
  SQLSMALLINT length = 0;
  // The first record is the gravest (ODBC Programmer's Reference, "Sequence of Status Records").
  if (!SQL_SUCCEEDED(
          SQLGetDiagRec(type, handle, 1, state.data(), &native, text.data(), text.size(), &length)))
    return {"HY000", 0, "no diagnostic"};
  out.state = reinterpret_cast<const char*>(state.data());
  out.native = native;
  out.text = clean_driver_text(reinterpret_cast<const char*>(text.data()), password_);
  return out;
}

bool OdbcConnection::dead() const {
  SQLUINTEGER dead = SQL_CD_FALSE;
  return SQL_SUCCEEDED(
             SQLGetConnectAttr(handle(), SQL_ATTR_CONNECTION_DEAD, &dead, SQL_IS_UINTEGER, nullptr)) &&
         dead == SQL_CD_TRUE;
}

void OdbcConnection::fail(SQLSMALLINT type, SQLHANDLE handle, const std::string& what) const {
  const auto why = diagnostic(type, handle);
  auto code = why.meaning();
  // Many drivers call a lost connection a general error.
  if (code == Exit::source_data && dead()) code = Exit::source_unreachable;
  Error error(code, system_.empty() ? msg("ODBC could not do its work: {0}.", what)
                                    : msg("{0} could not read {1}.", system_, what));
  std::move(error).because(msg("{0} (SQLSTATE {1})", why.text, why.state));
  if (code == Exit::extract_changed)
    throw std::move(error).hint(
        msg("The server no longer has the moment that is copied: what was copied of it is void. Freeze the "
            "source or raise UNDO_RETENTION (docs/oracle.md), then start again."));
  if (why.state == "55P03" || oracle::error_number(why.native, why.text) == 54)
    throw std::move(error).hint(locked_hint());
  if (why.state == "57014" || why.state == "HYT00") throw std::move(error).hint(cancelled_hint());
  throw std::move(error);
}

OdbcStatement::OdbcStatement(OdbcConnection& connection, std::string what)
    : connection_(connection), what_(std::move(what)) {
  if (!statement_.allocate(connection.handle())) connection.fail(SQL_HANDLE_DBC, connection.handle(), what_);
  // SQLite's driver knows no timeout.
  if (connection.statement_timeout() > 0)
    static_cast<void>(SQLSetStmtAttr(handle(), SQL_ATTR_QUERY_TIMEOUT,
                                     number(static_cast<std::uintptr_t>(connection.statement_timeout())),
                                     SQL_IS_UINTEGER));
}

void OdbcStatement::execute(const std::string& sql) {
  const auto code = SQLExecDirect(handle(), chars(sql), static_cast<SQLINTEGER>(sql.size()));
  if (code != SQL_NO_DATA) check(code);
}

void OdbcStatement::prepare(const std::string& sql) {
  check(SQLPrepare(handle(), chars(sql), static_cast<SQLINTEGER>(sql.size())));
}

void OdbcStatement::bind(SQLUSMALLINT parameter, std::string& value) {
  if (lengths_.size() < 8) lengths_.resize(8);  // before the first bind: the driver keeps the address
  lengths_.at(parameter - 1u) = static_cast<SQLLEN>(value.size());
  check(SQLBindParameter(handle(), parameter, SQL_PARAM_INPUT, SQL_C_CHAR, SQL_VARCHAR,
                         std::max<SQLULEN>(1, value.size()), 0, value.data(),
                         static_cast<SQLLEN>(value.size()), &lengths_[parameter - 1u]));
}

void OdbcStatement::run() {
  const auto code = SQLExecute(handle());
  if (code != SQL_NO_DATA) check(code);
}

bool OdbcStatement::fetch() {
  const auto code = SQLFetch(handle());
  if (code == SQL_NO_DATA) return false;
  check(code);
  return true;
}

int OdbcStatement::columns() const {
  SQLSMALLINT n = 0;
  check(SQLNumResultCols(handle(), &n));
  return n;
}

std::vector<OdbcRow> OdbcStatement::rows() {
  std::vector<OdbcRow> out;
  const auto n = static_cast<std::size_t>(columns());
  while (fetch()) {
    auto& row = out.emplace_back(n);
    for (std::size_t i = 0; i < n; ++i) {
      std::string value;
      if (get(static_cast<SQLUSMALLINT>(i + 1), false, [&](std::string_view slice) { value += slice; }))
        row[i] = std::move(value);
    }
  }
  return out;
}

bool OdbcStatement::get(SQLUSMALLINT column, bool binary, const Take& take) {
  slice_.resize(slice_bytes);
  const auto capacity = binary ? slice_bytes : slice_bytes - 1;  // the zero at the end
  for (int idle = 0; idle < 3;) {
    // Some drivers cut a text before a character that does not fit. Bytes that no UTF-8 text has, behind the
    // zero that ends the slice, show where it really ends.
    std::memset(slice_.data() + slice_bytes - guard_bytes, '\xff', guard_bytes);
    SQLLEN length = 0;
    const auto code = SQLGetData(handle(), column, binary ? SQL_C_BINARY : SQL_C_CHAR, slice_.data(),
                                 static_cast<SQLLEN>(slice_bytes), &length);
    if (code == SQL_NO_DATA) return true;
    check(code);
    if (length == SQL_NULL_DATA) return false;
    if (length < 0 && length != SQL_NO_TOTAL)
      throw Error(Exit::source_data, msg("The ODBC driver gave a length of {0} in {1}.", length, what_));
    if (binary && code == SQL_SUCCESS && length == SQL_NO_TOTAL)
      throw Error(Exit::source_data, msg("The ODBC driver does not say how long a value of {0} is.", what_));
    // A slice that fills its buffer may have been cut by a driver that does not say so: the next call tells.
    if (length >= 0 && static_cast<std::size_t>(length) < capacity) {
      take({slice_.data(), static_cast<std::size_t>(length)});
      return true;
    }
    std::size_t size = capacity;
    if (!binary) {
      const auto last = slice_.find_last_not_of('\xff');
      size = last == std::string::npos || slice_[last] != '\0' ? 0 : last;
      // Shorter than the guard can show: a driver that does not know the length and says it is the end.
      if (code == SQL_SUCCESS && length == SQL_NO_TOTAL) size = std::strlen(slice_.c_str());
    }
    if (size > 0) take({slice_.data(), size});
    if (code == SQL_SUCCESS && length == SQL_NO_TOTAL) return true;
    idle = size > 0 ? 0 : idle + 1;
  }
  throw Error(Exit::source_data, msg("The ODBC driver does not come to the end of a value of {0}.", what_));
}

}  // namespace versoir::extract
