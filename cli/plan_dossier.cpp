// versoir plan --dossier: the dossier of a versement, planned as a versement of its own.
#include "cli/plan_dossier.hpp"

#include "cli/verify_parts.hpp"
#include "cli/whole_trail.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "sip/elimination.hpp"
#include "sip/evidence.hpp"

#include <algorithm>

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

/// Files of one elimination that the journal knows, by name; anything else in the folder is nobody's word.
std::vector<fs::path> elimination_files(Context& c, const std::string& id, const sip::JournalTrail& trail) {
  const sip::Elimination elimination(c.workspace(), id);
  if (!fs::is_directory(elimination.folder()))
    throw Error(Exit::not_found, msg("There is no elimination {0}.", id));
  const auto folder = "eliminations/" + id;
  require_sound(trail.missing_files(c.workspace(), folder),
                msg("The elimination {0} does not verify: no dossier is made with it.", id));
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(elimination.folder()))
    if (entry.is_regular_file() && !entry.is_symlink() &&
        trail.knows_file(folder + "/" + entry.path().filename().string(),
                         core::digest_file(entry.path()).sha512.hex()))
      files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

}  // namespace

sip::DossierSources dossier_sources(Context& c) {
  const auto versement = c.known_versement(c.words.get("dossier"));
  const auto trail = whole_trail(c);
  sip::DossierSources sources{versement.id(), last_pack(c, versement, trail), {}};
  for (const auto& id : c.words.list("elimination"))
    for (auto& file : elimination_files(c, id, trail)) sources.eliminations.push_back(std::move(file));
  return sources;
}

}  // namespace versoir::cli
