// See send_rights.hpp.
#include "cli/send_rights.hpp"

#include "cli/revocation.hpp"
#include "core/error.hpp"
#include "sip/journal_trail.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The folder says that the lot may leave; the journal must not say otherwise. A decision or a trace of a
/// sending that disappeared is looked for there, and the approval itself must have been written down.
void require_trail(const sip::JournalTrail& trail, const std::vector<sip::VisaFile>& visas,
                   const sip::Versement& versement, const sip::MessageIdentifier& lot, int visa_number) {
  auto missing = trail.missing_decisions(versement);
  for (auto& f : trail.missing_transfers(versement, lot)) missing.push_back(std::move(f));
  if (!missing.empty()) {
    Error e(Exit::evidence_broken,
            msg("What the journal knows of versement {0} is not what its folder holds.", versement.id()));
    for (const auto& f : missing) std::move(e).because(f.message);
    throw std::move(e).hint(
        msg("Nothing was sent. Put the files back from a copy; versoir verify says more."));
  }
  for (const auto& visa : visas)
    if (visa.number == visa_number && !trail.knows(versement, visa))
      throw Error(Exit::journal_broken,
                  msg("The journal knows nothing of visa {0} of versement {1}.", visa_number, versement.id()))
          .hint(
              msg("The journal is not the one in which it was signed: put that one back, or sign again with "
                  "versoir approve."));
}

void note_refusal(Context& c, const sip::Versement& versement, const sip::MessageIdentifier& lot, Exit code) {
  c.journal().append("SEND_REFUSED", {{"versement", versement.id()}, {"lot", lot.value}}, trust::Outcome::ko,
                     {{"reason", core::exit_name(code)}});
}

/// A register that the archive service did not sign says nothing of anybody's right.
const trust::RoleRegister& register_for(Context& c, const sip::Versement& versement,
                                        const sip::MessageIdentifier& lot) {
  try {
    return c.roles();
  } catch (const Error& e) {
    if (e.code() == Exit::role_register) note_refusal(c, versement, lot, e.code());
    throw;
  }
}

/// Whoever signed the visas and sealed the SIP, as the authority knows them today.
void ask_today(Context& c, const sip::Versement& versement, const std::vector<sip::VisaFile>& visas,
               const sip::MessageIdentifier& lot) {
  for (const auto& visa : visas) {
    const auto file = versement.file(fmt::format("visa-{}.json", visa.number));
    learn_seal(c, file);
    learn_seal(c, file.string() + ".2");
  }
  learn_seal(c, versement.sip(lot));
  keep_answers(c, versement);
}

}  // namespace

sip::ApprovedSip authorise(Context& c, const sip::Versement& versement, const sip::Plan& plan,
                           const sip::MessageIdentifier& lot, const sip::Target& target,
                           RightsAtHand& rights) {
  ask_today(c, versement, rights.visas.now(), lot);
  const auto& roles = register_for(c, versement, lot);
  auto verified = sip::verify_visa(rights.visas.now(), versement, plan, lot, target, c.trust_store(), roles,
                                   c.clock, {c.approval_signatures(plan.platform), false});
  if (verified.approved) {
    try {
      require_trail(rights.journals.now(), rights.visas.now(), versement, lot, verified.approved->visa());
    } catch (const Error& e) {
      if (e.code() == Exit::evidence_broken) note_refusal(c, versement, lot, e.code());
      throw;
    }
    return std::move(*verified.approved);
  }
  note_refusal(c, versement, lot, verified.code);
  Error e(verified.code, msg("The lot {0} may not be sent.", lot.value));
  for (const auto& f : verified.findings) e = std::move(e).because(f.message);
  throw std::move(e).hint(msg("Nothing was sent. See versoir review and versoir approve."));
}

}  // namespace versoir::cli
