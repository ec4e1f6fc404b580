// Preparing, signing and listing visas. What is signed is recomputed from the SIPs, then shown, then signed.
#include "sip/visa.hpp"

#include "core/display.hpp"
#include "core/html.hpp"
#include "sip/settings.hpp"
#include "sip/sip_file.hpp"
#include "trust/embedded.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fcntl.h>
#include <set>
#include <sys/file.h>
#include <sys/random.h>
#include <system_error>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::Message;
using core::msg;

namespace {

constexpr std::string_view visa_format = "versoir-visa/1";
constexpr std::uint64_t visa_limit = 64u << 20, signature_limit = 1u << 20;

fs::path visa_path(const Versement& versement, int number, std::string_view extension) {
  return versement.file(fmt::format("visa-{}{}", number, extension));
}

/// n of "visa-n.json", nullopt for any other name.
std::optional<int> number_of(std::string_view file_name) {
  constexpr std::string_view head = "visa-", tail = ".json";
  if (!file_name.starts_with(head) || !file_name.ends_with(tail)) return std::nullopt;
  file_name.remove_prefix(head.size());
  file_name.remove_suffix(tail.size());
  int n = 0;
  const auto [end, error] = std::from_chars(file_name.data(), file_name.data() + file_name.size(), n);
  if (error != std::errc() || end != file_name.data() + file_name.size() || n < 1) return std::nullopt;
  return fmt::format("{}", n) == file_name ? std::optional(n) : std::nullopt;
}

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

/// The verdict is the worst of the controls: a report that says otherwise was written by somebody else.
bool holds_refusal(const Json& check) {
  const auto events = check.find("events");
  return events == check.end() || !events->is_array() || std::ranges::any_of(*events, [](const Json& e) {
           const auto status = e.is_object() ? core::text_of(e, "status") : std::string();
           return status != "OK" && status != "WARNING";
         });
}

/// Collects what a visa says of each lot, and why lots cannot be approved.
class LotCollector {
 public:
  LotCollector(const Versement& versement, const VisaOptions& options, const trust::Certificate& signer,
               const core::Clock& clock)
      : versement_(versement), options_(options), signer_(signer), clock_(clock) {}

  void add(const PlannedLot& lot) {
    Json json = {{"messageIdentifier", lot.id.value},
                 {"profile", lot.profile},
                 {"sha512", ""},
                 {"size", 0},
                 {"manifestSha512", ""},
                 {"checkSha512", ""},
                 {"checkVerdict", ""},
                 {"sealSha512", ""},
                 {"units", 0},
                 {"objects", 0},
                 {"bytes", 0}};
    try {
      describe(lot, json);
    } catch (const Error& e) {
      // A SIP that cannot be read is never approved; it may be refused, or its approval withdrawn.
      if (e.code() == Exit::visa_by_producer || e.code() == Exit::disk) throw;
      reasons_.push_back(msg("{0} cannot be read: {1}", lot.id.value, e.what()));
    }
    units_ += json.at("units").get<std::uint64_t>();
    objects_ += json.at("objects").get<std::uint64_t>();
    bytes_ += json.at("bytes").get<std::uint64_t>();
    lots_.push_back(std::move(json));
  }

  void finish(const Plan& plan) const {
    if (options_.decision != Decision::approve) return;
    if (lots_.empty()) throw Error(Exit::lot_state, msg("There is no lot to approve."));
    if (reasons_.empty()) return;
    Error e(Exit::lot_state, msg("Some lots cannot be approved."));
    for (const auto& reason : reasons_) std::move(e).because(reason);
    throw std::move(e).hint(
        msg("Build and check these lots (versoir build {0}, versoir check {0}), or leave them out with "
            "--exclude.",
            plan.versement));
  }

  [[nodiscard]] const Json& lots() const noexcept { return lots_; }
  [[nodiscard]] std::uint64_t units() const noexcept { return units_; }
  [[nodiscard]] std::uint64_t objects() const noexcept { return objects_; }
  [[nodiscard]] Json counts() const {
    return {{"lots", lots_.size()}, {"units", units_}, {"objects", objects_}, {"bytes", bytes_}};
  }

 private:
  void reject(Message why) { reasons_.push_back(std::move(why)); }

  void describe(const PlannedLot& lot, Json& json) {
    const auto path = versement_.sip(lot.id);
    if (!fs::exists(path)) return reject(msg("{0} is not built.", lot.id.value));
    const auto sip = open_sip(path);
    json["sha512"] = sip.digest.sha512.hex();
    json["size"] = sip.digest.size;
    describe_seal(lot, path, sip, json);
    describe_check(lot, sip, json);
    const auto facts = read_sip(sip, versement_.folder());
    json["manifestSha512"] = facts.manifest.hex();
    json["units"] = facts.units;
    json["objects"] = facts.objects;
    json["bytes"] = facts.bytes;
    if (facts.message_identifier != lot.id.value)
      reject(msg("{0}: its manifest says that it is {1}.", lot.id.value, facts.message_identifier));
  }

