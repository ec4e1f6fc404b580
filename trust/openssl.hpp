// What the files of this room share around OpenSSL: owners, the error queue, times, files that must stay
// private.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/handle.hpp"
#include "trust/certificate.hpp"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/ts.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::trust {

inline void free_x509_stack(STACK_OF(X509) * s) noexcept { sk_X509_pop_free(s, X509_free); }
inline void free_x509_shell(STACK_OF(X509) * s) noexcept { sk_X509_free(s); }  // members belong to others
inline void free_eku(EXTENDED_KEY_USAGE* s) noexcept { EXTENDED_KEY_USAGE_free(s); }
inline void free_names(GENERAL_NAMES* s) noexcept { GENERAL_NAMES_free(s); }

using BioHandle = core::Handle<BIO, BIO_free_all>;
using KeyHandle = core::Handle<EVP_PKEY, EVP_PKEY_free>;
using X509Handle = core::Handle<X509, X509_free>;
using CrlHandle = core::Handle<X509_CRL, X509_CRL_free>;
using StoreHandle = core::Handle<X509_STORE, X509_STORE_free>;
using CertificateStack = core::Handle<STACK_OF(X509), free_x509_stack>;
using CertificateShell = core::Handle<STACK_OF(X509), free_x509_shell>;
using CmsHandle = core::Handle<CMS_ContentInfo, CMS_ContentInfo_free>;
using Pkcs7Handle = core::Handle<PKCS7, PKCS7_free>;

/// Empties OpenSSL's queue of errors, oldest first. Leftovers would be told as the cause of a later failure.
std::vector<std::string> drain_openssl_errors();

/// An Error whose causes are what OpenSSL has to say; the queue is empty afterwards.
[[nodiscard]] core::Error openssl_error(core::Exit code, core::Message what);

/// For allocations and other calls that only fail when the machine does.
template <class T>
T* needed(T* p) {
  if (!p) throw openssl_error(core::Exit::unexpected, core::msg("OpenSSL failed."));
  return p;
}
inline void succeed(int result) {
  if (result <= 0) throw openssl_error(core::Exit::unexpected, core::msg("OpenSSL failed."));
}

/// Reads from `bytes` in place: they must outlive the BIO.
[[nodiscard]] BioHandle memory_bio(std::string_view bytes);
[[nodiscard]] std::string bio_text(BIO* bio);

/// UTCTime or GeneralizedTime as an instant, its fraction dropped; nullopt when it is not a time.
[[nodiscard]] std::optional<core::Instant> from_asn1_time(const ASN1_TIME* t);
[[nodiscard]] std::string oid_text(const ASN1_OBJECT* object);
/// What stands for an encoded integer, in hexadecimal.
[[nodiscard]] std::string serial_text(const ASN1_INTEGER* serial);

/// i2d of any type as a string.
template <class T, class F>
[[nodiscard]] std::string to_der(F i2d, T* value) {
  unsigned char* out = nullptr;
  const int n = i2d(value, &out);
  if (n < 0) throw openssl_error(core::Exit::unexpected, core::msg("OpenSSL failed."));
  std::string bytes(reinterpret_cast<const char*>(out), static_cast<std::size_t>(n));
  OPENSSL_free(out);
  return bytes;
}

/// d2i of any type over the whole of `der`: null when it is malformed or when bytes remain.
template <class T, class F>
[[nodiscard]] T* from_der(F d2i, std::string_view der, void (*release)(T*)) {
  auto p = reinterpret_cast<const unsigned char*>(der.data());
  const auto* end = p + der.size();
  T* value = d2i(nullptr, &p, static_cast<long>(der.size()));
  if (value && p != end) {
    release(value);
    value = nullptr;
  }
  return value;
}

/// The content of a key, PKCS#12 or password file: Error(Exit::configuration) when others than its owner may
/// read it.
[[nodiscard]] std::string read_private_file(const std::filesystem::path& path);

/// A string wiped when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  ~Secret();
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&&) = delete;
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

/// Reads a PEM private key; `password` only serves an encrypted one. Nothing is ever asked on a terminal.
[[nodiscard]] KeyHandle read_key(const std::filesystem::path& path, const Secret& password);

/// After a PEM reader gave null: true (and the queue emptied) at the end of the file, false when a block is
/// damaged.
[[nodiscard]] bool pem_ended();

/// The revocation lists of a file, one in DER or several in PEM, as DER. Error(Exit::configuration) when
/// there is none.
[[nodiscard]] std::vector<std::string> read_crls(const std::filesystem::path& path);

/// Our own store: these anchors only, strict RFC 5280 checks, keys of at least 112 bits of security.
[[nodiscard]] StoreHandle make_store(const std::vector<Certificate>& anchors);

/// SHA-256, SHA-384 or SHA-512: what a signature may rest on.
[[nodiscard]] bool digest_allowed(int nid) noexcept;

/// What an X.509 key can be reproached with for signing, empty message when nothing: RSA < 2048, EC < 256,
/// others.
[[nodiscard]] core::Message key_defect(X509* certificate);
/// Same for its extensions: a CA, no digitalSignature nor nonRepudiation, extended usages without any kind of
/// signing.
[[nodiscard]] core::Message usage_defect(X509* certificate);

}  // namespace versoir::trust
