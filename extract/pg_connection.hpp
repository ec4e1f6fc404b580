// A connection to PostgreSQL: errors that name what was read, texts that are quoted, values row by row.
#pragma once
#include "core/handle.hpp"
#include "extract/source.hpp"

#include <libpq-fe.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

using PgResult = core::Handle<PGresult, PQclear>;
using PgCancel = core::Handle<PGcancel, PQfreeCancel>;
using PgText = core::Handle<char, PQfreemem>;

[[nodiscard]] std::string one_line(const char* text);

class PgConnection {
 public:
  /// Throws Error(Exit::source_unreachable). The password never stands in a text.
  PgConnection(const SourceUri& uri, const Access& access);
  [[nodiscard]] PGconn* raw() const noexcept { return connection_.get(); }

  void exec(const std::string& sql);
  /// `what`: the table, or what is asked, for the error.
  [[nodiscard]] PgResult query(const std::string& sql, const std::vector<std::string>& parameters,
                               const std::string& what) const;
  /// All rows of a question about the server, as text.
  [[nodiscard]] std::vector<std::vector<std::optional<std::string>>> rows(const std::string& sql) const;
  /// First column of the first row of such a question.
  [[nodiscard]] std::string one(const std::string& sql) const;
  /// The one binary column of each row of a query, row by row.
  void stream(const std::string& sql, const std::vector<std::string>& parameters, const std::string& what,
              const std::function<void(std::string_view)>& take);
  [[nodiscard]] std::string quoted(const std::string& name) const;   ///< "name"
  [[nodiscard]] std::string literal(const std::string& text) const;  ///< 'text'
  [[nodiscard]] std::string parameter(const char* name) const;  ///< of the server's status, "" when unknown
  [[nodiscard]] bool is_local() const;                          ///< a socket or the loopback: nothing travels
  /// `result` may be null: the connection itself failed.
  [[noreturn]] void fail(const PGresult* result, const std::string& what) const;

 private:
  core::Handle<PGconn, PQfinish> connection_;
};

}  // namespace versoir::extract
