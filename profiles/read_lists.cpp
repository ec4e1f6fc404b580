// The part of consult.xml that declares ready-made lists.
#include "core/text.hpp"
#include "profiles/parts.hpp"

#include <algorithm>

namespace versoir::profiles::parts {

using core::msg;
using core::XmlElement;

namespace {

ListParameter::Kind parameter_kind(std::string_view text) {
  if (text == "number") return ListParameter::Kind::number;
  return text == "date" ? ListParameter::Kind::date : ListParameter::Kind::text;
}

}  // namespace

void read_list(const XmlElement& e, Reading& r) {
  ListDef list;
  list.id = core::trim(e.attribute_or("id", ""));
  list.label = e.attribute_or("label", "");
  list.record = core::trim(e.attribute_or("record", ""));
  list.description = core::single_line(e.child_text("description"));
  list.sql = e.child_text("sql");
  for (const auto* p : e.all("parameter")) {
    ListParameter parameter{core::trim(p->attribute_or("name", "")), p->attribute_or("label", ""),
                            parameter_kind(core::trim(p->attribute_or("kind", "text"))),
                            p->child_text("choices"),
                            parse_sensitivity(core::trim(p->attribute_or("sensitivity", "")))};
    if (std::ranges::any_of(list.parameters, [&](const auto& other) { return other.name == parameter.name; }))
      r.defect(msg("{0}: the parameter {1} is declared twice", r.at(*p), parameter.name));
    list.parameters.push_back(std::move(parameter));
  }
  for (const auto* c : e.all("column")) list.columns.push_back(read_field(*c, r));
  if (r.app.find_list(list.id)) r.defect(msg("{0}: the list {1} is declared twice", r.at(e), list.id));
  if (!r.app.find_record(list.record))
    r.unknown(e, msg("{0}: the record {1} is not declared in records.xml", r.at(e), list.record), list.record,
              names_of(r.app.records, &RecordDef::id));
  r.app.lists.push_back(std::move(list));
}

}  // namespace versoir::profiles::parts
