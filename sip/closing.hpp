// Closing: what leaves the folder of a versement once the platform's receipt is proven, and the digests that
// stay in its place. docs/formats/versement.md gives the file.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "sip/versement.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// The folder in which a pack of evidence is made, in the folder of the versement.
inline constexpr std::string_view packing_name = "evidence.packing";

struct RemovedFile {
  std::string name;
  core::Sha256 sha256;  ///< what a detached seal covers: it verifies without the file
  core::Sha512 sha512;
  std::uint64_t size = 0;
};
struct KeptFile {
  std::string name;
  core::Sha512 sha512;
};

/// closing.json, in the folder of a lot (its SIP) or of the versement (its reports).
struct Closing {
  std::string versement;
  std::string lot;  ///< "" for the reports of the versement
  core::Instant started{};
  std::optional<core::Instant> finished;  ///< absent while files are being removed
  std::vector<RemovedFile> removed;
  std::vector<KeptFile> kept;
  bool transferred = true;  ///< false: of a lot that the platform never accepted, and that is given up

  [[nodiscard]] const RemovedFile* find_removed(std::string_view name) const;
};

[[nodiscard]] std::filesystem::path closing_file(const std::filesystem::path& folder);
/// nullopt when there is none. Throws Error(Exit::evidence_broken) on one that is not of our shape.
[[nodiscard]] std::optional<Closing> read_closing(const std::filesystem::path& folder);
[[nodiscard]] std::string closing_text(const Closing& closing);

/// What closing this folder would do: digests of the named files, which leave, and of every other one.
[[nodiscard]] Closing plan_closing(const std::filesystem::path& folder, const std::string& versement,
                                   const std::string& lot, const std::vector<std::string>& remove,
                                   core::Instant now);
/// One of the removed files is there again, whoever put it back.
[[nodiscard]] bool has_files_back(const std::filesystem::path& folder, const Closing& closing);

/// Removes what the closing names and is still there; each file must still be the one that was digested,
/// otherwise Error(Exit::evidence_broken) before any is removed. A file that is gone was removed before a
/// crash.
void remove_closed_files(const std::filesystem::path& folder, const Closing& closing);

/// What is left against the digests kept: kept files there and the same, removed ones gone.
[[nodiscard]] std::vector<core::Finding> verify_closing(const std::filesystem::path& folder,
                                                        const Closing& closing);

/// Lots of earlier attempts, that no plan names any more, whose folder still holds a SIP or a closing.
[[nodiscard]] std::vector<PlannedLot> stray_lots(const Versement& versement, const Plan& plan);
/// What an interruption left in the folders of a versement: files and folders that were never finished, and
/// that nothing proves. They may show samples and names.
[[nodiscard]] std::vector<std::filesystem::path> leavings(const Versement& versement);

/// Reports of a versement that show samples of records: review.html and those that visas bind.
[[nodiscard]] std::vector<std::string> reports_with_samples(const Versement& versement);

}  // namespace versoir::sip
