// The right to send one lot, verified from what stands on disk today: every defect told, the first one
// decides.
#include "sip/sip_file.hpp"
#include "sip/visa.hpp"
#include "sip/visa_rights.hpp"
#include "sip/visa_shelf.hpp"

#include <algorithm>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Exit;
using core::Finding;
using core::Json;
using core::Message;
using core::msg;
using core::Severity;

namespace {

Json object_of(const Json& json, const char* key) {
  const auto at = json.find(key);
  return at != json.end() && at->is_object() ? *at : Json::object();
}

/// An integer member, -1 when absent: no count, size or tenant of ours is negative.
std::int64_t integer_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_number_integer() ? at->get<std::int64_t>() : -1;
}

/// The latest visa that speaks of the lot. None: the latest of all, if any, so that its defects are told.
const VisaFile* deciding_visa(const std::vector<VisaFile>& visas, const MessageIdentifier& lot) {
  for (auto visa = visas.rbegin(); visa != visas.rend(); ++visa)
    if (coverage(*visa, lot) != Coverage::none) return &*visa;
  return visas.empty() ? nullptr : &visas.back();
}

}  // namespace

/// Friend of ApprovedSip: the only place that makes one.
struct VisaVerifier {
  VisaVerifier(const Versement& v, const Plan& p, const MessageIdentifier& l, const Target& t,
               const trust::TrustStore& s, const trust::RoleRegister& r, const core::Clock& c, Signatures n)
      : versement_(v), plan_(p), lot_(l), target_(t), store_(s), roles_(r), clock_(c), signatures_(n) {}

  VisaVerification run(const std::vector<VisaFile>& visas) {
    now_ = clock_.now();
    const auto* visa = deciding_visa(visas, lot_);
    if (!visa) {
      defect(Exit::visa_missing, msg("The versement {0} has no visa.", versement_.id()));
      return conclude(nullptr);
    }
    where_ = fmt::format("visa-{}.json", visa->number);
    if (requires_timestamp(*visa) || roles_.timestamps_required()) {
      // Promised when it was signed: what the configuration says since weakens nothing.
      store_.require_timestamp = true;
      store_.timestamps_since.reset();
    }
    open();
    check_decision(*visa);
    if (!visa->signature.empty()) check_signatures(*visa);
    if (!visa->json.empty()) {
      check_subject(*visa);
      check_four_eyes();
      check_window(*visa);
      check_target(*visa);
      check_bytes(*visa);
    }
    return conclude(visa);
  }

 private:
  struct Defect {
    Exit code;
    Finding finding;
  };

  void defect(Exit code, Message message) {
    defects_.push_back(
        {code, {Severity::error, std::string(core::exit_name(code)), std::move(message), where_}});
  }

  void note(std::string code, Message message) {
    notes_.push_back({Severity::warning, std::move(code), std::move(message), where_});
  }

  /// Once, before anything is compared: the descriptor that is hashed here is the one that is sent.
  void open() {
    const auto path = versement_.sip(lot_);
    if (!fs::exists(path)) return;
    sip_ = open_sip(path);
    seal_ = read_seal(path, *sip_, store_, clock_);
  }

  void check_decision(const VisaFile& visa) {
    const auto covers = coverage(visa, lot_);
    const auto decision = core::text_of(visa.json, "decision");
    if (covers == Coverage::excluded)
      defect(Exit::visa_missing, msg("Visa {0} leaves out the lot {1}.", visa.number, lot_.value));
    else if (covers == Coverage::covered && decision == decision_name(Decision::refuse))
      defect(Exit::visa_missing, msg("The archivist refused this lot (visa {0}).", visa.number));
    else if (covers == Coverage::covered && decision == decision_name(Decision::revoke))
      defect(Exit::visa_missing, msg("The approval of this lot was withdrawn (visa {0}).", visa.number));
    else if (covers == Coverage::covered && decision != decision_name(Decision::approve))
      defect(Exit::visa_missing, msg("Visa {0} is no approval.", visa.number));
    if (visa.signature.empty())
      defect(Exit::visa_missing, msg("Visa {0} is not signed: its .p7s is missing.", visa.number));
  }

