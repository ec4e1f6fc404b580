// Keys of a card for TLS: a client certificate whose key no file holds.
#pragma once
#include "trust/signer.hpp"

#include <functional>

namespace versoir::trust {

/// Opens the card that `source.pkcs11` names, with one PIN, tried once, and gives what puts its certificate,
/// the chain that follows it in the file, and its key into an SSL_CTX of OpenSSL: see
/// core::TlsClientOptions::client_key. The card stays open as long as the function lives. Throws
/// Error(Exit::configuration | Exit::signing), also when the key is not the certificate's.
[[nodiscard]] std::function<void(void* ssl_context)> load_client_key(const KeySource& source);

}  // namespace versoir::trust
