// The visa: what it binds, what it refuses to approve, how it is signed and listed.
#include "sip/visa.hpp"

#include "trust/seal.hpp"
#include "visa_ready.hpp"

#include <regex>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using core::Json;
using tests::Club;
using tests::complaint_of;
using tests::edit_roles;
using tests::exit_of;
using tests::output_of;
using tests::VisaReady;
namespace fs = std::filesystem;

TEST_CASE("an approved lot may be sent, with the very descriptor that was hashed") {
  VisaReady r;
  CHECK(r.approve() == 1);
  auto result = r.verify();
  for (const auto& f : result.findings) UNSCOPED_INFO(f.code << ": " << f.message.english());
  REQUIRE(result.code == Exit::ok);
  REQUIRE(result.approved);
  const auto& approved = *result.approved;
  CHECK(approved.id() == r.lot);
  CHECK(approved.target() == sip::Target{"sandbox", 3});
  CHECK(approved.visa() == 1);
  const auto path = r.versement().sip(r.lot);
  const auto sum = output_of("sha512sum '" + path.string() + "'").substr(0, 128);
  CHECK(approved.digest().sha512.hex() == sum);
  CHECK(approved.manifest_digest().hex() ==
        output_of("unzip -p '" + path.string() + "' manifest.xml | sha512sum").substr(0, 128));
  // The file is swapped after the verification: the descriptor still gives what was approved.
  core::write_file(path, "something else");
  CHECK(core::digest_fd(approved.fd()).sha512.hex() == sum);
}

TEST_CASE("a visa binds everything that was looked at, recomputed from the SIPs") {
  VisaReady r;
  // What build.json says is not believed.
  core::write_json(r.versement().lot(r.lot) / "build.json",
                   {{"sha512", "00"}, {"size", 1}, {"units", 1}, {"objects", 1}, {"bytes", 1}});
  const auto bytes = r.prepare(r.options());
  const auto visa = Json::parse(bytes);
  CHECK(core::canonical_json(visa) == bytes);
  CHECK(visa.at("decision") == "approve");
  CHECK(visa.at("number") == 1);
  CHECK(visa.at("versement") == "club-2026");
  CHECK(visa.at("target") ==
        Json{{"platform", "sandbox"}, {"tenant", 3}, {"ingestUrl", ""}, {"caSha256", ""}});
  CHECK(std::regex_match(visa.at("nonce").get<std::string>(), std::regex("[0-9a-f]{32}")));
  CHECK(visa.at("nonce") != Json::parse(r.prepare(r.options())).at("nonce"));
  CHECK(core::parse_instant(visa.at("notAfter").get<std::string>()) == r.clock.now() + std::chrono::days(90));
  const auto digest = [&](const fs::path& f) {
    return output_of("sha512sum '" + f.string() + "'").substr(0, 128);
  };
  const auto v = r.versement();
  CHECK(visa.at("reviewSha512") == digest(v.file("review.html")));
  CHECK(visa.at("planSha512") == digest(v.file("plan.json")));
  CHECK(visa.at("keptSha512") == digest(v.file("kept.csv")));
  CHECK(visa.at("leftOutSha512") == digest(v.file("left-out.csv")));
  CHECK(visa.at("roleRegisterSha512") == digest(r.pki() / "roles.json"));
  CHECK(visa.at("signer").at("role") == "archivist");
  CHECK_THAT(visa.at("statement").get<std::string>(), Contains("autorise le versement club-2026"));
  std::uint64_t units = 0, objects = 0, content = 0;
  for (const auto& lot : visa.at("lots")) {
    const sip::MessageIdentifier id{lot.at("messageIdentifier")};
    CHECK(lot.at("sha512") == digest(v.sip(id)));
    CHECK(lot.at("size") == fs::file_size(v.sip(id)));
    CHECK(lot.at("checkSha512") == digest(v.lot(id) / "check.json"));
    CHECK(lot.at("sealSha512") == digest(v.sip(id).string() + ".p7s"));
    CHECK(lot.at("checkVerdict") == "OK");
    const auto counts =
        output_of("python3 '" + (tests::source_dir() / "tests/sip/oracle.py").string() + "' '" +
                  v.sip(id).string() + "' '" + v.file("kept.csv").string() + "' " + id.value);
    CHECK(counts == fmt::format("{} {} {}\n", lot.at("units").get<int>(), lot.at("objects").get<int>(),
                                lot.at("bytes").get<int>()));
    units += lot.at("units").get<std::uint64_t>();
    objects += lot.at("objects").get<std::uint64_t>();
    content += lot.at("bytes").get<std::uint64_t>();
  }
  CHECK(visa.at("counts") == Json{{"lots", 2}, {"units", units}, {"objects", objects}, {"bytes", content}});
}

