// Counts the rows of a plan's lists by profile, year and rule, and writes them as a spreadsheet.
#include "sip/plan_table.hpp"

#include "core/csv.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "sip/kept.hpp"
#include "sip/review.hpp"
#include "sip/review_words.hpp"
#include "sip/settings.hpp"
#include "sip/sinks.hpp"

#include <algorithm>
#include <sstream>

namespace versoir::sip {

using core::Json;
using core::tr;

namespace {

void widen(std::optional<core::Date>& first, std::optional<core::Date>& last, std::uint64_t& without,
           const std::optional<core::Date>& date) {
  if (!date) {
    ++without;
    return;
  }
  if (!first || *date < *first) first = date;
  if (!last || *last < *date) last = date;
}

void join(std::string& list, const std::string& item) {
  if (item.empty()) return;
  list += (list.empty() ? "" : ", ") + item;
}

class Counter {
 public:
  Counter(const profiles::Application& app, const Settings& settings, const Json& starts)
      : app_(app), settings_(settings), starts_(starts) {
    for (const auto& archive : app.archives) {
      if (!settings.agreements.contains(archive.id)) continue;  // not of this plan
      ProfileTable profile;
      profile.id = archive.id;
      profile.label = archive.label;
      positions_[archive.id] = table_.size();
      table_.push_back(std::move(profile));
    }
  }

  void keep(const KeptRow& row) {
    const auto at = positions_.find(row.profile);
    if (at == positions_.end()) return;
    auto& profile = table_[at->second];
    ++profile.kept;
    profile.extent.add(row.start, row.end);
    auto& year = row.end ? profile.years[static_cast<int>(row.end->year())] : profile.undated;
    ++year.units;
    count(profile, year, row, "AppraisalRule", row.appraisal_rule, row.final_action, row.appraisal_start,
          row.appraisal_end);
    count(profile, year, row, "AccessRule", row.access_rule, {}, row.access_start, row.access_end);
  }

  void leave(const std::string& id, const std::string& reason, const std::string& year, bool deferred) {
    const auto at = positions_.find(id);
    if (at == positions_.end()) return;
    auto& profile = table_[at->second];
    ++profile.left_out;
    if (deferred) ++profile.deferred;
    ++(deferred ? profile.deferrals : profile.reasons)[reason];
    if (!year.empty()) ++profile.left_by_year[{year, reason}];
  }

  [[nodiscard]] PlanTable take() && { return std::move(table_); }

 private:
  void count(ProfileTable& profile, YearCount& year, const KeptRow& row, const char* category,
             const std::string& codes, const std::string& action, const std::optional<core::Date>& start,
             const std::optional<core::Date>& end) {
    if (codes.empty()) return;
    const auto position = line_of(profile, category, codes, action);
    auto& line = profile.rules[position];
    ++line.units;
    ++year.by_rule[position];
    line.dates.add(row.start, row.end);
    widen(line.first_start, line.last_start, line.without_start, start);
    widen(line.first_end, line.last_end, line.without_end, end);
  }

  std::size_t line_of(ProfileTable& profile, const char* category, const std::string& codes,
                      const std::string& action) {
    for (std::size_t i = 0; i < profile.rules.size(); ++i) {
      const auto& line = profile.rules[i];
      if (line.category == category && line.codes == codes && line.final_action == action) return i;
    }
    RuleCount line;
    line.category = category;
    line.codes = codes;
    line.final_action = action;
    std::istringstream words(codes);
    for (std::string code; words >> code;) {
      auto facts = rule_facts(app_, settings_, code);
      if (starts_.is_object() && starts_.contains(code)) facts["start"].update(starts_.at(code));
      join(line.rule_ids, words::text(facts, "ruleId"));
      join(line.label, words::text(facts, "label"));
      join(line.duration, words::duration_and_start(facts));
    }
    profile.rules.push_back(std::move(line));
    return profile.rules.size() - 1;
  }

  const profiles::Application& app_;
  const Settings& settings_;
  const Json& starts_;  ///< Plan::starts
  std::map<std::string, std::size_t> positions_;
  PlanTable table_;
};

Json date_json(const std::optional<core::Date>& date) {
  return date ? Json(core::format_date(*date)) : Json(nullptr);
}

Json year_json(const Json& year, const YearCount& line) {
  Json by_rule = Json::array();
  for (const auto& [rule, units] : line.by_rule) by_rule.push_back({{"rule", rule}, {"units", units}});
  return {{"year", year}, {"units", line.units}, {"by_rule", std::move(by_rule)}};
}

Json rule_json(const RuleCount& line) {
  return {{"category", line.category},
          {"codes", line.codes},
          {"rule_ids", line.rule_ids},
          {"label", line.label},
          {"final_action", line.final_action},
          {"units", line.units},
          {"without_start", line.without_start},
          {"without_end", line.without_end},
          {"start", date_json(line.dates.start)},
          {"end", date_json(line.dates.end)},
          {"first_start", date_json(line.first_start)},
          {"last_start", date_json(line.last_start)},
          {"first_end", date_json(line.first_end)},
          {"last_end", date_json(line.last_end)}};
}

std::string shown(const std::optional<core::Date>& date) {
  return date ? core::show_date(*date) : std::string();
}

/// Lines of one kind each: a spreadsheet filters on the first two columns.
class Sheet {
 public:
  explicit Sheet(core::ByteSink& sink) : csv_(sink, core::CsvFor::people, ';') {
    csv_.row({tr("archive profile"), tr("line"), tr("year"), tr("category"), tr("rule"),
              tr("RuleId of the platform"), tr("label"), tr("duration"), tr("final action"), tr("reason"),
              tr("records"), tr("earliest date"), tr("latest date"), tr("earliest end of rule"),
              tr("latest end of rule"), tr("without end of rule"), tr("earliest start of rule"),
              tr("latest start of rule"), tr("without start of rule")});
  }

