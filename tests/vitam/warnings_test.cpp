// A reply WARNING waits for a person: what counts as a decision, and what does not.
#include "vitam/warnings.hpp"

#include "core/json.hpp"
#include "fixture.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::Exit;
using tests::exit_of;
using vitam::WarningsVerdict;
namespace fs = std::filesystem;

namespace {

struct Warned : tests::ReceiptedLot {
  Warned() : ReceiptedLot("WARNING") {}
  std::string open() {
    const auto findings = vitam::open_warnings(versement, id, trail());
    return findings.empty() ? "" : findings.front().code;
  }
  void decide(WarningsVerdict verdict, const std::string& reason = "formats known") {
    vitam::decide_warnings(versement, id, verdict, reason, "Claire Aubin", journal, clock);
  }
  [[nodiscard]] fs::path file() const { return vitam::warnings_file(folder()); }
};

std::string codes(const vitam::ClosingVerdict& verdict) {
  std::string all;
  for (const auto& f : verdict.findings) all += f.code + ' ';
  return all;
}

}  // namespace

TEST_CASE("a lot accepted with warnings is not closed before somebody decided on them") {
  Warned s;
  CHECK(s.open() == "warnings-open");
  CHECK(codes(s.prove()) == "warnings-open ");
  s.decide(WarningsVerdict::contested, "the archive service is asked");
  CHECK(s.open() == "warnings-contested");
  CHECK_FALSE(s.prove().lot);
  s.decide(WarningsVerdict::accepted);
  CHECK(s.open().empty());
  CHECK(s.prove().lot);
  const auto decision = vitam::read_warnings_decision(s.folder());
  REQUIRE(decision);
  CHECK(decision->by == "Claire Aubin");
  CHECK(decision->reason == "formats known");
  s.close();
  CHECK(s.state() == "closed");
  CHECK(fs::exists(s.file()));
}

TEST_CASE("a decision counts as it was written down, about the reply that was read") {
  Warned s;
  s.decide(WarningsVerdict::accepted);
  auto json = core::read_json(s.file());
  json["reason"] = "another one";
  core::write_json(s.file(), json);
  CHECK(s.open() == "warnings-trail");
  json["atr_sha512"] = std::string(128, '0');
  core::write_json(s.file(), json);
  CHECK(s.open() == "warnings-other");
  core::write_json(s.file(), {{"format", "versoir-warnings/1"}, {"verdict", "whatever"}});
  CHECK(exit_of([&] { s.open(); }) == Exit::evidence_broken);
  fs::remove(s.file());
  CHECK(s.open() == "warnings-open");
  CHECK(s.trail().missing_files(s.work.path(), "versements/essai").size() == 1);
}

TEST_CASE("only warnings are decided on, and with a reason") {
  Warned s;
  CHECK(exit_of([&] { s.decide(WarningsVerdict::accepted, "  "); }) == Exit::usage);
  CHECK_FALSE(fs::exists(s.file()));
  tests::ReceiptedLot clean;
  CHECK(exit_of([&] {
          vitam::decide_warnings(clean.versement, clean.id, WarningsVerdict::accepted, "why", "who",
                                 clean.journal, clean.clock);
        }) == Exit::lot_state);
  CHECK(vitam::open_warnings(clean.versement, clean.id, clean.trail()).empty());
}

TEST_CASE("warnings are counted by kind, the most frequent first") {
  const auto event = [](const std::string& code, const std::string& message, const std::string& object) {
    return "<Event><EventTypeCode>T</EventTypeCode><Outcome>WARNING</Outcome><OutcomeDetail>" + code +
           "</OutcomeDetail><OutcomeDetailMessage>" + message + "</OutcomeDetailMessage>" +
           "<DataObjectReferenceId>" + object + "</DataObjectReferenceId></Event>";
  };
  std::string events = event("STP.WARNING", "step", "");
  for (int i = 0; i < 1500; ++i) events += event("LFC.FORMAT.WARNING", "format", "BO" + std::to_string(i));
  const auto atr = vitam::parse_atr("<ArchiveTransferReply><ReplyCode>WARNING</ReplyCode><Operation>" +
                                        events + "</Operation></ArchiveTransferReply>",
                                    "atr.xml");
  CHECK(atr.events.size() == 1000);  // each kind is counted to the end, whatever is kept of its events
  const auto kinds = vitam::warning_kinds(atr);
  REQUIRE(kinds.size() == 2);
  CHECK(kinds[0].code == "LFC.FORMAT.WARNING");
  CHECK(kinds[0].count == 1500);
  CHECK(kinds[0].first == std::vector<std::string>{"BO0", "BO1", "BO2", "BO3", "BO4"});
  CHECK(kinds[1].code == "STP.WARNING");
  CHECK(vitam::warning_kinds({}).size() == 1);  // a reply that gives no reason
}
