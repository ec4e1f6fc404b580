// Packing evidence, renewing its time-stamp, verifying the chain of them.
#include "sip/evidence.hpp"

#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "sip/evidence_readme.hpp"
#include "trust/cades.hpp"
#include "trust/embedded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Instant;
using core::msg;
using core::Severity;

namespace {

constexpr std::string_view pack_prefix = "evidence-";
constexpr std::uint64_t longest_signature = 1u << 20;
constexpr std::size_t hex_digits = 2 * core::Sha512::size;

std::string manifest_name(int n) { return fmt::format("manifest-{}.txt", n); }
std::string token_name(int n) { return fmt::format("manifest-{}.tst", n); }
std::string anchors_name(int n) { return fmt::format("trust/tsa-anchors-{}.pem", n); }

std::optional<int> number_after(std::string_view name, std::string_view prefix, std::string_view suffix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size())
    return std::nullopt;
  const auto digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  int n = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (ec != std::errc() || end != digits.data() + digits.size() || n < 1) return std::nullopt;
  return n;
}

/// Name in the pack → digest, of every regular file under `folder`.
using Listing = std::map<std::string, std::string>;
Listing list_files(const fs::path& folder) {
  Listing files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).generic_string()] =
          core::digest_file(entry.path()).sha512.hex();
  return files;
}

/// As `openssl dgst -sha512 -r` writes it.
std::string manifest_text(const Listing& files) {
  std::string text;
  for (const auto& [name, digest] : files) text += digest + " *" + name + "\n";
  return text;
}

Listing read_manifest(const fs::path& file) {
  Listing files;
  const auto text = core::read_file(file);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    at = end + 1;
    if (line.size() < hex_digits + 3 || line.substr(hex_digits, 2) != " *")
      throw Error(Exit::evidence_broken, msg("{0} is not a list of digests.", file.filename().string()));
    files[line.substr(hex_digits + 2)] = line.substr(0, hex_digits);
  }
  return files;
}

/// Lists what is in the folder and has the list time-stamped.
EvidencePack seal_pack(const fs::path& folder, int n, trust::TimestampAuthority* tsa) {
  const auto files = list_files(folder);
  const auto text = manifest_text(files);
  core::write_file(folder / manifest_name(n), text, private_mode);
  if (tsa) core::write_file(folder / token_name(n), tsa->token(text), private_mode);
  return {folder, folder / manifest_name(n), files.size(), tsa != nullptr};
}

/// Copies files into a pack and notes what the notice must tell of their signatures.
class Packer {
 public:
  Packer(const Versement& versement, const EvidenceSources& sources, const fs::path& folder,
         const core::Clock& clock)
      : versement_(versement), sources_(sources), folder_(folder), clock_(clock) {
    std::vector<fs::path> crls;
    if (sources.crl) crls.push_back(*sources.crl);
    store_ = trust::load_trust_store(sources.anchors, sources.tsa_anchors, crls);
    store_.ocsp_der = sources.ocsp;
    store_.require_ocsp = !sources.ocsp.empty();
  }

  ReadmeFacts pack(bool timestamped) {
    facts_.versement = versement_.id();
    facts_.packed = clock_.now();
    facts_.timestamped = timestamped;
    configuration();
    take_folder(versement_.folder(), "versement");
    for (const auto& lot : versement_.plan().lots)
      if (fs::is_directory(versement_.lot(lot.id)))
        take_folder(versement_.lot(lot.id), "versement/lots/" + lot.id.value);
    if (fs::exists(sources_.extract_seal)) {
      copy(sources_.extract_seal, "extract/seal.json");
      copy_if_there(sources_.extract_seal.string() + ".p7s", "extract/seal.json.p7s");
    }
    journal();
    for (const auto& name : signatures_) explain(name);
    return std::move(facts_);
  }

