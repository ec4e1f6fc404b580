// versoir vitam: talking to a platform outside of a transfer.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/fetched_referential.hpp"
#include "cli/named_contracts.hpp"
#include "cli/platform_link.hpp"
#include "cli/vitam_commands.hpp"
#include "core/error.hpp"
#include "vitam/client.hpp"
#include "vitam/diagnosis.hpp"

#include <set>

namespace versoir::cli {

using core::Exit;
using core::msg;

namespace {

/// What to look at, by kind of failure.
std::vector<core::Message> advice_for(const std::vector<core::Finding>& findings, const std::string& name) {
  bool down = false, unreachable = false, refused = false;
  for (const auto& f : findings) {
    down = down || f.code == "PLATFORM_DOWN";
    unreachable = unreachable || f.code == "PLATFORM_UNREACHABLE";
    refused = refused || (f.severity == core::Severity::error && f.code != "PLATFORM_DOWN" &&
                          f.code != "PLATFORM_UNREACHABLE" && f.code != "CERTIFICATE_EXPIRED");
  }
  std::vector<core::Message> list;
  if (unreachable)
    list.push_back(
        msg("→ Look at ingest_url, access_url, ca, certificate and key of [platform.{0}] in "
            "versoir.conf, and at what a firewall or proxy lets through.",
            name));
  if (down)
    list.push_back(
        msg("→ The machine answers, the service does not: try again later, or ask the operators of "
            "the platform."));
  if (refused)
    list.push_back(msg(
        "→ Give these lines to the operators of the platform, with the fingerprint of the certificate: the "
        "application context, its security profile and the contracts are declared there."));
  return list;
}

int run_ping(Context& c) {
  const auto name = chosen_platform(c);
  auto link = open_platform(c, name);
  vitam::Client client(*link.http, link.platform);
  const auto findings = vitam::diagnose(client, named_contracts(c, name), c.clock);
  bool down = false, hindered = false;
  for (const auto& f : findings) {
    if (f.severity == core::Severity::info && !c.out.json())
      c.out.result(msg("  {0}", f.message.text()));
    else
      c.out.finding(f);
    down = down || f.code == "PLATFORM_DOWN" || f.code == "PLATFORM_UNREACHABLE";
    hindered = hindered || f.severity == core::Severity::error;
  }
  if (!hindered) c.out.result(msg("The platform {0} can be deposited to.", name));
  for (const auto& advice : advice_for(findings, name)) c.out.say(advice);
  c.out.summary({{"platform", name}, {"up", !down}, {"ready", !hindered}});
  return static_cast<int>(down ? Exit::platform_unreachable : hindered ? Exit::platform_refused : Exit::ok);
}

int run_referential(Context& c) {
  const auto name = chosen_platform(c);
  const std::filesystem::path folder =
      c.words.has("output") ? std::filesystem::path(c.words.get("output")) : fetched_folder(c, name);
  std::size_t records = 0;
  core::Json kinds = core::Json::object();
  for (const auto& fetched : fetch_platform(c, name, folder)) {
    records += fetched.records;
    if (fetched.refused != 0)
      c.out.result(msg("  {0}: the platform does not show them (HTTP {1})", fetched.name, fetched.refused));
    else
      c.out.result(core::nmsg("  {1}: {0} record", "  {1}: {0} records", fetched.records, fetched.name));
    kinds[fetched.name] = fetched.refused != 0 ? core::Json() : core::Json(fetched.records);
  }
  c.out.result(msg("Written to {0}.", folder.string()));
  // Only what stands where it is looked for is found by the name of the platform.
  c.out.say(
      msg("→ versoir check --referential {0} uses them; so does every check of the lots of {2} with "
          "referentials = {1} in [platform.{2}].",
          c.words.has("output") ? folder.string() : name, folder.string(), name));
  c.out.summary(
      {{"platform", name}, {"folder", folder.string()}, {"records", records}, {"referentials", kinds}});
  return 0;
}

}  // namespace

std::set<std::string> named_contracts(Context& c, const std::string& platform) {
  std::set<std::string> names;
  for (const auto& [archive, contract] : c.config().section("agreements")) names.insert(contract);
  for (const auto& [section, key] :
       {std::pair<std::string, const char*>{"platform." + platform, "archival_agreement"},
        {"filing", "archival_agreement"}})
    if (const auto contract = c.config().find(section, key); contract && !contract->empty())
      names.insert(*contract);
  return names;
}

std::vector<CommandDef> vitam_commands() {
  std::vector<CommandDef> all{
      {.name = "vitam ping",
       .summary = mark("ask the platform whether it can be deposited to"),
       .details = mark(
           "Network, TLS, certificate and tenant, contracts of the configuration, logbook: each is told. "
           "Nothing is sent but questions."),
       .example = "versoir vitam ping",
       .arguments = {},
       .options = {platform_option(), trace_option()},
       .exits = {Exit::configuration, Exit::platform_unreachable, Exit::platform_refused},
       .run = run_ping},
      {.name = "vitam referential",
       .summary = mark("fetch what the platform has imported, for versoir check"),
       .details = mark("Agencies, rules, contracts, profiles and their grammars, ontology, formats, as "
                       "far as the platform shows them to this certificate. Nothing is sent but "
                       "questions. The folder fetched before is replaced once everything is there."),
       .example = "versoir vitam referential --platform recette",
       .arguments = {},
       .options = {platform_option(),
                   trace_option(),
                   {"output", mark("DIR"),
                    mark("where to write (default: referential/<platform> in the workspace)")}},
       .exits = {Exit::configuration, Exit::platform_unreachable, Exit::platform_refused,
                 Exit::reply_unreadable, Exit::temporary},
       .run = run_referential}};
  for (auto* more : {vitam_units_commands, vitam_fetch_commands, vitam_log_commands, vitam_compare_commands,
                     vitam_qualify_commands})
    for (auto& command : more()) all.push_back(std::move(command));
  return all;
}

}  // namespace versoir::cli
