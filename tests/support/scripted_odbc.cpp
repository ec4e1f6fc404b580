// An ODBC driver that plays a script: an Oracle that was never started, and drivers that lie. What it is
// asked is written down beside the script, in <script>.log.
//
//   dbms NAME                     what SQL_DBMS_NAME answers
//   connect-error STATE NATIVE TEXT
//   refuse-arrays                 SQL_ATTR_ROW_ARRAY_SIZE is an error
//   sql PART                      begins the answer to statements that contain PART; the first that fits is
//   taken row V|V|…                     \N is NULL, @3000@x is x 3000 times error STATE NATIVE TEXT       the
//   statement fails; after rows, the fetch behind them does describe SIZE                 what SQLDescribeCol
//   says quirk NAME                    no-total, silent-cut, cut-characters, bad-length, empty-blocks,
//   endless
#include <algorithm>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <sql.h>
#include <sqlext.h>
#include <sstream>
#include <string>
#include <vector>

namespace {

using Cell = std::optional<std::string>;
struct Failure {
  std::string state, text;
  SQLINTEGER native = 0;
};
struct Answer {
  std::string part;
  std::vector<std::vector<Cell>> rows;
  std::optional<Failure> error;
  std::set<std::string> quirks;
  SQLULEN described = 255;
};

struct Handle {
  virtual ~Handle() = default;
  std::optional<Failure> failure;
  SQLRETURN fail(Failure f) {
    failure = std::move(f);
    return SQL_ERROR;
  }
};
struct Environment final : Handle {};
struct Connection final : Handle {
  std::string dbms = "Oracle", log;
  std::optional<Failure> connect_error;
  bool refuse_arrays = false;
  std::vector<Answer> answers;
  void note(const std::string& line) const { std::ofstream(log, std::ios::app) << line << '\n'; }
};
struct Binding {
  SQLPOINTER buffer;
  SQLLEN width;
  SQLLEN* length;
};
struct Statement final : Handle {
  Connection* connection = nullptr;
  const Answer* answer = nullptr;
  std::size_t next = 0, current = 0;
  int fetches = 0;
  SQLULEN array = 1;
  SQLULEN* fetched = nullptr;
  SQLUSMALLINT* status = nullptr;
  std::string sql;
  std::map<SQLUSMALLINT, Binding> columns, parameters;
  std::map<SQLUSMALLINT, std::size_t> offsets;
  char descriptors[4] = {};
};

Failure failure_of(std::istringstream& in) {
  Failure f;
  in >> f.state >> f.native;
  std::getline(in >> std::ws, f.text);
  return f;
}

Cell cell_of(const std::string& text) {
  if (text == "\\N") return std::nullopt;
  if (!text.starts_with('@')) return text;
  const auto second = text.find('@', 1);
  std::string out;
  for (auto n = std::stoul(text.substr(1)); n > 0; --n) out += text.substr(second + 1);
  return out;
}

void read_script(Connection& c, const std::string& file) {
  c.log = file + ".log";
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word, rest;
    words >> word;
    if (word == "dbms")
      std::getline(words >> std::ws, c.dbms);
    else if (word == "connect-error")
      c.connect_error = failure_of(words);
    else if (word == "refuse-arrays")
      c.refuse_arrays = true;
    else if (word == "sql")
      std::getline(words >> std::ws, c.answers.emplace_back().part);
    else if (word == "error")
      c.answers.back().error = failure_of(words);
    else if (word == "describe")
      words >> c.answers.back().described;
    else if (word == "quirk")
      words >> rest, c.answers.back().quirks.insert(rest);
    else if (word == "row") {
      std::getline(words >> std::ws, rest);
      auto& row = c.answers.back().rows.emplace_back();
      for (std::size_t at = 0; at <= rest.size();) {
        const auto end = std::min(rest.find('|', at), rest.size());
        row.push_back(cell_of(rest.substr(at, end - at)));
        at = end + 1;
      }
    }
  }
}

