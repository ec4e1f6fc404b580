// versoir eliminate prepare, visa, destroyed, withdraw: the papers of an elimination. Nothing is deleted in a
// source.
#include "cli/application_lots.hpp"
#include "cli/checkpoint.hpp"
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/context.hpp"
#include "cli/known_papers.hpp"
#include "cli/whole_trail.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/elimination.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

void note_papers(Context& c, std::string_view event, const sip::Elimination& elimination,
                 std::initializer_list<std::string> names, const core::Json& detail) {
  core::Json files = core::Json::array();
  for (const auto& name : names) {
    const auto file = elimination.file(name);
    files.push_back({{"file", file.lexically_relative(c.workspace()).generic_string()},
                     {"sha512", core::digest_file(file).sha512.hex()}});
  }
  c.journal().append(event, {{"elimination", elimination.id()}, {"files", files}}, trust::Outcome::ok,
                     detail);
  checkpoint_at_hand(c);
}

void show_lines(Context& c, const core::Json& bordereau) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : bordereau.at("lines")) {
    const bool transferred = line.at("kind") == "transferred";
    std::string volume;
    if (transferred)
      volume = core::ntr("{0} record", "{0} records", line.at("records").get<std::uint64_t>());
    else
      for (const auto& t : line.at("tables"))
        volume += (volume.empty() ? "" : ", ") + t.at("name").get<std::string>();
    rows.push_back({transferred ? core::tr("copy of what was transferred") : core::tr("DUA ended"),
                    line.at("title"), core::show_date(line.at("from").get<std::string>()),
                    core::show_date(line.at("to").get<std::string>()), volume});
    c.out.event("line", line);
  }
  c.out.table({core::tr("kind"), core::tr("what"), core::tr("from"), core::tr("to"), core::tr("volume")},
              rows);
}

int run_prepare(Context& c) {
  const sip::Elimination elimination(c.workspace(), c.words.get("ELIMINATION"));
  const bool rehearsal = c.words.has("rehearsal");
  const auto trail = whole_trail(c);
  auto extract = reference_extract(c, c.words.get("EXTRACT"), rehearsal);
  const auto application = extract.run().application;
  auto lots = lots_of_application(c, application, rehearsal, trail);
  for (const auto& [lot, why] : lots.pending) c.out.warn(msg("{0} is not in the bordereau: {1}.", lot, why));
  if (!lots.pending.empty())
    c.out.say(msg("→ versoir verify proves the receipts of accepted lots: they can then be in it."));
  // What stands in the source today is not what was transferred from an extract of before.
  std::erase_if(lots.accepted, [&](const sip::AcceptedLot& lot) {
    if (lot.is_of(extract)) return false;
    c.out.warn(
        msg("{0} is not in the bordereau: it was transferred from another extract, or by another profile. "
            "Prepare its elimination on that extract.",
            lot.lot));
    return true;
  });
  if (lots.rehearsed)
    c.out.warn(core::nmsg("{0} lot that a rehearsal platform accepted does not count.",
                          "{0} lots that a rehearsal platform accepted do not count.", lots.rehearsed));
  const auto ended = sip::read_ended_lines(c.config(), application, sip::today(c.clock));
  sip::EliminationRequest request;
  request.establishment = c.config().get("establishment", "name");
  request.service = c.config().get_or("application." + application, "service", "");
  if (request.service.empty())
    request.service = c.config().get("application." + application, "originating_agency");
  request.rehearsal = rehearsal;
  request.replace = c.words.has("replace");
  const auto bordereau =
      sip::prepare_elimination(elimination, extract, lots.accepted, ended, request, c.clock);
  note_papers(c, "ELIMINATION_PREPARED", elimination,
              {"bordereau.json", "bordereau.csv", "bordereau.html", "annexe.csv"},
              {{"lines", bordereau.at("lines").size()}, {"rehearsal", rehearsal}});
  show_lines(c, bordereau);
  c.out.result(msg("To print and sign: {0}", elimination.file("bordereau.html").lexically_normal().string()));
  c.out.result(msg("Nothing may be destroyed before the visa is back. Then: versoir eliminate visa {0}",
                   elimination.id()));
  c.out.summary({{"elimination", elimination.id()},
                 {"state", "prepared"},
                 {"lines", bordereau.at("lines").size()},
                 {"records", bordereau.at("annex").at("records")},
                 {"rehearsal", rehearsal}});
  return 0;
}

