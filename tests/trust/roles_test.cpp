// The role register: windows, platforms, and strict reading.
#include "trust/roles.hpp"

#include "pki.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;

namespace {

std::string entry(const std::string& certificate,
                  const std::string& more = R"("platforms":["vitam","sandbox"],)") {
  return R"({"certificate":")" + certificate +
         R"(","name":"Claire Aubin","quality":"archiviste","role":"archivist",)" + more +
         R"("from":"2026-01-01T00:00:00Z","to":"2026-12-31T23:59:59Z"})";
}
std::string document(const std::string& e) { return R"({"roles":[)" + e + "]}\n"; }
trust::Certificate archivist() {
  return trust::Certificate::list_from_pem_file(pki("archivist.pem")).front();
}

}  // namespace

TEST_CASE("A role holds for its certificate, its platforms and its dates, both ends included") {
  const auto c = archivist();
  const auto reg = trust::RoleRegister::parse(document(entry(c.fingerprint().hex())), "test");
  const auto find = [&](trust::Role role, const char* platform, const char* when) {
    return reg.find(c, role, {platform, 0}, instant(when)) != nullptr;
  };
  CHECK(find(trust::Role::archivist, "vitam", "2026-06-01T12:00:00Z"));
  CHECK(find(trust::Role::archivist, "sandbox", "2026-01-01T00:00:00Z"));
  CHECK(find(trust::Role::archivist, "vitam", "2026-12-31T23:59:59Z"));
  CHECK_FALSE(find(trust::Role::archivist, "vitam", "2025-12-31T23:59:59Z"));
  CHECK_FALSE(find(trust::Role::archivist, "vitam", "2027-01-01T00:00:00Z"));
  CHECK_FALSE(find(trust::Role::archivist, "other", "2026-06-01T12:00:00Z"));
  CHECK_FALSE(find(trust::Role::producer, "vitam", "2026-06-01T12:00:00Z"));
  const auto same_name = trust::Certificate::list_from_pem_file(pki("same-name.pem")).front();
  CHECK(reg.find(same_name, trust::Role::archivist, {"vitam", 0}, instant("2026-06-01T12:00:00Z")) ==
        nullptr);
}

TEST_CASE("Without platforms a role holds on all of them") {
  const auto c = archivist();
  for (const char* more : {"", R"("platforms":[],)"}) {
    const auto reg = trust::RoleRegister::parse(document(entry(c.fingerprint().hex(), more)), "test");
    CHECK(reg.find(c, trust::Role::archivist, {"anything", 7}, instant("2026-06-01T12:00:00Z")));
  }
}

TEST_CASE("The register of the test PKI is read, and its digest is that of its bytes") {
  const auto reg = trust::RoleRegister::read(pki("roles.json"));
  CHECK(reg.entries().size() == 4);
  CHECK(reg.digest() == core::sha512(core::read_file(pki("roles.json"))));
  const auto* entry =
      reg.find(archivist(), trust::Role::archivist, {"sandbox", 0}, core::SystemClock().now());
  REQUIRE(entry);
  CHECK(entry->name == "Claire Aubin");
  CHECK(entry->quality == "archiviste de l'établissement");
  CHECK_FALSE(reg.find(archivist(), trust::Role::producer, {"sandbox", 0}, core::SystemClock().now()));
}

TEST_CASE("A register that is not understood to the last member is an error of configuration") {
  const std::string good(64, 'a');
  const auto wrong = [](const std::string& json) {
    try {
      static_cast<void>(trust::RoleRegister::parse(json, "roles.json"));
    } catch (const core::Error& e) {
      return e.code() == core::Exit::configuration;
    }
    return false;
  };
  CHECK_FALSE(wrong(R"({"roles":[],"timestamps":"required"})"));
  CHECK(wrong(R"({"roles":[],"timestamps":"no"})"));
  CHECK(wrong(R"({"roles":[],"timestamp":"required"})"));
  CHECK(trust::RoleRegister::parse(R"({"roles":[],"timestamps":"required"})", "r").timestamps_required());
  CHECK_FALSE(trust::RoleRegister::parse(R"({"roles":[]})", "r").timestamps_required());
  CHECK_FALSE(wrong(document(entry(good))));
  CHECK(wrong(""));
  CHECK(wrong("[]"));
  CHECK(wrong("{}"));
  CHECK(wrong(R"({"roles":{}})"));
  CHECK(wrong(R"({"roles":[1]})"));
  CHECK(wrong(document(entry(std::string(64, 'A')))));
  CHECK(wrong(document(entry(std::string(63, 'a')))));
  CHECK(wrong(document(entry(good, R"("platform":["vitam"],)"))));  // a misspelling would open all platforms
  CHECK(wrong(document(entry(good, R"("platforms":"vitam",)"))));
  CHECK(wrong(document(entry(good, R"("platforms":[3],)"))));
  CHECK(wrong(document(entry(good, R"("tenants":"0",)"))));
  CHECK(wrong(document(entry(good, R"("tenants":[-1],)"))));
  CHECK_FALSE(wrong(document(entry(good, R"("tenants":[0,12],)"))));
  CHECK(wrong(document(entry(good, R"("subject":"CN=a","issuer":"CN=b",)"))));  // two identities
  auto text = document(entry(good));
  text.replace(text.find("archivist\","), 9, "director!");
  CHECK(wrong(text));
  text = document(entry(good));
  text.replace(text.find("2026-12-31"), 10, "2025-12-31");  // ends before it begins
  CHECK(wrong(text));
  text = document(entry(good));
  text.replace(text.find("2026-12-31"), 10, "2026-13-31");
  CHECK(wrong(text));
}

