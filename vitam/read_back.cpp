// See read_back.hpp.
#include "vitam/read_back.hpp"

#include "core/file.hpp"
#include "core/text.hpp"
#include "vitam/atr.hpp"
#include "vitam/ingest.hpp"
#include "vitam/manifest_ids.hpp"
#include "vitam/manifest_sample.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <set>

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::msg;
using core::Severity;
using core::text_of;

namespace {

/// A receipt proves which identifiers are ours; without its SIP there is nothing to compare with.
Atr require_accepted(const sip::Versement& versement, const sip::MessageIdentifier& lot) {
  const auto folder = versement.lot(lot);
  if (!fs::exists(folder / "receipt.json"))
    throw Error(Exit::lot_state,
                msg("The lot {0} has no receipt: the platform has not accepted it.", lot.value))
        .hint(msg("versoir status says where each lot stands."));
  if (!fs::exists(versement.sip(lot)))
    throw Error(Exit::lot_state, msg("The SIP of lot {0} is no longer here: it was closed.", lot.value))
        .hint(msg("What was deposited is compared before versoir close."));
  if (const auto defects = verify_receipt(versement, lot); !defects.empty()) {
    Error e(Exit::evidence_broken, msg("The receipt of lot {0} proves nothing.", lot.value));
    for (const auto& f : defects) std::move(e).because(f.message);
    throw e;
  }
  return read_atr(folder);
}

/// 2020-01-01 is the same day as 2020-01-01T00:00:00: the platform may write either.
bool same_date(const std::string& ours, const std::string& theirs) {
  if (ours == theirs) return true;
  const auto& longer = ours.size() > theirs.size() ? ours : theirs;
  const auto& shorter = ours.size() > theirs.size() ? theirs : ours;
  return shorter.size() == 10 && longer.starts_with(shorter + "T00:00:00");
}

/// A title that bears a language stands under Title_.
std::string title_of(const Json& unit) {
  auto title = core::trim(text_of(unit, "Title"));
  const auto languages = unit.find("Title_");
  if (title.empty() && languages != unit.end() && languages->is_object())
    for (const auto& text : *languages)
      if (text.is_string()) return core::trim(text.get<std::string>());
  return title;
}

std::set<std::string> rules_of(const Json& unit, const std::string& category) {
  std::set<std::string> out;
  const auto management = unit.value("#management", Json::object());
  const auto at = management.is_object() ? management.find(category) : management.end();
  if (!management.is_object() || at == management.end() || !at->is_object()) return out;
  const auto rules = at->value("Rules", Json::array());
  for (const auto& rule : rules)
    if (rule.is_object()) out.insert(text_of(rule, "Rule"));
  return out;
}

std::string listed(const std::set<std::string>& words) {
  std::string all;
  for (const auto& w : words) all += (all.empty() ? "" : ", ") + w;
  return all.empty() ? "-" : all;
}

/// What the platform calls the units and objects that are asked for.
struct SystemIds {
  std::map<std::string, std::string> units, objects;
};

SystemIds system_ids_of(const ManifestSample& sample, const fs::path& lot_folder) {
  SystemIds ids;
  for (const auto& unit : sample.units) ids.units[unit.id];
  for (const auto& object : sample.objects) {
    ids.objects[object.id];
    ids.units[object.holder];
  }
  static_cast<void>(read_atr(lot_folder, [&](const AtrRow& row) {
    auto& of_kind = row.kind == AtrRow::Kind::unit ? ids.units : ids.objects;
    if (const auto at = of_kind.find(row.id); at != of_kind.end()) at->second = row.system_id;
  }));
  return ids;
}

class Comparison {
 public:
  Comparison(Access& access, SystemIds ids, ReadBack& result)
      : access_(access), ids_(std::move(ids)), result_(result) {}

  void unit(const SampledUnit& ours) {
    const auto before = result_.findings.size();
    const auto id = ids_.units.at(ours.id);
    if (const auto theirs = access_.unit(id)) {
      compare(ours, *theirs, ours.id + " (" + id + ')');
    } else {
      differs(ours.id + " (" + id + ')', "unit", msg("the platform does not show this archive unit"));
    }
    ++result_.units;
    count(before);
  }

