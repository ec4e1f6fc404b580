// Referentials in VITAM's import formats: what is read, and how a wrong file is told.
#include "check/referentials.hpp"

#include "core/error.hpp"
#include "sip_fixture.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using check::Referentials;

TEST_CASE("agencies, rules and contracts are read with their defaults") {
  core::TemporaryDirectory dir;
  const auto r = Referentials::read(tests::write_referentials(dir));
  REQUIRE(r.agency("SV-1"));
  CHECK(r.agency("SV-1")->name == "Versant, bis");
  CHECK_FALSE(r.agency("SV-2"));
  REQUIRE(r.rule("APP-1"));
  CHECK(r.rule("APP-1")->duration == 50);
  CHECK(r.rule("APP-1")->measurement == "YEAR");
  CHECK(r.rule("ACC-2")->duration == std::nullopt);
  CHECK_FALSE(r.rule("ACC-2")->undefined);
  CHECK(r.rule("HOL-1")->undefined);
  REQUIRE(r.contract("IC-1"));
  CHECK(r.contract("IC-1")->active);
  CHECK(r.contract("IC-1")->master_mandatory);
  CHECK_FALSE(r.contract("IC-2")->active);
  CHECK(r.contract("IC-3")->profiles == std::vector<std::string>{"PR-1"});
  CHECK(r.contract("IC-4")->formats == std::vector<std::string>{"fmt/95"});
  CHECK(r.contract_in_context("any"));
  CHECK_FALSE(r.has_profiles());
  CHECK_FALSE(r.has_classification());
}

TEST_CASE("a wrong referential is named, with its line") {
  core::TemporaryDirectory dir;
  const auto error = [&](const std::string& file, const std::string& text) {
    const auto folder = tests::write_referentials(dir);
    core::write_file(folder / file, text);
    try {
      static_cast<void>(Referentials::read(folder));
    } catch (const core::Error& e) {
      CHECK(e.code() == core::Exit::configuration);
      std::string all = e.what();
      for (const auto& cause : e.causes()) all += " " + cause.english();
      return all;
    }
    return std::string();
  };
  const std::string rules = "RuleId,RuleType,RuleValue,RuleDescription,RuleDuration,RuleMeasurement\n";
  CHECK(error("agencies.csv", "Id,Name\nA,B\n").find("Identifier") != std::string::npos);
  CHECK(error("agencies.csv", "").find("empty") != std::string::npos);
  CHECK(error("agencies.csv", "Identifier,Name\nA,B\nA,C\n").find("line 3") != std::string::npos);
  CHECK(error("agencies.csv", "Identifier,Name\n\xFF,B\n").find("UTF-8") != std::string::npos);
  CHECK(error("agencies.csv", "Identifier,Name\n\"A,B\n").find("agencies.csv") != std::string::npos);
  CHECK(error("rules.csv", rules + "R,AppraisalRule,v,d,dix,Year\n").find("line 2") != std::string::npos);
  CHECK(error("rules.csv", rules + "R,AppraisalRule,v,d,10,Week\n").find("measurement") != std::string::npos);
  CHECK(error("ingestcontracts.json", "{").find("ingestcontracts.json") != std::string::npos);
  CHECK(error("ingestcontracts.json", "[1]").find("objects") != std::string::npos);
  CHECK(error("ingestcontracts.json", "[{}]").find("Identifier") != std::string::npos);
  CHECK_THROWS_AS(Referentials::read(dir.path() / "absent"), core::Error);
}
