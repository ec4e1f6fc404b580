// The rule under which a reply proves acceptance, and the receipt that says so.
#include "vitam/receipt.hpp"

#include "core/csv.hpp"
#include "core/disk.hpp"
#include "core/file.hpp"
#include "vitam/ingest.hpp"
#include "vitam/manifest_ids.hpp"
#include "vitam/our_ids.hpp"

#include <algorithm>
#include <optional>

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

/// The list of identifiers as it is written, and its digest as it grows.
class IdentifierList final : public core::ByteSink {
 public:
  explicit IdentifierList(core::AtomicFile* file) : file_(file), csv_(*this) {
    csv_.row({"kind", "id", "system_id", "group_id"});
  }
  void add(const AtrRow& row) {
    csv_.row(
        {row.kind == AtrRow::Kind::unit ? "unit" : "object", row.id, row.system_id, row.group_system_id});
  }
  void write(std::string_view bytes) override {
    hasher_.update(bytes);
    if (file_) file_->write(bytes);
  }
  [[nodiscard]] core::Sha512 digest() { return hasher_.finish(); }

 private:
  core::AtomicFile* file_;
  core::Sha512Hasher hasher_;
  core::CsvWriter csv_;
};

/// Every unit and object of our manifest has one answer, and the reply names nothing else.
class Reconciliation {
 public:
  Reconciliation(const fs::path& sip, Findings& out) : out_(out) {
    extract_manifest(sip, manifest());
    head_ = scan_ids(manifest(), {[&](std::string_view id) { units_.add(id); },
                                  [&](std::string_view id) { objects_.add(id); }});
    units_.seal();
    objects_.seal();
  }

  [[nodiscard]] const std::string& message_identifier() const { return head_.message_identifier; }
  [[nodiscard]] std::size_t units() const { return units_.size(); }
  [[nodiscard]] std::size_t objects() const { return objects_.size(); }

  void take(const AtrRow& row) {
    const bool unit = row.kind == AtrRow::Kind::unit;
    auto& ours = unit ? units_ : objects_;
    if (row.system_id.empty() && ours.contains(row.id)) return;  // told as missing, with its name
    switch (ours.mark(row.id)) {
      case OurIds::Mark::first:
        return;
      case OurIds::Mark::again:
        return out_.add(code(unit, "TWICE"), msg("the reply names {0} more than once", row.id));
      case OurIds::Mark::unknown:
        if (!unit || !stands_for_held(row))
          out_.add(code(unit, "FOREIGN"), msg("the reply names {0}, which our manifest does not", row.id));
    }
  }

  /// Names what the reply left out: the manifest is read again only then.
  void end() {
    if (units_.count_marked() == units_.size() && objects_.count_marked() == objects_.size()) return;
    const auto name = [&](bool unit, OurIds& ours) {
      return [this, unit, &ours](std::string_view id) {
        if (ours.mark(id) == OurIds::Mark::first)
          out_.add(code(unit, "MISSING"), msg("the reply gives no system identifier for {0}", id));
      };
    };
    static_cast<void>(scan_ids(manifest(), {name(true, units_), name(false, objects_)}));
  }

 private:
  static std::string code(bool unit, const char* what) {
    return std::string(unit ? "RECEIPT_UNIT_" : "RECEIPT_OBJECT_") + what;
  }
  [[nodiscard]] fs::path manifest() const { return folder_.path() / "manifest.xml"; }

  /// A unit to which the SIP attaches is transferred by nobody: the reply may list it, under our identifier
  /// or under its own SystemId, or not at all.
  [[nodiscard]] bool stands_for_held(const AtrRow& row) const {
    const auto& attached = head_.attached;
    if (std::ranges::find(attached, row.id, &AttachedUnit::id) != attached.end()) return true;
    return !attached.empty() && row.system_id == row.id;
  }

  Findings& out_;
  core::TemporaryDirectory folder_;
  ManifestHead head_;
  OurIds units_, objects_;
};

void compare_receipt(const core::Json& receipt, const Proof& proof, const fs::path& folder, Findings& out) {
  const Atr& atr = proof.atr;
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
    expect("systemIds", *ids == system_ids(folder));
  if (const auto ids = receipt.find("identifiers"); ids != receipt.end()) {
    const auto file = folder / identifiers_name;
    expect("identifiers", core::text_of(*ids, "sha512") == proof.identifiers.hex());
    if (!fs::exists(file) || core::digest_file(file).sha512 != proof.identifiers)
      out.add("RECEIPT_IDENTIFIERS",
              msg("{0} is missing, or not what the reply says", file.filename().string()));
  }
}

}  // namespace

core::Json system_ids(const fs::path& lot_folder) {
  core::Json ids = core::Json::object();
  static_cast<void>(read_atr(lot_folder, [&](const AtrRow& row) {
    if (row.kind == AtrRow::Kind::unit) ids[row.id] = row.system_id;
  }));
  return ids;
}

bool accepts(const Atr& atr) { return atr.reply_code == "OK" || atr.reply_code == "WARNING"; }

Proof prove(const sip::Versement& versement, const sip::MessageIdentifier& lot, bool write_identifiers) {
  Proof proof;
  Findings out(lot.value);
  const auto folder = versement.lot(lot);
  Reconciliation ours(versement.sip(lot), out);
  std::optional<core::AtomicFile> file;
  if (write_identifiers) file.emplace(folder / identifiers_name, sip::private_mode);
  IdentifierList list(file ? &*file : nullptr);
  const auto atr = read_atr(folder, [&](const AtrRow& row) {
    ours.take(row);
    list.add(row);
  });
  ours.end();
  if (!accepts(atr))
    out.add("RECEIPT_REPLY_CODE", msg("the reply is \"{0}\": it does not accept the SIP", atr.reply_code));
  if (atr.request != lot.value)
    out.add("RECEIPT_REQUEST", msg("the reply answers \"{0}\", not this lot", atr.request));
  const auto operation = core::read_json(folder / "operation.json");
  const auto sent = core::json_string(operation, "operation", "operation.json", Exit::evidence_broken);
  if (atr.operation != sent)
    out.add("RECEIPT_OPERATION",
            msg("the reply is of operation {0}, the lot was sent as {1}", atr.operation, sent));
  if (ours.message_identifier() != lot.value)
    out.add("RECEIPT_MANIFEST",
            msg("the manifest of sip.zip is the one of \"{0}\"", ours.message_identifier()));
  proof.atr = atr;
  proof.units = ours.units();
  proof.objects = ours.objects();
  proof.identifiers = list.digest();
  proof.findings = out.take();
  if (file && proof.findings.empty()) file->commit();
  return proof;
}

std::vector<Finding> verify_receipt(const sip::Versement& versement, const sip::MessageIdentifier& lot) {
  const auto folder = versement.lot(lot);
  const auto defect = [&](const Error& e) {
    return Finding{Severity::error, "RECEIPT_UNREADABLE", e.message(), lot.value};
  };
  try {
    auto proof = prove(versement, lot);
    if (!fs::exists(folder / "receipt.json")) return proof.findings;
    Findings out(lot.value);
    compare_receipt(core::read_json(folder / "receipt.json"), proof, folder, out);
    for (auto& finding : out.take()) proof.findings.push_back(std::move(finding));
    return proof.findings;
  } catch (const Error& e) {
    if (core::is_disk_failure(e)) throw;  // it proves nothing, and belies nothing
    return {defect(e)};
  }
}

}  // namespace versoir::vitam
