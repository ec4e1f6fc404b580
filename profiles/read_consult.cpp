// consult.xml: what is searched, and how a record is laid out for reading.
#include "core/text.hpp"
#include "profiles/parts.hpp"

#include <algorithm>

namespace versoir::profiles::parts {

using core::msg;
using core::XmlElement;

namespace {

SearchDef::Term::Kind term_kind(std::string_view text) {
  using Kind = SearchDef::Term::Kind;
  if (text == "number") return Kind::number;
  return text == "date" ? Kind::date : Kind::name;
}

void read_search(const XmlElement& e, Reading& r) {
  SearchDef s;
  s.id = core::trim(e.attribute_or("id", ""));
  s.label = e.attribute_or("label", "");
  s.record = core::trim(e.attribute_or("record", ""));
  s.sql = e.child_text("sql");
  for (const auto* t : e.all("term"))
    s.terms.push_back({core::trim(t->attribute_or("column", "")), t->attribute_or("label", ""),
                       term_kind(core::trim(t->attribute_or("kind", "name")))});
  for (const auto* f : e.all("shown")) s.shown.push_back(read_field(*f, r));
  if (std::ranges::any_of(r.app.searches, [&](const SearchDef& other) { return other.id == s.id; }))
    r.defect(msg("{0}: the search {1} is declared twice", r.at(e), s.id));
  if (!r.app.find_record(s.record))
    r.unknown(e, msg("{0}: the record {1} is not declared in records.xml", r.at(e), s.record), s.record,
              names_of(r.app.records, &RecordDef::id));
  r.app.searches.push_back(std::move(s));
}

/// Names of root children; one that the record does not have is a defect.
std::vector<std::string> root_nodes(const XmlElement& e, const SheetDef& sheet, const RecordDef* record,
                                    Reading& r) {
  auto names = split_words(e.attribute_or("nodes", ""));
  for (const auto& name : names)
    if (record && std::ranges::none_of(record->root.children, [&](const Node& n) { return n.name == name; }))
      r.unknown(e, msg("{0}: the record {1} has no node {2} under its root", r.at(e), sheet.record, name),
                name, names_of(record->root.children, &Node::name));
  return names;
}

void read_sheet(const XmlElement& e, Reading& r) {
  SheetDef sheet;
  sheet.record = core::trim(e.attribute_or("record", ""));
  sheet.title = e.attribute_or("title", "");
  const auto* record = r.app.find_record(sheet.record);
  std::vector<std::string> names;
  if (record)
    for (const auto& f : record->root.fields) {
      names.push_back(f.name);
      if (has_label_column(f)) names.push_back(label_column(f));
    }
  check_template(sheet.title, e, r, record ? &names : nullptr);
  if (!record)
    r.unknown(e, msg("{0}: the record {1} is not declared in records.xml", r.at(e), sheet.record),
              sheet.record, names_of(r.app.records, &RecordDef::id));
  for (const auto* t : e.all("tab"))
    sheet.tabs.emplace_back(t->attribute_or("label", ""), root_nodes(*t, sheet, record, r));
  for (const auto* z : e.all("zone"))
    sheet.zones.push_back({core::trim(z->attribute_or("name", "")), z->attribute_or("label", ""),
                           root_nodes(*z, sheet, record, r)});
  read_sheet_documents(e, r, record, sheet);
  if (std::ranges::any_of(r.app.sheets, [&](const SheetDef& other) { return other.record == sheet.record; }))
    r.defect(msg("{0}: the record {1} has two sheets", r.at(e), sheet.record));
  r.app.sheets.push_back(std::move(sheet));
}

}  // namespace

void read_consult(const XmlElement& root, Reading& r) {
  for (const auto* e : root.all("search")) read_search(*e, r);
  for (const auto* e : root.all("list")) read_list(*e, r);
  for (const auto* e : root.all("sheet")) read_sheet(*e, r);
}

}  // namespace versoir::profiles::parts
