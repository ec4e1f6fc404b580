// The visa: what it refuses to approve, what it binds, and each way of not having the right to send.
#include "sip/visa.hpp"

#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "sip/visa_second.hpp"
#include "test_support.hpp"
#include "trust/seal.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <regex>
#include <unistd.h>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using core::Json;
using tests::Club;
using tests::complaint_of;
using tests::exit_of;
using tests::output_of;
namespace fs = std::filesystem;

namespace {

/// A club whose versement is ready for a decision.
struct Ready : Club {
  sip::Plan plan_ = plan();
  std::unique_ptr<trust::Signer> archivist = signer("archivist");
  sip::MessageIdentifier lot = plan_.lots.at(0).id;

  Ready() {
    build_all(plan_);
    check(plan_);
    review(plan_);
  }
  sip::VisaOptions options(sip::Decision decision = sip::Decision::approve) const {
    sip::VisaOptions o;
    o.decision = decision;
    o.confirm = "club-2026";
    if (decision != sip::Decision::approve) o.reason = "Période incomplète";
    return o;
  }
  /// By certificate: some of these people have no key that signs.
  std::string prepare(const sip::VisaOptions& o, const std::string& who = "archivist") {
    const auto certificates = trust::Certificate::list_from_pem_file(pki() / (who + ".pem"));
    return sip::prepare_visa(versement(), plan_, o, certificates.at(0), roles(), clock);
  }
  int decide(const sip::VisaOptions& o, const std::string& who = "archivist") {
    const auto by = signer(who);
    return sip::sign_visa(versement(),
                          sip::prepare_visa(versement(), plan_, o, by->certificate(), roles(), clock), *by,
                          clock, nullptr);
  }
  int approve() { return decide(options()); }
  sip::VisaVerification verify(const sip::Target& target = {"sandbox", 3}) {
    return sip::verify_visa(versement(), plan_, lot, target, store(), roles(), clock);
  }
  fs::path visa_file(int n) { return versement().file(fmt::format("visa-{}.json", n)); }
  fs::path signature_file(int n) { return versement().file(fmt::format("visa-{}.json.p7s", n)); }

  /// Signs the bytes of visa n again with OpenSSL's own tool: what an intruder, or another product, would do.
  void sign_with(const std::string& who, int n = 1) {
    output_of(
        fmt::format("openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in '{0}' "
                    "-signer '{1}/{2}.pem' -inkey '{1}/{2}.key' -out '{0}.p7s'",
                    visa_file(n).string(), pki().string(), who));
  }
  /// Changes the signed document and signs it again with the archivist's own key.
  void resign(const std::function<void(Json&)>& change, int n = 1) {
    auto json = core::read_json(visa_file(n));
    change(json);
    core::write_file(visa_file(n), core::canonical_json(json));
    sign_with("archivist", n);
  }
};

void flip(const fs::path& file, std::size_t at) {
  auto bytes = core::read_file(file);
  REQUIRE(at < bytes.size());
  bytes[at] = static_cast<char>(bytes[at] ^ 1);
  core::write_file(file, bytes);
}

/// Adds or replaces entries of roles.json.
void edit_roles(Club& club, const std::function<void(Json&)>& change) {
  auto json = core::read_json(club.pki() / "roles.json");
  change(json.at("roles"));
  core::write_json(club.pki() / "roles.json", json);
}

}  // namespace

