// Closing a lot: nothing leaves without its proof, whatever moment a crash chooses, and what is left still
// proves.
#include "vitam/closing.hpp"

#include "core/digest.hpp"
#include "core/json.hpp"
#include "fixture.hpp"
#include "vitam/ingest.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using core::Exit;
using tests::accepting_reply;
using tests::exit_of;
using tests::operation_id;
using tests::ReceiptedLot;
namespace fs = std::filesystem;

namespace {

bool refuses(const vitam::ClosingVerdict& verdict, std::string_view code) {
  return !verdict.lot && std::any_of(verdict.findings.begin(), verdict.findings.end(),
                                     [&](const core::Finding& f) { return f.code == code; });
}

}  // namespace

TEST_CASE("a lot whose receipt is verified is closed, its digests and its proof stay", "[closing]") {
  ReceiptedLot s;
  const auto sip = core::digest_file(s.versement.sip(s.id));
  const auto kept = core::digest_file(s.folder() / "atr.xml").sha512;
  REQUIRE(s.state() == "verified");
  s.close();
  CHECK_FALSE(s.has("sip.zip"));
  CHECK(s.state() == "closed");
  const auto closing = sip::read_closing(s.folder());
  REQUIRE(closing);
  REQUIRE(closing->removed.size() == 1);
  CHECK(closing->removed.front().sha512 == sip.sha512);
  CHECK(closing->removed.front().size == sip.size);
  const auto atr = std::find_if(closing->kept.begin(), closing->kept.end(),
                                [](const auto& f) { return f.name == "atr.xml"; });
  REQUIRE(atr != closing->kept.end());
  CHECK(atr->sha512 == kept);
  CHECK(sip::verify_closing(s.folder(), *closing).empty());
  CHECK(vitam::verify_closed_lot(s.versement, s.id).empty());
  const auto trail = sip::JournalTrail::read(s.work.path());
  CHECK(trail.missing_closings(s.versement).empty());
  CHECK(s.prove().already);
  // Each kept file is held against its digest.
  for (const auto* name : {"atr.xml", "receipt.json", "sip.zip.p7s", "operation.json", "check.json"}) {
    const auto before = core::read_file(s.folder() / name);
    core::write_file(s.folder() / name, before + "x");
    CHECK(sip::verify_closing(s.folder(), *closing).size() == 1);
    fs::remove(s.folder() / name);
    CHECK(sip::verify_closing(s.folder(), *closing).size() == 1);
    core::write_file(s.folder() / name, before);
  }
  core::write_file(s.folder() / "sip.zip", "somebody's");
  CHECK(sip::verify_closing(s.folder(), *closing).front().code == "closing-back");
}

TEST_CASE("nothing is closable without a verified receipt, before the delay, or with another SIP",
          "[closing]") {
  ReceiptedLot s;
  SECTION("the delay runs from the receipt") {
    CHECK(refuses(s.prove(90), "closing-delay"));
    s.clock.set(s.clock.now() + std::chrono::days(89));
    CHECK(refuses(s.prove(90), "closing-delay"));
    s.clock.set(s.clock.now() + std::chrono::days(1));
    CHECK(s.prove(90).lot);
  }
  SECTION("a receipt that was not verified") {
    auto receipt = core::read_json(s.folder() / "receipt.json");
    receipt.erase("verified");
    core::write_json(s.folder() / "receipt.json", receipt);
    CHECK(refuses(s.prove(), "closing-state"));
  }
  SECTION("a receipt said to be verified long before the reply") {
    auto receipt = core::read_json(s.folder() / "receipt.json");
    receipt["verified"] = "2000-01-01T00:00:00Z";
    core::write_json(s.folder() / "receipt.json", receipt);
    CHECK(refuses(s.prove(90), "closing-delay"));
  }
  SECTION("a reply whose dates bear no zone, or no date at all") {
    const auto reply = core::read_file(s.folder() / "atr.xml");
    const auto change = [&](const std::string& to) {
      auto text = reply;
      for (auto at = text.find("2026-11-25T11:00:00.000+00:00"); at != std::string::npos;
           at = text.find("2026-11-25T11:00:00.000+00:00"))
        text.replace(at, 29, to);
      core::write_file(s.folder() / "atr.xml", text);
      const auto digest = core::sha512(text).hex();
      auto receipt = core::read_json(s.folder() / "receipt.json");
      receipt["verified"] = "2000-01-01T00:00:00Z";
      receipt["atr_sha512"] = digest;
      core::write_json(s.folder() / "receipt.json", receipt);
      s.journal.append("ATR_RECEIVED", {{"versement", "essai"}, {"lot", s.id.value}, {"atr_sha512", digest}},
                       trust::Outcome::ok);
      return s.prove(90);
    };
    CHECK(refuses(change("2026-11-25T11:00:00"), "closing-delay"));
    CHECK(refuses(change("hier"), "closing-delay"));
  }
  SECTION("another SIP in its place, although a receipt was made for it") {
    tests::SmallSip other(s.id.value);
    other.replace("<Title>Pièce</Title>", "<Title>Autre</Title>");
    other.write(s.versement.sip(s.id));
    CHECK(refuses(s.prove(), "closing-sip"));
  }
  SECTION("a reply that accepts nothing") {
    auto reply = accepting_reply(operation_id, "AUTRE-LOT");
    core::write_file(s.folder() / "atr.xml", reply);
    CHECK_FALSE(s.prove().lot);
  }
  SECTION("a reply that the journal does not know, although it accepts") {
    core::write_file(s.folder() / "atr.xml", core::read_file(s.folder() / "atr.xml") + "\n");
    CHECK_FALSE(s.prove().lot);
  }
  SECTION("the SIP is gone and no closing began") {
    fs::remove(s.versement.sip(s.id));
    CHECK_FALSE(s.prove().lot);
  }
  SECTION("the journal knows of no sending") {
    core::write_file(s.journal.file(), "");
    CHECK_FALSE(s.prove().lot);
  }
  SECTION("a closing.json that the journal does not know") {
    const auto closing =
        sip::plan_closing(s.folder(), s.versement.id(), s.id.value, {"sip.zip"}, s.clock.now());
    core::write_file(sip::closing_file(s.folder()), sip::closing_text(closing));
    CHECK(refuses(s.prove(), "closing-trail"));
  }
}

