// Reads samples/lists and writes their rows.
#include "lists.hpp"

#include "core/error.hpp"
#include "core/file.hpp"

#include <algorithm>
#include <sstream>

namespace versoir::samples {

namespace {

using core::Error;
using core::Exit;
using core::msg;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return std::string{text.substr(first, text.find_last_not_of(' ') - first + 1)};
}

std::vector<std::string> fields(const std::string& line) {
  std::vector<std::string> list;
  std::istringstream in{line};
  for (std::string field; std::getline(in, field, '|');) list.push_back(trimmed(field));
  if (!line.empty() && line.back() == '|') list.emplace_back();
  return list;
}

}  // namespace

Lists read_lists(const std::filesystem::path& file) {
  Lists lists;
  std::istringstream in{core::read_file(file)};
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words{line.substr(1)};
    std::string word;
    if (line.front() == '!') {
      for (words >> word; words >> word;) lists.without_key_.push_back(word);
    } else if (line.front() == '@') {
      auto& t = lists.tables_.emplace_back();
      words >> t.name;
      while (words >> word) {
        const auto typed = word.find(':'), constant = word.find('=');
        const auto name = word.substr(0, std::min(typed, constant));
        if (typed != std::string::npos) t.own.push_back(column_spec(name, word.substr(typed + 1)));
        if (constant != std::string::npos)
          t.constants.emplace_back(name, word.substr(constant + 1));
        else
          t.columns.push_back(name);
      }
    } else {
      auto row = fields(line);
      if (lists.tables_.empty() || row.size() != lists.tables_.back().columns.size())
        throw Error(Exit::unexpected, msg("{0}, line {1}: {2}", file.string(), number, line));
      lists.tables_.back().rows.push_back(std::move(row));
    }
  }
  return lists;
}

void Lists::complete(std::vector<TableSpec>& tables, bool probed) const {
  for (const auto& t : tables_) {
    if (!probed) break;
    auto spec = std::ranges::find(tables, t.name, &TableSpec::name);
    if (spec == tables.end()) spec = tables.insert(spec, {t.name, {}, {}});
    for (const auto& c : t.own)
      if (std::ranges::find(spec->columns, c.name, &ColumnSpec::name) == spec->columns.end())
        spec->columns.push_back(c);
  }
  for (const auto& name : without_key_)
    if (const auto spec = std::ranges::find(tables, name, &TableSpec::name); spec != tables.end())
      spec->key.clear();
  std::erase_if(tables, [](const TableSpec& t) { return t.columns.empty(); });
}

void Lists::write(Output& out) const {
  for (const auto& t : tables_) {
    const auto ours = [&](const std::string& column) {
      return std::ranges::find(t.own, column, &ColumnSpec::name) != t.own.end();
    };
    const auto taken = [&](const std::string& column) { return !ours(column) || out.has(t.name, column); };
    if (!out.has(t.name) && !t.own.empty()) continue;
    for (const auto& row : t.rows) {
      auto& r = out.row(t.name);
      for (const auto& [column, value] : t.constants) r.set_as_declared(column, value);
      for (std::size_t i = 0; i < row.size(); ++i)
        if (!row[i].empty() && taken(t.columns[i])) r.set_as_declared(t.columns[i], row[i]);
      out.write(r);
    }
  }
}

}  // namespace versoir::samples
