// versoir evidence: what proves a versement, packed apart, and its time-stamps renewed.
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/context.hpp"
#include "cli/verify_parts.hpp"
#include "cli/whole_trail.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "extract/seal.hpp"
#include "sip/evidence.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

core::Json file_json(Context& c, const fs::path& file, const std::string& sha512) {
  return {{"file", file.lexically_relative(c.workspace()).generic_string()}, {"sha512", sha512}};
}

/// Before the list takes its name: a crash is then told from what somebody put there.
sip::BeforePublishing announcing(Context& c, const sip::Versement& versement) {
  return [&c, &versement](const fs::path& manifest, const core::Sha512& digest) {
    c.journal().append("EVIDENCE_STARTED",
                       {{"versement", versement.id()}, {"list", file_json(c, manifest, digest.hex())}},
                       trust::Outcome::ok);
  };
}

/// What the journal keeps of a pack: its last list and its token.
void note_pack(Context& c, std::string_view event, const sip::Versement& versement, const fs::path& manifest,
               const core::Json& detail) {
  core::Json files = core::Json::array();
  auto token = manifest;
  token.replace_extension(".tst");
  for (const auto& file : {manifest, token})
    if (fs::exists(file)) files.push_back(file_json(c, file, core::digest_file(file).sha512.hex()));
  c.journal().append(event, {{"versement", versement.id()}, {"files", files}}, trust::Outcome::ok, detail);
}
core::Json pack_json(const sip::EvidencePack& pack) {
  return {{"covered", pack.files}, {"timestamped", pack.timestamped}};
}

[[noreturn]] void refuse_pack(const fs::path& pack, const sip::Versement& versement,
                              const std::vector<core::Finding>& findings) {
  Error e(Exit::evidence_broken, msg("{0} does not verify: it is not renewed.", pack.string()));
  for (const auto& f : findings)
    if (f.severity == core::Severity::error) std::move(e).because(f.message);
  throw std::move(e).hint(
      msg("Put the files back from a copy, or pack again: versoir evidence {0}.", versement.id()));
}

/// What is wrong with the last time-stamp alone: another one is the remedy.
bool ends_with_renewal(const core::Finding& f) {
  return f.code == "evidence-expired" || f.code == "evidence-revoked";
}

/// Packs and renewals whose last line a crash left out of the journal: what it says that it was about to
/// publish is there, as it said.
void end_interrupted(Context& c, const sip::Versement& versement, const sip::JournalTrail& trail) {
  for (const auto& pack : sip::evidence_packs(versement)) {
    const auto verdict = verify_pack(c, trail, pack);
    if (!verdict.began) continue;
    for (const auto& f : verdict.verified.findings)
      if (f.severity == core::Severity::error && !ends_with_renewal(f))
        refuse_pack(pack, versement, verdict.verified.findings);
    const bool first = verdict.verified.last.filename() == "manifest-1.txt";
    note_pack(c, first ? "EVIDENCE_PACKED" : "EVIDENCE_RENEWED", versement, verdict.verified.last,
              {{"interrupted", true}});
    c.out.result(msg("{0}: its making was interrupted, and is ended.", pack.lexically_normal().string()));
  }
}

void show_pack(Context& c, const sip::EvidencePack& pack) {
  const auto verified = sip::verify_evidence(pack.folder, c.trust_store(), std::chrono::days(0), c.clock);
  const auto folder = pack.folder.lexically_normal().string();
  for (const auto& f : pack.findings) c.out.finding(f);
  c.out.result(core::nmsg("{1}: {0} file covered by its list of digests.",
                          "{1}: {0} files covered by their list of digests.", pack.files, folder));
  if (verified.until)
    c.out.result(msg("Time-stamped; to be renewed before {0} (versoir evidence --renew).",
                     core::show_date(*verified.until)));
  else
    c.out.warn(msg("No time-stamping authority is configured: the pack has no time-stamp."));
  c.out.event("evidence", {{"folder", folder},
                           {"files", pack.files},
                           {"timestamps", verified.timestamps},
                           {"renew_before", verified.until ? core::format_instant(*verified.until) : ""}});
}

sip::EvidenceSources sources(Context& c, const sip::Plan& plan) {
  sip::EvidenceSources s;
  s.config = c.config_file();
  s.roles = c.config().get_path("trust", "roles");
  s.anchors = c.config().get_path("trust", "anchors");
  s.tsa_anchors = c.config().find_path("timestamp", "ca").value_or(fs::path{});
  s.journals = sip::JournalTrail::files(c.workspace());
  s.extract_seal = extract::seal_file(c.in_workspace(plan.extract));
  s.store = c.trust_store();
  return s;
}

void renew_pack(Context& c, const sip::Versement& versement, const sip::JournalTrail& trail,
                const fs::path& pack, trust::TimestampAuthority& tsa) {
  // First what the journal knows: a list that was taken away must not make its token look like a leaving.
  if (const auto missing =
          trail.missing_files(c.workspace(), pack.lexically_relative(c.workspace()).generic_string());
      !missing.empty())
    refuse_pack(pack, versement, missing);
  sip::discard_unfinished_renewal(pack);
  auto findings = verify_pack(c, trail, pack).verified.findings;
  for (auto& f : findings)
    if (ends_with_renewal(f)) {  // it is told, and the new one proves from now on
      c.out.finding(f);
      f.severity = core::Severity::warning;
    }
  if (std::ranges::any_of(findings, [](const auto& f) { return f.severity == core::Severity::error; }))
    refuse_pack(pack, versement, findings);
  const auto renewed = sip::renew_evidence(pack, c.config().get_path("timestamp", "ca"), tsa,
                                           announcing(c, versement), c.clock);
  note_pack(c, "EVIDENCE_RENEWED", versement, renewed.manifest, pack_json(renewed));
  show_pack(c, renewed);
}

