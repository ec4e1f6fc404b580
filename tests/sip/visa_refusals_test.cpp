// Each way of not having the right to send, 41 to 48, and what a visa is worth as evidence.
#include "sip/visa.hpp"
#include "trust/seal.hpp"
#include "visa_ready.hpp"

#include <algorithm>
#include <fstream>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using core::Json;
using tests::complaint_of;
using tests::edit_roles;
using tests::exit_of;
using tests::flip;
using tests::VisaReady;
namespace fs = std::filesystem;

TEST_CASE("41: without a visa, or without its signature, nothing is sent") {
  VisaReady r;
  CHECK(r.verify().code == Exit::visa_missing);
  r.approve();
  fs::remove(r.signature_file(1));
  const auto result = r.verify();
  CHECK(result.code == Exit::visa_missing);
  CHECK_FALSE(result.approved);
}

TEST_CASE("41: the latest visa decides, a later refusal, revocation or exclusion withdraws an approval") {
  VisaReady r;
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
  VisaReady r;
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
  VisaReady r;
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
  VisaReady r;
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
  VisaReady r;
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

TEST_CASE("44: the visa of another versement, another attempt, another plan, or under another number") {
  VisaReady r;
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
  VisaReady r;
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
  VisaReady r;
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
  VisaReady r;
  r.approve();
  CHECK(r.verify({"sandbox", 4}).code == Exit::visa_other_platform);
  CHECK(r.verify({"real", 3}).code == Exit::visa_other_platform);
  CHECK(r.verify({"sandbox", 3}).code == Exit::ok);
}

TEST_CASE("48: the SIP or its seal changed since") {
  VisaReady r;
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
  VisaReady r;
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
