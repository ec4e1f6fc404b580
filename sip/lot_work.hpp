// The working folder of a lot that is being built: one program at a time, on any machine that shares the
// workspace, and nothing left of one that was killed.
#pragma once
#include "core/file.hpp"
#include "sip/versement.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

/// `building-<lot>/` and its lock `building-<lot>.lock` (core::FileLock) in the folder of the versement, on
/// the file system of the lots: a rename publishes.
class LotWork {
 public:
  /// An empty folder, mode 0700: what a killed program left there is removed. nullopt when another program
  /// has it. Throws Error(Exit::disk).
  [[nodiscard]] static std::optional<LotWork> begin(const Versement& versement, const MessageIdentifier& lot);
  LotWork(LotWork&& other) noexcept;
  LotWork& operator=(LotWork&&) = delete;
  ~LotWork();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_; }

 private:
  LotWork(std::filesystem::path folder, core::FileLock lock);
  core::FileLock lock_;  ///< outlives the folder
  std::filesystem::path folder_;
};

/// Removes what killed programs left in the versement, whatever the lot: it holds personal data. Gives the
/// lots that are being built.
std::vector<std::string> clear_abandoned_work(const Versement& versement);

}  // namespace versoir::sip
