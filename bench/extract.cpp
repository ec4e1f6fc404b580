// One measurement of extraction: what the bare driver can do, or what a whole copy does, on the same tables.
//   bench_extract floor "host=… dbname=…" TABLE…                 COPY read, split, unescaped, dropped
//   bench_extract floor-odbc "Driver=…;…" TABLE                  rows fetched by blocks as text, dropped
//   bench_extract copy SOURCE PROFILE OUT.extract [readers [schema]]   PROFILE: a folder, or its tables.xml
//   alone
// Prints: rows, seconds, rows per second, client CPU seconds, peak memory in kB.
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"
#include "extract/copy.hpp"
#include "extract/copy_text.hpp"
#include "profiles/loader.hpp"

#include <libpq-fe.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <sql.h>
#include <sqlext.h>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

using namespace versoir;

namespace {

using Connection = core::Handle<PGconn, PQfinish>;
using Result = core::Handle<PGresult, PQclear>;

std::uint64_t read_and_drop(const std::string& conninfo, const std::string& table) {
  const Connection connection(PQconnectdb(conninfo.c_str()));
  const Result started(PQexec(connection.get(), ("COPY (SELECT * FROM " + table + ") TO STDOUT").c_str()));
  if (PQresultStatus(started.get()) != PGRES_COPY_OUT) {
    std::fputs(PQerrorMessage(connection.get()), stderr);
    return 0;
  }
  std::uint64_t rows = 0;
  std::string value;
  for (char* line = nullptr;;) {
    const int length = PQgetCopyData(connection.get(), &line, 0);
    if (length < 0) break;
    extract::CopyLine fields(std::string_view(line, static_cast<std::size_t>(length)));
    for (std::string_view field; fields.next(field);) {
      value.clear();
      extract::append_unescaped(value, field);
    }
    PQfreemem(line);
    ++rows;
  }
  return rows;
}

/// What any program over this driver pays: blocks of 1 000 rows bound as text, looked at, dropped.
std::uint64_t fetch_and_drop(const std::string& connection, const std::string& table) {
  constexpr SQLULEN block = 1000;
  constexpr SQLSMALLINT width = 256;
  SQLHANDLE environment = nullptr, link = nullptr, statement = nullptr;
  SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment);
  SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, reinterpret_cast<SQLPOINTER>(SQL_OV_ODBC3), 0);
  SQLAllocHandle(SQL_HANDLE_DBC, environment, &link);
  auto text = connection;
  const auto bytes = [](std::string& s) { return reinterpret_cast<SQLCHAR*>(s.data()); };
  if (!SQL_SUCCEEDED(
          SQLDriverConnect(link, nullptr, bytes(text), SQL_NTS, nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT))) {
    std::fputs("the driver does not connect\n", stderr);
    return 0;
  }
  SQLAllocHandle(SQL_HANDLE_STMT, link, &statement);
  SQLULEN fetched = 0;
  SQLSetStmtAttr(statement, SQL_ATTR_ROW_ARRAY_SIZE, reinterpret_cast<SQLPOINTER>(block), 0);
  SQLSetStmtAttr(statement, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0);
  std::string sql = "SELECT * FROM " + table;
  SQLExecDirect(statement, bytes(sql), SQL_NTS);
  SQLSMALLINT columns = 0;
  SQLNumResultCols(statement, &columns);
  std::vector<std::vector<char>> values(static_cast<std::size_t>(columns), std::vector<char>(block * width));
  std::vector<std::array<SQLLEN, block>> lengths(static_cast<std::size_t>(columns));
  for (SQLSMALLINT c = 0; c < columns; ++c)
    SQLBindCol(statement, static_cast<SQLUSMALLINT>(c + 1), SQL_C_CHAR,
               values[static_cast<std::size_t>(c)].data(), width,
               lengths[static_cast<std::size_t>(c)].data());
  std::uint64_t rows = 0, seen = 0;
  while (SQL_SUCCEEDED(SQLFetch(statement))) {
    for (SQLULEN row = 0; row < fetched; ++row)
      for (const auto& column : lengths)
        seen += column[row] > 0 ? static_cast<std::uint64_t>(column[row]) : 0;
    rows += fetched;
  }
  SQLFreeHandle(SQL_HANDLE_STMT, statement);
  SQLDisconnect(link);
  SQLFreeHandle(SQL_HANDLE_DBC, link);
  SQLFreeHandle(SQL_HANDLE_ENV, environment);
  return seen > 0 ? rows : 0;
}

std::uint64_t copy(int argc, char** argv) {
  const auto profile = std::filesystem::is_directory(argv[3])
                           ? profiles::load(std::filesystem::path(argv[3]))
                           : profiles::load({{"tables.xml", core::read_file(argv[3])}}, "bench");
  extract::Access access;
  access.schema = profile.schema;
  const auto uri = extract::parse_source(argv[2]);
  if (argc > 6) access.schema = argv[6];
  auto source = extract::open_source(uri, access);
  extract::CopyOptions options;
  options.replace = true;
  options.source_label = uri.redacted();
  if (argc > 5) options.readers = static_cast<unsigned>(std::stoul(argv[5]));
  core::SilentProgress progress;
  return extract::copy(*source, profile, argv[4], options, core::SystemClock(), progress, {}).rows;
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view what = argc > 3 ? argv[1] : "";
  try {
    const auto begin = std::chrono::steady_clock::now();
    std::uint64_t rows = 0;
    if (what == "floor")
      for (int i = 3; i < argc; ++i) rows += read_and_drop(argv[2], argv[i]);
    else if (what == "floor-odbc")
      rows = fetch_and_drop(argv[2], argv[3]);
    else if (what == "copy" && argc > 4)
      rows = copy(argc, argv);
    else
      return std::fputs("see the head of bench/extract.cpp\n", stderr), 2;
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    rusage use{};
    getrusage(RUSAGE_SELF, &use);
    std::printf("%llu %.3f %.0f %.2f %ld\n", static_cast<unsigned long long>(rows), took,
                static_cast<double>(rows) / took, seconds(use.ru_utime) + seconds(use.ru_stime),
                use.ru_maxrss);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
  }
  return 0;
}