TEST_CASE("a lot is approved only when its check is favourable and of this very SIP") {
  VisaReady r;
  const auto file = r.versement().lot(r.lot) / "check.json";
  const auto good = core::read_json(file);
  const auto refused = [&] {
    const auto action = [&] { static_cast<void>(r.prepare(r.options())); };
    CHECK(exit_of(action) == Exit::lot_state);
    CHECK_THAT(complaint_of(action), Contains(r.lot.value));
  };
  fs::remove(file);
  refused();
  for (const char* verdict : {"KO", "FATAL", ""}) {
    auto json = good;
    json["verdict"] = verdict;
    core::write_json(file, json);
    refused();
  }
  auto json = good;
  auto other = json.at("sip").at("sha512").get<std::string>();
  other[0] = other[0] == '0' ? '1' : '0';
  json["sip"]["sha512"] = other;
  core::write_json(file, json);
  refused();
  json = good;
  json["verdict"] = "WARNING";
  core::write_json(file, json);
  CHECK(exit_of([&] { static_cast<void>(r.prepare(r.options())); }) == Exit::ok);
}

TEST_CASE("a lot is approved only with its seal, and when its SIP is the one that was planned") {
  VisaReady r;
  const auto seal = trust::seal_path(r.versement().sip(r.lot));
  const auto action = [&] { static_cast<void>(r.prepare(r.options())); };
  fs::rename(seal, seal.string() + ".away");
  CHECK(exit_of(action) == Exit::lot_state);
  // The seal of the other lot is a good signature of something else.
  fs::copy_file(trust::seal_path(r.versement().sip(r.plan_.lots.at(1).id)), seal);
  CHECK(exit_of(action) == Exit::lot_state);
  fs::remove(seal);
  fs::rename(seal.string() + ".away", seal);
  CHECK(exit_of(action) == Exit::ok);
  // The whole folder of the other lot under this one's name: sealed, checked, but not this lot.
  fs::remove_all(r.versement().lot(r.lot));
  fs::copy(r.versement().lot(r.plan_.lots.at(1).id), r.versement().lot(r.lot));
  CHECK(exit_of(action) == Exit::lot_state);
  CHECK_THAT(complaint_of(action), Contains(r.plan_.lots.at(1).id.value));
  core::write_file(r.versement().sip(r.lot), "not a zip");
  CHECK(exit_of(action) == Exit::lot_state);
}

TEST_CASE("a decision needs the report, the right confirmation, a reason, a role") {
  VisaReady r;
  const auto with = [&](const std::function<void(sip::VisaOptions&)>& change,
                        const std::string& who = "archivist") {
    auto o = r.options();
    change(o);
    return exit_of([&] { static_cast<void>(r.prepare(o, who)); });
  };
  CHECK(with([](auto& o) { o.confirm = "club-2025"; }) == Exit::usage);
  CHECK(with([](auto& o) { o.confirm.clear(); }) == Exit::usage);
  CHECK(with([](auto& o) { o.decision = sip::Decision::refuse; }) == Exit::usage);
  CHECK(with([](auto& o) { o.decision = sip::Decision::revoke; }) == Exit::usage);
  CHECK(with([](auto& o) {
          o.decision = sip::Decision::revoke;
          o.reason = "nothing was approved";
        }) == Exit::lot_state);
  CHECK(with([](auto& o) { o.exclude = {{"ESSAI-MEM-0000000000-0001"}}; }) == Exit::usage);
  CHECK(with([&](auto& o) { o.exclude = {r.plan_.lots[0].id, r.plan_.lots[1].id}; }) == Exit::lot_state);
  CHECK(with([](auto&) {}, "client") == Exit::visa_untrusted);
  CHECK(with([](auto&) {}, "producer") == Exit::visa_by_producer);
  fs::remove(r.versement().file("review.html"));
  CHECK(with([](auto&) {}) == Exit::lot_state);
  CHECK_THAT(complaint_of([&] { static_cast<void>(r.prepare(r.options())); }),
             Contains("versoir review club-2026"));
  CHECK(sip::list_visas(r.versement()).empty());
}

TEST_CASE("the person who sealed does not decide, even when the register calls them an archivist") {
  VisaReady r;
  const auto producer = r.signer("producer")->certificate().fingerprint().hex();
  edit_roles(r, [&](Json& roles) {
    auto entry =
        *std::find_if(roles.begin(), roles.end(), [](const Json& e) { return e.at("role") == "archivist"; });
    entry["certificate"] = producer;
    for (auto& e : roles)
      if (e.at("certificate") == producer) e = entry;
    roles.push_back(entry);
  });
  CHECK(exit_of([&] { static_cast<void>(r.prepare(r.options(), "producer")); }) == Exit::visa_by_producer);
}

TEST_CASE("signing a visa is refused to another key, and when another decision came first") {
  VisaReady r;
  const auto first = r.prepare(r.options());
  const auto other = r.signer("archivist2");
  CHECK(exit_of([&] { sip::sign_visa(r.versement(), first, *other, r.clock, nullptr); }) == Exit::usage);
  CHECK(exit_of([&] { sip::sign_visa(r.versement("other"), first, *r.archivist, r.clock, nullptr); }) ==
        Exit::usage);
  const auto second = r.prepare(r.options(sip::Decision::refuse));
  CHECK(sip::sign_visa(r.versement(), second, *r.archivist, r.clock, nullptr) == 1);
  CHECK(exit_of([&] { sip::sign_visa(r.versement(), first, *r.archivist, r.clock, nullptr); }) ==
        Exit::lot_state);
  CHECK(sip::list_visas(r.versement()).size() == 1);
}

