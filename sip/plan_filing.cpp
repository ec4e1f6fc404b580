// Plans the transfer of a filing plan: one lot, its nodes as the records of the lists that the visa binds.
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "profiles/loader.hpp"
#include "sip/filing_plan.hpp"
#include "sip/kept.hpp"
#include "sip/plan.hpp"
#include "sip/plan_folder.hpp"
#include "sip/settings.hpp"
#include "sip/versement_lock.hpp"

#include <fmt/format.h>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

PlannedLot only_lot(const Plan& plan, const Settings& settings, const FilingPlan& filing) {
  PlannedLot lot;
  lot.id.value = fmt::format("{}-PLAN-{}-0001", settings.message_prefix, plan_identity(plan, settings, {}));
  lot.profile = filing_profile;
  lot.number = 1;
  lot.records = filing.nodes.size();
  return lot;
}

void write_lists(const Versement& versement, const FilingPlan& filing, Plan& plan) {
  HashedCsv kept(versement.file("kept.csv")), left_out(versement.file("left-out.csv"));
  write_kept_header(kept.csv);
  left_out.csv.row({"profile", "key", "reason"});
  for (const auto& node : filing.nodes) {
    KeptRow row;
    row.lot = plan.lots.front().id.value;
    row.profile = filing_profile;
    row.key = node.id;
    row.title = node.title;
    write_kept(kept.csv, row);
    ++plan.kept;
  }
  plan.kept_sha512 = kept.sink.take().sha512.hex();
  plan.left_out_sha512 = left_out.sink.take().sha512.hex();
  kept.file.commit();
  left_out.file.commit();
}

}  // namespace

Plan make_filing_plan(const fs::path& file, const core::Config& config, const Versement& versement,
                      const PlanOptions& options, const core::Clock& clock) {
  const PlanningLock alone(versement);
  Plan plan;
  plan.versement = versement.id();
  plan.attempt = next_attempt(versement, options.replace);
  plan.created = clock.now();
  const auto bytes = core::read_file(file);
  const auto filing = FilingPlan::parse(bytes, file.string());
  const auto settings = read_filing_settings(config, options);
  if (filing.nodes.size() > options.max_entries)
    throw Error(Exit::configuration, msg("The filing plan has {0} nodes, a lot holds {1} units at most: a "
                                         "filing plan is transferred whole.",
                                         filing.nodes.size(), options.max_entries));
  plan.extract = fs::path("versements") / versement.id() / filing_file;
  plan.extract_root = core::sha256(bytes).hex();
  plan.extract_sha512 = core::sha512(bytes).hex();
  plan.extract_kind = filing_profile;
  plan.application = filing_profile;
  plan.profile_digest = core::sha256(profiles::embedded_schema("filing-plan.rng")).hex();
  plan.platform = settings.platform;
  plan.platform_kind = settings.platform_kind;
  plan.tenant = settings.tenant;
  plan.seda = options.seda;
  plan.settings = settings.to_json();
  plan.filing = {{"title", filing.title}, {"nodes", filing.nodes.size()}};
  plan.lots.push_back(only_lot(plan, settings, filing));

  NewFolder folder(versement.folder());
  core::write_file(versement.file(filing_file), bytes);
  write_lists(versement, filing, plan);
  remove_stale_tables(versement);
  versement.write_plan(plan);
  folder.keep();
  return plan;
}

}  // namespace versoir::sip