  void describe_seal(const PlannedLot& lot, const fs::path& path, const OpenSip& sip, Json& json) {
    const auto seal = read_seal(path, sip, {}, clock_);
    if (!seal) return reject(msg("{0}: its seal is missing.", lot.id.value));
    json["sealSha512"] = seal->digest.hex();
    if (!seal->matches) reject(msg("{0}: its seal is not of this SIP.", lot.id.value));
    if (options_.timestamp_required && !seal->timestamped)
      reject(msg("{0}: its seal has no time-stamp, and time-stamps are required.", lot.id.value));
    if (options_.decision != Decision::approve) return;
    for (const auto& producer : seal->signers)
      if (trust::same_person(producer, signer_))
        throw Error(Exit::visa_by_producer, msg("{0} sealed the lot {1}: another person must decide.",
                                                signer_.common_name(), lot.id.value));
  }

  void describe_check(const PlannedLot& lot, const OpenSip& sip, Json& json) {
    const auto file = versement_.lot(lot.id) / "check.json";
    if (!fs::exists(file)) return reject(msg("{0} was not checked.", lot.id.value));
    const auto bytes = core::read_file(file);
    const auto check = core::parse_json(bytes, file.string());
    json["checkSha512"] = core::sha512(bytes).hex();
    const auto verdict = core::text_of(check, "verdict");
    json["checkVerdict"] = verdict;
    const auto checked = check.find("sip");
    if (checked == check.end() || !checked->is_object() ||
        core::text_of(*checked, "sha512") != sip.digest.sha512.hex())
      reject(msg("{0}: its check is of another SIP.", lot.id.value));
    if (verdict != "OK" && verdict != "WARNING")
      reject(msg("{0}: its check says {1}.", lot.id.value, verdict));
    else if (holds_refusal(check))
      reject(msg("{0}: its check holds controls that refuse it.", lot.id.value));
  }

  const Versement& versement_;
  const VisaOptions& options_;
  const trust::Certificate& signer_;
  const core::Clock& clock_;
  Json lots_ = Json::array();
  std::vector<Message> reasons_;
  std::uint64_t units_ = 0, objects_ = 0, bytes_ = 0;
};

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

/// The act itself, in the language of the establishment: part of the signed document, not of the dialogue.
std::string statement(const Plan& plan, const VisaOptions& options, const Target& target,
                      const std::vector<std::string>& agreements, const Json& who, const LotCollector& lots,
                      core::Instant now) {
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
          "{} autorise le versement {}\u00a0: {}, {}, {}, vers la plateforme {} ({}), du {} au {}.", person,
          plan.versement, counted(lots.lots().size(), "lot", "lots"),
          counted(lots.units(), "unité archivistique", "unités archivistiques"),
          counted(lots.objects(), "objet", "objets"), target.platform, place(target, agreements), date(now),
          date(now + options.validity));
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

VisaFile read_visa(const Versement& versement, int number) {
  VisaFile visa;
  visa.number = number;
  visa.json = Json::object();
  visa.bytes = core::read_file(visa_path(versement, number, ".json"), visa_limit);
  const auto signature = visa_path(versement, number, ".json.p7s");
  if (fs::exists(signature)) visa.signature = core::read_file(signature, signature_limit);
  const auto second = second_signature(versement, number);
  if (fs::exists(second)) visa.second = core::read_file(second, signature_limit);
  try {
    auto json = core::parse_json(visa.bytes, visa_path(versement, number, ".json").string());
    if (json.is_object()) visa.json = std::move(json);
  } catch (const Error&) {
    // Altered beyond reading: kept as an empty object. Its signature cannot hold, and verify_visa says so.
  }
  return visa;
}

bool names(const Json& list, const MessageIdentifier& lot) {
  return list.is_array() && std::any_of(list.begin(), list.end(), [&](const Json& item) {
           return item.is_object() ? core::text_of(item, "messageIdentifier") == lot.value
                                   : item == Json(lot.value);
         });
}

}  // namespace

std::string_view decision_name(Decision d) noexcept {
  switch (d) {
    case Decision::approve:
      return "approve";
    case Decision::refuse:
      return "refuse";
    case Decision::revoke:
      return "revoke";
  }
  return {};
}

std::string prepare_visa(const Versement& versement, const Plan& plan, const VisaOptions& options,
                         const trust::Certificate& signer, const trust::RoleRegister& roles,
                         const core::Clock& clock) {
  check_options(plan, options);
  const auto now = clock.now();
  const auto who = signer_json(roles, signer, require_archivist(roles, signer, plan, now));
  const auto visas = list_visas(versement);
  require_something_to_decide(versement, plan, options, visas);
  LotCollector lots(versement, options, signer, clock);
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
  return core::canonical_json({
      {"format", visa_format},
      {"decision", decision_name(options.decision)},
      {"versement", plan.versement},
      {"attempt", plan.attempt},
      {"number", visas.empty() ? 1 : visas.back().number + 1},
      {"lots", lots.lots()},
      {"excluded", std::move(excluded)},
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
      {"statement", statement(plan, options, target, agreements, who, lots, now)},
  });
}