  void check_signatures(const VisaFile& visa) {
    auto signers = verified_signers(visa, visa.signature, where_);
    if (signers.empty()) return;
    if (!visa.second.empty())
      for (auto& s : verified_signers(visa, visa.second, where_ + ".2.p7s")) signers.push_back(std::move(s));
    for (const auto& signer : signers) signers_.push_back(signer.certificate);
    check_signers(visa, signers);
    if (signatures_hold_) check_persons(visa);  // otherwise what is wrong with one says more
  }

  /// Empty when the signature does not hold: who signed then means nothing.
  std::vector<trust::SignerFacts> verified_signers(const VisaFile& visa, const std::string& signature,
                                                   const std::string& where) {
    auto verified = trust::verify_detached(signature, visa.bytes, store_, clock_, trust::At::now);
    const auto code = exit_of(verified.verdict);
    if (code != Exit::ok) {
      signatures_hold_ = false;
      bool told = false;
      for (auto finding : verified.findings) {
        if (finding.severity == Severity::error) told = true;
        if (finding.where.empty()) finding.where = where;
        defects_.push_back({code, std::move(finding)});
      }
      if (!told) defect(code, msg("The signature of visa {0} does not verify.", visa.number));
    }
    if (code == Exit::ok) notes_.insert(notes_.end(), verified.findings.begin(), verified.findings.end());
    if (visa.json.empty() && code == Exit::ok)
      defect(Exit::visa_bad_signature, msg("Visa {0} is not readable.", visa.number));
    if (verified.verdict == trust::Verdict::bad_signature) return {};
    return std::move(verified.signers);
  }

  /// By the visa itself, by the register or by the configuration of today: the most counts.
  void check_persons(const VisaFile& visa) {
    if (signatures_.before_second) return;
    const int needed =
        std::max({signatures_required(visa), signatures_.at_least, roles_.signatures_required()});
    const auto persons = static_cast<int>(distinct_persons(signers_));
    if (persons >= needed) return;
    defect(Exit::visa_missing, msg("Visa {0} is signed by {1} of the {2} different persons that it takes.",
                                   visa.number, persons, needed));
  }

  /// Every signer holds a role, today and when signing, and one of them is an archivist (crypto policy: a
  /// valid signature by someone without the role is refused). The role counts, not the name that the document
  /// gives: that one is only noted.
  void check_signers(const VisaFile& visa, const std::vector<trust::SignerFacts>& signers) {
    // By the platform that was approved; whether it is the one at hand is another question (47).
    const auto place = place_of(visa);
    const auto named = core::text_of(object_of(visa.json, "signer"), "certificate");
    bool by_archivist = false, by_named = false;
    for (const auto& signer : signers) {
      const auto& who = signer.certificate;
      by_named = by_named || who.fingerprint().hex() == named;
      by_archivist = by_archivist || roles_.find(who, trust::Role::archivist, place, now_) != nullptr;
      check_right(signer, place);
      if (!signer.approval && core::text_of(visa.json, "decision") == decision_name(Decision::approve))
        note("visa-commitment",
             msg("The signature of {0} does not declare itself a proof of approval.", who.common_name()));
    }
    if (!by_archivist)
      defect(Exit::visa_untrusted, msg("Visa {0} is not signed by an archivist.", visa.number));
    if (!by_named)
      note("visa-signer", msg("Visa {0} is not signed with the certificate that it names.", visa.number));
  }

  void check_right(const trust::SignerFacts& signer, trust::Place place) {
    const auto in_office = [&](trust::Role role) {
      return roles_.find(signer.certificate, role, place, now_) != nullptr;
    };
    if (std::none_of(std::begin(deciding_roles), std::end(deciding_roles), in_office))
      return defect(Exit::visa_untrusted,
                    msg("{0} has no role on platform {1} today that allows this signature.",
                        signer.certificate.common_name(), place.platform));
    for (auto& d : right_defects(signing_right(roles_, signer, place, now_), signer, place))
      defect(d.code, std::move(d.message));
  }

