// versoir vitam compare: units and objects of accepted lots, drawn at random, asked for again.
#include "cli/platform_link.hpp"
#include "cli/read_back.hpp"
#include "cli/vitam_commands.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"

#include <charconv>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::optional<std::uint64_t> typed_seed(Context& c) {
  const auto text = c.words.find("seed");
  if (!text) return std::nullopt;
  std::uint64_t seed = 0;
  const auto [end, ec] = std::from_chars(text->data(), text->data() + text->size(), seed);
  if (ec != std::errc() || end != text->data() + text->size())
    throw Error(Exit::usage, msg("--seed {0}: not a whole number.", *text));
  return seed;
}

/// Without --lot: those that the platform accepted and whose SIP is still here.
std::vector<sip::PlannedLot> comparable_lots(Context& c, const sip::Versement& versement,
                                             const sip::Plan& plan) {
  auto lots = c.chosen_lots(plan);
  if (!c.words.list("lot").empty()) return lots;
  std::erase_if(lots, [&](const sip::PlannedLot& lot) {
    return !fs::exists(versement.lot(lot.id) / "receipt.json") || !fs::exists(versement.sip(lot.id));
  });
  if (lots.empty())
    throw Error(
        Exit::lot_state,
        msg("No lot of versement {0} was accepted, or their SIPs are no longer here.", versement.id()))
        .hint(msg("versoir status says where each lot stands."));
  return lots;
}

int run_compare(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto plan = versement.plan();
  const auto lots = comparable_lots(c, versement, plan);
  vitam::ReadBackTerms terms;
  terms.sample = static_cast<std::uint64_t>(c.words.integer("sample", 1, 1'000'000));
  terms.seed = typed_seed(c);
  auto link = open_platform(c, c.words.has("platform") ? c.words.get("platform") : plan.platform);
  vitam::Access access(*link.http, link.platform);
  std::uint64_t equal = 0, different = 0;
  for (const auto& lot : lots) {
    c.check_stop();
    const auto result = compare_lot(c, access, versement, lot.id, terms);
    equal += result.equal;
    different += result.different;
  }
  if (different > 0)
    c.out.say(
        msg("→ Give these lines to the operators of the platform, and keep the SIP: versoir close would "
            "remove it."));
  c.out.summary({{"versement", plan.versement}, {"equal", equal}, {"different", different}});
  return static_cast<int>(different > 0 ? Exit::evidence_broken : Exit::ok);
}

}  // namespace

vitam::ReadBack compare_lot(Context& c, vitam::Access& access, const sip::Versement& versement,
                            const sip::MessageIdentifier& lot, const vitam::ReadBackTerms& terms) {
  auto result = vitam::read_back(access, versement, lot, terms, c.clock, c.out.progress(), c.stop);
  for (const auto& f : result.findings) c.out.finding(f);
  const auto file = versement.lot(lot) / vitam::read_back_name;
  core::write_json(file, result.json);
  c.journal().append("READ_BACK",
                     {{"versement", versement.id()},
                      {"lot", lot.value},
                      {"read_back_sha512", core::digest_file(file).sha512.hex()}},
                     result.different == 0 ? trust::Outcome::ok : trust::Outcome::ko,
                     {{"platform", access.platform().name},
                      {"seed", result.seed},
                      {"units", result.units},
                      {"objects", result.objects},
                      {"equal", result.equal},
                      {"different", result.different}});
  c.out.result(msg("{0}: {1} and {2} asked for (seed {3}), {4} as in the SIP, {5} different.", lot.value,
                   core::ntr("{0} archive unit", "{0} archive units", result.units),
                   core::ntr("{0} object", "{0} objects", result.objects), result.seed, result.equal,
                   result.different));
  c.out.event(
      "read-back",
      {{"lot", lot.value}, {"seed", result.seed}, {"equal", result.equal}, {"different", result.different}});
  return result;
}

std::vector<CommandDef> vitam_compare_commands() {
  return {
      {.name = "vitam compare",
       .summary = mark("ask the platform for some of what was deposited, and compare it with the SIP"),
       .details =
           mark("Draws archive units and objects of the accepted lots at random, asks for them, and compares "
                "title, dates, rules, description level, and the bytes of the objects. The result "
                "stays in read-back.json beside the receipt; the seed draws the same ones again."),
       .example = "versoir vitam compare scolarite-2026",
       .arguments = {{mark("VERSEMENT"), mark("identifier of the versement")}},
       .options = {{"lot", mark("ID"), mark("only this lot"), nullptr, true},
                   {"sample", mark("N"), mark("archive units to draw in each lot, and as many objects"),
                    "20"},
                   {"seed", mark("N"), mark("draw the same ones as the run that told this seed")},
                   {"platform", mark("NAME"), mark("platform of the configuration (default: the plan's)")},
                   trace_option()},
       .exits = {Exit::configuration, Exit::temporary, Exit::lot_state, Exit::platform_unreachable,
                 Exit::platform_refused, Exit::reply_unreadable, Exit::journal_broken, Exit::evidence_broken,
                 Exit::disk},
       .run = run_compare}};
}

}  // namespace versoir::cli
