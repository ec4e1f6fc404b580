// versoir review: what the archivist reads before deciding.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/error.hpp"
#include "sip/review.hpp"

namespace versoir::cli {

using core::Exit;
using core::msg;

namespace {

int run_review(Context& c) {
  const auto versement = c.versement(c.words.get("VERSEMENT"));
  const auto plan = versement.plan();
  auto extract = c.open_extract(plan);
  const auto facts = sip::review_facts(versement, plan, extract);
  sip::write_review_html(versement, facts);
  const auto report = versement.file("review.html").lexically_normal();
  c.journal().append("REVIEW_WRITTEN",
                     {{"versement", plan.versement}, {"sha512", core::digest_file(report).sha512.hex()}},
                     trust::Outcome::ok);
  c.out.event("review", {{"facts", facts}});
  c.out.result(sip::review_text(facts));
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
           .arguments = {{"VERSEMENT", mark("identifier of the versement")}},
           .options = {},
           .exits = {Exit::configuration, Exit::extract_invalid, Exit::lot_state},
           .run = run_review}};
}

}  // namespace versoir::cli