  void check_subject(const VisaFile& visa) {
    const auto other = [&](Message m) { defect(Exit::visa_other_versement, std::move(m)); };
    const auto& json = visa.json;
    if (core::text_of(json, "format") != visa_format)
      other(msg("Visa {0} is of an unknown format.", visa.number));
    if (core::text_of(json, "versement") != plan_.versement)
      other(
          msg("The visa is for versement {0}, not {1}.", core::text_of(json, "versement"), plan_.versement));
    if (integer_of(json, "attempt") != plan_.attempt)
      other(msg("The visa is for another attempt than the present plan ({0}).", plan_.attempt));
    // The number is signed: a file renamed to pass over a later decision is seen.
    if (integer_of(json, "number") != visa.number)
      other(msg("The visa in {0} was signed as number {1}.", where_, integer_of(json, "number")));
    if (coverage(visa, lot_) == Coverage::none) other(msg("The visa does not name the lot {0}.", lot_.value));
    if (core::text_of(object_of(json, "extract"), "root") != plan_.extract_root)
      other(msg("The visa is for another extract."));
    if (core::text_of(json, "planSha512") != core::digest_file(versement_.file("plan.json")).sha512.hex())
      other(msg("The plan changed since the visa was signed."));
  }

  /// Two persons: the seal must be a registered producer's, or anybody could have made it, the signer
  /// included. A seal of other bytes is told with the bytes.
  void check_producer() {
    if (!seal_ || !seal_->matches) return;
    const bool registered =
        seal_->trusted && std::any_of(seal_->signers.begin(), seal_->signers.end(),
                                      [&](const auto& who) { return roles_.is_producer(who); });
    if (!registered)
      defect(Exit::visa_by_producer, msg("The seal of lot {0} is not the valid seal of a registered "
                                         "producer: nothing shows that two persons acted.",
                                         lot_.value));
  }

  void check_four_eyes() {
    check_producer();
    for (const auto& signer : signers_) {
      if (roles_.is_producer(signer))
        defect(Exit::visa_by_producer, msg("{0} is registered as a producer.", signer.common_name()));
      if (!seal_) continue;
      for (const auto& producer : seal_->signers)
        if (trust::same_person(producer, signer))
          defect(Exit::visa_by_producer, msg("{0} also sealed the SIP.", signer.common_name()));
    }
  }

  void check_window(const VisaFile& visa) {
    const auto from = core::parse_instant(core::text_of(visa.json, "notBefore"));
    const auto to = core::parse_instant(core::text_of(visa.json, "notAfter"));
    if (!from || !to || now_ < *from || now_ > *to)
      defect(Exit::visa_expired,
             msg("The visa holds from {0} to {1}; it is {2}.", core::text_of(visa.json, "notBefore"),
                 core::text_of(visa.json, "notAfter"), core::format_instant(now_)));
  }

  void check_target(const VisaFile& visa) {
    // A refusal or a withdrawal binds no address: what it lacks is no cause.
    if (core::text_of(visa.json, "decision") != decision_name(Decision::approve)) return;
    const auto json = object_of(visa.json, "target");
    const auto other = [&](Message m) { defect(Exit::visa_other_platform, std::move(m)); };
    const Target approved{core::text_of(json, "platform"), integer_of(json, "tenant"),
                          core::text_of(json, "ingestUrl"), core::text_of(json, "caSha256")};
    if (approved.platform != target_.platform || approved.tenant != target_.tenant)
      other(msg("The visa is for platform {0}, tenant {1}, not for platform {2}, tenant {3}.",
                approved.platform, approved.tenant, target_.platform, target_.tenant));
    if (approved.ingest_url != target_.ingest_url)
      other(msg("The platform was approved at {0}; the configuration now says {1}.", approved.ingest_url,
                target_.ingest_url));
    if (approved.ca_sha256 != target_.ca_sha256)
      other(
          msg("The platform was approved under the trust anchors of SHA-256 {0}; those of the configuration "
              "are now {1}.",
              approved.ca_sha256, target_.ca_sha256));
  }

