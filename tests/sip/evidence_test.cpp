// What a signature alone does not hold: time-stamps that are taken off, platforms behind a name, files that
// disappear.
#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "sip/journal_trail.hpp"
#include "sip/review.hpp"
#include "toy_tsa.hpp"
#include "trust/journal.hpp"
#include "trust/seal.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using core::Json;
using tests::complaint_of;
using tests::exit_of;
namespace fs = std::filesystem;

namespace {

const sip::Target real{"sandbox", 3, "https://archives.test:443/base", std::string(64, 'c')};

/// A club whose versement is ready for a decision, everything time-stamped or nothing.
struct Ready : tests::Club {
  explicit Ready(bool stamped) {
    if (stamped) tsa = &authority_;
    plan_ = plan();
    lot = plan_.lots.at(0).id;
    build_all(plan_);
    check(plan_);
    show(real);
  }
  void show(const sip::Target& target) {
    sip::write_review_html(versement(), sip::review_facts(versement(), plan_, extract(), target));
  }
  int decide(sip::Decision decision = sip::Decision::approve, const sip::Target& target = real) {
    const auto by = signer("archivist");
    sip::VisaOptions o;
    o.decision = decision;
    o.confirm = "club-2026";
    if (decision != sip::Decision::approve) o.reason = "Période incomplète";
    o.target = target;
    o.timestamp_required = tsa != nullptr;
    return sip::sign_visa(versement(),
                          sip::prepare_visa(versement(), plan_, o, by->certificate(), roles(), clock), *by,
                          clock, tsa);
  }
  /// With the authority known or not: what the configuration says on the day of the verification.
  sip::VisaVerification verify(const trust::TrustStore& store, const sip::Target& target = real) {
    return sip::verify_visa(versement(), plan_, lot, target, store, roles(), clock);
  }
  /// Knows the authority, asks for nothing.
  trust::TrustStore lenient() { return trust::load_trust_store(pki() / "ca.pem", pki() / "ca.pem", {}); }
  fs::path visa_signature() { return versement().file("visa-1.json.p7s"); }
  static void strip(const fs::path& signature) {
    core::write_file(signature, tests::without_timestamp(core::read_file(signature)));
  }

  sip::Plan plan_;
  sip::MessageIdentifier lot;

 private:
  tests::ToyTsa authority_{VERSOIR_TEST_PKI, "2026-11-25T10:00:00Z"};
};

std::string told(const sip::VisaVerification& v) {
  std::string text;
  for (const auto& f : v.findings) text += f.code + ": " + f.message.english() + "\n";
  return text;
}

void append_visa(trust::Journal& journal, const sip::Versement& versement, const char* event, int number) {
  const auto file = versement.file(fmt::format("visa-{}.json", number));
  journal.append(event,
                 {{"versement", versement.id()},
                  {"visa", number},
                  {"sha512", core::digest_file(file).sha512.hex()},
                  {"signature", core::digest_file(file.string() + ".p7s").sha512.hex()}},
                 trust::Outcome::ok);
}

}  // namespace

TEST_CASE("42: the time-stamp of a visa is taken off, whatever the configuration still asks for") {
  Ready r(true);
  CHECK(r.decide() == 1);
  const auto whole = r.verify(tests::strict_store_in(r.pki()));
  INFO(told(whole));
  REQUIRE(whole.code == Exit::ok);
  CHECK(r.verify(r.lenient()).code == Exit::ok);
  Ready::strip(r.visa_signature());
  CHECK(r.verify(tests::strict_store_in(r.pki())).code == Exit::visa_bad_signature);
  // [timestamp] was removed from the configuration: what was signed still asks.
  CHECK(r.verify(r.lenient()).code == Exit::visa_bad_signature);
  const auto nothing = r.verify(r.store());
  CHECK(nothing.code == Exit::visa_bad_signature);
  CHECK_THAT(told(nothing), Contains("time-stamp"));
}

TEST_CASE("a time-stamp that nobody can verify any more is no time-stamp") {
  Ready r(true);
  r.decide();
  CHECK(r.verify(r.store()).code == Exit::visa_bad_signature);  // no anchors of the authority
}

