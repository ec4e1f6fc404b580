// versoir plan --dossier: the dossier of a versement, planned as a versement of its own.
#include "cli/plan_dossier.hpp"

#include "cli/known_papers.hpp"
#include "cli/verify_parts.hpp"
#include "cli/whole_trail.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "sip/elimination.hpp"
#include "sip/evidence.hpp"

#include <algorithm>
#include <set>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

void require_sound(const std::vector<core::Finding>& findings, core::Message what) {
  Error e(Exit::evidence_broken, std::move(what));
  for (const auto& f : findings)
    if (f.severity == core::Severity::error) std::move(e).because(f.message);
  if (e.causes().empty()) return;
  throw std::move(e).hint(msg("Nothing was planned. versoir verify says more."));
}

/// What is to be kept for good must hold today, and be what the journal knows.
fs::path last_pack(Context& c, const sip::Versement& versement, const sip::JournalTrail& trail) {
  const auto packs = sip::evidence_packs(versement);
  if (packs.empty())
    throw Error(Exit::not_found, msg("The versement {0} has no pack of evidence.", versement.id()))
        .hint(msg("versoir evidence {0} makes one.", versement.id()));
  const auto& pack = packs.back();
  const auto verdict = verify_pack(c, trail, pack);
  require_sound(verdict.verified.findings,
                msg("{0} does not verify: no dossier is made of it.", pack.string()));
  if (verdict.began)
    throw Error(Exit::evidence_broken, msg("The making of {0} was interrupted.", pack.string()))
        .hint(msg("versoir evidence {0} ends it.", versement.id()));
  return pack;
}

/// A dossier keeps proofs. A bordereau that the archives authority did not approve is a proposal, and one of
/// a rehearsal is worth nothing.
void require_authorised(Context& c, const sip::Elimination& elimination, bool production) {
  if (elimination.state() == sip::EliminationState::prepared)
    throw Error(
        Exit::lot_state,
        msg("The elimination {0} has no visa of the archives authority: it proves nothing yet, and no "
            "dossier keeps it.",
            elimination.id()))
        .hint(msg("Code du patrimoine, R212-14. Register the visa first: versoir eliminate visa {0}.",
                  elimination.id()));
  if (elimination.is_rehearsal()) {
    auto told =
        msg("The bordereau {0} is a rehearsal: neither its visa nor its destruction is worth anything.",
            elimination.id());
    if (production)
      throw Error(Exit::lot_state, std::move(told))
          .hint(msg("A dossier for a production platform keeps what was really eliminated."));
    c.out.warn(std::move(told));
  }
  if (elimination.state() == sip::EliminationState::visa)
    c.out.warn(msg("The elimination {0} has no certificate of destruction yet: the dossier will not hold it.",
                   elimination.id()));
}

/// Files whose digests stand in papers that the journal knows, and were verified: the bordereau as it was
/// printed, its annex, the signed documents themselves.
std::set<std::string> bound_by_papers(const sip::Elimination& elimination) {
  std::set<std::string> names;
  const auto add = [&](const core::Json& file) {
    names.insert(fs::path(core::text_of(file, "file")).filename().string());
  };
  for (const auto bordereau = elimination.bordereau(); const auto& file : bordereau.at("files")) add(file);
  if (const auto visa = elimination.visa()) add(visa->at("document"));
  if (const auto done = elimination.destruction()) add(done->at("document"));
  return names;
}

/// Files of one elimination that the journal knows, or a paper that it knows, by name; anything else in the
/// folder is nobody's word.
std::vector<fs::path> elimination_files(Context& c, const std::string& id, const sip::JournalTrail& trail,
                                        bool production) {
  const sip::Elimination elimination(c.workspace(), id);
  if (!fs::is_directory(elimination.folder()))
    throw Error(Exit::not_found, msg("There is no elimination {0}.", id));
  const auto folder = "eliminations/" + id;
  auto findings = trail.missing_files(c.workspace(), folder);
  for (auto& f : sip::verify_elimination(elimination)) findings.push_back(std::move(f));
  require_sound(findings, msg("The elimination {0} does not verify: no dossier is made with it.", id));
  require_known_papers(c, trail, elimination);
  require_authorised(c, elimination, production);
  std::vector<fs::path> files;
  const auto bound = bound_by_papers(elimination);
  for (const auto& entry : fs::directory_iterator(elimination.folder()))
    if (const auto name = entry.path().filename().string();
        entry.is_regular_file() && !entry.is_symlink() &&
        (bound.contains(name) ||
         trail.knows_file(folder + "/" + name, core::digest_file(entry.path()).sha512.hex())))
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

sip::DossierSources dossier_sources(Context& c, bool production) {
  const auto versement = c.known_versement(c.words.get("dossier"));
  const auto trail = whole_trail(c);
  sip::DossierSources sources{versement.id(), last_pack(c, versement, trail), {}};
  for (const auto& id : c.words.list("elimination"))
    for (auto& file : elimination_files(c, id, trail, production))
      sources.eliminations.push_back(std::move(file));
  return sources;
}

}  // namespace versoir::cli
