// The chain of time-stamps of a pack of evidence, judged at moments that a test can choose.
#include "core/digest.hpp"
#include "core/file.hpp"
#include "sip/evidence.hpp"
#include "sip/evidence_files.hpp"
#include "toy_tsa.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
namespace fs = std::filesystem;

namespace {

const fs::path chain_pki = VERSOIR_TEST_PKI;

/// A pack of one file, listed and stamped as `versoir evidence` does.
struct SmallPack {
  core::TemporaryDirectory work;
  core::FixedClock clock{*core::parse_instant("2026-06-01T00:00:00Z")};
  fs::path folder = work.path() / "evidence-1";
  trust::TrustStore store = trust::load_trust_store(chain_pki / "ca.pem", chain_pki / "ca.pem", {});
  core::Instant end = trust::Certificate::list_from_pem_file(chain_pki / "tsa.pem").front().not_after();

  core::Sha512 announced;

  explicit SmallPack(std::string_view first = "2026-06-01T00:00:00Z", const fs::path& authority = chain_pki,
                     const std::string& who = "tsa") {
    fs::create_directories(folder / "trust");
    core::write_file(folder / "visa.json", "{}");
    core::write_file(folder / "trust/tsa-anchors-1.pem", core::read_file(chain_pki / "ca.pem"));
    std::string list;
    for (const auto* name : {"trust/tsa-anchors-1.pem", "visa.json"})
      list += core::digest_file(folder / name).sha512.hex() + " *" + name + "\n";
    core::write_file(folder / "manifest-1.txt", list);
    tests::ToyTsa tsa(authority, first, who);
    core::write_file(folder / "manifest-1.tst", tsa.token(list));
  }
  void renew(std::string_view when) {
    tests::ToyTsa tsa(chain_pki, when);
    static_cast<void>(sip::renew_evidence(
        folder, chain_pki / "ca.pem", tsa,
        [this](const fs::path& list, const core::Sha512& digest) {
          CHECK_FALSE(fs::exists(list));  // told before it is published
          announced = digest;
        },
        clock));
    CHECK(core::digest_file(folder / sip::manifest_name(sip::last_manifest(folder))).sha512 == announced);
  }
  [[nodiscard]] std::string verdict(std::chrono::days margin = std::chrono::days(30)) {
    std::string codes;
    for (const auto& f : sip::verify_evidence(folder, store, margin, clock).findings)
      codes += (codes.empty() ? "" : " ") + f.code;
    return codes;
  }
};

}  // namespace

TEST_CASE("a pack says until when its time-stamp stands, warns before, fails after", "[evidence]") {
  SmallPack pack;
  CHECK(pack.verdict().empty());
  const auto verified = sip::verify_evidence(pack.folder, pack.store, std::chrono::days(30), pack.clock);
  CHECK(verified.until == pack.end);
  CHECK(verified.since == core::parse_instant("2026-06-01T00:00:00Z"));
  pack.clock.set(pack.end - std::chrono::days(30));
  CHECK(pack.verdict().empty());
  pack.clock.set(pack.end - std::chrono::days(29));
  CHECK(pack.verdict() == "evidence-renew");
  pack.clock.set(pack.end);
  CHECK(pack.verdict() == "evidence-renew");
  pack.clock.set(pack.end + std::chrono::seconds(1));
  CHECK(pack.verdict() == "evidence-expired");
}

TEST_CASE("a renewal covers the lists and tokens before it", "[evidence]") {
  SmallPack pack;
  pack.renew("2026-07-01T00:00:00Z");
  pack.renew("2026-08-01T00:00:00Z");
  const auto verified = sip::verify_evidence(pack.folder, pack.store, std::chrono::days(0), pack.clock);
  CHECK(verified.findings.empty());
  CHECK(verified.timestamps == 3);
  CHECK(verified.since == core::parse_instant("2026-06-01T00:00:00Z"));
  const auto list = core::read_file(pack.folder / "manifest-3.txt");
  for (const auto* name :
       {"manifest-1.txt", "manifest-1.tst", "manifest-2.txt", "manifest-2.tst", "visa.json", "renewal-3.txt"})
    CHECK(list.find(std::string(" *") + name + "\n") != std::string::npos);
  for (const auto* name : {"visa.json", "manifest-1.tst", "manifest-2.txt", "manifest-3.tst",
                           "manifest-3.txt", "trust/tsa-anchors-2.pem"}) {
    CAPTURE(name);
    const auto before = core::read_file(pack.folder / name);
    auto after = before;
    after[after.size() / 2] ^= 1;
    core::write_file(pack.folder / name, after);
    CHECK_FALSE(pack.verdict().empty());
    fs::remove(pack.folder / name);
    CHECK_FALSE(pack.verdict().empty());
    core::write_file(pack.folder / name, before);
  }
  core::write_file(pack.folder / "foreign", "x");
  CHECK(pack.verdict() == "evidence-foreign");
  fs::remove(pack.folder / "foreign");
  CHECK(pack.verdict().empty());
}

