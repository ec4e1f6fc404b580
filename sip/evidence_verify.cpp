// Verifying a pack of evidence: its lists against the files, and the chain of its time-stamps.
#include "core/display.hpp"
#include "sip/evidence.hpp"
#include "sip/evidence_files.hpp"
#include "trust/embedded.hpp"
#include "trust/token_revocation.hpp"

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Instant;
using core::msg;
using core::Severity;

namespace {

constexpr std::uint64_t longest_token = 1u << 20;

Instant end_of_certificates(std::string_view token) {
  auto end = Instant::max();
  for (const auto& c : trust::embedded_certificates(token)) end = std::min(end, c.not_after());
  return end;
}

/// The lists and tokens of a pack, in their order.
class PackVerifier {
 public:
  PackVerifier(const fs::path& pack, const trust::TrustStore& store, std::chrono::days margin,
               const core::Clock& clock)
      : pack_(pack), store_(store), margin_(margin), clock_(clock) {}

  EvidenceVerification verify() {
    const int last = last_manifest(pack_);
    if (last == 0) {
      error("evidence-manifest", msg("The pack has no manifest-1.txt."));
      return std::move(result_);
    }
    result_.last = pack_ / manifest_name(last);
    auto files = list_files(pack_);
    files.erase(manifest_name(last));
    files.erase(token_name(last));
    set_leavings_aside(files, last + 1);
    compare(files, last);
    for (int n = 1; n <= last; ++n) {
      if (!fs::exists(pack_ / manifest_name(n))) {
        error("evidence-missing", msg("{0} is missing.", manifest_name(n)));
        continue;
      }
      if (n < last) require_covered(files, n);
      verify_link(n, last);
    }
    judge_end();
    return std::move(result_);
  }

 private:
  void add(Severity severity, const char* code, core::Message m) {
    result_.findings.push_back({severity, code, std::move(m), pack_.filename().string()});
  }
  void error(const char* code, core::Message m) { add(Severity::error, code, std::move(m)); }