TEST_CASE("an approved lot may be sent, with the very descriptor that was hashed") {
  Ready r;
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
  Ready r;
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
  Ready r;
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
  Ready r;
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
  Ready r;
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
  Ready r;
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

TEST_CASE("41: without a visa, or without its signature, nothing is sent") {
  Ready r;
  CHECK(r.verify().code == Exit::visa_missing);
  r.approve();
  fs::remove(r.signature_file(1));
  const auto result = r.verify();
  CHECK(result.code == Exit::visa_missing);
  CHECK_FALSE(result.approved);
}

TEST_CASE("41: the latest visa decides, a later refusal, revocation or exclusion withdraws an approval") {
  Ready r;
  r.approve();
  REQUIRE(r.verify().code == Exit::ok);
  SECTION("refusal, then a new approval") {
    CHECK(r.decide(r.options(sip::Decision::refuse)) == 2);
    const auto refused = r.verify({"sandbox", 3, "https://elsewhere:443", "other anchors"});
    CHECK(refused.code == Exit::visa_missing);
    REQUIRE(refused.findings.size() == 1);  // a refusal binds no address
    CHECK_THAT(refused.findings[0].message.english(), Contains("refused"));
    CHECK(sip::latest_decision(sip::list_visas(r.versement()), r.lot) == "refuse");
    CHECK(r.approve() == 3);
    CHECK(r.verify().code == Exit::ok);
    CHECK(r.verify().approved->visa() == 3);
  }
  SECTION("revocation") {
    r.decide(r.options(sip::Decision::revoke));
    CHECK(r.verify().code == Exit::visa_missing);
  }
  SECTION("an approval that leaves the lot out") {
    auto o = r.options();
    o.exclude = {r.lot};
    r.decide(o);
    CHECK(r.verify().code == Exit::visa_missing);
    CHECK(sip::latest_decision(sip::list_visas(r.versement()), r.lot).empty());
    r.lot = r.plan_.lots.at(1).id;
    CHECK(r.verify().code == Exit::ok);
  }
  SECTION("a refusal whose signature was removed still blocks") {
    r.decide(r.options(sip::Decision::refuse));
    fs::remove(r.signature_file(2));
    CHECK(r.verify().code == Exit::visa_missing);
  }
}

TEST_CASE("42: one byte of the visa or of its signature") {
  Ready r;
  r.approve();
  SECTION("of a digest in the visa") {
    const auto bytes = core::read_file(r.visa_file(1));
    flip(r.visa_file(1), bytes.find("\"manifestSha512\":\"") + 20);
  }
  SECTION("of its syntax") { flip(r.visa_file(1), 0); }
  SECTION("of the signature value") {
    flip(r.signature_file(1), core::read_file(r.signature_file(1)).size() - 20);
  }
  SECTION("after the end of the signature") {
    core::write_file(r.signature_file(1), core::read_file(r.signature_file(1)) + "x");
  }
  SECTION("the signature of another document") {
    fs::copy_file(trust::seal_path(r.versement().sip(r.lot)), r.signature_file(1),
                  fs::copy_options::overwrite_existing);
  }
  const auto result = r.verify();
  CHECK(result.code == Exit::visa_bad_signature);
  CHECK_FALSE(result.approved);
}

TEST_CASE("43: a certificate of an unknown authority, a trusted one without role") {
  Ready r;
  r.approve();
  SECTION("other authority") { r.sign_with("untrusted-archivist"); }
  SECTION("no role") { r.sign_with("client"); }
  SECTION("role withdrawn since") {
    edit_roles(r, [](Json& roles) {
      for (auto& e : roles)
        if (e.at("role") == "archivist") e["role"] = "control_authority";
    });
  }
  CHECK(r.verify().code == Exit::visa_untrusted);
}

TEST_CASE(
    "43: a role on another tenant, a delegation that was over, or whose author had left, when signing") {
  Ready r;
  r.approve();
  const auto delegated = [&](const std::string& to, const std::string& author_to) {
    edit_roles(r, [&](Json& roles) {
      for (auto& e : roles)
        if (e.at("name") == "Claire Aubin")
          e["delegation"] = {
              {"by", "president"}, {"act", "arrêté 2026-14"}, {"from", "2026-01-01T00:00:00Z"}, {"to", to}};
      roles.push_back({{"id", "president"},
                       {"name", "Paul Roy"},
                       {"quality", "président"},
                       {"role", "authority"},
                       {"from", "2020-01-01T00:00:00Z"},
                       {"to", author_to}});
    });
  };
  SECTION("another tenant") {
    edit_roles(r, [](Json& roles) {
      for (auto& e : roles) e["tenants"] = {9};
    });
    const auto result = r.verify();
    CHECK(result.code == Exit::visa_untrusted);
    return;
  }
  SECTION("in force") {
    delegated("2027-01-01T00:00:00Z", "2030-01-01T00:00:00Z");
    CHECK(r.verify().code == Exit::ok);
    const auto visa = Json::parse(r.prepare(r.options()));
    CHECK(visa.at("signer").at("delegation") == Json{{"by", "Paul Roy"}, {"act", "arrêté 2026-14"}});
    CHECK_THAT(visa.at("statement").get<std::string>(),
               Contains("agissant par délégation de Paul Roy (arrêté 2026-14), autorise"));
    return;
  }
  SECTION("over when signing") {
    delegated("2026-11-01T00:00:00Z", "2030-01-01T00:00:00Z");
    CHECK(r.verify().code == Exit::visa_untrusted);
    CHECK(exit_of([&] { static_cast<void>(r.prepare(r.options())); }) == Exit::visa_untrusted);
    CHECK_THAT(complaint_of([&] { static_cast<void>(r.prepare(r.options())); }), Contains("arrêté 2026-14"));
  }
  SECTION("its author gone when signing") {
    delegated("2027-01-01T00:00:00Z", "2026-11-01T00:00:00Z");
    CHECK(r.verify().code == Exit::visa_untrusted);
  }
  SECTION("over since, without a time-stamp: no conclusion") {
    delegated("2026-11-26T00:00:00Z", "2030-01-01T00:00:00Z");
    CHECK(r.verify().code == Exit::ok);
    r.clock.set(r.clock.now() + std::chrono::days(5));
    const auto result = r.verify();
    CHECK(result.code == Exit::visa_expired);
    CHECK_THAT(result.findings.at(0).message.english(), Contains("cannot be told"));
  }
}

TEST_CASE(
    "as evidence, a visa is judged by the roles of the day when it was signed, and four eyes by the seals") {
  Ready r;
  r.approve();
  const auto judged = [&] {
    const auto visas = sip::list_visas(r.versement());
    std::string text;
    for (const auto& f : sip::verify_visa_rights(r.versement(), visas.at(0), r.store(), r.roles(), r.clock))
      text += f.message.english() + "\n";
    return text;
  };
  CHECK(judged().empty());
  SECTION("who left office since still had it then, and without time-stamp that is not proven") {
    edit_roles(r, [](Json& roles) {
      for (auto& e : roles) e["to"] = "2026-11-26T00:00:00Z";
    });
    CHECK(judged().empty());
    r.clock.set(r.clock.now() + std::chrono::days(30));
    CHECK_THAT(judged(), Contains("cannot be told"));
  }
  SECTION("nobody's role") {
    edit_roles(r, [](Json& roles) {
      for (auto& e : roles)
        if (e.at("role") == "archivist") e["role"] = "authority";
    });
    CHECK_THAT(judged(), Contains("had no role"));
  }
  SECTION("signed by whoever sealed, the register knowing no producer") {
    const auto producer = r.signer("producer")->certificate().fingerprint().hex();
    edit_roles(r, [&](Json& roles) {
      for (auto& e : roles)
        if (e.at("certificate") == producer) e["role"] = "archivist";
    });
    r.sign_with("producer");
    CHECK_THAT(judged(), Contains("also sealed the SIP"));
  }
}

namespace {

/// An approval that takes two persons, signed by the first.
struct Second : Ready {
  explicit Second(int signatures = 2) {
    auto o = options();
    o.signatures = signatures;
    decide(o);
  }
  sip::VisaFile visa() { return sip::list_visas(versement()).back(); }
  void sign(const std::string& who) {
    const auto waiting = sip::visa_to_second(versement());
    const auto trusted = store();
    const auto register_ = roles();
    const auto by = signer(who);
    const sip::SecondSigning s{versement(), plan_, waiting, {"sandbox", 3}, trusted, register_, clock};
    sip::require_second(s, by->certificate());
    sip::sign_second(s, *by, nullptr);
  }
  /// The file that an intruder puts there.
  void put(const std::string& who) {
    sign_with(who, 1);
    fs::copy_file(signature_file(1), sip::second_signature(versement(), 1),
                  fs::copy_options::overwrite_existing);
    sign_with("archivist", 1);
  }
};

}  // namespace

TEST_CASE("an approval that takes two persons is none until another one has signed the same bytes") {
  Second s;
  CHECK(Json::parse(s.visa().bytes).at("signaturesRequired") == 2);
  CHECK(sip::waits_for_second(s.visa()));
  auto result = s.verify();
  CHECK(result.code == Exit::visa_missing);
  CHECK_FALSE(result.approved);
  CHECK_THAT(result.findings.at(0).message.english(), Contains("1 of the 2"));
  s.sign("archivist2");
  CHECK_FALSE(sip::waits_for_second(s.visa()));
  result = s.verify();
  for (const auto& f : result.findings) UNSCOPED_INFO(f.message.english());
  CHECK(result.code == Exit::ok);
  CHECK(exit_of([&] { static_cast<void>(sip::visa_to_second(s.versement())); }) == Exit::lot_state);
  output_of("openssl cms -verify -cades -binary -purpose any -inform DER -in '" +
            sip::second_signature(s.versement(), 1).string() + "' -content '" + s.visa_file(1).string() +
            "' -CAfile '" + (s.pki() / "ca.pem").string() + "' -out /dev/null");
}

TEST_CASE("the second signature is another person's, who may decide and did not produce") {
  Second s;
  CHECK(exit_of([&] { s.sign("archivist"); }) == Exit::visa_untrusted);
  CHECK_THAT(complaint_of([&] { s.sign("archivist"); }), Contains("already signed"));
  CHECK(exit_of([&] { s.sign("producer"); }) == Exit::visa_by_producer);
  CHECK(exit_of([&] { s.sign("nonrepudiation"); }) == Exit::visa_untrusted);  // trusted, without role
  edit_roles(s, [&](Json& roles) {  // an archivist by the register, and still who sealed
    for (auto& e : roles)
      if (e.at("role") == "producer") e["role"] = "archivist";
  });
  CHECK(exit_of([&] { s.sign("producer"); }) == Exit::visa_by_producer);
  CHECK_FALSE(fs::exists(sip::second_signature(s.versement(), 1)));
}

TEST_CASE("a second signature that anybody put there is refused for its own reason") {
  Second s;
  SECTION("the first person again") {
    s.put("archivist");
    CHECK(s.verify().code == Exit::visa_missing);
  }
  SECTION("the same person by the same e-mail under another key") {
    s.put("same-mail");
    CHECK(s.verify().code != Exit::ok);
  }
  SECTION("nobody's role") {
    s.put("nonrepudiation");
    CHECK(s.verify().code == Exit::visa_untrusted);
  }
  SECTION("another authority") {
    s.put("untrusted-archivist");
    CHECK(s.verify().code == Exit::visa_untrusted);
  }
  SECTION("the producer") {
    s.put("producer");
    CHECK(s.verify().code == Exit::visa_untrusted);
  }
  SECTION("over other bytes") {
    fs::copy_file(trust::seal_path(s.versement().sip(s.lot)), sip::second_signature(s.versement(), 1));
    CHECK(s.verify().code == Exit::visa_bad_signature);
  }
  SECTION("expired") {
    s.put("expired-archivist");
    CHECK(s.verify().code == Exit::visa_expired);
  }
  CHECK_FALSE(s.verify().approved);
}

TEST_CASE("the second person signs what is still here, and what the first one read") {
  Second s;
  SECTION("a SIP changed since") {
    flip(s.versement().sip(s.lot), 100);
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::visa_sip_changed);
  }
  SECTION("the report changed since") {
    core::write_file(s.versement().file("review.html"), "x");
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::lot_state);
  }
  SECTION("the first signature altered") {
    flip(s.signature_file(1), core::read_file(s.signature_file(1)).size() - 20);
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::visa_bad_signature);
  }
  SECTION("refused since") {
    s.decide(s.options(sip::Decision::refuse));
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::lot_state);
  }
  SECTION("the window is over") {
    s.clock.set(s.clock.now() + std::chrono::days(91));
    CHECK(exit_of([&] { s.sign("archivist2"); }) == Exit::visa_expired);
  }
  CHECK_FALSE(fs::exists(sip::second_signature(s.versement(), 1)));
}

