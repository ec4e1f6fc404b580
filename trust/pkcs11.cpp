#include "trust/pkcs11.hpp"

#include "core/text.hpp"
#include "trust/key_checks.hpp"
#include "trust/token_key.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <libp11.h>
#include <span>
#include <utility>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

namespace {

Error bad_uri(std::string_view text, core::Message why) {
  return Error(Exit::configuration, msg("\"{0}\" does not name a key of a card.", text))
      .because(std::move(why))
      .hint(msg("Write pkcs11:token=LABEL OF THE CARD;object=LABEL OF THE KEY; \"pkcs11-tool "
                "--list-objects\" gives "
                "both."));
}

/// RFC 3986 percent-encoding.
std::string decoded(std::string_view value, std::string_view uri) {
  std::string bytes;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '%') {
      bytes += value[i];
      continue;
    }
    const int high = i + 2 < value.size() ? core::hex_digit(value[i + 1]) : -1;
    const int low = high < 0 ? -1 : core::hex_digit(value[i + 2]);
    if (low < 0) throw bad_uri(uri, msg("\"%\" must be followed by two hexadecimal digits"));
    bytes += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return bytes;
}

bool matches(const std::string& wanted, const char* found) {
  return wanted.empty() || (found && wanted == found);
}
bool matches(const std::string& wanted, const unsigned char* found, std::size_t size) {
  return wanted.empty() || (found && wanted == std::string_view(reinterpret_cast<const char*>(found), size));
}

/// The driver, its slots and the session on one card; everything that came from it must be gone before.
class Card {
 public:
  Card(const KeySource& source, const TokenUri& uri) : name_(source.pkcs11), context_(PKCS11_CTX_new()) {
    ERR_clear_error();
    if (!context_ || PKCS11_CTX_load(context_, source.pkcs11_module.c_str()) != 0) {
      auto e = openssl_error(Exit::configuration,
                             msg("The PKCS#11 driver {0} cannot be used.", source.pkcs11_module.string()));
      release();
      throw std::move(e).hint(
          msg("pkcs11_module is the library that comes with the card, for instance "
              "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so."));
    }
    loaded_ = true;
    try {
      choose(uri);
    } catch (...) {
      release();
      throw;
    }
  }
  ~Card() { release(); }
  Card(const Card&) = delete;
  Card& operator=(const Card&) = delete;

  void log_in(const KeySource& source) {
    const auto& token = *slot_->token;
    if (token.userPinLocked)
      throw Error(Exit::signing, msg("The card {0} is locked.", label()))
          .hint(msg("Too many wrong PINs were given; whoever manages the cards unlocks it."));
    const bool from_file = !source.password_file.empty();
    if (from_file && token.userPinFinalTry)
      throw Error(Exit::signing, msg("One wrong PIN more locks the card {0}: none was tried.", label()))
          .hint(msg("Give a right PIN once with the card's own tool, then correct password_file."));
    Secret pin(from_file ? read_password(source.password_file).text() : typed(source));
    ERR_clear_error();
    if (PKCS11_login(slot_, 0, pin.text().c_str()) != 0)
      throw openssl_error(Exit::signing, msg("The card {0} does not take this PIN.", label()))
          .hint(msg("It was tried once. A card locks after a few wrong PINs."));
  }

  /// The private key of the URI; visible only once logged in.
  PKCS11_KEY& key(const TokenUri& uri) {
    PKCS11_KEY* keys = nullptr;
    unsigned int count = 0;
    ERR_clear_error();
    if (PKCS11_enumerate_keys(slot_->token, &keys, &count) != 0)
      throw openssl_error(Exit::signing, msg("The keys of the card {0} cannot be listed.", label()));
    PKCS11_KEY* found = nullptr;
    for (auto& key : std::span(keys, count)) {
      if (!matches(uri.object, key.label) || !matches(uri.id, key.id, key.id_len)) continue;
      if (found)
        throw Error(Exit::configuration, msg("{0} names several keys of the card {1}.", name_, label()))
            .hint(msg("Add object=LABEL or id=%01 of the right one."));
      found = &key;
    }
    if (!found) throw Error(Exit::configuration, msg("{0} names no key of the card {1}.", name_, label()));
    return *found;
  }

  Certificate certificate_of(PKCS11_KEY& key) {
    ERR_clear_error();
    const PKCS11_CERT* found = PKCS11_find_certificate(&key);
    if (!found || !found->x509)
      throw Error(Exit::configuration,
                  msg("The card {0} keeps no certificate for the key {1}.", label(), name_))
          .hint(msg("Set certificate to its file."));
    succeed(X509_up_ref(found->x509));
    return Certificate(found->x509);
  }

  [[nodiscard]] std::string label() const { return slot_->token->label ? slot_->token->label : ""; }

