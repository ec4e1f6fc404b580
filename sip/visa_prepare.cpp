// Preparing a visa: what is signed is recomputed from the SIPs and the registers as they are now.
#include "core/display.hpp"
#include "core/html.hpp"
#include "sip/settings.hpp"
#include "sip/visa.hpp"
#include "sip/visa_lots.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <sys/random.h>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

std::string nonce() {
  std::array<unsigned char, 16> bytes{};
  if (::getentropy(bytes.data(), bytes.size()) != 0) core::throw_errno("getentropy", "nonce");
  std::string hex;
  for (const auto b : bytes) hex += fmt::format("{:02x}", b);
  return hex;
}

void check_options(const Plan& plan, const VisaOptions& options) {
  if (options.confirm != plan.versement)
    throw Error(Exit::usage, msg("\"{0}\" was typed, the versement is {1}: nothing is signed.",
                                 options.confirm, plan.versement));
  if (options.decision != Decision::approve && options.reason.empty())
    throw Error(Exit::usage, msg("A refusal or a revocation needs a reason."))
        .hint(msg("Add --reason \"…\": it stays in the signed visa."));
  if (options.validity.count() <= 0)
    throw Error(Exit::usage, msg("The validity of a visa is at least one day."));
  for (const auto& id : options.exclude)
    if (!plan.find(id))
      throw Error(Exit::usage, msg("The versement {0} has no lot {1}.", plan.versement, id.value))
          .hint(msg("versoir status lists its lots."));
}

/// What is approved is what was planned; the address and the anchors of the platform come with it.
Target approved_target(const Plan& plan, const VisaOptions& options) {
  if (options.target.platform.empty()) return {plan.platform, plan.tenant};
  if (options.target.platform != plan.platform || options.target.tenant != plan.tenant)
    throw Error(Exit::visa_other_platform,
                msg("The versement was planned for platform {0}, tenant {1}; the configuration now says "
                    "platform {2}, tenant {3}.",
                    plan.platform, plan.tenant, options.target.platform, options.target.tenant))
        .hint(msg("Correct [platform.{0}], or plan again: versoir plan --replace.", plan.platform));
  return options.target;
}

/// Four eyes first: a registered producer is told so even when the register also calls it an archivist.
const trust::RoleEntry& require_archivist(const trust::RoleRegister& roles, const trust::Certificate& signer,
                                          const Plan& plan, core::Instant now) {
  if (roles.is_producer(signer))
    throw Error(Exit::visa_by_producer,
                msg("{0} is registered as a producer: another person must decide.", signer.common_name()));
  const auto judged = roles.judge(signer, trust::Role::archivist, {plan.platform, plan.tenant}, now);
  if (judged.entry) return *judged.entry;
  Error e(Exit::visa_untrusted,
          msg("{0} has no archivist role on platform {1} today.", signer.common_name(), plan.platform));
  for (const auto& reason : judged.reasons) std::move(e).because(reason);
  throw std::move(e).hint(msg("The role register (roles.json) says who may decide."));
}

/// Who decides, in whose place, by which act.
Json signer_json(const trust::RoleRegister& roles, const trust::Certificate& signer,
                 const trust::RoleEntry& who) {
  Json json = {{"certificate", signer.fingerprint().hex()},
               {"name", who.name},
               {"quality", who.quality},
               {"role", trust::role_name(who.role)}};
  if (who.delegation)
    json["delegation"] = {{"by", roles.by_id(who.delegation->by)->name}, {"act", who.delegation->act}};
  return json;
}

/// A decision is taken on what was read: without the report there is nothing to approve or refuse.
/// And a report of other packages, older than a rebuild, is not the report of what is decided.
std::string review_digest(const Versement& versement, Decision decision, const Json& lots,
                          const Target& target) {
  const auto file = versement.file("review.html");
  if (fs::exists(file)) {
    const auto page = core::read_file(file);
    for (const auto& lot : lots)
      if (decision == Decision::approve && page.find(core::text_of(lot, "sha512")) == std::string::npos)
        throw Error(Exit::lot_state,
                    msg("The report of versement {0} is not about these SIPs.", versement.id()))
            .hint(msg("Run \"versoir review {0}\" and read it first.", versement.id()));
    if (decision == Decision::approve &&
        (page.find(core::html_escape(target.ingest_url)) == std::string::npos ||
         page.find(target.ca_sha256) == std::string::npos))
      throw Error(
          Exit::lot_state,
          msg("The report of versement {0} shows another address or other certificates of the platform "
              "than the configuration does now.",
              versement.id()))
          .hint(msg("Run \"versoir review {0}\" and read it first.", versement.id()));
    return core::sha512(page).hex();
  }
  if (decision == Decision::revoke) return {};  // a withdrawal must never wait for a report
  throw Error(Exit::lot_state, msg("The report of versement {0} was not made.", versement.id()))
      .hint(msg("Run \"versoir review {0}\" and read it first.", versement.id()));
}

