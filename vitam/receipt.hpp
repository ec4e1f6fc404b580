// What a reply proves about a lot. Private to vitam.
#pragma once
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "sip/versement.hpp"
#include "vitam/atr.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

namespace versoir::vitam {

/// The name of the list of identifiers in the folder of a lot: what each unit and object of our manifest is
/// called on the platform (CSV: kind, id, system_id, group_id).
inline constexpr std::string_view identifiers_name = "system-ids.csv";

struct Proof {
  Atr atr;
  std::vector<core::Finding> findings;
  std::uint64_t units = 0, objects = 0;  ///< of our manifest, without units that stand for others
  core::Sha512 identifiers;              ///< of the list of identifiers that the reply gives
};
/// atr.xml against operation.json and the manifest of sip.zip, in memory that grows by some 17 bytes for each
/// unit and object. `write_identifiers`: also writes the list, when nothing is amiss.
[[nodiscard]] Proof prove(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                          bool write_identifiers = false);

/// Unit of our manifest → SystemId, for receipts whose units others are attached to: "systemIds".
[[nodiscard]] core::Json system_ids(const std::filesystem::path& lot_folder);

[[nodiscard]] bool accepts(const Atr& atr);  ///< OK or WARNING

}  // namespace versoir::vitam
