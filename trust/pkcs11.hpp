// Keys that never leave a card or a security module, reached by its PKCS#11 driver (libp11).
#pragma once
#include "trust/signer.hpp"

#include <string>
#include <string_view>

namespace versoir::trust {

/// Where an object lies, RFC 7512: an empty member matches anything.
struct TokenUri {
  std::string token, manufacturer, model, serial;  ///< of the card
  std::string object;                              ///< label of the key
  std::string id;                                  ///< of the key, raw bytes
};
/// Reads "pkcs11:token=…;object=…;id=%01". Throws Error(Exit::configuration) on anything else: an attribute
/// that is not known (a typing error would make the first key of any card sign), and a PIN, which has no
/// place in a configuration (RFC 7512 §2.4 pin-value).
[[nodiscard]] TokenUri parse_pkcs11_uri(std::string_view text);

/// The key that `source.pkcs11` names, in the driver `source.pkcs11_module`. Its certificate is the one of
/// `source.certificate`, else the one that the card keeps beside the key. The PIN is the first line of
/// `source.password_file`, else what `source.ask` gives. One PIN is tried, once: cards lock after three; none
/// is tried from a file when the card says that one attempt is left. The same checks as for any signer.
/// Throws Error(Exit::configuration | Exit::signing).
[[nodiscard]] std::unique_ptr<Signer> load_token_signer(const KeySource& source, const core::Clock& clock);

}  // namespace versoir::trust
