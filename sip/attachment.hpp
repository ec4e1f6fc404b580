// Where the lots of an archive profile are attached on the platform: a node of the filing plan, as planned
// and as it must still be when a lot is built.
#pragma once
#include "core/config.hpp"
#include "profiles/model.hpp"
#include "sip/seda.hpp"
#include "sip/settings.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace versoir::sip {

class SettingsReader;

/// Reads [filing] and [attach] for these archive profiles; what is wrong goes to `reader`. A node must be in
/// the filing plan; when a versement transferred it ([filing] versement), to the same platform, its receipt
/// must be there.
void read_attachments(SettingsReader& reader, const std::vector<const profiles::ArchiveDef*>& archives,
                      const std::filesystem::path& workspace, Settings& settings);

/// The node is still in the filing plan that was planned with, and the receipt still gives its SystemId:
/// Error(Exit::configuration) otherwise.
void require_attachment(const Attachment& attachment, const std::string& archive,
                        const std::filesystem::path& workspace, const std::filesystem::path& configuration,
                        const Settings& settings);

/// The unit that stands for the node in the manifest of a lot.
[[nodiscard]] UnitContent existing_unit(const Attachment& attachment);

}  // namespace versoir::sip
