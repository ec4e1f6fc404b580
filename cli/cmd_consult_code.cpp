// versoir consult check-code: a paper comes back, its code is compared with the extract.
#include "cli/commands.hpp"
#include "cli/consult_seal.hpp"
#include "cli/consult_trace.hpp"
#include "cli/context.hpp"
#include "consult/paper_code.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The record that the paper names, or that the log knows for this code.
std::pair<std::string, records::Key> record_of_code(Context& c,
                                                    const std::vector<consult::AccessLine>& made) {
  if (const auto typed = c.words.find("record")) {
    if (auto reference = consult::read_reference(*typed)) return std::move(*reference);
    throw Error(Exit::usage,
                msg("{0} names no record: write it as the paper does, etudiant:[1001].", *typed));
  }
  if (!made.empty()) return {made.front().what.record, records::Key::parse(made.front().what.key)};
  throw Error(Exit::not_found, msg("This code was not made here: say which record the paper is of."))
      .hint(msg("--record etudiant:[1001], as the paper says after “Dossier”."));
}

int run_check_code(Context& c) {
  const auto code = c.words.get("CODE");
  if (!consult::is_code(code))
    throw Error(Exit::usage, msg("This is no verification code: twenty digits, 0 to 9 and a to f."));
  auto archive = open_archive(c, c.input(c.words.get("EXTRACT")));
  ConsultTrace trace(c, archive.extract());
  const auto made = trace.documents_of_code(code);
  const auto [name, key] = record_of_code(c, made);
  const auto record = record_as_sealed(archive, name, key);
  consult::Provenance provenance(archive.extract().path());
  static_cast<void>(require_proven(c, archive, provenance, record));
  std::vector<consult::DocumentOverride> decisions;
  for (const auto& line : made)
    if (!line.override_paper.empty()) decisions.push_back({line.override_paper, line.override_reason});
  if (c.words.has("unpublished")) decisions.push_back({c.words.get("unpublished"), c.words.get("reason")});
  trace.code_checked(name, key.text(), code);
  const auto match = consult::match_code(archive, record, code, decisions);
  c.out.summary({{"record", name}, {"key", key.text()}, {"match", match.has_value()}});
  if (!match)
    throw Error(Exit::evidence_broken,
                msg("No document of {0}:{1} has this code: the paper says something else than the "
                    "extract.",
                    name, key.text()));
  c.out.result(msg("The paper says what the extract says (code {0}).", code));
  c.out.result(msg("{0}: {1}", match->document->label, match->choice));
  if (match->override_by)
    c.out.result(msg("It prints unpublished results by a decision, from: {0}.", match->override_by->paper));
  if (match->before_annotation)
    c.out.warn(
        msg("It bears the identity of before an annotation: a new one would bear the identity of today."));
  return 0;
}

}  // namespace

std::vector<CommandDef> consult_code_commands() {
  return {
      {.name = "consult check-code",
       .summary = mark("compare the verification code of a paper with the extract"),
       .details = mark(
           "Which document it is need not be known: all that could be made of the record are made again. A "
           "paper of before an annotation, or of before a purge that left its rows, still answers."),
       .example =
           "versoir consult check-code apogee.extract 1f2e-77ab-0c31-9d20-4e5f --record 'etudiant:[1001]'",
       .arguments = {{mark("EXTRACT"), mark("an extract file")},
                     {mark("CODE"), mark("the code on the paper")}},
       .options = {{"record", mark("REFERENCE"),
                    mark("the record, as the paper says after “Dossier”; known for what was made here")},
                   {"unpublished", mark("PAPER"),
                    mark("the paper that a decision to print unpublished results cites")},
                   {"reason", mark("TEXT"), mark("the reason that is printed beside it")}},
       .exits = {Exit::extract_invalid, Exit::extract_altered, Exit::configuration, Exit::evidence_broken,
                 Exit::journal_broken, Exit::not_found},
       .run = run_check_code}};
}

}  // namespace versoir::cli
