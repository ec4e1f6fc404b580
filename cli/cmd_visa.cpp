// versoir approve, refuse, revoke: the archivist's signed decision.
#include "cli/checkpoint.hpp"
#include "cli/commands.hpp"
#include "cli/confirm.hpp"
#include "cli/context.hpp"
#include "cli/revocation.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/journal_trail.hpp"
#include "sip/visa.hpp"
#include "sip/visa_elsewhere.hpp"
#include "sip/visa_second.hpp"
#include "trust/embedded.hpp"
#include "trust/foreign.hpp"
#include "vitam/client.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// What is about to be signed, from the visa itself: what you see is what you sign.
void show_visa(Context& c, const core::Json& visa) {
  c.out.result(visa.at("statement").get<std::string>());
  std::vector<std::vector<std::string>> rows;
  for (const auto& lot : visa.at("lots")) {
    if (lot.at("sha512") == "") {  // refused before it was built
      rows.push_back({lot.at("messageIdentifier"), "", "", core::tr("not built"), "", ""});
      continue;
    }
    rows.push_back({lot.at("messageIdentifier"), core::show_count(lot.at("units").get<std::uint64_t>()),
                    core::show_count(lot.at("objects").get<std::uint64_t>()),
                    core::show_size(lot.at("size").get<std::uint64_t>()), lot.at("checkVerdict"),
                    lot.at("sha512").get<std::string>().substr(0, 16)});
  }
  c.out.table({core::tr("lot"), core::tr("units"), core::tr("objects"), core::tr("size"), core::tr("check"),
               "SHA-512"},
              rows);
  if (visa.at("decision") != sip::decision_name(sip::Decision::approve)) return;
  const auto& target = visa.at("target");
  const std::string until = visa.at("notAfter");
  c.out.result(msg("Platform {0}, tenant {1}; valid until {2}.", target.at("platform").get<std::string>(),
                   target.at("tenant").get<std::int64_t>(), core::show_date(until)));
  const std::string anchors = target.at("caSha256");
  c.out.result(msg("Address {0}; trust anchors {1}.", target.at("ingestUrl").get<std::string>(),
                   anchors.empty() ? core::tr("those of the system") : "SHA-256 " + anchors));
}

/// A decision is about what is still here: the rest is named, so that nobody believes it covered.
void say_what_already_left(Context& c, const sip::Versement& versement, const sip::Plan& plan) {
  std::size_t n = 0;
  std::string ids;
  for (const auto& lot : plan.lots) {
    if (!sip::has_left(versement, lot)) continue;
    ++n;
    ids += (ids.empty() ? "" : ", ") + lot.id.value;
  }
  if (n)
    c.out.result(core::nmsg("{0} lot was already sent, and is not concerned by this decision: {1}.",
                            "{0} lots were already sent, and are not concerned by this decision: {1}.", n,
                            ids));
}

std::string_view event_of(sip::Decision d) {
  switch (d) {
    case sip::Decision::approve:
      return "VISA_APPROVED";
    case sip::Decision::refuse:
      return "VISA_REFUSED";
    case sip::Decision::revoke:
      return "VISA_REVOKED";
  }
  return "VISA";
}

/// The report of a check is a file like another: the journal says which one was written, and with which
/// verdict.
void require_known_checks(Context& c, const sip::Versement& versement, const core::Json& visa) {
  const auto trail = sip::JournalTrail::read(c.workspace());
  Error e(Exit::lot_state, msg("The journal does not know these checks."));
  for (const auto& lot : visa.at("lots")) {
    const sip::MessageIdentifier id{lot.at("messageIdentifier").get<std::string>()};
    if (!trail.knows_check(id, lot.at("checkSha512").get<std::string>()))
      std::move(e).because(msg("{0}: its check.json is not what the last check wrote", id.value));
  }
  if (!e.causes().empty())
    throw std::move(e).hint(msg("Check these lots again: versoir check {0}.", versement.id()));
}

