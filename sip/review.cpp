// Gathers the facts of a versement for the archivist: from the lists, the profile, the extract and the lots'
// folders.
#include "sip/review.hpp"

#include "core/file.hpp"
#include "sip/attached_file.hpp"
#include "sip/content.hpp"
#include "sip/dossier.hpp"
#include "sip/filing_plan.hpp"
#include "sip/kept.hpp"
#include "sip/review_lists.hpp"
#include "sip/review_lots.hpp"
#include "sip/settings.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace versoir::sip {

namespace fs = std::filesystem;

using core::Json;

namespace {

constexpr std::size_t most_anomalies = 200;

bool unlimited(const profiles::Application& app, const std::string& codes) {
  std::size_t at = 0;
  while (at < codes.size()) {
    const auto end = std::min(codes.find(' ', at), codes.size());
    const auto* rule = app.find_rule(codes.substr(at, end - at));
    if (rule && !rule->duration) return true;
    at = end + 1;
  }
  return false;
}

Json forecast_to_json(const profiles::Application& app, const ProfileStats& stats) {
  Json list = Json::array();
  for (const auto& [key, rule] : stats.rules) {
    Json decades = Json::array();
    for (const auto& [decade, count] : rule.decades)
      decades.push_back({{"decade", decade}, {"units", count}});
    list.push_back({{"category", key.first},
                    {"codes", key.second},
                    {"units", rule.units},
                    {"withoutEnd", rule.without_end},
                    {"elapsed", rule.elapsed},
                    {"unlimited", unlimited(app, key.second)},
                    {"first", iso_or_empty(rule.first)},
                    {"last", iso_or_empty(rule.last)},
                    {"actions", rule.actions},
                    {"decades", std::move(decades)}});
  }
  return list;
}

Json reasons_to_json(const ProfileStats& stats) {
  std::vector<std::pair<std::pair<bool, std::string>, std::uint64_t>> reasons(stats.reasons.begin(),
                                                                              stats.reasons.end());
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  Json list = Json::array();
  for (const auto& [why, count] : reasons)
    list.push_back({{"reason", why.second}, {"records", count}, {"deferred", why.first}});
  return list;
}

/// Null for an archive profile whose records are exhaustive; without criteria, nothing is decided.
Json sampling_to_json(const profiles::ArchiveDef& archive, const Settings& settings, const Plan& plan) {
  if (!archive.sampling) return nullptr;
  Json json = {{"criteria", Json::array()}, {"validation", nullptr}};
  for (const auto& outcome : plan.sampling)
    if (core::text_of(outcome, "profile") == archive.id) json.update(outcome);
  const auto decision = settings.sampling.find(archive.id);
  if (decision != settings.sampling.end() && decision->second.validation) {
    const auto& v = *decision->second.validation;
    json["validation"] = {{"reference", v.reference}, {"who", v.who}, {"date", v.date}};
  }
  return json;
}

/// `carried`: the application as the extract carries it, before [durations].
Json profiles_to_json(const profiles::Application& app, const profiles::Application& carried,
                      const Settings& settings, const ReviewLists& lists, const Plan& plan) {
  Json list = Json::array();
  static const ProfileStats none;
  for (const auto& archive : app.archives) {
    const auto agreement = settings.agreements.find(archive.id);
    if (agreement == settings.agreements.end()) continue;  // not of this plan
    const auto at = lists.profiles.find(archive.id);
    const auto& stats = at == lists.profiles.end() ? none : at->second;
    Json rules = Json::array();
    for (const auto& code : written_rules(archive, settings)) {
      rules.push_back(rule_facts(carried, settings, code));
      if (plan.starts.is_object() && plan.starts.contains(code))
        rules.back()["start"].update(plan.starts.at(code));
    }
    list.push_back({{"id", archive.id},
                    {"code", archive.code},
                    {"label", archive.label},
                    {"description", archive.description},
                    {"agreement", agreement->second},
                    {"kept", stats.kept},
                    {"leftOut", stats.left_out},
                    {"deferred", stats.deferred},
                    {"reasons", reasons_to_json(stats)},
                    {"start", iso_or_empty(stats.extent.start)},
                    {"end", iso_or_empty(stats.extent.end)},
                    {"withoutDates", stats.without_dates},
                    {"rules", std::move(rules)},
                    {"sampling", sampling_to_json(archive, settings, plan)},
                    {"forecast", forecast_to_json(app, stats)}});
  }
  return list;
}

Json anomalies_to_json(core::Database& db) {
  Json list = Json::array();
  auto st = db.prepare(
      "SELECT table_name, coalesce(column_name, ''), kind, count(*) FROM versoir_anomaly GROUP BY 1, 2, 3 "
      "ORDER BY 1, 2, 3");
  while (list.size() < most_anomalies && st.step())
    list.push_back(
        {{"table", st.text(0)}, {"column", st.text(1)}, {"kind", st.text(2)}, {"times", st.integer(3)}});
  return list;
}

Json extract_to_json(extract::Extract& extract, const Plan& plan) {
  const auto& run = extract.run();
  std::uint64_t rows = 0;
  for (const auto& table : extract.tables()) rows += table.copied_rows;
  return {{"name", plan.extract.filename().string()},
          {"kind", run.kind},
          {"consistency", run.consistency},
          {"root", plan.extract_root},
          {"sha512", plan.extract_sha512},
          {"system", run.system},
          {"systemVersion", run.system_version},
          {"snapshot", run.snapshot},
          {"started", core::format_instant(run.started)},
          {"finished", core::format_instant(run.finished)},
          {"profileVersion", run.profile_version},
          {"profileDigest", plan.profile_digest},
          {"tables", extract.tables().size()},
          {"rows", rows},
          {"anomalies", run.anomalies},
          {"anomalyKinds", anomalies_to_json(extract.database())}};
}

/// How sure the dictionary is, and what was never copied.
Json dictionary_to_json(const profiles::Application& app) {
  std::map<std::string, std::uint64_t> evidence;
  std::uint64_t columns_left = 0;
  Json left = Json::array();
  for (const auto& table : app.tables) {
    if (!table.take) {
      left.push_back({{"table", table.name}, {"label", table.label}, {"reason", table.reason}});
      continue;
    }
    for (const auto& column : table.columns) {
      if (column.take)
        ++evidence[std::string(profiles::evidence_name(column.evidence))];
      else
        ++columns_left;
    }
  }
  return {{"columnsByEvidence", evidence},
          {"columnsNotTaken", columns_left},
          {"tablesNotTaken", std::move(left)}};
}

/// What is said of any versement.
Json common_facts(const Versement& versement, const Plan& plan, const Settings& settings,
                  const Target& target, const ReviewLists& lists) {
  Json facts = {{"format", "versoir-review/1"},
                {"versement", plan.versement},
                {"attempt", plan.attempt},
                {"created", core::format_instant(plan.created)},
                {"establishment", settings.establishment},
                {"agencies", plan.settings.at("agencies")},
                {"platform",
                 {{"name", plan.platform},
                  {"kind", plan.platform_kind},
                  {"tenant", plan.tenant},
                  {"ingestUrl", target.ingest_url},
                  {"caSha256", target.ca_sha256},
                  {"agreements", plan.settings.at("agreements")}}},
                {"seda", seda_name(plan.seda)},
                {"closed", plan.closed},
                {"sample", lists.sample}};
  add_lots(versement, plan, facts);
  return facts;
}

ReviewLists read_lists(const Versement& versement, const Plan& plan) {
  ReviewLists lists{core::Date{std::chrono::floor<std::chrono::days>(plan.created)}, {}, Json::array()};
  lists.read(versement, plan.kept);
  return lists;
}

Json attachments_to_json(const Settings& settings) {
  Json list = Json::array();
  for (const auto& [archive, a] : settings.attachments)
    list.push_back({{"profile", archive},
                    {"node", a.node},
                    {"title", a.title},
                    {"source", a.versement.empty() ? a.plan : a.versement},
                    {"keyName", a.key_name},
                    {"systemId", a.system_id}});
  return list;
}

constexpr std::size_t most_files = 20;

/// What is attached to records: how much of what, and the first ones; names may be those of persons, as the
/// records' own titles are.
Json files_to_json(const Versement& versement, const Plan& plan) {
  struct Kind {
    std::uint64_t files = 0, bytes = 0;
  };
  std::map<std::string, Kind> kinds;
  Json first = Json::array();
  for (const auto& lot : plan.lots)
    for (const auto& row :
         files_of_lot(versement.file(files_list), core::text_of(plan.files, "sha512"), lot.id.value)) {
      auto extension = fs::path(row.file).extension().string();
      std::ranges::transform(extension, extension.begin(),
                             [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      auto& kind = kinds[extension];
      ++kind.files;
      kind.bytes += row.size;
      if (first.size() < most_files)
        first.push_back({{"title", row.title},
                         {"file", row.file},
                         {"date", row.date ? core::format_date(*row.date) : std::string()},
                         {"size", row.size}});
    }
  Json by_kind = Json::array();
  for (const auto& [extension, kind] : kinds)
    by_kind.push_back({{"extension", extension}, {"files", kind.files}, {"bytes", kind.bytes}});
  return {{"files", plan.files.at("files")},
          {"bytes", plan.files.at("bytes")},
          {"kinds", std::move(by_kind)},
          {"first", std::move(first)}};
}

}  // namespace

Json review_facts(const Versement& versement, const Plan& plan, extract::Extract& extract,
                  const Target& target) {
  const auto settings = Settings::from_json(plan.settings);
  const auto carried = extract.profile();
  auto app = carried;
  apply_durations(app, settings.durations);
  const auto lists = read_lists(versement, plan);
  auto facts = common_facts(versement, plan, settings, target, lists);
  facts["application"] = {{"id", app.id}, {"label", app.label}};
  facts["extract"] = extract_to_json(extract, plan);
  facts["dictionary"] = dictionary_to_json(app);
  facts["profiles"] = profiles_to_json(app, carried, settings, lists, plan);
  if (!plan.confirmed.is_null()) facts["confirmed"] = plan.confirmed;
  if (!settings.attachments.empty()) facts["attachments"] = attachments_to_json(settings);
  if (!plan.files.is_null()) facts["files"] = files_to_json(versement, plan);
  return facts;
}

Json review_filing_facts(const Versement& versement, const Plan& plan, const Target& target) {
  const auto filing = FilingPlan::read(versement.file(filing_file));
  auto facts =
      common_facts(versement, plan, Settings::from_json(plan.settings), target, read_lists(versement, plan));
  Json nodes = Json::array();
  for (const auto& node : filing.nodes)
    nodes.push_back({{"id", node.id},
                     {"parent", node.parent},
                     {"title", node.title},
                     {"level", node.level},
                     {"description", node.description},
                     {"depth", node.depth}});
  facts["sample"] = Json::array();  // the whole plan is shown
  facts["filing"] = {{"title", filing.title},
                     {"root", plan.extract_root},
                     {"sha512", plan.extract_sha512},
                     {"nodes", std::move(nodes)}};
  return facts;
}

Json review_dossier_facts(const Versement& versement, const Plan& plan, const Target& target) {
  const auto settings = Settings::from_json(plan.settings);
  auto facts = common_facts(versement, plan, settings, target, read_lists(versement, plan));
  Json documents = Json::array();
  std::uint64_t packed = 0;
  for (const auto& row : files_of_lot(versement.file(files_list), core::text_of(plan.files, "sha512"),
                                      plan.lots.front().id.value)) {
    if (row.key == evidence_part) {
      ++packed;
      continue;
    }
    const auto part = std::ranges::find(dossier_parts(), row.key, &DossierPart::id);
    documents.push_back({{"part", part == dossier_parts().end() ? row.key : std::string(part->title)},
                         {"title", row.title},
                         {"file", row.file},
                         {"size", row.size},
                         {"sha512", row.sha512}});
  }
  const auto rule = settings.rules.find(std::string(dossier_access));
  facts["sample"] = Json::array();  // every document is shown
  facts["dossier"] = {{"versement", core::text_of(plan.dossier, "versement")},
                      {"pack", core::text_of(plan.dossier, "pack")},
                      {"list", plan.extract_root},
                      {"packed", packed},
                      {"access_rule", rule == settings.rules.end() ? std::string() : rule->second},
                      {"documents", std::move(documents)}};
  return facts;
}

}  // namespace versoir::sip
