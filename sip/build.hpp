// Building a lot: records → XML objects → manifest → zip → seal. Same plan, same extract: same bytes.
#pragma once
#include "core/clock.hpp"
#include "core/config.hpp"
#include "core/progress.hpp"
#include "extract/store.hpp"
#include "sip/versement.hpp"
#include "trust/cades.hpp"

#include <optional>

namespace versoir::sip {

struct BuildReport {
  core::FileDigest sip;
  std::uint64_t units = 0, objects = 0, bytes = 0;  ///< bytes of objects before compression
  std::vector<core::Finding> findings;
  bool fresh = false;  ///< made by this call; otherwise it stood there, unchanged
};
/// Writes lots/<id>/sip.zip, sip.zip.p7s and build.json (digest, size, counts). Already built and unchanged:
/// nothing is done unless `replace`. Refuses an extract whose root is not the plan's (Exit::extract_altered),
/// and a lot already sent (Exit::lot_state), and for a production platform rules that `config` does not say
/// validated (Exit::configuration). A lot whose node is no longer in
/// its filing plan, or in the receipt of that plan, is refused too (Exit::configuration).
/// The plan is kept from being replaced meanwhile (sip/versement_lock.hpp): a caller that builds several lots
/// holds lock_plan() from before it reads the plan to the end.
/// nullopt: another program, here or on a machine that shares the workspace, is building this lot.
[[nodiscard]] std::optional<BuildReport> build_lot(extract::Extract& extract, const core::Config& config,
                                                   const Versement& versement, const Plan& plan,
                                                   const MessageIdentifier& lot, trust::Signer& seal,
                                                   trust::TimestampAuthority* tsa, bool replace,
                                                   const core::Clock& clock, core::Progress& progress);

/// The same for the one lot of a plan that transfers a filing plan (plan.hpp: make_filing_plan). A copy of
/// the filing plan that is not what was planned is Error(Exit::lot_state).
[[nodiscard]] std::optional<BuildReport> build_filing_lot(const Versement& versement, const Plan& plan,
                                                          const MessageIdentifier& lot, trust::Signer& seal,
                                                          trust::TimestampAuthority* tsa, bool replace,
                                                          const core::Clock& clock);

}  // namespace versoir::sip
