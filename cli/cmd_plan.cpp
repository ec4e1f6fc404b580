// versoir plan: which records go in which lots.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "extract/seal.hpp"
#include "sip/plan.hpp"
#include "sip/settings.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string limit(Context& c, const char* option, const char* key) {
  return c.words.has(option) ? c.words.get(option) : c.config().get("transfer", key);
}

/// A rehearsal may use rules that nobody has validated yet; a production platform may not.
void tell_unvalidated(Context& c, const sip::Plan& plan) {
  const auto settings = sip::Settings::from_json(plan.settings);
  std::string codes;
  std::size_t n = 0;
  for (const auto& [code, id] : settings.rules) {
    if (settings.validations.contains(code)) continue;
    codes += (codes.empty() ? "" : ", ") + code;
    ++n;
  }
  if (n == 0) return;
  c.out.warn(
      core::nmsg("{0} rule is not validated by the establishment yet: {1}. [validation] says which are; "
                 "a production platform accepts no other.",
                 "{0} rules are not validated by the establishment yet: {1}. [validation] says which "
                 "are; a production platform accepts no other.",
                 n, codes));
}

int run_plan(Context& c) {
  auto extract = extract::Extract::open(c.input(c.words.get("EXTRACT")));
  sip::PlanOptions options;
  options.versement =
      c.words.has("id") ? c.words.get("id")
                        : extract.run().application + "-" + core::format_instant(c.clock.now()).substr(0, 10);
  options.profiles = c.words.list("profile");
  options.platform =
      c.words.has("platform") ? c.words.get("platform") : c.config().get("transfer", "platform");
  const std::string version = limit(c, "seda", "seda");
  const auto seda = sip::parse_seda(version);
  if (!seda) throw Error(Exit::usage, msg("SEDA {0} is not known: 2.1, 2.2 or 2.3.", version));
  options.seda = *seda;
  Values limits;
  limits.add("max-entries", limit(c, "max-entries", "max_entries"));
  limits.add("max-bytes", limit(c, "max-bytes", "max_bytes"));
  options.max_entries = static_cast<std::uint64_t>(limits.integer("max-entries", 10, 10'000'000));
  options.max_bytes = static_cast<std::uint64_t>(limits.integer("max-bytes", 10'000, 1'000'000'000'000));
  options.replace = c.words.has("replace");
  options.extract_sha512 = extract::require_sealed(extract, c.trust_store(), c.roles(), c.clock).hex();

  const sip::Versement versement(c.workspace(), options.versement);
  const auto plan = sip::make_plan(extract, c.config(), versement, options, c.clock, c.out.progress());
  c.journal().append("PLANNED", {{"versement", plan.versement}, {"extract", plan.extract_root}},
                     trust::Outcome::ok,
                     {{"lots", plan.lots.size()},
                      {"kept", plan.kept},
                      {"left_out", plan.left_out},
                      {"attempt", plan.attempt}});
  std::vector<std::vector<std::string>> rows;
  for (const auto& lot : plan.lots) {
    rows.push_back({lot.id.value, lot.profile, core::show_count(lot.records)});
    c.out.event("lot", {{"id", lot.id.value}, {"profile", lot.profile}, {"records", lot.records}});
  }
  c.out.table({core::tr("lot"), core::tr("archive profile"), core::tr("records")}, rows);
  c.out.result(msg("Versement {0}: {1} in {2}, {3}; see {4}.", plan.versement,
                   core::ntr("{0} record kept", "{0} records kept", plan.kept),
                   core::ntr("{0} lot", "{0} lots", plan.lots.size()),
                   core::ntr("{0} left out", "{0} left out", plan.left_out),
                   versement.folder().lexically_normal().string()));
  for (const auto& finding : plan.findings) c.out.finding(finding);
  tell_unvalidated(c, plan);
  c.out.say(msg("→ Next: versoir build {0}", plan.versement));
  c.out.summary({{"versement", plan.versement},
                 {"lots", plan.lots.size()},
                 {"kept", plan.kept},
                 {"left_out", plan.left_out},
                 {"folder", versement.folder().lexically_normal().string()}});
  return 0;
}

}  // namespace

std::vector<CommandDef> plan_commands() {
  return {
      {.name = "plan",
       .summary = mark("choose the records to transfer and share them out in lots"),
       .details = mark("Applies the archive profiles carried by the extract: kept.csv and left-out.csv say, "
                       "for each record, where "
                       "it goes or why it stays. The extract must be sealed by a producer of the role "
                       "register, and be what "
                       "was sealed. Nothing is built yet."),
       .example = "versoir plan apogee.extract --id scolarite-2027 --replace",
       .arguments = {{mark("EXTRACT"), mark("an extract file")}},
       .options = {{"id", mark("ID"), mark("identifier of the versement (default: application and date)")},
                   {"profile", mark("NAME"), mark("archive profile (default: all of the application)"),
                    nullptr, true},
                   {"platform", mark("NAME"),
                    mark("platform of the configuration (default: [transfer] platform)")},
                   {"seda", mark("VERSION"), mark("SEDA version: 2.1, 2.2 or 2.3 (default: [transfer] seda)"),
                    nullptr, false, "2.1|2.2|2.3"},
                   {"max-entries", mark("N"),
                    mark("units and objects in a lot, at most (default: [transfer] max_entries)")},
                   {"max-bytes", mark("N"),
                    mark("bytes of objects in a lot, at most (default: [transfer] max_bytes)")},
                   {"replace", nullptr, mark("plan again: new attempt, new identifiers")}},
       .exits = {Exit::configuration, Exit::extract_invalid, Exit::extract_altered, Exit::profile_invalid,
                 Exit::lot_state},
       .run = run_plan}};
}

}  // namespace versoir::cli