TEST_CASE("who may ask for two signatures: the visa, the configuration of today, the register") {
  Second s(1);
  REQUIRE(s.verify().code == Exit::ok);
  const auto asking = sip::verify_visa(s.versement(), s.plan_, s.lot, {"sandbox", 3}, s.store(), s.roles(),
                                       s.clock, {2, false});
  CHECK(asking.code == Exit::visa_missing);
  auto json = core::read_json(s.pki() / "roles.json");
  json["signatures"] = 2;
  core::write_json(s.pki() / "roles.json", json);
  CHECK(s.verify().code == Exit::visa_missing);
  CHECK(Json::parse(s.prepare(s.options())).at("signaturesRequired") == 2);
  CHECK(Json::parse(s.prepare(s.options(sip::Decision::refuse))).at("signaturesRequired") == 1);
}

TEST_CASE("44: the visa of another versement, another attempt, another plan, or under another number") {
  Ready r;
  r.approve();
  SECTION("another versement") {
    auto other = r.plan({}, "other");
    const auto v = r.versement("other");
    fs::copy_file(r.visa_file(1), v.file("visa-1.json"));
    fs::copy_file(r.signature_file(1), v.file("visa-1.json.p7s"));
    fs::copy(r.versement().folder() / "lots", v.folder() / "lots", fs::copy_options::recursive);
    const auto result =
        sip::verify_visa(v, other, other.lots[0].id, {"sandbox", 3}, r.store(), r.roles(), r.clock);
    CHECK(result.code == Exit::visa_other_versement);
  }
  SECTION("a document that names the lot, but another versement") {
    r.resign([](Json& v) { v["versement"] = "other"; });
    CHECK(r.verify().code == Exit::visa_other_versement);
  }
  SECTION("planned again since") {
    r.plan_ = r.plan([](sip::PlanOptions& o) { o.replace = true; });
    r.lot = r.plan_.lots.at(0).id;
    r.build_all(r.plan_);
    CHECK(r.verify().code == Exit::visa_other_versement);
  }
  SECTION("the plan edited since") {
    auto plan = r.plan_;
    ++plan.left_out;
    r.versement().write_plan(plan);
    CHECK(r.verify().code == Exit::visa_other_versement);
  }
  SECTION("an approval renamed to pass over a revocation") {
    r.decide(r.options(sip::Decision::revoke));
    fs::copy_file(r.visa_file(1), r.visa_file(3));
    fs::copy_file(r.signature_file(1), r.signature_file(3));
    CHECK(r.verify().code == Exit::visa_other_versement);
  }
}

