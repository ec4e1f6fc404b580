// What the commands of consultation open: an extract with its annotations, the rules of the establishment,
// what was transferred of a record.
#include "cli/application_lots.hpp"
#include "cli/consult_seal.hpp"
#include "cli/whole_trail.hpp"
#include "consult/generation.hpp"
#include "sip/kept.hpp"
#include "sip/rule_duration.hpp"
#include "sip/versement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

consult::Annotations read_annotations(Context& c, extract::Extract& extract) {
  const bool configured = fs::exists(c.config_file());
  const bool anchors = configured && c.config().find_path("trust", "anchors");
  const bool roles = configured && c.config().find_path("trust", "roles");
  return consult::Annotations::read(extract.path(), consult::origin_root(extract),
                                    anchors ? &c.trust_store() : nullptr, roles ? &c.roles() : nullptr,
                                    c.clock);
}

consult::Archive open_archive(Context& c, const fs::path& path) {
  auto extract = extract::Extract::open(path);
  auto annotations = read_annotations(c, extract);
  for (const auto& reason : annotations.reasons()) c.out.warn(reason);
  return consult::Archive::open(path, c.out.progress(), std::move(annotations));
}

profiles::Application establishment_rules(Context& c, const profiles::Application& app) {
  auto decided = app;
  if (!fs::exists(c.config_file())) return decided;
  const auto& config = c.config();
  sip::RuleDurations durations;
  for (auto& rule : decided.rules) {
    const auto written = config.get_or("durations", rule.code, "");
    if (const auto duration = written.empty() ? std::nullopt : sip::parse_rule_duration(written))
      durations[rule.code] = *duration;
    const auto section = "start." + rule.code;
    if (!config.has_section(section)) continue;
    rule.bounded_start = config.get_or(section, "unknown", "none") == "bound";
    rule.round_to_year_end = config.get_bool(section, "round_to_year_end");
  }
  sip::apply_durations(decided, durations);
  return decided;
}

std::vector<consult::TransferredUnit> transferred_units(Context& c, const profiles::Application& app,
                                                        const std::string& record, const std::string& key) {
  std::vector<consult::TransferredUnit> units;
  if (sip::list_versements(c.workspace()).empty()) return units;
  const auto lots = lots_of_application(c, app.id, true, whole_trail(c));
  std::map<std::string, std::vector<const sip::AcceptedLot*>> by_versement;
  for (const auto& lot : lots.accepted) {
    const auto* archive = app.find_archive(lot.profile);
    if (archive && archive->record == record) by_versement[lot.versement].push_back(&lot);
  }
  for (const auto& [versement, accepted] : by_versement)
    sip::read_kept(sip::Versement(c.workspace(), versement).file("kept.csv"), [&](const sip::KeptRow& row) {
      if (row.key != key) return true;
      const auto lot = std::ranges::find(accepted, row.lot, &sip::AcceptedLot::lot);
      if (lot != accepted.end())
        units.push_back({versement, row.lot, (*lot)->operation, app.find_archive(row.profile)->label});
      return true;
    });
  return units;
}

records::Record record_as_sealed(consult::Archive& archive, const std::string& name,
                                 const records::Key& key) {
  if (auto record = archive.show(name, key)) return std::move(*record);
  if (const auto gone = consult::eliminated_record(archive.extract(), name, key))
    throw Error(Exit::not_found, msg("{0}:{1}: {2}.", name, key.text(), consult::eliminated_text(*gone)));
  throw Error(Exit::not_found, msg("There is no record {0}:{1}.", name, key.text()))
      .hint(msg("versoir consult search gives the references of those that exist."));
}

consult::SealState require_proven(Context& c, consult::Archive& archive, consult::Provenance& provenance,
                                  const records::Record& record) {
  auto seal = consult_seal(c, archive.extract());
  if (seal.verdict != consult::SealState::Verdict::verified) {
    Error e(seal.verdict == consult::SealState::Verdict::broken ? Exit::extract_altered : Exit::configuration,
            msg("No document is made: the seal of the extract is not verified."));
    for (const auto& reason : seal.reasons) std::move(e).because(reason);
    throw std::move(e);
  }
  const auto verified = provenance.verify(record);
  if (!verified.holds())
    throw Error(Exit::extract_altered,
                msg("No document is made: rows were altered since they were sealed ({0}).",
                    fmt::format("{}", fmt::join(verified.altered, " ; "))));
  if (!archive.annotations().usable()) {
    Error e(Exit::evidence_broken,
            msg("No document is made: the annotations beside the extract do not hold."));
    for (const auto& reason : archive.annotations().reasons()) std::move(e).because(reason);
    throw std::move(e);
  }
  return seal;
}

}  // namespace versoir::cli
