// Rules held against the platform's: what differs is told, what is the same in other words is not.
#include "check/rule_comparison.hpp"

#include "core/file.hpp"
#include "sip_fixture.hpp"

#include <catch2/catch.hpp>

using namespace versoir;

namespace {

/// Codes of what differs for one rule of ours against the referential of the fixture (APP-1: 50 years;
/// ACC-2: unlimited).
std::vector<std::string> differences(std::optional<int> duration, core::TimeUnit unit, const std::string& id,
                                     profiles::RuleCategory category = profiles::RuleCategory::appraisal) {
  core::TemporaryDirectory dir;
  const auto platform = check::Referentials::read(tests::write_referentials(dir));
  profiles::Application app;
  profiles::RuleDef rule;
  rule.code = "DUA";
  rule.category = category;
  rule.duration = duration;
  rule.unit = unit;
  app.rules.push_back(rule);
  std::vector<std::string> codes;
  for (const auto& f : check::compare_rules(app, {{"DUA", id}}, platform)) {
    CHECK(f.severity == core::Severity::error);
    CHECK(f.where == "DUA");
    CHECK(f.message.english().find(id) != std::string::npos);
    codes.push_back(f.code);
  }
  return codes;
}

/// What is said of a rule of ours against APP-1.
std::string complaint(std::optional<int> duration, core::TimeUnit unit) {
  core::TemporaryDirectory dir;
  profiles::Application app;
  profiles::RuleDef rule;
  rule.code = "DUA";
  rule.category = profiles::RuleCategory::appraisal;
  rule.duration = duration;
  rule.unit = unit;
  app.rules.push_back(rule);
  const auto platform = check::Referentials::read(tests::write_referentials(dir));
  const auto findings = check::compare_rules(app, {{"DUA", "APP-1"}}, platform);
  REQUIRE(findings.size() == 1);
  return findings[0].message.english();
}

using Differences = std::vector<std::string>;
using core::TimeUnit;

}  // namespace

TEST_CASE("a rule that the platform has with our category and duration is accepted") {
  CHECK(differences(50, TimeUnit::year, "APP-1").empty());
  CHECK(differences(600, TimeUnit::month, "APP-1").empty());
  CHECK(differences(std::nullopt, TimeUnit::year, "ACC-2", profiles::RuleCategory::access).empty());
}

TEST_CASE("a rule that differs on the platform is told") {
  CHECK(differences(50, TimeUnit::year, "APP-9") == Differences{"rule-unknown"});
  CHECK(differences(50, TimeUnit::year, "ACC-1") == Differences{"rule-category"});
  CHECK(differences(10, TimeUnit::year, "APP-1") == Differences{"rule-duration"});
  CHECK(differences(50, TimeUnit::day, "APP-1") == Differences{"rule-duration"});
  CHECK(differences(std::nullopt, TimeUnit::year, "APP-1") == Differences{"rule-duration"});
  CHECK(differences(50, TimeUnit::year, "ACC-2") == Differences{"rule-category", "rule-duration"});
}

TEST_CASE("durations that differ are told in words, not in the codes of the referential") {
  CHECK(complaint(1, TimeUnit::day) == "DUA: the platform's APP-1 lasts 50 years, not 1 day.");
  CHECK(complaint(18, TimeUnit::month) == "DUA: the platform's APP-1 lasts 50 years, not 18 months.");
  CHECK(complaint(std::nullopt, TimeUnit::year) ==
        "DUA: the platform's APP-1 lasts 50 years, not unlimited.");
}