  void check_bytes(const VisaFile& visa) {
    const auto changed = [&](Message m) { defect(Exit::visa_sip_changed, std::move(m)); };
    const auto entry = lot_entry(visa.json);
    if (entry.empty()) {  // not named: told already, unless it is named without its digests
      if (coverage(visa, lot_) == Coverage::covered)
        changed(msg("The visa names the lot {0} without its digests.", lot_.value));
      return;
    }
    if (!sip_) return changed(msg("The SIP of lot {0} is no longer there.", lot_.value));
    if (sip_->digest.sha512.hex() != core::text_of(entry, "sha512") ||
        static_cast<std::int64_t>(sip_->digest.size) != integer_of(entry, "size"))
      return changed(msg("The SIP of lot {0} is not the one that was approved.", lot_.value));
    if (store_.require_timestamp && seal_ && !seal_->matches && !seal_->timestamped)
      changed(msg("The seal of lot {0} has no time-stamp any more.", lot_.value));
    if (!seal_ || !seal_->matches || seal_->digest.hex() != core::text_of(entry, "sealSha512"))
      changed(msg("The seal of lot {0} is missing or not the one that was approved.", lot_.value));
    try {
      manifest_ = manifest_digest(*sip_);
      if (manifest_.hex() != core::text_of(entry, "manifestSha512"))
        changed(msg("The manifest of lot {0} is not the one that was approved.", lot_.value));
    } catch (const core::Error& e) {
      changed(msg("The SIP of lot {0} cannot be read: {1}", lot_.value, e.what()));
    }
  }

  Json lot_entry(const Json& visa) const {
    const auto lots = visa.find("lots");
    if (lots == visa.end() || !lots->is_array()) return Json::object();
    for (const auto& entry : *lots)
      if (entry.is_object() && core::text_of(entry, "messageIdentifier") == lot_.value) return entry;
    return Json::object();
  }

  VisaVerification conclude(const VisaFile* visa) {
    // Exit codes 41 to 48 are numbered in verification order.
    std::stable_sort(defects_.begin(), defects_.end(),
                     [](const Defect& a, const Defect& b) { return a.code < b.code; });
    VisaVerification result;
    if (!defects_.empty()) result.code = defects_.front().code;
    for (auto& d : defects_) result.findings.push_back(std::move(d.finding));
    for (auto& note : notes_) result.findings.push_back(std::move(note));
    if (result.code != Exit::ok || !visa || !sip_) return result;
    ApprovedSip approved;
    approved.id_ = lot_;
    approved.digest_ = sip_->digest;
    approved.fd_ = std::move(sip_->fd);
    approved.target_ = target_;
    approved.manifest_ = manifest_;
    approved.visa_ = visa->number;
    approved.context_id_ = context_id(plan_);
    result.approved = std::move(approved);
    return result;
  }

  const Versement& versement_;
  const Plan& plan_;
  const MessageIdentifier& lot_;
  const Target& target_;
  trust::TrustStore store_;
  const trust::RoleRegister& roles_;
  const core::Clock& clock_;
  Signatures signatures_;
  bool signatures_hold_ = true;
  core::Instant now_{};
  std::string where_;
  std::optional<OpenSip> sip_;
  std::optional<SealFacts> seal_;
  std::vector<trust::Certificate> signers_;
  core::Sha512 manifest_{};
  std::vector<Defect> defects_;
  std::vector<Finding> notes_;
};

Exit exit_of(trust::Verdict verdict) noexcept {
  switch (verdict) {
    case trust::Verdict::valid:
      return Exit::ok;
    case trust::Verdict::bad_signature:
      return Exit::visa_bad_signature;
    case trust::Verdict::untrusted:
      return Exit::visa_untrusted;
    case trust::Verdict::expired:
    case trust::Verdict::revoked:
    case trust::Verdict::indeterminate:
      return Exit::visa_expired;
  }
  return Exit::visa_bad_signature;
}

VisaVerification verify_visa(const Versement& versement, const Plan& plan, const MessageIdentifier& lot,
                             const Target& target, const trust::TrustStore& store,
                             const trust::RoleRegister& roles, const core::Clock& clock,
                             Signatures signatures) {
  return verify_visa(list_visas(versement), versement, plan, lot, target, store, roles, clock, signatures);
}

VisaVerification verify_visa(const std::vector<VisaFile>& visas, const Versement& versement, const Plan& plan,
                             const MessageIdentifier& lot, const Target& target,
                             const trust::TrustStore& store, const trust::RoleRegister& roles,
                             const core::Clock& clock, Signatures signatures) {
  return VisaVerifier(versement, plan, lot, target, store, roles, clock, signatures).run(visas);
}

}  // namespace versoir::sip
