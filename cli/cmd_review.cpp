// versoir review: what the archivist reads before deciding.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/error.hpp"
#include "sip/closing.hpp"
#include "sip/plan_overlap.hpp"
#include "sip/review.hpp"
#include "sip/visa.hpp"
#include "vitam/client.hpp"

#include <optional>

namespace versoir::cli {

using core::Exit;
using core::msg;

namespace {

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

int run_review(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto plan = versement.plan();
  if (std::filesystem::exists(sip::closing_file(versement.folder())))
    throw core::Error(Exit::lot_state,
                      msg("The versement {0} is closed: its reports were removed, and none is "
                          "made again.",
                          plan.versement));
  const auto target = vitam::read_target(c.config(), plan.platform);
  std::optional<extract::Extract> extract;
  if (!plan.is_filing()) extract.emplace(c.open_extract(plan));
  const auto facts = extract ? sip::review_facts(versement, plan, *extract, target)
                             : sip::review_filing_facts(versement, plan, target);
  keep_signed_report(versement);
  sip::write_review_html(versement, facts);
  const auto report = versement.file("review.html").lexically_normal();
  c.journal().append("REVIEW_WRITTEN",
                     {{"versement", plan.versement}, {"sha512", core::digest_file(report).sha512.hex()}},
                     trust::Outcome::ok);
  c.out.event("review", {{"facts", facts}});
  c.out.result(sip::review_text(facts));
  if (!plan.is_filing())
    for (const auto& twice : sip::planned_twice(versement, plan)) c.out.finding(twice);
  c.out.result(msg("The full report, with a sample of the units: {0}", report.string()));
  c.out.summary({{"versement", plan.versement}, {"report", report.string()}});
  return 0;
}

}  // namespace

std::vector<CommandDef> review_commands() {
  return {{.name = "review",
           .summary = mark("report on a versement for the archivist, on the terminal and as a page"),
           .details = mark("What would be transferred, what would not and why, rules with their forecast end "
                           "dates and how sure they are, "
                           "checks, a sample of units. The visa binds the digest of this very report."),
           .example = "versoir review scolarite-2026",
           .arguments = {{mark("VERSEMENT"), mark("identifier of the versement")}},
           .options = {},
           .exits = {Exit::configuration, Exit::extract_invalid, Exit::lot_state},
           .run = run_review}};
}

}  // namespace versoir::cli
