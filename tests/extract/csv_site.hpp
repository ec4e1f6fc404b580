// A folder of CSV files as a script of a site would leave it, made from SQL by way of SQLite.
#pragma once
#include "sites.hpp"

namespace versoir::tests {

/// One field as a careful exporter writes it: NULL is nothing, everything else stands in quotes.
inline std::string csv_field(const core::Value& v) {
  if (v.index() == 0) return "";
  std::string out = "\"";
  for (char c : core::value_text(v)) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

class CsvSite {
 public:
  static bool available() { return true; }
  void sql(const std::string& text) { database_.sql(text); }
  [[nodiscard]] std::string uri() const {
    auto db = core::Database::open_read(database_.uri().substr(std::string("sqlite:").size()));
    std::string control =
        "kind,table,column,value\nformat,,,versoir-csv/1\ncharset,,,UTF-8\nsystem,,,Essai\n"
        "consistency,,,snapshot\n";
    auto tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
    while (tables.step()) control += export_table(db, std::string(tables.text(0)));
    core::write_file(folder_.path() / "control.csv", control + "end,,,\n");
    return "csv:" + folder_.path().string();
  }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  std::string export_table(core::Database& db, const std::string& name) const {
    std::string facts = "table," + name + ",," + name + ".csv\n", header, select;
    auto columns = db.prepare("SELECT name, type FROM pragma_table_info('" + name + "')");
    while (columns.step()) {
      const std::string column(columns.text(0)), type(columns.text(1));
      facts += "type," + name + "," + column + ",\"" + type + "\"\n";
      if (type == "BLOB") facts += "encoding," + name + "," + column + ",hexadecimal\n";
      header += (header.empty() ? "" : ",") + column;
      select +=
          (select.empty() ? "" : ", ") +
          (type == "BLOB" ? "CASE WHEN " + column + " IS NOT NULL THEN hex(" + column + ") END" : column);
    }
    std::string content = header + "\r\n";
    int rows = 0;
    auto st = db.prepare("SELECT " + select + " FROM " + name);
    for (; st.step(); ++rows) {
      for (int i = 0; i < st.columns(); ++i) content += (i ? "," : "") + csv_field(st.value(i));
      content += "\r\n";
    }
    core::write_file(folder_.path() / (name + ".csv"), content);
    return facts + "rows," + name + ",," + std::to_string(rows) + "\n";
  }

  SqliteSite database_;
  core::TemporaryDirectory folder_;
};

}  // namespace versoir::tests
