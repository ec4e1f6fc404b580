// Private to sip: the notice that tells how to verify a pack of evidence without this program.
#pragma once
#include "core/clock.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

struct SignedPart {
  std::string signature, content;  ///< names in the pack
  core::Instant when{};            ///< the moment at which its certificates are judged
  std::string certificate;         ///< of the signer, in the pack
};
struct BoundLot {
  std::string folder;  ///< in the pack, with its slash
  std::string visa;    ///< under which it was sent
};
struct ReadmeFacts {
  std::string versement;
  core::Instant packed{};
  bool timestamped = false;
  std::vector<SignedPart> signatures;
  std::vector<SignedPart> tokens;  ///< signature = the token, content = the octets that it covers
  std::vector<std::string> crls, ocsp, seals_of_sips, journals;
  std::vector<std::string> visas;  ///< of this attempt: each binds the plan and the lists
  std::vector<BoundLot> lots;      ///< those with a receipt
};
/// README.txt, in French as the acts are. Lines that begin with four blanks and "$ " are commands.
[[nodiscard]] std::string evidence_readme(const ReadmeFacts& facts);
/// What verifies manifest-<n>.
[[nodiscard]] std::string manifest_commands(int n, core::Instant when, bool timestamped);

}  // namespace versoir::sip
