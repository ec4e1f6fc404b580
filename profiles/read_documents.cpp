// The part of consult.xml that says which rows prove nothing, and which documents are printed from a record.
#include "core/text.hpp"
#include "profiles/parts.hpp"

#include <algorithm>

namespace versoir::profiles::parts {

using core::msg;
using core::XmlElement;

namespace {

std::vector<std::string> split_at(std::string_view text, char separator) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find(separator, at), text.size());
    out.push_back(core::trim(text.substr(at, end - at)));
    at = end + 1;
  }
  return out;
}

/// Nodes from the root to the end of a path, and the fields of all of them.
struct Way {
  std::vector<const Node*> nodes;
  [[nodiscard]] std::vector<std::string> fields() const {
    std::vector<std::string> names;
    for (const auto* node : nodes)
      for (const auto& field : node->fields) {
        names.push_back(field.name);
        if (has_label_column(field)) names.push_back(label_column(field));
      }
    return names;
  }
};

class Documents {
 public:
  Documents(Reading& r, const RecordDef& record) : r_(r), record_(record) {}

  void mark(const XmlElement& e, SheetDef& sheet) {
    RowMark mark;
    mark.path = path(e);
    mark.when = test(e, way(e, mark.path));
    mark.label = e.attribute_or("label", "");
    mark.cancelled = yes(e, "cancelled", false);
    sheet.marks.push_back(std::move(mark));
  }

  LabelledTemplate labelled(const XmlElement& e, const Way& known) {
    LabelledTemplate one{e.attribute_or("label", ""), e.attribute_or("text", "")};
    const auto names = known.fields();
    check_template(one.second, e, r_, &names);
    return one;
  }

  Way root() const { return {{&record_.root}}; }

  void amendable(const XmlElement& e, SheetDef& sheet) {
    const auto kind = core::trim(e.attribute_or("kind", ""));
    const auto known = names_of(record_.root.fields, &Field::name);
    for (const auto& name : split_words(e.attribute_or("fields", ""))) {
      field(e, name, known);
      sheet.amendable.emplace_back(kind, name);
    }
  }

  void document(const XmlElement& e, SheetDef& sheet) {
    DocumentDef d;
    d.id = core::trim(e.attribute_or("id", ""));
    d.label = e.attribute_or("label", "");
    d.path = path(e);
    const auto here = way(e, d.path);
    const auto names = here.fields();
    d.choice = e.attribute_or("choice", "");
    d.text = e.child_text("text");
    check_template(d.choice, e, r_, &names);
    check_template(d.text, e, r_, &names);
    for (const auto* w : e.all("when")) d.when.push_back(test(*w, here));
    for (const auto* n : e.all("needs")) d.needs.push_back(need(*n, names));
    for (const auto* f : e.all("fact")) d.facts.push_back(labelled(*f, here));
    for (const auto* t : e.all("table")) d.tables.push_back(table(*t, *here.nodes.back()));
    if (std::ranges::any_of(sheet.documents, [&](const DocumentDef& other) { return other.id == d.id; }))
      r_.defect(msg("{0}: the document {1} is declared twice", r_.at(e), d.id));
    sheet.documents.push_back(std::move(d));
  }

 private:
  static std::vector<std::string> path(const XmlElement& e) {
    const auto text = core::trim(e.attribute_or("path", ""));
    return text.empty() ? std::vector<std::string>{} : split_at(text, '/');
  }

  Way way(const XmlElement& e, const std::vector<std::string>& path) {
    auto way = root();
    for (const auto& name : path) {
      const auto* below = child(e, *way.nodes.back(), name);
      if (!below) break;
      way.nodes.push_back(below);
    }
    return way;
  }

  const Node* child(const XmlElement& e, const Node& node, const std::string& name) {
    const auto it = std::ranges::find_if(node.children, [&](const Node& n) { return n.name == name; });
    if (it != node.children.end()) return &*it;
    r_.unknown(e, msg("{0}: the node {1} has no node {2} under it", r_.at(e), node.name, name), name,
               names_of(node.children, &Node::name));
    return nullptr;
  }

  FieldTest test(const XmlElement& e, const Way& way) {
    FieldTest t;
    t.field = core::trim(e.attribute_or("field", ""));
    t.values = split_at(e.attribute_or("values", ""), '|');
    t.refusal = e.attribute_or("refusal", "");
    field(e, t.field, way.fields());
    return t;
  }

  void field(const XmlElement& e, const std::string& name, const std::vector<std::string>& known) {
    if (!contains_name(known, name))
      r_.unknown(e, msg("{0}: no field is called {1} here", r_.at(e), name), name, known);
  }

  DocumentNeed need(const XmlElement& e, const std::vector<std::string>& chosen) {
    DocumentNeed n;
    n.path = path(e);
    const auto there = way(e, n.path);
    n.same = core::trim(e.attribute_or("same", ""));
    field(e, n.same, chosen);
    field(e, n.same, there.fields());
    n.when = test(e, there);
    return n;
  }

  DocumentTable table(const XmlElement& e, const Node& under) {
    DocumentTable t;
    t.node = core::trim(e.attribute_or("node", ""));
    t.label = e.attribute_or("label", "");
    t.columns = split_words(e.attribute_or("columns", ""));
    if (const auto* node = child(e, under, t.node)) {
      const Way here{{node}};
      for (const auto& column : t.columns) field(e, column, names_of(node->fields, &Field::name));
      for (const auto* w : e.all("when")) {
        t.when.push_back(test(*w, here));
        t.when.back().overridable = yes(*w, "override", false);
      }
    }
    return t;
  }

  Reading& r_;
  const RecordDef& record_;
};

}  // namespace

void read_sheet_documents(const XmlElement& sheet, Reading& reading, const RecordDef* record,
                          SheetDef& into) {
  if (!record) return;  // a defect already
  Documents documents(reading, *record);
  for (const auto* e : sheet.all("mark")) documents.mark(*e, into);
  for (const auto* e : sheet.all("identity"))
    into.identity.push_back(documents.labelled(*e, documents.root()));
  for (const auto* e : sheet.all("amendable")) documents.amendable(*e, into);
  for (const auto* e : sheet.all("document")) documents.document(*e, into);
}

}  // namespace versoir::profiles::parts