TEST_CASE("48: the time-stamp of a seal is taken off after the approval") {
  Ready r(true);
  r.decide();
  REQUIRE(r.verify(r.lenient()).code == Exit::ok);
  Ready::strip(trust::seal_path(r.versement().sip(r.lot)));
  const auto result = r.verify(r.lenient());
  CHECK(result.code == Exit::visa_sip_changed);
  CHECK_THAT(told(result), Contains("no time-stamp any more"));
}

TEST_CASE("a seal without time-stamp is not approved where time-stamps are required") {
  Ready r(true);
  Ready::strip(trust::seal_path(r.versement().sip(r.lot)));
  const auto action = [&] { static_cast<void>(r.decide()); };
  CHECK(exit_of(action) == Exit::lot_state);
  CHECK_THAT(complaint_of(action), Contains(r.lot.value) && Contains("time-stamp"));
}

TEST_CASE(
    "a visa without time-stamp holds where none is asked for, and not where the register asks for one") {
  Ready r(false);
  r.decide();
  CHECK(r.verify(r.lenient()).code == Exit::ok);
  CHECK(r.verify(tests::strict_store_in(r.pki())).code == Exit::visa_bad_signature);
  // Signatures from before the first authority: the claimed time is signed.
  auto since = tests::strict_store_in(r.pki());
  since.timestamps_since = r.clock.now() + std::chrono::hours(1);
  CHECK(r.verify(since).code == Exit::ok);
  since.timestamps_since = r.clock.now();
  CHECK(r.verify(since).code == Exit::visa_bad_signature);
  auto json = core::read_json(r.pki() / "roles.json");
  json["timestamps"] = "required";
  core::write_json(r.pki() / "roles.json", json);
  CHECK(r.verify(r.lenient()).code == Exit::visa_bad_signature);
}

TEST_CASE("47: the name of the platform points elsewhere since the approval") {
  Ready r(false);
  r.decide();
  REQUIRE(r.verify(r.store()).code == Exit::ok);
  for (const auto& [change, word] : std::vector<std::pair<std::function<void(sip::Target&)>, std::string>>{
           {[](auto& t) { t.ingest_url = "https://evil.test:443/base"; }, "evil.test"},
           {[](auto& t) { t.ingest_url = "https://archives.test:8443/base"; }, "8443"},
           {[](auto& t) { t.ingest_url = "https://archives.test:443"; }, "archives.test:443."},
           {[](auto& t) { t.ca_sha256 = std::string(64, 'd'); }, "dddd"},
           {[](auto& t) { t.ca_sha256.clear(); }, "cccc"}}) {
    auto target = real;
    change(target);
    const auto result = r.verify(r.store(), target);
    CHECK(result.code == Exit::visa_other_platform);
    CHECK_FALSE(result.approved);
    CHECK_THAT(told(result), Contains(word));
  }
}

TEST_CASE("address, anchors and contracts stand in the report, in the visa and in what is declared") {
  Ready r(false);
  const auto page = core::read_file(r.versement().file("review.html"));
  CHECK_THAT(page, Contains(real.ingest_url) && Contains(real.ca_sha256) && Contains("IC-CLUB, IC-SAISONS"));
  r.decide();
  const auto visa = core::read_json(r.versement().file("visa-1.json"));
  CHECK(visa.at("target") == Json{{"platform", "sandbox"},
                                  {"tenant", 3},
                                  {"ingestUrl", real.ingest_url},
                                  {"caSha256", real.ca_sha256}});
  CHECK(visa.at("timestampRequired") == false);
  CHECK_THAT(visa.at("statement").get<std::string>(), Contains("adresse " + real.ingest_url) &&
                                                          Contains("cccccccccccccccc…") &&
                                                          Contains("contrats d’entrée IC-CLUB, IC-SAISONS"));
}

TEST_CASE("an approval is of what the report showed, and of what was planned") {
  Ready r(false);
  auto moved = real;
  moved.ca_sha256 = std::string(64, 'd');
  const auto action = [&] { static_cast<void>(r.decide(sip::Decision::approve, moved)); };
  CHECK(exit_of(action) == Exit::lot_state);
  CHECK_THAT(complaint_of(action), Contains("versoir review club-2026"));
  r.show(moved);
  CHECK(exit_of(action) == Exit::ok);
  moved.tenant = 4;
  CHECK(exit_of(action) == Exit::visa_other_platform);
}

