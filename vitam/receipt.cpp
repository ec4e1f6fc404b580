// The rule under which a reply proves acceptance, and the receipt that says so.
#include "vitam/receipt.hpp"

#include "core/file.hpp"
#include "vitam/ingest.hpp"
#include "vitam/manifest_ids.hpp"

#include <algorithm>
#include <set>

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

namespace {

constexpr std::size_t listed_most = 20;

/// The first defects one by one, the others counted.
class Findings {
 public:
  explicit Findings(std::string lot) : lot_(std::move(lot)) {}
  void add(std::string code, core::Message message) {
    if (std::count_if(list_.begin(), list_.end(), [&](const Finding& f) { return f.code == code; }) <
        static_cast<std::ptrdiff_t>(listed_most))
      list_.push_back({Severity::error, std::move(code), std::move(message), lot_});
    else
      ++more_;
  }
  std::vector<Finding> take() {
    if (more_ > 0)
      list_.push_back({Severity::error, "RECEIPT_MORE", msg("and {0} more of the same kinds", more_), lot_});
    return std::move(list_);
  }

 private:
  std::string lot_;
  std::vector<Finding> list_;
  std::uint64_t more_ = 0;
};

/// `elsewhere`: replied identifiers that need not be ours.
template <class Map, class HasId, class Elsewhere>
void compare_ids(const std::vector<std::string>& ours, const Map& replied, HasId has_id, Elsewhere elsewhere,
                 const char* kind, Findings& out) {
  const std::set<std::string_view> known(ours.begin(), ours.end());
  for (const auto& id : known) {
    const auto at = replied.find(std::string(id));
    if (at == replied.end() || !has_id(at->second))
      out.add(std::string("RECEIPT_") + kind + "_MISSING",
              msg("the reply gives no system identifier for {0}", id));
  }
  for (const auto& [id, unused] : replied)
    if (!known.contains(id) && !elsewhere(id))
      out.add(std::string("RECEIPT_") + kind + "_FOREIGN",
              msg("the reply names {0}, which our manifest does not", id));
}

/// A unit to which the SIP attaches is transferred by nobody: the reply may list it, under our identifier or
/// under its own SystemId, or not at all.
bool stands_for_held(const ManifestIds& ids, const Atr& atr, const std::string& id) {
  const auto& attached = ids.attached;
  if (std::ranges::find(attached, id, &AttachedUnit::id) != attached.end()) return true;
  return !attached.empty() && atr.units.at(id) == id;
}

void compare_receipt(const core::Json& receipt, const Atr& atr, const Proof& proof, const fs::path& folder,
                     Findings& out) {
  const auto text = [&](const char* key) {
    return core::json_string(receipt, key, "receipt.json", Exit::evidence_broken);
  };
  const auto number = [&](const char* key) {
    return static_cast<std::uint64_t>(core::json_int(receipt, key, "receipt.json", Exit::evidence_broken));
  };
  const auto expect = [&](const char* key, bool same) {
    if (!same)
      out.add("RECEIPT_CONTENT", msg("receipt.json: \"{0}\" is not what the reply and the SIP say", key));
  };
  expect("operation", text("operation") == atr.operation);
  expect("reply_code", text("reply_code") == atr.reply_code);
  expect("atr_sha512", text("atr_sha512") == core::digest_file(folder / "atr.xml").sha512.hex());
  expect("sip_sha512", text("sip_sha512") == core::digest_file(folder / "sip.zip").sha512.hex());
  expect("units", number("units") == proof.units);
  expect("objects", number("objects") == proof.objects);
  if (const auto ids = receipt.find("systemIds"); ids != receipt.end())
    expect("systemIds", *ids == system_ids(atr));
}

}  // namespace

core::Json system_ids(const Atr& atr) {
  core::Json ids = core::Json::object();
  for (const auto& [unit, id] : atr.units) ids[unit] = id;
  return ids;
}

bool accepts(const Atr& atr) { return atr.reply_code == "OK" || atr.reply_code == "WARNING"; }

Proof prove(const sip::Versement& versement, const sip::MessageIdentifier& lot, const Atr& atr) {
  Proof proof;
  Findings out(lot.value);
  const auto folder = versement.lot(lot);
  if (!accepts(atr))
    out.add("RECEIPT_REPLY_CODE", msg("the reply is \"{0}\": it does not accept the SIP", atr.reply_code));
  if (atr.request != lot.value)
    out.add("RECEIPT_REQUEST", msg("the reply answers \"{0}\", not this lot", atr.request));
  const auto operation = core::read_json(folder / "operation.json");
  const auto ours = core::json_string(operation, "operation", "operation.json", Exit::evidence_broken);
  if (atr.operation != ours)
    out.add("RECEIPT_OPERATION",
            msg("the reply is of operation {0}, the lot was sent as {1}", atr.operation, ours));
  const auto ids = read_manifest_ids(versement.sip(lot));
  if (ids.message_identifier != lot.value)
    out.add("RECEIPT_MANIFEST", msg("the manifest of sip.zip is the one of \"{0}\"", ids.message_identifier));
  compare_ids(
      ids.units, atr.units, [](const std::string& id) { return !id.empty(); },
      [&](const std::string& id) { return stands_for_held(ids, atr, id); }, "UNIT", out);
  compare_ids(
      ids.objects, atr.objects, [](const Atr::Object& o) { return !o.system_id.empty(); },
      [](const std::string&) { return false; }, "OBJECT", out);
  proof.units = ids.units.size();
  proof.objects = ids.objects.size();
  proof.findings = out.take();
  return proof;
}

std::vector<Finding> verify_receipt(const sip::Versement& versement, const sip::MessageIdentifier& lot) {
  const auto folder = versement.lot(lot);
  const auto defect = [&](const Error& e) {
    return Finding{Severity::error, "RECEIPT_UNREADABLE", e.message(), lot.value};
  };
  try {
    const auto atr = read_atr(folder);
    auto proof = prove(versement, lot, atr);
    if (!fs::exists(folder / "receipt.json")) return proof.findings;
    Findings out(lot.value);
    compare_receipt(core::read_json(folder / "receipt.json"), atr, proof, folder, out);
    for (auto& finding : out.take()) proof.findings.push_back(std::move(finding));
    return proof.findings;
  } catch (const Error& e) {
    return {defect(e)};
  }
}

}  // namespace versoir::vitam
