// Units and objects of a manifest drawn at random, with what a platform should say of them. Private to vitam.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace versoir::vitam {

struct SampledUnit {
  std::string id;  ///< of the manifest
  std::string title, level, start, end;
  std::map<std::string, std::set<std::string>> rules;  ///< category → identifiers
};
struct SampledObject {
  std::string id, usage, sha512;
  int version = 1;
  std::uint64_t size = 0;
  std::string holder;  ///< a unit of the manifest that references its group
};
struct ManifestSample {
  std::vector<SampledUnit> units;
  std::vector<SampledObject> objects;
};

/// Of each kind the `most` whose SHA-256 of seed, kind and identifier is smallest, in the order of the
/// manifest. Units that stand for others, objects without a file or whose digest is not SHA-512, and objects
/// that no unit holds are not drawn. Reads the manifest twice; memory does not grow with it.
[[nodiscard]] ManifestSample sample_manifest(const std::filesystem::path& manifest, std::uint64_t most,
                                             std::uint64_t seed);

}  // namespace versoir::vitam
