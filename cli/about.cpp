// Versions: of the program, of what it was built with, and of what it runs on.
#include "cli/about.hpp"

#include "cli/console.hpp"
#include "cli/context.hpp"
#include "core/i18n.hpp"
#include "core/locale_folder.hpp"
#include "extract/store.hpp"
#include "paper/pdf.hpp"

#include <archive.h>
#include <boost/version.hpp>
#include <curl/curl.h>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <libxml/parser.h>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <zip.h>

#include <clocale>
#include <langinfo.h>
#include <sys/utsname.h>
#include <zlib.h>

namespace versoir::cli {

namespace fs = std::filesystem;

namespace {

/// 150003 → "15.3"; the libraries that give their version as a number.
std::string pq_version() {
  const int n = PQlibVersion();
  return fmt::format("{}.{}", n / 10000, n % 10000);
}

std::string libxml_version() {
  const int n = std::atoi(xmlParserVersion);  // "20914" and, from git, a suffix
  return fmt::format("{}.{}.{}", n / 10000, n / 100 % 100, n % 100);
}

std::string machine() {
  utsname name{};
  return ::uname(&name) == 0 ? fmt::format("{} {} {}", name.sysname, name.release, name.machine) : "unknown";
}

std::string locale_name() {
  const char* messages = std::setlocale(LC_MESSAGES, nullptr);
  return fmt::format("{}, {}, messages in {}", messages ? messages : "unknown", nl_langinfo(CODESET),
                     core::language_tag());
}

/// Those that exist: the others are only places where it looks.
std::string shipped_profiles() {
  std::string out;
  for (const auto& folder : installed_profile_folders())
    if (std::error_code ec; fs::is_directory(folder, ec))
      out += (out.empty() ? "" : ", ") + folder.lexically_normal().string();
  return out.empty() ? "none found" : out;
}

}  // namespace

fs::path program_folder() {
  std::error_code ec;
  const auto program = fs::read_symlink("/proc/self/exe", ec);
  return ec ? fs::path() : program.parent_path();
}

std::string version_report() {
  const std::pair<const char*, std::string> facts[] = {
      {"released", program_date()},
      {"build", VERSOIR_BUILD_KIND},
      {"compiler", "g++ " __VERSION__},
      {"machine", machine()},
      {"locale", locale_name()},
      {"program", program_folder().string()},
      {"profiles", shipped_profiles()},
      {"messages", core::locale_folder().lexically_normal().string()},
      {"extract format", std::to_string(extract::format_version)},
      {"JSON lines", std::to_string(json_lines_version)},
      {"SQLite", sqlite3_libversion()},
      {"OpenSSL", OpenSSL_version(OPENSSL_VERSION)},
      {"libxml2", libxml_version()},
      {"libarchive", archive_version_string()},
      {"libzip", zip_libzip_version()},
      {"zlib", zlibVersion()},
      {"libcurl", curl_version()},
      {"libpq", pq_version()},
      {"unixODBC (built with)", VERSOIR_ODBC_VERSION},
      {"libp11 (built with)", VERSOIR_LIBP11_VERSION},
      {"Boost",
       fmt::format("{}.{}.{}", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)},
      {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
      {"nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                    NLOHMANN_JSON_VERSION_PATCH)},
  };
  std::string out = fmt::format("versoir {}\n", program_version());
  for (const auto& [name, value] : facts) out += fmt::format("  {}: {}\n", name, value);
  for (const auto& [name, version] : paper::libraries()) out += fmt::format("  {}: {}\n", name, version);
  return out;
}

}  // namespace versoir::cli
