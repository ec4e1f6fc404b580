// Schemas of an archive, and what they say of its documents.
#include "extract/siard/check_schema.hpp"

#include "core/xml.hpp"
#include "extract/siard/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace versoir::extract {

namespace {

using core::Exit;
using core::msg;

constexpr std::size_t most_issues = 20;
constexpr std::uint64_t schema_most = 64u << 20;

std::string_view without_prefix(std::string_view type) { return type.substr(type.find(':') + 1); }

/// Simple types of a table whose values are of this kind. Producers choose among them.
bool fits_type(std::string_view xml, const SiardLeaf& leaf) {
  const auto type = without_prefix(xml);
  const auto one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, type) != names.end();
  };
  switch (leaf.kind) {
    case ColumnKind::integer:
    case ColumnKind::number:
      return one_of({"integer", "decimal", "float", "double", "long", "int", "short"});
    case ColumnKind::boolean:
      return one_of({"boolean"});
    case ColumnKind::date:
      return one_of({"date", "dateType"});
    case ColumnKind::timestamp:
      return one_of({"dateTime", "dateTimeType"});
    case ColumnKind::text:
      return one_of({"string", "clobType"});
    case ColumnKind::binary:
      return one_of({"hexBinary", "blobType", "clobType"});
    case ColumnKind::other:
      break;
  }
  return true;
}

/// The elements of a row.
std::optional<std::vector<const core::XmlElement*>> row_elements(const core::XmlElement& schema) {
  for (const auto* type : schema.all("complexType")) {
    if (type->attribute_or("name", "") != "recordType" && type->attribute_or("name", "") != "rowType")
      continue;
    const auto* sequence = type->child("sequence");
    if (sequence) return sequence->all("element");
  }
  return std::nullopt;
}

}  // namespace

void check_table_schema(const std::string& xsd, const SiardTableRead& table, SiardNotes& notes) {
  auto where = table.file;
  where.replace(where.size() - 3, 3, "xsd");
  std::optional<core::XmlElement> schema;
  try {
    schema = core::parse_xml(xsd, where, Exit::source_data);
  } catch (const core::Error& e) {
    return notes.error("P_4.3-2", e, where);
  }
  const auto elements = row_elements(*schema);
  if (!elements)
    return notes.warning("P_4.3-2", msg("the type of a row is not found under its usual name"), where);
  for (const auto* id : {"P_4.3-2", "P_4.3-3", "P_4.3-7", "T_6.1-2"}) notes.judged(id);
  if (elements->size() != table.column_count)
    notes.error("P_4.3-2",
                msg("the schema has {0} columns, the metadata {1}", elements->size(), table.column_count),
                where);
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const auto& e = *(*elements)[i];
    const auto name = e.attribute_or("name", "");
    if (name != fmt::format("c{}", i + 1))
      notes.error("T_6.1-2", msg("the element {0} stands where c{1} should", name, i + 1),
                  fmt::format("{}:{}", where, e.line));
    if (i >= table.columns.size()) continue;
    const auto* leaf = table.single_leaf(table.columns[i]);
    if (!leaf) continue;  // a structured type or an array: its own schema judges it
    if (const auto type = e.attribute("type"); type && !fits_type(*type, *leaf))
      notes.error(
          "P_4.3-3",
          msg("{0} is {1} in the schema and {2} in the metadata", table.columns[i], *type, leaf->type),
          fmt::format("{}:{}", where, e.line));
    const bool optional = e.attribute_or("minOccurs", "1") == "0";
    if (optional != leaf->nullable)
      notes.error("P_4.3-7",
                  optional ? msg("{0} may be NULL in the schema and not in the metadata", table.columns[i])
                           : msg("{0} may be NULL in the metadata and not in the schema", table.columns[i]),
                  fmt::format("{}:{}", where, e.line));
  }
}

void check_rows_by_schema(const core::ZipArchive& zip, const std::string& xsd, const SiardTableRead& table,
                          SiardNotes& notes) {
  const auto* entry = zip.find(table.file);
  if (!entry) return;
  notes.judged("T_6.0-2");
  try {
    const auto grammar = core::Grammar::from_xsd(xsd, table.file);
    core::XmlLimits limits;
    limits.bytes = std::uint64_t{1} << 44;
    limits.text = std::size_t{1} << 28;
    auto content = std::make_shared<core::ZipContent>(zip, *entry);
    const auto issues = grammar.validate_bytes(
        [content](char* to, std::size_t room) { return content->read(to, room); }, most_issues, limits);
    for (const auto& issue : issues)
      notes.error("T_6.0-2", msg("not as its schema says: {0}", issue.message),
                  fmt::format("{}:{}", table.file, issue.line));
  } catch (const core::Error& e) {
    notes.error("T_6.0-2", e, table.file);
  }
}

void check_metadata_by_schema(const core::ZipArchive& zip, const std::string& version, SiardNotes& notes) {
  const bool ours = version != "1.0" && version != "2.0";
  std::string xsd(siard_schema("metadata-2.2.xsd"));
  try {
    if (!ours) {
      const auto* carried = zip.find("header/metadata.xsd");
      if (!carried) return;
      xsd = zip.read(*carried, schema_most);
    }
    const auto* entry = zip.find(siard_metadata_name);
    if (!entry) return;
    notes.judged("M_5.0-1");
    const auto grammar = core::Grammar::from_xsd(xsd, "metadata.xsd");
    auto content = std::make_shared<core::ZipContent>(zip, *entry);
    for (const auto& issue : grammar.validate_bytes(
             [content](char* to, std::size_t room) { return content->read(to, room); }, most_issues))
      notes.error("M_5.0-1", msg("not as its schema says: {0}", issue.message),
                  fmt::format("{}:{}", siard_metadata_name, issue.line));
  } catch (const core::Error& e) {
    notes.error("M_5.0-1", e, std::string(siard_metadata_name));
  }
}

}  // namespace versoir::extract
