// X.509 certificates and private keys, as far as Versoir needs them.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using X509 = struct x509_st;

namespace versoir::trust {

/// SHA-256 of the DER certificate: how the role register names a person's certificate.
using Fingerprint = core::Sha256;

/// A certificate, shared by reference count; cheap to copy.
class Certificate {
 public:
  explicit Certificate(X509* adopted);  ///< takes ownership
  static Certificate from_pem(std::string_view pem, std::string_view origin);
  static Certificate from_der(std::string_view der, std::string_view origin);
  static std::vector<Certificate> list_from_pem_file(const std::filesystem::path& file);

  [[nodiscard]] Fingerprint fingerprint() const;
  [[nodiscard]] std::string subject() const;      ///< RFC 2253, UTF-8
  [[nodiscard]] std::string issuer() const;       ///< RFC 2253, UTF-8
  [[nodiscard]] std::string common_name() const;  ///< "" when absent
  [[nodiscard]] std::string email() const;
  [[nodiscard]] std::string serial_number_attribute() const;  ///< subject serialNumber, "" when absent
  [[nodiscard]] core::Instant not_before() const;
  [[nodiscard]] core::Instant not_after() const;
  [[nodiscard]] bool is_authority() const;  ///< may issue certificates
  [[nodiscard]] std::string public_key_der() const;
  [[nodiscard]] std::string pem() const;
  [[nodiscard]] std::string der() const;
  [[nodiscard]] X509* raw() const noexcept { return x_.get(); }

 private:
  std::shared_ptr<X509> x_;
};

/// The same human or device: same public key, or same non-empty e-mail or subject serialNumber (four-eyes
/// rule).
[[nodiscard]] bool same_person(const Certificate& a, const Certificate& b);

}  // namespace versoir::trust