 private:
  void copy(const fs::path& from, const std::string& name) {
    fs::create_directories((folder_ / name).parent_path());
    core::write_file(folder_ / name, core::read_file(from, 4ull << 30), private_mode);
    if (name.ends_with(".p7s")) signatures_.push_back(name);
  }
  void copy_if_there(const fs::path& from, const std::string& name) {
    if (!from.empty() && fs::exists(from)) copy(from, name);
  }
  void configuration() {
    copy(sources_.config, "config/versoir.conf");
    copy_if_there(sources_.roles, "config/roles.json");
    copy_if_there(sources_.roles.string() + ".p7s", "config/roles.json.p7s");
    copy(sources_.anchors, "trust/anchors.pem");
    copy_if_there(sources_.tsa_anchors, anchors_name(1));
    int n = 0;
    for (const auto& crl : store_.crls_der) {
      const auto name = fmt::format("trust/crl-{}.der", ++n);
      core::write_file(folder_ / name, crl, private_mode);
      facts_.crls.push_back(name);
    }
    n = 0;
    for (const auto& answer : store_.ocsp_der) {
      const auto name = fmt::format("trust/ocsp-{}.der", ++n);
      core::write_file(folder_ / name, answer, private_mode);
      facts_.ocsp.push_back(name);
    }
  }
  /// Everything but SIPs, reports with samples, and what is being written.
  void take_folder(const fs::path& from, const std::string& to) {
    for (const auto& entry : fs::directory_iterator(from)) {
      const auto name = entry.path().filename().string();
      const bool nominative = name == "sip.zip" || (name.starts_with("review") && name.ends_with(".html"));
      if (entry.is_regular_file() && !nominative && name.find(".partial") == std::string::npos)
        copy(entry.path(), to + "/" + name);
    }
  }
  /// Whole lines only: another program may be writing the next one.
  void journal() {
    auto text = core::read_file(sources_.journal, 4ull << 30);
    text.resize(text.rfind('\n') + 1);
    fs::create_directories(folder_ / "journal");
    core::write_file(folder_ / "journal/journal.jsonl", text, private_mode);
    const auto prefix = sources_.journal.filename().string() + ".checkpoint-";
    for (const auto& entry : fs::directory_iterator(
             sources_.journal.parent_path().empty() ? fs::path(".") : sources_.journal.parent_path())) {
      const auto name = entry.path().filename().string();
      if (name.starts_with(prefix)) copy(entry.path(), "journal/checkpoint-" + name.substr(prefix.size()));
    }
  }
  /// Certificates, token, and the moment at which the signature is judged.
  void explain(const std::string& name) {
    const auto signature = core::read_file(folder_ / name, longest_signature);
    keep_certificates(signature);
    const auto token = trust::extract_timestamp_token(signature);
    std::optional<Instant> when;
    if (token) when = keep_token(name, signature, *token);
    // visa-1.json.p7s and visa-1.json.2.p7s are both over visa-1.json.
    const auto content =
        name.substr(0, name.size() - std::string_view(name.ends_with(".2.p7s") ? ".2.p7s" : ".p7s").size());
    if (content.ends_with("/sip.zip")) {
      facts_.seals_of_sips.push_back(name);
      return;
    }
    const auto verified = trust::verify_detached(signature, core::read_file(folder_ / content), store_,
                                                 clock_, trust::At::signing_time);
    if (verified.verdict != trust::Verdict::valid || verified.signers.empty()) {
      Error e(Exit::evidence_broken, msg("The signature {0} does not verify: nothing was packed.", name));
      for (const auto& f : verified.findings) std::move(e).because(f.message);
      throw std::move(e).hint(msg("versoir verify says more."));
    }
    if (!when) when = verified.signers.front().claimed_time.value_or(clock_.now());
    facts_.signatures.push_back({name, content, *when});
  }
  void keep_certificates(std::string_view signed_data) {
    fs::create_directories(folder_ / "certificates");
    for (const auto& c : trust::embedded_certificates(signed_data))
      core::write_file(folder_ / "certificates" / (c.fingerprint().hex() + ".pem"), c.pem(), private_mode);
  }
  Instant keep_token(const std::string& name, const std::string& signature, const std::string& token) {
    const auto value = trust::signature_value(signature);
    const auto facts = trust::verify_token(token, value, store_.tsa_anchors);
    keep_certificates(token);
    auto flat = name;
    std::replace(flat.begin(), flat.end(), '/', '.');
    fs::create_directories(folder_ / "tokens");
    core::write_file(folder_ / "tokens" / (flat + ".tst"), token, private_mode);
    core::write_file(folder_ / "tokens" / (flat + ".value"), value, private_mode);
    facts_.tokens.push_back({"tokens/" + flat + ".tst", "tokens/" + flat + ".value", facts.time});
    return facts.time;
  }

