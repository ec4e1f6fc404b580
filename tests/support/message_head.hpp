// The head of a message, with what its grammar wants and nothing else.
#pragma once
#include "core/clock.hpp"
#include "sip/seda.hpp"

namespace versoir::tests {

inline sip::MessageHead plain_head(sip::SedaVersion version = sip::SedaVersion::v2_2) {
  sip::MessageHead h;
  h.version = version;
  h.date = *core::parse_instant("2026-11-25T10:00:00Z");
  h.message_identifier = "UT-1";
  h.archival_agreement = "IC-000001";
  h.archival_agency = "FRAD000";
  h.transferring_agency = "UNIV-T";
  h.originating_agency = "UNIV-P";
  return h;
}

}  // namespace versoir::tests
