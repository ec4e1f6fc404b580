// A built lot: the head of its message, its publication (seal, build.json, sip.zip last), whether it still
// stands. Private to sip.
#pragma once
#include "core/digest.hpp"
#include "sip/build.hpp"
#include "sip/seda.hpp"
#include "sip/settings.hpp"
#include "sip/versement.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

struct Built {
  core::FileDigest sip;
  core::Sha512 manifest;
  std::uint64_t units = 0, objects = 0, bytes = 0;
};

[[nodiscard]] int lots_of_profile(const Plan& plan, const std::string& profile);

/// `label`: what the lots of the profile are called, for people.
[[nodiscard]] MessageHead head_of(const Plan& plan, const PlannedLot& lot, const std::string& label,
                                  const Settings& s);

/// What build.json says when it still describes the SIP that stands beside it, seal included.
[[nodiscard]] std::optional<BuildReport> still_built(const Versement& versement,
                                                     const MessageIdentifier& lot);

/// Error(Exit::lot_state) for a lot that was sent, or may have been.
void refuse_built_again(const Versement& versement, const PlannedLot& lot);

/// Takes sip.zip and its seal out of the working folder `work`. Error(Exit::lot_state), and nothing is
/// replaced, for a lot that another program holds, or that was sent in the meantime.
void publish(const std::filesystem::path& work, const Versement& versement, const PlannedLot& lot,
             const Built& built, const std::vector<core::Finding>& findings);

/// Seals sip.zip of the working folder, publishes it, and tells what was built.
[[nodiscard]] BuildReport seal_and_publish(const Versement& versement, const PlannedLot& lot,
                                           const std::filesystem::path& work, Built built,
                                           trust::Signer& seal, trust::TimestampAuthority* tsa,
                                           const core::Clock& clock);

/// What every build of a lot is wrapped in: the plan kept from being replaced, one program at a time, a lot
/// that still stands left alone unless `replace`, one that was sent refused. `write` gets the working folder.
/// nullopt: another program has the lot.
[[nodiscard]] std::optional<BuildReport> build_one_lot(
    const Versement& versement, const Plan& plan, const MessageIdentifier& lot_id, bool replace,
    const std::function<BuildReport(const PlannedLot&, const std::filesystem::path& work)>& write);
/// Error(Exit::usage) when the plan has no such lot.
[[nodiscard]] const PlannedLot& planned_lot(const Plan& plan, const MessageIdentifier& lot_id);

}  // namespace versoir::sip
