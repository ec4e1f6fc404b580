// Acceptance: a lot counts when journal, visa, lists, reply and receipt all say so.
#include "vitam/accepted.hpp"

#include "core/digest.hpp"
#include "core/json.hpp"
#include "fixture.hpp"
#include "vitam/warnings.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

using namespace versoir;
using Catch::Matchers::Contains;
using tests::ReceiptedLot;
namespace fs = std::filesystem;

namespace {

vitam::Acceptance judge(const ReceiptedLot& lot) {
  const auto trail = lot.trail();
  return vitam::AcceptanceJudge(lot.versement, trail).prove(lot.planned());
}
std::string why(const vitam::Acceptance& acceptance) {
  std::string text;
  for (const auto& f : acceptance.findings) text += f.message.english() + "\n";
  return text;
}
/// The journal without the lines that hold `word`.
void forget(const ReceiptedLot& lot, const std::string& word) {
  std::istringstream in(core::read_file(lot.journal.file()));
  std::string kept, line;
  bool some = false;
  while (std::getline(in, line)) {
    const bool out = line.find(word) != std::string::npos;
    some = some || out;
    if (!out) kept += line + "\n";
  }
  REQUIRE(some);
  core::write_file(lot.journal.file(), kept);
}

}  // namespace

TEST_CASE("a lot whose receipt is verified is accepted, with the units of the receipt", "[accepted]") {
  ReceiptedLot lot("WARNING");
  CHECK_THAT(why(judge(lot)), Contains("nobody decided"));
  vitam::decide_warnings(lot.versement, lot.id, vitam::WarningsVerdict::accepted, "formats known", "C. Aubin",
                         lot.journal, lot.clock);
  const auto acceptance = judge(lot);
  INFO(why(acceptance));
  REQUIRE(acceptance.lot);
  CHECK(acceptance.lot->units == 2);
  CHECK(acceptance.lot->reply_code == "WARNING");
  CHECK(acceptance.lot->operation == tests::operation_id);
  lot.close();
  const auto closed = judge(lot);
  INFO(why(closed));
  CHECK(closed.lot);
}

TEST_CASE("a lot of which the journal does not know the visa, the sending or the reply is not accepted",
          "[accepted]") {
  ReceiptedLot lot;
  SECTION("no sending: hand-written files") { core::write_file(lot.journal.file(), ""); }
  SECTION("no visa") { forget(lot, "VISA_APPROVED"); }
  SECTION("no reply") {
    forget(lot, "ATR_RECEIVED");
    CHECK_THAT(why(judge(lot)), Contains("the journal knows nothing of its reply"));
  }
  SECTION("another reply") {
    core::write_file(lot.folder() / "atr.xml", core::read_file(lot.folder() / "atr.xml") + "\n");
    auto receipt = core::read_json(lot.folder() / "receipt.json");
    receipt["atr_sha512"] = core::digest_file(lot.folder() / "atr.xml").sha512.hex();
    core::write_json(lot.folder() / "receipt.json", receipt);
  }
  SECTION("a decision was taken away") { fs::remove(lot.versement.file("visa-1.json.p7s")); }
  CHECK_FALSE(judge(lot).lot);
}

TEST_CASE("lists and plan are those that the visa signed", "[accepted]") {
  ReceiptedLot lot;
  REQUIRE(judge(lot).lot);
  SECTION("a person more in kept.csv") {
    core::write_file(lot.versement.file("kept.csv"),
                     core::read_file(lot.versement.file("kept.csv")) + "more\n");
    CHECK_THAT(why(judge(lot)), Contains("kept.csv"));
  }
  SECTION("the platform becomes a production one") {
    auto plan = lot.versement.plan();
    plan.platform_kind = "production";
    lot.versement.write_plan(plan);
    CHECK_THAT(why(judge(lot)), Contains("plan.json"));
  }
  SECTION("left-out.csv is gone") { fs::remove(lot.versement.file("left-out.csv")); }
  CHECK_FALSE(judge(lot).lot);
}

TEST_CASE("a closed lot is accepted under the closing that the journal knows", "[accepted]") {
  ReceiptedLot lot;
  lot.close();
  REQUIRE(judge(lot).lot);
  SECTION("a closing.json that nobody wrote down") {
    forget(lot, "\"CLOSED\"");
    CHECK_THAT(why(judge(lot)), Contains("closing.json"));
  }
  SECTION("another closing.json") {
    const auto file = lot.folder() / "closing.json";
    core::write_file(file, core::read_file(file) + "\n");
  }
  CHECK_FALSE(judge(lot).lot);
}

