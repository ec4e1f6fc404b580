// versoir review: what the archivist reads before deciding.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/closing.hpp"
#include "sip/plan_overlap.hpp"
#include "sip/review.hpp"
#include "sip/review_words.hpp"
#include "sip/visa.hpp"
#include "vitam/client.hpp"

#include <algorithm>
#include <optional>

namespace versoir::cli {

using core::Exit;
using core::msg;

namespace {

std::string day_or_none(const std::optional<core::Date>& date) {
  return date ? core::show_date(*date) : core::tr("no end");
}

/// A report that a visa binds stays as it was read: it is kept aside before a new one takes its place.
void keep_signed_report(const sip::Versement& versement) {
  const auto report = versement.file("review.html");
  if (!std::filesystem::exists(report)) return;
  const auto digest = core::digest_file(report).sha512.hex();
  for (const auto& visa : sip::list_visas(versement))
    if (visa.json.value("reviewSha512", "") == digest)
      core::write_file(versement.file("review-visa-" + std::to_string(visa.number) + ".html"),
                       core::read_file(report));
}

/// The key of a record that is transferred and whose key no other one found has: what --show takes next. ""
/// when there is none, or when a key was given.
std::string telling_key(const std::vector<sip::FoundRecord>& found, const std::string& who) {
  for (const auto& f : found) {
    const auto same = [&](const sip::FoundRecord& other) { return other.key == f.key; };
    if (f.kept && f.key != who && std::ranges::count_if(found, same) == 1) return f.key;
  }
  return {};
}

/// --show: how the record of a person will be transferred, or why it will not be.
int show_person(Context& c, const sip::Versement& versement, const sip::Plan& plan) {
  constexpr std::size_t most = 20;
  const auto who = c.words.get("show");
  std::optional<profiles::Application> app;  // read only when somebody is named by a record
  const auto record_of = [&](const std::string& profile) -> std::string {
    if (!plan.is_of_extract()) return {};
    if (!app) app = c.open_extract(plan).profile();
    const auto* archive = app->find_archive(profile);
    return archive ? archive->record : std::string();
  };
  const auto found = sip::find_records(versement, who, most + 1, record_of);
  for (std::size_t i = 0; i < std::min(most, found.size()); ++i) {
    const auto& f = found[i];
    c.out.event("record", {{"profile", f.profile},
                           {"key", f.key},
                           {"title", f.title},
                           {"kept", f.kept.has_value()},
                           {"reason", f.reason}});
    if (!f.kept)
      c.out.result(msg("{0} {1}: left out: {2}", f.profile, f.key, f.reason));
    else
      c.out.result(msg("{0} {1}: {2}; lot {3}; {4} until {5}, then {6}; access {7} until {8}", f.profile,
                       f.key, f.title, f.kept->lot, f.kept->appraisal_rule,
                       day_or_none(f.kept->appraisal_end), sip::words::action_label(f.kept->final_action),
                       f.kept->access_rule, day_or_none(f.kept->access_end)));
  }
  if (found.empty())
    throw core::Error(Exit::not_found, msg("No record of this versement answers to {0}.", who))
        .hint(msg(
            "Give a name as the title of the unit has it, or a key as kept.csv and left-out.csv have it."));
  if (found.size() > most)
    c.out.result(msg("More than {0} records: give more of the name, or the key.", most));
  if (found.size() > 1)
    if (const auto key = telling_key(found, who); !key.empty())
      c.out.say(msg("→ --show with one of these keys shows that record, for instance --show '{0}'.", key));
  if (found.size() == 1 && found[0].kept) {
    auto extract = c.open_extract(plan);
    c.out.result("");
    c.out.result(sip::record_text(extract, found[0].profile, found[0].key));
  }
  c.out.summary({{"versement", plan.versement}, {"records", found.size()}});
  return 0;
}

/// Which checks the report shows: one made since may say something else.
core::Json checks_shown(const sip::Versement& versement, const sip::Plan& plan) {
  core::Json checks = core::Json::object();
  for (const auto& lot : plan.lots)
    if (const auto file = versement.lot(lot.id) / "check.json"; std::filesystem::exists(file))
      checks[lot.id.value] = core::digest_file(file).sha512.hex();
  return checks;
}

int run_review(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto plan = versement.plan();
  if (std::filesystem::exists(sip::closing_file(versement.folder())))
    throw core::Error(Exit::lot_state,
                      msg("The versement {0} is closed: its reports were removed, and none is "
                          "made again.",
                          plan.versement));
  if (c.words.has("show")) return show_person(c, versement, plan);
  const auto target = vitam::read_target(c.config(), plan.platform);
  std::optional<extract::Extract> extract;
  if (plan.is_of_extract()) extract.emplace(c.open_extract(plan));
  auto facts = extract            ? sip::review_facts(versement, plan, *extract, target)
               : plan.is_filing() ? sip::review_filing_facts(versement, plan, target)
                                  : sip::review_dossier_facts(versement, plan, target);
  std::optional<sip::RecordSample> records;
  if (const auto n = c.words.integer("sample", 0, 50); extract && n > 0) {
    std::optional<std::uint64_t> seed;
    if (c.words.has("seed")) seed = static_cast<std::uint64_t>(c.words.integer("seed", 0, 4'294'967'295));
    records.emplace(versement, plan, *extract, static_cast<std::uint64_t>(n), seed);
    facts["records"] = records->to_json();
  }
  keep_signed_report(versement);
  sip::write_review_html(versement, facts, records ? &*records : nullptr);
  const auto report = versement.file("review.html").lexically_normal();
  c.journal().append("REVIEW_WRITTEN",
                     {{"versement", plan.versement},
                      {"sha512", core::digest_file(report).sha512.hex()},
                      {"checks", checks_shown(versement, plan)}},
                     trust::Outcome::ok);
  c.out.event("review", {{"facts", facts}});
  c.out.result(sip::review_text(facts));
  if (plan.is_of_extract())
    for (const auto& twice : sip::planned_twice(versement, plan)) c.out.finding(twice);
  c.out.result(msg("The full report, with a sample of the units: {0}", report.string()));
  c.out.summary({{"versement", plan.versement}, {"report", report.string()}});
  return 0;
}

}  // namespace

std::vector<CommandDef> review_commands() {
  return {
      {.name = "review",
       .summary = mark("report on a versement for the archivist, on the terminal and as a page"),
       .details = mark("What would be transferred, what would not and why, rules with their forecast end "
                       "dates and how sure they are, "
                       "checks, a sample of units. The visa binds the digest of this very report."),
       .example = "versoir review scolarite-2026",
       .arguments = {{mark("VERSEMENT"), mark("identifier of the versement")}},
       .options =
           {{"sample", mark("N"), mark("records of each archive profile shown as they will be read"), "2"},
            {"seed", mark("N"), mark("draw other records than those of the plan's own number")},
            {"show", mark("PERSON"),
             mark("only tell how this person's record, by name or key, will be transferred, or why not")}},
       .exits = {Exit::configuration, Exit::extract_invalid, Exit::lot_state, Exit::not_found},
       .run = run_review}};
}

}  // namespace versoir::cli
