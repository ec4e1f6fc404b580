// The right to sign a visa, judged at the time of its signature.
#include "sip/visa_rights.hpp"

#include "trust/embedded.hpp"
#include "trust/seal.hpp"

#include <algorithm>
#include <iterator>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Exit;
using core::Finding;
using core::Json;
using core::Message;
using core::msg;
using trust::Standing;

trust::Place place_of(const VisaFile& visa) {
  const auto target = visa.json.find("target");
  if (target == visa.json.end() || !target->is_object()) return {"", -1};
  const auto platform = target->find("platform");
  const auto tenant = target->find("tenant");
  return {platform != target->end() && platform->is_string()
              ? std::string_view(platform->get_ref<const std::string&>())
              : std::string_view(),
          tenant != target->end() && tenant->is_number_integer() ? tenant->get<std::int64_t>() : -1};
}

SigningRight signing_right(const trust::RoleRegister& roles, const trust::SignerFacts& signer,
                           trust::Place place, core::Instant now) {
  trust::SignedWhen when{std::nullopt, signer.claimed_time, now};
  if (signer.timestamp) when.proven = signer.timestamp->time;
  SigningRight best;
  for (const auto role : deciding_roles) {
    auto judged = roles.judge_signature(signer.certificate, role, place, when);
    if (judged.standing == Standing::held) return {Standing::held, role, {}};
    if (judged.standing == Standing::unproven && best.standing == Standing::lacking) {
      best.standing = Standing::unproven;
      best.role = role;
    }
    std::move(judged.reasons.begin(), judged.reasons.end(), std::back_inserter(best.reasons));
  }
  return best;
}

std::vector<RightDefect> right_defects(const SigningRight& right, const trust::SignerFacts& signer,
                                       trust::Place place) {
  const auto name = signer.certificate.common_name();
  std::vector<RightDefect> defects;
  switch (right.standing) {
    case Standing::held:
      return defects;
    case Standing::lacking:
      defects.push_back(
          {Exit::visa_untrusted,
           msg("{0} had no role on platform {1}, tenant {2}, that allowed this signature when it "
               "was made.",
               name, place.platform, place.tenant)});
      break;
    case Standing::unproven:
      defects.push_back(
          {Exit::visa_expired,
           msg("Whether {0} still had the role when signing cannot be told: it is over today, and "
               "no time-stamp proves when the signature was made.",
               name)});
      break;
  }
  for (const auto& reason : right.reasons) defects.push_back({defects.front().code, reason});
  return defects;
}

std::size_t distinct_persons(const std::vector<trust::Certificate>& certificates) {
  std::vector<const trust::Certificate*> persons;
  for (const auto& c : certificates)
    if (std::none_of(persons.begin(), persons.end(),
                     [&](const auto* p) { return trust::same_person(*p, c); }))
      persons.push_back(&c);
  return persons.size();
}

bool sealed_by(const Versement& versement, const MessageIdentifier& lot, const trust::Certificate& who) {
  const auto seal = trust::seal_path(versement.sip(lot));
  std::error_code ec;
  if (!fs::exists(seal, ec)) return false;
  try {
    const auto certificates = trust::embedded_certificates(core::read_file(seal, 1u << 20));
    return std::any_of(certificates.begin(), certificates.end(),
                       [&](const auto& c) { return trust::same_person(c, who); });
  } catch (const core::Error& e) {
    if (e.code() != Exit::evidence_broken) throw;
    return false;  // no signature any more: that is told of the seal itself
  }
}

namespace {

/// What a visa kept as evidence can be reproached with, besides its signature.
class RightsAsEvidence {
 public:
  RightsAsEvidence(const Versement& versement, const VisaFile& visa, const trust::RoleRegister& roles,
                   core::Instant now)
      : versement_(versement), visa_(visa), roles_(roles), now_(now) {}

  void judge(const std::vector<trust::SignerFacts>& signers) {
    bool archivist = false;
    for (const auto& signer : signers) {
      const auto right = signing_right(roles_, signer, place_of(visa_), now_);
      for (auto& d : right_defects(right, signer, place_of(visa_))) add(std::move(d.message));
      archivist = archivist || right.role == trust::Role::archivist;
      four_eyes(signer.certificate);
    }
    if (!archivist) add(msg("Visa {0} is not signed by an archivist.", visa_.number));
    count(signers);
  }
  std::vector<Finding> take() { return std::move(findings_); }

 private:
  void add(Message m) {
    findings_.push_back({core::Severity::error, "visa-right", std::move(m),
                         fmt::format("{}/visa-{}.json", versement_.id(), visa_.number)});
  }

  /// Nothing was sent under it, or the journal misses the second signature: a remark is enough.
  void count(const std::vector<trust::SignerFacts>& signers) {
    std::vector<trust::Certificate> certificates;
    for (const auto& signer : signers) certificates.push_back(signer.certificate);
    if (static_cast<int>(distinct_persons(certificates)) >= signatures_required(visa_)) return;
    findings_.push_back({core::Severity::warning, "visa-second",
                         msg("Visa {0} waits for the signature of a second person.", visa_.number),
                         fmt::format("{}/visa-{}.json", versement_.id(), visa_.number)});
  }

  void four_eyes(const trust::Certificate& who) {
    if (roles_.is_producer(who)) add(msg("{0} is registered as a producer.", who.common_name()));
    if (core::text_of(visa_.json, "decision") != decision_name(Decision::approve)) return;
    const auto lots = visa_.json.find("lots");
    if (lots == visa_.json.end() || !lots->is_array()) return;
    for (const auto& lot : *lots) {
      const MessageIdentifier id{core::text_of(lot, "messageIdentifier")};
      if (sealed_by(versement_, id, who))
        add(msg("{0} also sealed the SIP {1}.", who.common_name(), id.value));
    }
  }

  const Versement& versement_;
  const VisaFile& visa_;
  const trust::RoleRegister& roles_;
  core::Instant now_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> verify_visa_rights(const Versement& versement, const VisaFile& visa,
                                        const trust::TrustStore& store, const trust::RoleRegister& roles,
                                        const core::Clock& clock) {
  RightsAsEvidence rights(versement, visa, roles, clock.now());
  std::vector<trust::SignerFacts> signers;
  for (const auto* signature : {&visa.signature, &visa.second}) {
    if (signature->empty()) continue;
    auto verified = trust::verify_detached(*signature, visa.bytes, store, clock, trust::At::signing_time);
    // Who signed means nothing when the signature does not hold: that is told elsewhere.
    if (verified.verdict == trust::Verdict::bad_signature) return {};
    std::move(verified.signers.begin(), verified.signers.end(), std::back_inserter(signers));
  }
  rights.judge(signers);
  return rights.take();
}

}  // namespace versoir::sip
