// Builds one lot in a folder of its own and publishes it whole: seal, build.json, and sip.zip last.
#include "sip/build.hpp"

#include "core/file.hpp"
#include "sip/attachment.hpp"
#include "sip/built_lot.hpp"
#include "sip/lot_lists.hpp"
#include "sip/lot_writer.hpp"
#include "sip/settings.hpp"
#include "sip/start_policy.hpp"
#include "trust/seal.hpp"

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::msg;
using core::Severity;

namespace {

void check_extract(const extract::Extract& extract, const Plan& plan) {
  if (extract.root().hex() == plan.extract_root && extract.run().profile_digest == plan.profile_digest)
    return;
  throw Error(Exit::extract_altered,
              msg("The extract {0} is not the one of the plan: its root is {1}, the plan's is {2}.",
                  extract.path().string(), extract.root().hex(), plan.extract_root))
      .hint(msg("Plan again with --replace, or bring back the extract that was planned."));
}

const profiles::ArchiveDef& archive_of(const profiles::Application& app, const PlannedLot& lot) {
  const auto* archive = app.find_archive(lot.profile);
  if (!archive)
    throw Error(Exit::profile_invalid,
                msg("The application {0} has no archive profile {1}.", app.id, lot.profile));
  return *archive;
}

BuildReport write_lot(extract::Extract& extract, const fs::path& configuration, const Versement& versement,
                      const Plan& plan, const PlannedLot& lot, trust::Signer& seal,
                      trust::TimestampAuthority* tsa, const core::Clock& clock, core::Progress& progress,
                      const fs::path& work) {
  const auto settings = Settings::from_json(plan.settings);
  auto app = extract.profile();
  apply_durations(app, settings.durations);
  apply_starts(app, settings.starts);
  const auto& archive = archive_of(app, lot);
  auto lists = take_lists(versement, plan, lot, work);
  LotWriter writer(extract, app, archive, plan, lot, settings, configuration, work);
  progress.begin(lot.id.value, lot.records, "records");
  writer.run(std::move(lists), progress);
  progress.end();
  auto built = writer.pack(work / "sip.zip");
  if (built.bytes > settings.max_bytes)
    writer.findings().add(
        {Severity::warning, "lot-large",
         msg("The objects make {0} bytes, more than the {1} of the plan.", built.bytes, settings.max_bytes),
         lot.id.value});
  built.sip = trust::seal_file(work / "sip.zip", seal, clock, tsa);
  if (built.units + built.objects > settings.max_entries)
    writer.findings().add({Severity::warning, "lot-many",
                           msg("The lot holds {0} units and objects, more than the {1} of the plan.",
                               built.units + built.objects, settings.max_entries),
                           lot.id.value});
  BuildReport report{
      built.sip, built.units, built.objects, built.bytes, std::move(writer.findings()).finish(), true};
  publish(work, versement, lot, built, report.findings);
  return report;
}

}  // namespace

std::optional<BuildReport> build_lot(extract::Extract& extract, const core::Config& config,
                                     const Versement& versement, const Plan& plan,
                                     const MessageIdentifier& lot_id, trust::Signer& seal,
                                     trust::TimestampAuthority* tsa, bool replace, const core::Clock& clock,
                                     core::Progress& progress) {
  const auto& lot = planned_lot(plan, lot_id);
  check_extract(extract, plan);
  const auto app = extract.profile();
  require_validated(config, app, archive_of(app, lot), plan);
  const auto settings = Settings::from_json(plan.settings);
  if (const auto* attachment = attachment_of(settings, archive_of(app, lot)))
    require_attachment(*attachment, lot.profile, versement.workspace(), config.file(), settings);
  return build_one_lot(versement, plan, lot_id, replace, [&](const PlannedLot& one, const fs::path& work) {
    return write_lot(extract, config.file().parent_path(), versement, plan, one, seal, tsa, clock, progress,
                     work);
  });
}

}  // namespace versoir::sip
