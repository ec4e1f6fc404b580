// The dictionary of a sample database and the filling of its rows.
#include "output.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <sstream>

namespace versoir::samples {

namespace {

using core::Error;
using core::Exit;
using core::msg;

/// 40 of VARCHAR2(40), 0 of DATE and NUMBER(8).
int text_width(std::string_view type) {
  if (type.find("CHAR") == std::string_view::npos) return 0;
  const auto open = type.find('(');
  if (open == std::string_view::npos) return 0;
  int width = 0;
  for (const char c : type.substr(open + 1)) {
    if (c < '0' || c > '9') break;
    width = width * 10 + (c - '0');
  }
  return width;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string milli_text(Milli m) {
  const auto v = m.thousandths < 0 ? -m.thousandths : m.thousandths;
  auto text = fmt::format("{}{}", m.thousandths < 0 ? "-" : "", v / 1000);
  if (const auto rest = v % 1000; rest != 0) {
    text += fmt::format(".{:03}", rest);
    while (text.back() == '0') text.pop_back();
  }
  return text;
}

std::string moment_text(Moment m) {
  const std::chrono::year_month_day d{m.day};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(d.year()),
                     static_cast<unsigned>(d.month()), static_cast<unsigned>(d.day()), m.seconds / 3600,
                     m.seconds / 60 % 60, m.seconds % 60);
}

ColumnSpec column_spec(std::string name, std::string type) {
  const int width = text_width(type);
  return {std::move(name), std::move(type), width};
}

std::vector<TableSpec> read_dictionary(const std::filesystem::path& profile_folder) {
  const auto path = profile_folder / "tables.xml";
  const auto text = core::read_file(path);
  const auto root = core::parse_xml(text, path.string(), Exit::profile_invalid);
  std::vector<TableSpec> tables;
  for (const auto* t : root.all("table")) {
    TableSpec spec{t->attribute_or("name", ""), {}, {}};
    std::istringstream key{t->attribute_or("key", "")};
    for (std::string name; key >> name;) spec.key.push_back(name);
    for (const auto* c : t->all("column"))
      spec.columns.push_back(column_spec(c->attribute_or("name", ""), c->attribute_or("type", "")));
    tables.push_back(std::move(spec));
  }
  return tables;
}

Record::Record(const TableSpec& spec, std::size_t number)
    : spec_(&spec), number_(number), cells_(spec.columns.size()) {
  for (std::size_t i = 0; i < spec.columns.size(); ++i) at_.emplace(spec.columns[i].name, i);
}

std::size_t Record::find(std::string_view column) const {
  const auto it = at_.find(column);
  if (it == at_.end())
    throw Error(Exit::unexpected,
                msg("the generator fills {0}.{1}, which is not in the dictionary", spec_->name, column));
  return it->second;
}

Record& Record::put(std::string_view column, Cell value) {
  cells_[find(column)] = std::move(value);
  return *this;
}

Record& Record::set(std::string_view column, std::string_view text) {
  const auto i = find(column);
  const int width = spec_->columns[i].width;
  if (width > 0 && text.size() > static_cast<std::size_t>(width) &&
      characters(text) > static_cast<std::size_t>(width))
    throw Error(Exit::unexpected, msg("“{0}” does not fit in {1}.{2}", text, spec_->name, column));
  if (auto* s = std::get_if<std::string>(&cells_[i]))
    s->assign(text);
  else
    cells_[i].emplace<std::string>(text);
  return *this;
}

Record& Record::set_as_declared(std::string_view column, std::string_view text) {
  const auto& type = spec_->columns[find(column)].type;
  const auto wrong = [&] {
    return Error(Exit::unexpected, msg("“{0}” is no {1}: {2}.{3}", text, type, spec_->name, column));
  };
  if (type == "DATE") {
    int y = 0;
    unsigned m = 0, d = 0;
    if (std::sscanf(std::string{text}.c_str(), "%4d-%2u-%2u", &y, &m, &d) != 3) throw wrong();
    return set(column, day(y, m, d));
  }
  if (!type.starts_with("NUMBER")) return set(column, text);
  const auto point = text.find('.');
  std::int64_t whole = 0;
  const auto* end = text.data() + std::min(point, text.size());
  if (std::from_chars(text.data(), end, whole).ptr != end) throw wrong();
  if (point == std::string_view::npos) return set(column, whole);
  auto decimals = std::string{text.substr(point + 1)};
  decimals.resize(3, '0');
  return set(column, Milli{whole * 1000 + std::stoi(decimals)});
}

void Record::clear() { std::ranges::fill(cells_, Cell{}); }

Output::Output(std::vector<TableSpec> tables, std::unique_ptr<Sink> sink)
    : tables_(std::move(tables)), sink_(std::move(sink)) {
  records_.reserve(tables_.size());
  for (std::size_t i = 0; i < tables_.size(); ++i) {
    records_.push_back(Record{tables_[i], i});
    by_name_.emplace(tables_[i].name, i);
    counts_[tables_[i].name] = 0;
  }
  sink_->create(tables_);
}

bool Output::has(std::string_view table, std::string_view column) const {
  const auto it = by_name_.find(table);
  if (it == by_name_.end()) return false;
  return column.empty() || std::ranges::find(tables_[it->second].columns, column, &ColumnSpec::name) !=
                               tables_[it->second].columns.end();
}

Record& Output::row(std::string_view table) {
  const auto it = by_name_.find(table);
  if (it == by_name_.end())
    throw Error(Exit::unexpected, msg("the generator fills {0}, which is not in the dictionary", table));
  auto& record = records_[it->second];
  record.clear();
  return record;
}

void Output::write(const Record& row) {
  sink_->write(row.number_, row.cells_);
  ++counts_.find(row.spec_->name)->second;
}

void Output::finish() { sink_->finish(); }

}  // namespace versoir::samples
