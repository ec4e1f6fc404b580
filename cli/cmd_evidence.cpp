// versoir evidence: what proves a versement, packed apart, and its time-stamps renewed.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/whole_trail.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/evidence.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::vector<trust::Certificate> tsa_anchors(Context& c) {
  const auto file = c.config().find_path("timestamp", "ca");
  return file ? trust::Certificate::list_from_pem_file(*file) : std::vector<trust::Certificate>{};
}

std::chrono::days margin(Context& c) {
  return std::chrono::days(c.config().get_int("evidence", "renew_before_days"));
}

/// What the journal keeps of a pack: its last list and its token.
void note_pack(Context& c, std::string_view event, const sip::Versement& versement,
               const sip::EvidencePack& pack) {
  core::Json files = core::Json::array();
  auto token = pack.manifest;
  token.replace_extension(".tst");
  for (const auto& file : {pack.manifest, token})
    if (fs::exists(file))
      files.push_back({{"file", file.lexically_relative(c.workspace()).generic_string()},
                       {"sha512", core::digest_file(file).sha512.hex()}});
  c.journal().append(event, {{"versement", versement.id()}, {"files", files}}, trust::Outcome::ok,
                     {{"covered", pack.files}, {"timestamped", pack.timestamped}});
}

void show_pack(Context& c, const sip::EvidencePack& pack) {
  const auto verified = sip::verify_evidence(pack.folder, tsa_anchors(c), std::chrono::days(0), c.clock);
  const auto folder = pack.folder.lexically_normal().string();
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
  s.crl = c.config().find_path("trust", "crl");
  s.ocsp = c.plain_trust_store().ocsp_der;
  s.journal = c.journal_file();
  s.extract_seal = c.in_workspace(plan.extract);
  s.extract_seal += ".seal.json";
  return s;
}

int renew(Context& c, const sip::Versement& versement) {
  const auto packs = sip::evidence_packs(versement);
  if (packs.empty())
    throw Error(Exit::not_found, msg("The versement {0} has no pack of evidence.", versement.id()))
        .hint(msg("versoir evidence {0} makes one.", versement.id()));
  auto* tsa = c.tsa();
  if (!tsa)
    throw Error(Exit::configuration, msg("[timestamp] url is not set: there is nobody to renew with."));
  const auto trail = whole_trail(c);
  for (const auto& pack : packs) {
    c.check_stop();
    auto verified = sip::verify_evidence(pack, tsa_anchors(c), margin(c), c.clock);
    for (auto& f :
         trail.missing_files(c.workspace(), pack.lexically_relative(c.workspace()).generic_string()))
      verified.findings.push_back(std::move(f));
    Error e(Exit::evidence_broken, msg("{0} does not verify: it is not renewed.", pack.string()));
    for (const auto& f : verified.findings) {
      // A token that ended is told, and the new one proves from now on.
      if (f.code == "evidence-expired")
        c.out.finding(f);
      else if (f.severity == core::Severity::error)
        std::move(e).because(f.message);
    }
    if (!e.causes().empty())
      throw std::move(e).hint(
          msg("Put the files back from a copy, or pack again: versoir evidence {0}.", versement.id()));
    const auto renewed = sip::renew_evidence(pack, c.config().get_path("timestamp", "ca"), *tsa, c.clock);
    note_pack(c, "EVIDENCE_RENEWED", versement, renewed);
    show_pack(c, renewed);
  }
  return 0;
}

int run_evidence(Context& c) {
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  if (c.words.has("renew")) return renew(c, versement);
  const auto plan = versement.plan();
  static_cast<void>(whole_trail(c));
  const auto pack = sip::pack_evidence(versement, sources(c, plan), c.tsa(), c.clock);
  note_pack(c, "EVIDENCE_PACKED", versement, pack);
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
           .options = {{"renew", nullptr, mark("add a fresh time-stamp over the packs that exist")}},
           .exits = {Exit::configuration, Exit::lot_state, Exit::signing, Exit::role_register,
                     Exit::journal_broken, Exit::evidence_broken, Exit::not_found},
           .run = run_evidence}};
}

}  // namespace versoir::cli