/// What is decided is what was read: neither a page that no review wrote, nor one that shows other checks.
void require_known_review(Context& c, const sip::Versement& versement, const core::Json& visa) {
  const auto digest = core::text_of(visa, "reviewSha512");
  const auto trail = sip::JournalTrail::read(c.workspace());
  const auto hint = msg("Run \"versoir review {0}\" and read it first.", versement.id());
  if (!digest.empty() && !trail.knows_review(versement.id(), digest))
    throw Error(
        Exit::lot_state,
        msg("The report of versement {0} is not the one that was written last: it was changed since, or "
            "comes from elsewhere.",
            versement.id()))
        .hint(hint);
  Error e(Exit::lot_state,
          msg("The report of versement {0} shows other checks than those of today.", versement.id()));
  for (const auto& lot : visa.at("lots")) {
    const sip::MessageIdentifier id{lot.at("messageIdentifier").get<std::string>()};
    if (!trail.reviewed_check(versement.id(), id, core::text_of(lot, "checkSha512")))
      std::move(e).because(msg("{0} was checked since.", id.value));
  }
  if (!e.causes().empty()) throw std::move(e).hint(hint);
}

/// The certificate that the visa names: of another desk, or of [signing.NAME].
trust::Certificate named_certificate(Context& c) {
  if (!c.words.has("certificate")) return c.certificate(c.words.get("signer"));
  const auto file = c.input(c.words.get("certificate"));
  return trust::Certificate::list_from_pem_file(file).front();
}

sip::VisaOptions visa_options(Context& c, sip::Decision decision, const sip::Plan& plan) {
  sip::VisaOptions options;
  options.decision = decision;
  for (const auto& id : c.words.list("exclude")) options.exclude.push_back({id});
  options.reason = c.words.get(decision == sip::Decision::approve ? "comment" : "reason");
  options.validity = std::chrono::days(c.config().get_int("transfer", "visa_days"));
  options.timestamp_required = c.tsa() != nullptr;
  options.signatures = c.approval_signatures(plan.platform);
  // A withdrawal must not wait for a configuration of the platform.
  if (decision == sip::Decision::approve) options.target = vitam::read_target(c.config(), plan.platform);
  const auto known = c.circumstances();
  options.configuration = known.configuration;
  options.clock_state = known.clock_state();
  options.confirm = c.words.has("confirm") ? c.words.get("confirm") : plan.versement;
  return options;
}

/// The facts as they are now, shown: what is read is what is signed.
std::string shown_visa(Context& c, const sip::Versement& versement, const sip::Plan& plan,
                       const sip::VisaOptions& options, const trust::Certificate& signer) {
  std::string visa = sip::prepare_visa(versement, plan, options, signer, c.roles(), c.clock);
  const auto facts = core::parse_json(visa, "visa");
  if (options.decision == sip::Decision::approve) require_known_checks(c, versement, facts);
  if (options.decision == sip::Decision::approve) require_known_review(c, versement, facts);
  show_visa(c, facts);
  say_what_already_left(c, versement, plan);
  return visa;
}

fs::path visa_file(const sip::Versement& versement, int number) {
  return versement.file("visa-" + std::to_string(number) + ".json").lexically_normal();
}

/// In which roles the signer of this file stands in the register today.
std::vector<std::string> roles_of_signer(Context& c, const fs::path& signature,
                                         const std::string& certificate) {
  for (const auto& found : trust::embedded_certificates(core::read_file(signature, 1u << 20)))
    if (found.fingerprint().hex() == certificate) return c.roles().roles_of(found, c.clock.now());
  return {};
}

void tell_journal(Context& c, std::string_view event, const sip::Versement& versement, int number,
                  const fs::path& signature, const std::string& certificate, std::size_t lots,
                  std::string_view where) {
  const auto file = visa_file(versement, number);
  c.journal().append(event,
                     {{"versement", versement.id()},
                      {"visa", number},
                      {"sha512", core::digest_file(file).sha512.hex()},
                      {"signature", core::digest_file(signature).sha512.hex()}},
                     trust::Outcome::ok,
                     {{"certificate", certificate},
                      {"roles", roles_of_signer(c, signature, certificate)},
                      {"lots", lots},
                      {"signed", where}});
}

