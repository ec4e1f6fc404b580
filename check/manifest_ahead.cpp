// Three readings of one file, each in a thread of its own.
#include "check/manifest_ahead.hpp"

namespace versoir::check {

void ManifestAhead::start(const std::filesystem::path& manifest) {
  // The destructor of such a future waits for its thread.
  model_ = {};
  schema_ = {};
  digest_ = {};
  model_ = std::async(std::launch::async, [manifest, referentials = referentials_, now = now_] {
    ManifestModel model;
    read_manifest(manifest, referentials, model, now);
    return model;
  });
  schema_ = std::async(std::launch::async, [manifest] {
    return sip::validate_seda(manifest, sip::SedaMode::ingest, {.xml = manifest_limits});
  });
  digest_ = std::async(std::launch::async, [manifest] { return core::digest_file(manifest); });
}

std::optional<core::Sha512> ManifestAhead::digest() {
  if (!digest_.valid()) return std::nullopt;
  return digest_.get().sha512;
}

}  // namespace versoir::check