  const Versement& versement_;
  const EvidenceSources& sources_;
  const fs::path& folder_;
  const core::Clock& clock_;
  trust::TrustStore store_;
  ReadmeFacts facts_;
  std::vector<std::string> signatures_;
};

Instant end_of_certificates(std::string_view token) {
  auto end = Instant::max();
  for (const auto& c : trust::embedded_certificates(token)) end = std::min(end, c.not_after());
  return end;
}

int last_manifest(const fs::path& pack) {
  int last = 0;
  for (const auto& entry : fs::directory_iterator(pack))
    if (const auto n = number_after(entry.path().filename().string(), "manifest-", ".txt"))
      last = std::max(last, *n);
  return last;
}

/// The lists and tokens of a pack, in their order.
class PackVerifier {
 public:
  PackVerifier(const fs::path& pack, const std::vector<trust::Certificate>& anchors, std::chrono::days margin,
               const core::Clock& clock)
      : pack_(pack), anchors_(anchors), margin_(margin), clock_(clock) {}

  EvidenceVerification verify() {
    const int last = last_manifest(pack_);
    if (last == 0) {
      error("evidence-manifest", msg("The pack has no manifest-1.txt."));
      return std::move(result_);
    }
    auto files = list_files(pack_);
    files.erase(manifest_name(last));
    files.erase(token_name(last));
    compare(files, last);
    for (int n = 1; n <= last; ++n) {
      if (!fs::exists(pack_ / manifest_name(n))) {
        error("evidence-missing", msg("{0} is missing.", manifest_name(n)));
        continue;
      }
      if (n < last) require_covered(files, n);
      verify_link(n, last);
    }
    judge_end();
    return std::move(result_);
  }

 private:
  void add(Severity severity, const char* code, core::Message m) {
    result_.findings.push_back({severity, code, std::move(m), pack_.filename().string()});
  }
  void error(const char* code, core::Message m) { add(Severity::error, code, std::move(m)); }

  void compare(const Listing& files, int n) {
    const auto listed = read_manifest(pack_ / manifest_name(n));
    for (const auto& [name, digest] : listed) {
      const auto at = files.find(name);
      if (at == files.end())
        error("evidence-missing", msg("{0} is in {1}, and is missing.", name, manifest_name(n)));
      else if (at->second != digest)
        error("evidence-digest", msg("{0} is no longer the file of {1}.", name, manifest_name(n)));
    }
    for (const auto& [name, digest] : files)
      if (!listed.contains(name))
        error("evidence-foreign", msg("{0} is not in {1}: nothing proves it.", name, manifest_name(n)));
  }
  /// An earlier list may know fewer files, never others.
  void require_covered(const Listing& files, int n) {
    for (const auto& [name, digest] : read_manifest(pack_ / manifest_name(n)))
      if (const auto at = files.find(name); at != files.end() && at->second != digest)
        error("evidence-digest", msg("{0} is no longer the file of {1}.", name, manifest_name(n)));
  }
  void verify_link(int n, int last) {
    const auto file = pack_ / token_name(n);
    if (!fs::exists(file)) {
      // Before the last one: a token that was there is in the list after it, and was told as missing.
      if (n < last) return;
      if (n > 1)
        error("evidence-token", msg("{0} is missing.", token_name(n)));
      else
        add(Severity::warning, "evidence-token",
            msg("The pack has no time-stamp: versoir evidence --renew gives one."));
      return;
    }
    try {
      const auto token = core::read_file(file, longest_signature);
      const auto anchors =
          n == last ? anchors_ : trust::Certificate::list_from_pem_file(pack_ / anchors_name(n));
      const auto facts = trust::verify_token(token, core::read_file(pack_ / manifest_name(n)), anchors);
      if (until_ && facts.time > *until_)
        error("evidence-late",
              msg("{0} came on {1}, when the certificates of the token before it had ended on {2}: "
                  "nothing proves what stood in between.",
                  token_name(n), core::format_instant(facts.time), core::format_instant(*until_)));
      if (result_.timestamps == 0) result_.since = facts.time;
      ++result_.timestamps;
      until_ = end_of_certificates(token);
    } catch (const Error& e) {
      error("evidence-token", msg("{0}: {1}", token_name(n), e.message().text()));
    }
  }
  void judge_end() {
    result_.until = until_;
    if (!until_) return;
    if (clock_.now() > *until_)
      error("evidence-expired",
            msg("The certificates of the last time-stamp ended on {0}, and it was not renewed.",
                core::show_date(*until_)));
    else if (clock_.now() > *until_ - margin_)
      add(Severity::warning, "evidence-renew",
          msg("The last time-stamp must be renewed before {0}: versoir evidence --renew.",
              core::show_date(*until_)));
  }

