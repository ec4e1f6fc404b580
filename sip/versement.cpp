// Paths, plan.json and lot states of a versement: docs/formats/versement.md is the promise kept here.
#include "sip/versement.hpp"

#include "core/json.hpp"
#include "core/xml.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <system_error>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::string_view plan_format = "versoir-plan/1";

struct StateName {
  LotState state;
  std::string_view name;
};
constexpr std::array state_names{
    StateName{LotState::planned, "planned"},
    StateName{LotState::built, "built"},
    StateName{LotState::checked, "checked"},
    StateName{LotState::approved, "approved"},
    StateName{LotState::refused, "refused"},
    StateName{LotState::sending, "sending"},
    StateName{LotState::sent, "sent"},
    StateName{LotState::in_doubt, "in_doubt"},
    StateName{LotState::accepted, "accepted"},
    StateName{LotState::accepted_with_warnings, "accepted_with_warnings"},
    StateName{LotState::rejected, "rejected"},
    StateName{LotState::verified, "verified"},
    StateName{LotState::closed, "closed"},
    StateName{LotState::abandoned, "abandoned"},
};

[[noreturn]] void bad_plan(std::string_view origin, std::string_view member) {
  throw Error(Exit::disk,
              msg("{0}: \"{1}\" is missing, unknown or not of the expected kind.", origin, member))
      .hint(msg("Plan again with --replace; a plan is never edited by hand."));
}

/// The plan decides what is sent: nothing in it may be ignored, nothing may be missing.
void require_keys(const Json& object, std::initializer_list<const char*> keys, std::string_view origin,
                  std::string_view name, std::initializer_list<const char*> optional = {}) {
  if (!object.is_object()) bad_plan(origin, name);
  for (const char* key : keys)
    if (!object.contains(key)) bad_plan(origin, key);
  const auto in = [](std::initializer_list<const char*> list, const std::string& key) {
    return std::any_of(list.begin(), list.end(), [&](const char* k) { return key == k; });
  };
  for (const auto& [key, value] : object.items())
    if (!in(keys, key) && !in(optional, key)) bad_plan(origin, key);
}

std::uint64_t count_of(const Json& object, const char* key, std::string_view origin) {
  const auto value = core::json_int(object, key, origin);
  if (value < 0) bad_plan(origin, key);
  return static_cast<std::uint64_t>(value);
}

