// versoir consult log: who looked at whom, when and why.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "consult/access_log.hpp"
#include "consult/roles.hpp"
#include "core/file.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// "reference; who; date" of [consultation] log_approval; a purge without a decision is a loss of evidence.
core::Json decision(Context& c, std::int64_t days) {
  const auto parts = consult::between_semicolons(c.config().get_or("consultation", "log_approval", ""));
  if (parts.size() != 3 || !core::parse_date(parts[2]))
    throw Error(Exit::configuration, msg("[consultation] log_approval does not say who decided how long the "
                                         "log is kept: no line is removed."))
        .hint(msg("log_approval = reference; who; date"));
  return {{"reference", parts[0]}, {"who", parts[1]}, {"date", parts[2]}, {"days", days}};
}

int purge_log(Context& c, const std::filesystem::path& file, const std::string& node) {
  const auto day = core::parse_date(c.words.get("purge-before"));
  if (!day) throw Error(Exit::usage, msg("{0} is no date of the calendar.", c.words.get("purge-before")));
  const auto days = c.config().get_int("consultation", "log_days");
  const auto why = decision(c, days);
  const auto limit = std::chrono::sys_days(*day);
  if (std::chrono::floor<std::chrono::days>(c.clock.now()) - limit < std::chrono::days(days))
    throw Error(Exit::usage, msg("Lines of the {0} last days are kept: nothing younger is removed.", days))
        .hint(msg("[consultation] log_days of versoir.conf says how long."));
  // Kept whole first: what is broken stays as it is, it is evidence of something else.
  static_cast<void>(consult::read_access_log(file, [](const auto&) { return false; }));
  trust::Journal journal(file, node, c.clock);
  const auto removed = journal.purge_before(core::Instant(limit), why);
  c.out.result(core::nmsg("{0} line removed; what is left stands in the same chain.",
                          "{0} lines removed; what is left stands in the same chain.", removed));
  c.out.summary({{"removed", removed}});
  return 0;
}

int run_log(Context& c) {
  const auto node = std::filesystem::exists(c.config_file()) ? c.journal_node() : std::string("main");
  const auto file =
      c.words.has("file") ? c.input(c.words.get("file")) : consult::access_log_file(c.workspace(), node);
  if (!std::filesystem::exists(file))
    throw Error(Exit::not_found, msg("There is no log of accesses at {0}.", file.string()))
        .hint(msg("versoir consult serve writes it."));
  if (c.words.has("purge-before")) return purge_log(c, file, node);
  const auto person = c.words.find("person"), since = c.words.find("since");
  if (since && !core::parse_date(*since))
    throw Error(Exit::usage, msg("{0} is no date of the calendar.", *since));
  const auto lines = consult::read_access_log(file, [&](const consult::AccessLine& l) {
    return (!person || *person == l.what.record + ":" + l.what.key) && (!since || l.time >= *since);
  });
  std::vector<std::vector<std::string>> rows;
  for (const auto& l : lines) {
    rows.push_back({l.time, l.reader, consult::access_label(l.event), l.what.application,
                    consult::access_object(l), l.why.reason, l.why.reference, l.document});
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
    core::AtomicFile out(c.words.get("csv"), 0600);
    core::FileSink sink(out);
    consult::write_access_csv(sink, lines);
    out.commit();
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
                       "is told. With --person, who looked at this person. --purge-before removes lines "
                       "older than [consultation] log_days; the first line then says how many there were, "
                       "where their chain ended and who decided it."),
       .example = "versoir consult log --person 'etudiant:[1001]'",
       .arguments = {},
       .options = {{"person", mark("REFERENCE"), mark("only this record, as a search names it")},
                   {"since", mark("DATE"), mark("only from this day on, 2026-01-31")},
                   {"csv", mark("FILE"), mark("write the lines there instead of the terminal")},
                   {"purge-before", mark("DATE"), mark("remove the lines older than this day")},
                   {"file", mark("FILE"), mark("another log than that of this workspace")}},
       .exits = {Exit::configuration, Exit::journal_broken, Exit::not_found},
       .run = run_log}};
}

}  // namespace versoir::cli
