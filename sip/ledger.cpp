// Every column of the extract against transfers, consultation and eliminations.
#include "sip/ledger.hpp"

#include "core/display.hpp"
#include "sip/shown_rows.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Date;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::size_t columns_told = 6;

/// "T", "T.C" and "T.*" of the eliminations of the application that have their visa.
struct Eliminated {
  std::map<std::string, std::string> names;  ///< → elimination and reference

  [[nodiscard]] std::string find(const LedgerLine& line) const {
    const auto whole = names.find(line.table);
    if (whole != names.end()) return whole->second;
    const auto one = names.find(line.table + "." + line.column);
    if (one != names.end()) return one->second;
    const auto left = names.find(line.table + ".*");
    return !line.copied && left != names.end() ? left->second : std::string();
  }
};

/// Of this very extract: another one may have other rows, of which its bordereau says nothing.
Eliminated eliminations_of(const LedgerSources& sources, Ledger& ledger) {
  Eliminated eliminated;
  for (const auto& id : list_eliminations(sources.workspace)) {
    const Elimination elimination(sources.workspace, id);
    if (elimination.state() == EliminationState::prepared) continue;
    const auto bordereau = elimination.bordereau();
    if (core::text_of(bordereau, "application") != ledger.application) continue;
    if (elimination.is_rehearsal() && !sources.rehearsal) {
      ledger.ignored.push_back(msg("the elimination {0} is a rehearsal", id));
      continue;
    }
    if (!verify_elimination(elimination).empty()) continue;  // what was altered authorises nothing
    if (core::text_of(bordereau.at("extract"), "root") != ledger.root) {
      ledger.ignored.push_back(msg("the elimination {0} was prepared on another extract", id));
      continue;
    }
    const auto reference = id + ", " + core::text_of(elimination.visa().value(), "reference");
    for (const auto& line : bordereau.at("lines"))
      if (core::text_of(line, "kind") == "dua_ended")
        for (const auto& t : line.at("tables")) eliminated.names[core::text_of(t, "name")] = reference;
  }
  return eliminated;
}

/// [consultation.APPLICATION]: "" when nothing says that the extract is kept.
std::string consultation_until(const core::Config& config, const std::string& application, Date today) {
  const auto section = "consultation." + application;
  const auto until = config.get_or(section, "until", "");
  if (until.empty()) return {};
  const auto date = core::parse_date(until);
  if (!date || until.size() != 10)
    throw Error(Exit::configuration,
                msg("[{0}] {1} = {2}: not a date such as 2026-01-31.", section, "until", until));
  if (config.get_or(section, "approval", "").empty())
    throw Error(Exit::configuration, msg("[{0}] {1} is not set.", section, "approval"))
        .hint(msg("It says who decided how long the extract is consulted: reference; who; date."));
  return *date > today ? until : std::string();
}

std::vector<LedgerLine> catalogue(extract::Extract& extract) {
  std::vector<LedgerLine> lines;
  auto& db = extract.database();
  for (const auto& t : extract.tables()) {
    auto columns = db.prepare(
        "WITH copied AS (SELECT name FROM versoir_column WHERE table_name = ?1 AND taken = 'yes') SELECT "
        "name, 1 FROM "
        "copied UNION SELECT json_extract(value, '$.name'), 0 FROM versoir_table, json_each(source_columns) "
        "WHERE "
        "versoir_table.name = ?1 AND upper(json_extract(value, '$.name')) NOT IN (SELECT upper(name) FROM "
        "copied) "
        "ORDER BY 1");
    columns.bind(1, std::string_view(t.name));
    while (columns.step())
      lines.push_back(
          {t.name, std::string(columns.text(0)), t.source_rows, columns.integer(1) != 0, "", false, "", ""});
    if (t.left_rows > 0) lines.push_back({t.name, "*", t.left_rows, false, "", false, "", ""});
  }
  return lines;
}

/// Tables that were not copied and that something names: a decision, or the profile.
void add_left_tables(extract::Extract& extract, Ledger& ledger) {
  std::set<std::string> names;
  auto& db = extract.database();
  auto decided = db.prepare(
      "SELECT DISTINCT table_name FROM versoir_decision WHERE taken = 0 AND (column_name IS NULL OR "
      "column_name = '')");
  while (decided.step()) names.insert(std::string(decided.text(0)));
  for (const auto& t : extract.profile().tables)
    if (!t.take) names.insert(t.name);
  for (const auto& t : extract.tables()) names.erase(t.name);
  for (const auto& name : names) ledger.lines.push_back({name, "*", std::nullopt, false, "", false, "", ""});
  const auto left = db.one("SELECT CAST(value AS INTEGER) FROM versoir_run WHERE key = 'left_tables'");
  const auto counted = left ? std::get_if<std::int64_t>(&*left) : nullptr;
  const auto total = counted && *counted > 0 ? static_cast<std::uint64_t>(*counted) : 0;
  ledger.unnamed_tables = total > names.size() ? total - names.size() : 0;
}

std::vector<LedgerBackup> backups_of(const core::Config& config, const std::string& application, Date today) {
  std::vector<LedgerBackup> list;
  Error e(Exit::configuration, msg("The backups are not well described."));
  for (const auto& name : sections_of_application(config, "backup", application, e)) {
    const auto section = "backup." + name;
    const auto value = [&](const char* key) { return config.get_or(section, key, ""); };
    LedgerBackup b{name, value("description"), value("place"), value("destroyed"), value("reference"), {}};
    const auto date = core::parse_date(b.destroyed);
    if (b.destroyed.empty())
      b.defect = msg("backup {0}: not destroyed ([backup.{0}] destroyed is not set)", name);
    else if (!date || b.destroyed.size() != 10)
      b.defect = msg("backup {0}: destroyed = {1} is no date", name, b.destroyed);
    else if (*date > today)
      b.defect = msg("backup {0}: to be destroyed on {1} only", name, core::show_date(*date));
    else if (b.place.empty() || b.reference.empty())
      b.defect = msg("backup {0}: place and reference of its destruction are not said", name);
    list.push_back(std::move(b));
  }
  if (!e.causes().empty())
    throw std::move(e).hint(
        msg("Each [backup.NAME] gives application, description, destroyed, place, reference."));
  return list;
}

