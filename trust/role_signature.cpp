// Signing and verifying roles.json: one reading serves both what is verified and what is then believed.
#include "trust/role_signature.hpp"

#include "core/file.hpp"
#include "trust/seal.hpp"

#include <algorithm>

namespace versoir::trust {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::uint64_t register_signature_limit = 1u << 20;

void condemn(Verification& v, const char* code, core::Message message) {
  if (v.verdict == Verdict::valid) v.verdict = Verdict::untrusted;
  v.findings.push_back({core::Severity::error, code, std::move(message), {}});
}

bool answers(const Certificate& c, const std::vector<Certificate>& signers) {
  const auto fingerprint = c.fingerprint();
  return std::any_of(signers.begin(), signers.end(),
                     [&](const Certificate& s) { return s.fingerprint() == fingerprint; });
}

core::Message headline(Verdict verdict, const std::string& file) {
  if (verdict == Verdict::indeterminate)
    return msg("Whether the signature of the role register {0} still holds cannot be told.", file);
  return msg("The role register {0} is not the one that the archive service signed.", file);
}

}  // namespace

Verification verify_register(std::string_view bytes, std::string_view signature_der,
                             const std::vector<Certificate>& signers, const TrustStore& store,
                             const core::Clock& clock) {
  auto own = store;  // a token that somebody takes off makes it end sooner, and nothing hold
  own.require_timestamp = false;
  auto verified = verify_detached(signature_der, bytes, own, clock, At::signing_time);
  // Who signed means nothing when the signature does not hold.
  if (verified.verdict == Verdict::bad_signature) return verified;
  for (const auto& signer : verified.signers)
    if (!answers(signer.certificate, signers))
      condemn(verified, "register-signer",
              msg("{0} signed it, with a certificate that [trust] roles_signer does not name.",
                  signer.certificate.common_name()));
  return verified;
}

void sign_register(const fs::path& file, std::string_view bytes, Signer& signer, const core::Clock& clock,
                   TimestampAuthority* tsa) {
  if (RoleRegister::parse(bytes, file.string()).is_producer(signer.certificate()))
    throw Error(Exit::role_register, msg("{0} is a producer of this register: who produces does not say who "
                                         "approves.",
                                         signer.certificate().common_name()));
  core::write_file(seal_path(file), sign_detached(signer, bytes, clock, {Commitment::proof_of_origin, tsa}));
}

RoleRegister read_signed_register(const fs::path& file, const std::vector<Certificate>& signers,
                                  const TrustStore& store, const core::Clock& clock) {
  const auto bytes = read_register_file(file);
  const auto signature = seal_path(file);
  std::error_code ec;
  if (!fs::exists(signature, ec))
    throw Error(Exit::role_register, msg("The role register {0} is not signed: {1} is missing.",
                                         file.string(), signature.filename().string()))
        .hint(msg("Who may approve is for the archive service to say: versoir roles sign."));
  auto verified =
      verify_register(bytes, core::read_file(signature, register_signature_limit), signers, store, clock);
  std::optional<RoleRegister> roles;
  if (verified.verdict == Verdict::valid) {
    roles = RoleRegister::parse(bytes, file.string());
    for (const auto& signer : verified.signers)
      if (roles->is_producer(signer.certificate))
        condemn(verified, "register-signer",
                msg("{0}, who signed it, is one of its producers.", signer.certificate.common_name()));
  }
  if (verified.verdict == Verdict::valid) return std::move(*roles);
  Error e(Exit::role_register, headline(verified.verdict, file.string()));
  for (const auto& f : verified.findings)
    if (f.severity == core::Severity::error) std::move(e).because(f.message);
  throw std::move(e).hint(
      msg("Put back the register that the archive service signed, or have it sign this "
          "one: versoir roles show, versoir roles sign."));
}

std::optional<core::Instant> register_signed_at(const fs::path& file, const std::vector<Certificate>& signers,
                                                const TrustStore& store, const core::Clock& clock) {
  const auto verified =
      verify_register(read_register_file(file), core::read_file(seal_path(file), register_signature_limit),
                      signers, store, clock);
  if (verified.verdict != Verdict::valid || verified.signers.empty()) return std::nullopt;
  const auto& first = verified.signers.front();
  return first.timestamp ? first.timestamp->time : first.claimed_time;
}

}  // namespace versoir::trust