TEST_CASE("45: signed by the producer of the SIP, even when the register allows it") {
  Ready r;
  r.approve();
  const auto producer = r.signer("producer")->certificate().fingerprint().hex();
  const auto as_archivist = [&](bool keep_producer) {
    edit_roles(r, [&](Json& roles) {
      auto entry = *std::find_if(roles.begin(), roles.end(),
                                 [](const Json& e) { return e.at("role") == "archivist"; });
      entry["certificate"] = producer;
      if (!keep_producer)
        roles.erase(std::remove_if(roles.begin(), roles.end(),
                                   [&](const Json& e) { return e.at("role") == "producer"; }),
                    roles.end());
      roles.push_back(entry);
    });
  };
  SECTION("known by the register") { as_archivist(true); }
  SECTION("known by the seal only") { as_archivist(false); }
  r.sign_with("producer");
  CHECK(r.verify().code == Exit::visa_by_producer);
}

TEST_CASE("46: a visa before or after its window, an expired certificate") {
  Ready r;
  r.approve();
  SECTION("over") {
    r.resign([](Json& v) {
      v["notBefore"] = "2020-01-01T00:00:00Z";
      v["notAfter"] = "2020-04-01T00:00:00Z";
    });
  }
  SECTION("not yet") {
    r.resign([&](Json& v) { v["notBefore"] = core::format_instant(r.clock.now() + std::chrono::hours(1)); });
  }
  SECTION("without window") {
    r.resign([](Json& v) { v.erase("notAfter"); });
  }
  SECTION("time went by") { r.clock.set(r.clock.now() + std::chrono::days(91)); }
  SECTION("expired certificate") { r.sign_with("expired-archivist"); }
  CHECK(r.verify().code == Exit::visa_expired);
}

