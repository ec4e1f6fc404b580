// What the seal of an extract says when it is opened for consultation: its signature, and the roots of all
// blocks, without reading gigabytes of rows.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "extract/store.hpp"
#include "trust/cades.hpp"
#include "trust/roles.hpp"

#include <string>
#include <vector>

namespace versoir::consult {

struct SealState {
  enum class Verdict {
    verified,    ///< a registered producer sealed these roots, and every block is under them
    not_judged,  ///< nothing is wrong, but the configuration does not say whom to trust
    broken
  };
  Verdict verdict = Verdict::broken;
  std::string sealed_by;               ///< common name of the first who signed, "" when unknown
  std::vector<core::Message> reasons;  ///< why it is not verified
};

/// The rows themselves are not read: those behind a page are verified when it is shown (proof.hpp).
/// `store` and `roles` may be nullptr: then the best verdict is not_judged.
[[nodiscard]] SealState judge_seal(extract::Extract& extract, const trust::TrustStore* store,
                                   const trust::RoleRegister* roles, const core::Clock& clock);

}  // namespace versoir::consult
