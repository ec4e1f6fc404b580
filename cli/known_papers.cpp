// See known_papers.hpp.
#include "cli/known_papers.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::msg;

sip::KnownFile known_files(Context& c, const sip::JournalTrail& trail) {
  return [&c, &trail](const fs::path& file) {
    return fs::exists(file) && trail.knows_file(file.lexically_relative(c.workspace()).generic_string(),
                                                core::digest_file(file).sha512.hex());
  };
}

std::vector<std::string> unknown_papers(Context& c, const sip::JournalTrail& trail,
                                        const sip::Elimination& elimination) {
  std::vector<std::string> names;
  const auto known = known_files(c, trail);
  for (const auto* name : {"bordereau.json", "visa.json", "destruction.json"})
    if (const auto file = elimination.file(name); fs::exists(file) && !known(file)) names.emplace_back(name);
  return names;
}

void require_known_papers(Context& c, const sip::JournalTrail& trail, const sip::Elimination& elimination) {
  const auto unknown = unknown_papers(c, trail, elimination);
  if (unknown.empty()) return;
  throw core::Error(
      core::Exit::evidence_broken,
      msg("The journal knows nothing of {0}.", elimination.file(unknown.front()).lexically_normal().string()))
      .hint(msg("Prepare the bordereau again (--replace), or run again the command that was interrupted."));
}

}  // namespace versoir::cli
