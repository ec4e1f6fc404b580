// See visa_lots.hpp.
#include "sip/visa_lots.hpp"

#include <algorithm>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

/// The verdict is the worst of the controls: a report that says otherwise was written by somebody else.
bool holds_refusal(const Json& check) {
  const auto events = check.find("events");
  return events == check.end() || !events->is_array() || std::ranges::any_of(*events, [](const Json& e) {
           const auto status = e.is_object() ? core::text_of(e, "status") : std::string();
           return status != "OK" && status != "WARNING";
         });
}

}  // namespace

void VisaLots::add(const PlannedLot& lot) {
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

void VisaLots::finish(const Plan& plan) const {
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

Json VisaLots::counts() const {
  return {{"lots", lots_.size()}, {"units", units_}, {"objects", objects_}, {"bytes", bytes_}};
}

void VisaLots::describe(const PlannedLot& lot, Json& json) {
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

void VisaLots::describe_seal(const PlannedLot& lot, const fs::path& path, const OpenSip& sip, Json& json) {
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

void VisaLots::describe_check(const PlannedLot& lot, const OpenSip& sip, Json& json) {
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

}  // namespace versoir::sip
