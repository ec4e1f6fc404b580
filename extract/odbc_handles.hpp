// The handles of unixODBC with owners, errors with their meaning, and values of any size. Only sources named
// odbc* include this: the names of sql.h go no further.
#pragma once
#include "core/error.hpp"
#include "extract/source.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <sql.h>
#include <sqlext.h>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// A number where ODBC's attributes want a pointer.
[[nodiscard]] inline SQLPOINTER number(std::uintptr_t n) { return reinterpret_cast<SQLPOINTER>(n); }

/// Owns one ODBC handle.
template <SQLSMALLINT Type>
class OdbcHandle {
 public:
  OdbcHandle() = default;
  OdbcHandle(const OdbcHandle&) = delete;
  OdbcHandle& operator=(const OdbcHandle&) = delete;
  ~OdbcHandle() {
    if (handle_ != SQL_NULL_HANDLE) static_cast<void>(SQLFreeHandle(Type, handle_));
  }
  [[nodiscard]] bool allocate(SQLHANDLE parent) {
    return SQL_SUCCEEDED(SQLAllocHandle(Type, parent, &handle_));
  }
  [[nodiscard]] SQLHANDLE get() const noexcept { return handle_; }

 private:
  SQLHANDLE handle_ = SQL_NULL_HANDLE;
};

/// The first diagnostic of a handle, cleaned of secrets.
struct OdbcDiagnostic {
  std::string state;  ///< SQLSTATE
  int native = 0;
  std::string text;
  [[nodiscard]] core::Exit meaning() const;
};

/// One row of a small query, NULL as nullopt.
using OdbcRow = std::vector<std::optional<std::string>>;

/// One connection. Not for several threads, but for OdbcStatement::cancel().
class OdbcConnection {
 public:
  /// `more`: settings added behind those of the user, ";KEY=value".
  OdbcConnection(const SourceUri& uri, const Access& access, const std::string& more);
  OdbcConnection(const OdbcConnection&) = delete;
  OdbcConnection& operator=(const OdbcConnection&) = delete;
  ~OdbcConnection();

  [[nodiscard]] SQLHANDLE handle() const noexcept { return connection_.get(); }
  [[nodiscard]] std::string info(SQLUSMALLINT what) const;
  void manual_commit();
  /// Ends the transaction, and with it the snapshot.
  void roll_back();
  void execute(const std::string& sql);

  using Row = OdbcRow;
  /// All the rows of a small query.
  [[nodiscard]] std::vector<Row> rows(const std::string& sql, const std::string& what);
  /// The first value of the first row, "" for none.
  [[nodiscard]] std::string one(const std::string& sql, const std::string& what);
  /// The same, nullopt when the server refuses the query.
  [[nodiscard]] std::optional<std::string> try_one(const std::string& sql);
  /// Why the server refuses a statement; nullopt when it runs. Throws when the connection is lost.
  [[nodiscard]] std::optional<OdbcDiagnostic> refusal(const std::string& sql);

  [[nodiscard]] int statement_timeout() const noexcept { return timeout_; }
  [[nodiscard]] int lock_timeout() const noexcept { return lock_timeout_; }
  [[nodiscard]] OdbcDiagnostic diagnostic(SQLSMALLINT type, SQLHANDLE handle) const;
  /// `what`: the table, or what was done.
  [[noreturn]] void fail(SQLSMALLINT type, SQLHANDLE handle, const std::string& what) const;

 private:
  [[nodiscard]] bool dead() const;
  void connect(const SourceUri& uri, const Access& access, const std::string& more);
  std::string password_, system_;
  int timeout_ = 0, lock_timeout_ = 0;
  OdbcHandle<SQL_HANDLE_ENV> environment_;
  OdbcHandle<SQL_HANDLE_DBC> connection_;
  bool connected_ = false;
};

class OdbcStatement {
 public:
  /// `what` names the table in errors.
  OdbcStatement(OdbcConnection& connection, std::string what);

  [[nodiscard]] SQLHANDLE handle() const noexcept { return statement_.get(); }
  void execute(const std::string& sql);
  /// For statements that run often: bind() each parameter, then run().
  void prepare(const std::string& sql);
  void bind(SQLUSMALLINT parameter, std::string& value);
  void run();
  /// False at the end. For one row at a time.
  [[nodiscard]] bool fetch();
  void close() noexcept { static_cast<void>(SQLFreeStmt(handle(), SQL_CLOSE)); }
  void cancel() const noexcept { static_cast<void>(SQLCancel(handle())); }
  [[nodiscard]] int columns() const;
  /// All the rows of what was executed.
  [[nodiscard]] std::vector<OdbcRow> rows();

  using Take = std::function<void(std::string_view)>;
  /// Hands over the value of the current row slice by slice, whatever its size; false when it is NULL.
  /// Columns are asked in ascending order, each once.
  [[nodiscard]] bool get(SQLUSMALLINT column, bool binary, const Take& take);

  void check(SQLRETURN code) const {
    if (!SQL_SUCCEEDED(code)) fail();
  }
  [[noreturn]] void fail() const { connection_.fail(SQL_HANDLE_STMT, handle(), what_); }
  [[nodiscard]] const std::string& what() const noexcept { return what_; }

 private:
  OdbcConnection& connection_;
  std::string what_;
  OdbcHandle<SQL_HANDLE_STMT> statement_;
  std::string slice_;
  std::vector<SQLLEN> lengths_;
};

}  // namespace versoir::extract