TEST_CASE("a visa that says it is time-stamped is not signed without an authority") {
  Ready r(false);
  const auto by = r.signer("archivist");
  sip::VisaOptions o;
  o.confirm = "club-2026";
  o.target = real;
  const auto prepare = [&] {
    return sip::prepare_visa(r.versement(), r.plan_, o, by->certificate(), r.roles(), r.clock);
  };
  o.timestamp_required = true;
  CHECK(exit_of([&] { static_cast<void>(prepare()); }) == Exit::lot_state);  // the seals have none
  o.timestamp_required = false;
  auto visa = Json::parse(prepare());
  visa["timestampRequired"] = true;
  CHECK(exit_of([&] { sip::sign_visa(r.versement(), core::canonical_json(visa), *by, r.clock, nullptr); }) ==
        Exit::signing);
  CHECK(sip::list_visas(r.versement()).empty());
}

TEST_CASE("the journal misses a decision whose file is deleted, altered, or replaced") {
  Ready r(false);
  trust::Journal journal(r.folder() / "journal-test.jsonl", "test", r.clock);
  r.decide();
  append_visa(journal, r.versement(), "VISA_APPROVED", 1);
  r.decide(sip::Decision::revoke);
  append_visa(journal, r.versement(), "VISA_REVOKED", 2);
  const auto missing = [&] {
    std::string text;
    for (const auto& f : sip::JournalTrail::read(r.folder()).missing_decisions(r.versement()))
      text += f.message.english() + "\n";
    return text;
  };
  REQUIRE(missing().empty());
  for (const char* name : {"visa-1.json", "visa-1.json.p7s", "visa-2.json", "visa-2.json.p7s"}) {
    const auto file = r.versement().file(name);
    const auto bytes = core::read_file(file);
    fs::remove(file);
    CHECK(missing() == fmt::format("The journal knows club-2026/{}; the file is missing.\n", name));
    core::write_file(file, bytes + " ");
    CHECK(missing() == fmt::format("club-2026/{} is not what the journal says.\n", name));
    core::write_file(file, bytes);
  }
  // The approval again, under the number of the revocation.
  fs::copy_file(r.versement().file("visa-1.json"), r.versement().file("visa-2.json"),
                fs::copy_options::overwrite_existing);
  CHECK_THAT(missing(), Contains("club-2026/visa-2.json is not what the journal says"));
  fs::remove_all(r.versement().folder());
  CHECK_THAT(missing(), Contains("visa-1.json;") && Contains("visa-2.json;"));
  CHECK(sip::JournalTrail::read(r.folder()).versements() == std::vector<std::string>{"club-2026"});
}

TEST_CASE("the journal knows the approval that it wrote down, and no other") {
  Ready r(false);
  trust::Journal journal(r.folder() / "journal-test.jsonl", "test", r.clock);
  r.decide();
  const auto knows = [&] {
    return sip::JournalTrail::read(r.folder()).knows(r.versement(), sip::list_visas(r.versement()).at(0));
  };
  CHECK_FALSE(knows());
  append_visa(journal, r.versement(), "VISA_APPROVED", 1);
  CHECK(knows());
  core::write_file(r.versement().file("visa-1.json"), "{}");
  CHECK_FALSE(knows());
}

TEST_CASE("answers of a platform to a lot that was never sent are told") {
  const core::TemporaryDirectory dir;
  const core::FixedClock clock(*core::parse_instant("2026-11-25T10:00:00Z"));
  const sip::Versement versement(dir.path(), "essai");
  const sip::MessageIdentifier lot{"LOT-1"};
  fs::create_directories(versement.lot(lot));
  trust::Journal journal(dir.path() / "journal-test.jsonl", "test", clock);
  const auto unknown = [&] { return sip::JournalTrail::read(dir.path()).unknown_transfers(versement, lot); };
  CHECK(unknown().empty());
  core::write_json(versement.lot(lot) / "operation.json", {{"operation", "planted"}});
  REQUIRE(unknown().size() == 1);
  CHECK(unknown()[0].where == "essai/lots/LOT-1/operation.json");
  const Json object{{"versement", "essai"}, {"lot", lot.value}};
  journal.append("SEND_STARTED", object, trust::Outcome::ok);
  CHECK(unknown().empty());
  journal.append("SEND_FAILED", object, trust::Outcome::ko);
  CHECK(unknown().size() == 1);
}

