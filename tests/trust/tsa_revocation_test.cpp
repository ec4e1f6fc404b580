// A time-stamping authority that was revoked: what its time-stamps are still worth, by the reason (RFC 3161
// §4), and what is concluded when nothing tells.
#include "pki.hpp"
#include "trust/token_revocation.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using namespace versoir::tests;
using trust::At;
using trust::Verdict;

namespace {

const std::string dated = "dated\n";
const core::FixedClock then(instant("2018-05-04T10:00:00Z"));
constexpr const char* in_time = "2018-05-04T10:00:05Z";

/// Signed in 2018 and dated by this authority of the test PKI. Its certificate was revoked when the PKI was
/// made.
std::string dated_by(const std::string& authority, std::string_view time = in_time,
                     const std::string& who = "archivist") {
  LocalTsa tsa(time, authority);
  return trust::sign_detached(*signer(who, then), dated, then, {trust::Commitment::none, &tsa});
}

trust::Verification judged(const std::string& der, const trust::TrustStore& trusted,
                           const core::Clock& clock = now) {
  return trust::verify_detached(der, dated, trusted, clock, At::signing_time);
}

/// What tells of the authority, and that a time-stamp is wanted.
trust::TrustStore strict(trust::TrustStore trusted) {
  trusted.require_timestamp = true;
  return trusted;
}

trust::TrustStore lists_of_authority(const std::string& file) {
  auto trusted = store();
  trusted.tsa_crls_der = trust::read_revocation_lists(pki(file));
  trusted.require_tsa_revocation = true;
  return trusted;
}

bool tells(const trust::Verification& v, std::string_view words) {
  return told(v).find(words) != std::string::npos;
}

std::string answer_about(const std::string& name) {
  core::TemporaryDirectory dir;
  const auto out = dir.path() / "answer";
  std::filesystem::copy_file(pki("ca.index"), dir.path() / "index");
  core::write_file(dir.path() / "index.attr", "unique_subject = no\n");
  const auto request = "openssl ocsp -issuer " + quoted(pki("ca.pem")) + " -cert " +
                       quoted(pki(name + ".pem")) + " -reqout " + quoted(dir.path() / "request");
  const auto ran = run(request + " && openssl ocsp -index " + quoted(dir.path() / "index") + " -CA " +
                       quoted(pki("ca.pem")) + " -rsigner " + quoted(pki("ocsp.pem")) + " -rkey " +
                       quoted(pki("ocsp.key")) + " -reqin " + quoted(dir.path() / "request") + " -respout " +
                       quoted(out) + " -nmin 60");
  INFO(ran.output);
  REQUIRE(ran.code == 0);
  return core::read_file(out);
}

}  // namespace

TEST_CASE(
    "A time-stamp of an authority whose key was compromised, or revoked without reason, dates nothing") {
  for (const char* authority : {"compromised-tsa", "withdrawn-tsa"}) {
    CAPTURE(authority);
    const auto der = dated_by(authority);
    // Nobody configured revocation: nothing tells.
    CHECK(judged(der, store()).verdict == Verdict::valid);
    REQUIRE(judged(der, store()).signers.at(0).timestamp);

    const auto today = judged(der, store_with_crl());
    INFO(told(today));
    CHECK(today.verdict == Verdict::valid);  // as a signature of today, without date
    CHECK(has(today, "signature-time-stamp"));
    CHECK_FALSE(today.signers.at(0).timestamp);
    CHECK(tells(today, "none of its time-stamps counts any more"));

    const auto wanted = judged(der, strict(store_with_crl()));
    CHECK(wanted.verdict == Verdict::revoked);
    CHECK(tells(wanted, "does not count"));

    // The signer's certificate ended in 2021: without a date that counts there is no conclusion.
    const auto old = dated_by(authority, in_time, "expired-archivist");
    CHECK(judged(old, store()).verdict == Verdict::valid);
    CHECK(judged(old, store_with_crl()).verdict == Verdict::indeterminate);
  }
}

TEST_CASE("An authority that another replaced keeps what it dated before, and dates nothing after") {
  const auto before = judged(dated_by("superseded-tsa"), strict(store_with_crl()));
  INFO(told(before));
  CHECK(before.verdict == Verdict::valid);
  CHECK(tells(before, "after the time-stamp"));  // told all the same
  REQUIRE(before.signers.at(0).timestamp);
  CHECK(judged(dated_by("superseded-tsa", {}), strict(store_with_crl())).verdict == Verdict::revoked);
  // A time-stamp of somebody else beside it is enough.
  CHECK(judged(dated_by("tsa"), strict(store_with_crl())).verdict == Verdict::valid);
  CHECK(judged(dated_by("tsa"), strict(store_with_crl())).findings.empty());
}

TEST_CASE("A list of the authority that lacks, is another's or has ended allows no conclusion") {
  const auto der = dated_by("tsa");
  auto nothing = strict(store());
  nothing.require_tsa_revocation = true;
  const auto v = judged(der, nothing);
  INFO(told(v));
  CHECK(v.verdict == Verdict::indeterminate);
  CHECK(tells(v, "Neither list nor answer"));
  CHECK(judged(der, strict(lists_of_authority("ca.crl.pem"))).verdict == Verdict::valid);
  // Its dates were over before the day of the token.
  const auto late = judged(der, strict(lists_of_authority("ended.crl.pem")));
  INFO(told(late));
  CHECK(late.verdict == Verdict::indeterminate);
  CHECK(tells(late, "too old"));
  // Where nobody asks that it be known, the same list says nothing against it.
  auto lenient = strict(lists_of_authority("ended.crl.pem"));
  lenient.require_tsa_revocation = false;
  CHECK(judged(der, lenient).verdict == Verdict::valid);
  CHECK(judged(der, lenient).findings.empty());
}

TEST_CASE("Answers of the authority (OCSP) tell of who gives the time as of who signs") {
  auto trusted = strict(store());
  trusted.require_tsa_revocation = true;
  trusted.tsa_ocsp_der = {answer_about("tsa")};
  CHECK(judged(dated_by("tsa"), trusted).verdict == Verdict::valid);
  CHECK(judged(dated_by("superseded-tsa"), trusted).verdict == Verdict::indeterminate);  // about another
  trusted.tsa_ocsp_der = {answer_about("superseded-tsa")};
  const auto kept = judged(dated_by("superseded-tsa"), trusted);
  INFO(told(kept));
  CHECK(kept.verdict == Verdict::valid);
  CHECK(tells(kept, "after the time-stamp"));
  CHECK(judged(dated_by("superseded-tsa", {}), trusted).verdict == Verdict::revoked);
  trusted.tsa_ocsp_der = {answer_about("compromised-tsa")};
  CHECK(judged(dated_by("compromised-tsa"), trusted).verdict == Verdict::revoked);
  trusted.tsa_ocsp_der = {answer_about("withdrawn-tsa")};
  CHECK(judged(dated_by("withdrawn-tsa"), trusted).verdict == Verdict::revoked);
  // Answers that are kept about signers are asked as well.
  auto other = strict(store());
  other.ocsp_der = {answer_about("compromised-tsa")};
  CHECK(judged(dated_by("compromised-tsa"), other).verdict == Verdict::revoked);
}