sip::RegisteredPaper paper_of(Context& c, const char* authority) {
  sip::RegisteredPaper paper;
  for (const auto* option : {authority, "reference", "date", "document"})
    if (c.words.get(option).empty()) throw Error(Exit::usage, msg("--{0} is needed.", option));
  paper.authority = c.words.get(authority);
  paper.reference = c.words.get("reference");
  const auto date = core::parse_date(c.words.get("date"));
  if (!date || c.words.get("date").size() != 10)
    throw Error(Exit::usage, msg("--date {0}: not a date such as 2026-01-31.", c.words.get("date")));
  paper.date = *date;
  paper.document = c.input(c.words.get("document"));
  return paper;
}

int show_state(Context& c, const sip::Elimination& elimination) {
  const auto state = elimination.state();
  const bool rehearsal = elimination.is_rehearsal();
  c.out.result(msg("{0}: {1}.", elimination.id(), sip::state_label(state)));
  if (rehearsal)
    c.out.warn(
        msg("The bordereau {0} is a rehearsal: neither its visa nor its destruction is worth anything.",
            elimination.id()));
  c.out.summary(
      {{"elimination", elimination.id()}, {"state", sip::state_name(state)}, {"rehearsal", rehearsal}});
  return 0;
}

/// The trail of the journals, when every paper of which they speak is there: the paper answers that one, not
/// one that was put in its place.
sip::JournalTrail require_whole(Context& c, const sip::Elimination& elimination) {
  auto trail = whole_trail(c);
  const auto missing = trail.missing_files(
      c.workspace(), elimination.folder().lexically_relative(c.workspace()).generic_string());
  if (missing.empty()) return trail;
  Error e(Exit::evidence_broken,
          msg("The elimination {0} is no longer what was registered.", elimination.id()));
  for (const auto& f : missing) std::move(e).because(f.message);
  throw std::move(e).hint(msg("Put the files back from a copy; versoir verify says more."));
}

int run_visa(Context& c) {
  const sip::Elimination elimination(c.workspace(), c.words.get("ELIMINATION"));
  static_cast<void>(elimination.state());
  const auto paper = paper_of(c, "authority");
  const auto trail = require_whole(c, elimination);
  sip::register_visa(elimination, paper, known_files(c, trail), c.clock);
  note_papers(c, "ELIMINATION_VISA", elimination, {"visa.json"}, {{"reference", paper.reference}});
  return show_state(c, elimination);
}

int run_destroyed(Context& c) {
  const sip::Elimination elimination(c.workspace(), c.words.get("ELIMINATION"));
  static_cast<void>(elimination.state());
  auto paper = paper_of(c, "executor");
  paper.place = c.words.get("place");
  if (paper.place.empty()) throw Error(Exit::usage, msg("--{0} is needed.", "place"));
  paper.backups = c.words.find("backups").value_or("");
  if (paper.backups.empty())
    c.out.warn(msg("--backups does not say which backups still hold these data, nor that none does."));
  const auto trail = require_whole(c, elimination);
  sip::register_destruction(elimination, paper, known_files(c, trail), c.clock);
  note_papers(c, "ELIMINATION_DESTROYED", elimination, {"destruction.json"},
              {{"reference", paper.reference}});
  return show_state(c, elimination);
}

/// A bordereau that nobody answered may go: the journal says which, and why. A visa is an act, and stays.
int run_withdraw(Context& c) {
  const sip::Elimination elimination(c.workspace(), c.words.get("ELIMINATION"));
  static_cast<void>(whole_trail(c));
  if (elimination.state() != sip::EliminationState::prepared)
    throw Error(Exit::lot_state, msg("The elimination {0} has its visa: it stays.", elimination.id()));
  const auto reason = c.words.get("reason");
  if (reason.empty()) throw Error(Exit::usage, msg("--{0} is needed.", "reason"));
  const auto nothing = msg("Nothing was removed.");
  if (c.words.has("confirm"))
    require_confirmed(c.words.get("confirm"), elimination.id(), nothing);
  else
    confirm_typed(msg("Type the identifier of the elimination to withdraw it ({0}):", elimination.id()),
                  elimination.id(), nothing);
  const auto name = elimination.folder().lexically_relative(c.workspace()).generic_string();
  c.journal().append("ELIMINATION_WITHDRAWN", {{"elimination", elimination.id()}, {"withdrawn", name}},
                     trust::Outcome::ok, {{"reason", reason}});
  fs::remove_all(elimination.folder());
  c.out.result(msg("{0}: withdrawn.", elimination.id()));
  c.out.summary({{"elimination", elimination.id()}, {"state", "withdrawn"}});
  return 0;
}

