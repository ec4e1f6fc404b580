// tables.xml: the dictionary, with the decision taken on every table and column; local.xml: what a site adds
// to it.
#include "core/text.hpp"
#include "profiles/parts.hpp"

#include <algorithm>
#include <charconv>

namespace versoir::profiles::parts {

using core::msg;
using core::XmlElement;

namespace {

/// Of a local file, values that the list has already get another label.
void read_code_values(const XmlElement& e, CodeList& list, bool local, Reading& r) {
  for (const auto* c : e.all("code")) {
    CodeValue v{c->attribute_or("value", ""), c->attribute_or("label", ""),
                parse_evidence(core::trim(c->attribute_or("evidence", "")))};
    const auto known = std::ranges::find(list.values, v.value, &CodeValue::value);
    if (known == list.values.end())
      list.values.push_back(std::move(v));
    else if (local)
      *known = std::move(v);
    else
      r.defect(msg("{0}: the code list {1} has the value {2} twice", r.at(*c), list.id, v.value));
  }
}

void read_codes(const XmlElement& e, bool local, Reading& r) {
  CodeList list;
  list.id = core::trim(e.attribute_or("id", ""));
  list.label = e.attribute_or("label", list.id);
  const auto known = std::ranges::find(r.app.code_lists, list.id, &CodeList::id);
  if (known != r.app.code_lists.end()) {
    if (!local) r.defect(msg("{0}: the code list {1} is declared twice", r.at(e), list.id));
    if (local) read_code_values(e, *known, local, r);
    return;
  }
  read_code_values(e, list, local, r);
  r.app.code_lists.push_back(std::move(list));
}

/// `sources` cites what the dictionary declares.
void check_cited(const XmlElement& e, const std::string& what, Reading& r) {
  for (const auto& id : split_words(e.attribute_or("sources", "")))
    if (std::ranges::find(r.app.sources, id, &KnownBy::id) == r.app.sources.end())
      r.unknown(e, msg("{0}: {1} cites the source {2}, which is not declared", r.at(e), what, id), id,
                names_of(r.app.sources, &KnownBy::id));
}

/// Takes the attributes that are there; the others stay as they were.
void set_column(const XmlElement& e, Column& c) {
  const auto set = [&](const char* attribute, std::string& to) {
    if (const auto text = e.attribute(attribute)) to = core::trim(*text);
  };
  set("type", c.type);
  set("label", c.label);
  set("codes", c.code_list);
  set("references", c.references);
  if (const auto text = e.attribute("sensitivity")) c.sensitivity = parse_sensitivity(core::trim(*text));
  if (const auto text = e.attribute("evidence")) c.evidence = parse_evidence(core::trim(*text));
  c.take = yes(e, "take", c.take);
  c.optional = yes(e, "optional", c.optional);
  if (c.take) c.reason.clear();
  set("reason", c.reason);
}

void check_column(const XmlElement& e, const std::string& table, const Column& c, Reading& r) {
  check_cited(e, table + "." + c.name, r);
  if (c.type.empty() || c.label.empty())
    r.defect(msg("{0}: the column {1}.{2} needs a type and a label", r.at(e), table, c.name));
  if (!c.take && c.reason.empty())
    r.defect(msg("{0}: the column {1}.{2} is left without a reason", r.at(e), table, c.name));
  if (!c.code_list.empty() && !r.app.find_code_list(c.code_list))
    r.unknown(e,
              msg("{0}: the column {1}.{2} uses the code list {3}, which is not declared", r.at(e), table,
                  c.name, c.code_list),
              c.code_list, names_of(r.app.code_lists, &CodeList::id));
}

void read_column(const XmlElement& e, Table& table, bool local, Reading& r) {
  Column c;
  c.name = core::trim(e.attribute_or("name", ""));
  const auto known =
      std::ranges::find_if(table.columns, [&](const Column& k) { return same_name(k.name, c.name); });
  const bool there = known != table.columns.end();
  if (there && !local)
    r.defect(msg("{0}: the column {1}.{2} is declared twice", r.at(e), table.name, c.name));
  if (there && local) {
    set_column(e, *known);
    return check_column(e, table.name, *known, r);
  }
  set_column(e, c);
  check_column(e, table.name, c, r);
  table.columns.push_back(std::move(c));
}

/// Key and index columns must exist and be taken: rows are found and ordered by them.
void check_columns(const XmlElement& e, const Table& table, const std::vector<std::string>& columns,
                   Reading& r) {
  for (const auto& name : columns) {
    const auto* c = table.find(name);
    if (!c)
      r.unknown(e,
                msg("{0}: the key or index of {1} names {2}, which is not one of its columns", r.at(e),
                    table.name, name),
                name, names_of(table.columns, &Column::name));
    else if (table.take && !c->take)
      r.defect(
          msg("{0}: the column {1}.{2} is in a key or index: it must be taken", r.at(e), table.name, name));
  }
}

void check_table_name(const XmlElement& e, const Table& table, Reading& r) {
  if (r.app.find_table(table.name))
    r.defect(msg("{0}: the table {1} is declared twice", r.at(e), table.name));
  const auto name = core::ascii_lower(table.name);
  if (name.starts_with("versoir_") || name.starts_with("sqlite_"))
    r.defect(msg("{0}: the name {1} is reserved in an extract", r.at(e), table.name));
}

/// "P3Y", "P6M", "P10D" (ISO 8601); the grammar has checked the form.
RowCondition::Age parse_age(std::string_view text) {
  RowCondition::Age age;
  std::from_chars(text.data() + 1, text.data() + text.size() - 1, age.count);
  age.unit = text.back() == 'Y'   ? core::TimeUnit::year
             : text.back() == 'M' ? core::TimeUnit::month
                                  : core::TimeUnit::day;
  return age;
}

LeftRows read_left_rows(const XmlElement& e, const Table& t, Reading& r) {
  LeftRows left;
  left.reason = core::trim(e.attribute_or("reason", ""));
  for (const auto* w : e.all("when")) {
    RowCondition condition;
    condition.column = core::trim(w->attribute_or("column", ""));
    condition.values = split_words(w->attribute_or("in", ""));
    condition.empty = yes(*w, "empty", false);
    if (const auto older = core::trim(w->attribute_or("older", "")); !older.empty())
      condition.older = parse_age(older);
    if (const auto* c = t.find(condition.column); !c || !c->take)
      r.unknown(*w,
                msg("{0}: {1} says which rows are left by {2}, which is not one of its taken columns",
                    r.at(*w), t.name, condition.column),
                c ? std::string() : condition.column, names_of(t.columns, &Column::name));
    left.when.push_back(std::move(condition));
  }
  return left;
}

void check_table(const XmlElement& e, const Table& t, Reading& r) {
  check_cited(e, t.name, r);
  check_columns(e, t, t.key, r);
  if (t.label.empty()) r.defect(msg("{0}: the table {1} needs a label", r.at(e), t.name));
  if (!t.take && t.reason.empty())
    r.defect(msg("{0}: the table {1} is left without a reason", r.at(e), t.name));
  if (t.only_named() && t.optional) return;
  if (t.take && std::ranges::none_of(t.columns, &Column::take))
    r.defect(msg("{0}: the table {1} is taken but none of its columns is", r.at(e), t.name));
}

/// Takes the attributes and children that are there.
void set_table(const XmlElement& e, Table& t, bool local, Reading& r) {
  if (const auto label = e.attribute("label")) t.label = core::trim(*label);
  if (const auto text = e.attribute("evidence")) t.evidence = parse_evidence(core::trim(*text));
  if (const auto key = e.attribute("key")) t.key = split_words(*key);
  t.take = yes(e, "take", t.take);
  t.optional = yes(e, "optional", t.optional);
  if (t.take) t.reason.clear();
  if (const auto reason = e.attribute("reason")) t.reason = core::trim(*reason);
  for (const auto* c : e.all("column")) read_column(*c, t, local, r);
  for (const auto* i : e.all("index")) {
    t.indexes.push_back(split_words(i->attribute_or("columns", "")));
    check_columns(*i, t, t.indexes.back(), r);
  }
  for (const auto* l : e.all("left-rows")) t.left_rows.push_back(read_left_rows(*l, t, r));
  check_table(e, t, r);
}

void read_table(const XmlElement& e, bool local, Reading& r) {
  Table t;
  t.name = core::trim(e.attribute_or("name", ""));
  const auto known =
      std::ranges::find_if(r.app.tables, [&](const Table& k) { return same_name(k.name, t.name); });
  if (local && known != r.app.tables.end()) return set_table(e, *known, local, r);
  check_table_name(e, t, r);
  set_table(e, t, local, r);
  r.app.tables.push_back(std::move(t));
}

/// The columns that a reference leads to; empty, with a defect, when it leads nowhere.
std::vector<std::string> targets(const XmlElement& e, const std::string& table, const Reference& reference,
                                 Reading& r) {
  const auto nowhere = [&](const std::string& target, const std::string& written,
                           const std::vector<std::string>& known) {
    r.unknown(e,
              msg("{0}: the column {1}.{2} references {3}, which is not declared", r.at(e), table,
                  join(reference.columns), target),
              written, known);
    return std::vector<std::string>{};
  };
  const auto* found = r.app.find_table(reference.table);
  if (!found) return nowhere(reference.table, reference.table, names_of(r.app.tables, &Table::name));
  auto to = reference.to.empty() ? found->key : reference.to;
  for (const auto& name : to)
    if (!found->find(name))
      return nowhere(found->name + "." + name, name, names_of(found->columns, &Column::name));
  return to;
}

void add_reference(const XmlElement& e, Reference reference, Table& t, bool local, Reading& r) {
  const bool own_key = reference.to.empty();
  for (const auto& name : reference.columns)
    if (!t.find(name))
      return r.unknown(
          e,
          msg("{0}: the reference of {1} names {2}, which is not one of its columns", r.at(e), t.name, name),
          name, names_of(t.columns, &Column::name));
  reference.to = targets(e, t.name, reference, r);
  // A table without a declared key, or with a longer one, can be named without saying by which column.
  if (reference.to.size() != reference.columns.size()) {
    if (!reference.to.empty() && !(own_key && reference.columns.size() == 1))
      r.defect(msg("{0}: the reference of {1} has {2} columns, that of {3} has {4}", r.at(e), t.name,
                   reference.columns.size(), reference.table, reference.to.size()));
    reference.to.clear();
  }
  for (std::size_t i = 0; i < reference.to.size(); ++i)
    for (auto& c : t.columns)
      if (c.name == reference.columns[i] && c.references.empty())
        c.references = reference.table + "." + reference.to[i];
  std::erase_if(t.references,
                [&](const Reference& known) { return known.columns == reference.columns && local; });
  if (!reference.to.empty()) t.references.push_back(std::move(reference));
}

/// Of a local file, a reference takes the place of one of the same columns.
void read_references(const XmlElement& e, Table& t, bool local, Reading& r) {
  for (const auto* column : e.all("column")) {
    const auto target = core::trim(column->attribute_or("references", ""));
    if (target.empty()) continue;
    const auto dot = target.find('.');
    Reference one{{core::trim(column->attribute_or("name", ""))}, target.substr(0, dot), {}};
    if (dot != std::string::npos) one.to.push_back(target.substr(dot + 1));
    add_reference(*column, std::move(one), t, local, r);
  }
  for (const auto* several : e.all("reference"))
    add_reference(
        *several,
        {split_words(several->attribute_or("columns", "")), core::trim(several->attribute_or("table", "")),
         split_words(several->attribute_or("to", ""))},
        t, local, r);
}

/// A day of the profile, or another day for one that it has.
void read_day(const XmlElement& e, bool local, Reading& r) {
  const auto name = core::trim(e.attribute_or("name", ""));
  const auto day = core::trim(e.attribute_or("day", ""));
  // The year of the day is one of any: 29 February is no day of every year.
  if (!core::parse_date("2001-" + day))
    return r.defect(msg("{0}: {1} is not a day of every year", r.at(e), day));
  const auto known = std::ranges::find(r.app.days, name, &DayParameter::name);
  if (local && known == r.app.days.end())
    return r.unknown(e, msg("{0}: the profile has no day {1}", r.at(e), name), name,
                     names_of(r.app.days, &DayParameter::name));
  if (known != r.app.days.end())
    known->day = day;
  else
    r.app.days.push_back({name, e.attribute_or("label", ""), day});
}

void read_dictionary(const XmlElement& root, bool local, Reading& r) {
  for (const auto* e : root.all("day")) read_day(*e, local, r);
  for (const auto* e : root.all("codes")) read_codes(*e, local, r);
  for (const auto* e : root.all("table")) read_table(*e, local, r);
  for (const auto* e : root.all("table")) {
    const auto name = core::trim(e->attribute_or("name", ""));
    const auto t =
        std::ranges::find_if(r.app.tables, [&](const Table& k) { return same_name(k.name, name); });
    if (t != r.app.tables.end()) read_references(*e, *t, local, r);
  }
}

}  // namespace

void read_tables(const XmlElement& root, Reading& r) {
  r.app.id = core::trim(root.attribute_or("application", ""));
  r.app.label = root.attribute_or("label", "");
  r.app.schema = core::trim(root.attribute_or("schema", ""));
  r.app.version = core::trim(root.attribute_or("version", ""));
  for (const auto* e : root.all("source")) {
    KnownBy by{core::trim(e->attribute_or("id", "")), e->attribute_or("label", "")};
    if (std::ranges::find(r.app.sources, by.id, &KnownBy::id) != r.app.sources.end())
      r.defect(msg("{0}: the source {1} is declared twice", r.at(*e), by.id));
    r.app.sources.push_back(std::move(by));
  }
  read_dictionary(root, false, r);
}

void read_local(const XmlElement& root, Reading& r) {
  const auto application = core::trim(root.attribute_or("application", ""));
  if (application != r.app.id)
    return r.defect(msg("{0}: this completes the profile {1}, not {2}", r.at(root), application, r.app.id));
  read_dictionary(root, true, r);
}

}  // namespace versoir::profiles::parts
