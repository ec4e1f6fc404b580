#include "sip/visa_elsewhere.hpp"

#include "core/display.hpp"
#include "trust/foreign.hpp"

#include <algorithm>
#include <array>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

int next_number(const Versement& versement) {
  const auto visas = list_visas(versement);
  return visas.empty() ? 1 : visas.back().number + 1;
}

std::string_view command_of(std::string_view decision) {
  for (const auto d : {Decision::refuse, Decision::revoke})
    if (decision == decision_name(d)) return decision_name(d);
  return decision_name(Decision::approve);
}

const trust::Certificate& require_named(const trust::Verification& verified, const Json& visa,
                                        std::string_view origin) {
  const auto named = core::text_of(visa.at("signer"), "certificate");
  for (const auto& signer : verified.signers)
    if (signer.certificate.fingerprint().hex() == named) return signer.certificate;
  throw Error(
      Exit::visa_untrusted,
      msg("The visa was prepared for {0}; {1} is signed by {2}.", core::text_of(visa.at("signer"), "name"),
          origin,
          verified.signers.empty() ? core::tr("nobody") : verified.signers.front().certificate.common_name()))
      .hint(msg("Prepare it again with the certificate that signs: --prepare --certificate FILE."));
}

std::chrono::days validity_of(const Json& visa) {
  const auto from = core::parse_instant(core::text_of(visa, "notBefore"));
  const auto to = core::parse_instant(core::text_of(visa, "notAfter"));
  if (!from || !to) throw Error(Exit::usage, msg("The prepared visa was changed: prepare it again."));
  return std::chrono::floor<std::chrono::days>(*to - *from);
}

VisaOptions options_of(const Json& visa, const Plan& plan, const Import& import) {
  VisaOptions options;
  options.decision = import.decision;
  for (const auto& id : visa.at("excluded")) options.exclude.push_back({id.get<std::string>()});
  options.reason = core::text_of(visa, "reason");
  options.confirm = plan.versement;  // the signature is the act: it names the versement
  options.validity = validity_of(visa);
  options.target = import.target;
  const VisaFile as_file{0, {}, {}, {}, visa};
  options.timestamp_required = requires_timestamp(as_file);
  options.signatures = signatures_required(as_file);
  return options;
}

/// The facts of today against those that were signed. A window and a nonce are of their moment, and the
/// statement says the window.
void require_same_facts(const Json& prepared, const Json& now, const Versement& versement) {
  constexpr std::array of_the_moment{"notBefore", "notAfter", "nonce", "statement"};
  Error e(Exit::lot_state, msg("What was prepared is no longer what is here."));
  for (const auto& [key, value] : now.items()) {
    if (std::ranges::find(of_the_moment, key) != of_the_moment.end()) continue;
    const auto before = prepared.find(key);
    if (before == prepared.end() || *before != value) std::move(e).because(msg("{0} has changed", key));
  }
  if (!e.causes().empty())
    throw std::move(e).hint(
        msg("Prepare the visa of versement {0} again, and have it signed anew: a signature is "
            "worth what it was given for.",
            versement.id()));
}

void require_window(const Json& visa, const core::Clock& clock) {
  const auto to = core::parse_instant(core::text_of(visa, "notAfter"));
  if (!to || clock.now() > *to)
    throw Error(Exit::visa_expired, msg("The prepared visa was valid until {0}: prepare it again.",
                                        core::show_date(core::text_of(visa, "notAfter"))));
}

Json read_waiting(const Versement& versement, const std::string& bytes, Decision meant) {
  if (bytes.empty())
    throw Error(Exit::lot_state, msg("No visa of versement {0} waits for a signature.", versement.id()))
        .hint(msg("Prepare it: versoir {0} {1} --prepare. What was prepared before another decision counts "
                  "no more.",
                  std::string(decision_name(meant)), versement.id()));
  auto visa = core::parse_json(bytes, "to-sign", Exit::lot_state);
  const auto decision = core::json_string(visa, "decision", "to-sign", Exit::lot_state);
  if (decision != decision_name(meant))
    throw Error(Exit::usage, msg("What waits for a signature is not this decision."))
        .hint(msg("Import it with: versoir {0} {1} --import FILE.", std::string(command_of(decision)),
                  versement.id()));
  return visa;
}

}  // namespace

fs::path waiting_path(const Versement& versement, int number, std::string_view extension) {
  return versement.folder() / "to-sign" / fmt::format("visa-{}{}", number, extension);
}

void require_valid(const trust::Verification& verified, std::string_view origin) {
  const auto code = exit_of(verified.verdict);
  if (code == Exit::ok) return;
  Error e(code, msg("The signature of {0} does not hold over the prepared visa.", origin));
  for (const auto& finding : verified.findings)
    if (finding.severity == core::Severity::error) std::move(e).because(finding.message);
  throw std::move(e).hint(msg(
      "The visa is signed with CAdES over the very bytes of the prepared file, with a certificate under the "
      "anchors of [trust]."));
}

PreparedVisa write_prepared(const Versement& versement, std::string_view visa) {
  const auto json = core::parse_json(visa, "visa", Exit::usage);
  const auto number = static_cast<int>(core::json_int(json, "number", "visa", Exit::usage));
  PreparedVisa prepared{waiting_path(versement, number, ".json"), waiting_path(versement, number, ".html")};
  fs::create_directories(prepared.document.parent_path());
  core::write_file(prepared.document, visa);
  write_visa_sheet(versement, visa, prepared.sheet);
  return prepared;
}

std::string waiting_visa(const Versement& versement) {
  const auto file = waiting_path(versement, next_number(versement), ".json");
  return fs::exists(file) ? core::read_file(file) : std::string();
}

ImportedVisa import_visa(const Versement& versement, const Plan& plan, const Import& import,
                         const trust::TrustStore& store, const trust::RoleRegister& roles,
                         const core::Clock& clock, trust::TimestampAuthority* tsa) {
  const auto bytes = waiting_visa(versement);
  const auto visa = read_waiting(versement, bytes, import.decision);
  auto signature = trust::detached_signature(import.signature, bytes, import.origin);
  auto as_given = store;  // its time-stamp may come from us
  as_given.require_timestamp = false;
  const auto verified = trust::verify_detached(signature, bytes, as_given, clock, trust::At::now);
  require_valid(verified, import.origin);
  const auto& signer = require_named(verified, visa, import.origin);
  require_window(visa, clock);
  const auto options = options_of(visa, plan, import);
  const auto now = prepare_visa(versement, plan, options, signer, roles, clock);
  require_same_facts(visa, core::parse_json(now, "visa"), versement);
  if (options.timestamp_required && !tsa)
    throw Error(Exit::signing, msg("The visa says that it is time-stamped, and no authority was given."));
  if (tsa) {
    signature = trust::with_timestamps(signature, *tsa);
    require_valid(trust::verify_detached(signature, bytes, store, clock, trust::At::now), import.origin);
  }
  const int number = store_visa(versement, bytes, signature);
  for (const auto* extension : {".json", ".html"}) {
    std::error_code left_behind;  // it is of a number that is taken: nothing reads it any more
    fs::remove(waiting_path(versement, number, extension), left_behind);
  }
  return {number, visa, signer.fingerprint().hex()};
}

}  // namespace versoir::sip
