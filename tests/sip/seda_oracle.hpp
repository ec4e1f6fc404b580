// xmllint as a judge of SEDA documents that knows nothing of our code: the schemas of the reference material,
// and our grammars.
#pragma once
#include "core/file.hpp"
#include "sip/seda_validator.hpp"
#include "test_support.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace versoir::tests {

struct JudgedMode {
  sip::SedaMode mode;
  std::string_view name;
};
inline constexpr JudgedMode published{sip::SedaMode::published, "published"};
inline constexpr JudgedMode ingest{sip::SedaMode::ingest, "ingest"};

inline std::string word(bool valid) { return valid ? "valid" : "invalid"; }

inline std::string schema_file(const std::string& version, const JudgedMode& mode) {
  const auto root = shared_dir() / "reference/seda-xsd";
  if (mode.mode == sip::SedaMode::ingest)
    return (root / ("vitam-validation-" + version + "-libxml2") / "seda-vitam-main.xsd").string();
  const std::string folder = version == "2.2"   ? "published-2.2-reconstructed"
                             : version == "2.3" ? "published-2.3"
                                                : "2.1";
  return (root / folder / ("seda-" + version + "-main.xsd")).string();
}

inline std::string grammar_file(const std::string& version, const JudgedMode& mode) {
  const std::string prefix = mode.mode == sip::SedaMode::ingest ? "seda-vitam-" : "seda-";
  return (source_dir() / "profiles/schemas" / (prefix + version + ".rng")).string();
}

/// xmllint once over many files; `options` name the schema or grammar. A file that it cannot read is not
/// valid.
inline std::map<std::string, bool> xmllint_verdicts(
    const std::string& options, const std::map<std::string, std::filesystem::path>& files) {
  core::TemporaryDirectory dir;
  std::map<std::string, bool> verdicts;
  std::ofstream list(dir.path() / "files");
  for (const auto& [name, path] : files) {
    std::filesystem::create_symlink(path, dir.path() / name);
    list << "./" << name << '\n';
    verdicts[name] = false;
  }
  list.close();
  const auto command = "cd '" + dir.path().string() + "' && xargs -d '\\n' xmllint --noout --nonet --huge " +
                       options + " <files 2>log";
  if (std::system(command.c_str()) == -1) throw std::runtime_error("xargs");
  std::ifstream log(dir.path() / "log");
  for (std::string line; std::getline(log, line);) {
    const std::string good = " validates";
    if (line.starts_with("./") && line.ends_with(good))
      verdicts[line.substr(2, line.size() - 2 - good.size())] = true;
  }
  return verdicts;
}

inline std::map<std::string, bool> xmllint_verdicts_rng(
    const std::string& version, const JudgedMode& mode,
    const std::map<std::string, std::filesystem::path>& files) {
  return xmllint_verdicts("--relaxng '" + grammar_file(version, mode) + "'", files);
}

}  // namespace versoir::tests
