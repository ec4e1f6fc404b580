// Units as they are written. Texts of this file go into archives that are French whoever runs the program:
// they are data, not messages, and must not depend on a locale (same plan, same bytes).
#include "sip/content.hpp"

#include "records/rendition.hpp"
#include "sip/seda_machine.hpp"
#include "sip/seda_text.hpp"

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

namespace {

std::optional<std::string> iso(const std::optional<core::Date>& date) {
  if (!date) return std::nullopt;
  return core::format_date(*date);
}

}  // namespace

void Extent::add(const std::optional<core::Date>& from, const std::optional<core::Date>& to) {
  const auto& first = from ? from : to;
  const auto& last = to ? to : from;
  if (first && (!start || *first < *start)) start = first;
  if (last && (!end || *end < *last)) end = last;
}

records::Described describe_record(const profiles::Application& app, const profiles::ArchiveDef& archive,
                                   const profiles::Row& facts, const records::Key& key,
                                   std::vector<Finding>& findings) {
  const auto known = findings.size();
  auto unit = records::describe(app, archive, archive.unit, facts, findings);
  for (auto i = known; i < findings.size(); ++i) findings[i].where = archive.id + " " + key.text();
  if (token(unit.title) != collapsed_token(unit.title))
    findings.push_back({Severity::warning, "value-mended",
                        msg("{0}: a value that the platform would refuse was mended: \"{1}\".", "Title",
                            shown_text(token(unit.title))),
                        archive.id + " " + key.text()});
  unit.title = token(unit.title);  // as the manifest will say it: kept.csv and the report show nothing else
  if (unit.title.empty()) {
    const auto* record = app.find_record(archive.record);
    unit.title = (record ? record->label : archive.label) + " " + system_id(key);
    findings.push_back({Severity::warning, "title-empty",
                        msg("The title is empty; \"{0}\" is written instead.", unit.title),
                        archive.id + " " + key.text()});
  }
  if (unit.start && unit.end && *unit.end < *unit.start) {
    // VITAM refuses the whole SIP (CHECK_UNIT_SCHEMA.CONSISTENCY): better no date than a false one.
    findings.push_back({Severity::warning, "dates-inconsistent",
                        msg("The end date {0} is before the start date {1}: neither is written.",
                            core::format_date(*unit.end), core::format_date(*unit.start)),
                        archive.id + " " + key.text()});
    unit.start.reset();
    unit.end.reset();
  }
  return unit;
}

void cite_decision(records::Described& unit, const std::string& reference) {
  if (reference.empty()) return;
  if (!unit.description.empty()) unit.description += ' ';
  unit.description += "Versement décidé par l'archiviste, au vu de la pièce signée : " + reference + ".";
}

std::optional<std::string> group_of(const profiles::ArchiveDef& archive, const profiles::Row& facts) {
  if (!archive.group) return std::nullopt;
  return profiles::expand(archive.group_by, facts, archive.id);
}

profiles::Row holder_facts(const Settings& settings, const extract::RunFacts& run,
                           const profiles::ArchiveDef& archive, int lot, int lots, const Extent& extent) {
  return {{"etablissement", settings.establishment},
          {"application", run.application_label},
          {"profil", archive.label},
          {"lot", std::to_string(lot)},
          {"lots", std::to_string(lots)},
          {"debut", iso(extent.start)},
          {"fin", iso(extent.end)},
          {"extraction", core::format_instant(run.finished)}};
}

UnitContent unit_content(records::Described described, const Settings& settings) {
  UnitContent content;
  for (const auto& outcome : described.rules) {
    const std::string code = outcome.rule ? outcome.rule->code : std::string();
    const auto id = settings.rules.find(code);
    if (id == settings.rules.end() && outcome.optional) continue;
    if (id == settings.rules.end())
      throw Error(Exit::configuration,
                  msg("[rules] {0} is not set: the plan does not know its RuleId.", code))
          .hint(msg("Plan again with --replace."));
    content.rules.push_back(
        {outcome.category, id->second, outcome.start, outcome.final_action, outcome.prevent_inheritance});
  }
  content.described = std::move(described);
  return content;
}

std::string system_id(const records::Key& key) {
  return key.values.size() == 1 ? core::value_text(key.values.front()) : key.text();
}

std::uint64_t entries_of_record(const profiles::ArchiveDef& archive, const Settings& settings) {
  if (!archive.unit.object) return 1;
  std::uint64_t entries = 2;
  if (settings.html.contains(archive.id)) ++entries;
  if (!archive.unit.table.empty()) entries += 4;  // CSV and description: a unit and an object each
  return entries;
}

std::array<DocumentationItem, 3> documentation_items(const profiles::Application& app,
                                                     const profiles::RecordDef& record) {
  return {
      DocumentationItem{"Dictionnaire des données : tables, colonnes et libellés", "dictionnaire.csv", "csv",
                        [&app](core::ByteSink& sink) { records::write_dictionary_csv(app, sink); }},
      DocumentationItem{"Listes de codes de l'application", "codes.csv", "csv",
                        [&app](core::ByteSink& sink) { records::write_code_lists_csv(app, sink); }},
      DocumentationItem{
          "Structure des documents XML", "structure.xml", "xml",
          [&app, &record](core::ByteSink& sink) { records::write_structure_xml(app, record, sink); }}};
}

}  // namespace versoir::sip