std::string text_of(const SQLCHAR* text, SQLLEN length) {
  const auto* chars = reinterpret_cast<const char*>(text);
  return length == SQL_NTS ? std::string(chars) : std::string(chars, static_cast<std::size_t>(length));
}

SQLRETURN run(Statement& s) {
  s.connection->note(s.sql);
  for (const auto& [n, p] : s.parameters)
    s.connection->note("? " +
                       std::string(static_cast<const char*>(p.buffer), static_cast<std::size_t>(*p.length)));
  s.next = 0;
  s.fetches = 0;
  s.answer = nullptr;
  for (const auto& a : s.connection->answers)
    if (s.sql.find(a.part) != std::string::npos) {
      s.answer = &a;
      break;
    }
  if (s.answer && s.answer->rows.empty() && s.answer->error) return s.fail(*s.answer->error);
  return SQL_SUCCESS;
}

/// A value, from `offset`, into a buffer; how much of it went there.
std::size_t put(const std::string& value, std::size_t offset, const Binding& to, bool binary,
                const std::set<std::string>& quirks) {
  const auto capacity = static_cast<std::size_t>(to.width) - (binary ? 0 : 1);
  auto size = std::min(value.size() - offset, capacity);
  if (quirks.contains("cut-characters") && offset + size < value.size())
    while (size > 0 && (static_cast<unsigned char>(value[offset + size]) & 0xC0) == 0x80) --size;
  std::memcpy(to.buffer, value.data() + offset, size);
  if (!binary) static_cast<char*>(to.buffer)[size] = '\0';
  const bool cut = offset + size < value.size();
  *to.length = static_cast<SQLLEN>(value.size() - offset);
  if (cut && quirks.contains("no-total")) *to.length = SQL_NO_TOTAL;
  if (cut && quirks.contains("silent-cut")) *to.length = static_cast<SQLLEN>(size);
  if (quirks.contains("bad-length")) *to.length = -7;
  return size;
}

SQLRETURN put_text(const std::string& text, SQLPOINTER to, SQLSMALLINT size, SQLSMALLINT* length) {
  if (to && size > 0) {
    const auto n = std::min(text.size(), static_cast<std::size_t>(size) - 1);
    std::memcpy(to, text.data(), n);
    static_cast<char*>(to)[n] = '\0';
  }
  if (length) *length = static_cast<SQLSMALLINT>(text.size());
  return SQL_SUCCESS;
}

Handle* handle(SQLHANDLE h) { return static_cast<Handle*>(h); }
Statement& statement(SQLHANDLE h) { return static_cast<Statement&>(*handle(h)); }
Connection& connection(SQLHANDLE h) { return static_cast<Connection&>(*handle(h)); }

}  // namespace

