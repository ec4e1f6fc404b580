// A key of a card, ready to be used. Private to trust.
#pragma once
#include "trust/openssl.hpp"
#include "trust/signer.hpp"

#include <memory>
#include <vector>

namespace versoir::trust {

struct TokenKey {
  std::shared_ptr<void> card;  ///< the open session; first, so that it goes last
  KeyHandle key;
  std::vector<Certificate> certificates;  ///< the key's own first
};

/// Opens the card, gives it its PIN once, finds the key and its certificate; judges neither. Throws as
/// load_token_signer().
[[nodiscard]] TokenKey load_token_key(const KeySource& source);

}  // namespace versoir::trust
