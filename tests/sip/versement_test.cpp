// Paths, plan.json and the walk of a lot's states, from nothing but files.
#include "sip/versement.hpp"

#include "club_fixture.hpp"
#include "core/file.hpp"
#include "core/json.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace versoir;
using core::Exit;
using core::Json;
using sip::LotState;

namespace {

/// A lot's folder filled by hand, file after file.
struct Lot {
  core::TemporaryDirectory folder;
  sip::Versement versement{folder.path(), "v1"};
  sip::PlannedLot lot{{"ESSAI-LEC-0123456789-0001"}, "lecteurs", 1, 10};

  Lot() { std::filesystem::create_directories(versement.lot(lot.id)); }
  void put(const char* name, const Json& json) { core::write_json(versement.lot(lot.id) / name, json); }
  void raw(const char* name, const std::string& bytes) {
    core::write_file(versement.lot(lot.id) / name, bytes);
  }
  void check(const char* verdict, const char* sha512 = "aa") {
    put("check.json", Json{{"verdict", verdict}, {"sip", {{"sha512", sha512}}}});
  }
  LotState state(std::string_view decision = "") { return sip::lot_facts(versement, lot, decision).state; }
};

std::string atr(const std::string& code) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ArchiveTransferReply "
         "xmlns=\"fr:gouv:culture:archivesdefrance:seda:v2.1\">"
         "<Date>2026-11-25T10:00:00</Date><Operation><Event><Outcome>KO</Outcome><ReplyCode>NO</ReplyCode></"
         "Event>"
         "</Operation><ReplyCode>" +
         code + "</ReplyCode></ArchiveTransferReply>";
}

}  // namespace

TEST_CASE("a lot walks through its states as its files appear") {
  Lot l;
  CHECK(l.state() == LotState::planned);
  CHECK(l.state("approve") == LotState::planned);
  l.put("build.json", Json{{"sha512", "aa"}, {"size", 12}, {"units", 3}, {"objects", 2}});
  CHECK(l.state() == LotState::planned);
  l.raw("sip.zip", "zip");
  CHECK(l.state() == LotState::built);
  l.check("OK");
  CHECK(l.state() == LotState::checked);
  CHECK(l.state("approve") == LotState::approved);
  CHECK(l.state("refuse") == LotState::refused);
  CHECK(l.state("revoke") == LotState::checked);
  l.put("sending.json", Json{{"format", "versoir-sending/1"}});
  CHECK(l.state("approve") == LotState::sending);
  l.put("sending.json", Json{{"format", "versoir-sending/1"}, {"answer", "none"}});
  CHECK(l.state("approve") == LotState::in_doubt);
  l.put("operation.json", Json{{"operation", "op"}});
  CHECK(l.state("approve") == LotState::sent);
  l.raw("atr.xml", atr("KO"));
  CHECK(l.state("approve") == LotState::rejected);
  l.raw("atr.xml", atr("WARNING"));
  CHECK(l.state("approve") == LotState::accepted_with_warnings);
  l.raw("atr.xml", atr("OK"));
  CHECK(l.state("approve") == LotState::accepted);
  l.put("receipt.json", Json{{"reply_code", "OK"}});
  CHECK(l.state("approve") == LotState::accepted);
  l.put("receipt.json", Json{{"reply_code", "OK"}, {"verified", "2026-11-26T00:00:00Z"}});
  CHECK(l.state("approve") == LotState::verified);

  const auto facts = sip::lot_facts(l.versement, l.lot, "approve");
  CHECK(facts.size == 12);
  CHECK(facts.units == 3);
  CHECK(facts.objects == 2);
  CHECK(facts.reply_code == "OK");
  CHECK(facts.check_verdict == "OK");
}

TEST_CASE("a check counts only when it is favourable and of the SIP that was built") {
  Lot l;
  l.put("build.json", Json{{"sha512", "aa"}});
  l.raw("sip.zip", "zip");
  l.check("KO");
  CHECK(l.state() == LotState::built);
  CHECK(l.state("approve") == LotState::built);
  l.check("OK", "bb");
  CHECK(l.state() == LotState::built);
  CHECK(sip::lot_facts(l.versement, l.lot, "").check_verdict.empty());
  l.check("WARNING");
  CHECK(l.state() == LotState::checked);
}

TEST_CASE("a reply that cannot be read leaves the lot sent, a state file that cannot be read is an error") {
  Lot l;
  l.raw("sip.zip", "zip");
  l.put("operation.json", Json{{"operation", "op"}});
  l.raw("atr.xml", "<ArchiveTransferReply");
  CHECK(l.state() == LotState::sent);
  l.raw("operation.json", "{\"operation\"");
  CHECK(tests::exit_of([&] { static_cast<void>(l.state()); }) == Exit::disk);
}

