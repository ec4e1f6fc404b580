// Signatures made by other tools (a parapheur, a card's own software, openssl), brought to the form that is
// kept here: detached, DER.
#pragma once
#include "trust/timestamp.hpp"

#include <string>
#include <string_view>

namespace versoir::trust {

/// The detached DER signature that `given` holds over `document`: DER, PEM (CMS or PKCS7) or bare base64,
/// with or without the document inside. A document inside must be the very same bytes and is then taken out,
/// which the signature does not cover (RFC 5652 §5.4: what is signed are the attributes and the digest).
/// Nothing is verified yet. Throws Error(Exit::visa_bad_signature) when it is no CMS signature (XAdES and PDF
/// signatures are named), or is one over something else; `origin` names the file.
[[nodiscard]] std::string detached_signature(std::string_view given, std::string_view document,
                                             std::string_view origin);

/// Adds a time-stamp over the signature value of every signer that has none (CAdES-T, EN 319 122-1 §5.3): the
/// tool that signed often has no authority at hand. Throws Error(Exit::signing) when the authority gives
/// none.
[[nodiscard]] std::string with_timestamps(std::string_view signature_der, TimestampAuthority& authority);

}  // namespace versoir::trust
