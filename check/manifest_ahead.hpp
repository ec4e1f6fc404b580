// The manifest read, validated and digested in the background, while the files that follow it in the archive
// are. Private to check.
#pragma once
#include "check/manifest.hpp"
#include "core/digest.hpp"
#include "sip/seda_validator.hpp"

#include <filesystem>
#include <future>
#include <optional>

namespace versoir::check {

class ManifestAhead {
 public:
  ManifestAhead(const Referentials* referentials, core::Instant now)
      : referentials_(referentials), now_(now) {}
  /// Forgets what was begun before, once it has ended.
  void start(const std::filesystem::path& manifest);
  /// Wait for the end; each can be asked once. Throw what stopped the reading, as read_manifest() does.
  [[nodiscard]] ManifestModel model() { return model_.get(); }
  [[nodiscard]] sip::SedaReport schema() { return schema_.get(); }
  /// Nullopt when there is no manifest.
  [[nodiscard]] std::optional<core::Sha512> digest();

 private:
  const Referentials* referentials_;
  core::Instant now_;
  std::future<ManifestModel> model_;
  std::future<sip::SedaReport> schema_;
  std::future<core::FileDigest> digest_;
};

}  // namespace versoir::check
