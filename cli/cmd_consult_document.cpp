// versoir consult document: what is printed from a record and signed by whoever answers for it.
#include "cli/consult_seal.hpp"
#include "cli/consult_trace.hpp"
#include "cli/context.hpp"
#include "cli/source_options.hpp"
#include "consult/document.hpp"
#include "consult/generation.hpp"
#include "consult/web_page.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "paper/pdf.hpp"
#include "records/people.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string words_together(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& w : words) text += (text.empty() ? "" : " ") + w;
  return text;
}

const profiles::DocumentDef& find_document(const profiles::SheetDef& sheet, const std::string& id) {
  for (const auto& d : sheet.documents)
    if (d.id == id) return d;
  Error unknown(Exit::usage, msg("No document is called {0}.", id));
  for (const auto& d : sheet.documents) std::move(unknown).hint(msg("{0}: {1}", d.id, d.label));
  throw std::move(unknown);
}

/// Every document of the record and every row that it could be made of, with what refuses it.
int list_documents(Context& c, const records::Record& record, const profiles::SheetDef& sheet) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& def : sheet.documents)
    for (const auto& choice : consult::document_choices(record, def)) {
      const auto why = fmt::format("{}", fmt::join(choice.refusals, " "));
      rows.push_back({def.id, choice.way, choice.label, why});
      c.out.event("document", {{"document", def.id},
                               {"row", choice.way},
                               {"label", choice.label},
                               {"refusals", choice.refusals}});
    }
  if (rows.empty()) throw Error(Exit::not_found, msg("No document can be made of this record."));
  c.out.table({core::tr("document"), core::tr("row"), core::tr("what"), core::tr("not made, because")}, rows);
  c.out.summary({{"documents", rows.size()}});
  return 0;
}

/// One that stands alone: the style of the pages inside, for a browser that prints it.
std::string standing_alone(const std::string& title, const consult::Markup& body) {
  consult::Markup m;
  m.raw("<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n");
  m.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>").text(title);
  m.raw("</title>\n<style>").raw(consult::web_style()).raw("</style>\n</head>\n<body>\n<main>\n");
  return m.raw(body.html()).raw("</main>\n</body>\n</html>\n").html();
}

/// --unpublished PAPER --reason TEXT: results that the application never published, from the paper that
/// proves them.
std::optional<consult::DocumentOverride> asked_decision(Context& c) {
  if (!c.words.has("unpublished")) return std::nullopt;
  return consult::DocumentOverride{c.words.get("unpublished"), c.words.get("reason")};
}

core::Date day(core::Instant t) { return core::Date(std::chrono::floor<std::chrono::days>(t)); }

/// --output FILE.pdf wants sheets, any other name a page.
bool wants_pdf(const Context& c) {
  const auto output = c.words.find("output");
  return output && core::ascii_lower(std::filesystem::path(*output).extension().string()) == ".pdf";
}

/// Which row of the record the document is made of.
std::string chosen_row(const Context& c, const records::Record& record, const profiles::DocumentDef& def) {
  const auto choices = consult::document_choices(record, def);
  if (choices.empty())
    throw Error(Exit::not_found, msg("Nothing in the record to make the document {0} of.", def.id));
  if (c.words.has("row")) return c.words.get("row");
  if (choices.size() > 1)
    throw Error(Exit::usage,
                msg("The document {0} can be made of several rows: say which one by --row.", def.id))
        .hint(msg("Without --document, the command lists them."));
  return choices.front().way;
}

int compare_code(Context& c, const std::string& code) {
  const auto typed = c.words.get("check");
  if (!consult::same_code(typed, code))
    throw Error(Exit::evidence_broken,
                msg("The paper says something else than the extract: its code would be {0}.", code));
  c.out.result(msg("The paper says what the extract says (code {0}).", code));
  return 0;
}

std::string establishment_name(Context& c) {
  return std::filesystem::exists(c.config_file()) ? c.config().get_or("establishment", "name", "") : "";
}

