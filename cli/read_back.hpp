// Comparing what the platform shows with what was sent, and keeping what came out of it.
#pragma once
#include "cli/context.hpp"
#include "sip/versement.hpp"
#include "vitam/access.hpp"
#include "vitam/read_back.hpp"

namespace versoir::cli {

/// Asks for a sample of an accepted lot, tells each difference, writes read-back.json beside the receipt and
/// the line READ_BACK of the journal. Throws as vitam::read_back().
vitam::ReadBack compare_lot(Context& c, vitam::Access& access, const sip::Versement& versement,
                            const sip::MessageIdentifier& lot, const vitam::ReadBackTerms& terms);

}  // namespace versoir::cli
