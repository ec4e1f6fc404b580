// The archive that a depositor sent, as far as the sandbox looks into it itself. Private to the sandbox.
#pragma once
#include <filesystem>
#include <string>

namespace versoir::vitam::sandbox {

/// What the platform would have stored, the manifest as manifest.xml. Only for archives that the controls
/// accepted. Written without waiting for the disk: an operation that is not known to have ended is controlled
/// again.
void unpack(const std::filesystem::path& archive, const std::filesystem::path& folder);

/// MessageIdentifier of the manifest, "" when it cannot be read. Looks at the beginning of the manifest only.
[[nodiscard]] std::string message_identifier_of(const std::filesystem::path& archive);

}  // namespace versoir::vitam::sandbox