/// Columns of one table that nothing settles.
struct RemainingColumns {
  std::vector<std::string> untouched;  ///< nothing of them was transferred
  std::vector<std::string> in_part;    ///< some rows were
};

/// The first ones, the rest counted: each stands in the page, the CSV and --json.
std::string first_of(const std::vector<std::string>& names) {
  const auto shown = std::min(names.size(), columns_told);
  auto text =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < names.size()) text += fmt::format("… (+{})", names.size() - shown);
  return text;
}

}  // namespace

std::vector<core::Message> Ledger::remainders() const {
  std::vector<core::Message> list;
  std::map<std::string, RemainingColumns> tables;
  for (const auto& line : lines)
    if (line.remains()) {
      auto& columns = tables[line.table];
      (line.transferred.empty() ? columns.untouched : columns.in_part).push_back(line.column);
    }
  for (const auto& [table, columns] : tables) {
    if (!columns.untouched.empty())
      list.push_back(
          msg("{0}: {1}: neither transferred, kept nor eliminated", table, first_of(columns.untouched)));
    if (!columns.in_part.empty())
      list.push_back(msg("{0}: {1}: transferred in part, neither kept nor eliminated for the rest", table,
                         first_of(columns.in_part)));
  }
  if (unnamed_tables)
    list.push_back(core::nmsg("{0} table of the source that neither the profile nor a decision names",
                              "{0} tables of the source that neither the profile nor a decision names",
                              unnamed_tables));
  for (const auto& [lot, why] : pending)
    list.push_back(msg("lot {0} was planned and is not accepted: {1}", lot, why));
  if (backups.empty())
    list.push_back(
        msg("no backup is declared: [backup.NAME] says which there were, and when and where they were "
            "destroyed"));
  for (const auto& b : backups)
    if (!b.defect.empty()) list.push_back(b.defect);
  return list;
}

std::size_t Ledger::consulted_only() const {
  return static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [](const LedgerLine& l) {
    return !l.remains() && !l.whole_transfer && l.eliminated.empty();
  }));
}

Json Ledger::to_json() const {
  Json json = {{"format", "versoir-ledger/1"},
               {"application", application},
               {"extract", {{"name", extract}, {"root", root}, {"kind", kind}}},
               {"rehearsal", rehearsal},
               {"lines", Json::array()},
               {"backups", Json::array()},
               {"lots", Json::array()},
               {"consultedOnly", consulted_only()},
               {"ignored", Json::array()},
               {"remainders", Json::array()}};
  for (const auto& l : lines)
    json["lines"].push_back({{"table", l.table},
                             {"column", l.column},
                             {"rows", l.rows ? Json(*l.rows) : Json()},
                             {"copied", l.copied},
                             {"transferred", l.transferred},
                             {"wholeTransfer", l.whole_transfer},
                             {"consultation", l.consultation},
                             {"eliminated", l.eliminated},
                             {"remains", l.remains()}});
  for (const auto& b : backups)
    json["backups"].push_back({{"name", b.name},
                               {"description", b.description},
                               {"place", b.place},
                               {"destroyed", b.destroyed},
                               {"reference", b.reference},
                               {"ok", b.defect.empty()}});
  for (const auto& l : lots)
    json["lots"].push_back(
        {{"versement", l.versement}, {"lot", l.lot}, {"operation", l.operation}, {"units", l.units}});
  for (const auto& m : ignored) json["ignored"].push_back(m.english());
  for (const auto& m : remainders()) json["remainders"].push_back(m.english());
  return json;
}

Ledger make_ledger(extract::Extract& extract, const LedgerSources& sources, core::Progress& progress,
                   const core::Clock& clock) {
  Ledger ledger;
  const auto& run = extract.run();
  ledger.application = run.application;
  ledger.label = run.application_label;
  ledger.extract = extract.path().filename().string();
  ledger.root = extract.root().hex();
  ledger.kind = run.kind;
  ledger.rehearsal = sources.rehearsal;
  ledger.pending = sources.pending;
  ledger.lots = sources.accepted;
  for (const auto& lot : ledger.lots)
    if (!lot.is_of(extract))
      ledger.ignored.push_back(
          msg("the lot {0} was transferred from another extract, or by another profile: it "
              "settles nothing here",
              lot.lot));
  const auto day = today(clock);
  const auto until = consultation_until(sources.config, run.application, day);
  const auto eliminated = eliminations_of(sources, ledger);
  ledger.lines = catalogue(extract);
  add_left_tables(extract, ledger);
  const auto shown = shown_columns(extract, sources.workspace, sources.accepted, progress);
  for (auto& line : ledger.lines) {
    if (const auto s = shown.find({line.table, line.column}); s != shown.end() && line.copied) {
      line.whole_transfer = s->second.whole;
      for (const auto& operation : s->second.operations)
        line.transferred += (line.transferred.empty() ? "" : " ") + operation;
    }
    if (line.copied) line.consultation = until;
    line.eliminated = eliminated.find(line);
  }
  ledger.backups = backups_of(sources.config, run.application, day);
  return ledger;
}

}  // namespace versoir::sip
