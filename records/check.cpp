// Every query and template of a profile tried against one extract, before anything is planned or searched.
#include "core/nearest.hpp"
#include "profiles/loader.hpp"
#include "records/query.hpp"

#include <algorithm>

namespace versoir::records::parts {

using core::msg;

namespace {

/// A row that has the columns and no value: expanding a template over it finds the names that do not exist.
profiles::Row empty_row(const std::vector<std::string>& columns) {
  profiles::Row row;
  for (const auto& c : columns) row.emplace(c, std::nullopt);
  return row;
}

/// Those of elements that are not repeated: inside the others only the data say which names there are.
void add_templates(const std::vector<profiles::ElementDef>& elements, std::vector<profiles::Template>& all) {
  for (const auto& e : elements) {
    if (!e.each.empty()) {
      all.push_back("{" + e.each + "}");
      continue;
    }
    all.push_back(e.text);
    for (const auto& [name, value] : e.attributes) all.push_back(value);
    add_templates(e.children, all);
  }
}

std::vector<profiles::Template> templates_of(const profiles::UnitDef& unit) {
  std::vector<profiles::Template> all{unit.title, unit.description, unit.identifier,
                                      unit.start, unit.end,         unit.file_name};
  for (const auto& [type, content] : unit.keywords) all.push_back(content);
  for (const auto& rule : unit.rules) all.insert(all.end(), {rule.start, rule.start_bound, rule.when});
  add_templates(unit.elements, all);
  add_templates(unit.physical, all);
  return all;
}

void check_unit(const profiles::UnitDef& unit, const profiles::Row& row, const std::string& place,
                std::vector<core::Finding>& findings) {
  for (const auto& tmpl : templates_of(unit))
    collect(findings, place, [&] { static_cast<void>(profiles::expand(tmpl, row, place)); });
}

void check_archive(core::Database& db, const profiles::Application& app, const profiles::ArchiveDef& archive,
                   std::vector<core::Finding>& findings) {
  const auto& record = record_of(app, archive);
  const auto keys = [&](const std::string& sql, const std::string& place) {
    collect(findings, place, [&] { static_cast<void>(prepare_keys(db, sql, record.key.size(), place)); });
  };
  keys(archive.select, place_of(archive, "select"));
  for (const auto& leave_out : archive.leave_out)
    keys(leave_out.sql, place_of(archive, "leave-out", leave_out.line));
  collect(findings, place_of(archive, "facts"), [&] {
    const auto row = empty_row(prepare_facts(db, record, archive).columns);
    check_unit(archive.unit, row, place_of(archive, "unit"), findings);
    if (!archive.group) return;
    check_unit(*archive.group, row, place_of(archive, "group"), findings);
    collect(findings, place_of(archive, "group"),
            [&] { static_cast<void>(profiles::expand(archive.group_by, row, archive.id)); });
  });
}

void require_column(const std::vector<std::string>& columns, const std::string& name,
                    const std::string& place) {
  if (!find_name(columns, name))
    refuse(place, msg("It does not give the column {0}.", name), core::nearest(name, columns));
}

void check_search(core::Database& db, const profiles::Application& app, const profiles::SearchDef& search,
                  const std::string& place) {
  const auto* record = app.find_record(search.record);
  if (!record) refuse(place, msg("The record {0} does not exist.", search.record));
  const auto st = prepare_select(db, search.sql, place);
  const auto columns = column_names(st);
  if (columns.size() < record->key.size())
    refuse(place, core::nmsg("It gives {0} column, the key of the record has {1}.",
                             "It gives {0} columns, the key of the record has {1}.", columns.size(),
                             record->key.size()));
  if (st.parameter_count() != 0) refuse(place, msg("It must not have parameters."));
  for (const auto& term : search.terms) require_column(columns, term.column, place);
  for (const auto& field : search.shown) require_column(columns, field.name, place);
}

}  // namespace

void check_archives(core::Database& db, const profiles::Application& app,
                    std::vector<core::Finding>& findings) {
  for (const auto& archive : app.archives)
    collect(findings, place_of(archive, "record"), [&] { check_archive(db, app, archive, findings); });
}

void check_consult(core::Database& db, const profiles::Application& app,
                   std::vector<core::Finding>& findings) {
  for (const auto& search : app.searches) {
    const auto place = "consult.xml " + search.id;
    collect(findings, place, [&] { check_search(db, app, search, place); });
  }
}

}  // namespace versoir::records::parts
