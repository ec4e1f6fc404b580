// The digest of the content of an archive, which its description says.
#pragma once
#include "core/zip_archive.hpp"
#include "extract/siard/archive.hpp"

#include <vector>

namespace versoir::extract {

enum class DigestVerdict { right, wrong, unknown_algorithm, no_header_entry };
struct DigestResult {
  SiardDigest said;
  DigestVerdict verdict = DigestVerdict::right;
};
/// Of each digest that the description says: that of the bytes before the folder header/.
[[nodiscard]] std::vector<DigestResult> verify_package_digests(const core::ZipArchive& zip,
                                                               const SiardDatabase& db);

}  // namespace versoir::extract