const ArgumentDef elimination_argument{mark("ELIMINATION"), mark("identifier of the elimination")};
const OptionDef reference_option{"reference", mark("TEXT"), mark("reference of the paper")};
const OptionDef date_option{"date", mark("DATE"), mark("date that the paper bears, such as 2026-01-31")};
const OptionDef document_option{"document", mark("FILE"),
                                mark("the signed document, or the scan of the paper")};

}  // namespace

std::vector<CommandDef> eliminate_commands() {
  return {
      {.name = "eliminate prepare",
       .summary = mark("prepare the bordereau d'élimination of an application"),
       .details =
           mark("Proposes only the units of lots whose acceptance the platform's reply proves, and what the "
                "[elimination.NAME] sections say has served its time: tables or columns whose DUA has ended. "
                "Writes the "
                "bordereau in French, to print and sign, as a page and as CSV, with the list of the records "
                "transferred. "
                "Versoir never deletes anything in a source."),
       .example = "versoir eliminate prepare apogee-2026 apogee.extract --rehearsal",
       .arguments = {elimination_argument, {mark("EXTRACT"), mark("extract of the application")}},
       .options =
           {{"rehearsal", nullptr,
             mark("count rehearsal extracts and platforms; what is written says that it is worth nothing")},
            {"replace", nullptr, mark("prepare again, as long as there is no visa")}},
       .exits = {Exit::configuration, Exit::extract_invalid, Exit::extract_altered, Exit::lot_state,
                 Exit::role_register, Exit::journal_broken, Exit::not_found},
       .run = run_prepare},
      {.name = "eliminate visa",
       .summary = mark("register the visa of the archives authority on a bordereau d'élimination"),
       .details = mark(
           "Keeps the signed document, or the scan of the paper, with its date and reference. Without it "
           "nothing may be destroyed (Code du patrimoine, R212-14)."),
       .example = "versoir eliminate visa apogee-2026 --authority \"Archives départementales\" --reference "
                  "\"AD 2026-41\" --date 2026-12-01 --document bordereau-signe.pdf",
       .arguments = {elimination_argument},
       .options = {{"authority", mark("NAME"), mark("who gave the visa")},
                   reference_option,
                   date_option,
                   document_option},
       .exits = {Exit::configuration, Exit::lot_state, Exit::journal_broken, Exit::evidence_broken},
       .run = run_visa},
      {.name = "eliminate destroyed",
       .summary = mark("register the certificate of destruction"),
       .details =
           mark("Refused before the visa. The destruction itself is done by those who hold the source."),
       .example =
           "versoir eliminate destroyed apogee-2026 --executor \"DSI\" --place \"Salle A\" --reference "
           "\"PV 2027-3\" --date 2027-01-15 --document pv.pdf",
       .arguments = {elimination_argument},
       .options = {{"executor", mark("NAME"), mark("who destroyed")},
                   {"place", mark("TEXT"), mark("where")},
                   {"backups", mark("TEXT"),
                    mark("backups that still hold these data, until when; or that none does")},
                   reference_option,
                   date_option,
                   document_option},
       .exits = {Exit::configuration, Exit::lot_state, Exit::journal_broken, Exit::evidence_broken},
       .run = run_destroyed},
      {.name = "eliminate withdraw",
       .summary = mark("withdraw a bordereau that has no visa"),
       .details = mark(
           "Removes its folder, with the list of names, and writes the reason in the journal. A bordereau "
           "that has its visa stays."),
       .example = "versoir eliminate withdraw apogee-2026 --reason \"wrong extract\" --confirm apogee-2026",
       .arguments = {elimination_argument},
       .options = {{"reason", mark("TEXT"), mark("why")},
                   {"confirm", mark("ID"), mark("the identifier, as typed by the person who decides")}},
       .exits = {Exit::configuration, Exit::lot_state, Exit::journal_broken},
       .run = run_withdraw},
  };
}

}  // namespace versoir::cli
