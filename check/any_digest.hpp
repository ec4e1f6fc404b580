// The five digests that VITAM accepts, chosen by name. Private to check.
#pragma once
#include "check/manifest.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::check {

class AnyHasher {
 public:
  explicit AnyHasher(DigestName algorithm);  ///< one of the five
  ~AnyHasher();
  AnyHasher(AnyHasher&&) noexcept;
  AnyHasher& operator=(AnyHasher&&) noexcept;
  void update(std::string_view bytes);
  [[nodiscard]] std::vector<std::uint8_t> finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

/// Does the file have this digest? Unknown algorithm, empty part or other digest: no.
[[nodiscard]] bool manifest_digest_matches(const std::filesystem::path& file, std::string_view algorithm,
                                           std::string_view hex);

}  // namespace versoir::check
