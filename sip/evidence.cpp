// Packing evidence and renewing its time-stamp.
#include "sip/evidence.hpp"

#include "core/digest.hpp"
#include "core/file.hpp"
#include "sip/bound_lists.hpp"
#include "sip/closing.hpp"
#include "sip/evidence_files.hpp"
#include "sip/evidence_readme.hpp"
#include "sip/work_folder.hpp"
#include "trust/embedded.hpp"
#include "trust/journal.hpp"
#include "trust/seal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Instant;
using core::msg;
using core::Severity;

namespace {

constexpr std::string_view pack_prefix = "evidence-";
constexpr std::uint64_t longest_signature = 1u << 20;

void copy_bytes(const fs::path& from, const fs::path& to) {
  std::ifstream in(from, std::ios::binary);
  if (!in) core::throw_errno("open", from.string());
  core::AtomicFile out(to, private_mode);
  std::array<char, 1u << 16> piece{};
  while ((in.read(piece.data(), piece.size()), in.gcount() > 0))
    out.write({piece.data(), static_cast<std::size_t>(in.gcount())});
  if (in.bad()) core::throw_errno("read", from.string());
  out.commit();
}

/// What the folder of a versement may give to a pack: names that this program writes, and no other.
bool is_packed_of_versement(std::string_view name) {
  constexpr std::array names{"plan.json",   "filing-plan.xml", "kept.csv",  "left-out.csv",
                             "tableau.csv", "tableau.html",    "files.csv", "closing.json"};
  return std::ranges::find(names, name) != names.end() || number_after(name, "visa-", ".json") ||
         number_after(name, "visa-", ".json.p7s") || number_after(name, "visa-", ".json.2.p7s") ||
         (name.starts_with("ocsp-") && name.ends_with(".der"));
}
bool is_packed_of_lot(std::string_view name) {
  constexpr std::array names{"build.json",    "check.json",     "sending.json", "operation.json",
                             "atr.xml",       "atr.unreadable", "receipt.json", "system-ids.csv",
                             "warnings.json", "closing.json",   "sip.zip.p7s",  "read-back.json"};
  return std::ranges::find(names, name) != names.end();
}

/// Copies files into a pack and notes what the notice must tell of their signatures and of what binds them.
class Packer {
 public:
  Packer(const Versement& versement, const EvidenceSources& sources, const fs::path& folder,
         const core::Clock& clock)
      : versement_(versement),
        sources_(sources),
        folder_(folder),
        clock_(clock),
        plan_(versement.plan()),
        visas_(list_visas(versement)) {}

  ReadmeFacts pack(bool timestamped) {
    facts_.versement = versement_.id();
    facts_.packed = clock_.now();
    facts_.timestamped = timestamped;
    configuration();
    take_folder(versement_.folder(), "versement", is_packed_of_versement);
    for (const auto& lot : plan_.lots)
      if (fs::is_directory(versement_.lot(lot.id))) {
        take_folder(versement_.lot(lot.id), "versement/lots/" + lot.id.value, is_packed_of_lot);
        bind_lot(lot);
      }
    for (const auto& visa : visas_)
      if (visa.json.value("attempt", 0) == plan_.attempt)
        facts_.visas.push_back(fmt::format("versement/visa-{}.json", visa.number));
    if (plan_.is_of_extract()) extract_seal();
    journals();
    for (const auto& name : signatures_) explain(name);
    return std::move(facts_);
  }
  [[nodiscard]] std::vector<core::Finding> findings() && { return std::move(findings_); }

