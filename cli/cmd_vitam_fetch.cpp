// versoir vitam object and dip: files that the platform gives back.
#include "cli/context.hpp"
#include "cli/deposit_search.hpp"
#include "cli/platform_link.hpp"
#include "cli/vitam_commands.hpp"
#include "core/display.hpp"
#include "core/error.hpp"

#include <algorithm>
#include <thread>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// --to: a new file in a folder that is there, looked at before the platform is asked.
fs::path new_file(Context& c) {
  const fs::path to = c.words.get("to");
  if (to.empty()) throw Error(Exit::usage, msg("--to says which file to write."));
  if (fs::exists(to)) throw Error(Exit::usage, msg("{0} exists: it is not replaced.", to.string()));
  if (const auto folder = fs::absolute(to).parent_path(); !fs::is_directory(folder))
    throw Error(Exit::usage, msg("There is no folder {0}.", folder.string()));
  return to;
}

vitam::ObjectVersion chosen_version(Context& c, const std::vector<vitam::ObjectVersion>& versions,
                                    const std::string& unit) {
  const auto usage = c.words.get("usage");
  const auto version = c.words.integer("object-version", 1, 1'000'000);
  const auto at =
      std::ranges::find_if(versions, [&](const auto& v) { return v.usage == usage && v.version == version; });
  if (at != versions.end() && !at->physical) return *at;
  std::string known;
  for (const auto& v : versions)
    if (!v.physical) known += fmt::format("{}{}_{}", known.empty() ? "" : ", ", v.usage, v.version);
  throw Error(Exit::not_found,
              msg("The archive unit {0} has no file {1}, version {2}.", unit, usage, version))
      .hint(msg("Those that it has: {0}.", known.empty() ? "-" : known));
}

void wait_a_while(const std::stop_token& stop, std::chrono::seconds duration) {
  const auto until = std::chrono::steady_clock::now() + duration;
  while (!stop.stop_requested() && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

/// --access-request ID/STRATEGY, as an earlier command told it; else a new one. nullopt: none is needed.
std::optional<vitam::AccessRequest> wanted_request(Context& c, vitam::Access& access, const std::string& unit,
                                                   const vitam::ObjectVersion& version) {
  const auto typed = c.words.find("access-request");
  if (!typed) return access.request_object(unit, version);
  const auto slash = typed->find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == typed->size())
    throw Error(Exit::usage, msg("--access-request {0}: ID/STRATEGY, as it was told.", *typed));
  return vitam::AccessRequest{typed->substr(0, slash), typed->substr(slash + 1)};
}

/// A tape takes its time: asked about from poll_first to poll_max. A stop leaves the request where it is.
void wait_for_tape(Context& c, vitam::Access& access, const vitam::AccessRequest& request) {
  const auto name = request.id + '/' + request.strategy;
  c.out.say(msg("The object lies on a cold storage: access request {0}.", name));
  const auto& platform = access.platform();
  for (auto pause = platform.poll_first;; pause = std::min(pause * 2, platform.poll_max)) {
    const auto state = access.state_of(request);
    if (state == "READY") return;
    if (state != "NOT_READY")
      throw Error(Exit::temporary, msg("The access request {0} is {1}.", name, state))
          .hint(msg("The platform keeps them for a time only: ask again with --wait."));
    wait_a_while(c.stop, pause);
    if (c.stop.stop_requested())
      throw Error(Exit::interrupted, msg("Interrupted: the platform goes on with access request {0}.", name))
          .hint(msg("The same command with --access-request {0} goes on waiting.", name));
  }
}

/// What is fetched is released: the tape's disk has room for few.
vitam::ReceivedObject fetch_waiting(Context& c, vitam::Access& access, const std::string& unit,
                                    const vitam::ObjectVersion& version, const fs::path& to) {
  const auto request = wanted_request(c, access, unit, version);
  if (!request) return access.fetch_object(unit, version, to);
  wait_for_tape(c, access, *request);
  auto received = access.fetch_object(unit, version, to);
  try {
    access.release(*request);
  } catch (const Error& e) {
    c.out.warn(msg("The access request {0} could not be released: {1}", request->id, e.message().text()));
  }
  return received;
}

int run_object(Context& c) {
  const auto to = new_file(c);
  auto link = open_platform(c, chosen_platform(c));
  vitam::Client client(*link.http, link.platform);
  vitam::Access access(*link.http, link.platform);
  const auto unit = asked_unit(c, client, c.words.get("UNIT"));
  const auto group = access.object_group(unit);
  if (!group) throw Error(Exit::not_found, msg("The archive unit {0} has no object, or is not shown.", unit));
  const auto version = chosen_version(c, vitam::versions_of(*group), unit);
  const bool waits = c.words.has("wait") || c.words.has("access-request");
  const auto received =
      waits ? fetch_waiting(c, access, unit, version, to) : access.fetch_object(unit, version, to);
  c.out.result(msg("{0}: {1}, the {2} that the platform declares.", to.string(),
                   core::show_size(received.size), version.algorithm));
  c.out.summary({{"unit", unit},
                 {"object", version.id},
                 {"file", to.string()},
                 {"size", received.size},
                 {"sha512", received.sha512}});
  return 0;
}

vitam::OperationId order_dip(Context& c, vitam::Client& client, vitam::Access& access) {
  vitam::DipWish wish;
  wish.usages = c.words.list("usage");
  wish.seda = c.words.get("seda");
  const auto operation = access.request_dip(asked_units(c, client), wish);
  c.out.say(msg("The platform makes the DIP as operation {0}.", operation.value));
  return operation;
}

void follow_dip(Context& c, vitam::Client& client, const vitam::OperationId& operation) {
  const auto status = vitam::follow_operation(client, operation, c.stop,
                                              [&](std::chrono::seconds s) { wait_a_while(c.stop, s); });
  if (status.waits_for_operators())
    throw Error(Exit::platform_paused,
                msg("The platform stopped at operation {0} and waits for its operators.", operation.value));
  if (status.completed() && status.status != "OK" && status.status != "WARNING")
    throw Error(Exit::platform_refused,
                msg("The platform made no DIP: operation {0} ended {1}.", operation.value, status.status))
        .hint(msg(
            "versoir vitam logbook --operation {0} tells why: no unit is shown, or it would be too large.",
            operation.value));
}

int run_dip(Context& c) {
  const bool wait = !c.words.has("no-wait");
  const auto to = wait ? new_file(c) : fs::path();
  auto link = open_platform(c, chosen_platform(c));
  vitam::Client client(*link.http, link.platform);
  vitam::Access access(*link.http, link.platform);
  const auto made = c.words.find("export");
  const auto operation = made ? vitam::OperationId{*made} : order_dip(c, client, access);
  if (!wait) {
    c.out.result(operation.value);
    c.out.say(msg("→ versoir vitam dip --export {0} --to FILE fetches it once it is made.", operation.value));
    c.out.summary({{"operation", operation.value}});
    return 0;
  }
  follow_dip(c, client, operation);
  const auto size = access.fetch_dip(operation, to);
  c.out.result(msg("{0}: DIP of {1}, operation {2}.", to.string(), core::show_size(size), operation.value));
  c.out.summary({{"operation", operation.value}, {"file", to.string()}, {"size", size}});
  return 0;
}

}  // namespace

