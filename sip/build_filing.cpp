// The SIP of a filing plan: its nodes as units without rules or objects.
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/zip_stream.hpp"
#include "sip/build.hpp"
#include "sip/built_lot.hpp"
#include "sip/filing_plan.hpp"
#include "sip/sinks.hpp"

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// Only what finds the node and says what it is: a rule here would be inherited by all that hangs below.
UnitContent unit_of(const FilingNode& node) {
  UnitContent unit;
  unit.described.level = node.level;
  unit.described.title = node.title;
  unit.described.description = node.description;
  unit.described.identifier = node.id;
  unit.file_plan_position = node.id;
  return unit;
}

void write_nodes(const FilingPlan& plan, ManifestWriter& writer) {
  std::size_t open = 0;
  for (const auto& node : plan.nodes) {
    for (; open > node.depth; --open) writer.close_unit();
    writer.open_unit(unit_of(node));
    ++open;
  }
  for (; open > 0; --open) writer.close_unit();
}

Built write_sip(const FilingPlan& filing, const MessageHead& head, const fs::path& work) {
  core::AtomicFile file(work / "manifest.xml");
  HashingSink sink(file);
  ManifestWriter writer(head, sink, work);
  write_nodes(filing, writer);
  writer.finish();
  const auto digest = sink.take();
  file.commit();
  core::ZipStream zip(work / "sip.zip");
  zip.add_slice("manifest.xml", work / "manifest.xml", 0, digest.size);
  zip.commit();
  Built built;
  built.manifest = digest.sha512;
  built.units = writer.units();
  return built;
}

/// The filing plan as it was planned: a file edited since is another one.
FilingPlan planned(const Versement& versement, const Plan& plan) {
  const auto file = versement.file(filing_file);
  const auto bytes = core::read_file(file);
  if (core::sha512(bytes).hex() != plan.extract_sha512)
    throw Error(Exit::lot_state, msg("{0} is not the filing plan that was planned.", file.string()))
        .hint(msg(
            "Plan again with --replace; the file in the folder of the versement is never edited by hand."));
  return FilingPlan::parse(bytes, file.string());
}

}  // namespace

std::optional<BuildReport> build_filing_lot(const Versement& versement, const Plan& plan,
                                            const MessageIdentifier& lot_id, trust::Signer& seal,
                                            trust::TimestampAuthority* tsa, bool replace,
                                            const core::Clock& clock) {
  return build_one_lot(versement, plan, lot_id, replace, [&](const PlannedLot& lot, const fs::path& work) {
    const auto filing = planned(versement, plan);
    auto built =
        write_sip(filing, head_of(plan, lot, filing.title, Settings::from_json(plan.settings)), work);
    return seal_and_publish(versement, lot, work, std::move(built), seal, tsa, clock);
  });
}

}  // namespace versoir::sip
