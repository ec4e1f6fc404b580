// Private to versoir verify: the tally of what was verified, and the parts that come after the receipt.
#pragma once
#include "cli/context.hpp"
#include "core/disk.hpp"
#include "core/error.hpp"
#include "sip/bound_lists.hpp"
#include "sip/evidence.hpp"
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
  [[nodiscard]] std::size_t failed() const noexcept { return wrong_; }
  /// Of the first defect, or Exit::disk when a disk gave or took nothing: that says nothing of what is on it.
  [[nodiscard]] core::Exit code() const noexcept { return code_; }

 private:
  Context& c_;
  std::vector<std::vector<std::string>> rows_;
  std::size_t count_ = 0, wrong_ = 0;
  core::Exit code_ = core::Exit::ok;
};

[[nodiscard]] core::Finding wrong(std::string code, core::Message m, std::string where);

/// The code of a finding that says nothing of what was to be verified: the disk did not let it be.
inline const std::string disk_failed = "DISK_FAILED";

/// Runs a verification whose inputs may be missing or unreadable: that is a defect too, not an abort.
template <class F>
[[nodiscard]] std::vector<core::Finding> guarded(const std::string& where, F&& f) {
  try {
    return f();
  } catch (const core::Error& e) {
    auto found = std::vector{wrong(
        core::is_disk_failure(e) ? disk_failed : std::string(core::exit_name(e.code())), e.message(), where)};
    if (core::is_disk_failure(e))
      for (const auto& cause : e.causes()) found.push_back(wrong(disk_failed, cause, where));
    return found;
  } catch (const std::exception& e) {  // a document of another shape than ours
    return {wrong("unreadable", core::msg("A document cannot be understood: {0}", e.what()), where)};
  }
}

[[nodiscard]] std::vector<core::Finding> signature_findings(const trust::Verification& v,
                                                            const std::string& where);

/// What was promised when the visa was signed holds, whatever the configuration says since.
[[nodiscard]] trust::TrustStore store_under(Context& c, const sip::VisaFile* visa);
/// Whether a receipt that is proven gets its date, and the journal its line.
enum class Receipts { note, read_only };
/// Everything in the folder of a versement but its packs of evidence.
void verify_versement(Context& c, Tally& tally, const sip::JournalTrail& trail, const std::string& id,
                      Receipts receipts);
/// A lot with a closing.json: what was kept, the seal over the digest kept, the reply and the receipt.
void verify_closing_lot(Context& c, Tally& tally, const sip::Versement& versement, const sip::PlannedLot& lot,
                        const std::vector<sip::VisaFile>& visas, const sip::JournalTrail& trail);
/// The closing of the reports of a versement, when there is one.
void verify_closed_reports(Tally& tally, const sip::JournalTrail& trail, const sip::Versement& versement);
/// One pack: lists, tokens, and whether the journal knows its last list. `began`: set when it only knows that
/// it was about to be published.
struct PackVerdict {
  sip::EvidenceVerification verified;
  bool began = false;
};
[[nodiscard]] PackVerdict verify_pack(Context& c, const sip::JournalTrail& trail,
                                      const std::filesystem::path& pack);
/// Packs of evidence: lists, tokens, and that they are the ones that the journal knows.
void verify_packs(Context& c, Tally& tally, const sip::JournalTrail& trail, const sip::Versement& versement);
/// Bordereaux, visas and certificates of destruction, and that the journal knows each.
void verify_eliminations(Context& c, Tally& tally, const sip::JournalTrail& trail);

}  // namespace versoir::cli