bool identifier_characters(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

PlannedLot lot_from_json(const Json& json, std::string_view origin) {
  require_keys(json, {"messageIdentifier", "profile", "number", "records"}, origin, "lots");
  PlannedLot lot;
  lot.id.value = core::json_string(json, "messageIdentifier", origin);
  // The identifier becomes a folder name: a plan from elsewhere must not lead out of the versement.
  if (!identifier_characters(lot.id.value)) bad_plan(origin, "messageIdentifier");
  lot.profile = core::json_string(json, "profile", origin);
  lot.number = static_cast<int>(count_of(json, "number", origin));
  lot.records = count_of(json, "records", origin);
  return lot;
}

Json plan_to_json(const Plan& plan) {
  Json lots = Json::array();
  for (const auto& lot : plan.lots)
    lots.push_back({{"messageIdentifier", lot.id.value},
                    {"profile", lot.profile},
                    {"number", lot.number},
                    {"records", lot.records}});
  Json json = {{"format", plan_format},
               {"versement", plan.versement},
               {"attempt", plan.attempt},
               {"created", core::format_instant(plan.created)},
               {"extract",
                {{"path", plan.extract.generic_string()},
                 {"root", plan.extract_root},
                 {"sha512", plan.extract_sha512},
                 {"kind", plan.extract_kind}}},
               {"application", plan.application},
               {"profileDigest", plan.profile_digest},
               {"platform", {{"name", plan.platform}, {"kind", plan.platform_kind}, {"tenant", plan.tenant}}},
               {"seda", seda_name(plan.seda)},
               {"settings", plan.settings},
               {"lots", std::move(lots)},
               {"kept", plan.kept},
               {"keptSha512", plan.kept_sha512},
               {"leftOut", plan.left_out},
               {"leftOutSha512", plan.left_out_sha512},
               {"sampling", plan.sampling},
               {"closed", plan.closed}};
  if (!plan.starts.is_null()) json["starts"] = plan.starts;
  if (!plan.confirmed.is_null()) json["confirmed"] = plan.confirmed;
  if (!plan.files.is_null()) json["files"] = plan.files;
  if (plan.is_filing()) json["filing"] = plan.filing;
  if (plan.is_dossier()) json["dossier"] = plan.dossier;
  return json;
}

Plan plan_from_json(const Json& json, std::string_view origin) {
  require_keys(
      json,
      {"format", "versement", "attempt", "created", "extract", "application", "profileDigest", "platform",
       "seda", "settings", "lots", "kept", "keptSha512", "leftOut", "leftOutSha512", "sampling", "closed"},
      origin, "plan", {"starts", "confirmed", "files", "filing", "dossier"});
  if (core::json_string(json, "format", origin) != plan_format) bad_plan(origin, "format");
  Plan plan;
  plan.versement = core::json_string(json, "versement", origin);
  plan.attempt = static_cast<int>(count_of(json, "attempt", origin));
  const auto created = core::parse_instant(core::json_string(json, "created", origin));
  if (!created) bad_plan(origin, "created");
  plan.created = *created;
  const auto& extract = json.at("extract");
  require_keys(extract, {"path", "root", "sha512", "kind"}, origin, "extract");
  plan.extract = core::json_string(extract, "path", origin);
  plan.extract_root = core::json_string(extract, "root", origin);
  plan.extract_sha512 = core::json_string(extract, "sha512", origin);
  plan.extract_kind = core::json_string(extract, "kind", origin);
  plan.application = core::json_string(json, "application", origin);
  plan.profile_digest = core::json_string(json, "profileDigest", origin);
  const auto& platform = json.at("platform");
  require_keys(platform, {"name", "kind", "tenant"}, origin, "platform");
  plan.platform = core::json_string(platform, "name", origin);
  plan.platform_kind = core::json_string(platform, "kind", origin);
  plan.tenant = core::json_int(platform, "tenant", origin);
  const auto seda = parse_seda(core::json_string(json, "seda", origin));
  if (!seda) bad_plan(origin, "seda");
  plan.seda = *seda;
  plan.settings = json.at("settings");
  if (!plan.settings.is_object()) bad_plan(origin, "settings");
  if (!json.at("lots").is_array()) bad_plan(origin, "lots");
  for (const auto& lot : json.at("lots")) plan.lots.push_back(lot_from_json(lot, origin));
  plan.kept = count_of(json, "kept", origin);
  plan.kept_sha512 = core::json_string(json, "keptSha512", origin);
  plan.left_out = count_of(json, "leftOut", origin);
  plan.left_out_sha512 = core::json_string(json, "leftOutSha512", origin);
  plan.sampling = json.at("sampling");
  if (!plan.sampling.is_array()) bad_plan(origin, "sampling");
  for (const auto& outcome : plan.sampling)
    require_keys(outcome, {"profile", "criteria", "applied", "population", "kept", "strata"}, origin,
                 "sampling");
  plan.closed = json.at("closed");
  if (!plan.closed.is_null()) require_keys(plan.closed, {"name", "sha512", "records"}, origin, "closed");
  if (const auto starts = json.find("starts"); starts != json.end()) {
    plan.starts = *starts;
    if (!plan.starts.is_object()) bad_plan(origin, "starts");
  }
  if (const auto confirmed = json.find("confirmed"); confirmed != json.end()) {
    plan.confirmed = *confirmed;
    if (!plan.confirmed.is_array()) bad_plan(origin, "confirmed");
    for (const auto& codes : plan.confirmed)
      require_keys(codes, {"id", "label", "source", "validator", "codes", "confirmed", "validation"}, origin,
                   "confirmed");
  }
  if (const auto files = json.find("files"); files != json.end()) {
    plan.files = *files;
    require_keys(plan.files, {"sha512", "files", "bytes"}, origin, "files");
  }
  if (const auto filing = json.find("filing"); filing != json.end()) {
    plan.filing = *filing;
    require_keys(plan.filing, {"title", "nodes"}, origin, "filing");
  }
  if (const auto dossier = json.find("dossier"); dossier != json.end()) {
    plan.dossier = *dossier;
    require_keys(plan.dossier, {"versement", "pack"}, origin, "dossier");
  }
  return plan;
}

std::optional<Json> read_if_there(const fs::path& file) {
  if (!fs::exists(file)) return std::nullopt;
  auto json = core::read_json(file);
  // A state file that cannot be understood is an error, never "absent": a lot must not be sent twice.
  if (!json.is_object()) throw Error(Exit::disk, msg("{0} is not a JSON object.", file.string()));
  return json;
}

std::uint64_t number_of(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : 0;
}

/// ReplyCode stands directly under ArchiveTransferReply, after the whole data object package (SEDA 2.1
/// §ArchiveTransferReply).
std::string reply_code_of(const fs::path& atr) {
  try {
    auto reader = core::XmlReader::from_file(atr, Exit::reply_unreadable);
    while (reader.next())
      if (reader.node() == core::XmlReader::Node::start && reader.depth() == 1 &&
          reader.name() == "ReplyCode")
        return reader.element_text();
  } catch (const Error&) {
    // Early KO replies may be damaged; the state then stays "sent" and `send` reports the defect.
  }
  return {};
}

std::optional<LotState> state_of_reply(std::string_view code) {
  if (code == "OK") return LotState::accepted;
  if (code == "WARNING") return LotState::accepted_with_warnings;
  if (code == "KO") return LotState::rejected;  // FATAL waits for the platform's operators: still "sent"
  return std::nullopt;
}

/// What the verdict of check.json is worth: it must be about the SIP that build.json describes.
bool check_holds(const std::optional<Json>& check, const std::optional<Json>& build) {
  if (!check || !build) return false;
  const auto sip = check->find("sip");
  if (sip == check->end() || !sip->is_object()) return false;
  const auto checked = core::text_of(*sip, "sha512");
  return !checked.empty() && checked == core::text_of(*build, "sha512");
}

bool without_transfer(const std::optional<Json>& closing) {
  return closing && closing->contains("transferred") && closing->at("transferred") == false;
}

LotState decide(const LotFacts& facts, const fs::path& folder, bool holds, std::string_view decision) {
  if (facts.closed && without_transfer(facts.closing)) return LotState::abandoned;
  if (facts.operation) {
    if (const auto replied = state_of_reply(facts.reply_code)) {
      const bool accepted = *replied != LotState::rejected;
      if (accepted && facts.receipt && !core::text_of(*facts.receipt, "verified").empty())
        return facts.closed ? LotState::closed : LotState::verified;
      return *replied;
    }
    return LotState::sent;
  }
  if (facts.sending)
    return core::text_of(*facts.sending, "answer") == "none" ? LotState::in_doubt : LotState::sending;
  if (!fs::exists(folder / "sip.zip")) return LotState::planned;
  if (decision == "refuse") return LotState::refused;
  const bool checked = holds && (facts.check_verdict == "OK" || facts.check_verdict == "WARNING");
  if (!checked) return LotState::built;
  return decision == "approve" ? LotState::approved : LotState::checked;
}

}  // namespace

