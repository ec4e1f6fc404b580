// versoir plan --dossier: the dossier of a versement, planned as a versement of its own.
#pragma once
#include "cli/context.hpp"
#include "sip/dossier.hpp"

namespace versoir::cli {

/// The last pack of evidence of the versement named by --dossier, verified, and the files of the eliminations
/// named by --elimination, which the journal must know. Error(Exit::not_found) without a pack or such an
/// elimination; Error(Exit::evidence_broken) when something does not verify; Error(Exit::lot_state) for an
/// elimination without the visa of the archives authority, or of a rehearsal where the dossier goes to
/// `production`.
[[nodiscard]] sip::DossierSources dossier_sources(Context& c, bool production);

}  // namespace versoir::cli
