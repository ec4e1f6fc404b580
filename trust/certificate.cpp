// X.509 certificates: reading them, and the facts that identify a person.
#include "trust/certificate.hpp"

#include "core/file.hpp"
#include "trust/openssl.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string utf8(const ASN1_STRING* s) {
  unsigned char* out = nullptr;
  const int n = s ? ASN1_STRING_to_UTF8(&out, s) : -1;
  if (n < 0) {
    ERR_clear_error();
    return {};
  }
  std::string text(reinterpret_cast<const char*>(out), static_cast<std::size_t>(n));
  OPENSSL_free(out);
  return text;
}

std::string subject_entry(X509* x, int nid) {
  const X509_NAME* name = X509_get_subject_name(x);
  const int at = X509_NAME_get_index_by_NID(name, nid, -1);
  return at < 0 ? std::string() : utf8(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
}

std::string readable_name(const X509_NAME* name) {
  const BioHandle out(needed(BIO_new(BIO_s_mem())));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
  return bio_text(out.get());
}

core::Instant required_time(const ASN1_TIME* t) {
  const auto instant = from_asn1_time(t);
  if (!instant) throw Error(Exit::configuration, msg("A validity date of the certificate cannot be read."));
  return *instant;
}

bool same_ascii_nocase(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

Certificate::Certificate(X509* adopted) : x_(needed(adopted), X509_free) {}

Certificate Certificate::from_pem(std::string_view pem, std::string_view origin) {
  ERR_clear_error();
  const auto bio = memory_bio(pem);
  X509* x = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr);
  if (!x) throw openssl_error(Exit::configuration, msg("{0} holds no certificate in PEM.", origin));
  return Certificate(x);
}

Certificate Certificate::from_der(std::string_view der, std::string_view origin) {
  ERR_clear_error();
  X509* x = trust::from_der<X509>(d2i_X509, der, X509_free);
  if (!x) throw openssl_error(Exit::configuration, msg("{0} is not a certificate in DER.", origin));
  return Certificate(x);
}

std::vector<Certificate> Certificate::list_from_pem_file(const std::filesystem::path& file) {
  std::string pem;
  try {
    pem = core::read_file(file, 16u << 20);
  } catch (const Error& e) {
    throw Error(Exit::configuration, msg("The certificates of {0} cannot be read.", file.string()))
        .because(e.message());
  }
  ERR_clear_error();
  const auto bio = memory_bio(pem);
  std::vector<Certificate> list;
  while (X509* x = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) list.emplace_back(x);
  if (!pem_ended())
    throw openssl_error(Exit::configuration, msg("A certificate of {0} is damaged.", file.string()));
  if (list.empty()) throw Error(Exit::configuration, msg("{0} holds no certificate in PEM.", file.string()));
  return list;
}

Fingerprint Certificate::fingerprint() const { return core::sha256(der()); }

std::string Certificate::subject() const { return readable_name(X509_get_subject_name(raw())); }
std::string Certificate::issuer() const { return readable_name(X509_get_issuer_name(raw())); }

std::string Certificate::common_name() const { return subject_entry(raw(), NID_commonName); }

std::string Certificate::email() const {
  const core::Handle<GENERAL_NAMES, free_names> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(raw(), NID_subject_alt_name, nullptr, nullptr)));
  ERR_clear_error();
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_EMAIL) return utf8(name->d.rfc822Name);
  }
  return subject_entry(raw(), NID_pkcs9_emailAddress);
}

std::string Certificate::serial_number_attribute() const { return subject_entry(raw(), NID_serialNumber); }

core::Instant Certificate::not_before() const { return required_time(X509_get0_notBefore(raw())); }
core::Instant Certificate::not_after() const { return required_time(X509_get0_notAfter(raw())); }

bool Certificate::is_authority() const { return X509_check_ca(raw()) == 1; }

std::string Certificate::public_key_der() const {
  return to_der(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(raw()));
}

std::string Certificate::pem() const {
  const BioHandle out(needed(BIO_new(BIO_s_mem())));
  succeed(PEM_write_bio_X509(out.get(), raw()));
  return bio_text(out.get());
}

std::string Certificate::der() const { return to_der(i2d_X509, raw()); }

bool same_person(const Certificate& a, const Certificate& b) {
  if (a.public_key_der() == b.public_key_der()) return true;
  const auto mail = a.email();
  if (!mail.empty() && same_ascii_nocase(mail, b.email())) return true;
  const auto serial = a.serial_number_attribute();
  return !serial.empty() && serial == b.serial_number_attribute();
}

}  // namespace versoir::trust