int store_visa(const Versement& versement, std::string_view visa, std::string_view signature) {
  const auto json = core::parse_json(visa, "visa", Exit::usage);
  if (!json.is_object() || core::text_of(json, "format") != visa_format ||
      core::text_of(json, "versement") != versement.id())
    throw Error(Exit::usage, msg("This is not a visa of versement {0}.", versement.id()));
  const auto number = core::json_int(json, "number", "visa", Exit::usage);
  // Two decisions at once must not take the same number: the second would replace the first.
  const core::UniqueFd lock(::open(versement.folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock || ::flock(lock.get(), LOCK_EX) != 0) core::throw_errno("lock", versement.folder().string());
  const auto visas = list_visas(versement);
  const int next = visas.empty() ? 1 : visas.back().number + 1;
  if (number != next)
    throw Error(Exit::lot_state,
                msg("The visa was prepared as number {0}, but the next one is {1}.", number, next))
        .hint(msg("Another decision was signed in the meantime: prepare the visa again."));
  // The signature first: a visa without signature would read as an unsigned decision after a crash.
  core::write_file(visa_path(versement, next, ".json.p7s"), signature);
  core::write_file(visa_path(versement, next, ".json"), visa);
  return next;
}

int sign_visa(const Versement& versement, std::string_view visa, trust::Signer& signer,
              const core::Clock& clock, trust::TimestampAuthority* tsa) {
  const auto json = core::parse_json(visa, "visa", Exit::usage);
  const auto named = json.find("signer");
  if (named == json.end() || !named->is_object() ||
      core::text_of(*named, "certificate") != signer.certificate().fingerprint().hex())
    throw Error(Exit::usage, msg("The visa was prepared for another certificate than the one that signs."));
  if (requires_timestamp({0, {}, {}, {}, json}) && !tsa)
    throw Error(Exit::signing, msg("The visa says that it is time-stamped, and no authority was given."));
  trust::SignOptions options;
  options.commitment = core::text_of(json, "decision") == decision_name(Decision::approve)
                           ? trust::Commitment::proof_of_approval
                           : trust::Commitment::proof_of_origin;
  options.tsa = tsa;
  return store_visa(versement, visa, trust::sign_detached(signer, visa, clock, options));
}

std::vector<VisaFile> list_visas(const Versement& versement) {
  std::vector<int> numbers;
  std::error_code error;
  for (fs::directory_iterator it(versement.folder(), error), end; !error && it != end; it.increment(error))
    if (const auto n = number_of(it->path().filename().string())) numbers.push_back(*n);
  // A folder read in part would hide a later refusal.
  if (error && error != std::errc::no_such_file_or_directory)
    throw Error(Exit::disk, msg("{0} cannot be read: {1}", versement.folder().string(), error.message()));
  std::sort(numbers.begin(), numbers.end());
  std::vector<VisaFile> visas;
  for (const int n : numbers) visas.push_back(read_visa(versement, n));
  return visas;
}

Coverage coverage(const VisaFile& visa, const MessageIdentifier& lot) {
  if (visa.json.empty()) return Coverage::unreadable;
  if (const auto lots = visa.json.find("lots"); lots != visa.json.end() && names(*lots, lot))
    return Coverage::covered;
  const auto out = visa.json.find("excluded");
  if (out != visa.json.end() && names(*out, lot) &&
      core::text_of(visa.json, "decision") == decision_name(Decision::approve))
    return Coverage::excluded;
  return Coverage::none;
}

bool requires_timestamp(const VisaFile& visa) {
  const auto at = visa.json.find("timestampRequired");
  return at != visa.json.end() && *at == true;
}

int signatures_required(const VisaFile& visa) {
  const auto at = visa.json.find("signaturesRequired");
  return at != visa.json.end() && at->is_number_integer() ? at->get<int>() : 1;
}

bool waits_for_second(const VisaFile& visa) {
  if (core::text_of(visa.json, "decision") != decision_name(Decision::approve)) return false;
  if (signatures_required(visa) < 2 || visa.signature.empty() || !visa.second.empty()) return false;
  return trust::signer_count(visa.signature) < 2;  // some tools gather the persons in one signature
}

fs::path second_signature(const Versement& versement, int number) {
  return visa_path(versement, number, ".json.2.p7s");
}

std::string latest_decision(const std::vector<VisaFile>& visas, const MessageIdentifier& lot) {
  for (auto visa = visas.rbegin(); visa != visas.rend(); ++visa) {
    switch (coverage(*visa, lot)) {
      case Coverage::covered:
        return core::text_of(visa->json, "decision");
      case Coverage::excluded:
      case Coverage::unreadable:
        return {};  // nothing older stands behind it
      case Coverage::none:
        break;
    }
  }
  return {};
}

}  // namespace versoir::sip