  void compare(const Listing& files, int n) {
    const auto listed = read_manifest(pack_ / manifest_name(n));
    for (const auto& [name, digest] : listed) {
      const auto at = files.find(name);
      if (at == files.end())
        error("evidence-missing", msg("{0} is in {1}, and is missing.", name, manifest_name(n)));
      else if (at->second != digest)
        error("evidence-digest", msg("{0} is no longer the file of {1}.", name, manifest_name(n)));
    }
    for (const auto& [name, digest] : files)
      if (!listed.contains(name))
        error("evidence-foreign", msg("{0} is not in {1}: nothing proves it.", name, manifest_name(n)));
  }
  /// A renewal only adds: an earlier list may know fewer files, never others, and each of them is still
  /// there.
  void require_covered(const Listing& files, int n) {
    for (const auto& [name, digest] : read_manifest(pack_ / manifest_name(n)))
      if (const auto at = files.find(name); at == files.end())
        error("evidence-missing", msg("{0} is in {1}, and is missing.", name, manifest_name(n)));
      else if (at->second != digest)
        error("evidence-digest", msg("{0} is no longer the file of {1}.", name, manifest_name(n)));
  }
  /// What a renewal wrote before it was interrupted proves nothing, and harms nothing.
  void set_leavings_aside(Listing& files, int n) {
    bool some = false;
    for (const auto& name : renewal_parts(n)) some = files.erase(name) > 0 || some;
    if (some)
      add(Severity::warning, "evidence-interrupted",
          msg("A renewal was interrupted: versoir evidence --renew ends it."));
  }
  void verify_link(int n, int last) {
    const auto file = pack_ / token_name(n);
    if (!fs::exists(file)) {
      // Before the last one: a token that was there is in the list after it, and was told as missing.
      if (n < last) return;
      if (n > 1)
        error("evidence-token", msg("{0} is missing.", token_name(n)));
      else
        add(Severity::warning, "evidence-token",
            msg("The pack has no time-stamp: versoir evidence --renew gives one."));
      return;
    }
    try {
      const auto token = core::read_file(file, longest_token);
      const auto facts = token_facts(token, n, last);
      const bool late = until_ && facts.time > *until_;
      const bool condemned = revoked_ && facts.time >= revoked_->since;
      if (condemned)
        add(Severity::warning, "evidence-late",
            msg("{0} came when the authority of the token before it was already revoked: the pack proves "
                "from "
                "{1} on only.",
                token_name(n), core::format_instant(facts.time)));
      else if (late)
        add(Severity::warning, "evidence-late",
            msg("{0} came on {1}, when the certificates of the token before it had ended on {2}: the pack "
                "proves from {1} on only.",
                token_name(n), core::format_instant(facts.time), core::format_instant(*until_)));
      if (late || condemned || result_.timestamps == 0) result_.since = facts.time;
      ++result_.timestamps;
      until_ = end_of_certificates(token);
      judge_authority(token, facts.time, n, last);
    } catch (const Error& e) {
      error("evidence-token", msg("{0}: {1}", token_name(n), e.message().text()));
    }
  }
  /// The last token by the configured anchors. An authority that is no longer configured stays one: the
  /// anchors in the pack are listed, and the journal knows the list.
  trust::TimestampFacts token_facts(const std::string& token, int n, int last) {
    const auto list = core::read_file(pack_ / manifest_name(n));
    const auto own = pack_ / anchors_name(n);
    if (n == last) try {
        return trust::verify_token(token, list, store_.tsa_anchors);
      } catch (const Error&) {
        if (!fs::exists(own)) throw;
      }
    auto facts = trust::verify_token(token, list, trust::Certificate::list_from_pem_file(own));
    if (n == last)
      add(Severity::warning, "evidence-anchors",
          msg("{0} verifies by the anchors in the pack, not by those of [timestamp] ca: the authority is no "
              "longer "
              "the one that is configured.",
              token_name(n)));
    return facts;
  }
  /// What a revocation leaves of this token. Of an earlier one the token after it decides: what that one
  /// dates before the revocation stays proven.
  void judge_authority(const std::string& token, Instant time, int n, int last) {
    revoked_.reset();
    auto store = store_;
    if (const auto own = pack_ / anchors_name(n); fs::exists(own))
      for (auto& anchor : trust::Certificate::list_from_pem_file(own))
        store.tsa_anchors.push_back(std::move(anchor));
    if (n < last) store.require_tsa_revocation = false;
    for (auto& found : trust::token_revocation(token, time, store)) {
      if (found.verdict == trust::Verdict::revoked)
        revoked_ = Revoked{found.revoked.value_or(Instant::min()), std::move(found.finding.message)};
      else if (n == last)
        add(Severity::warning, "evidence-revocation",
            msg("{0}: {1}", token_name(n), found.finding.message.text()));
    }
  }
  void judge_end() {
    result_.until = until_;
    if (revoked_)
      error("evidence-revoked",
            msg("The authority of the last time-stamp was revoked, and it was not renewed by "
                "another: {0}",
                revoked_->message.text()));
    if (!until_) return;
    if (clock_.now() > *until_)
      error("evidence-expired",
            msg("The certificates of the last time-stamp ended on {0}, and it was not renewed.",
                core::show_date(*until_)));
    else if (clock_.now() > *until_ - margin_)
      add(Severity::warning, "evidence-renew",
          msg("The last time-stamp must be renewed before {0}: versoir evidence --renew.",
              core::show_date(*until_)));
  }

  const fs::path& pack_;
  const trust::TrustStore& store_;
  std::chrono::days margin_;
  const core::Clock& clock_;
  std::optional<Instant> until_;
  struct Revoked {
    Instant since;
    core::Message message;
  };
  std::optional<Revoked> revoked_;  ///< the authority of the last token looked at, and that it condemns it
  EvidenceVerification result_;
};

}  // namespace

EvidenceVerification verify_evidence(const fs::path& pack, const trust::TrustStore& store,
                                     std::chrono::days margin, const core::Clock& clock) {
  return PackVerifier(pack, store, margin, clock).verify();
}

}  // namespace versoir::sip
