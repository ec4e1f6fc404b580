// The ArchiveTransferReply of the sandbox, in the shapes that VITAM gives it. Private to the sandbox.
#pragma once
#include "check/checker.hpp"
#include "core/clock.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace versoir::vitam::sandbox {

/// 36 characters, the same for the same operation and identifier. `kind`: "aeaq" unit, "aeba" group, "aeaa"
/// object.
[[nodiscard]] std::string system_id(std::string_view kind, std::string_view operation,
                                    std::string_view local_id);

/// Writes the reply for a controlled SIP. `attached`: units that stand for others, with their SystemId. A dry
/// run ("BLANK_TEST") has its own reply codes and no GrantDate.
void write_reply(const std::filesystem::path& file, std::string_view operation, const check::Report& report,
                 check::Workflow workflow, core::Instant now,
                 const std::map<std::string, std::string>& attached = {});

/// The minimal KO reply that answers an unknown X-Context-Id.
[[nodiscard]] std::string reply_for_unknown_workflow(std::string_view operation, core::Instant now);

}  // namespace versoir::vitam::sandbox