TEST_CASE("a crash at any step of a closing is ended by the next one", "[closing]") {
  ReceiptedLot s;
  const auto copy = core::read_file(s.versement.sip(s.id));
  const auto closing =
      sip::plan_closing(s.folder(), s.versement.id(), s.id.value, {"sip.zip"}, s.clock.now());
  const auto text = sip::closing_text(closing);
  const core::Json object = {
      {"versement", "essai"}, {"lot", s.id.value}, {"sha512", core::sha512(text).hex()}};
  s.journal.append("CLOSING_STARTED", object, trust::Outcome::ok);
  SECTION("after the first line of the journal") {}
  SECTION("after closing.json") { core::write_file(sip::closing_file(s.folder()), text); }
  SECTION("after closing.json, and the SIP was changed since") {
    core::write_file(sip::closing_file(s.folder()), text);
    core::write_file(s.versement.sip(s.id), "other");
    auto verdict = s.prove();
    REQUIRE(verdict.lot);
    CHECK(exit_of([&] { vitam::close_lot(s.versement, *verdict.lot, s.journal, s.clock); }) ==
          Exit::evidence_broken);
    CHECK(s.has("sip.zip"));
    core::write_file(s.versement.sip(s.id), copy);
  }
  SECTION("after the removal") {
    core::write_file(sip::closing_file(s.folder()), text);
    fs::remove(s.versement.sip(s.id));
    CHECK(s.state() == "verified");
  }
  SECTION("before the last line of the journal") {
    auto finished = closing;
    finished.finished = s.clock.now();
    core::write_file(sip::closing_file(s.folder()), sip::closing_text(finished));
    fs::remove(s.versement.sip(s.id));
  }
  s.close();
  CHECK_FALSE(s.has("sip.zip"));
  CHECK(s.state() == "closed");
  CHECK(s.prove().already);
  CHECK(sip::JournalTrail::read(s.work.path()).missing_closings(s.versement).empty());
}

TEST_CASE("reports with samples leave when the last lot is closed", "[closing]") {
  ReceiptedLot s;
  core::write_file(s.versement.file("review-visa-1.html"), "sample");
  const auto plan = s.versement.plan();
  CHECK(vitam::close_reports(s.versement, plan, sip::JournalTrail::read(s.work.path()), s.journal, s.clock)
            .empty());
  CHECK(fs::exists(s.versement.file("review.html")));
  s.close();
  const auto names =
      vitam::close_reports(s.versement, plan, sip::JournalTrail::read(s.work.path()), s.journal, s.clock);
  CHECK(names == std::vector<std::string>{"review-visa-1.html", "review.html"});
  CHECK_FALSE(fs::exists(s.versement.file("review.html")));
  CHECK(fs::exists(s.versement.file("kept.csv")));
  CHECK(fs::exists(s.versement.file("visa-1.json.p7s")));
  CHECK(vitam::close_reports(s.versement, plan, sip::JournalTrail::read(s.work.path()), s.journal, s.clock)
            .empty());
}