TEST_CASE("The register names the accounts of a person, which say in which roles an event happens") {
  const auto c = archivist();
  const auto with = [&](const char* logins) {
    return trust::RoleRegister::parse(document(entry(c.fingerprint().hex(), logins)), "test");
  };
  const auto reg = with(R"("logins":["caubin","aubin-admin"],)");
  const std::vector<std::string> archivist_role{"archivist"};
  CHECK(reg.roles_of_login("caubin", instant("2026-06-01T12:00:00Z")) == archivist_role);
  CHECK(reg.roles_of_login("aubin-admin", instant("2026-12-31T23:59:59Z")) == archivist_role);
  CHECK(reg.roles_of_login("caubin", instant("2027-01-01T00:00:00Z")).empty());
  CHECK(reg.roles_of_login("aubin", instant("2026-06-01T12:00:00Z")).empty());
  CHECK(reg.roles_of(c, instant("2026-06-01T12:00:00Z")) == archivist_role);
  CHECK(reg.roles_of(c, instant("2025-06-01T12:00:00Z")).empty());
  CHECK(with("").roles_of_login("caubin", instant("2026-06-01T12:00:00Z")).empty());
  CHECK_THROWS_AS(with(R"("logins":"caubin",)"), core::Error);
  CHECK_THROWS_AS(with(R"("logins":[7],)"), core::Error);
}

TEST_CASE("A role may be limited to tenants") {
  const auto c = archivist();
  const auto reg =
      trust::RoleRegister::parse(document(entry(c.fingerprint().hex(), R"("tenants":[0,12],)")), "test");
  const auto on = [&](std::int64_t tenant) {
    return reg.find(c, trust::Role::archivist, {"vitam", tenant}, instant("2026-06-01T12:00:00Z")) != nullptr;
  };
  CHECK(on(0));
  CHECK(on(12));
  CHECK_FALSE(on(1));
  CHECK_FALSE(on(-1));
}

TEST_CASE("A person may be named by subject and issuer, which every certificate of theirs bears") {
  const auto c = archivist();
  const auto identified = [&](const std::string& subject, const std::string& issuer) {
    auto text = entry("", R"("subject":")" + subject + R"(","issuer":")" + issuer + R"(",)");
    text.replace(text.find(R"("certificate":"",)"), 17, "");
    const auto reg = trust::RoleRegister::parse(document(text), "test");
    return reg.find(c, trust::Role::archivist, {"vitam", 0}, instant("2026-06-01T12:00:00Z")) != nullptr;
  };
  CHECK(identified(c.subject(), c.issuer()));
  CHECK_FALSE(identified(c.subject(), c.subject()));  // the name alone is nobody
  CHECK_FALSE(identified("CN=Claire Aubin", c.issuer()));
  CHECK_THROWS_AS(identified(c.subject(), ""), core::Error);
}

namespace {

/// The president (who signs nothing here) → Claire Aubin → Denis Morvan, with the dates that a test gives.
struct Chain {
  std::string president_to = "2027-12-31T00:00:00Z", claire_to = "2027-12-31T00:00:00Z";
  std::string act_from = "2026-01-01T00:00:00Z", act_to = "2026-12-31T00:00:00Z";
  std::string more_of_claire;  ///< further members
  std::string by_of_claire = "president", president_role = "authority";

  [[nodiscard]] std::string json() const {
    const auto person = [](const std::string& id, const std::string& identity, const std::string& role,
                           const std::string& to, const std::string& more) {
      return R"({"id":")" + id + R"(",)" + identity + R"("name":")" + id + R"(","quality":"q","role":")" +
             role + R"(","from":"2025-01-01T00:00:00Z","to":")" + to + R"(")" + more + "}";
    };
    const auto act = [&](const std::string& by, const std::string& from, const std::string& to) {
      return R"(,"delegation":{"by":")" + by + R"(","act":"arrêté 2026-14","from":")" + from + R"(","to":")" +
             to + R"("})";
    };
    const auto named = [](const char* file) {
      const auto c = trust::Certificate::list_from_pem_file(pki(file)).front();
      return R"("certificate":")" + c.fingerprint().hex() + R"(",)";
    };
    return R"({"roles":[)" + person("president", "", president_role, president_to, "") + "," +
           person("claire", named("archivist.pem"), "archivist", claire_to,
                  act(by_of_claire, "2025-01-01T00:00:00Z", "2027-12-31T00:00:00Z") + more_of_claire) +
           "," +
           person("denis", named("archivist2.pem"), "archivist", "2027-12-31T00:00:00Z",
                  act("claire", act_from, act_to)) +
           "]}";
  }
  [[nodiscard]] trust::RoleJudgement judge(const char* when, std::int64_t tenant = 0) const {
    const auto denis = trust::Certificate::list_from_pem_file(pki("archivist2.pem")).front();
    const auto reg = trust::RoleRegister::parse(json(), "test");
    auto judged = reg.judge(denis, trust::Role::archivist, {"vitam", tenant}, instant(when));
    judged.entry = nullptr;  // of a register that ends here
    return judged;
  }
};