  void write(const ProfileTable& profile) {
    line(profile, tr("total"), {}, nullptr, {}, profile.kept, &profile.extent);
    for (const auto& [year, of_year] : profile.years) write(profile, std::to_string(year), of_year);
    if (profile.undated.units) write(profile, tr("no date"), profile.undated);
    for (const auto& rule : profile.rules)
      line(profile, tr("rule"), {}, &rule, {}, rule.units, &rule.dates, true);
    for (const auto& [reason, records] : profile.reasons)
      line(profile, tr("left out"), {}, nullptr, reason, records);
    for (const auto& [reason, records] : profile.deferrals)
      line(profile, tr("deferred"), {}, nullptr, reason, records);
    for (const auto& [left, records] : profile.left_by_year)
      line(profile, tr("left out and year"), left.first, nullptr, left.second, records);
  }

 private:
  void write(const ProfileTable& profile, const std::string& year, const YearCount& of_year) {
    line(profile, tr("year"), year, nullptr, {}, of_year.units);
    for (const auto& [rule, units] : of_year.by_rule)
      line(profile, tr("year and rule"), year, &profile.rules[rule], {}, units);
  }

  void line(const ProfileTable& profile, const std::string& kind, const std::string& year,
            const RuleCount* rule, const std::string& reason, std::uint64_t records,
            const Extent* extent = nullptr, bool ends = false) {
    static const RuleCount none;
    const auto& r = rule ? *rule : none;
    csv_.row({profile.label, kind, year, words::category_label(r.category), r.codes, r.rule_ids, r.label,
              r.duration, words::action_label(r.final_action), reason, std::to_string(records),
              extent ? shown(extent->start) : "", extent ? shown(extent->end) : "",
              ends ? shown(r.first_end) : "", ends ? shown(r.last_end) : "",
              ends ? std::to_string(r.without_end) : "", ends ? shown(r.first_start) : "",
              ends ? shown(r.last_start) : "", ends ? std::to_string(r.without_start) : ""});
  }

  core::CsvWriter csv_;
};

}  // namespace

PlanTable plan_table(const Versement& versement, const Plan& plan, const profiles::Application& app) {
  const auto settings = Settings::from_json(plan.settings);
  Counter counter(app, settings, plan.starts);
  read_kept(versement.file("kept.csv"), [&](const KeptRow& row) {
    counter.keep(row);
    return true;
  });
  read_rows(versement.file("left-out.csv"), [&](std::vector<std::optional<std::string>>& f) {
    if (f.size() >= 3)
      counter.leave(f[0].value_or(""), f[2].value_or(""), f.size() > 3 ? f[3].value_or("") : "",
                    f.size() > 4 && !f[4].value_or("").empty());
    return true;
  });
  return std::move(counter).take();
}

Json to_json(const ProfileTable& table) {
  Json years = Json::array(), rules = Json::array();
  for (const auto& [year, line] : table.years) years.push_back(year_json(year, line));
  if (table.undated.units) years.push_back(year_json(nullptr, table.undated));
  for (const auto& rule : table.rules) rules.push_back(rule_json(rule));
  Json left = Json::array();
  for (const auto& [of, records] : table.left_by_year)
    left.push_back({{"year", of.first}, {"reason", of.second}, {"records", records}});
  return {{"profile", table.id},
          {"kept", table.kept},
          {"left_out", table.left_out},
          {"deferred", table.deferred},
          {"start", date_json(table.extent.start)},
          {"end", date_json(table.extent.end)},
          {"years", std::move(years)},
          {"rules", std::move(rules)},
          {"reasons", table.reasons},
          {"deferrals", table.deferrals},
          {"left_by_year", std::move(left)}};
}

core::Json write_plan_table(const Versement& versement, const PlanTable& table) {
  core::AtomicFile file(versement.file("tableau.csv"), private_mode);
  HashingSink sink(file);
  sink.write("\xEF\xBB\xBF");  // spreadsheets then read UTF-8
  Sheet sheet(sink);
  for (const auto& profile : table) sheet.write(profile);
  file.commit();
  return {{"csv", sink.take().sha512.hex()}, {"html", write_plan_page(versement, table).hex()}};
}

}  // namespace versoir::sip
