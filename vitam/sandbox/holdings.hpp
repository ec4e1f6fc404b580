// What the sandbox accepted, as far as later SIPs attach to it. Private to the sandbox.
#pragma once
#include "check/checker.hpp"
#include "vitam/manifest_ids.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace versoir::vitam::sandbox {

/// An accepted operation whose units can be attached to.
struct HeldOperation {
  std::string id;
  check::Workflow workflow = check::Workflow::default_workflow;
  std::filesystem::path manifest;
};

/// The units of the platform to which a SIP attaches: identifier in its manifest → SystemId.
struct Resolved {
  std::map<std::string, std::string> units;
  std::vector<check::Event> defects;  ///< NOT_FOUND_ATTACHMENT and the like, in the order of the manifest
};

/// Looks every attachment up, as VITAM's CHECK_MANIFEST does: one unit must have this SystemId, or this value
/// of that metadata, and be of the workflow's kind or above (records < filing plan < holding tree). Reads
/// each manifest once; nothing is kept between two calls.
[[nodiscard]] Resolved resolve(const std::vector<AttachedUnit>& wanted, check::Workflow workflow,
                               const std::vector<HeldOperation>& held);

/// A SIP whose attachments do not hold is refused where VITAM refuses it: what its report says of later steps
/// goes away.
void refuse_attachments(check::Report& report, std::vector<check::Event> defects);

}  // namespace versoir::vitam::sandbox
