// See consult_seal.hpp.
#include "cli/consult_seal.hpp"

namespace versoir::cli {

consult::SealState consult_seal(Context& c, extract::Extract& extract) {
  const bool configured = std::filesystem::exists(c.config_file());
  const bool anchors = configured && c.config().find_path("trust", "anchors");
  const bool roles = configured && c.config().find_path("trust", "roles");
  return consult::judge_seal(extract, anchors ? &c.trust_store() : nullptr, roles ? &c.roles() : nullptr,
                             c.clock);
}

}  // namespace versoir::cli