int conclude(Context& c, sip::Decision decision, const sip::Versement& versement, int number) {
  const auto file = visa_file(versement, number).string();
  keep_answers(c, versement);
  c.out.result(msg("Signed: {0}", file));
  const bool waits = sip::waits_for_second(sip::list_visas(versement).back());
  if (waits)
    c.out.result(
        msg("It waits for the signature of a second person: versoir approve {0} --second.", versement.id()));
  else if (decision == sip::Decision::approve)
    c.out.say(msg("→ Next: versoir send {0}", versement.id()));
  c.out.summary({{"versement", versement.id()},
                 {"visa", number},
                 {"decision", sip::decision_name(decision)},
                 {"file", file},
                 {"waits_for_second", waits},
                 {"timestamped", c.tsa() != nullptr}});
  return 0;
}

void tell_prepared(Context& c, sip::Decision decision, const sip::Versement& versement,
                   const sip::PreparedVisa& prepared, std::string_view visa,
                   const trust::Certificate& certificate, const std::string& option) {
  const auto digest = core::sha512(visa).hex();
  c.journal().append(
      "VISA_PREPARED", {{"versement", versement.id()}, {"sha512", digest}}, trust::Outcome::ok,
      {{"certificate", certificate.fingerprint().hex()}, {"decision", sip::decision_name(decision)}});
  c.out.result(msg("To be signed: {0}", prepared.document.lexically_normal().string()));
  c.out.result(msg("Sheet for the signer: {0}", prepared.sheet.lexically_normal().string()));
  c.out.result(msg("Then: versoir {0} {1} --import SIGNATURE", std::string(sip::decision_name(decision)),
                   versement.id() + option));
  c.out.summary({{"versement", versement.id()},
                 {"decision", sip::decision_name(decision)},
                 {"file", prepared.document.lexically_normal().string()},
                 {"sheet", prepared.sheet.lexically_normal().string()},
                 {"sha256", core::sha256(visa).hex()},
                 {"sha512", digest}});
}

/// --prepare: what leaves for the desk where the key is.
int prepare(Context& c, sip::Decision decision, const sip::Versement& versement, const sip::Plan& plan) {
  const auto certificate = named_certificate(c);
  const auto visa = shown_visa(c, versement, plan, visa_options(c, decision, plan), certificate);
  const auto prepared = sip::write_prepared(versement, visa);
  tell_prepared(c, decision, versement, prepared, visa, certificate, {});
  return 0;
}

/// Whoever signed elsewhere, as the authority knows them today.
void learn_foreign(Context& c, std::string_view given, std::string_view document, std::string_view origin) {
  if (ocsp_source(c.config()).url.empty() || document.empty()) return;
  learn_revocation_of(c, trust::detached_signature(given, document, origin));
}

/// --import: the signature that came back.
int import(Context& c, sip::Decision decision, const sip::Versement& versement, const sip::Plan& plan) {
  const auto file = c.input(c.words.get("import"));
  const auto given = core::read_file(file, 4u << 20);
  if (decision == sip::Decision::approve)
    if (const auto waiting = sip::waiting_visa(versement); !waiting.empty()) {
      const auto visa = core::parse_json(waiting, "to-sign", Exit::lot_state);
      require_known_checks(c, versement, visa);
      require_known_review(c, versement, visa);
    }
  const auto origin = file.string();
  sip::Import what{given, origin, decision, {}};
  if (decision == sip::Decision::approve) what.target = vitam::read_target(c.config(), plan.platform);
  static_cast<void>(c.journal());  // a broken journal is found before anything is kept
  learn_foreign(c, given, sip::waiting_visa(versement), origin);
  const auto imported = sip::import_visa(versement, plan, what, c.trust_store(), c.roles(), c.clock, c.tsa());
  show_visa(c, imported.visa);
  tell_journal(c, event_of(decision), versement, imported.number,
               visa_file(versement, imported.number).string() + ".p7s", imported.certificate,
               imported.visa.at("lots").size(), "elsewhere");
  checkpoint_at_hand(c);
  return conclude(c, decision, versement, imported.number);
}

