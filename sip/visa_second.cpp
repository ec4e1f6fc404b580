// Giving the second signature: everything is looked at again, as it was for the first.
#include "sip/visa_second.hpp"

#include "sip/visa_rights.hpp"
#include "trust/embedded.hpp"
#include "trust/foreign.hpp"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <sys/file.h>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// A producer, a person without role, or the one who signed already.
void require_other_person(const SecondSigning& s, const trust::Certificate& signer) {
  const auto name = signer.common_name();
  if (s.roles.is_producer(signer))
    throw Error(Exit::visa_by_producer,
                msg("{0} is registered as a producer: another person must decide.", name));
  for (const auto& first : trust::embedded_certificates(s.visa.signature))
    if (trust::same_person(first, signer))
      throw Error(
          Exit::visa_untrusted,
          msg("{0} already signed visa {1}: the second signature is another person's.", name, s.visa.number));
  Error e(Exit::visa_untrusted,
          msg("{0} has no role on platform {1} today that allows this signature.", name, s.plan.platform));
  for (const auto role : deciding_roles) {
    const auto judged = s.roles.judge(signer, role, place_of(s.visa), s.clock.now());
    if (judged.entry) return;
    for (const auto& reason : judged.reasons) std::move(e).because(reason);
  }
  throw std::move(e).hint(msg("The role register (roles.json) says who may decide."));
}

/// Two persons sign what both read.
void require_report(const SecondSigning& s) {
  const auto report = s.versement.file("review.html");
  if (fs::exists(report) &&
      core::digest_file(report).sha512.hex() == core::text_of(s.visa.json, "reviewSha512"))
    return;
  throw Error(Exit::lot_state, msg("The report of versement {0} is not the one that visa {1} binds.",
                                   s.versement.id(), s.visa.number))
      .hint(msg("Put it back, or approve again from the first signature."));
}

std::vector<MessageIdentifier> lots_of(const VisaFile& visa) {
  std::vector<MessageIdentifier> ids;
  const auto lots = visa.json.find("lots");
  if (lots != visa.json.end() && lots->is_array())
    for (const auto& lot : *lots)
      if (lot.is_object()) ids.push_back({core::text_of(lot, "messageIdentifier")});
  return ids;
}

/// Everything that sending would ask, for each lot, but the signature that is being given.
void require_holds(const SecondSigning& s, const trust::Certificate& signer) {
  std::optional<Error> refusal;
  std::set<std::string> told;
  const auto refuse = [&](Exit code, const core::Message& why) {
    if (!refusal || code < refusal->code()) {
      Error e(code, msg("Visa {0} cannot be signed a second time.", s.visa.number));
      if (refusal)
        for (const auto& cause : refusal->causes()) std::move(e).because(cause);
      refusal = std::move(e);
    }
    if (told.insert(why.english()).second) refusal = std::move(*refusal).because(why);
  };
  for (const auto& lot : lots_of(s.visa)) {
    const auto verified =
        verify_visa(s.versement, s.plan, lot, s.target, s.store, s.roles, s.clock, {1, true});
    for (const auto& f : verified.findings)
      if (f.severity == core::Severity::error) refuse(verified.code, f.message);
    if (sealed_by(s.versement, lot, signer))
      refuse(Exit::visa_by_producer,
             msg("{0} sealed the lot {1}: another person must decide.", signer.common_name(), lot.value));
  }
  if (refusal)
    throw std::move(*refusal).hint(
        msg("Build, check and review what changed, and approve again from the first signature."));
}

void store_second(const SecondSigning& s, std::string_view signature) {
  const core::UniqueFd lock(::open(s.versement.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) core::throw_errno("lock", s.versement.folder().string());
  if (visa_to_second(s.versement).bytes != s.visa.bytes)
    throw Error(
        Exit::lot_state,
        msg("Another decision was signed in the meantime: nothing was added to visa {0}.", s.visa.number));
  core::write_file(second_signature(s.versement, s.visa.number), signature);
}

const trust::Certificate& only_signer(const trust::Verification& verified, std::string_view origin) {
  if (verified.signers.size() != 1)
    throw Error(Exit::visa_untrusted,
                msg("{0} carries more than one signature: the second one is of one person.", origin));
  return verified.signers.front().certificate;
}

}  // namespace

VisaFile visa_to_second(const Versement& versement) {
  auto visas = list_visas(versement);
  if (visas.empty() || !waits_for_second(visas.back()))
    throw Error(Exit::lot_state,
                msg("No approval of versement {0} waits for a second signature.", versement.id()))
        .hint(msg("versoir approve {0} gives the first one; [approval] signatures says how many it takes.",
                  versement.id()));
  return std::move(visas.back());
}

void require_first(const SecondSigning& s) {
  require_valid(trust::verify_detached(s.visa.signature, s.visa.bytes, s.store, s.clock, trust::At::now),
                fmt::format("visa-{}.json.p7s", s.visa.number));
}

void require_second(const SecondSigning& s, const trust::Certificate& signer) {
  require_other_person(s, signer);
  require_holds(s, signer);
  require_report(s);
}

void sign_second(const SecondSigning& s, trust::Signer& signer, trust::TimestampAuthority* tsa) {
  if (requires_timestamp(s.visa) && !tsa)
    throw Error(Exit::signing, msg("The visa says that it is time-stamped, and no authority was given."));
  store_second(
      s, trust::sign_detached(signer, s.visa.bytes, s.clock, {trust::Commitment::proof_of_approval, tsa}));
}

std::string import_second(const SecondSigning& s, std::string_view given, std::string_view origin,
                          trust::TimestampAuthority* tsa) {
  auto signature = trust::detached_signature(given, s.visa.bytes, origin);
  auto as_given = s.store;  // its time-stamp may come from us
  as_given.require_timestamp = false;
  const auto verified = trust::verify_detached(signature, s.visa.bytes, as_given, s.clock, trust::At::now);
  require_valid(verified, origin);
  const auto signer = only_signer(verified, origin);
  require_second(s, signer);
  if (requires_timestamp(s.visa) && !tsa)
    throw Error(Exit::signing, msg("The visa says that it is time-stamped, and no authority was given."));
  if (tsa) {
    signature = trust::with_timestamps(signature, *tsa);
    require_valid(trust::verify_detached(signature, s.visa.bytes, s.store, s.clock, trust::At::now), origin);
  }
  store_second(s, signature);
  for (const auto* extension : {".json", ".html"}) {
    std::error_code left_behind;  // it is signed: nothing reads it any more
    fs::remove(waiting_path(s.versement, s.visa.number, extension), left_behind);
  }
  return signer.fingerprint().hex();
}

PreparedVisa write_prepared_second(const Versement& versement, const VisaFile& visa) {
  PreparedVisa prepared{waiting_path(versement, visa.number, ".json"),
                        waiting_path(versement, visa.number, ".html")};
  fs::create_directories(prepared.document.parent_path());
  core::write_file(prepared.document, visa.bytes);
  write_visa_sheet(versement, visa.bytes, prepared.sheet, true);
  return prepared;
}

}  // namespace versoir::sip
