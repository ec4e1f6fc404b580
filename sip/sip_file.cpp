// Reads a SIP through the descriptor that was hashed, so that a file swapped in between cannot be seen.
#include "sip/sip_file.hpp"

#include "core/container.hpp"
#include "core/error.hpp"
#include "core/xml.hpp"
#include "trust/seal.hpp"

#include <cerrno>
#include <unistd.h>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::size_t read_size = 1u << 18;
constexpr std::uint64_t seal_limit = 1u << 20;  // crypto policy: a signature above 1 MiB is not one

/// The open file under a name: libarchive opens it anew, with a position of its own, but it is the same
/// inode.
fs::path path_of(const OpenSip& sip) { return fmt::format("/proc/self/fd/{}", sip.fd.get()); }

/// Walks the entries; `manifest` receives manifest.xml, the other entries are counted.
std::uint64_t walk(const OpenSip& sip, const std::function<void(std::string_view)>& manifest,
                   bool stop_after_manifest) {
  core::ContainerReader reader(path_of(sip));
  core::Entry entry;
  std::uint64_t bytes = 0;
  bool found = false;
  while (reader.next(entry)) {
    if (entry.directory) continue;
    if (entry.path == "manifest.xml") {
      if (found) throw Error(Exit::sip_unreadable, msg("The SIP holds two manifests."));
      found = true;
      reader.read(manifest);
      if (stop_after_manifest) return bytes;
      continue;
    }
    reader.read([&](std::string_view piece) { bytes += piece.size(); });
  }
  if (!found) throw Error(Exit::sip_unreadable, msg("The SIP holds no manifest.xml."));
  return bytes;
}

void count_manifest(const fs::path& file, SipFacts& facts) {
  auto reader = core::XmlReader::from_file(file, Exit::sip_unreadable);
  std::uint64_t references = 0;
  while (reader.next()) {
    if (reader.node() != core::XmlReader::Node::start) continue;
    const auto name = reader.name();
    if (name == "ArchiveUnit")
      ++facts.units;
    else if (name == "ArchiveUnitRefId")
      ++references;
    else if (name == "BinaryDataObject" || name == "PhysicalDataObject")
      ++facts.objects;
    else if (name == "MessageIdentifier" && reader.depth() == 1)
      facts.message_identifier = reader.element_text();
  }
  facts.units -=
      references < facts.units ? references : facts.units;  // a reference is not a unit (SEDA 2 §ArchiveUnit)
}

}  // namespace

OpenSip open_sip(const fs::path& path) {
  OpenSip sip;
  sip.fd = core::open_read(path);
  core::Sha512Hasher sha512;
  core::Sha256Hasher sha256;
  std::string buffer(read_size, '\0');
  for (;;) {
    const auto n = ::pread(sip.fd.get(), buffer.data(), buffer.size(), static_cast<off_t>(sip.digest.size));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) core::throw_errno("read", path.string());
    if (n == 0) break;
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(n));
    sha512.update(piece);
    sha256.update(piece);
    sip.digest.size += piece.size();
  }
  sip.digest.sha512 = sha512.finish();
  sip.sha256 = sha256.finish();
  return sip;
}

core::Sha512 manifest_digest(const OpenSip& sip) {
  core::Sha512Hasher hasher;
  walk(
      sip, [&](std::string_view piece) { hasher.update(piece); }, true);
  return hasher.finish();
}

SipFacts read_sip(const OpenSip& sip, const fs::path& spool_parent) {
  const core::TemporaryDirectory work(spool_parent);
  const auto copy = work.path() / "manifest.xml";
  SipFacts facts;
  core::Sha512Hasher hasher;
  core::AtomicFile file(copy, 0600);
  facts.bytes = walk(
      sip,
      [&](std::string_view piece) {
        hasher.update(piece);
        file.write(piece);
      },
      false);
  file.commit();
  facts.manifest = hasher.finish();
  count_manifest(copy, facts);
  return facts;
}

std::optional<SealFacts> read_seal(const fs::path& sip, const OpenSip& open, const trust::TrustStore& store,
                                   const core::Clock& clock) {
  const auto path = trust::seal_path(sip);
  if (!fs::exists(path)) return std::nullopt;
  const auto bytes = core::read_file(path, seal_limit);
  SealFacts seal;
  seal.digest = core::sha512(bytes);
  const auto digest = [&](std::string_view algorithm) -> std::optional<std::string> {
    const auto bytes_of = [](std::span<const std::uint8_t> d) { return std::string(d.begin(), d.end()); };
    if (algorithm == "SHA256") return bytes_of(open.sha256.span());
    if (algorithm == "SHA512") return bytes_of(open.digest.sha512.span());
    return std::nullopt;
  };
  const auto verified = trust::verify_detached_with(bytes, digest, store, clock, trust::At::signing_time);
  seal.matches = verified.verdict != trust::Verdict::bad_signature;
  seal.timestamped = !verified.signers.empty() && trust::extract_timestamp_token(bytes).has_value();
  seal.trusted = verified.verdict == trust::Verdict::valid;
  for (const auto& signer : verified.signers) seal.signers.push_back(signer.certificate);
  return seal;
}

}  // namespace versoir::sip
