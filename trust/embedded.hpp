// What a signature or a time-stamp token carries inside: the certificates that verify it.
#pragma once
#include "trust/certificate.hpp"

#include <string_view>
#include <vector>

namespace versoir::trust {

/// The certificates of a CMS SignedData in DER (RFC 5652 §5.1), signatures and RFC 3161 tokens alike, in
/// their order. Nothing is verified. Throws Error(Exit::evidence_broken) on anything else.
[[nodiscard]] std::vector<Certificate> embedded_certificates(std::string_view signed_data_der);

/// How many signatures such a structure carries, verified or not; 0 when it is none.
[[nodiscard]] int signer_count(std::string_view signed_data_der);

}  // namespace versoir::trust
