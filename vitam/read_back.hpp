// After the acceptance: does the platform give back what was deposited? Some units and objects, drawn at
// random, are asked for and compared with the SIP.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/progress.hpp"
#include "sip/versement.hpp"
#include "vitam/access.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <vector>

namespace versoir::vitam {

struct ReadBackTerms {
  std::uint64_t sample = 20;          ///< units, and as many objects; all of them when there are fewer
  std::optional<std::uint64_t> seed;  ///< the same seed draws the same ones; without, one is drawn
};

struct ReadBack {
  std::uint64_t seed = 0;
  std::uint64_t units = 0, objects = 0;    ///< asked for
  std::uint64_t equal = 0, different = 0;  ///< of both
  std::vector<core::Finding> findings;     ///< each difference, severity error
  core::Json json;                         ///< read-back.json: docs/formats/versement.md
};

/// Name of the file, in the folder of the lot.
inline constexpr const char* read_back_name = "read-back.json";

/// A lot that the platform accepted: its reply, its receipt and its SIP are in its folder, and the receipt
/// must hold (Error(Exit::lot_state) without, Error(Exit::evidence_broken) when it proves nothing). Of each
/// unit: title, description level, dates, rule identifiers by category; of each object: the SHA-512 of the
/// bytes themselves and what the group declares; then the counts of the accession register, where it is
/// shown. A title that differs is named, not repeated. Failures of the platform to answer are Errors; nothing
/// is written.
[[nodiscard]] ReadBack read_back(Access& access, const sip::Versement& versement,
                                 const sip::MessageIdentifier& lot, const ReadBackTerms& terms,
                                 const core::Clock& clock, core::Progress& progress,
                                 const std::stop_token& stop);

}  // namespace versoir::vitam
