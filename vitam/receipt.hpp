// What a reply proves about a lot. Private to vitam.
#pragma once
#include "core/error.hpp"
#include "core/json.hpp"
#include "sip/versement.hpp"
#include "vitam/atr.hpp"

#include <vector>

namespace versoir::vitam {

struct Proof {
  std::vector<core::Finding> findings;
  std::uint64_t units = 0, objects = 0;  ///< of our manifest, without units that stand for others
};
/// The reply against operation.json and the manifest of sip.zip.
[[nodiscard]] Proof prove(const sip::Versement& versement, const sip::MessageIdentifier& lot, const Atr& atr);

/// Unit of our manifest → SystemId, for receipts whose units others are attached to: "systemIds".
[[nodiscard]] core::Json system_ids(const Atr& atr);

[[nodiscard]] bool accepts(const Atr& atr);  ///< OK or WARNING

}  // namespace versoir::vitam