/// Where the versement goes, behind the name of the platform.
std::string place(const Target& target, const std::vector<std::string>& agreements) {
  std::string text = fmt::format("tenant {}", target.tenant);
  if (!target.ingest_url.empty()) text += ", adresse " + target.ingest_url;
  if (!target.ca_sha256.empty())
    text += ", certificats d’autorité d’empreinte SHA-256 " + target.ca_sha256.substr(0, 16) + "…";
  for (std::size_t i = 0; i < agreements.size(); ++i)
    text += (i                       ? ", "
             : agreements.size() < 2 ? ", contrat d’entrée "
                                     : ", contrats d’entrée ") +
            agreements[i];
  return text;
}

/// Lots that the act does not cover, in the order of the plan: whoever reads it sees them named.
std::string left_out_of(const Json& lots) {
  std::string names;
  for (const auto& lot : lots) names += (names.empty() ? "" : ", ") + lot.get<std::string>();
  if (names.empty()) return {};
  return fmt::format(
      " {}\u00a0: {}.",
      lots.size() < 2 ? "Lot exclu de cette autorisation" : "Lots exclus de cette autorisation", names);
}

/// The act itself, in the language of the establishment: part of the signed document, not of the dialogue.
std::string statement(const Plan& plan, const VisaOptions& options, const Target& target,
                      const std::vector<std::string>& agreements, const Json& who, const VisaLots& lots,
                      const Json& excluded, core::Instant now) {
  const auto date = [](core::Instant t) {
    return core::format_date_fr(core::Date{std::chrono::floor<std::chrono::days>(t)});
  };
  const auto counted = [](std::uint64_t n, const char* one, const char* many) {
    return fmt::format("{}\u00a0{}", core::group_digits(n, "\u202f"), n < 2 ? one : many);
  };
  std::string person =
      fmt::format("Je soussigné(e) {}, {},", core::text_of(who, "name"), core::text_of(who, "quality"));
  if (who.contains("delegation"))
    person += fmt::format(" agissant par délégation de {} ({}),", core::text_of(who.at("delegation"), "by"),
                          core::text_of(who.at("delegation"), "act"));
  switch (options.decision) {
    case Decision::approve:
      return fmt::format(
          "{} autorise le versement {}\u00a0: {}, {}, {}, vers la plateforme {} ({}), du {} au {}.{}{}",
          person, plan.versement, counted(lots.lots().size(), "lot", "lots"),
          counted(lots.units(), "unité archivistique", "unités archivistiques"),
          counted(lots.objects(), "objet", "objets"), target.platform, place(target, agreements), date(now),
          date(now + options.validity), left_out_of(excluded),
          options.reason.empty() ? std::string() : " Observation\u00a0: " + options.reason);
    case Decision::refuse:
      return fmt::format("{} refuse le versement {}. Motif\u00a0: {}", person, plan.versement,
                         options.reason);
    case Decision::revoke:
      return fmt::format("{} retire l’autorisation donnée au versement {}. Motif\u00a0: {}", person,
                         plan.versement, options.reason);
  }
  return {};
}

