// Properties of dates and rules, for every rule that ships: what VITAM will compute, recomputed here by plain
// arithmetic on year, month and day, without a line of the code under test.
#include "shipped.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace versoir;
using namespace versoir::tests;

namespace {

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int last_day(int year, int month) {
  constexpr std::array<int, 12> days{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && leap(year) ? 29 : days.at(static_cast<std::size_t>(month) - 1);
}

std::string text(int year, int month, int day) { return fmt::format("{:04}-{:02}-{:02}", year, month, day); }

struct Day {
  int year, month, day;
  [[nodiscard]] std::string iso() const { return text(year, month, day); }
  /// java.time adds years, and falls back on the last day of a month that is too short.
  [[nodiscard]] std::string plus_years(int years) const {
    return text(year + years, month, std::min(day, last_day(year + years, month)));
  }
};

/// Leap days and their neighbours, ends of years and of academic years, of every year that a file may hold.
std::vector<Day> awkward_days() {
  std::vector<Day> days;
  for (int year = 1901; year <= 2099; ++year) {
    for (const auto& [month, day] :
         std::vector<std::pair<int, int>>{{1, 1}, {2, 28}, {3, 1}, {8, 31}, {9, 1}, {12, 31}})
      days.push_back({year, month, day});
    if (leap(year)) days.push_back({year, 2, 29});
  }
  return days;
}

std::vector<const profiles::UnitDef*> units_of(const profiles::ArchiveDef& archive) {
  std::vector<const profiles::UnitDef*> units{&archive.root, &archive.documentation, &archive.unit};
  if (archive.group) units.push_back(&*archive.group);
  return units;
}

/// "{fin}" → "fin": the shipped rules start on one fact, as it is.
std::string fact_of(const profiles::UnitRule& rule) {
  REQUIRE(rule.start.size() > 2);
  REQUIRE((rule.start.front() == '{' && rule.start.back() == '}'));
  return rule.start.substr(1, rule.start.size() - 2);
}

/// A unit with this rule alone: nothing else of its templates matters here.
profiles::UnitDef only(const profiles::UnitRule& rule) {
  profiles::UnitDef unit;
  unit.level = "Item";
  unit.title = "x";
  unit.rules.push_back(rule);
  unit.rules.back().when.clear();
  return unit;
}

}  // namespace

TEST_CASE("Every rule of every shipped archive profile, on every awkward day: start, end and final action") {
  const auto days = awkward_days();
  std::set<std::string> used;
  for (const auto* name : {"apogee", "harpege"}) {
    const auto app = profiles::load(source_dir() / "profiles" / name);
    for (const auto& archive : app.archives)
      for (const auto* unit : units_of(archive))
        for (const auto& rule : unit->rules) {
          INFO(name << " " << archive.id << " " << rule.code);
          used.insert(name + (" " + rule.code));
          const auto fact = fact_of(rule);
          const auto definition = only(rule);
          const auto* known = app.find_rule(rule.code);
          REQUIRE(known);
          REQUIRE(known->duration);
          REQUIRE(known->unit == core::TimeUnit::year);
          // While the selection is not decided, everything is kept; VITAM reads a missing action as Keep,
          // never relied on. Access rules have none.
          using profiles::RuleCategory;
          CHECK(rule.final_action == (rule.category == RuleCategory::appraisal ? "Keep"
                                      : rule.category == RuleCategory::storage ? "RestrictAccess"
                                                                               : ""));
          CHECK(rule.optional ==
                (rule.category == RuleCategory::storage || rule.category == RuleCategory::dissemination));
          std::vector<core::Finding> findings;
          int wrong = 0;
          for (const auto& day : days)
            for (const auto& written : {day.iso(), day.iso() + "T23:59:59"}) {
              const auto d = records::describe(app, archive, definition, {{fact, written}}, findings);
              const auto expected = day.plus_years(static_cast<int>(*known->duration));
              if (date_or(d.rules.at(0).start) != day.iso() || date_or(d.rules[0].end) != expected) ++wrong;
              if (d.rules[0].final_action != rule.final_action) ++wrong;
            }
          CHECK(wrong == 0);
          CHECK(findings.empty());
          // No date: no start, no end, and it is said. Never a date that nobody wrote.
          for (const auto& missing : {std::optional<std::string>(), std::optional<std::string>(""),
                                      std::optional<std::string>("  ")}) {
            findings.clear();
            const auto d = records::describe(app, archive, definition, {{fact, missing}}, findings);
            CHECK(date_or(d.rules.at(0).start) == "none");
            CHECK(date_or(d.rules[0].end) == "none");
            CHECK(d.rules[0].final_action == rule.final_action);
            if (rule.optional) continue;
            REQUIRE(findings.size() == 1);
            CHECK(findings[0].code == "rule-without-start");
          }
        }
    // Rules that no archive profile uses yet: their arithmetic is the same, their duration must be whole.
    for (const auto& rule : app.rules) {
      REQUIRE(rule.duration);
      for (const auto& day : days)
        if (core::format_date(core::add_duration(*core::parse_date(day.iso()), *rule.duration, rule.unit)) !=
            day.plus_years(static_cast<int>(*rule.duration)))
          FAIL_CHECK(rule.code << " from " << day.iso());
    }
  }
  CHECK(used.size() == 22);  // eleven of Apogée, eleven of Harpège
}

TEST_CASE("Every birth of an agent: the start is the latest day that it can be, or none") {
  struct Birth {
    std::string written, start;
  };
  std::vector<Birth> births;
  for (const auto& day : awkward_days()) births.push_back({day.iso() + "T00:00:00", day.iso()});
  for (int year = 1901; year <= 2099; ++year) {
    births.push_back({std::to_string(year), text(year, 12, 31)});
    for (int month = 1; month <= 12; ++month)
      births.push_back({fmt::format("{}-{:02}", year, month), text(year, month, last_day(year, month))});
  }
  for (const auto* none : {"1900-01-01T00:00:00", "1900", "1111-11-11T00:00:00", "0001-01-01T00:00:00",
                           "9999-12-31T00:00:00", "2999-01-01T00:00:00"})
    births.push_back({none, "none"});
  births.push_back({"", "none"});  // written as NULL below
  for (auto& birth : births)       // nobody is born after the extraction
    if (birth.written.substr(0, 10) > "2026-06-30") birth.start = "none";
  Shipped s("harpege");
  s.db.exec("BEGIN");
  for (std::size_t i = 0; i < births.size(); ++i) {
    const auto no = i + 1;
    s.add("INDIVIDU", "NO_INDIVIDU, NOM_PATRONYMIQUE, D_NAISSANCE, D_MODIFICATION",
          fmt::format("{}, 'N', {}, '2025-12-31T00:00:00'", no,
                      births[i].written.empty() ? "NULL" : "'" + births[i].written + "'"));
    s.add("PERSONNEL", "NO_DOSSIER_PERS", std::to_string(no));
    // One half are civil servants, the other half have a contract.
    if (i % 2)
      s.add("CARRIERE", "NO_DOSSIER_PERS, NO_SEQ_CARRIERE, C_TYPE_POPULATION, D_DEB_CARRIERE, D_FIN_CARRIERE",
            fmt::format("{}, 1, 'SA', '2000-01-01T00:00:00', '2012-02-29T00:00:00'", no));
    else {
      s.add("CONTRAT_TRAVAIL", "NO_DOSSIER_PERS, NO_CONTRAT_TRAVAIL", fmt::format("{}, 1", no));
      s.add("CONTRAT_AVENANT",
            "NO_DOSSIER_PERS, NO_CONTRAT_TRAVAIL, NO_AVENANT, D_DEB_CONTRAT_TRAV, D_FIN_CONTRAT_TRAV",
            fmt::format("{}, 1, 1, '2000-01-01T00:00:00', '2012-02-29T00:00:00'", no));
    }
  }
  s.db.exec("COMMIT");
  std::size_t seen = 0;
  for (const auto* id : {"dossiers-agents", "dossiers-contractuels"}) {
    const auto* archive = s.app.find_archive(id);
    for (const auto& [key, candidate] : s.candidates(id)) {
      REQUIRE_FALSE(candidate.left_out);
      std::vector<core::Finding> findings;
      const auto unit = records::describe(s.app, *archive, archive->unit, candidate.facts, findings);
      const auto& birth =
          births.at(static_cast<std::size_t>(std::get<std::int64_t>(candidate.key.values.at(0))) - 1);
      ++seen;
      if (date_or(unit.rules.at(0).start) != birth.start)
        FAIL_CHECK(birth.written << " starts on " << date_or(unit.rules[0].start));
      if (findings.empty() != (birth.start != "none")) FAIL_CHECK(birth.written << ": the anomaly");
      if (date_or(unit.rules.at(1).start) != "2012-02-29" || date_or(unit.rules[1].end) != "2062-02-28")
        FAIL_CHECK(birth.written << ": access");
    }
  }
  CHECK(seen == births.size());
}

TEST_CASE("Every schooling: it ends on the latest event that closes one, whatever else the file holds") {
  Shipped s("apogee");
  std::mt19937 random(20261126);  // NOLINT: the same schoolings every time
  const auto pick = [&](int least, int most) {
    return least + static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
  };
  std::map<int, std::string> expected;
  s.db.exec("BEGIN");
  int juries = 0;
  for (int no = 1; no <= 400; ++no) {
    s.add("INDIVIDU", "COD_IND, COD_ETU, LIB_NOM_PAT_IND", fmt::format("{0}, {0}, 'N'", no));
    std::string end;
    const auto close = [&](const std::string& day) { end = std::max(end, day); };
    // A registration, perhaps cancelled (A), left in creation (C) or terminated (R): only the first two never
    // existed.
    for (int i = pick(0, 3); i > 0; --i) {
      const int year = pick(1985, 2015);
      const std::string state(1, "EERAC"[pick(0, 4)]);
      s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE, DAT_CRE_IAE",
            fmt::format("'{}', {}, 'L1', 1, {}, '{}', '{}-12-31T00:00:00'", year, no, i, state, year + 4));
      if (state != "A" && state != "C") close(text(year + 1, 8, 31));
    }
    // A deliberation: open (A) it closes nothing, and a date of convenience is none.
    for (int i = pick(0, 2); i > 0; --i) {
      const int year = pick(1985, 2016);
      const std::string state(1, "TEA"[pick(0, 2)]);
      const bool sentinel = pick(0, 9) == 0;
      const auto day = sentinel ? std::string("9999-12-31") : text(year, 2, last_day(year, 2));
      const auto jury = fmt::format("'E{}', 1, '{}', '1', '1'", ++juries, year - 1);
      s.add("GRP_RESULTAT_VET", "COD_ETP, COD_VRS_VET, COD_ANU, COD_SES, COD_ADM, ETA_AVC_VET, DAT_AVC_VET",
            fmt::format("{}, '{}', '{}T09:00:00'", jury, state, day));
      s.add("RESULTAT_VET", "COD_ETP, COD_VRS_VET, COD_ANU, COD_SES, COD_ADM, COD_IND",
            fmt::format("{}, {}", jury, no));
      if (state != "A" && !sentinel) close(day);
    }
    if (pick(0, 3) == 0) {
      const auto day = text(pick(1986, 2017), 12, 31);
      s.add("RESULTAT_VDI", "COD_IND, COD_DIP, COD_VRS_VDI, COD_ANU, COD_SES, COD_ADM, DAT_OBT_VDI",
            fmt::format("{}, 'D', 1, '1990', '1', '1', '{}T00:00:00'", no, day));
      close(day);
    }
    if (pick(0, 3) == 0) {
      const auto day = text(pick(1986, 2018), 1, 1);
      const bool defended = pick(0, 1) == 1;
      s.add("THESE_HDR_SOUT", "COD_THS, COD_IND, ETA_THS, DAT_SOU_THS",
            fmt::format("{0}, {0}, '{1}', '{2}T00:00:00'", no, defended ? "S" : "E", day));
      if (defended) close(day);
    }
    // A result without jury, so that everyone is transferred: it closes nothing.
    s.add("RESULTAT_EPR", "COD_IND, COD_EPR, COD_ANU, COD_SES, COD_ADM",
          fmt::format("{}, 'X', '1990', '1', '1'", no));
    expected[no] = end.empty() ? "none" : end;
  }
  s.add("INDIVIDU", "COD_IND", "999");
  s.add("INS_ADM_ETP", "COD_ANU, COD_IND, COD_ETP, COD_VRS_VET, NUM_OCC_IAE, ETA_IAE",
        "'2024', 999, 'L1', 1, 1, 'E'");
  s.db.exec("COMMIT");
  const auto* archive = s.app.find_archive("dossiers-etudiants");
  int seen = 0, none = 0;
  for (const auto& [key, candidate] : s.candidates("dossiers-etudiants")) {
    if (candidate.left_out) continue;
    std::vector<core::Finding> findings;
    const auto unit = records::describe(s.app, *archive, archive->unit, candidate.facts, findings);
    const auto no = static_cast<int>(std::get<std::int64_t>(candidate.key.values.at(0)));
    ++seen;
    if (expected.at(no) == "none") ++none;
    if (date_or(unit.rules.at(0).start) != expected.at(no))
      FAIL_CHECK(no << " ends on " << date_or(unit.rules[0].start) << ", by hand " << expected.at(no));
    if (expected.at(no) == "none" && findings.empty()) FAIL_CHECK(no << ": no anomaly");
    // Access never starts before the schooling ends: the latest document is at least as late.
    if (unit.rules[0].start && (!unit.rules.at(1).start || *unit.rules[1].start < *unit.rules[0].start))
      FAIL_CHECK(no << ": access");
  }
  CHECK(seen == 400);
  CHECK(none > 0);  // some have no event at all: the case is there
}