std::string reasons_of(const trust::RoleJudgement& j) {
  std::string text;
  for (const auto& r : j.reasons) text += r.english() + "\n";
  return text;
}

}  // namespace

TEST_CASE("A delegated role holds while every link of its chain holds") {
  const char* summer = "2026-06-01T12:00:00Z";
  CHECK(Chain{}.judge(summer).standing == trust::Standing::held);
  CHECK(Chain{}.judge("2026-01-01T00:00:00Z").standing == trust::Standing::held);
  const auto late = Chain{}.judge("2027-01-01T00:00:00Z");
  CHECK(late.standing == trust::Standing::lacking);
  CHECK(reasons_of(late).find("arrêté 2026-14") != std::string::npos);
  Chain left;
  left.claire_to = "2026-05-01T00:00:00Z";  // who delegated is no longer in office
  CHECK(left.judge(summer).standing == trust::Standing::lacking);
  CHECK(reasons_of(left.judge(summer)).find("claire") != std::string::npos);
  CHECK(left.judge("2026-04-01T00:00:00Z").standing == trust::Standing::held);
  Chain gone;
  gone.president_to = "2026-05-01T00:00:00Z";  // two links away
  CHECK(gone.judge(summer).standing == trust::Standing::lacking);
  Chain elsewhere;
  elsewhere.more_of_claire = R"(,"tenants":[3])";  // nobody delegates more than they have
  CHECK(elsewhere.judge(summer).standing == trust::Standing::lacking);
  CHECK(elsewhere.judge(summer, 3).standing == trust::Standing::held);
}

TEST_CASE("A delegation that can never hold is an error of configuration") {
  const auto wrong = [](const Chain& chain, std::string_view why) {
    try {
      static_cast<void>(trust::RoleRegister::parse(chain.json(), "roles.json"));
    } catch (const core::Error& e) {
      return e.code() == core::Exit::configuration && e.message().english().find(why) != std::string::npos;
    }
    return false;
  };
  Chain nobody, circle, not_theirs, backwards, anonymous;
  nobody.by_of_claire = "nobody";
  CHECK(wrong(nobody, "no role has that id"));
  circle.by_of_claire = "denis";
  CHECK(wrong(circle, "circles"));
  not_theirs.president_role = "producer";
  CHECK_THROWS_AS(trust::RoleRegister::parse(not_theirs.json(), "r"),
                  core::Error);  // and it has no certificate
  backwards.act_to = "2025-12-31T00:00:00Z";
  CHECK(wrong(backwards, "ends before it begins"));
  anonymous.president_role = "archivist";  // an authority alone needs no certificate
  CHECK_THROWS_AS(trust::RoleRegister::parse(anonymous.json(), "r"), core::Error);
  auto twice = Chain{}.json();
  twice.replace(twice.find(R"("id":"denis")"), 12, R"("id":"claire")");
  CHECK_THROWS_AS(trust::RoleRegister::parse(twice, "r"), core::Error);
}

TEST_CASE("At the time of a signature a role is held, lacking, or cannot be told") {
  const auto denis = trust::Certificate::list_from_pem_file(pki("archivist2.pem")).front();
  const auto reg = trust::RoleRegister::parse(Chain{}.json(), "test");
  const auto during = instant("2026-06-01T12:00:00Z"), after = instant("2027-06-01T12:00:00Z");
  const auto judge = [&](const trust::SignedWhen& when) {
    return reg.judge_signature(denis, trust::Role::archivist, {"vitam", 0}, when).standing;
  };
  CHECK(judge({during, {}, after}) == trust::Standing::held);  // proven, whatever became of the delegation
  CHECK(judge({after, during, after}) == trust::Standing::lacking);  // the proof counts, not the claim
  CHECK(judge({{}, during, during}) == trust::Standing::held);
  CHECK(judge({{}, during, after}) == trust::Standing::unproven);
  CHECK(judge({{}, after, after}) == trust::Standing::lacking);
  CHECK(judge({{}, after, during}) == trust::Standing::lacking);
  CHECK(judge({{}, {}, during}) == trust::Standing::held);
  CHECK(judge({{}, {}, after}) == trust::Standing::unproven);
  const auto stranger = trust::Certificate::list_from_pem_file(pki("client.pem")).front();
  CHECK(reg.judge_signature(stranger, trust::Role::archivist, {"vitam", 0}, {{}, {}, during}).standing ==
        trust::Standing::lacking);
}