/// What may still be decided: a lot that the platform has is beyond any visa.
void require_something_to_decide(const Versement& versement, const Plan& plan, const VisaOptions& options,
                                 const std::vector<VisaFile>& visas) {
  const auto here = [&](const PlannedLot& lot) { return !has_left(versement, lot); };
  for (const auto& id : options.exclude)
    if (const auto* lot = plan.find(id); lot && !here(*lot))
      throw Error(Exit::lot_state,
                  msg("The lot {0} was already sent: it cannot be left out any more.", id.value));
  if (std::none_of(plan.lots.begin(), plan.lots.end(), here)) {
    auto e = Error(Exit::lot_state, options.decision == Decision::approve
                                        ? msg("There is nothing left to approve in versement {0}: every lot "
                                              "was already sent.",
                                              plan.versement)
                                    : options.decision == Decision::refuse
                                        ? msg("There is nothing left to refuse in versement {0}: every lot "
                                              "was already sent.",
                                              plan.versement)
                                        : msg("There is nothing left to revoke in versement {0}: every lot "
                                              "was already sent.",
                                              plan.versement));
    throw std::move(e)
        .hint(msg("A revocation only keeps lots that are not sent yet from leaving; it takes nothing back "
                  "from the platform."))
        .hint(msg("What the platform has is withdrawn by its archive service, at your request; \"versoir "
                  "status {0}\" gives its replies.",
                  plan.versement));
  }
  if (options.decision == Decision::revoke &&
      std::none_of(plan.lots.begin(), plan.lots.end(), [&](const PlannedLot& lot) {
        return here(lot) && latest_decision(visas, lot.id) == decision_name(Decision::approve);
      }))
    throw Error(Exit::lot_state, msg("There is no approval to revoke in versement {0}.", plan.versement))
        .hint(msg("\"versoir refuse {0}\" signs that the versement must not leave.", plan.versement));
}

std::vector<std::string> agreements_of(const Settings& settings) {
  std::set<std::string> unique;
  for (const auto& [profile, agreement] : settings.agreements) unique.insert(agreement);
  return {unique.begin(), unique.end()};
}

std::string digest_of(const Versement& versement, std::string_view name) {
  return core::digest_file(versement.file(name)).sha512.hex();
}

}  // namespace

std::string prepare_visa(const Versement& versement, const Plan& plan, const VisaOptions& options,
                         const trust::Certificate& signer, const trust::RoleRegister& roles,
                         const core::Clock& clock) {
  check_options(plan, options);
  const auto now = clock.now();
  const auto who = signer_json(roles, signer, require_archivist(roles, signer, plan, now));
  const auto visas = list_visas(versement);
  require_something_to_decide(versement, plan, options, visas);
  VisaLots lots(versement, options, signer, clock);
  Json excluded = Json::array();
  for (const auto& lot : plan.lots) {
    if (has_left(versement, lot)) continue;  // the decision that it left under stays the last one about it
    if (std::find(options.exclude.begin(), options.exclude.end(), lot.id) != options.exclude.end())
      excluded.push_back(lot.id.value);
    else
      lots.add(lot);
  }
  lots.finish(plan);
  const auto target = approved_target(plan, options);
  const auto review = review_digest(versement, options.decision, lots.lots(), target);
  const auto settings = Settings::from_json(plan.settings);
  const auto agreements = agreements_of(settings);
  Json visa{
      {"format", visa_format},
      {"decision", decision_name(options.decision)},
      {"versement", plan.versement},
      {"attempt", plan.attempt},
      {"number", visas.empty() ? 1 : visas.back().number + 1},
      {"lots", lots.lots()},
      {"excluded", excluded},
      {"counts", lots.counts()},
      {"extract",
       {{"name", plan.extract.filename().string()},
        {"root", plan.extract_root},
        {"sha512", plan.extract_sha512},
        {"kind", plan.extract_kind}}},
      {"application", plan.application},
      {"profileDigest", plan.profile_digest},
      {"agencies",
       {{"archival", settings.archival_agency},
        {"originating", settings.originating_agency},
        {"submission", settings.submission_agency},
        {"transferring", settings.transferring_agency}}},
      {"agreements", agreements},
      {"target",
       {{"platform", target.platform},
        {"tenant", target.tenant},
        {"ingestUrl", target.ingest_url},
        {"caSha256", target.ca_sha256}}},
      {"timestampRequired", options.timestamp_required},
      {"signaturesRequired",
       options.decision == Decision::approve ? std::max(options.signatures, roles.signatures_required()) : 1},
      {"notBefore", core::format_instant(now)},
      {"notAfter", core::format_instant(now + options.validity)},
      {"nonce", nonce()},
      {"reviewSha512", review},
      {"planSha512", digest_of(versement, "plan.json")},
      {"keptSha512", digest_of(versement, "kept.csv")},
      {"leftOutSha512", digest_of(versement, "left-out.csv")},
      {"roleRegisterSha512", roles.digest().hex()},
      {"signer", who},
      {"reason", options.reason},
      {"statement", statement(plan, options, target, agreements, who, lots, excluded, now)},
  };
  if (!options.configuration.empty()) visa["configurationSha256"] = options.configuration;
  if (!options.clock_state.empty()) visa["clock"] = options.clock_state;
  return core::canonical_json(visa);
}

}  // namespace versoir::sip
