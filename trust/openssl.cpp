// What the files of this room share around OpenSSL.
#include "trust/openssl.hpp"

#include "core/file.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <cerrno>
#include <ctime>
#include <sys/stat.h>
#include <unistd.h>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

std::vector<std::string> drain_openssl_errors() {
  std::vector<std::string> texts;
  const char* data = nullptr;
  int flags = 0;
  while (const unsigned long code = ERR_get_error_all(nullptr, nullptr, nullptr, &data, &flags)) {
    const char* reason = ERR_reason_error_string(code);
    std::string text = reason ? reason : "error " + std::to_string(code);
    if (data && (flags & ERR_TXT_STRING) && *data) text.append(" (").append(data).append(")");
    texts.push_back(std::move(text));
  }
  return texts;
}

Error openssl_error(Exit code, core::Message what) {
  Error error(code, std::move(what));
  for (const auto& text : drain_openssl_errors())
    static_cast<void>(std::move(error).because(msg("OpenSSL: {0}", text)));
  return error;
}

BioHandle memory_bio(std::string_view bytes) {
  return BioHandle(needed(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))));
}

std::string bio_text(BIO* bio) {
  char* data = nullptr;
  const long n = BIO_get_mem_data(bio, &data);
  return n > 0 ? std::string(data, static_cast<std::size_t>(n)) : std::string();
}

std::optional<core::Instant> from_asn1_time(const ASN1_TIME* t) {
  std::tm tm{};
  if (!t || ASN1_TIME_to_tm(t, &tm) != 1) {
    ERR_clear_error();
    return std::nullopt;
  }
  using namespace std::chrono;
  const year_month_day day{year{tm.tm_year + 1900}, month{static_cast<unsigned>(tm.tm_mon + 1)},
                           std::chrono::day{static_cast<unsigned>(tm.tm_mday)}};
  if (!day.ok()) return std::nullopt;
  return sys_days{day} + hours{tm.tm_hour} + minutes{tm.tm_min} + seconds{tm.tm_sec};
}

std::string oid_text(const ASN1_OBJECT* object) {
  if (!object) return {};
  char buffer[128];
  const int n = OBJ_obj2txt(buffer, sizeof buffer, object, 1);
  if (n <= 0) return {};
  return std::string(buffer, std::min<std::size_t>(static_cast<std::size_t>(n), sizeof buffer - 1));
}

std::string serial_text(const ASN1_INTEGER* serial) {
  const core::Handle<BIGNUM, BN_free> number(serial ? ASN1_INTEGER_to_BN(serial, nullptr) : nullptr);
  if (!number) {
    ERR_clear_error();
    return {};
  }
  char* hex = BN_bn2hex(number.get());
  if (!hex) return {};
  std::string text(hex);
  OPENSSL_free(hex);
  for (char& c : text)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string read_private_file(const std::filesystem::path& path) {
  core::UniqueFd fd;
  try {
    fd = core::open_read(path);
  } catch (const Error& e) {
    throw Error(Exit::configuration, msg("The private file {0} cannot be read.", path.string()))
        .because(e.message());
  }
  struct stat st {};
  if (::fstat(fd.get(), &st) != 0) core::throw_errno("stat", path.string());
  if (!S_ISREG(st.st_mode))
    throw Error(Exit::configuration, msg("The private file {0} is not a regular file.", path.string()));
  if (st.st_mode & 077)
    throw Error(Exit::configuration,
                msg("Others than its owner can read the private file {0}.", path.string()))
        .hint(msg("Restrict it: chmod 600 {0}", path.string()));
  constexpr std::size_t limit = 1u << 20;
  std::string bytes;
  char buffer[4096];
  for (;;) {
    const ssize_t n = ::read(fd.get(), buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) core::throw_errno("read", path.string());
    if (n == 0) break;
    bytes.append(buffer, static_cast<std::size_t>(n));
    if (bytes.size() > limit)
      throw Error(Exit::configuration, msg("The private file {0} is larger than any key.", path.string()));
  }
  OPENSSL_cleanse(buffer, sizeof buffer);
  return bytes;
}

Secret::~Secret() { OPENSSL_cleanse(text_.data(), text_.size()); }

namespace {

/// OpenSSL asks here for the password of an encrypted key; the default would read the terminal.
int give_password(char* buffer, int size, int, void* user) {
  const auto& password = static_cast<const Secret*>(user)->text();
  if (password.empty() || static_cast<int>(password.size()) > size) return -1;
  password.copy(buffer, password.size());
  return static_cast<int>(password.size());
}

}  // namespace

KeyHandle read_key(const std::filesystem::path& path, const Secret& password) {
  const Secret pem(read_private_file(path));
  ERR_clear_error();
  const auto bio = memory_bio(pem.text());
  KeyHandle key(PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, const_cast<Secret*>(&password)));
  if (!key)
    throw openssl_error(Exit::configuration, msg("{0} holds no private key that can be read.", path.string()))
        .hint(msg("It must be in PEM; when it is encrypted, password_file names the file of its password."));
  return key;
}

