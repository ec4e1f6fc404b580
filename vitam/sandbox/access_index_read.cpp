// Questions to the sandbox's index: see access_index.hpp.
#include "core/error.hpp"
#include "vitam/sandbox/access_index.hpp"

#include <memory>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::Json;
using core::Statement;

namespace {

std::string table_of(AccessIndex::Kind kind) { return kind == AccessIndex::Kind::unit ? "unit" : "grp"; }

}  // namespace

std::function<std::optional<Json>()> AccessIndex::records(Kind kind, const Narrowed& narrowed) {
  std::string where;
  const auto among = [&](const char* column, const std::vector<std::string>& values) {
    if (values.empty()) return;
    where += (where.empty() ? " WHERE " : " AND ") + std::string(column) + " IN (";
    for (std::size_t i = 0; i < values.size(); ++i) where += (i ? "," : "") + core::sql_text(values[i]);
    where += ')';
  };
  among("id", narrowed.ids);
  among("opi", narrowed.operations);
  const std::string order = kind == Kind::unit ? " ORDER BY opi, place" : " ORDER BY seq";
  const auto st =
      std::make_shared<Statement>(db_.prepare("SELECT json FROM " + table_of(kind) + where + order));
  return [st]() -> std::optional<Json> {
    if (!st->step()) return std::nullopt;
    return core::parse_json(st->text(0), "index");
  };
}

std::optional<Json> AccessIndex::record(Kind kind, const std::string& id) {
  return records(kind, {{id}, {}})();
}

std::string AccessIndex::source_xml(Kind kind, const std::string& id) {
  auto st = db_.prepare(kind == Kind::unit
                            ? "SELECT xml FROM unit WHERE id = ?1"
                            : "SELECT obj.xml FROM obj JOIN grp ON grp.opi = obj.opi AND grp.local = obj.grp "
                              "WHERE grp.id = ?1 ORDER BY obj.seq");
  st.bind(1, std::string_view(id));
  std::string all;
  while (st.step()) all += st.text(0);
  return "<sources>" + all + "</sources>";
}

std::vector<std::string> AccessIndex::children(const std::string& unit) {
  auto st = db_.prepare("SELECT child FROM edge WHERE parent = ?1 ORDER BY child");
  st.bind(1, std::string_view(unit));
  std::vector<std::string> out;
  while (st.step()) out.emplace_back(st.text(0));
  return out;
}

Json AccessIndex::registers() {
  auto st = db_.prepare("SELECT register FROM operation WHERE register IS NOT NULL ORDER BY rowid");
  Json out = Json::array();
  while (st.step()) out.push_back(core::parse_json(st.text(0), "index"));
  return out;
}

fs::path AccessIndex::content_folder(const std::string& operation) {
  auto st = db_.prepare("SELECT folder FROM operation WHERE opi = ?1");
  st.bind(1, std::string_view(operation));
  return st.step() ? fs::path(std::string(st.text(0))) : fs::path();
}

}  // namespace versoir::vitam::sandbox
