// The dossier de versement as a SIP of its own: visas, bordereaux, receipts and eliminations to read, and the
// whole pack of evidence in one archive, to be kept for good (docs/formats/dossier.md).
#pragma once
#include "core/config.hpp"
#include "core/digest.hpp"
#include "sip/build.hpp"
#include "sip/plan.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// Where a plan or a list names an archive profile, and as the kind of source of a versement.
inline constexpr std::string_view dossier_profile = "dossier-de-versement";

/// What a dossier is made of. The caller has verified all of it: here it is only read.
struct DossierSources {
  std::string versement;                            ///< whose dossier it is
  std::filesystem::path pack;                       ///< its pack of evidence, versements/<id>/evidence-<n>
  std::vector<std::filesystem::path> eliminations;  ///< files eliminations/<id>/<name> that the journal knows
};

/// Plans the dossier: one lot, its files with their digests in files.csv. Of `options`, the archive profiles,
/// the extract and the list of closed records do not count. Error(Exit::configuration) when an agency or an
/// agreement is missing; Error(Exit::lot_state) when the pack is of a versement that was never accepted.
Plan make_dossier_plan(const DossierSources& sources, const core::Config& config, const Versement& versement,
                       const PlanOptions& options, const core::Clock& clock);

/// Builds the one lot of such a plan. A file that is not what was planned is Error(Exit::lot_state).
[[nodiscard]] std::optional<BuildReport> build_dossier_lot(const Versement& versement, const Plan& plan,
                                                           const MessageIdentifier& lot, trust::Signer& seal,
                                                           trust::TimestampAuthority* tsa, bool replace,
                                                           const core::Clock& clock);

/// Logical code of the rule of communication of a dossier: [dossier] access_rule names the platform's.
inline constexpr std::string_view dossier_access = "DOSSIER_COM";

/// A part of a dossier, in the order of the manifest: a unit with the files of one nature inside.
struct DossierPart {
  std::string_view id;     ///< in files.csv
  std::string_view title;  ///< of the unit: in French, as the archives are
};
[[nodiscard]] const std::vector<DossierPart>& dossier_parts();
/// The part whose files go together in one archive: the pack, as it is verified.
inline constexpr std::string_view evidence_part = "preuves";

}  // namespace versoir::sip