TEST_CASE("47: another platform, another tenant") {
  Ready r;
  r.approve();
  CHECK(r.verify({"sandbox", 4}).code == Exit::visa_other_platform);
  CHECK(r.verify({"real", 3}).code == Exit::visa_other_platform);
  CHECK(r.verify({"sandbox", 3}).code == Exit::ok);
}

TEST_CASE("48: the SIP or its seal changed since") {
  Ready r;
  r.approve();
  const auto sip = r.versement().sip(r.lot);
  SECTION("one byte") { flip(sip, 100); }
  SECTION("one byte more") { std::ofstream(sip, std::ios::app) << "x"; }
  SECTION("gone") { fs::remove(sip); }
  SECTION("another lot's") {
    fs::copy_file(r.versement().sip(r.plan_.lots.at(1).id), sip, fs::copy_options::overwrite_existing);
  }
  SECTION("seal gone") { fs::remove(trust::seal_path(sip)); }
  SECTION("seal of another") {
    fs::copy_file(trust::seal_path(r.versement().sip(r.plan_.lots.at(1).id)), trust::seal_path(sip),
                  fs::copy_options::overwrite_existing);
  }
  const auto result = r.verify();
  CHECK(result.code == Exit::visa_sip_changed);
  CHECK_FALSE(result.approved);
}

TEST_CASE("every defect is told, the first in verification order gives the code") {
  Ready r;
  r.approve();
  flip(r.versement().sip(r.lot), 100);
  r.clock.set(r.clock.now() + std::chrono::days(91));
  const auto result = r.verify({"sandbox", 9});
  CHECK(result.code == Exit::visa_expired);
  std::vector<std::string> codes;
  for (const auto& f : result.findings)
    if (f.severity == core::Severity::error) codes.push_back(f.code);
  CHECK(codes == std::vector<std::string>{"visa-expired", "visa-other-platform", "visa-sip-changed"});
}

TEST_CASE("signing a visa is refused to another key, and when another decision came first") {
  Ready r;
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
  Ready r;
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
  Ready r;
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
  Ready r;
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
  Ready r;
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