TEST_CASE("a lot that the platform rejected is closed without transfer, and never accepted", "[accepted]") {
  ReceiptedLot lot("KO");
  CHECK(lot.state() == "rejected");
  CHECK_FALSE(lot.prove().lot);
  lot.close(true);
  CHECK(lot.state() == "abandoned");
  CHECK_FALSE(lot.has("sip.zip"));
  CHECK(lot.has("atr.xml"));
  CHECK(lot.prove().already);
  CHECK_FALSE(judge(lot).lot);
}

TEST_CASE("nothing is given up that the platform may have", "[accepted]") {
  SECTION("a rejection that the journal does not know") {
    ReceiptedLot lot("KO");
    forget(lot, "ATR_RECEIVED");
    CHECK_FALSE(lot.prove(0, true).lot);
  }
  SECTION("an accepted lot is closed as what it is") {
    ReceiptedLot lot;
    auto verdict = lot.prove(0, true);
    REQUIRE(verdict.lot);
    CHECK(verdict.lot->closing().transferred);
  }
  SECTION("a lot whose traces of sending were taken away") {
    ReceiptedLot lot;
    for (const auto* name : {"sending.json", "operation.json", "atr.xml", "receipt.json"})
      fs::remove(lot.folder() / name);
    REQUIRE(lot.state() == "approved");
    CHECK_FALSE(lot.prove(0, true).lot);
  }
}

TEST_CASE("a lot that was never sent is given up, and its closing is ended after a crash", "[accepted]") {
  tests::ApprovedLot lot;
  const auto trail = [&] { return sip::JournalTrail::read(lot.work.path()); };
  lot.journal.append("GENESIS_OF_TEST", core::Json::object(), trust::Outcome::ok);
  const auto planned = lot.versement.plan().lots.at(0);
  const auto prove = [&](bool without) {
    const auto known = trail();
    return vitam::prove_closable(lot.versement, planned, {known, {}, without}, lot.clock);
  };
  CHECK_FALSE(prove(false).lot);
  auto verdict = prove(true);
  REQUIRE(verdict.lot);
  CHECK_FALSE(verdict.lot->closing().transferred);
  // The journal line and closing.json, then a crash.
  const auto text = sip::closing_text(verdict.lot->closing());
  lot.journal.append("CLOSING_STARTED",
                     {{"versement", "essai"}, {"lot", lot.id.value}, {"sha512", core::sha512(text).hex()}},
                     trust::Outcome::ok);
  core::write_file(sip::closing_file(lot.folder()), text);
  auto again = prove(true);
  REQUIRE(again.lot);
  vitam::close_lot(lot.versement, *again.lot, lot.journal, lot.clock);
  CHECK(sip::lot_facts(lot.versement, planned, "approve").state == sip::LotState::abandoned);
  CHECK_FALSE(fs::exists(lot.versement.sip(lot.id)));
  CHECK(prove(false).already);
  // The SIP is put back from a copy: it leaves again.
  core::write_file(lot.versement.sip(lot.id), "another");
  CHECK_FALSE(prove(false).already);
}

TEST_CASE("lots of a plan that was replaced are found, and what interruptions left", "[accepted]") {
  tests::ApprovedLot lot;
  const auto old = lot.versement.folder() / "lots" / "ESSAI-OLD-0123456789-0001";
  fs::create_directories(old);
  CHECK(sip::stray_lots(lot.versement, lot.versement.plan()).empty());
  core::write_file(old / "sip.zip", "old");
  const auto stray = sip::stray_lots(lot.versement, lot.versement.plan());
  REQUIRE(stray.size() == 1);
  CHECK(stray.front().id.value == "ESSAI-OLD-0123456789-0001");
  CHECK(sip::leavings(lot.versement).empty());
  core::write_file(lot.versement.file("review.html.partial"), "sample");
  fs::create_directories(lot.versement.file("versoir.abc123") / "pack");
  fs::create_directories(lot.versement.file("evidence.packing") / "pack");
  core::write_file(old / "sip.zip.partial", "x");
  CHECK(sip::leavings(lot.versement).size() == 4);
}
