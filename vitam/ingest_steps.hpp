// What every way of giving a lot to the platform begins and ends with. Private to vitam.
#pragma once
#include "core/error.hpp"
#include "core/json.hpp"
#include "sip/visa.hpp"
#include "vitam/atr.hpp"
#include "vitam/client.hpp"

#include <stop_token>

namespace versoir::vitam {

/// What a lot is called in the journal.
[[nodiscard]] core::Json about(const sip::Versement& versement, const sip::MessageIdentifier& lot);

/// What was verified is what stands there: a build may have replaced it before the lot was locked. Throws
/// Error(Exit::visa_sip_changed).
void require_in_place(const sip::Versement& versement, const sip::ApprovedSip& sip);

/// The visa lets this SIP go to that platform and no other: Error(Exit::visa_other_platform).
void require_approved_for(const sip::ApprovedSip& sip, const Platform& platform);

/// The first events of a reply as the causes of an error.
[[nodiscard]] core::Error with_causes(core::Error e, const Atr& atr);

/// Error(Exit::interrupted) when a stop was asked.
void stop_if(const std::stop_token& stop, const OperationId& operation);

}  // namespace versoir::vitam
