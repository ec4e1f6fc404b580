// Revocation asked of a responder ([trust] ocsp = address) when something is signed or sent, and kept.
#pragma once
#include "cli/context.hpp"

#include <string_view>
#include <vector>

namespace versoir::cli {

/// [trust] ocsp as a folder of answers, or as the address of a responder; one of them is empty, or both.
struct OcspSource {
  std::filesystem::path folder;
  std::string url;
};
[[nodiscard]] OcspSource ocsp_source(const core::Config& config);

/// Answers that stand in the folder or, with an address, in ocsp/ of the workspace, and beside the visas.
[[nodiscard]] std::vector<std::string> kept_ocsp_answers(Context& c);

/// With an address: asks once a run about each certificate that is no authority's and whose issuer is at
/// hand, and keeps the answer in ocsp/ of the workspace. Error(Exit::signing) when no answer counts; what it
/// says is for the verification to judge.
void learn_revocation(Context& c, const std::vector<trust::Certificate>& certificates);
/// The same about those who made a signature.
void learn_revocation_of(Context& c, std::string_view signature_der);
/// About those who signed `<file>.p7s`, if it is there and is a signature.
void learn_seal(Context& c, const std::filesystem::path& file);
/// About who signed the role register, when no kept answer counts today; without network nothing is learnt,
/// and the verification says so.
void learn_register(Context& c, const std::filesystem::path& file);
/// Before a key signs: Error(Exit::signing) unless its certificate is known to be good.
void require_not_revoked(Context& c, const trust::Signer& signer);
/// Puts the answers of this run beside the visas of a versement.
void keep_answers(Context& c, const sip::Versement& versement);

}  // namespace versoir::cli
