// What signers of any kind share: the checks that OpenSSL does not make, the signature itself, the password
// file.
#pragma once
#include "trust/openssl.hpp"

namespace versoir::trust {

/// Throws Error(Exit::configuration) when the key is not the certificate's, Error(Exit::signing) when the
/// certificate cannot sign, by its key, its usages, the digest under it, or its dates (crypto note §4).
void require_fit_to_sign(const Certificate& certificate, EVP_PKEY* key, const core::Clock& clock);

/// Signature over SHA-256 of `bytes`, see Signer::sign.
[[nodiscard]] std::string sign_with(EVP_PKEY* key, std::string_view bytes, const Certificate& certificate);

/// What follows the signer's certificate, without anchors: who verifies has them, or does not trust them.
[[nodiscard]] std::vector<Certificate> intermediates(const std::vector<Certificate>& certificates);

/// First line of a file that only its owner may read; empty when there is no file.
[[nodiscard]] Secret read_password(const std::filesystem::path& file);

}  // namespace versoir::trust
