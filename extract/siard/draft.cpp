// tables.xml drafted from the metadata of an archive.
#include "extract/siard/draft.hpp"

#include "core/file.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace versoir::extract {

namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

std::string words_or(const std::string& text, const std::string& otherwise) {
  auto out = core::single_line(core::xml_characters(text));
  return out.empty() ? core::single_line(core::xml_characters(otherwise)) : out;
}

/// Names of the leaves of these columns; nullopt when one of them is no plain column.
std::optional<std::vector<std::string>> leaf_names(const SiardTableRead& table,
                                                   const std::vector<std::string>& columns) {
  std::vector<std::string> out;
  for (const auto& c : columns) {
    const auto* leaf = table.single_leaf(c);
    if (!leaf) return std::nullopt;
    out.push_back(leaf->name);
  }
  return out;
}

std::string joined_names(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, " "));
}

/// A reference whose both ends are in the archive.
struct DraftReference {
  std::vector<std::string> columns, to;
  std::string table;
};

std::vector<DraftReference> draft_references(const SiardDatabase& db, const SiardTableRead& table) {
  std::vector<DraftReference> out;
  for (const auto& key : table.foreign_keys) {
    const auto target = std::ranges::find_if(db.tables, [&](const SiardTableRead& t) {
      return t.original_name == key.table && (t.schema == key.schema || key.schema.empty());
    });
    if (target == db.tables.end() || key.columns.empty()) continue;
    std::vector<std::string> here, there;
    for (const auto& [from, to] : key.columns) here.push_back(from), there.push_back(to);
    const auto columns = leaf_names(table, here), to = leaf_names(*target, there);
    if (columns && to) out.push_back({*columns, *to, target->name});
  }
  return out;
}

void draft_table(core::XmlWriter& xml, const SiardDatabase& db, const SiardTableRead& table) {
  const auto label = words_or(table.description, table.original_name);
  const auto key = leaf_names(table, table.primary_key).value_or(std::vector<std::string>());
  const auto key_text = joined_names(key);
  Pairs attributes{{"name", table.name}, {"label", label}, {"evidence", "inferred"}};
  if (!key.empty()) attributes.emplace_back("key", key_text);
  xml.open_with("table", attributes);
  const auto references = draft_references(db, table);
  for (const auto& r : references)
    if (r.columns.size() > 1)
      xml.empty("reference",
                {{"columns", joined_names(r.columns)}, {"table", r.table}, {"to", joined_names(r.to)}});
  for (const auto& leaf : table.leaves) {
    const auto column_label = words_or(leaf.description, leaf.original_name);
    const auto type = words_or(leaf.type_original.empty() ? leaf.type : leaf.type_original, "?");
    std::string target;
    for (const auto& r : references)
      if (r.columns.size() == 1 && r.columns.front() == leaf.name && target.empty())
        target = r.table + "." + r.to.front();
    Pairs words{{"name", leaf.name}, {"type", type}, {"label", column_label}};
    if (!target.empty()) words.emplace_back("references", target);
    words.emplace_back("evidence", "inferred");
    xml.leaf_with("column", "", words);
  }
  xml.close();
}

}  // namespace

std::string draft_siard_dictionary(const SiardDatabase& db, std::string_view application) {
  core::StringSink sink;
  core::XmlWriter xml(sink);
  xml.declaration();
  const auto label = words_or(db.name, std::string(application));
  const std::string schema =
      db.schemas.size() == 1 ? core::xml_characters(db.schemas.front()) : std::string();
  Pairs attributes{{"xmlns", "urn:versoir:profile:1"}, {"application", application}, {"label", label}};
  if (!schema.empty()) attributes.emplace_back("schema", schema);
  attributes.emplace_back("version", "0.1");
  xml.open_with("tables", attributes);
  for (const auto& table : db.tables)
    if (!table.leaves.empty()) draft_table(xml, db, table);
  xml.close();
  return std::move(sink.text);
}

SiardDraft draft_siard(const std::filesystem::path& file, std::string_view application) {
  const core::ZipArchive zip(file, core::Exit::source_data);
  const auto db = read_siard_metadata(zip);
  SiardDraft out;
  out.application = application;
  if (out.application.empty()) {
    for (const char c : core::slug(db.name))
      out.application += c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    while (out.application.starts_with('-')) out.application.erase(0, 1);
    if (out.application.empty() || out.application.front() < 'a' || out.application.front() > 'z')
      out.application.insert(0, "siard-");
  }
  out.label = db.name;
  out.tables = draft_siard_dictionary(db, out.application);
  return out;
}

}  // namespace versoir::extract
