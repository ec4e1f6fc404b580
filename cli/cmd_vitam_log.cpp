// versoir vitam register, logbook and operations: what the platform wrote down of ingests.
#include "cli/context.hpp"
#include "cli/deposit_search.hpp"
#include "cli/platform_link.hpp"
#include "cli/vitam_commands.hpp"
#include "core/display.hpp"
#include "core/error.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;
using core::text_of;
using core::tr;

namespace {

vitam::OperationId require_operation(Context& c, vitam::Client& client) {
  if (auto operation = asked_operation(c, client)) return *operation;
  throw Error(Exit::usage, msg("Say which ingest: --operation or --message."));
}

std::uint64_t count_in(const Json& detail, const char* total, const char* count) {
  const auto counts = detail.value(total, Json::object());
  return counts.is_object() && counts.contains(count) && counts[count].is_number_unsigned()
             ? counts[count].get<std::uint64_t>()
             : 0;
}

int run_register(Context& c) {
  auto link = open_platform(c, chosen_platform(c));
  vitam::Client client(*link.http, link.platform);
  vitam::Access access(*link.http, link.platform);
  const auto operation = require_operation(c, client);
  const auto details = access.register_details(operation);
  if (details.empty())
    throw Error(Exit::not_found, msg("The accession register has nothing of operation {0}.", operation.value))
        .hint(msg("An ingest is written there at its end, and only when it was accepted."));
  std::vector<std::vector<std::string>> rows;
  for (const auto& d : details) {
    c.out.result(msg("Ingest {0}: originating agency {1}, submission agency {2}, contract {3}, {4}.",
                     text_of(d, "Opi"), text_of(d, "OriginatingAgency"), text_of(d, "SubmissionAgency"),
                     text_of(d, "ArchivalAgreement"), text_of(d, "Status")));
    const auto row = [&](std::string name, const char* total, std::string (*show)(std::uint64_t)) {
      rows.push_back({std::move(name), show(count_in(d, total, "ingested")),
                      show(count_in(d, total, "deleted")), show(count_in(d, total, "remained"))});
    };
    row(tr("Archive units"), "TotalUnits", core::show_count);
    row(tr("Object groups"), "TotalObjectGroups", core::show_count);
    row(tr("Objects"), "TotalObjects", core::show_count);
    row(tr("Size"), "ObjectSize", core::show_size);
    c.out.event("register", {{"detail", d}});
  }
  c.out.table({"", tr("Taken in"), tr("Deleted"), tr("Remaining")}, rows);
  c.out.summary({{"operation", operation.value}, {"details", details.size()}});
  return 0;
}

std::string date_and_time(const std::string& text) {
  const auto at = core::parse_instant(text.find('Z') == std::string::npos ? text.substr(0, 19) + 'Z' : text);
  return at ? core::show_instant(*at) : text;
}

std::vector<std::string> event_row(const Json& event) {
  return {date_and_time(text_of(event, "evDateTime")), text_of(event, "outDetail"), text_of(event, "outcome"),
          text_of(event, "outMessg")};
}

int run_logbook(Context& c) {
  auto link = open_platform(c, chosen_platform(c));
  vitam::Client client(*link.http, link.platform);
  vitam::Access access(*link.http, link.platform);
  const auto operation = require_operation(c, client);
  const auto record = access.operation_log(operation);
  if (!record)
    throw Error(Exit::not_found, msg("The platform's logbook does not know operation {0}.", operation.value));
  std::vector<std::vector<std::string>> rows{event_row(*record)};
  const auto events = record->value("events", Json::array());
  for (const auto& event : events)
    if (event.is_object()) rows.push_back(event_row(event));
  if (const auto message = text_of(*record, "obIdIn"); !message.empty())
    c.out.result(msg("Operation {0} of {1}", operation.value, message));
  else
    c.out.result(msg("Operation {0}", operation.value));
  c.out.table({tr("Date"), tr("Event"), tr("Outcome"), tr("Message")}, rows);
  c.out.event("operation", {{"operation", *record}});
  c.out.summary({{"operation", operation.value}, {"events", rows.size()}});
  return 0;
}

int run_operations(Context& c) {
  auto link = open_platform(c, chosen_platform(c));
  vitam::Access access(*link.http, link.platform);
  const auto since = c.words.get("since");
  if (!since.empty() && (since.size() != 10 || !core::parse_date(since)))
    throw Error(Exit::usage, msg("--since {0}: not a date such as 2026-01-31.", since));
  const auto all = access.ingests(since, static_cast<std::size_t>(c.words.integer("limit", 1, 10'000)));
  std::vector<std::vector<std::string>> rows;
  for (const auto& record : all) {
    const auto outcome = vitam::outcome_of(record);
    const auto id = text_of(record, "#id", text_of(record, "evIdProc"));
    rows.push_back({id, date_and_time(text_of(record, "evDateTime")), text_of(record, "obIdIn"),
                    outcome.empty() ? tr("not ended") : outcome});
    c.out.event("operation", {{"operation", id},
                              {"date", text_of(record, "evDateTime")},
                              {"message", text_of(record, "obIdIn")},
                              {"outcome", outcome}});
  }
  if (!rows.empty()) c.out.table({tr("Operation"), tr("Date"), tr("MessageIdentifier"), tr("Outcome")}, rows);
  c.out.result(core::nmsg("{0} ingest.", "{0} ingests.", all.size()));
  c.out.summary({{"operations", all.size()}});
  return 0;
}

std::vector<OptionDef> ingest_options() {
  return {{"operation", mark("ID"), mark("the ingest, by its operation")},
          {"message", mark("ID"), mark("the ingest, by the MessageIdentifier of its lot")},
          platform_option(),
          trace_option()};
}

}  // namespace

std::vector<CommandDef> vitam_log_commands() {
  const std::vector exits{Exit::configuration, Exit::platform_unreachable, Exit::platform_refused,
                          Exit::reply_unreadable, Exit::not_found};
  return {{.name = "vitam register",
           .summary = mark("what the accession register of the platform says of an ingest"),
           .details =
               mark("Units, object groups, objects and bytes taken in, deleted since, and remaining: to be "
                    "compared with the receipt."),
           .example = "versoir vitam register --message USA-DIP-0123456789-0001",
           .arguments = {},
           .options = ingest_options(),
           .exits = exits,
           .run = run_register},
          {.name = "vitam logbook",
           .summary = mark("an operation as the platform's logbook has it, with every event"),
           .details = "",
           .example = "versoir vitam logbook --message USA-DIP-0123456789-0001",
           .arguments = {},
           .options = ingest_options(),
           .exits = exits,
           .run = run_logbook},
          {.name = "vitam operations",
           .summary = mark("the ingests that the platform's logbook knows, the latest first"),
           .details = "",
           .example = "versoir vitam operations --since 2026-01-31",
           .arguments = {},
           .options = {{"since", mark("DATE"), mark("only ingests from this day on, YYYY-MM-DD")},
                       {"limit", mark("N"), mark("ingests to show, at most"), "50"},
                       platform_option(),
                       trace_option()},
           .exits = {Exit::configuration, Exit::platform_unreachable, Exit::platform_refused,
                     Exit::reply_unreadable},
           .run = run_operations}};
}

}  // namespace versoir::cli
