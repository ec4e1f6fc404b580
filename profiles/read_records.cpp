// records.xml: each business record as a tree of named queries.
#include "core/text.hpp"
#include "profiles/parts.hpp"

#include <algorithm>

namespace versoir::profiles::parts {

using core::msg;
using core::XmlElement;

namespace {

/// The XML element of a row or of a field: '_' of SQL becomes '-'.
std::string element_name(std::string name) {
  std::ranges::replace(name, '_', '-');
  return name;
}

Node read_node(const XmlElement& e, const std::string& record, Reading& r) {
  Node n;
  n.name = core::trim(e.attribute_or("name", ""));
  n.label = e.attribute_or("label", "");
  n.list = !yes(e, "single", false);
  n.archived = yes(e, "archived", true);
  if (const auto* sql = e.child("sql")) {
    n.sql = core::trim(sql->text);
    n.line = sql->line;
  }
  // Fields and child nodes are sibling elements in the XML of a record: their names must differ.
  std::set<std::string> names;
  for (const auto* f : e.all("field")) {
    n.fields.push_back(read_field(*f, r));
    if (!names.insert(element_name(n.fields.back().name)).second)
      r.defect(msg("{0}: the node {1} of record {2} has the field {3} twice", r.at(*f), n.name, record,
                   n.fields.back().name));
  }
  for (const auto* c : e.all("node")) {
    n.children.push_back(read_node(*c, record, r));
    if (!names.insert(element_name(n.children.back().name)).second)
      r.defect(msg("{0}: the node {1} of record {2} already has a field or node named {3}", r.at(*c), n.name,
                   record, n.children.back().name));
  }
  return n;
}

}  // namespace

void read_records(const XmlElement& root, Reading& r) {
  for (const auto* e : root.all("record")) {
    RecordDef record;
    record.id = core::trim(e->attribute_or("id", ""));
    record.label = e->attribute_or("label", "");
    record.key = split_words(e->attribute_or("key", ""));
    if (r.app.find_record(record.id))
      r.defect(msg("{0}: the record {1} is declared twice", r.at(*e), record.id));
    if (std::set<std::string>(record.key.begin(), record.key.end()).size() != record.key.size())
      r.defect(msg("{0}: the key of record {1} names a column twice", r.at(*e), record.id));
    if (const auto* node = e->child("node")) {
      record.root = read_node(*node, record.id, r);
      record.root.list = false;  // the root is the record: one row
      if (!record.root.archived)
        r.defect(msg("{0}: the first node of the record {1} is the record: it is archived", r.at(*node),
                     record.id));
    }
    r.app.records.push_back(std::move(record));
  }
}

}  // namespace versoir::profiles::parts