std::string_view state_name(LotState s) noexcept {
  for (const auto& row : state_names)
    if (row.state == s) return row.name;
  return {};
}

std::optional<LotState> parse_state(std::string_view name) noexcept {
  for (const auto& row : state_names)
    if (row.name == name) return row.state;
  return std::nullopt;
}

std::string state_label(LotState s) {
  switch (s) {
    case LotState::planned:
      return core::tr("planned");
    case LotState::built:
      return core::tr("built");
    case LotState::checked:
      return core::tr("checked");
    case LotState::approved:
      return core::tr("approved");
    case LotState::refused:
      return core::tr("refused");
    case LotState::sending:
      return core::tr("sending");
    case LotState::sent:
      return core::tr("sent");
    case LotState::in_doubt:
      return core::tr("in doubt");
    case LotState::accepted:
      return core::tr("accepted");
    case LotState::accepted_with_warnings:
      return core::tr("accepted with warnings");
    case LotState::rejected:
      return core::tr("rejected");
    case LotState::verified:
      return core::tr("verified");
    case LotState::closed:
      return core::tr("closed");
    case LotState::abandoned:
      return core::tr("closed without transfer");
  }
  return {};
}

bool is_versement_id(std::string_view id) noexcept {
  return id.size() <= 40 && !id.starts_with('-') && identifier_characters(id);
}