TEST_CASE("the signature of a visa verifies with openssl and declares an approval") {
  VisaReady r;
  r.approve();
  output_of("openssl cms -verify -cades -binary -purpose any -inform DER -in '" +
            r.signature_file(1).string() + "' -content '" + r.visa_file(1).string() + "' -CAfile '" +
            (r.pki() / "ca.pem").string() + "' -out /dev/null");
  // id-cti-ets-proofOfApproval, 1.2.840.113549.1.9.16.6.5
  CHECK_THAT(output_of("openssl asn1parse -inform DER -in '" + r.signature_file(1).string() + "'"),
             Contains("id-smime-cti-ets-proofOfApproval"));
}

TEST_CASE("a versement that is not even built can be refused, and the state follows the visas") {
  Club club;
  const auto plan = club.plan();
  club.review(plan);
  const auto archivist = club.signer("archivist");
  sip::VisaOptions o;
  o.decision = sip::Decision::refuse;
  o.confirm = plan.versement;
  o.reason = "Périmètre à revoir";
  const auto visa =
      sip::prepare_visa(club.versement(), plan, o, archivist->certificate(), club.roles(), club.clock);
  CHECK(Json::parse(visa).at("lots").size() == plan.lots.size());
  CHECK_THAT(Json::parse(visa).at("statement").get<std::string>(), Contains("Périmètre à revoir"));
  sip::sign_visa(club.versement(), visa, *archivist, club.clock, nullptr);
  club.build_all(plan);
  const auto decision = sip::latest_decision(sip::list_visas(club.versement()), plan.lots[0].id);
  CHECK(sip::lot_facts(club.versement(), plan.lots[0], decision).state == sip::LotState::refused);
}

TEST_CASE("files that merely look like visas are not visas") {
  VisaReady r;
  for (const char* name :
       {"visa-.json", "visa-01.json", "visa-0.json", "visa-1.json.bak", "visa-x.json", "visa--1.json"})
    core::write_file(r.versement().file(name), "{}");
  CHECK(sip::list_visas(r.versement()).empty());
  core::write_file(r.visa_file(9), "{ not json");
  REQUIRE(sip::list_visas(r.versement()).size() == 1);
  CHECK(sip::list_visas(r.versement())[0].json.is_object());
  CHECK(r.verify().code == Exit::visa_missing);
}

TEST_CASE("a decision is about lots that are still here: after everything was sent, none can be signed") {
  VisaReady r;
  r.approve();
  const auto sent = [&](const sip::PlannedLot& lot) {
    core::write_json(r.versement().lot(lot.id) / "operation.json", {{"format", "versoir-operation/1"}});
  };
  const auto& lots = r.plan_.lots;
  REQUIRE(lots.size() > 1);
  sent(lots[0]);
  // The rest can be decided, and the decision does not name what has left.
  const auto partly = Json::parse(r.prepare(r.options()));
  CHECK(partly.at("lots").size() == lots.size() - 1);
  CHECK(partly.at("excluded").empty());
  CHECK(partly.dump().find(lots[0].id.value) == std::string::npos);
  auto without = r.options();
  without.exclude = {lots[0].id};
  CHECK(exit_of([&] { static_cast<void>(r.prepare(without)); }) == Exit::lot_state);
  CHECK(r.decide(r.options(sip::Decision::revoke)) == 2);
  CHECK(sip::latest_decision(sip::list_visas(r.versement()), lots[0].id) == "approve");
  CHECK(sip::latest_decision(sip::list_visas(r.versement()), lots[1].id) == "revoke");
  for (const auto& lot : lots) sent(lot);
  for (const auto decision : {sip::Decision::approve, sip::Decision::refuse, sip::Decision::revoke}) {
    auto o = r.options(decision);
    CHECK(exit_of([&] { static_cast<void>(r.prepare(o)); }) == Exit::lot_state);
    CHECK_THAT(complaint_of([&] { static_cast<void>(r.prepare(o)); }), Contains("already sent"));
  }
  CHECK(sip::list_visas(r.versement()).size() == 2);
}

TEST_CASE("the statement counts as French does") {
  VisaReady r;
  const auto visa = Json::parse(r.prepare(r.options()));
  const auto statement = visa.at("statement").get<std::string>();
  CHECK_THAT(statement, Contains(std::to_string(visa.at("lots").size()) + "\u00a0lots"));
  CHECK_THAT(statement, Contains("\u00a0unités archivistiques, ") && Contains("club-2026\u00a0: "));
  CHECK_THAT(statement, !Contains("(s)") && !Contains("unités d'archives"));
  auto one = r.options();
  for (std::size_t i = 1; i < r.plan_.lots.size(); ++i) one.exclude.push_back(r.plan_.lots[i].id);
  CHECK_THAT(Json::parse(r.prepare(one)).at("statement").get<std::string>(),
             Contains("\u00a0: 1\u00a0lot, "));
}
