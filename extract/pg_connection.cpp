// A connection to PostgreSQL.
#include "extract/pg_connection.hpp"

#include "core/error.hpp"
#include "extract/adapters.hpp"
#include "extract/pg_conninfo.hpp"

#include <algorithm>
#include <regex>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

std::string one_line(const char* text) {
  std::string out(text ? text : "");
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  return out;
}

namespace {

/// What an SQLSTATE means to whoever launched the copy. Class 08 and 57P are lost connections.
Exit exit_of(std::string_view state) {
  if (state == "42501" || state.starts_with("28")) return Exit::source_rights;
  if (state.starts_with("42P01") || state == "42703" || state == "3F000") return Exit::source_missing;
  // Lock, statement that took too long or was cancelled, conflict with recovery.
  if (state == "55P03" || state == "57014" || state.starts_with("40")) return Exit::temporary;
  if (state.starts_with("22") || state.starts_with("25") || state.starts_with("XX")) return Exit::source_data;
  return Exit::source_unreachable;
}

/// What a server said that refused the connection: SQLSTATE, and the text without the place in its source.
struct Refusal {
  std::string state, text;
};
Refusal refusal_of(std::string_view message) {
  Refusal out;
  static const std::regex place(R"(, \w+\.c\W{1,8}\d+$)"), code(R"(:  ([0-9A-Z]{5}): )");
  while (!message.empty()) {
    const auto end = std::min(message.find('\n'), message.size());
    std::string line(message.substr(0, end));
    message.remove_prefix(std::min(end + 1, message.size()));
    if (line.empty() || std::regex_search(line, place)) continue;
    if (std::smatch found; std::regex_search(line, found, code)) {
      out.state = found[1];
      line = std::string(found.prefix()) + ": " + std::string(found.suffix());
    }
    out.text += (out.text.empty() ? "" : "\n") + line;
  }
  return out;
}

/// Connects with what the user wrote after our defaults, so that it wins; the password never stands in a
/// text.
core::Handle<PGconn, PQfinish> connected(const SourceUri& uri, const Access& access) {
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
  // Only a verbose message says the SQLSTATE of a refused connection, and a connection must exist before it
  // can be told so: the attempt that begins here is given up before any answer, the next one waits for its
  // end.
  core::Handle<PGconn, PQfinish> connection(PQconnectStartParams(keys.data(), values.data(), 1));
  if (connection && PQstatus(connection.get()) != CONNECTION_BAD) {
    PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
    PQreset(connection.get());
    PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  }
  if (!connection || PQstatus(connection.get()) != CONNECTION_OK) {
    const bool asked = connection && PQconnectionNeedsPassword(connection.get());
    const auto why = refusal_of(connection ? PQerrorMessage(connection.get()) : "out of memory");
    const bool refused = why.state.starts_with("28");
    Error error(refused || asked ? Exit::source_rights : Exit::source_unreachable,
                refused ? msg("PostgreSQL refuses this account: {0}.", uri.redacted())
                : asked ? msg("PostgreSQL wants a password, and none was given: {0}.", uri.redacted())
                        : msg("PostgreSQL cannot be reached: {0}.", uri.redacted()));
    std::move(error).because(why.state.empty() ? msg("{0}", why.text)
                                               : msg("{0} (SQLSTATE {1})", why.text, why.state));
    throw std::move(error).hint(
        asked ? msg("Give the password with --ask-password, --password-file, --password-command, or in "
                    "~/.pgpass.")
              : msg("Check host, port, database and account; passwords are read from --ask-password, "
                    "--password-file, --password-command or ~/.pgpass."));
  }
  // Default notice processing prints on stderr what a server says, values included.
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  return connection;
}

}  // namespace

PgConnection::PgConnection(const SourceUri& uri, const Access& access)
    : connection_(connected(uri, access)) {}

void PgConnection::fail(const PGresult* result, const std::string& table) const {
  const char* state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  // The primary message only: DETAIL and CONTEXT of the server may quote values.
  const char* primary = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : nullptr;
  const std::string code = state ? state : "08006";
  Error error(exit_of(code), msg("PostgreSQL could not read {0}.", table));
  std::move(error).because(msg("{0} (SQLSTATE {1})",
                               primary ? std::string(primary) : one_line(PQerrorMessage(connection_.get())),
                               code));
  if (code == "55P03") throw std::move(error).hint(locked_hint());
  if (code == "57014") throw std::move(error).hint(cancelled_hint());
  throw error;
}

void PgConnection::exec(const std::string& sql) {
  const PgResult result(PQexec(connection_.get(), sql.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) fail(result.get(), sql);
}

PgResult PgConnection::query(const std::string& sql, const std::vector<std::string>& parameters,
                             const std::string& what) const {
  std::vector<const char*> values;
  for (const auto& p : parameters) values.push_back(p.c_str());
  PgResult result(PQexecParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                               values.data(), nullptr, nullptr, 0));
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) fail(result.get(), what);
  return result;
}

std::vector<std::vector<std::optional<std::string>>> PgConnection::rows(const std::string& sql) const {
  const auto result = query(sql, {}, "the server's state");
  std::vector<std::vector<std::optional<std::string>>> out(static_cast<std::size_t>(PQntuples(result.get())));
  for (int i = 0; i < PQntuples(result.get()); ++i)
    for (int c = 0; c < PQnfields(result.get()); ++c)
      out[static_cast<std::size_t>(i)].push_back(
          PQgetisnull(result.get(), i, c) ? std::nullopt
                                          : std::optional<std::string>(PQgetvalue(result.get(), i, c)));
  return out;
}

std::string PgConnection::one(const std::string& sql) const {
  return PQgetvalue(query(sql, {}, "the server's state").get(), 0, 0);
}

std::string PgConnection::quoted(const std::string& name) const {
  const PgText text(PQescapeIdentifier(connection_.get(), name.data(), name.size()));
  if (!text) throw Error(Exit::source_data, msg("The name {0} cannot be quoted.", name));
  return text.get();
}

std::string PgConnection::literal(const std::string& text) const {
  const PgText quoted(PQescapeLiteral(connection_.get(), text.data(), text.size()));
  if (!quoted) throw Error(Exit::source_data, msg("The value {0} cannot be quoted.", text));
  return quoted.get();
}

std::string PgConnection::parameter(const char* name) const {
  const char* value = PQparameterStatus(connection_.get(), name);
  return value ? value : "";
}

bool PgConnection::is_local() const {
  const char* host = PQhost(connection_.get());
  return !host || *host == '\0' || *host == '/' || std::string_view(host) == "localhost" ||
         std::string_view(host) == "127.0.0.1" || std::string_view(host) == "::1";
}

void PgConnection::stream(const std::string& sql, const std::vector<std::string>& parameters,
                          const std::string& what, const std::function<void(std::string_view)>& take) {
  std::vector<const char*> values;
  for (const auto& p : parameters) values.push_back(p.c_str());
  if (!PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                         values.data(), nullptr, nullptr, 1) ||
      !PQsetSingleRowMode(connection_.get()))
    fail(nullptr, what);
  while (PgResult rows{PQgetResult(connection_.get())}) {
    const auto status = PQresultStatus(rows.get());
    if (status != PGRES_SINGLE_TUPLE && status != PGRES_TUPLES_OK) fail(rows.get(), what);
    for (int i = 0; i < PQntuples(rows.get()); ++i)
      take(std::string_view(PQgetvalue(rows.get(), i, 0),
                            static_cast<std::size_t>(PQgetlength(rows.get(), i, 0))));
  }
}

}  // namespace versoir::extract
