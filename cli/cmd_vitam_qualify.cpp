// versoir vitam qualify: a platform put to the test before the first transfer.
#include "cli/named_contracts.hpp"
#include "cli/platform_link.hpp"
#include "cli/send_rights.hpp"
#include "cli/vitam_commands.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "vitam/qualification.hpp"

#include <algorithm>
#include <thread>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string trial_label(vitam::Trial t) {
  return t == vitam::Trial::good  ? core::tr("good")
         : t == vitam::Trial::bad ? core::tr("BAD")
                                  : core::tr("not tried");
}

/// The lot of the dry run: --lot, or the first one.
sip::PlannedLot tried_lot(Context& c, const sip::Plan& plan) {
  const auto lots = c.chosen_lots(plan);
  if (lots.empty()) throw Error(Exit::lot_state, msg("The versement {0} has no lot.", plan.versement));
  return lots.front();
}

std::vector<vitam::TrialResult> run_trials(Context& c, PlatformLink& link) {
  vitam::Client client(*link.http, link.platform);
  const vitam::Qualifying with{client, *link.http, c.clock, named_contracts(c, link.platform.name)};
  const auto id = c.words.find("VERSEMENT");
  if (!id) return vitam::qualify(with, std::nullopt, c.stop);
  const auto versement = c.known_versement(*id);
  const auto plan = versement.plan();
  RightsAtHand rights(c, versement);
  const auto approved =
      authorise(c, versement, plan, tried_lot(c, plan).id, vitam::target_of(link.platform), rights);
  vitam::Ingest ingest(
      client, c.journal(), c.clock, c.out.progress(),
      [&c](std::chrono::seconds s) {
        const auto until = std::chrono::steady_clock::now() + s;
        while (!c.stop.stop_requested() && std::chrono::steady_clock::now() < until)
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
      },
      [&c](const core::Message& m) { c.out.warn(m); });
  return vitam::qualify(with, vitam::BlankTrial{ingest, versement, approved}, c.stop);
}

int run_qualify(Context& c) {
  auto link = open_platform(c, chosen_platform(c));
  const auto results = run_trials(c, link);
  std::size_t bad = 0;
  std::vector<std::vector<std::string>> rows;
  for (const auto& r : results) {
    bad += r.outcome == vitam::Trial::bad ? 1 : 0;
    rows.push_back({trial_label(r.outcome), r.what.text(), r.found.text()});
    c.out.event("trial",
                {{"id", r.id}, {"outcome", vitam::trial_name(r.outcome)}, {"found", r.found.english()}});
  }
  c.out.table({"", core::tr("what is relied on"), core::tr("what was seen")}, rows);
  const auto file = c.in_workspace("qualification-" + link.platform.name + ".json");
  core::write_json(file, vitam::qualification_json(results, link.platform, c.clock));
  c.out.result(bad == 0 ? msg("The platform {0} answers as is relied on.", link.platform.name)
                        : core::nmsg("The platform {1} failed {0} trial.",
                                     "The platform {1} failed {0} trials.", bad, link.platform.name));
  c.out.say(msg("Written to {0}.", file.string()));
  c.out.summary({{"platform", link.platform.name}, {"trials", results.size()}, {"bad", bad}});
  const bool closed = std::ranges::any_of(results, [](const vitam::TrialResult& r) {
    return r.id == "services" && r.outcome == vitam::Trial::bad;
  });
  return static_cast<int>(bad == 0 ? Exit::ok : closed ? Exit::platform_unreachable : Exit::platform_refused);
}

}  // namespace

std::vector<CommandDef> vitam_qualify_commands() {
  return {
      {.name = "vitam qualify",
       .summary = mark("put a platform to the test before the first transfer"),
       .details = mark("Asks what every transfer relies on: services, certificate, contracts, refusals, "
                       "bodies of questions behind a proxy. With a versement, also has its first lot run "
                       "through the controls of the platform, which keeps nothing (BLANK_TEST). The result "
                       "stays in qualification-PLATFORM.json."),
       .example = "versoir vitam qualify scolarite-2026",
       .arguments = {{mark("VERSEMENT"), mark("an approved versement whose first lot has a dry run"), false}},
       .options = {{"lot", mark("ID"), mark("that lot instead of the first"), nullptr, true},
                   platform_option(),
                   trace_option()},
       .exits = {Exit::configuration, Exit::lot_state, Exit::signing, Exit::role_register, Exit::visa_missing,
                 Exit::visa_bad_signature, Exit::visa_untrusted, Exit::visa_other_versement,
                 Exit::visa_by_producer, Exit::visa_expired, Exit::visa_other_platform,
                 Exit::visa_sip_changed, Exit::platform_unreachable, Exit::platform_refused,
                 Exit::journal_broken, Exit::evidence_broken},
       .run = run_qualify}};
}

}  // namespace versoir::cli
