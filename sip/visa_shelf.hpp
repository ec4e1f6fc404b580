// The visas of a versement for a command that looks at them for each of its lots.
#pragma once
#include "sip/visa.hpp"

#include <string>
#include <vector>

namespace versoir::sip {

/// A visa names every lot: read anew for each, the work would grow with their square. Here it is read again
/// only when a file of the visas is another one than before, or was written to (inode, size, times of its
/// change).
class VisaShelf {
 public:
  /// `versement` outlives it.
  explicit VisaShelf(const Versement& versement) : versement_(versement) {}
  /// As list_visas() gives them now; the reference holds until the next call.
  [[nodiscard]] const std::vector<VisaFile>& now();

 private:
  const Versement& versement_;
  std::string seen_;
  std::vector<VisaFile> visas_;
};

/// verify_visa() on visas that were just read.
[[nodiscard]] VisaVerification verify_visa(const std::vector<VisaFile>& visas, const Versement& versement,
                                           const Plan& plan, const MessageIdentifier& lot,
                                           const Target& target, const trust::TrustStore& store,
                                           const trust::RoleRegister& roles, const core::Clock& clock,
                                           Signatures signatures = {});

}  // namespace versoir::sip