extern "C" {

SQLRETURN SQLAllocHandle(SQLSMALLINT type, SQLHANDLE parent, SQLHANDLE* out) {
  Handle* made = nullptr;
  if (type == SQL_HANDLE_ENV) made = new Environment;
  if (type == SQL_HANDLE_DBC) made = new Connection;
  if (type == SQL_HANDLE_STMT) {
    auto* s = new Statement;
    s->connection = &connection(parent);
    made = s;
  }
  *out = made;
  return made ? SQL_SUCCESS : SQL_ERROR;
}
SQLRETURN SQLFreeHandle(SQLSMALLINT, SQLHANDLE h) {
  delete handle(h);
  return SQL_SUCCESS;
}
SQLRETURN SQLSetEnvAttr(SQLHENV, SQLINTEGER, SQLPOINTER, SQLINTEGER) { return SQL_SUCCESS; }
SQLRETURN SQLGetEnvAttr(SQLHENV, SQLINTEGER, SQLPOINTER, SQLINTEGER, SQLINTEGER*) { return SQL_ERROR; }

SQLRETURN SQLDriverConnect(SQLHDBC h, SQLHWND, SQLCHAR* in, SQLSMALLINT length, SQLCHAR*, SQLSMALLINT,
                           SQLSMALLINT*, SQLUSMALLINT) {
  auto& c = connection(h);
  const auto text = text_of(in, length);
  const auto at = text.find("DBQ=") + 4;
  read_script(c, text.substr(at, text.find(';', at) - at));
  c.note("CONNECT " + text.substr(text.find(';', at) + 1));
  return c.connect_error ? c.fail(*c.connect_error) : SQL_SUCCESS;
}
SQLRETURN SQLDisconnect(SQLHDBC) { return SQL_SUCCESS; }
SQLRETURN SQLSetConnectAttr(SQLHDBC h, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER) {
  if (attribute == SQL_ATTR_AUTOCOMMIT)
    connection(h).note(value == nullptr ? "AUTOCOMMIT OFF" : "AUTOCOMMIT ON");
  return SQL_SUCCESS;
}
SQLRETURN SQLGetConnectAttr(SQLHDBC, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER, SQLINTEGER*) {
  if (attribute != SQL_ATTR_CONNECTION_DEAD) return SQL_ERROR;
  *static_cast<SQLUINTEGER*>(value) = SQL_CD_FALSE;
  return SQL_SUCCESS;
}
SQLRETURN SQLGetInfo(SQLHDBC h, SQLUSMALLINT what, SQLPOINTER to, SQLSMALLINT size, SQLSMALLINT* length) {
  if (what == SQL_DBMS_NAME) return put_text(connection(h).dbms, to, size, length);
  if (what == SQL_DRIVER_NAME) return put_text("scripted", to, size, length);
  if (what == SQL_DRIVER_VER) return put_text("01.00", to, size, length);
  if (what == SQL_DRIVER_ODBC_VER) return put_text("03.51", to, size, length);
  if (what == SQL_IDENTIFIER_QUOTE_CHAR) return put_text("`", to, size, length);
  if (to && size >= static_cast<SQLSMALLINT>(sizeof(SQLUINTEGER))) std::memset(to, 0, sizeof(SQLUSMALLINT));
  return SQL_SUCCESS;
}
SQLRETURN SQLEndTran(SQLSMALLINT type, SQLHANDLE h, SQLSMALLINT) {
  if (type == SQL_HANDLE_DBC) connection(h).note("ROLLBACK");
  return SQL_SUCCESS;
}

SQLRETURN SQLSetStmtAttr(SQLHSTMT h, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER) {
  auto& s = statement(h);
  if (attribute == SQL_ATTR_ROW_ARRAY_SIZE) {
    if (s.connection->refuse_arrays) return s.fail({"HYC00", "no arrays", 0});
    s.array = reinterpret_cast<SQLULEN>(value);
    s.connection->note("ARRAY " + std::to_string(s.array));
  }
  if (attribute == SQL_ATTR_ROWS_FETCHED_PTR) s.fetched = static_cast<SQLULEN*>(value);
  if (attribute == SQL_ATTR_ROW_STATUS_PTR) s.status = static_cast<SQLUSMALLINT*>(value);
  if (attribute == SQL_ATTR_QUERY_TIMEOUT)
    s.connection->note("TIMEOUT " + std::to_string(reinterpret_cast<SQLULEN>(value)));
  return SQL_SUCCESS;
}
SQLRETURN SQLGetStmtAttr(SQLHSTMT h, SQLINTEGER attribute, SQLPOINTER value, SQLINTEGER, SQLINTEGER*) {
  if (attribute < SQL_ATTR_APP_ROW_DESC || attribute > SQL_ATTR_IMP_PARAM_DESC) return SQL_ERROR;
  *static_cast<SQLPOINTER*>(value) = &statement(h).descriptors[attribute - SQL_ATTR_APP_ROW_DESC];
  return SQL_SUCCESS;
}
SQLRETURN SQLFreeStmt(SQLHSTMT, SQLUSMALLINT) { return SQL_SUCCESS; }
SQLRETURN SQLCloseCursor(SQLHSTMT) { return SQL_SUCCESS; }
SQLRETURN SQLCancel(SQLHSTMT h) {
  statement(h).connection->note("CANCEL");
  return SQL_SUCCESS;
}

SQLRETURN SQLExecDirect(SQLHSTMT h, SQLCHAR* sql, SQLINTEGER length) {
  statement(h).sql = text_of(sql, length);
  return run(statement(h));
}
SQLRETURN SQLPrepare(SQLHSTMT h, SQLCHAR* sql, SQLINTEGER length) {
  statement(h).sql = text_of(sql, length);
  statement(h).connection->note("PREPARE " + statement(h).sql);
  return SQL_SUCCESS;
}
SQLRETURN SQLExecute(SQLHSTMT h) { return run(statement(h)); }
SQLRETURN SQLBindParameter(SQLHSTMT h, SQLUSMALLINT n, SQLSMALLINT, SQLSMALLINT, SQLSMALLINT, SQLULEN,
                           SQLSMALLINT, SQLPOINTER buffer, SQLLEN width, SQLLEN* length) {
  statement(h).parameters[n] = {buffer, width, length};
  return SQL_SUCCESS;
}
SQLRETURN SQLTables(SQLHSTMT h, SQLCHAR*, SQLSMALLINT, SQLCHAR*, SQLSMALLINT, SQLCHAR*, SQLSMALLINT, SQLCHAR*,
                    SQLSMALLINT) {
  statement(h).sql = "SQLTables";
  return run(statement(h));
}
SQLRETURN SQLColumns(SQLHSTMT h, SQLCHAR*, SQLSMALLINT, SQLCHAR*, SQLSMALLINT, SQLCHAR*, SQLSMALLINT,
                     SQLCHAR*, SQLSMALLINT) {
  statement(h).sql = "SQLColumns";
  return run(statement(h));
}
SQLRETURN SQLPrimaryKeys(SQLHSTMT h, SQLCHAR*, SQLSMALLINT, SQLCHAR*, SQLSMALLINT, SQLCHAR* table,
                         SQLSMALLINT size) {
  statement(h).sql = "SQLPrimaryKeys " + text_of(table, size);
  return run(statement(h));
}

SQLRETURN SQLNumResultCols(SQLHSTMT h, SQLSMALLINT* n) {
  const auto* a = statement(h).answer;
  *n = a && !a->rows.empty() ? static_cast<SQLSMALLINT>(a->rows.front().size())
                             : static_cast<SQLSMALLINT>(statement(h).sql.starts_with("S") ? 1 : 0);
  return SQL_SUCCESS;
}
SQLRETURN SQLDescribeCol(SQLHSTMT h, SQLUSMALLINT, SQLCHAR*, SQLSMALLINT, SQLSMALLINT* name,
                         SQLSMALLINT* type, SQLULEN* size, SQLSMALLINT* digits, SQLSMALLINT* nullable) {
  if (name) *name = 0;
  if (type) *type = SQL_VARCHAR;
  if (size) *size = statement(h).answer ? statement(h).answer->described : 0;
  if (digits) *digits = 0;
  if (nullable) *nullable = SQL_NULLABLE;
  return SQL_SUCCESS;
}
SQLRETURN SQLRowCount(SQLHSTMT, SQLLEN* n) {
  *n = -1;
  return SQL_SUCCESS;
}
SQLRETURN SQLBindCol(SQLHSTMT h, SQLUSMALLINT n, SQLSMALLINT, SQLPOINTER buffer, SQLLEN width,
                     SQLLEN* length) {
  statement(h).columns[n] = {buffer, width, length};
  return SQL_SUCCESS;
}

SQLRETURN SQLFetch(SQLHSTMT h) {
  auto& s = statement(h);
  s.offsets.clear();
  if (s.fetched) *s.fetched = 0;
  if (!s.answer) return SQL_NO_DATA;
  const auto& quirks = s.answer->quirks;
  if (quirks.contains("endless") || (quirks.contains("empty-blocks") && s.fetches++ % 3 != 2))
    return SQL_SUCCESS;
  if (s.next >= s.answer->rows.size())
    return s.answer->error ? s.fail(*s.answer->error) : static_cast<SQLRETURN>(SQL_NO_DATA);
  bool cut = false;
  SQLULEN n = 0;
  for (; n < s.array && s.next < s.answer->rows.size(); ++n) {
    s.current = s.next++;
    const auto& row = s.answer->rows[s.current];
    for (const auto& [column, binding] : s.columns) {
      auto at = binding;
      at.buffer = static_cast<char*>(at.buffer) + static_cast<SQLULEN>(at.width) * n;
      at.length += n;
      const auto& cell = row.at(column - 1u);
      if (!cell)
        *at.length = SQL_NULL_DATA;
      else
        cut |= put(*cell, 0, at, false, quirks) < cell->size();
    }
    if (s.status) s.status[n] = SQL_ROW_SUCCESS;
  }
  if (s.fetched) *s.fetched = n;
  if (!cut || quirks.contains("silent-cut")) return SQL_SUCCESS;
  s.failure = Failure{"01004", "data truncated", 0};
  return SQL_SUCCESS_WITH_INFO;
}

SQLRETURN SQLGetData(SQLHSTMT h, SQLUSMALLINT column, SQLSMALLINT type, SQLPOINTER buffer, SQLLEN width,
                     SQLLEN* length) {
  auto& s = statement(h);
  const auto& row = s.answer->rows[s.current];
  if (column > row.size()) return s.fail({"07009", "no such column", 0});
  const auto& cell = row[column - 1u];
  if (!cell) {
    *length = SQL_NULL_DATA;
    return SQL_SUCCESS;
  }
  auto& offset = s.offsets[column];
  if (offset > 0 && offset >= cell->size()) return SQL_NO_DATA;
  const auto size = put(*cell, offset, {buffer, width, length}, type == SQL_C_BINARY, s.answer->quirks);
  offset += size;
  if (offset >= cell->size()) return SQL_SUCCESS;
  s.failure = Failure{"01004", "data truncated", 0};
  return SQL_SUCCESS_WITH_INFO;
}
SQLRETURN SQLMoreResults(SQLHSTMT) { return SQL_NO_DATA; }

SQLRETURN SQLGetDiagRec(SQLSMALLINT, SQLHANDLE h, SQLSMALLINT record, SQLCHAR* state, SQLINTEGER* native,
                        SQLCHAR* text, SQLSMALLINT size, SQLSMALLINT* length) {
  const auto& failure = handle(h)->failure;
  if (record != 1 || !failure) return SQL_NO_DATA;
  std::memcpy(state, failure->state.c_str(), 6);
  if (native) *native = failure->native;
  return put_text(failure->text, text, size, length);
}

// The driver manager takes errors only from drivers that have both functions.
SQLRETURN SQLGetDiagField(SQLSMALLINT, SQLHANDLE h, SQLSMALLINT record, SQLSMALLINT field, SQLPOINTER to,
                          SQLSMALLINT size, SQLSMALLINT* length) {
  const auto& failure = handle(h)->failure;
  if (field == SQL_DIAG_NUMBER) {
    *static_cast<SQLINTEGER*>(to) = failure ? 1 : 0;
    return SQL_SUCCESS;
  }
  if (record > 1 || !failure) return SQL_NO_DATA;
  if (field == SQL_DIAG_SQLSTATE) return put_text(failure->state, to, size, length);
  if (field == SQL_DIAG_MESSAGE_TEXT) return put_text(failure->text, to, size, length);
  if (field == SQL_DIAG_CLASS_ORIGIN || field == SQL_DIAG_SUBCLASS_ORIGIN ||
      field == SQL_DIAG_CONNECTION_NAME || field == SQL_DIAG_SERVER_NAME)
    return put_text("", to, size, length);
  return SQL_NO_DATA;
}

}  // extern "C"