 private:
  void choose(const TokenUri& uri) {
    ERR_clear_error();
    if (PKCS11_enumerate_slots(context_, &slots_, &count_) != 0)
      throw openssl_error(Exit::signing, msg("The readers of the PKCS#11 driver cannot be listed."));
    std::string present;
    for (auto& slot : std::span(slots_, count_)) {
      const auto* token = slot.token;
      if (!token || !token->initialized) continue;
      present += (present.empty() ? "" : ", ") + std::string(token->label ? token->label : "");
      if (!matches(uri.token, token->label) || !matches(uri.manufacturer, token->manufacturer) ||
          !matches(uri.model, token->model) || !matches(uri.serial, token->serialnr))
        continue;
      if (slot_)
        throw Error(Exit::configuration, msg("Several cards answer to {0}: {1}.", name_, present))
            .hint(msg("Add serial=… of the right one."));
      slot_ = &slot;
    }
    if (!slot_)
      throw Error(Exit::signing, present.empty()
                                     ? msg("There is no card.")
                                     : msg("No card answers to {0}; present: {1}.", name_, present))
          .hint(msg("Insert the card, and check that its reader is connected."));
  }

  std::string typed(const KeySource& source) const {
    std::optional<std::string> pin;
    if (source.ask) pin = source.ask(msg("PIN of the card {0}:", label()).text());
    if (!pin)
      throw Error(Exit::signing, msg("There is no terminal to ask the PIN of the card {0} on.", label()))
          .hint(msg("password_file names a file of mode 0600 whose first line is the PIN."));
    return *pin;
  }

  void release() noexcept {
    if (slots_) PKCS11_release_all_slots(context_, slots_, count_);
    if (loaded_) PKCS11_CTX_unload(context_);
    if (context_) PKCS11_CTX_free(context_);
    slots_ = nullptr;
    loaded_ = false;
    context_ = nullptr;
    ERR_clear_error();
  }

  std::string name_;
  PKCS11_CTX* context_ = nullptr;
  PKCS11_SLOT* slots_ = nullptr;
  PKCS11_SLOT* slot_ = nullptr;
  unsigned int count_ = 0;
  bool loaded_ = false;
};

class TokenSigner final : public Signer {
 public:
  explicit TokenSigner(TokenKey token)
      : token_(std::move(token)), chain_(intermediates(token_.certificates)) {}
  const Certificate& certificate() const override { return token_.certificates.front(); }
  const std::vector<Certificate>& chain() const override { return chain_; }
  std::string sign(std::string_view bytes) override {
    return sign_with(token_.key.get(), bytes, certificate());
  }

 private:
  TokenKey token_;
  std::vector<Certificate> chain_;
};

}  // namespace

TokenUri parse_pkcs11_uri(std::string_view text) {
  constexpr std::string_view scheme = "pkcs11:";
  if (!text.starts_with(scheme)) throw bad_uri(text.substr(0, 40), msg("it does not begin with \"pkcs11:\""));
  auto rest = text.substr(scheme.size());
  if (rest.find('?') != std::string_view::npos)
    throw bad_uri(rest.substr(0, rest.find('?')),
                  msg("it holds a query: a PIN and a driver have keys of their own"));
  TokenUri uri;
  const std::array<std::pair<std::string_view, std::string*>, 6> known{{{"token", &uri.token},
                                                                        {"manufacturer", &uri.manufacturer},
                                                                        {"model", &uri.model},
                                                                        {"serial", &uri.serial},
                                                                        {"object", &uri.object},
                                                                        {"id", &uri.id}}};
  while (!rest.empty()) {
    const auto part = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(rest.size(), part.size() + 1));
    const auto name = part.substr(0, part.find('='));
    const auto value = part.size() > name.size() ? part.substr(name.size() + 1) : std::string_view();
    if (name == "type" && value == "private") continue;
    const auto at = std::ranges::find(known, name, &std::pair<std::string_view, std::string*>::first);
    if (at == known.end() || value.empty())
      throw bad_uri(text, msg("\"{0}\" is not an attribute of a key", name));
    *at->second = decoded(value, text);
  }
  if (uri.object.empty() && uri.id.empty()) throw bad_uri(text, msg("neither object nor id says which key"));
  return uri;
}

TokenKey load_token_key(const KeySource& source) {
  const auto uri = parse_pkcs11_uri(source.pkcs11);
  if (source.pkcs11_module.empty())
    throw Error(Exit::configuration, msg("A key of a card needs pkcs11_module, the driver of the card."));
  auto card = std::make_shared<Card>(source, uri);
  card->log_in(source);
  auto& found = card->key(uri);
  TokenKey token;
  ERR_clear_error();
  token.key.reset(PKCS11_get_private_key(&found));
  if (!token.key) throw openssl_error(Exit::signing, msg("The key {0} cannot be used.", source.pkcs11));
  if (source.certificate.empty())
    token.certificates.push_back(card->certificate_of(found));
  else
    token.certificates = Certificate::list_from_pem_file(source.certificate);
  token.card = std::move(card);
  return token;
}

std::unique_ptr<Signer> load_token_signer(const KeySource& source, const core::Clock& clock) {
  auto token = load_token_key(source);
  require_fit_to_sign(token.certificates.front(), token.key.get(), clock);
  return std::make_unique<TokenSigner>(std::move(token));
}

}  // namespace versoir::trust
