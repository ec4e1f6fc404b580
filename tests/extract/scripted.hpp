// A database played by the scripted ODBC driver.
#pragma once
#include "sites.hpp"

#include <fstream>
#include <sstream>

namespace versoir::tests {

class ScriptedSite {
 public:
  explicit ScriptedSite(const std::string& script) { core::write_file(file_, script); }
  [[nodiscard]] std::string uri() const {
    return std::string("odbc:Driver=") + VERSOIR_SCRIPTED_ODBC + ";DBQ=" + file_.string() + ";UID=archive";
  }
  /// The next connections find another database.
  void play(const std::string& script) const { core::write_file(file_, script); }
  /// What the driver was asked, in order.
  [[nodiscard]] std::vector<std::string> log() const {
    std::vector<std::string> out;
    std::ifstream in(file_.string() + ".log");
    for (std::string line; std::getline(in, line);) out.push_back(line);
    return out;
  }
  [[nodiscard]] std::ptrdiff_t asked(const std::string& line) const {
    const auto lines = log();
    return std::count(lines.begin(), lines.end(), line);
  }

 private:
  core::TemporaryDirectory folder_;
  std::filesystem::path file_ = folder_.path() / "script";
};

/// What Oracle's catalogue says of one table of APOGEE, read by the account ARCHIVE, without an SCN. Columns
/// as "NAME TYPE LENGTH [N]", N for NOT NULL; `key`: its columns.
inline std::string oracle_script(const std::string& name, const std::vector<std::string>& columns,
                                 const std::vector<std::string>& key = {}) {
  std::string out =
      "dbms Oracle\n"
      "sql SYS_CONTEXT\nrow APO|APOGEE|tcp\n"
      "sql SYSTIMESTAMP\nrow 2026-11-25T12:00:00\n"
      "sql GET_SYSTEM_CHANGE_NUMBER\nerror 42000 904 [Oracle][ODBC][Ora]ORA-00904: invalid identifier\n"
      "sql V$DATABASE\nerror 42S02 942 [Oracle][ODBC][Ora]ORA-00942: table or view does not exist\n"
      "sql V$VERSION\nrow Oracle Database 11g\n"
      "sql NLS_DATABASE_PARAMETERS\nrow NLS_CHARACTERSET|WE8ISO8859P15\n"
      "sql FROM USER_TABLES\nrow " +
      name +
      "|1000|40|\\N\n"
      "sql FROM USER_TAB_COLUMNS\n";
  for (const auto& column : columns) {
    std::istringstream words(column);
    std::string c, type, length, no_null;
    words >> c >> type >> length >> no_null;
    out += "row " + name + "|" + c + "|" + type + "|" + length + "|" + length + "|" +
           (type == "NUMBER" ? length + "|0" : "\\N|\\N") + "|" + (no_null.empty() ? "Y" : "N") + "|B\n";
  }
  if (!key.empty()) {
    out += "sql FROM USER_CONSTRAINTS\nrow " + name + "|PK_T|P\nsql FROM USER_CONS_COLUMNS\n";
    for (const auto& k : key) out += "row PK_T|" + k + "\n";
  }
  return out;
}

}  // namespace versoir::tests