std::vector<CommandDef> vitam_fetch_commands() {
  auto dip = search_options();
  dip.push_back({"usage", mark("NAME"), mark("only objects of this usage: BinaryMaster, Dissemination..."),
                 nullptr, true});
  dip.push_back({"seda", mark("VERSION"), mark("SEDA version of the DIP"), "2.2", false, "2.1|2.2|2.3"});
  dip.push_back({"to", mark("FILE"), mark("file to write; one that exists is not replaced")});
  dip.push_back({"no-wait", nullptr, mark("only ask for it: --export fetches it later")});
  dip.push_back({"export", mark("ID"), mark("fetch the DIP of an operation that was asked for before")});
  dip.push_back(platform_option());
  dip.push_back(trace_option());
  return {
      {.name = "vitam object",
       .summary = mark("fetch the file of an archive unit, its digest verified"),
       .details = mark("The bytes are compared with the digest that the platform declares: others leave no "
                       "file."),
       .example = "versoir vitam object AU2 --message USA-DIP-0123456789-0001 --to fiche.xml",
       .arguments = {{mark("UNIT"), mark("SystemId, or with --message the identifier in the manifest")}},
       .options = {{"message", mark("ID"),
                    mark("MessageIdentifier of the lot whose manifest names the unit")},
                   {"usage", mark("NAME"), mark("usage of the object"), "BinaryMaster"},
                   {"object-version", mark("N"), mark("its version"), "1"},
                   {"to", mark("FILE"), mark("file to write; one that exists is not replaced")},
                   {"wait", nullptr,
                    mark("have a cold storage make the object ready, and wait for it as long as it takes")},
                   {"access-request", mark("ID/STRATEGY"),
                    mark("go on waiting for what an earlier command asked a cold storage for")},
                   platform_option(),
                   trace_option()},
       .exits = {Exit::configuration, Exit::temporary, Exit::platform_unreachable, Exit::platform_refused,
                 Exit::reply_unreadable, Exit::evidence_broken, Exit::disk, Exit::not_found},
       .run = run_object},
      {.name = "vitam dip",
       .summary = mark("have the platform make a DIP of archive units, and fetch it"),
       .details =
           mark("A dissemination information package: a zip with an ArchiveDeliveryRequestReply manifest "
                "and the files. The platform makes it as an operation, which is followed; it keeps "
                "it a few days."),
       .example = "versoir vitam dip --message USA-DIP-0123456789-0001 --to dip.zip",
       .arguments = {},
       .options = dip,
       .exits = {Exit::configuration, Exit::platform_unreachable, Exit::platform_refused,
                 Exit::reply_unreadable, Exit::platform_paused, Exit::disk, Exit::not_found},
       .run = run_dip}};
}

}  // namespace versoir::cli