TEST_CASE("of the journals of several machines, the latest word counts, whatever file holds it") {
  const core::TemporaryDirectory dir;
  core::FixedClock clock(*core::parse_instant("2026-11-25T10:00:00Z"));
  const sip::Versement versement(dir.path(), "essai");
  const sip::MessageIdentifier lot{"LOT-1"};
  const Json object{{"versement", "essai"}, {"lot", lot.value}};
  // The first machine's file comes last by name: only the instants tell what came first.
  trust::Journal first(dir.path() / "journal-z.jsonl", "z", clock);
  first.append("SEND_STARTED", object, trust::Outcome::ok);
  first.append("SEND_FAILED", object, trust::Outcome::ko);
  const auto expected = [&] {
    return sip::JournalTrail::read(dir.path()).missing_transfers(versement).size();
  };
  CHECK(expected() == 0);
  clock.set(clock.now() + std::chrono::minutes(1));
  trust::Journal second(dir.path() / "journal-a.jsonl", "a", clock);
  second.append("SEND_STARTED", object, trust::Outcome::ok);
  CHECK(expected() == 1);  // sending.json is missing
  // A clock that was put back does not put the lines of one machine in another order.
  clock.set(clock.now() - std::chrono::hours(3));
  second.append("SEND_FAILED", object, trust::Outcome::ko);
  CHECK(expected() == 0);
}

TEST_CASE("every file of a sending is looked for as far as the journal says that it went") {
  const core::TemporaryDirectory dir;
  const core::FixedClock clock(*core::parse_instant("2026-11-25T10:00:00Z"));
  const sip::Versement versement(dir.path(), "essai");
  const sip::MessageIdentifier lot{"LOT-1"};
  fs::create_directories(versement.lot(lot));
  const auto journal_file = dir.path() / "journal-test.jsonl";
  trust::Journal journal(journal_file, "test", clock);
  const auto write = [&](const char* name, const Json& json) {
    core::write_json(versement.lot(lot) / name, json);
  };
  const auto note = [&](const char* event, Json object, trust::Outcome outcome = trust::Outcome::ok) {
    object["versement"] = "essai";
    object["lot"] = lot.value;
    journal.append(event, object, outcome);
  };
  const auto missing = [&] {
    std::vector<std::string> names;
    for (const auto& f : sip::JournalTrail::read(dir.path()).missing_transfers(versement))
      names.push_back(fs::path(f.where).filename().string());
    return names;
  };
  using Names = std::vector<std::string>;
  note("SEND_STARTED", {{"sip_sha512", "aa"}});
  CHECK(missing() == Names{"sending.json"});
  note("SEND_FAILED", Json::object(), trust::Outcome::ko);
  CHECK(missing().empty());
  note("SEND_STARTED", {{"sip_sha512", "bb"}});
  write("sending.json", {{"sha512", "aa"}});
  CHECK(missing() == Names{"sending.json"});
  write("sending.json", {{"sha512", "bb"}});
  CHECK(missing().empty());
  note("SENT", {{"operation", "op"}});
  CHECK(missing() == Names{"operation.json"});
  write("operation.json", {{"operation", "other"}});
  CHECK(missing() == Names{"operation.json"});
  write("operation.json", {{"operation", "op"}});
  CHECK(missing().empty());
  note("ATR_RECEIVED", {{"atr_sha512", core::sha512("reply").hex()}}, trust::Outcome::ko);
  CHECK(missing() == Names{"atr.xml"});
  core::write_file(versement.lot(lot) / "atr.xml", "reply");
  CHECK(missing().empty());
  note("ATR_RECEIVED", {{"atr_sha512", core::sha512("reply").hex()}}, trust::Outcome::warning);
  CHECK(missing() == Names{"receipt.json"});
  write("receipt.json", {{"atr_sha512", core::sha512("reply").hex()}});
  CHECK(missing().empty());
  // A crash in the middle of a line says nothing; the lines before it still count.
  core::write_file(journal_file, core::read_file(journal_file) + "{\"event\":\"SE");
  fs::remove(versement.lot(lot) / "receipt.json");
  CHECK(missing() == Names{"receipt.json"});
  fs::remove_all(versement.lot(lot));
  CHECK(missing() == Names{"sending.json", "operation.json", "atr.xml", "receipt.json"});
}