 private:
  void warn(const char* code, core::Message m) {
    findings_.push_back({Severity::warning, code, std::move(m), versement_.id()});
  }
  void copy(const fs::path& from, const std::string& name) {
    fs::create_directories((folder_ / name).parent_path());
    copy_bytes(from, folder_ / name);
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
    for (const auto* lists : {&sources_.store.crls_der, &sources_.store.tsa_crls_der})
      for (const auto& crl : *lists) {
        facts_.crls.push_back(fmt::format("trust/crl-{}.der", ++n));
        core::write_file(folder_ / facts_.crls.back(), crl, private_mode);
      }
    n = 0;
    for (const auto* answers : {&sources_.store.ocsp_der, &sources_.store.tsa_ocsp_der})
      for (const auto& answer : *answers) {
        facts_.ocsp.push_back(fmt::format("trust/ocsp-{}.der", ++n));
        core::write_file(folder_ / facts_.ocsp.back(), answer, private_mode);
      }
    const auto configuration_now = core::sha256_file(sources_.config).hex();
    for (const auto& visa : visas_)
      if (const auto under = core::text_of(visa.json, "configurationSha256");
          !under.empty() && under != configuration_now)
        findings_.push_back(
            {Severity::info, "evidence-configuration",
             msg("versoir.conf is no longer the one under which visa {0} was prepared (SHA-256 "
                 "{1}…): the pack holds the one of today.",
                 visa.number, under.substr(0, 16)),
             versement_.id()});
    for (const auto& visa : visas_)
      if (const auto cited = core::text_of(visa.json, "roleRegisterSha512");
          !cited.empty() && fs::exists(sources_.roles) &&
          cited != core::digest_file(sources_.roles).sha512.hex())
        warn("evidence-roles",
             msg("The role register is no longer the one that visa {0} cites (SHA-512 {1}…): the "
                 "pack holds the one of today.",
                 visa.number, cited.substr(0, 16)));
  }
  /// No SIP, no report with samples, nothing that somebody else put there, no link.
  void take_folder(const fs::path& from, const std::string& to, bool (*is_packed)(std::string_view)) {
    for (const auto& entry : fs::directory_iterator(from)) {
      const auto name = entry.path().filename().string();
      if (entry.is_regular_file() && !entry.is_symlink() && is_packed(name))
        copy(entry.path(), to + "/" + name);
    }
  }
  /// Which files of a lot cite the digests of which others.
  void bind_lot(const PlannedLot& lot) {
    const auto* visa = approval_of(versement_, lot.id, visas_);
    const auto folder = "versement/lots/" + lot.id.value + "/";
    if (!visa || !fs::exists(folder_ / (folder + "receipt.json"))) return;
    facts_.lots.push_back({folder, fmt::format("versement/visa-{}.json", visa->number)});
  }
  /// The seal of the extract that was planned, and of no other that took its name since.
  void extract_seal() {
    if (!fs::exists(sources_.extract_seal))
      return warn("evidence-extract", msg("{0} is missing: the pack holds no seal of the extract.",
                                          sources_.extract_seal.string()));
    const auto seal = core::read_json(sources_.extract_seal, Exit::evidence_broken);
    const auto file = seal.value("file", core::Json::object());
    if (core::text_of(seal, "root") != plan_.extract_root ||
        (!plan_.extract_sha512.empty() && core::text_of(file, "sha512") != plan_.extract_sha512))
      return warn(
          "evidence-extract",
          msg("{0} is the seal of another extract than the one that was planned: it is not in the pack.",
              sources_.extract_seal.string()));
    copy(sources_.extract_seal, "extract/seal.json");
    copy_if_there(trust::seal_path(sources_.extract_seal), "extract/seal.json.p7s");
  }
  /// Its whole lines, in one file whatever rotations cut: journals grow while they are read.
  static void copy_whole_journal(const fs::path& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    core::AtomicFile out(to, private_mode);
    core::FileSink sink(out);
    trust::copy_journal(from, sink);
    out.commit();
  }
  void journals() {
    for (const auto& file : sources_.journals) {
      const auto name = file.filename().string();
      copy_whole_journal(file, folder_ / "journal" / name);
      facts_.journals.push_back("journal/" + name);
      const auto prefix = name + ".checkpoint-";
      for (const auto& entry :
           fs::directory_iterator(file.parent_path().empty() ? fs::path(".") : file.parent_path()))
        if (const auto point = entry.path().filename().string();
            number_after(point, prefix, ".json") || number_after(point, prefix, ".json.p7s"))
          copy(entry.path(), "journal/" + point);
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
    // That signatures must be time-stamped may stand in the register itself: its own is judged without
    // (decision 0013).
    auto store = sources_.store;
    if (content == "config/roles.json") store.require_timestamp = false;
    const auto verified = trust::verify_detached(signature, core::read_file(folder_ / content), store, clock_,
                                                 trust::At::signing_time);
    if (verified.verdict != trust::Verdict::valid || verified.signers.empty()) {
      Error e(Exit::evidence_broken, msg("The signature {0} does not verify: nothing was packed.", name));
      for (const auto& f : verified.findings) std::move(e).because(f.message);
      throw std::move(e).hint(msg("versoir verify says more."));
    }
    const auto& signer = verified.signers.front();
    if (!when) when = signer.claimed_time.value_or(clock_.now());
    facts_.signatures.push_back({name, content, *when, certificate_name(signer.certificate)});
  }
  static std::string certificate_name(const trust::Certificate& c) {
    return "certificates/" + c.fingerprint().hex() + ".pem";
  }
  void keep_certificates(std::string_view signed_data) {
    fs::create_directories(folder_ / "certificates");
    for (const auto& c : trust::embedded_certificates(signed_data))
      core::write_file(folder_ / certificate_name(c), c.pem(), private_mode);
  }
  Instant keep_token(const std::string& name, const std::string& signature, const std::string& token) {
    const auto value = trust::signature_value(signature);
    const auto facts = trust::verify_token(token, value, sources_.store.tsa_anchors);
    keep_certificates(token);
    auto flat = name;
    std::replace(flat.begin(), flat.end(), '/', '.');
    fs::create_directories(folder_ / "tokens");
    core::write_file(folder_ / "tokens" / (flat + ".tst"), token, private_mode);
    core::write_file(folder_ / "tokens" / (flat + ".value"), value, private_mode);
    facts_.tokens.push_back({"tokens/" + flat + ".tst", "tokens/" + flat + ".value", facts.time, {}});
    return facts.time;
  }

  const Versement& versement_;
  const EvidenceSources& sources_;
  const fs::path& folder_;
  const core::Clock& clock_;
  const Plan plan_;
  const std::vector<VisaFile> visas_;
  ReadmeFacts facts_;
  std::vector<std::string> signatures_;
  std::vector<core::Finding> findings_;
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
                           trust::TimestampAuthority* tsa, const BeforePublishing& announce,
                           const core::Clock& clock) {
  const auto packs = evidence_packs(versement);
  const int number =
      packs.empty() ? 1 : number_after(packs.back().filename().string(), pack_prefix, "").value() + 1;
  const auto final_folder = versement.file(fmt::format("{}{}", pack_prefix, number));
  const WorkFolder work(versement.file(packing_name));
  const auto folder = work.path() / "pack";
  fs::create_directories(folder / "trust");
  fs::permissions(folder, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec);
  Packer packer(versement, sources, folder, clock);
  const auto facts = packer.pack(tsa != nullptr);
  core::write_file(folder / "README.txt", evidence_readme(facts), private_mode);
  const auto files = list_files(folder);
  const auto text = manifest_text(files);
  core::write_file(folder / manifest_name(1), text, private_mode);
  if (tsa) core::write_file(folder / token_name(1), tsa->token(text), private_mode);
  announce(final_folder / manifest_name(1), core::sha512(text));
  fs::rename(folder, final_folder);
  core::sync_directory(versement.folder());
  return {final_folder, final_folder / manifest_name(1), files.size(), tsa != nullptr,
          std::move(packer).findings()};
}

void discard_unfinished_renewal(const fs::path& pack) {
  const int last = last_manifest(pack);
  if (last == 0) return;  // nothing is known of such a folder
  for (const auto& name : renewal_parts(last + 1)) {
    std::error_code ec;
    fs::remove(pack / name, ec);
    if (ec) throw Error(Exit::disk, msg("{0} cannot be removed: {1}", (pack / name).string(), ec.message()));
  }
}

EvidencePack renew_evidence(const fs::path& pack, const fs::path& tsa_anchors, trust::TimestampAuthority& tsa,
                            const BeforePublishing& announce, const core::Clock& clock) {
  const int n = last_manifest(pack) + 1;
  discard_unfinished_renewal(pack);
  try {
    core::write_file(pack / anchors_name(n), core::read_file(tsa_anchors), private_mode);
    core::write_file(pack / renewal_name(n), manifest_commands(n, clock.now(), true), private_mode);
    const auto files = list_files(pack);
    const auto text = manifest_text(files);
    const auto token = tsa.token(text);
    announce(pack / manifest_name(n), core::sha512(text));
    core::write_file(pack / token_name(n), token, private_mode);
    core::write_file(pack / manifest_name(n), text, private_mode);
    return {pack, pack / manifest_name(n), files.size(), true, {}};
  } catch (...) {
    std::error_code ec;  // the list comes last: without it the rest proves nothing
    for (const auto& name : renewal_parts(n)) fs::remove(pack / name, ec);
    throw;
  }
}

}  // namespace versoir::sip
