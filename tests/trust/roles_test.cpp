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
    return reg.find(c, role, platform, instant(when)) != nullptr;
  };
  CHECK(find(trust::Role::archivist, "vitam", "2026-06-01T12:00:00Z"));
  CHECK(find(trust::Role::archivist, "sandbox", "2026-01-01T00:00:00Z"));
  CHECK(find(trust::Role::archivist, "vitam", "2026-12-31T23:59:59Z"));
  CHECK_FALSE(find(trust::Role::archivist, "vitam", "2025-12-31T23:59:59Z"));
  CHECK_FALSE(find(trust::Role::archivist, "vitam", "2027-01-01T00:00:00Z"));
  CHECK_FALSE(find(trust::Role::archivist, "other", "2026-06-01T12:00:00Z"));
  CHECK_FALSE(find(trust::Role::producer, "vitam", "2026-06-01T12:00:00Z"));
  const auto same_name = trust::Certificate::list_from_pem_file(pki("same-name.pem")).front();
  CHECK(reg.find(same_name, trust::Role::archivist, "vitam", instant("2026-06-01T12:00:00Z")) == nullptr);
}

TEST_CASE("Without platforms a role holds on all of them") {
  const auto c = archivist();
  for (const char* more : {"", R"("platforms":[],)"}) {
    const auto reg = trust::RoleRegister::parse(document(entry(c.fingerprint().hex(), more)), "test");
    CHECK(reg.find(c, trust::Role::archivist, "anything", instant("2026-06-01T12:00:00Z")));
  }
}

TEST_CASE("The register of the test PKI is read, and its digest is that of its bytes") {
  const auto reg = trust::RoleRegister::read(pki("roles.json"));
  CHECK(reg.entries().size() == 4);
  CHECK(reg.digest() == core::sha512(core::read_file(pki("roles.json"))));
  const auto* entry = reg.find(archivist(), trust::Role::archivist, "sandbox", core::SystemClock().now());
  REQUIRE(entry);
  CHECK(entry->name == "Claire Aubin");
  CHECK(entry->quality == "archiviste de l'établissement");
  CHECK_FALSE(reg.find(archivist(), trust::Role::producer, "sandbox", core::SystemClock().now()));
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