  void object(const SampledObject& ours) {
    const auto before = result_.findings.size();
    const auto holder = ids_.units.at(ours.holder);
    const auto id = ids_.objects.at(ours.id);
    const auto where = ours.id + " (" + id + ')';
    if (const auto* version = declared(holder, id)) {
      if (version->algorithm == "SHA-512" && version->digest != ours.sha512)
        differs(where, "MessageDigest", msg("the platform declares another SHA-512"));
      if (version->size && ours.size != 0 && *version->size != ours.size)
        differs(where, "Size",
                msg("the platform declares {0} bytes, the SIP {1}", *version->size, ours.size));
      content(ours, holder, *version, where);
    } else {
      differs(where, "object", msg("the platform does not show this object"));
    }
    ++result_.objects;
    count(before);
  }

  [[nodiscard]] Json differences() const { return differences_; }

  void differs(const std::string& where, const std::string& what, core::Message message) {
    differences_.push_back({{"where", where}, {"what", what}, {"message", message.english()}});
    result_.findings.push_back({Severity::error, "READ_BACK_DIFFERS", std::move(message), where});
  }

 private:
  const ObjectVersion* declared(const std::string& holder, const std::string& id) {
    const auto group = access_.object_group(holder);
    versions_ = group ? versions_of(*group) : std::vector<ObjectVersion>{};
    const auto at = std::ranges::find(versions_, id, &ObjectVersion::id);
    return at == versions_.end() ? nullptr : &*at;
  }

  void content(const SampledObject& ours, const std::string& holder, const ObjectVersion& version,
               const std::string& where) {
    try {
      const auto received = access_.receive_object(holder, version, [](std::string_view) {});
      if (received.sha512 != ours.sha512)
        differs(where, "content",
                msg("the bytes that the platform gives are not those of the SIP (SHA-512 {0})",
                    received.sha512.substr(0, 16) + "…"));
    } catch (const Error& e) {
      if (e.code() != Exit::not_found) throw;
      differs(where, "content", msg("the platform has no bytes of this object to give"));
    }
  }

  void compare(const SampledUnit& ours, const Json& theirs, const std::string& where) {
    if (title_of(theirs) != ours.title) differs(where, "Title", msg("the title is another one"));
    if (text_of(theirs, "DescriptionLevel") != ours.level)
      differs(where, "DescriptionLevel",
              msg("the description level is {0}, the SIP has {1}", text_of(theirs, "DescriptionLevel", "-"),
                  ours.level.empty() ? "-" : ours.level));
    date(ours.start, theirs, "StartDate", where);
    date(ours.end, theirs, "EndDate", where);
    for (const auto* category : {"StorageRule", "AppraisalRule", "AccessRule", "DisseminationRule",
                                 "ReuseRule", "ClassificationRule", "HoldRule"})
      rules(ours, theirs, category, where);
  }

  void date(const std::string& ours, const Json& theirs, const char* field, const std::string& where) {
    const auto other = text_of(theirs, field);
    if (!same_date(ours, other))
      differs(
          where, field,
          msg("{0} is {1}, the SIP has {2}", field, other.empty() ? "-" : other, ours.empty() ? "-" : ours));
  }

  void rules(const SampledUnit& ours, const Json& theirs, const std::string& category,
             const std::string& where) {
    const auto at = ours.rules.find(category);
    const auto own = at == ours.rules.end() ? std::set<std::string>{} : at->second;
    const auto other = rules_of(theirs, category);
    // The platform writes the rules of the whole message on the units at the top: more than the unit's own.
    for (const auto& rule : own)
      if (!other.contains(rule)) {
        differs(where, category,
                msg("{0}: the platform has {1}, the SIP {2}", category, listed(other), listed(own)));
        return;
      }
    const bool top = theirs.value("#unitups", Json::array()).empty();
    if (!top && other != own)
      differs(where, category,
              msg("{0}: the platform has {1}, the SIP {2}", category, listed(other), listed(own)));
  }

