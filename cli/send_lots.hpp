// The lots of one command on their way: what each was sent as before, its right, its dry run, what is told of
// it.
#pragma once
#include "cli/before_sending.hpp"
#include "cli/context.hpp"
#include "cli/platform_link.hpp"
#include "cli/send_rights.hpp"
#include "sip/visa.hpp"
#include "vitam/send_queue.hpp"

#include <set>
#include <string>
#include <vector>

namespace versoir::cli {

/// Which lots have a dry run first.
struct BlankTests {
  std::string mode;                ///< no, first, each, only
  std::set<std::string> ran = {};  ///< archive profiles that had one
  [[nodiscard]] bool wants(const sip::PlannedLot& lot) {
    if (mode == "no") return false;
    return ran.insert(lot.profile).second || mode != "first";
  }
};

/// Everything that it refers to outlives it.
struct Sending {
  Context& c;
  const sip::Versement& versement;
  const sip::Plan& plan;
  vitam::Ingest& ingest;
  sip::Target target;
  BeforeSending& before;
  PlatformLink& link;
  RightsAtHand& rights;
  BlankTests blank = {};
  std::vector<std::string> different = {};  ///< lots of which the platform shows something else
  std::set<std::string> told = {};          ///< lots of which was told that they were transferred already
  bool told_unread = false;
};

/// What the queue does for each lot, and what it tells: `sending` outlives them.
[[nodiscard]] vitam::QueueSteps steps_of(Sending& sending);

}  // namespace versoir::cli
