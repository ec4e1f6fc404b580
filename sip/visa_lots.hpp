// Private to sip: what a visa says of each lot, recomputed from its SIP, and why lots cannot be approved.
#pragma once
#include "sip/sip_file.hpp"
#include "sip/visa.hpp"

#include <cstdint>
#include <vector>

namespace versoir::sip {

/// Collects the lots of one visa. What it is given lives longer than it does.
class VisaLots {
 public:
  VisaLots(const Versement& versement, const VisaOptions& options, const trust::Certificate& signer,
           const core::Clock& clock)
      : versement_(versement), options_(options), signer_(signer), clock_(clock) {}

  /// A SIP that is missing, altered or unchecked is described as far as it goes, and is a reason not to
  /// approve. Throws Error(Exit::visa_by_producer) when the signer of an approval sealed it.
  void add(const PlannedLot& lot);
  /// Of an approval: Error(Exit::lot_state) when there is no lot, or with every reason found.
  void finish(const Plan& plan) const;

  [[nodiscard]] const core::Json& lots() const noexcept { return lots_; }
  [[nodiscard]] std::uint64_t units() const noexcept { return units_; }
  [[nodiscard]] std::uint64_t objects() const noexcept { return objects_; }
  [[nodiscard]] core::Json counts() const;

 private:
  void reject(core::Message why) { reasons_.push_back(std::move(why)); }
  void describe(const PlannedLot& lot, core::Json& json);
  void describe_seal(const PlannedLot& lot, const std::filesystem::path& path, const OpenSip& sip,
                     core::Json& json);
  void describe_check(const PlannedLot& lot, const OpenSip& sip, core::Json& json);

  const Versement& versement_;
  const VisaOptions& options_;
  const trust::Certificate& signer_;
  const core::Clock& clock_;
  core::Json lots_ = core::Json::array();
  std::vector<core::Message> reasons_;
  std::uint64_t units_ = 0, objects_ = 0, bytes_ = 0;
};

}  // namespace versoir::sip
