// A SIP as it is now: opened once, hashed, read; nothing is believed that build.json says.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/file.hpp"
#include "trust/cades.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

/// An open SIP and its digests, computed in one pass over that very descriptor.
struct OpenSip {
  core::UniqueFd fd;
  core::FileDigest digest;
  core::Sha256 sha256;  ///< what the seal signs
};
[[nodiscard]] OpenSip open_sip(const std::filesystem::path& path);

/// SHA-512 of manifest.xml inside, read through the same open file. Throws Error(Exit::sip_unreadable).
[[nodiscard]] core::Sha512 manifest_digest(const OpenSip& sip);

/// What the SIP contains according to itself.
struct SipFacts {
  core::Sha512 manifest;
  std::string message_identifier;
  std::uint64_t units = 0, objects = 0;
  std::uint64_t bytes = 0;  ///< of the files under content/, really read
};
/// `spool_parent` takes a copy of the manifest for the time of the reading: names of people do not go to
/// /tmp.
[[nodiscard]] SipFacts read_sip(const OpenSip& sip, const std::filesystem::path& spool_parent);

/// The seal beside a SIP.
struct SealFacts {
  core::Sha512 digest;       ///< of the .p7s
  bool matches = false;      ///< its arithmetic holds over this SIP (trust is another question)
  bool timestamped = false;  ///< it carries a time-stamp, whatever that one is worth
  bool trusted = false;      ///< valid under the store given, at the time it was made
  std::vector<trust::Certificate> signers;  ///< who sealed, as far as the signature can be read
};
/// nullopt when there is no seal.
[[nodiscard]] std::optional<SealFacts> read_seal(const std::filesystem::path& sip, const OpenSip& open,
                                                 const trust::TrustStore& store, const core::Clock& clock);

}  // namespace versoir::sip
