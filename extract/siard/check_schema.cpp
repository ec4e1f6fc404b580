// Schemas of an archive, and what they say of its documents.
#include "extract/siard/check_schema.hpp"

#include "core/xml.hpp"
#include "extract/siard/flatten.hpp"
#include "extract/siard/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <set>

namespace versoir::extract {

namespace {

using core::Exit;
using core::msg;

constexpr std::size_t most_issues = 20;
constexpr std::uint64_t schema_most = 64u << 20;

std::string_view without_prefix(std::string_view type) { return type.substr(type.find(':') + 1); }

/// Simple types of a table whose values are of this kind. Producers choose among them.
bool fits_type(std::string_view xml, ColumnKind kind) {
  const auto type = without_prefix(xml);
  const auto one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, type) != names.end();
  };
  switch (kind) {
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

/// The columns of a table in the metadata, in their order.
std::vector<const core::XmlElement*> column_elements(const core::XmlElement& metadata,
                                                     const SiardTableRead& table) {
  const auto* schemas = metadata.child("schemas");
  for (const auto* schema : schemas ? schemas->all("schema") : std::vector<const core::XmlElement*>()) {
    const auto* tables = schema->child("tables");
    const auto folder = "content/" + schema->child_text("folder") + "/";
    for (const auto* t : tables ? tables->all("table") : std::vector<const core::XmlElement*>())
      if (folder + t->child_text("folder") + "/" == table.folder)
        if (const auto* columns = t->child("columns")) return columns->all("column");
  }
  return {};
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

/// A column of the metadata and its element in the schema of its table, structured types and arrays included.
class ColumnForm {
 public:
  ColumnForm(const SiardTableRead& table, const SiardTypes& types, std::string where, SiardNotes& notes)
      : table_(table), types_(types), where_(std::move(where)), notes_(notes) {}

  /// `declared`: a column, or an attribute of a type; `field`: what names its parts, may be null.
  void judge(const core::XmlElement& declared, const core::XmlElement* field, const core::XmlElement& element,
             int depth = 0) {
    if (depth > deepest) return;
    if (const auto count = cardinality(declared); count > 0) return judge_array(declared, count, element);
    const auto name = declared.child_text("typeName");
    if (name.empty())
      return judge_type(depth == 0 ? "P_4.3-3" : "P_4.3-6", declared.child_text("type"), declared, element);
    const auto schema = declared.child_text("typeSchema");
    const auto type = types_.find({schema.empty() ? table_.schema : schema, name});
    if (type == types_.end()) return;  // told by the schema of the metadata, or by nobody: V_KEYS
    if (const auto* attributes = type->second->child("attributes"))
      judge_structure(*attributes, field, element, depth);
    else
      judge_type("P_4.3-4", type->second->child_text("base"), declared, element);
  }

 private:
  static constexpr int deepest = 16;
  static constexpr std::size_t most_described = 100;

  static std::size_t cardinality(const core::XmlElement& e) {
    const auto text = e.child_text("cardinality");
    std::size_t n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
  }

  static std::vector<const core::XmlElement*> parts_of(const core::XmlElement& element) {
    const auto* type = element.child("complexType");
    const auto* sequence = type ? type->child("sequence") : nullptr;
    return sequence ? sequence->all("element") : std::vector<const core::XmlElement*>();
  }

  [[nodiscard]] std::string at(const core::XmlElement& e) const {
    return fmt::format("{}:{}", where_, e.line);
  }

  void judge_type(const char* id, const std::string& type, const core::XmlElement& declared,
                  const core::XmlElement& element) {
    notes_.judged(id);
    const auto xml = element.attribute("type");
    if (!xml || type.empty() || fits_type(*xml, siard_kind(type))) return;
    notes_.error(
        id, msg("{0} is {1} in the schema and {2} in the metadata", declared.child_text("name"), *xml, type),
        at(element));
  }

  void judge_numbers(char letter, const std::vector<const core::XmlElement*>& parts) {
    notes_.judged("T_6.1-4");
    for (std::size_t i = 0; i < parts.size(); ++i)
      if (const auto name = parts[i]->attribute_or("name", ""); name != fmt::format("{}{}", letter, i + 1))
        notes_.error("T_6.1-4",
                     msg("the element {0} stands where {1}{2} should", name, std::string(1, letter), i + 1),
                     at(*parts[i]));
  }

  void judge_array(const core::XmlElement& declared, std::size_t count, const core::XmlElement& element) {
    notes_.judged("P_4.3-5");
    const auto parts = parts_of(element);
    // The SIARD Suite describes the arrays of Oracle's geometries, of 1 048 576 elements, as one value.
    if (parts.empty() && count > most_described) return;
    if (parts.empty() || parts.size() > count)
      notes_.error("P_4.3-5",
                   msg("{0} is an array of {1} elements in the metadata, the schema has {2}",
                       declared.child_text("name"), count, parts.size()),
                   at(element));
    judge_numbers('a', parts);
    for (const auto* part : parts)
      if (declared.child_text("typeName").empty())
        judge_type("P_4.3-5", declared.child_text("type"), declared, *part);
  }

  void judge_structure(const core::XmlElement& attributes, const core::XmlElement* field,
                       const core::XmlElement& element, int depth) {
    notes_.judged("P_4.3-6");
    const auto declared = attributes.all("attribute");
    const auto parts = parts_of(element);
    if (parts.size() != declared.size())
      return notes_.error("P_4.3-6",
                          msg("the structured type has {0} attributes in the metadata, the schema has {1}",
                              declared.size(), parts.size()),
                          at(element));
    judge_numbers('u', parts);
    const auto* list = field ? field->child("fields") : nullptr;
    const auto fields = list ? list->all("field") : std::vector<const core::XmlElement*>();
    if (list) judge_fields(declared, fields, *list);
    for (std::size_t i = 0; i < parts.size(); ++i)
      judge(*declared[i], i < fields.size() ? fields[i] : nullptr, *parts[i], depth + 1);
  }

  void judge_fields(const std::vector<const core::XmlElement*>& attributes,
                    const std::vector<const core::XmlElement*>& fields, const core::XmlElement& list) {
    notes_.judged("P_4.3-9");
    bool same = attributes.size() == fields.size();
    for (std::size_t i = 0; same && i < fields.size(); ++i)
      same = attributes[i]->child_text("name") == fields[i]->child_text("name");
    if (!same)
      notes_.error("P_4.3-9", msg("the fields of the column do not follow the attributes of its type"),
                   fmt::format("{}:{}", siard_metadata_name, list.line));
  }

  const SiardTableRead& table_;
  const SiardTypes& types_;
  std::string where_;
  SiardNotes& notes_;
};

/// The schema says table, row, and columns of types that the standard knows.
void judge_frame(const core::XmlElement& schema, const std::vector<const core::XmlElement*>& elements,
                 const std::string& where, SiardNotes& notes) {
  notes.judged("T_6.1-1");
  const auto tables = schema.all("element");
  if (std::ranges::none_of(tables, [](const auto* e) { return e->attribute_or("name", "") == "table"; }))
    notes.error("T_6.1-1", msg("the schema describes no element table"), where);
  notes.judged("T_6.1-3");
  for (const auto* e : elements) {
    const auto type = e->attribute("type");
    // Without a prefix a type is one of the schema itself.
    if (!type || type->find(':') != std::string::npos) continue;
    static constexpr std::array<std::string_view, 5> known{"clobType", "blobType", "dateType", "timeType",
                                                           "dateTimeType"};
    if (std::ranges::find(known, *type) == known.end())
      notes.error("T_6.1-3", msg("the type {0} is none that the standard knows", *type),
                  fmt::format("{}:{}", where, e->line));
  }
}

/// Where the names are all there in another order it is their order that is wrong, else their numbering.
void judge_order(const std::vector<const core::XmlElement*>& elements, const std::string& where,
                 SiardNotes& notes) {
  notes.judged("P_4.3-8");
  notes.judged("T_6.1-2");
  std::set<std::string> names, wanted;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    names.insert(elements[i]->attribute_or("name", ""));
    wanted.insert(fmt::format("c{}", i + 1));
  }
  const auto* id = names == wanted ? "P_4.3-8" : "T_6.1-2";
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (const auto name = elements[i]->attribute_or("name", ""); name != fmt::format("c{}", i + 1))
      notes.error(id, msg("the element {0} stands where c{1} should", name, i + 1),
                  fmt::format("{}:{}", where, elements[i]->line));
}

}  // namespace

void check_table_schema(const std::string& xsd, const SiardTableRead& table, const core::XmlElement& metadata,
                        SiardNotes& notes) {
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
  for (const auto* id :
       {"P_4.3-2", "P_4.3-3", "P_4.3-4", "P_4.3-5", "P_4.3-6", "P_4.3-7", "P_4.3-9", "T_6.1-4"})
    notes.judged(id);
  judge_frame(*schema, *elements, where, notes);
  judge_order(*elements, where, notes);
  if (elements->size() != table.column_count)
    notes.error("P_4.3-2",
                msg("the schema has {0} columns, the metadata {1}", elements->size(), table.column_count),
                where);
  const auto columns = column_elements(metadata, table);
  const auto types = read_siard_types(metadata);
  ColumnForm form(table, types, where, notes);
  for (std::size_t i = 0; i < elements->size() && i < columns.size(); ++i) {
    const auto& e = *(*elements)[i];
    form.judge(*columns[i], columns[i], e);
    const auto said = columns[i]->child_text("nullable");
    const bool nullable = said != "false" && said != "0", optional = e.attribute_or("minOccurs", "1") == "0";
    // An array or a structured value may be absent whatever its parts: its own schema judges it.
    if (optional != nullable && !e.child("complexType"))
      notes.error("P_4.3-7",
                  optional ? msg("{0} may be NULL in the schema and not in the metadata", table.columns[i])
                           : msg("{0} may be NULL in the metadata and not in the schema", table.columns[i]),
                  fmt::format("{}:{}", where, e.line));
  }
}

namespace {

/// More digits than libxml2 can hold in xs:decimal and xs:integer (24, in 2.9.14): it refuses longer ones,
/// which the standard lets a schema have, and Oracle's NUMBER(38) needs.
bool has_long_numbers(const SiardTableRead& table) {
  constexpr int most_digits = 24;
  return std::ranges::any_of(table.leaves, [](const SiardLeaf& leaf) {
    const auto word = siard_type_word(leaf.type);
    if (word != "DECIMAL" && word != "NUMERIC" && word != "DEC") return false;
    int digits = 0;
    if (const auto open = leaf.type.find('('); open != std::string::npos)
      std::from_chars(leaf.type.data() + open + 1, leaf.type.data() + leaf.type.size(), digits);
    return digits == 0 || digits > most_digits;
  });
}

/// The schema with its plain decimals and integers as texts: T_6.0-1 judges the values themselves.
std::string with_numbers_as_texts(std::string xsd) {
  constexpr std::string_view space = "=\"http://www.w3.org/2001/XMLSchema\"";
  const auto at = xsd.find(space);
  const auto colon = at == std::string::npos ? at : xsd.rfind(':', at);
  if (colon == std::string::npos || xsd.compare(colon - std::min<std::size_t>(colon, 5), 5, "xmlns") != 0)
    return xsd;
  const auto prefix = xsd.substr(colon + 1, at - colon - 1);
  for (const std::string_view type : {"decimal", "integer"}) {
    const auto written = fmt::format("type=\"{}:{}\"", prefix, type),
               text = fmt::format("type=\"{}:string\"", prefix);
    for (auto found = xsd.find(written); found != std::string::npos;
         found = xsd.find(written, found + text.size()))
      xsd.replace(found, written.size(), text);
  }
  return xsd;
}

}  // namespace

void check_rows_by_schema(const core::ZipArchive& zip, const std::string& xsd, const SiardTableRead& table,
                          SiardNotes& notes) {
  const auto* entry = zip.find(table.file);
  if (!entry) return;
  notes.judged("T_6.0-2");
  try {
    const auto grammar =
        core::Grammar::from_xsd(has_long_numbers(table) ? with_numbers_as_texts(xsd) : xsd, table.file);
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
    if (!zip.find(siard_metadata_name)) return;
    notes.judged("M_5.0-1");
    const auto grammar = core::Grammar::from_xsd(xsd, "metadata.xsd");
    for (const auto& issue : grammar.validate(siard_metadata_text(zip), most_issues))
      notes.error("M_5.0-1", msg("not as its schema says: {0}", issue.message),
                  fmt::format("{}:{}", siard_metadata_name, issue.line));
  } catch (const core::Error& e) {
    notes.error("M_5.0-1", e, std::string(siard_metadata_name));
  }
}

}  // namespace versoir::extract
