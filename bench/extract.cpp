// One measurement of extraction: what the bare driver can do, or what a whole copy does, on the same table.
//   bench_extract floor "host=… dbname=…" TABLE          COPY read, split, unescaped, dropped
//   bench_extract copy SOURCE PROFILE.xml OUT.extract [readers]
// Prints: rows, seconds, rows per second, client CPU seconds, peak memory in kB.
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"
#include "extract/copy.hpp"
#include "extract/copy_text.hpp"
#include "profiles/loader.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <sys/resource.h>

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

std::uint64_t copy(int argc, char** argv) {
  const auto profile = profiles::load({{"tables.xml", core::read_file(argv[3])}}, "bench");
  extract::Access access;
  access.schema = profile.schema;
  const auto uri = extract::parse_source(argv[2]);
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
      rows = read_and_drop(argv[2], argv[3]);
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
