// See client_key.hpp.
#include "trust/client_key.hpp"

#include "trust/token_key.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

namespace {

void use_token(const TokenKey& token, SSL_CTX* context) {
  ERR_clear_error();
  // SSL_CTX_add1_chain_cert and the two others count references: nothing of ours is given away.
  bool used = SSL_CTX_use_certificate(context, token.certificates.front().raw()) == 1 &&
              SSL_CTX_use_PrivateKey(context, token.key.get()) == 1;
  for (std::size_t i = 1; used && i < token.certificates.size(); ++i)
    used = SSL_CTX_add1_chain_cert(context, token.certificates[i].raw()) == 1;
  if (!used)
    throw openssl_error(Exit::configuration, msg("The key of the card cannot be used for this connection."));
}

}  // namespace

std::function<void(void* ssl_context)> load_client_key(const KeySource& source) {
  const auto token = std::make_shared<TokenKey>(load_token_key(source));
  ERR_clear_error();
  if (X509_check_private_key(token->certificates.front().raw(), token->key.get()) != 1) {
    ERR_clear_error();
    throw Error(Exit::configuration, msg("The private key is not the one of the certificate of {0}.",
                                         token->certificates.front().common_name()));
  }
  return [token](void* context) { use_token(*token, static_cast<SSL_CTX*>(context)); };
}

}  // namespace versoir::trust
