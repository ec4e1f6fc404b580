// versoir consult person, check-person: everything that is held of one person, and whether such a copy still
// holds.
#include "cli/commands.hpp"
#include "cli/consult_seal.hpp"
#include "cli/consult_trace.hpp"
#include "cli/context.hpp"
#include "cli/source_options.hpp"
#include "consult/person.hpp"
#include "core/display.hpp"
#include "trust/seal.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string asked_person(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& w : words) text += (text.empty() ? "" : " ") + w;
  return text;
}

int run_person(Context& c) {
  auto archive = open_archive(c, c.input(c.words.get("EXTRACT")));
  ConsultTrace trace(c, archive.extract());
  trace.require_reason();
  const auto [name, key] = find_one(c, archive, asked_person(c.words.list("PERSON")));
  if (c.words.get("output").empty()) throw Error(Exit::usage, msg("--{0} is needed.", "output"));
  const auto record = record_as_sealed(archive, name, key);
  consult::Provenance provenance(archive.extract().path());
  const auto seal = require_proven(c, archive, provenance, record);
  std::string establishment;
  if (fs::exists(c.config_file())) establishment = c.config().get_or("establishment", "name", "");
  const auto files = consult::person_files(
      archive.extract(), archive.application(), record, archive.annotations(),
      {account_name(), c.words.get("reference"), seal.sealed_by, establishment}, c.clock);
  trace.document_made(name, key.text(),
                      {"copie-certifiee", core::sha512(files.back().bytes).hex().substr(0, 20), "", "", ""});
  const fs::path folder = c.words.get("output");
  consult::write_person_folder(folder, files, [&](const fs::path& made) {
    if (c.words.has("signer"))
      trust::seal_file(made / consult::person_manifest, c.signer(c.words.get("signer")), c.clock, c.tsa());
  });
  c.out.result(msg("Written: {0}", folder.string()));
  if (!c.words.has("signer"))
    c.out.warn(msg("Nobody signed the copy: with --signer, whoever receives it knows who certifies it."));
  c.out.result(msg("Read it before it is handed over: rows may also speak of other persons."));
  c.out.summary(
      {{"record", name}, {"key", key.text()}, {"files", files.size()}, {"signed", c.words.has("signer")}});
  return 0;
}

/// Who signed the manifest, when the configuration says whom to trust.
void check_signature(Context& c, const fs::path& manifest, consult::PersonCheck& check) {
  if (!fs::exists(trust::seal_path(manifest))) {
    c.out.warn(msg("Nobody signed this copy: it proves nothing by itself."));
    return;
  }
  if (!fs::exists(c.config_file()) || !c.config().find_path("trust", "anchors")) {
    c.out.warn(msg("versoir.conf does not say whose signatures are trusted: [trust] anchors."));
    return;
  }
  const auto verification = trust::verify_seal(manifest, c.trust_store(), c.clock, trust::At::signing_time);
  for (const auto& f : verification.findings) check.findings.push_back(f);
  if (verification.verdict != trust::Verdict::valid)
    check.findings.push_back({core::Severity::error, "PERSON_EXTRACT",
                              msg("The signature of the copy is not valid."), manifest.filename().string()});
  else if (!verification.signers.empty())
    c.out.result(msg("Signed by {0}.", verification.signers.front().certificate.common_name()));
}

int run_check_person(Context& c) {
  const auto folder = c.input(c.words.get("FOLDER"));
  std::optional<extract::Extract> extract;
  if (c.words.has("extract")) extract.emplace(extract::Extract::open(c.input(c.words.get("extract"))));
  auto check = consult::check_person_folder(folder, extract ? &*extract : nullptr);
  check_signature(c, folder / consult::person_manifest, check);
  c.out.summary({{"record", check.record},
                 {"key", check.key},
                 {"files", check.files},
                 {"rows", check.rows},
                 {"againstExtract", check.against_extract},
                 {"holds", check.holds()}});
  if (!check.holds()) {
    Error e(Exit::evidence_broken, msg("The copy {0} does not hold.", folder.string()));
    for (const auto& f : check.findings)
      if (f.severity == core::Severity::error) std::move(e).because(f.message);
    throw std::move(e);
  }
  c.out.result(msg("{0} and {1} are those of the manifest ({2}:{3}, made on {4}).",
                   core::ntr("{0} file", "{0} files", check.files),
                   core::ntr("{0} row", "{0} rows", check.rows), check.record, check.key,
                   core::show_date(check.made)));
  if (check.against_extract)
    c.out.result(msg("Its rows are those of the extract, and none is missing."));
  else
    c.out.result(msg("With --extract, its rows are compared with those that were sealed."));
  return 0;
}

}  // namespace

std::vector<CommandDef> consult_person_commands() {
  return {
      {.name = "consult person",
       .summary = mark("certified copy of all that an extract holds of one person"),
       .details = mark(
           "For a person who asks what is held of her or him, or for a court. The record in words (JSON, "
           "XML, "
           "text), every row of every table that holds rows of the person with its digest, the dictionary, "
           "the annotations, and a manifest that cites the seal of the extract. Made only when seal and rows "
           "are verified."),
       .example =
           "versoir consult person apogee.extract 'etudiant:[1001]' --output dossier-1001 --signer producer "
           "--reference \"RGPD 2031-7\"",
       .arguments = {{mark("EXTRACT"), mark("an extract file")},
                     {mark("PERSON"), mark("a reference, or words that match one person"), true, true}},
       .options = with_reason(
           {{"output", mark("FOLDER"), mark("a new folder for the copy")},
            {"signer", mark("NAME"), mark("[signing.NAME] of the configuration: signs the manifest")}}),
       .exits = {Exit::extract_invalid, Exit::extract_altered, Exit::configuration, Exit::signing,
                 Exit::evidence_broken, Exit::journal_broken, Exit::not_found},
       .run = run_person},
      {.name = "consult check-person",
       .summary = mark("check a certified copy: files, digests of rows, signature"),
       .details = mark(
           "Works without the extract, which it names. With --extract, each row is also compared with the "
           "sealed one, and one that is missing is told."),
       .example = "versoir consult check-person dossier-1001 --extract apogee.extract",
       .arguments = {{mark("FOLDER"), mark("the folder of the copy")}},
       .options = {{"extract", mark("FILE"), mark("the extract that it was made from")}},
       .exits = {Exit::extract_invalid, Exit::extract_altered, Exit::configuration, Exit::evidence_broken},
       .run = run_check_person}};
}

}  // namespace versoir::cli