TEST_CASE("a renewal that fails leaves the pack as it was, and what a crash left of one is taken away",
          "[evidence]") {
  SmallPack pack;
  struct Nobody final : trust::TimestampAuthority {
    std::string token(std::string_view) override {
      throw core::Error(core::Exit::signing, core::msg("nobody"));
    }
  } nobody;
  CHECK_THROWS_AS(
      static_cast<void>(sip::renew_evidence(
          pack.folder, chain_pki / "ca.pem", nobody, [](const auto&, const auto&) {}, pack.clock)),
      core::Error);
  CHECK(pack.verdict().empty());
  for (const auto* name :
       {"manifest-2.tst", "trust/tsa-anchors-2.pem", "renewal-2.txt", "manifest-2.txt.partial"}) {
    core::write_file(pack.folder / name, "left by a crash");
    CHECK(pack.verdict() == "evidence-interrupted");
  }
  core::write_file(pack.folder / "manifest-3.tst", "of no renewal that could have begun");
  CHECK(pack.verdict() == "evidence-interrupted evidence-foreign");
  fs::remove(pack.folder / "manifest-3.tst");
  pack.renew("2026-07-01T00:00:00Z");
  CHECK(pack.verdict().empty());
}

TEST_CASE("a token over another list, and one of another authority, are no time-stamps", "[evidence]") {
  SmallPack pack;
  tests::ToyTsa tsa(chain_pki, "2026-06-01T00:00:00Z");
  core::write_file(pack.folder / "manifest-1.tst", tsa.token("another list"));
  CHECK(pack.verdict() == "evidence-token");
}

TEST_CASE("a file of an earlier list that is gone is told, whatever the last list says", "[evidence]") {
  SmallPack pack;
  pack.renew("2026-07-01T00:00:00Z");
  CHECK(pack.verdict().empty());
  // The revocation is taken away, and a list without it is written by hand and time-stamped.
  fs::remove(pack.folder / "visa.json");
  fs::remove(pack.folder / "manifest-2.txt");
  fs::remove(pack.folder / "manifest-2.tst");
  auto files = sip::list_files(pack.folder);
  const auto text = sip::manifest_text(files);
  tests::ToyTsa tsa(chain_pki, "2026-07-01T00:00:00Z");
  core::write_file(pack.folder / "manifest-2.txt", text);
  core::write_file(pack.folder / "manifest-2.tst", tsa.token(text));
  CHECK(pack.verdict() == "evidence-missing");
}

TEST_CASE("a renewal that came too late is told for ever, proves from then on, and can be renewed",
          "[evidence]") {
  const core::TemporaryDirectory before;
  for (const auto* kind : {".pem", ".key"})
    fs::copy_file(chain_pki / (std::string("expired-tsa") + kind),
                  before.path() / (std::string("tsa") + kind));
  SmallPack pack("2020-06-01T00:00:00Z", before.path());
  CHECK(pack.verdict() == "evidence-expired");
  pack.renew("2026-06-01T00:00:00Z");
  CHECK(pack.verdict() == "evidence-late");
  const auto verified = sip::verify_evidence(pack.folder, pack.store, std::chrono::days(0), pack.clock);
  CHECK(verified.findings.front().severity == core::Severity::warning);
  CHECK(verified.since == core::parse_instant("2026-06-01T00:00:00Z"));
  pack.renew("2026-07-01T00:00:00Z");
  CHECK(pack.verdict() == "evidence-late");
}

TEST_CASE("an authority that is no longer the configured one is told, its token stands", "[evidence]") {
  SmallPack pack;
  pack.store.tsa_anchors = trust::Certificate::list_from_pem_file(chain_pki / "archivist.pem");
  CHECK(pack.verdict() == "evidence-anchors");
  for (const auto& f :
       sip::verify_evidence(pack.folder, pack.store, std::chrono::days(30), pack.clock).findings)
    CHECK(f.severity == core::Severity::warning);
  // Anchors that are not those of the token, wherever they stand.
  core::write_file(pack.folder / "trust/tsa-anchors-1.pem", core::read_file(chain_pki / "archivist.pem"));
  CHECK_THAT(pack.verdict(), Catch::Matchers::Contains("evidence-token"));
}

TEST_CASE("a pack dated by an authority that was revoked proves nothing until another renews it",
          "[evidence]") {
  SmallPack pack("2018-06-01T00:00:00Z", chain_pki, "compromised-tsa");
  CHECK(pack.verdict().empty());  // nothing tells
  pack.store =
      trust::load_trust_store(chain_pki / "ca.pem", chain_pki / "ca.pem", {chain_pki / "ca.crl.pem"});
  CHECK(pack.verdict() == "evidence-revoked");
  // Revoked today: what another authority dated before stays proven, what it dates afterwards does not go
  // back.
  SmallPack renewed("2018-06-01T00:00:00Z", chain_pki, "compromised-tsa");
  renewed.store = pack.store;
  renewed.renew("2018-07-01T00:00:00Z");
  CHECK(renewed.verdict().empty());
  const auto early = sip::verify_evidence(renewed.folder, renewed.store, std::chrono::days(0), renewed.clock);
  CHECK(early.since == core::parse_instant("2018-06-01T00:00:00Z"));
  const auto tomorrow = core::SystemClock().now() + std::chrono::hours(24);
  pack.clock.set(tomorrow);
  pack.renew(core::format_instant(tomorrow));
  CHECK(pack.verdict() == "evidence-late");
  const auto late = sip::verify_evidence(pack.folder, pack.store, std::chrono::days(0), pack.clock);
  CHECK(late.since == tomorrow);
}

TEST_CASE("a pack dated by an authority that was replaced since stays proven, with a word", "[evidence]") {
  SmallPack pack("2018-06-01T00:00:00Z", chain_pki, "superseded-tsa");
  pack.store.tsa_crls_der = trust::read_revocation_lists(chain_pki / "ca.crl.pem");
  CHECK(pack.verdict() == "evidence-revocation");
  for (const auto& f :
       sip::verify_evidence(pack.folder, pack.store, std::chrono::days(0), pack.clock).findings)
    CHECK(f.severity == core::Severity::warning);
}
