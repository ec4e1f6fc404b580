// Verifying a pack of evidence: its lists against the files, and the chain of its time-stamps.
#include "core/display.hpp"
#include "sip/evidence.hpp"
#include "sip/evidence_files.hpp"
#include "trust/embedded.hpp"

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
  PackVerifier(const fs::path& pack, const std::vector<trust::Certificate>& anchors, std::chrono::days margin,
               const core::Clock& clock)
      : pack_(pack), anchors_(anchors), margin_(margin), clock_(clock) {}

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
      if (late)
        add(Severity::warning, "evidence-late",
            msg("{0} came on {1}, when the certificates of the token before it had ended on {2}: the pack "
                "proves from {1} on only.",
                token_name(n), core::format_instant(facts.time), core::format_instant(*until_)));
      if (late || result_.timestamps == 0) result_.since = facts.time;
      ++result_.timestamps;
      until_ = end_of_certificates(token);
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
        return trust::verify_token(token, list, anchors_);
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
  void judge_end() {
    result_.until = until_;
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
  const std::vector<trust::Certificate>& anchors_;
  std::chrono::days margin_;
  const core::Clock& clock_;
  std::optional<Instant> until_;
  EvidenceVerification result_;
};

}  // namespace

EvidenceVerification verify_evidence(const fs::path& pack, const std::vector<trust::Certificate>& tsa_anchors,
                                     std::chrono::days margin, const core::Clock& clock) {
  return PackVerifier(pack, tsa_anchors, margin, clock).verify();
}

}  // namespace versoir::sip
