// Private to versoir verify: the tally of what was verified, and the parts that come after the receipt.
#pragma once
#include "cli/context.hpp"
#include "core/error.hpp"
#include "sip/journal_trail.hpp"
#include "sip/visa.hpp"

#include <string>
#include <vector>

namespace versoir::cli {

/// One thing verified, with its defects. The first defect of the whole run sets the exit code.
class Tally {
 public:
  explicit Tally(Context& c) : c_(c) {}

  /// `if_wrong`: the exit code of the program when this is its first defect.
  void record(const std::string& what, const std::string& kind, const std::vector<core::Finding>& findings,
              core::Exit if_wrong);
  [[nodiscard]] int finish();

 private:
  Context& c_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t count_ = 0, wrong_ = 0;
  core::Exit code_ = core::Exit::ok;
};

[[nodiscard]] core::Finding wrong(std::string code, core::Message m, std::string where);

/// Runs a verification whose inputs may be missing or unreadable: that is a defect too, not an abort.
template <class F>
[[nodiscard]] std::vector<core::Finding> guarded(const std::string& where, F&& f) {
  try {
    return f();
  } catch (const core::Error& e) {
    return {wrong(std::string(core::exit_name(e.code())), e.message(), where)};
  } catch (const std::exception& e) {  // a document of another shape than ours
    return {wrong("unreadable", core::msg("A document cannot be understood: {0}", e.what()), where)};
  }
}

[[nodiscard]] std::vector<core::Finding> signature_findings(const trust::Verification& v,
                                                            const std::string& where);

/// What was promised when the visa was signed holds, whatever the configuration says since.
[[nodiscard]] trust::TrustStore store_under(Context& c, const sip::VisaFile* visa);
/// The approval that decides about a lot: the one under which it was sent, else the latest.
[[nodiscard]] const sip::VisaFile* approval_of(const sip::Versement& versement,
                                               const sip::MessageIdentifier& lot,
                                               const std::vector<sip::VisaFile>& visas);

/// A lot with a closing.json: what was kept, the seal over the digest kept, the reply and the receipt.
void verify_closing_lot(Context& c, Tally& tally, const sip::Versement& versement, const sip::PlannedLot& lot,
                        const std::vector<sip::VisaFile>& visas, const sip::JournalTrail& trail);
/// The closing of the reports of a versement, when there is one.
void verify_closed_reports(Tally& tally, const sip::JournalTrail& trail, const sip::Versement& versement);
/// Packs of evidence: lists, tokens, and that they are the ones that the journal knows.
void verify_packs(Context& c, Tally& tally, const sip::JournalTrail& trail, const sip::Versement& versement);
/// Bordereaux, visas and certificates of destruction, and that the journal knows each.
void verify_eliminations(Context& c, Tally& tally, const sip::JournalTrail& trail);

}  // namespace versoir::cli