  const fs::path& pack_;
  const std::vector<trust::Certificate>& anchors_;
  std::chrono::days margin_;
  const core::Clock& clock_;
  std::optional<Instant> until_;
  EvidenceVerification result_;
};

}  // namespace

std::vector<fs::path> evidence_packs(const Versement& versement) {
  std::map<int, fs::path> packs;
  std::error_code ec;
  for (fs::directory_iterator it(versement.folder(), ec), end; !ec && it != end; it.increment(ec))
    if (const auto n = number_after(it->path().filename().string(), pack_prefix, ""); n && it->is_directory())
      packs[*n] = it->path();
  std::vector<fs::path> list;
  for (auto& [n, path] : packs) list.push_back(std::move(path));
  return list;
}

EvidencePack pack_evidence(const Versement& versement, const EvidenceSources& sources,
                           trust::TimestampAuthority* tsa, const core::Clock& clock) {
  const auto packs = evidence_packs(versement);
  const int number =
      packs.empty() ? 1 : number_after(packs.back().filename().string(), pack_prefix, "").value() + 1;
  const core::TemporaryDirectory work(versement.folder());
  const auto folder = work.path() / "pack";
  fs::create_directories(folder / "trust");
  fs::permissions(folder, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
  const auto facts = Packer(versement, sources, folder, clock).pack(tsa != nullptr);
  core::write_file(folder / "README.txt", evidence_readme(facts), private_mode);
  auto pack = seal_pack(folder, 1, tsa);
  const auto final_folder = versement.file(fmt::format("{}{}", pack_prefix, number));
  fs::rename(folder, final_folder);
  core::sync_directory(versement.folder());
  pack.folder = final_folder;
  pack.manifest = final_folder / manifest_name(1);
  return pack;
}

EvidencePack renew_evidence(const fs::path& pack, const fs::path& tsa_anchors, trust::TimestampAuthority& tsa,
                            const core::Clock& clock) {
  const int n = last_manifest(pack) + 1;
  const auto commands = pack / fmt::format("renewal-{}.txt", n);
  // The list comes last: without it the rest proves nothing, and is what a crash left.
  const auto undo = [&] {
    std::error_code ec;
    for (const auto& file : {pack / anchors_name(n), commands, pack / token_name(n)}) fs::remove(file, ec);
  };
  undo();
  try {
    core::write_file(pack / anchors_name(n), core::read_file(tsa_anchors), private_mode);
    core::write_file(commands, manifest_commands(n, clock.now(), true), private_mode);
    const auto files = list_files(pack);
    const auto text = manifest_text(files);
    const auto token = tsa.token(text);
    core::write_file(pack / token_name(n), token, private_mode);
    core::write_file(pack / manifest_name(n), text, private_mode);
    return {pack, pack / manifest_name(n), files.size(), true};
  } catch (...) {
    undo();
    throw;
  }
}

EvidenceVerification verify_evidence(const fs::path& pack, const std::vector<trust::Certificate>& tsa_anchors,
                                     std::chrono::days margin, const core::Clock& clock) {
  return PackVerifier(pack, tsa_anchors, margin, clock).verify();
}

}  // namespace versoir::sip
