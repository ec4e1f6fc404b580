// versoir consult log: who looked at whom, when and why.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "consult/access_log.hpp"
#include "core/csv.hpp"
#include "core/file.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string event_label(const std::string& event) {
  if (event == "SHEET_SHOWN") return core::tr("record shown");
  if (event == "SOURCE_SHOWN") return core::tr("source rows shown");
  if (event == "DOCUMENT_MADE") return core::tr("document made");
  if (event == "EARLIER_VALUES_SHOWN") return core::tr("earlier values shown");
  if (event == "LIST_SHOWN") return core::tr("list shown");
  if (event == "LIST_EXPORTED") return core::tr("list exported");
  return event;
}

void write_access_csv(const std::filesystem::path& file, const std::vector<consult::AccessLine>& lines) {
  core::AtomicFile out(file, 0600);
  core::FileSink sink(out);
  core::CsvWriter csv(sink, core::CsvFor::programs, ',', "\r\n");
  csv.row(std::vector<std::optional<std::string>>{"time", "reader", "event", "application", "extract",
                                                  "record", "key", "reason", "reference", "document", "code",
                                                  "list", "parameters", "rows"});
  for (const auto& l : lines)
    csv.row(std::vector<std::optional<std::string>>{
        l.time, l.reader, l.event, l.what.application, l.what.extract_root, l.what.record, l.what.key,
        l.why.reason, l.why.reference, l.document, l.code, l.list, l.parameters,
        l.list.empty() ? "" : std::to_string(l.rows)});
  out.commit();
}

int run_log(Context& c) {
  const auto node = std::filesystem::exists(c.config_file()) ? c.journal_node() : std::string("main");
  const auto file =
      c.words.has("file") ? c.input(c.words.get("file")) : consult::access_log_file(c.workspace(), node);
  if (!std::filesystem::exists(file))
    throw Error(Exit::not_found, msg("There is no log of accesses at {0}.", file.string()))
        .hint(msg("versoir consult serve writes it."));
  const auto person = c.words.find("person"), since = c.words.find("since");
  if (since && !core::parse_date(*since))
    throw Error(Exit::usage, msg("{0} is no date of the calendar.", *since));
  const auto lines = consult::read_access_log(file, [&](const consult::AccessLine& l) {
    return (!person || *person == l.what.record + ":" + l.what.key) && (!since || l.time >= *since);
  });
  std::vector<std::vector<std::string>> rows;
  for (const auto& l : lines) {
    rows.push_back({l.time, l.reader, event_label(l.event), l.what.application,
                    l.list.empty() ? l.what.record + ":" + l.what.key : l.list + " " + l.parameters,
                    l.why.reason, l.why.reference, l.document});
    c.out.event("access", {{"time", l.time},
                           {"reader", l.reader},
                           {"event", l.event},
                           {"application", l.what.application},
                           {"record", l.what.record},
                           {"key", l.what.key},
                           {"reason", l.why.reason},
                           {"reference", l.why.reference},
                           {"document", l.document},
                           {"list", l.list},
                           {"parameters", l.parameters}});
  }
  if (c.words.has("csv")) {
    write_access_csv(c.words.get("csv"), lines);
    c.out.result(msg("Written: {0}", c.words.get("csv")));
  } else if (!rows.empty()) {
    c.out.table({core::tr("when"), core::tr("who"), core::tr("what"), core::tr("application"),
                 core::tr("record"), core::tr("reason"), core::tr("reference"), core::tr("document")},
                rows);
  }
  c.out.result(core::nmsg("{0} access; the chain of the log is whole.",
                          "{0} accesses; the chain of the log is whole.", lines.size()));
  c.out.summary({{"accesses", lines.size()}});
  return 0;
}

}  // namespace

std::vector<CommandDef> consult_log_commands() {
  return {
      {.name = "consult log",
       .summary = mark("who looked at which record, when and why"),
       .details = mark("Verifies the chain of the log of accesses first: a line that was changed or removed "
                       "is told. With --person, who looked at this person."),
       .example = "versoir consult log --person 'etudiant:[1001]'",
       .arguments = {},
       .options = {{"person", mark("REFERENCE"), mark("only this record, as a search names it")},
                   {"since", mark("DATE"), mark("only from this day on, 2026-01-31")},
                   {"csv", mark("FILE"), mark("write the lines there instead of the terminal")},
                   {"file", mark("FILE"), mark("another log than that of this workspace")}},
       .exits = {Exit::journal_broken, Exit::not_found},
       .run = run_log}};
}

}  // namespace versoir::cli
