// A DIP: the ArchiveDeliveryRequestReply of chosen units, and the files of their objects. Private to the
// sandbox.
#pragma once
#include "core/clock.hpp"
#include "vitam/sandbox/access_index.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace versoir::vitam::sandbox {

struct DipOrder {
  std::string operation;           ///< of the export
  std::vector<std::string> units;  ///< ids, in the order of the answer
  std::set<std::string> versions;  ///< BinaryMaster...; empty = all of them
  std::uint64_t size_most = 1ull << 30;
  std::string seda = "2.2";
  std::string message_request, archival_agency, requester, agreement, comment;  ///< "" = not said
};

/// Writes the zip: manifest.xml and content/. False, and no file, when there is no unit or when the objects
/// are larger than the order allows.
[[nodiscard]] bool write_dip(const std::filesystem::path& file, const DipOrder& order, AccessIndex& index,
                             core::Instant now);

}  // namespace versoir::vitam::sandbox