int renew(Context& c, const sip::Versement& versement) {
  if (sip::evidence_packs(versement).empty())
    throw Error(Exit::not_found, msg("The versement {0} has no pack of evidence.", versement.id()))
        .hint(msg("versoir evidence {0} makes one.", versement.id()));
  auto* tsa = c.tsa();
  if (!tsa)
    throw Error(Exit::configuration, msg("[timestamp] url is not set: there is nobody to renew with."));
  end_interrupted(c, versement, whole_trail(c));
  const auto trail = whole_trail(c);
  for (const auto& pack : sip::evidence_packs(versement)) {
    c.check_stop();
    renew_pack(c, versement, trail, pack, *tsa);
  }
  return 0;
}

/// What is packed proves for decades: everything that verify says of the versement must hold today.
void require_verified(Context& c, const sip::Versement& versement, const sip::JournalTrail& trail) {
  Tally tally(c);
  verify_versement(c, tally, trail, versement.id(), Receipts::read_only);
  if (tally.code() == Exit::disk)
    throw Error(Exit::disk, msg("The disk failed while the versement {0} was verified: nothing was packed.",
                                versement.id()))
        .hint(msg(
            "Nothing is known to be wrong with the versement. Mend the disk, then run the same command."));
  if (tally.failed())
    throw Error(Exit::evidence_broken,
                msg("The versement {0} does not verify: nothing was packed.", versement.id()))
        .hint(msg("versoir verify says more."));
}

/// Packs name people: one that another replaces, or that nobody needs, goes; the journal says which, and why.
int withdraw(Context& c, const sip::Versement& versement, const std::string& typed) {
  const auto packs = sip::evidence_packs(versement);
  const auto pack =
      std::ranges::find_if(packs, [&](const fs::path& p) { return p.filename() == "evidence-" + typed; });
  if (pack == packs.end())
    throw Error(Exit::not_found, msg("The versement {0} has no pack evidence-{1}.", versement.id(), typed));
  static_cast<void>(whole_trail(c));
  const auto reason = c.words.find("reason").value_or("");
  if (reason.empty()) throw Error(Exit::usage, msg("--{0} is needed.", "reason"));
  const auto name = pack->filename().string();
  const auto nothing = msg("Nothing was removed.");
  if (c.words.has("confirm"))
    require_confirmed(c.words.get("confirm"), name, nothing);
  else
    confirm_typed(msg("Type the name of the pack to withdraw it ({0}):", name), name, nothing);
  c.journal().append("EVIDENCE_WITHDRAWN",
                     {{"versement", versement.id()},
                      {"withdrawn", pack->lexically_relative(c.workspace()).generic_string()}},
                     trust::Outcome::ok, {{"reason", reason}});
  fs::remove_all(*pack);
  c.out.result(msg("{0}: withdrawn.", name));
  c.out.summary({{"versement", versement.id()}, {"withdrawn", name}});
  return 0;
}

int run_evidence(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  if (const auto typed = c.words.find("withdraw")) return withdraw(c, versement, *typed);
  if (c.words.has("renew")) return renew(c, versement);
  const auto plan = versement.plan();
  end_interrupted(c, versement, whole_trail(c));
  require_verified(c, versement, whole_trail(c));
  const auto pack =
      sip::pack_evidence(versement, sources(c, plan), c.tsa(), announcing(c, versement), c.clock);
  note_pack(c, "EVIDENCE_PACKED", versement, pack.manifest, pack_json(pack));
  show_pack(c, pack);
  c.out.summary({{"versement", versement.id()}, {"folder", pack.folder.lexically_normal().string()}});
  return 0;
}

}  // namespace

std::vector<CommandDef> evidence_commands() {
  return {{.name = "evidence",
           .summary = mark("pack what proves a versement, and renew its time-stamps"),
           .details = mark("Gathers visas, seals, lists, replies, receipts, certificates, revocation lists, "
                           "time-stamp tokens, the "
                           "configuration in force and the journal in a folder evidence-N of the versement, "
                           "with a list of digests "
                           "that is time-stamped. README.txt, in French, tells how to verify it with openssl "
                           "alone. No SIP and no "
                           "report with samples is in it; the lists name people. --renew adds a list over "
                           "everything, earlier "
                           "lists and tokens among it, and time-stamps that one: do it before the "
                           "certificates of the last token "
                           "end, versoir verify says when."),
           .example = "versoir evidence scolarite-2026",
           .arguments = {{mark("VERSEMENT"), mark("identifier of the versement")}},
           .options = {{"renew", nullptr, mark("add a fresh time-stamp over the packs that exist")},
                       {"withdraw", mark("N"), mark("remove the pack evidence-N; the journal keeps why")},
                       {"reason", mark("TEXT"), mark("why a pack is withdrawn")},
                       {"confirm", mark("ID"), mark("evidence-N, as typed by the person who decides")}},
           .exits = {Exit::configuration, Exit::lot_state, Exit::signing, Exit::role_register,
                     Exit::journal_broken, Exit::evidence_broken, Exit::not_found},
           .run = run_evidence}};
}

}  // namespace versoir::cli