TEST_CASE("every state has its own spelling") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(LotState::closed); ++i) {
    names.insert(sip::state_name(static_cast<LotState>(i)));
    CHECK_FALSE(sip::state_label(static_cast<LotState>(i)).empty());
  }
  CHECK(names.size() == 13);
  CHECK(sip::state_name(LotState::in_doubt) == "in_doubt");
}

TEST_CASE("a plan is read back as it was written") {
  core::TemporaryDirectory folder;
  const sip::Versement v(folder.path(), "v1");
  sip::Plan plan;
  plan.versement = "v1";
  plan.attempt = 2;
  plan.created = *core::parse_instant("2026-11-25T10:00:00Z");
  plan.extract = "../club.extract";
  plan.extract_root = "root";
  plan.extract_sha512 = "sha";
  plan.extract_kind = "rehearsal";
  plan.application = "club";
  plan.profile_digest = "digest";
  plan.platform = "sandbox";
  plan.platform_kind = "rehearsal";
  plan.tenant = 3;
  plan.seda = sip::SedaVersion::v2_3;
  plan.lots = {{{"A-B-0-0001"}, "membres", 1, 5}};
  plan.settings = {{"agencies", {{"archival", "A"}}}};
  plan.kept = 5;
  plan.left_out = 6;
  plan.kept_sha512 = "k";
  plan.left_out_sha512 = "l";
  v.write_plan(plan);
  const auto read = v.plan();
  CHECK(read.attempt == 2);
  CHECK(read.created == plan.created);
  CHECK(read.extract == plan.extract);
  CHECK(read.tenant == 3);
  CHECK(read.seda == sip::SedaVersion::v2_3);
  REQUIRE(read.find({"A-B-0-0001"}));
  CHECK(read.find({"A-B-0-0001"})->records == 5);
  CHECK(read.find({"A-B-0-0002"}) == nullptr);
  CHECK(read.settings == plan.settings);
  CHECK(read.kept == 5);
  CHECK(read.left_out_sha512 == "l");
  const auto bytes = core::read_file(v.file("plan.json"));
  v.write_plan(read);
  CHECK(core::read_file(v.file("plan.json")) == bytes);
}

TEST_CASE("a plan is read strictly") {
  core::TemporaryDirectory folder;
  const sip::Versement v(folder.path(), "v1");
  sip::Plan plan;
  plan.versement = "v1";
  plan.settings = Json::object();
  plan.lots = {{{"A-B-0-0001"}, "membres", 1, 5}};
  v.write_plan(plan);
  const auto good = core::read_json(v.file("plan.json"));
  const auto refused = [&](Json json) {
    core::write_json(v.file("plan.json"), json);
    return tests::exit_of([&] { static_cast<void>(v.plan()); }) == Exit::disk;
  };
  CHECK_FALSE(refused(good));
  for (const auto& [key, value] : good.items()) {
    INFO(key);
    auto json = good;
    json.erase(key);
    CHECK(refused(json));
    json[key] = Json::array({"wrong"});
    CHECK(refused(json));
  }
  auto json = good;
  json["unknown"] = 1;
  CHECK(refused(json));
  json = good;
  json["versement"] = "v2";
  CHECK(refused(json));
  json = good;
  json["lots"][0]["messageIdentifier"] = "../../elsewhere";
  CHECK(refused(json));
  json = good;
  json["kept"] = -1;
  CHECK(refused(json));
}

TEST_CASE("a versement without a plan is told apart, and an identifier never leads out of the workspace") {
  core::TemporaryDirectory folder;
  CHECK(tests::exit_of([&] { static_cast<void>(sip::Versement(folder.path(), "v1").plan()); }) ==
        Exit::lot_state);
  for (const char* id : {"", "..", "a/b", "é", "a b", "12345678901234567890123456789012345678901"})
    CHECK(tests::exit_of([&] { sip::Versement(folder.path(), id); }) == Exit::usage);
}

TEST_CASE("versements are listed by name, folders without a plan are not") {
  core::TemporaryDirectory folder;
  CHECK(sip::list_versements(folder.path()).empty());
  sip::Plan plan;
  plan.settings = Json::object();
  for (const char* id : {"b", "a"}) {
    plan.versement = id;
    sip::Versement(folder.path(), id).write_plan(plan);
  }
  std::filesystem::create_directories(folder.path() / "versements" / "empty");
  CHECK(sip::list_versements(folder.path()) == std::vector<std::string>{"a", "b"});
}