void write_out(Context& c, const std::string& bytes) {
  if (!c.words.has("output")) return c.out.result(bytes);
  core::write_file(c.words.get("output"), bytes, 0600);
  c.out.result(msg("Written: {0}", c.words.get("output")));
  if (wants_pdf(c)) c.out.say(msg("Whether this file is PDF/A is not verified."));
}

int run_document(Context& c) {
  auto archive = open_archive(c, c.input(c.words.get("EXTRACT")));
  ConsultTrace trace(c, archive.extract());
  trace.require_reason();
  const auto [name, key] = find_one(c, archive, words_together(c.words.list("PERSON")));
  const auto sealed = record_as_sealed(archive, name, key);
  auto record = sealed;
  static_cast<void>(consult::amend(record, archive.application(), archive.annotations()));
  const auto* sheet = archive.application().find_sheet(name);
  if (!sheet || sheet->documents.empty())
    throw Error(Exit::not_found, msg("No document can be made of {0}:{1}.", name, key.text()));
  if (!c.words.has("document")) {
    trace.shown(name, key.text());  // the list names registrations and years
    return list_documents(c, record, *sheet);
  }
  const auto& def = find_document(*sheet, c.words.get("document"));
  const auto way = chosen_row(c, record, def);
  consult::Provenance provenance(archive.extract().path());
  const auto seal = require_proven(c, archive, provenance, record);
  const auto decision = asked_decision(c);
  const auto printed =
      consult::compose_document(record, *sheet, def, way, consult::origin_root(archive.extract()), decision);
  const consult::DocumentOrigin origin{archive.extract().run().application_label,
                                       core::format_date_fr(day(archive.extract().run().finished)),
                                       archive.extract().root().hex(),
                                       seal.sealed_by,
                                       name + ":" + key.text(),
                                       day(c.clock.now()),
                                       account_name(),
                                       provenance.rows_behind(sealed, printed.ways)};
  const auto paper = consult::paper_of(printed, origin, establishment_name(c),
                                       printed.label + " – " + records::parts::title_of(record, sheet));
  const auto bytes = c.words.has("check") ? ""
                     : wants_pdf(c)       ? paper::pdf_of(paper)
                                          : standing_alone(paper.title, consult::paper_markup(paper));
  if (c.words.has("check"))
    trace.shown(name, key.text());
  else  // written down before it is given
    trace.document_made(
        name, key.text(),
        {def.id, printed.code, way, decision ? decision->paper : "", decision ? decision->reason : ""});
  c.out.event("document", {{"document", def.id}, {"row", way}, {"code", printed.code}});
  c.out.summary({{"code", printed.code}});
  if (c.words.has("check")) return compare_code(c, printed.code);
  write_out(c, bytes);
  return 0;
}

}  // namespace

std::vector<CommandDef> consult_document_commands() {
  return {
      {.name = "consult document",
       .summary = mark("print a draft from a record: attestation, transcript, statement of services"),
       .details = mark("Without --document, lists what can be made of the record and why the rest cannot. A "
                       "document is only made when the seal of the extract and the rows behind it are "
                       "verified. --check compares the code of a paper with the extract."),
       .example = "versoir consult document apogee.extract 'etudiant:[1001]' --document releve --row "
                  "resultat.0 --output releve.pdf",
       .arguments = {{mark("EXTRACT"), mark("an extract file")},
                     {mark("PERSON"), mark("a reference, or words that match one person"), true, true}},
       .options = with_reason(
           {{"document", mark("ID"), mark("the document to make")},
            {"row", mark("ROW"), mark("of which row, as the list names it")},
            {"output", mark("FILE"),
             mark("write there instead of the terminal: a page, or sheets when the name ends in .pdf "
                  "(whether they are PDF/A is not verified)")},
            {"unpublished", mark("PAPER"),
             mark("print results that were never published, from this signed paper; wants --reason, "
                  "which is printed too")},
            {"check", mark("CODE"), mark("compare the code of a paper instead of printing")}}),
       .exits = {Exit::extract_invalid, Exit::extract_altered, Exit::configuration, Exit::evidence_broken,
                 Exit::journal_broken, Exit::not_found},
       .run = run_document}};
}

}  // namespace versoir::cli
