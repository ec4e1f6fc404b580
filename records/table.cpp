// See table.hpp.
#include "records/table.hpp"

#include "core/clock.hpp"
#include "core/csv.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "records/people.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versoir::records {

namespace {

using core::Json;
using profiles::FieldType;

/// One column of the table: a field, or what its values mean.
struct Column {
  std::size_t field;
  bool label;
  std::string name, title;
};

const parts::Section& find_section(const std::vector<parts::Section>& all, std::string_view node) {
  const auto at = std::ranges::find_if(all, [&](const auto& s) { return s.node->name == node; });
  if (at == all.end())
    throw core::Error(core::Exit::unexpected, core::msg("The record has no node {0}.", node));
  return *at;
}

std::vector<Column> table_columns(const profiles::Node& node) {
  std::vector<Column> columns;
  for (std::size_t i = 0; i < node.fields.size(); ++i) {
    const auto& field = node.fields[i];
    if (field.hidden) continue;
    columns.push_back({i, false, field.name, field.label});
    if (profiles::has_label_column(field))
      columns.push_back({i, true, profiles::label_column(field), field.label + " (libellé)"});
  }
  return columns;
}

std::optional<std::string> value_of(const Cell& cell, const Column& column) {
  if (!column.label) return cell.value;
  if (cell.label.empty()) return std::nullopt;
  return cell.label;
}

bool is_date(std::string_view text) { return text.size() == 10 && core::parse_date(text); }

/// YYYY-MM-DDTHH:MM:SS, perhaps a fraction.
bool is_instant(std::string_view text) {
  if (text.size() < 19 || !is_date(text.substr(0, 10)) || text[10] != 'T') return false;
  const auto zoned = std::string(text.substr(0, 19)) + "Z";
  return core::parse_instant(zoned) &&
         (text.size() == 19 || (text[19] == '.' && parts::all_digits(text.substr(20))));
}

struct Kind {
  const char* datatype;
  bool (*fits)(std::string_view);
};

Kind kind_of(FieldType type) {
  switch (type) {
    case FieldType::integer:
      return {"integer", parts::is_integer};
    case FieldType::decimal:
      return {"decimal", parts::is_decimal};
    case FieldType::date:
      return {"date", is_date};
    case FieldType::datetime:
      return {"dateTime", is_instant};
    default:
      return {"string", nullptr};
  }
}

std::string datatype_of(const parts::Section& section, const Column& column) {
  const auto kind = kind_of(section.node->fields[column.field].type);
  if (column.label || !kind.fits) return "string";
  const bool fits = std::ranges::all_of(section.rows, [&](const RowNode* row) {
    const auto& value = row->cells[column.field].value;
    return !value || kind.fits(*value);
  });
  return fits ? kind.datatype : "string";
}

}  // namespace

void write_table_csv(const Record& record, std::string_view node, core::ByteSink& sink) {
  const auto all = parts::sections(record.root);
  const auto& section = find_section(all, node);
  const auto columns = table_columns(*section.node);
  core::CsvWriter csv(sink, core::CsvFor::programs, ',', "\r\n");
  std::vector<std::optional<std::string>> fields;
  for (const auto& column : columns) fields.emplace_back(column.name);
  csv.row(fields);
  for (const auto* row : section.rows) {
    fields.clear();
    for (const auto& column : columns) fields.push_back(value_of(row->cells[column.field], column));
    csv.row(fields);
  }
}

void write_table_description(const Record& record, std::string_view node, std::string_view file_name,
                             const RecordProvenance& provenance, core::ByteSink& sink) {
  const auto all = parts::sections(record.root);
  const auto& section = find_section(all, node);
  Json columns = Json::array();
  for (const auto& column : table_columns(*section.node))
    columns.push_back({{"name", column.name},
                       {"titles", {column.name, column.title}},
                       {"datatype", datatype_of(section, column)}});
  const Json description{
      {"@context", {"http://www.w3.org/ns/csvw", {{"@language", "fr"}}}},
      {"url", core::percent_encoded(file_name)},
      {"dc:title", parts::title_of(record, nullptr, Readers::archive) + " : " + section.node->label},
      {"dc:source", "Application " + provenance.application + ", extrait " + provenance.extract_root},
      {"dc:date", provenance.extract_date},
      {"dialect",
       {{"encoding", "utf-8"}, {"delimiter", ","}, {"header", true}, {"lineTerminators", {"\r\n"}}}},
      {"tableSchema", {{"columns", columns}}}};
  sink.write(core::pretty_json(description));
}

}  // namespace versoir::records