void confirm_decision(Context& c, const std::string& versement) {
  const auto nothing = msg("Nothing was signed.");
  if (c.words.has("confirm")) return require_confirmed(c.words.get("confirm"), versement, nothing);
  confirm_typed(msg("Type the identifier of the versement to sign ({0}):", versement), versement, nothing);
}

int sign_here(Context& c, sip::Decision decision, const sip::Versement& versement, const sip::Plan& plan) {
  auto& signer = c.signer(c.words.get("signer"));
  auto* tsa = c.tsa();
  const auto visa = shown_visa(c, versement, plan, visa_options(c, decision, plan), signer.certificate());
  confirm_decision(c, plan.versement);
  static_cast<void>(c.journal());  // a broken journal is found before anything is signed
  const int number = sip::sign_visa(versement, visa, signer, c.clock, tsa);
  tell_journal(c, event_of(decision), versement, number, visa_file(versement, number).string() + ".p7s",
               signer.certificate().fingerprint().hex(), core::parse_json(visa, "visa").at("lots").size(),
               "here");
  checkpoint_by(c, signer, tsa);  // by the one who is here: the producer's key stays where it is
  return conclude(c, decision, versement, number);
}

void tell_second(Context& c, const sip::SecondSigning& s, const std::string& certificate,
                 std::string_view where) {
  tell_journal(c, "VISA_COUNTERSIGNED", s.versement, s.visa.number,
               sip::second_signature(s.versement, s.visa.number), certificate, s.visa.json.at("lots").size(),
               where);
}

/// --second: another person signs what one has signed.
int give_second(Context& c, const sip::Versement& versement, const sip::Plan& plan) {
  const auto visa = sip::visa_to_second(versement);
  const sip::SecondSigning s{
      versement,       plan,      visa,   vitam::read_target(c.config(), plan.platform),
      c.trust_store(), c.roles(), c.clock};
  learn_revocation_of(c, visa.signature);
  sip::require_first(s);
  require_known_checks(c, versement, visa.json);
  show_visa(c, visa.json);
  c.out.result(msg("Signed first by {0}.", core::text_of(visa.json.at("signer"), "name")));
  if (c.words.has("prepare")) {
    const auto certificate = named_certificate(c);
    sip::require_second(s, certificate);
    tell_prepared(c, sip::Decision::approve, versement, sip::write_prepared_second(versement, visa),
                  visa.bytes, certificate, " --second");
    return 0;
  }
  static_cast<void>(c.journal());  // a broken journal is found before anything is signed
  auto* tsa = c.tsa();
  if (c.words.has("import")) {
    const auto file = c.input(c.words.get("import"));
    const auto given = core::read_file(file, 4u << 20);
    learn_foreign(c, given, visa.bytes, file.string());
    tell_second(c, s, sip::import_second(s, given, file.string(), tsa), "elsewhere");
    checkpoint_at_hand(c);
    return conclude(c, sip::Decision::approve, versement, visa.number);
  }
  auto& signer = c.signer(c.words.get("signer"));
  sip::require_second(s, signer.certificate());
  confirm_decision(c, plan.versement);
  sip::sign_second(s, signer, tsa);
  tell_second(c, s, signer.certificate().fingerprint().hex(), "here");
  checkpoint_by(c, signer, tsa);  // by the one who is here: the producer's key stays where it is
  return conclude(c, sip::Decision::approve, versement, visa.number);
}

int decide(Context& c, sip::Decision decision) {
  const bool leaves = c.words.has("prepare"), returns = c.words.has("import");
  if (leaves && returns)
    throw Error(Exit::usage, msg("--prepare and --import are two moments: give one of them."));
  if (!leaves && c.words.has("certificate")) throw Error(Exit::usage, msg("--certificate needs --prepare."));
  if (returns && (!c.words.list("exclude").empty() || c.words.has("confirm") ||
                  !c.words.get("reason").empty() || !c.words.get("comment").empty()))
    throw Error(Exit::usage,
                msg("With --import everything is in the prepared visa: give the signature alone."));
  const auto versement = c.known_versement(c.words.get("VERSEMENT"));
  const auto plan = versement.plan();
  // A withdrawal must not wait for a configuration.
  if (decision == sip::Decision::approve) c.require_roles_signer(plan.platform, plan.platform_kind);
  if (c.words.has("second")) {
    if (!c.words.list("exclude").empty())
      throw Error(Exit::usage, msg("--second signs what was signed: nothing can be left out any more."));
    return give_second(c, versement, plan);
  }
  if (leaves) return prepare(c, decision, versement, plan);
  if (returns) return import(c, decision, versement, plan);
  return sign_here(c, decision, versement, plan);
}