std::string_view context_id(const Plan& plan) noexcept {
  return plan.is_filing() ? "FILING_SCHEME" : "DEFAULT_WORKFLOW";
}

const PlannedLot* Plan::find(const MessageIdentifier& id) const {
  const auto at = std::find_if(lots.begin(), lots.end(), [&](const PlannedLot& lot) { return lot.id == id; });
  return at == lots.end() ? nullptr : &*at;
}

Versement::Versement(fs::path workspace, std::string id)
    : workspace_(std::move(workspace)), id_(std::move(id)) {
  if (!is_versement_id(id_))
    throw Error(Exit::usage, msg("\"{0}\" cannot name a versement.", id_))
        .hint(msg(
            "Use 1 to 40 letters, digits, underscores and hyphens, and begin with anything but a hyphen."));
}

fs::path Versement::folder() const { return workspace_ / "versements" / id_; }
fs::path Versement::file(std::string_view name) const { return folder() / name; }
fs::path Versement::lot(const MessageIdentifier& id) const { return folder() / "lots" / id.value; }
fs::path Versement::sip(const MessageIdentifier& id) const { return lot(id) / "sip.zip"; }

Plan Versement::plan() const {
  const auto path = file("plan.json");
  if (!fs::exists(path))
    throw Error(Exit::lot_state, msg("Versement {0} has no plan.", id_))
        .hint(msg("Make one with \"versoir plan\", or list the versements with \"versoir status\"."));
  auto plan = plan_from_json(core::read_json(path), path.string());
  if (plan.versement != id_) bad_plan(path.string(), "versement");
  return plan;
}

void Versement::write_plan(const Plan& plan) const {
  fs::create_directories(folder());
  core::write_json(file("plan.json"), plan_to_json(plan));
}

std::vector<std::string> list_versements(const fs::path& workspace) {
  std::vector<std::string> ids;
  std::error_code error;
  for (fs::directory_iterator it(workspace / "versements", error), end; !error && it != end;
       it.increment(error)) {
    auto name = it->path().filename().string();
    if (is_versement_id(name) && fs::exists(it->path() / "plan.json")) ids.push_back(std::move(name));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

LotFacts lot_facts(const Versement& v, const PlannedLot& lot, std::string_view decision) {
  const auto folder = v.lot(lot.id);
  LotFacts facts;
  facts.id = lot.id;
  const auto build = read_if_there(folder / "build.json");
  facts.check = read_if_there(folder / "check.json");
  facts.sending = read_if_there(folder / "sending.json");
  facts.operation = read_if_there(folder / "operation.json");
  facts.receipt = read_if_there(folder / "receipt.json");
  facts.closing = read_if_there(folder / "closing.json");
  facts.closed = facts.closing && !core::text_of(*facts.closing, "finished").empty();
  if (build) {
    facts.size = number_of(*build, "size");
    facts.units = number_of(*build, "units");
    facts.objects = number_of(*build, "objects");
  }
  const bool holds = check_holds(facts.check, build);
  if (holds) facts.check_verdict = core::text_of(*facts.check, "verdict");
  if (fs::exists(folder / "atr.xml")) {
    if (facts.receipt) facts.reply_code = core::text_of(*facts.receipt, "reply_code");
    if (facts.reply_code.empty()) facts.reply_code = reply_code_of(folder / "atr.xml");
  }
  facts.state = decide(facts, folder, holds, decision);
  return facts;
}

bool has_left(const Versement& v, const PlannedLot& lot) {
  return fs::exists(v.lot(lot.id) / "operation.json");
}

}  // namespace versoir::sip
