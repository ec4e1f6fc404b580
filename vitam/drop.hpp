// SIPs too large for HTTPS: put in a folder that the ingest service sees, then taken from there by name.
#pragma once
#include "sip/visa.hpp"
#include "vitam/client.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace versoir::vitam {

/// This SIP goes through [platform.X] drop_folder: it has one, and the SIP is larger than drop_above.
[[nodiscard]] bool goes_through_folder(const Platform& platform, const sip::ApprovedSip& sip);

/// Copies the approved bytes to `folder` under the name that it returns ("<MessageIdentifier>.zip": one
/// component of VITAM's safe names). Hashed again on the way; the file appears whole or not at all, and one
/// that is there already with these very bytes is left. Errors: Exit::disk, visa_sip_changed, lot_state when
/// another file has that name.
std::string drop_sip(const sip::ApprovedSip& sip, const std::filesystem::path& folder,
                     const std::function<void(std::uint64_t)>& copied);

/// Takes back a file that the platform did not take; gone already, nothing is done.
void take_back(const std::filesystem::path& folder, const std::string& name);

}  // namespace versoir::vitam