int run_approve(Context& c) { return decide(c, sip::Decision::approve); }
int run_refuse(Context& c) { return decide(c, sip::Decision::refuse); }
int run_revoke(Context& c) { return decide(c, sip::Decision::revoke); }

const OptionDef confirm_option{"confirm", mark("ID"),
                               mark("the identifier of the versement, as typed by the person who decides")};
const OptionDef signer_option{"signer", mark("NAME"), mark("[signing.NAME] of the configuration"),
                              "archivist"};
const OptionDef reason_option{"reason", mark("TEXT"), mark("why, in words that stay in the visa")};
const OptionDef prepare_option{"prepare", nullptr,
                               mark("write what is to be signed on another desk, and a sheet to read")};
const OptionDef certificate_option{"certificate", mark("FILE"),
                                   mark("with --prepare: certificate (PEM) of the person who will sign")};
const OptionDef import_option{"import", mark("FILE"),
                              mark("take in the signature made elsewhere over the prepared visa")};
const ArgumentDef versement_argument{mark("VERSEMENT"), mark("identifier of the versement")};

std::vector<Exit> visa_exits() {
  return {Exit::configuration,    Exit::lot_state,           Exit::signing,      Exit::visa_untrusted,
          Exit::visa_by_producer, Exit::visa_other_platform, Exit::role_register};
}

}  // namespace

std::vector<CommandDef> visa_commands() {
  return {
      {.name = "approve",
       .summary = mark("sign the visa that authorises the transfer of a versement"),
       .details = mark(
           "Recomputes what would be transferred from the SIPs themselves, shows it, asks for the identifier "
           "of the versement and "
           "signs. Every lot must be built, sealed and checked; the report of versoir review must exist. "
           "With "
           "[approval] signatures = 2 nothing is sent until another person has signed the same visa: "
           "--second."),
       .example = "versoir approve scolarite-2026 --confirm scolarite-2026",
       .arguments = {versement_argument},
       .options = {confirm_option,
                   signer_option,
                   prepare_option,
                   certificate_option,
                   import_option,
                   {"second", nullptr,
                    mark("give the second signature, another person's, to the approval that waits for it")},
                   {"exclude", mark("LOT"), mark("a lot that this visa does not cover"), nullptr, true},
                   {"comment", mark("TEXT"), mark("an observation that stays in the visa")}},
       .exits = visa_exits(),
       .run = run_approve},
      {.name = "refuse",
       .summary = mark("sign the refusal of a versement, with its reason"),
       .details =
           mark("The refusal is a signed act like an approval: it names the lots and the reason, and no lot "
                "of the versement can be sent while it is the latest decision. The producer then corrects, "
                "plans again (versoir plan --replace) and submits again; a later approval lifts it."),
       .example = "versoir refuse scolarite-2026 --reason \"Période incomplète\" --confirm scolarite-2026",
       .arguments = {versement_argument},
       .options = {confirm_option, signer_option, reason_option, prepare_option, certificate_option,
                   import_option},
       .exits = visa_exits(),
       .run = run_refuse},
      {.name = "revoke",
       .summary = mark("withdraw an approval that was signed"),
       .details = mark(
           "Lots that are not sent yet may no longer leave under the approval. What was already sent stays "
           "sent: the platform's archive service alone withdraws it."),
       .example = "versoir revoke scolarite-2026 --reason \"Erreur de règle\" --confirm scolarite-2026",
       .arguments = {versement_argument},
       .options = {confirm_option, signer_option, reason_option, prepare_option, certificate_option,
                   import_option},
       .exits = visa_exits(),
       .run = run_revoke},
  };
}

}  // namespace versoir::cli
