// The digest of the content of an archive (5.1).
#include "extract/siard/package_digest.hpp"

#include "core/file.hpp"
#include "core/named_digest.hpp"

namespace versoir::extract {

namespace {

class Digesting final : public core::ByteSink {
 public:
  explicit Digesting(core::NamedHasher& hasher) : hasher_(hasher) {}
  void write(std::string_view bytes) override { hasher_.update(bytes); }

 private:
  core::NamedHasher& hasher_;
};

}  // namespace

std::vector<DigestResult> verify_package_digests(const core::ZipArchive& zip, const SiardDatabase& db) {
  std::vector<DigestResult> out;
  const auto* header = zip.find("header/");
  for (const auto& said : db.digests) {
    auto hasher = core::NamedHasher::of(said.algorithm);
    DigestResult result{said, DigestVerdict::unknown_algorithm};
    if (!header) {
      result.verdict = DigestVerdict::no_header_entry;
    } else if (hasher) {
      Digesting sink(*hasher);
      zip.read_raw(header->offset, sink);
      result.verdict =
          core::same_digest(said.value, hasher->finish()) ? DigestVerdict::right : DigestVerdict::wrong;
    }
    out.push_back(std::move(result));
  }
  return out;
}

}  // namespace versoir::extract
