// The SEDA grammars against the published schemas: real messages, exhaustive examples, and thousands of small
// faults.
#include "core/error.hpp"
#include "core/xml.hpp"
#include "profiles/loader.hpp"
#include "sip_fixture.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <sstream>

using namespace versoir;
namespace fs = std::filesystem;

namespace {

core::Grammar grammar(const std::string& name) {
  return core::Grammar::from_text(profiles::embedded_schema(name), name, profiles::embedded_schema);
}

std::string version_in(const fs::path& file) {
  const auto name = file.filename().string();
  const auto at = name.find("2.");
  return name.substr(at, 3);
}

std::vector<fs::path> xml_files(const fs::path& folder, const std::string& containing) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".xml" &&
        entry.path().filename().string().find(containing) != std::string::npos)
      out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

/// A leaf `<Name ...>text</Name>`, found by its end tag.
struct Leaf {
  std::size_t start, text, end;  ///< of the element, of its text, past the element
};
std::vector<Leaf> leaves(const std::string& xml) {
  std::vector<Leaf> out;
  for (std::size_t close = xml.find("</"); close != std::string::npos; close = xml.find("</", close + 2)) {
    const auto end = xml.find('>', close);
    const auto text = xml.rfind('>', close);
    const auto start = xml.rfind('<', close - 1);
    if (text == std::string::npos || start == std::string::npos || start > text || xml[start + 1] == '/' ||
        xml[text - 1] == '/')
      continue;
    out.push_back({start, text + 1, end + 1});
  }
  return out;
}

/// One fault per leaf and kind: left out, emptied, replaced by a word, moved to the end of its line of
/// siblings.
std::vector<std::string> mutants(const std::string& xml) {
  std::vector<std::string> out;
  for (const auto& leaf : leaves(xml)) {
    auto removed = xml;
    removed.erase(leaf.start, leaf.end - leaf.start);
    out.push_back(std::move(removed));
    const auto close = xml.rfind("</", leaf.end - 1);
    auto emptied = xml;
    emptied.erase(leaf.text, close - leaf.text);
    out.push_back(std::move(emptied));
    auto replaced = xml;
    replaced.replace(leaf.text, close - leaf.text, "deux mots");
    out.push_back(std::move(replaced));
    // Exchanged with the element that follows at once, when that is a leaf too.
    const auto next_close = xml.find("</", leaf.end);
    if (xml[leaf.end] != '<' || xml[leaf.end + 1] == '/' || next_close == std::string::npos ||
        xml.rfind('<', next_close - 1) != leaf.end || xml[xml.find('>', leaf.end) - 1] == '/')
      continue;
    const auto next_end = xml.find('>', next_close) + 1;
    out.push_back(xml.substr(0, leaf.start) + xml.substr(leaf.end, next_end - leaf.end) +
                  xml.substr(leaf.start, leaf.end - leaf.start) + xml.substr(next_end));
  }
  return out;
}

/// Verdicts of xmllint on many files at once, by file name.
std::map<std::string, bool> xmllint(const std::string& options, const fs::path& folder) {
  const auto log = folder / "log.txt";
  const auto command =
      "cd '" + folder.string() + "' && xmllint --noout --nonet " + options + " m*.xml 2>log.txt";
  // The exit code says that one of them at least is not valid; which ones, the log says.
  REQUIRE(std::system(command.c_str()) != -1);
  std::map<std::string, bool> verdicts;
  std::istringstream lines(core::read_file(log, 1u << 30));
  for (std::string line; std::getline(lines, line);) {
    const std::string good = " validates", bad = " fails to validate";
    if (line.ends_with(good)) verdicts[line.substr(0, line.size() - good.size())] = true;
    if (line.ends_with(bad)) verdicts[line.substr(0, line.size() - bad.size())] = false;
  }
  return verdicts;
}

std::string published_schema(const std::string& version) {
  const auto root = tests::shared_dir() / "reference/seda-xsd";
  const std::map<std::string, std::string> folders{
      {"2.1", "2.1"}, {"2.2", "published-2.2-reconstructed"}, {"2.3", "published-2.3"}};
  return (root / folders.at(version) / ("seda-" + version + "-main.xsd")).string();
}

}  // namespace

TEST_CASE("the grammars accept every example of the messages that they know") {
  const auto folder = tests::shared_dir() / "reference/seda-examples";
  if (!tests::have(folder)) return;
  int seen = 0;
  for (const auto* kind : {"transfer-", "atrq-", "atr-", "ack-"})
    for (const auto& file : xml_files(folder, kind)) {
      INFO(file);
      for (const auto* prefix : {"seda-", "seda-vitam-"}) {
        if (std::string(prefix) == "seda-vitam-" && std::string(kind) != "transfer-")
          continue;  // it takes transfers
        const auto issues = grammar(prefix + version_in(file) + ".rng").validate_file(file);
        CHECK((issues.empty() || issues.front().message == ""));
        ++seen;
      }
    }
  CHECK(seen == 24);
}

TEST_CASE("real manifests: the published grammar refuses VITAM's additions, VITAM's accepts them") {
  const auto folder = tests::shared_dir() / "reference/seda-manifests";
  if (!tests::have(folder)) return;
  const std::vector<std::string> additions{"03-", "06-", "07-", "10-", "13-"};  // NOTES.md there
  int seen = 0;
  for (const auto& file : xml_files(folder, "-seda")) {
    const auto name = file.filename().string();
    if (name.find("ATR") != std::string::npos) continue;
    INFO(name);
    const bool extended = std::find(additions.begin(), additions.end(), name.substr(0, 3)) != additions.end();
    CHECK(grammar("seda-" + version_in(file) + ".rng").validate_file(file).empty() == !extended);
    CHECK(grammar("seda-vitam-" + version_in(file) + ".rng").validate_file(file).empty());
    ++seen;
  }
  CHECK(seen == 13);
}

TEST_CASE("on thousands of faults the published grammars and schemas give the same verdict") {
  if (!tests::have(tests::shared_dir() / "reference/seda-examples")) return;
  for (const std::string version : {"2.1", "2.2", "2.3"}) {
    core::TemporaryDirectory dir;
    const auto example =
        tests::shared_dir() / "reference/seda-examples" / ("transfer-full-" + version + ".xml");
    const auto all = mutants(core::read_file(example));
    for (std::size_t i = 0; i < all.size(); ++i)
      core::write_file(dir.path() / fmt::format("m{:05}.xml", i), all[i]);
    const auto schema = xmllint("--schema '" + published_schema(version) + "'", dir.path());
    REQUIRE(schema.size() == all.size());
    const auto ours = grammar("seda-" + version + ".rng");
    std::size_t valid = 0, different = 0;
    for (const auto& [name, verdict] : schema) {
      valid += verdict;
      if (ours.validate_file(dir.path() / name).empty() == verdict) continue;
      ++different;
      UNSCOPED_INFO(version << " " << name << " schema says " << verdict);
    }
    CHECK(different == 0);
    CHECK(all.size() > 500);
    CHECK(valid > 100);  // both sides were met
    CHECK(all.size() - valid > 100);
  }
}
