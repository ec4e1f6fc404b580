// The automaton, our RELAX NG grammars (libxml2) and the published schemas (xmllint) on every message that we
// hold: the same answer, or a difference that seda-differences.tsv explains.
#include "core/xml.hpp"
#include "profiles/loader.hpp"
#include "seda_oracle.hpp"
#include "sip/seda_validator.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>

using namespace versoir;
namespace fs = std::filesystem;

namespace {

const auto differences_file = tests::source_dir() / "tests/sip/seda-differences.tsv";

/// file, mode → "automaton grammar schema why".
struct Difference {
  std::string verdicts, why;
};
using Differences = std::map<std::pair<std::string, std::string>, Difference>;

Differences known_differences() {
  Differences out;
  std::ifstream in(differences_file);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream cells(line);
    std::string file, mode, verdicts, why;
    std::getline(cells, file, '\t');
    std::getline(cells, mode, '\t');
    std::getline(cells, verdicts, '\t');
    std::getline(cells, why);
    out[{file, mode}] = {verdicts, why};
  }
  return out;
}

/// The messages of a folder under short names, by version.
void collect(const fs::path& folder, std::map<std::string, std::map<std::string, fs::path>>& by_version) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".xml") continue;
    const auto report = sip::validate_seda(entry.path(), sip::SedaMode::published);
    if (report.version)
      by_version[std::string(sip::seda_name(*report.version))][entry.path().filename().string()] =
          entry.path();
  }
}

/// Rewrites the list with what was found; who approves then writes why.
void approve(const Differences& found, const Differences& known) {
  std::ifstream in(differences_file);
  std::string head;
  for (std::string line; std::getline(in, line) && line.starts_with("#");) head += line + '\n';
  std::ofstream out(differences_file);
  out << head;
  for (const auto& [key, difference] : found) {
    const auto at = known.find(key);
    out << key.first << '\t' << key.second << '\t' << difference.verdicts << '\t'
        << (at == known.end() ? difference.why : at->second.why) << '\n';
  }
}

}  // namespace

TEST_CASE("automaton, grammars and schemas agree on every message of the reference and of the corpus") {
  const auto reference = tests::shared_dir() / "reference";
  const auto corpus = tests::shared_dir() / "corpus/vitam/sips";
  if (!tests::have(reference) || !tests::have(corpus)) return;
  core::TemporaryDirectory dir;
  const auto script = (tests::source_dir() / "tests/sip/manifests.py").string();
  fs::create_directory(dir.path() / "corpus");
  REQUIRE(std::system(("python3 '" + script + "' '" + corpus.string() + "' '" +
                       (dir.path() / "corpus").string() + "'")
                          .c_str()) == 0);
  std::map<std::string, std::map<std::string, fs::path>> by_version;
  collect(reference / "seda-examples", by_version);
  collect(reference / "seda-manifests", by_version);
  collect(dir.path() / "corpus", by_version);

  Differences found;
  std::map<std::string, int> counts;
  for (const auto& [version, files] : by_version)
    for (const auto& mode : {tests::published, tests::ingest}) {
      const auto schema =
          tests::xmllint_verdicts("--schema '" + tests::schema_file(version, mode) + "'", files);
      const auto grammar = tests::xmllint_verdicts_rng(version, mode, files);
      for (const auto& [name, path] : files) {
        const auto report = sip::validate_seda(path, mode.mode);
        const auto verdicts = fmt::format("{} {} {}", tests::word(report.valid()),
                                          tests::word(grammar.at(name)), tests::word(schema.at(name)));
        ++counts[verdicts];
        if (report.valid() == grammar.at(name) && report.valid() == schema.at(name)) continue;
        std::string first = report.issues.empty() ? "" : sip::issue_message(report.issues.front()).english();
        found[{name, std::string(mode.name)}] = {verdicts, std::move(first)};
      }
    }
  for (const auto& [verdicts, count] : counts) UNSCOPED_INFO(verdicts << ": " << count);
  const auto known = known_differences();
  if (std::getenv("VERSOIR_APPROVE")) approve(found, known);
  for (const auto& [key, difference] : found) {
    const auto at = known.find(key);
    if (at != known.end() && at->second.verdicts == difference.verdicts) continue;
    UNSCOPED_INFO(key.first << '\t' << key.second << '\t' << difference.verdicts << '\t' << difference.why);
    CHECK(false);
  }
  for (const auto& [key, difference] : known) {
    INFO("listed and not met: " << key.first << ' ' << key.second);
    CHECK(found.contains(key));
    CHECK(difference.why.size() > 10);
  }
  CHECK(counts["valid valid valid"] > 300);
  CHECK(counts["invalid invalid invalid"] > 50);
}
