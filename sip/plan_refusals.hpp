// Why a plan is refused once the records are seen: nothing kept, or a list of closed records that names
// others.
#pragma once
#include "core/error.hpp"
#include "profiles/model.hpp"
#include "sip/key_list.hpp"
#include "sip/versement.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace versoir::sip {

/// Leaves the archive profiles that defer records: a list of closed ones concerns no other.
/// Error(Exit::usage) when none is left, or when the list does not say of which of several its keys are.
void keep_deferring(std::vector<const profiles::ArchiveDef*>& archives, const KeyList& closed);

/// Why a list of closed records cannot be followed, all of its lines at once.
class ClosedRefusals {
 public:
  void add(core::Message reason);
  /// Keys that no record met, but those of archive profiles of which this plan is not (`wanted`; empty: all).
  void add_unmet(const KeyList& list, const std::vector<std::string>& wanted,
                 const profiles::Application& app);
  /// Throws Error(Exit::usage) when something was added.
  void finish(const KeyList& list) const;

 private:
  std::vector<core::Message> reasons_;  ///< the first ones
  std::uint64_t count_ = 0;
};

/// What became of the candidates of a profile, to say why when none is kept.
struct Tally {
  const profiles::ArchiveDef* archive = nullptr;
  std::uint64_t kept = 0, left_out = 0;
  std::vector<std::pair<std::string, std::uint64_t>> reasons;  ///< in the order in which they came
  void leave(const std::string& reason);
};

/// A profile that keeps nothing is refused (Exit::profile_invalid) when it was asked for by its name, or when
/// no other keeps anything; else a finding of the plan tells it.
void refuse_empty(const std::vector<Tally>& tallies, const std::vector<std::string>& wanted, Plan& plan);

}  // namespace versoir::sip