  void count(std::size_t before) {
    (result_.findings.size() == before ? result_.equal : result_.different) += 1;
  }

  Access& access_;
  SystemIds ids_;
  ReadBack& result_;
  std::vector<ObjectVersion> versions_;
  Json differences_ = Json::array();
};

/// The count of a register's line: {"ingested": n, ...}, a number in older platforms.
std::int64_t ingested(const Json& detail, const char* what) {
  const auto at = detail.find(what);
  if (at == detail.end()) return 0;
  if (at->is_number_integer()) return at->get<std::int64_t>();
  const auto count = at->is_object() ? at->find("ingested") : at->end();
  return at->is_object() && count != at->end() && count->is_number_integer() ? count->get<std::int64_t>() : 0;
}

/// What the accession register says of the ingest against the receipt. A platform that does not show its
/// register to this depositor is no difference.
Json compare_register(Access& access, const std::string& operation, const fs::path& folder,
                      Comparison& comparison) {
  Json details;
  try {
    details = access.register_details({operation});
  } catch (const Error& e) {
    if (e.code() != Exit::platform_refused) throw;
    return {};
  }
  if (details.empty()) return {};
  std::int64_t units = 0, objects = 0;
  for (const auto& detail : details) {
    units += ingested(detail, "TotalUnits");
    objects += ingested(detail, "TotalObjects");
  }
  const auto receipt = core::read_json(folder / "receipt.json");
  const auto own_units = core::json_int(receipt, "units", "receipt.json", Exit::evidence_broken);
  const auto own_objects = core::json_int(receipt, "objects", "receipt.json", Exit::evidence_broken);
  if (units != own_units || objects != own_objects)
    comparison.differs(operation, "register",
                       msg("the accession register counts {0} archive units and {1} objects, the receipt {2} "
                           "and {3}",
                           units, objects, own_units, own_objects));
  return {{"units", units}, {"objects", objects}};
}

std::uint64_t drawn_seed() {
  std::random_device random;
  return (std::uint64_t{random()} << 16 ^ random()) & 0xFFFF'FFFF'FFFFu;  // twelve hexadecimal digits at most
}

void check_stop(const std::stop_token& stop) {
  if (stop.stop_requested())
    throw Error(Exit::interrupted, msg("Interrupted: nothing was written of what had been compared."));
}

}  // namespace

ReadBack read_back(Access& access, const sip::Versement& versement, const sip::MessageIdentifier& lot,
                   const ReadBackTerms& terms, const core::Clock& clock, core::Progress& progress,
                   const std::stop_token& stop) {
  const auto atr = require_accepted(versement, lot);
  ReadBack result;
  result.seed = terms.seed ? *terms.seed : drawn_seed();
  ManifestSample sample;
  {
    const core::TemporaryDirectory folder;
    const auto manifest = folder.path() / "manifest.xml";
    extract_manifest(versement.sip(lot), manifest);
    sample = sample_manifest(manifest, terms.sample, result.seed);
  }
  Comparison comparison(access, system_ids_of(sample, versement.lot(lot)), result);
  progress.begin(lot.value, sample.units.size() + sample.objects.size(), "records");
  for (const auto& unit : sample.units) {
    check_stop(stop);
    comparison.unit(unit);
    progress.advance(1);
  }
  for (const auto& object : sample.objects) {
    check_stop(stop);
    comparison.object(object);
    progress.advance(1);
  }
  progress.end();
  const auto counted = compare_register(access, atr.operation, versement.lot(lot), comparison);
  result.json = {{"format", "versoir-read-back/1"},
                 {"date", core::format_instant(clock.now())},
                 {"platform", access.platform().name},
                 {"operation", atr.operation},
                 {"seed", result.seed},
                 {"asked", {{"units", result.units}, {"objects", result.objects}}},
                 {"equal", result.equal},
                 {"different", result.different},
                 {"register", counted},
                 {"differences", comparison.differences()}};
  return result;
}

}  // namespace versoir::vitam
