// Grammars of archival profiles are the platform's: libxml2 may not take them all, and then nothing is said.
#include "check/archival_profile.hpp"

#include "check/manifest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

#include <optional>

namespace versoir::check {

namespace {

constexpr std::uint64_t grammar_most = 16u << 20;

std::optional<core::Grammar> read_grammar(const ArchivalProfile& profile) {
  if (profile.file.empty()) return std::nullopt;
  try {
    auto text = core::read_file(profile.file, grammar_most);
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    const auto name = profile.file.filename().string();
    return profile.format == "XSD" ? core::Grammar::from_xsd(text, name)
                                   : core::Grammar::from_text(text, name);
  } catch (const core::Error&) {
    return std::nullopt;  // told as an assumption
  }
}

}  // namespace

bool grammar_usable(const ArchivalProfile& profile) { return read_grammar(profile).has_value(); }

ProfileVerdict validate_by_profile(const std::filesystem::path& manifest, const ArchivalProfile& profile) {
  const auto grammar = read_grammar(profile);
  if (!grammar) return {};
  // In RELAX NG libxml2 does not recover: after the first fault the others are noise.
  const std::size_t most = profile.format == "XSD" ? 20 : 1;
  return {true, grammar->validate_file(manifest, most, manifest_limits)};
}

}  // namespace versoir::check