bool pem_ended() {
  const auto last = ERR_peek_last_error();
  const bool ended = ERR_GET_LIB(last) == ERR_LIB_PEM && ERR_GET_REASON(last) == PEM_R_NO_START_LINE;
  if (ended) ERR_clear_error();
  return ended;
}

std::vector<std::string> read_crls(const std::filesystem::path& path) {
  std::string bytes;
  try {
    bytes = core::read_file(path, 64u << 20);
  } catch (const Error& e) {
    throw Error(Exit::configuration, msg("The revocation list {0} cannot be read.", path.string()))
        .because(e.message());
  }
  ERR_clear_error();
  std::vector<std::string> lists;
  const auto bio = memory_bio(bytes);
  while (const CrlHandle crl{PEM_read_bio_X509_CRL(bio.get(), nullptr, nullptr, nullptr)})
    lists.push_back(to_der(i2d_X509_CRL, crl.get()));
  if (!lists.empty()) {
    if (!pem_ended())
      throw openssl_error(Exit::configuration, msg("A revocation list of {0} is damaged.", path.string()));
    return lists;
  }
  ERR_clear_error();
  if (const CrlHandle crl{from_der<X509_CRL>(d2i_X509_CRL, bytes, X509_CRL_free)}) return {bytes};
  throw openssl_error(Exit::configuration, msg("{0} holds no certificate revocation list.", path.string()));
}

StoreHandle make_store(const std::vector<Certificate>& anchors) {
  StoreHandle store(needed(X509_STORE_new()));
  for (const auto& anchor : anchors) succeed(X509_STORE_add_cert(store.get(), anchor.raw()));
  X509_VERIFY_PARAM* param = X509_STORE_get0_param(store.get());
  succeed(X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_X509_STRICT));
  X509_VERIFY_PARAM_set_auth_level(param, 2);
  X509_VERIFY_PARAM_set_depth(param, 8);
  return store;
}

bool digest_allowed(int nid) noexcept { return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512; }

core::Message key_defect(X509* certificate) {
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (!key) {
    ERR_clear_error();
    return msg("The public key of the certificate cannot be read.");
  }
  const int bits = EVP_PKEY_get_bits(key);
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      if (bits < 2048) return msg("The RSA key has {0} bits: at least 2048 are required.", bits);
      return {};
    case EVP_PKEY_EC:
      if (bits < 256) return msg("The elliptic curve key has {0} bits: at least 256 are required.", bits);
      return {};
    default:
      return msg("Keys of this kind are not accepted: RSA or elliptic curve (P-256) is.");
  }
}

namespace {

/// Extended usages under which people sign documents. RFC 9336 defines documentSigning; the two others are
/// what Microsoft and Adobe used before it.
bool signing_usage(const ASN1_OBJECT* usage) {
  const std::string oid = oid_text(usage);
  return oid == "1.3.6.1.5.5.7.3.4" || oid == "1.3.6.1.5.5.7.3.36" || oid == "1.3.6.1.4.1.311.10.3.12" ||
         oid == "1.2.840.113583.1.1.5" || oid == "2.5.29.37.0";
}

}  // namespace

core::Message usage_defect(X509* certificate) {
  if (X509_check_ca(certificate) == 1)
    return msg("The certificate is that of an authority, not of a signer.");
  // RFC 5280 §4.2.1.3: without the extension every usage is allowed, and the function then answers "all
  // bits".
  if (!(X509_get_key_usage(certificate) & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)))
    return msg("The key usage of the certificate allows neither digital signature nor non-repudiation.");
  const core::Handle<EXTENDED_KEY_USAGE, free_eku> extended(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  ERR_clear_error();
  if (!extended) return {};
  for (int i = 0; i < sk_ASN1_OBJECT_num(extended.get()); ++i)
    if (signing_usage(sk_ASN1_OBJECT_value(extended.get(), i))) return {};
  return msg("The extended key usages of the certificate include no signature of documents or messages.");
}

}  // namespace versoir::trust
