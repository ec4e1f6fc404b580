// What versoir verify counts, and what its parts share.
#include "cli/verify_parts.hpp"

#include "core/display.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

void Tally::record(const std::string& what, const std::string& kind,
                   const std::vector<core::Finding>& findings, core::Exit if_wrong) {
  bool wrong = false;
  bool disk = false;
  for (const auto& f : findings) {
    c_.out.finding(f);
    wrong = wrong || f.severity == Severity::error;
    disk = disk || (f.severity == Severity::error && f.code == disk_failed);
  }
  ++count_;
  if (wrong) ++wrong_;
  if (disk)
    code_ = Exit::disk;
  else if (wrong && code_ == Exit::ok)
    code_ = if_wrong;
  c_.out.event("verified", {{"what", what}, {"kind", kind}, {"ok", !wrong}});
  rows_.push_back({wrong ? core::tr("WRONG") : core::tr("right"), kind, what});
}
int Tally::finish() {
  c_.out.table({core::tr("verdict"), core::tr("kind"), core::tr("what")}, rows_);
  c_.out.result(wrong_ ? core::nmsg("{0} verification failed, of {1}.", "{0} verifications failed, of {1}.",
                                    wrong_, core::show_count(count_))
                       : core::nmsg("{0} verification, all right.", "{0} verifications, all right.", count_));
  c_.out.summary({{"verified", count_}, {"wrong", wrong_}});
  return static_cast<int>(code_);
}

Finding wrong(std::string code, core::Message m, std::string where) {
  return {Severity::error, std::move(code), std::move(m), std::move(where)};
}

std::vector<Finding> signature_findings(const trust::Verification& v, const std::string& where) {
  auto findings = v.findings;
  for (auto& f : findings)
    if (f.where.empty()) f.where = where;
  if (v.verdict != trust::Verdict::valid && findings.empty())
    findings.push_back(wrong("signature", msg("The signature does not verify."), where));
  return findings;
}

trust::TrustStore store_under(Context& c, const sip::VisaFile* visa) {
  auto store = c.trust_store();
  if (visa && sip::requires_timestamp(*visa)) {
    store.require_timestamp = true;
    store.timestamps_since.reset();
  }
  return store;
}

}  // namespace versoir::cli
