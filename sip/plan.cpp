// Streams the candidates of each archive profile, keeps or leaves them, and shares the kept ones out in lots.
#include "sip/plan.hpp"

#include "core/csv.hpp"
#include "core/file.hpp"
#include "core/nearest.hpp"
#include "records/record.hpp"
#include "records/rendition.hpp"
#include "records/selection.hpp"
#include "sip/confirmed.hpp"
#include "sip/content.hpp"
#include "sip/kept.hpp"
#include "sip/key_list.hpp"
#include "sip/lot_filler.hpp"
#include "sip/plan_files.hpp"
#include "sip/plan_folder.hpp"
#include "sip/plan_overlap.hpp"
#include "sip/plan_refusals.hpp"
#include "sip/sampling.hpp"
#include "sip/seda_elements.hpp"
#include "sip/settings.hpp"
#include "sip/sinks.hpp"
#include "sip/start_policy.hpp"
#include "sip/stray_names.hpp"
#include "sip/versement_lock.hpp"

#include <algorithm>
#include <map>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::vector<const profiles::ArchiveDef*> chosen_archives(const profiles::Application& app,
                                                         const std::vector<std::string>& wanted) {
  std::vector<const profiles::ArchiveDef*> archives;
  for (const auto& archive : app.archives)
    if (wanted.empty() || std::find(wanted.begin(), wanted.end(), archive.id) != wanted.end())
      archives.push_back(&archive);
  for (const auto& id : wanted) {
    if (app.find_archive(id)) continue;
    std::vector<std::string> known;
    for (const auto& archive : app.archives) known.push_back(archive.id);
    Error e(Exit::profile_invalid, msg("The application {0} has no archive profile {1}.", app.id, id));
    if (const auto near = core::nearest(id, known)) std::move(e).hint(msg("Did you mean {0}?", *near));
    throw std::move(e).hint(msg("Known archive profiles: {0}.", fmt::format("{}", fmt::join(known, ", "))));
  }
  if (archives.empty())
    throw Error(Exit::profile_invalid, msg("The application {0} has no archive profile.", app.id));
  return archives;
}

void check_queries(records::RecordReader& reader) {
  Error e(Exit::profile_invalid, msg("Queries of the profile do not run on this extract."));
  bool wrong = false;
  for (const auto& finding : reader.check()) {
    const bool advice = finding.code == "nearest";
    if (finding.severity != core::Severity::error && !advice) continue;
    wrong = true;
    // Some messages begin with their place: it is said once.
    const bool said = finding.where.empty() || finding.message.english().starts_with(finding.where);
    std::move(e).because(said ? finding.message : msg("{0}: {1}", finding.where, finding.message.english()));
  }
  if (wrong) throw std::move(e);
}

void check_limits(const PlanOptions& options) {
  // Fixed units and objects, one group, one record with its object.
  constexpr auto least = fixed_entries + 3;
  if (options.max_entries < least)
    throw Error(Exit::usage, msg("A lot holds at least {0} units and objects: {1} is too few.", least,
                                 options.max_entries));
  if (options.max_bytes == 0) throw Error(Exit::usage, msg("The limit of bytes of a lot must not be zero."));
}

std::uint64_t documentation_size(const profiles::Application& app, const profiles::RecordDef& record) {
  CountingSink sink;
  for (const auto& item : documentation_items(app, record)) item.write(sink);
  return sink.size();
}

/// Nobody has validated tomorrow what a plan of today says is validated. Dates are ISO: their order is that
/// of texts; the day is UTC's.
void refuse_future(const Settings& settings, const core::Clock& clock) {
  const auto today = core::format_instant(clock.now()).substr(0, 10);
  Error e(Exit::configuration, msg("Validations are dated in the future."));
  bool wrong = false;
  const auto look = [&](const std::string& where, const Validation& v) {
    if (v.date <= today) return;
    wrong = true;
    std::move(e).because(msg("{0}: {1} is after today, {2}.", where, v.date, today));
  };
  for (const auto& [code, v] : settings.validations) look("[validation] " + code, v);
  for (const auto& [id, confirmation] : settings.confirmed)
    look("[confirmed." + id + "] validation", confirmation.validation);
  for (const auto& [id, decision] : settings.sampling)
    if (decision.validation) look("[tri." + id + "] validation", *decision.validation);
  if (wrong) throw std::move(e);
}

/// One planning run over one extract.
class Planner {
 public:
  Planner(extract::Extract& extract, const profiles::Application& app, const Settings& settings, Plan& plan,
          const Versement& versement, const fs::path& configuration, KeyList* closed, PlannedFiles& files)
      : extract_(extract),
        app_(app),
        settings_(settings),
        plan_(plan),
        configuration_(configuration),
        closed_(closed),
        files_(files),
        kept_(versement.file("kept.csv")),
        left_out_(versement.file("left-out.csv")) {
    files_.open(versement);
    write_kept_header(kept_.csv);
    left_out_.csv.row({"profile", "key", "reason", "year", "deferred"});
  }

  void run(const profiles::ArchiveDef& archive, const std::string& id, records::RecordReader& reader,
           core::Progress& progress) {
    const auto* record = app_.find_record(archive.record);
    const records::RecordProvenance provenance{app_.id, plan_.extract_root,
                                               core::format_instant(extract_.run().finished), app_.label};
    LotFiller filler(plan_.lots, settings_, archive,
                     fmt::format("{}-{}-{}", settings_.message_prefix, archive.code, id),
                     documentation_size(app_, *record),
                     fixed_entries + (settings_.attachments.contains(archive.id) ? 1 : 0) +
                         entries_of_physical(archive.root.physical.size()) +
                         entries_of_physical(archive.documentation.physical.size()));
    SizeEstimate sizes(reader, app_, archive, provenance, settings_.html.contains(archive.id));
    auto sampler = sample(archive, progress);
    tallies_.push_back({&archive, 0, 0, {}});
    progress.begin(archive.label, std::nullopt, "records");
    select(archive, [&](records::Candidate&& candidate) {
      if (closed_ && !admit(archive, candidate)) return;
      if (candidate.left_out)
        leave(archive, candidate);
      else
        keep(archive, candidate, filler, sizes, sampler ? &*sampler : nullptr);
      progress.advance(1);
    });
    progress.end();
  }

  /// Of a list of closed records: what it named and must not.
  [[nodiscard]] ClosedRefusals& refusals() noexcept { return refusals_; }

  [[nodiscard]] const std::vector<Tally>& tallies() const noexcept { return tallies_; }

  /// `carried`: the application before [durations], as the table wants it.
  PlanTable finish(const Versement& versement, const profiles::Application& carried) {
    plan_.kept_sha512 = kept_.sink.take().sha512.hex();
    plan_.left_out_sha512 = left_out_.sink.take().sha512.hex();
    // plan.json last: until it says so, the lists beside it belong to no plan (a build compares their
    // digests).
    kept_.file.commit();
    left_out_.file.commit();
    files_.finish(plan_);
    auto table = plan_table(versement, plan_, carried);
    plan_.tables = write_plan_table(versement, table);
    versement.write_plan(plan_);
    return table;
  }

 private:
  void select(const profiles::ArchiveDef& archive, const std::function<void(records::Candidate&&)>& visit) {
    std::function<bool(const records::Key&)> closed;
    if (closed_) closed = [&](const records::Key& key) { return closed_->contains(archive.id, key); };
    records::select(extract_.database(), app_, archive, visit, closed);
  }

  /// The first pass of a selection: ranks and shares need the whole population.
  std::optional<Sampler> sample(const profiles::ArchiveDef& archive, core::Progress& progress) {
    const auto decision = settings_.sampling.find(archive.id);
    if (decision == settings_.sampling.end()) return std::nullopt;
    std::optional<Sampler> sampler(std::in_place, archive, decision->second, configuration_);
    progress.begin(msg("selection: {0}", archive.label).text(), std::nullopt, "records");
    select(archive, [&](records::Candidate&& candidate) {
      sampler->see(candidate);
      progress.advance(1);
    });
    // A list of the archivist may name any candidate, also when only those declared closed are planned.
    if (closed_ && sampler->has_lists())
      records::select(extract_.database(), app_, archive,
                      [&](records::Candidate&& candidate) { sampler->meet(candidate.key); });
    progress.end();
    sampler->choose(app_, closed_ != nullptr);
    for (auto& remark : sampler->remarks(closed_ != nullptr)) plan_.findings.push_back(std::move(remark));
    plan_.sampling.push_back(sampler->report());
    return sampler;
  }

  bool admit(const profiles::ArchiveDef& archive, const records::Candidate& candidate) {
    closed_->meet(archive.id, candidate.key);
    if (candidate.cited && closed_->reference(archive.id, candidate.key).empty()) {
      refusals_.add(msg("{0}: the list must cite the signed paper, in its column \"reference\".",
                        candidate.key.text()));
      return false;
    }
    if (candidate.closed) return true;
    refusals_.add(
        candidate.left_out
            ? msg("{0}: left out for another reason: {1}", candidate.key.text(), *candidate.left_out)
            : msg("{0}: not left out, an ordinary plan transfers it.", candidate.key.text()));
    return false;
  }

  /// What the key says of the year, as a text; "" when the profile does not count by year.
  std::string year_of(const profiles::ArchiveDef& archive, const records::Key& key) const {
    const auto& columns = app_.find_record(archive.record)->key;
    const auto at = std::ranges::find(columns, archive.year);
    if (archive.year.empty() || at == columns.end()) return {};
    return core::value_text(key.values.at(static_cast<std::size_t>(at - columns.begin())));
  }

  void leave(const profiles::ArchiveDef& archive, const records::Candidate& candidate) {
    left_out_.csv.row({archive.id, candidate.key.text(), *candidate.left_out, year_of(archive, candidate.key),
                       candidate.deferred ? candidate.cited ? "cited" : "yes" : ""});
    files_.leave(archive.id, candidate.key);
    tallies_.back().leave(*candidate.left_out);
    ++plan_.left_out;
  }

  void keep(const profiles::ArchiveDef& archive, const records::Candidate& candidate, LotFiller& filler,
            SizeEstimate& sizes, Sampler* sampler) {
    findings_.clear();  // the build reports them, next to the units that it writes
    auto unit = describe_record(app_, archive, candidate.facts, candidate.key, findings_);
    const auto criteria = sampler ? sampler->next(candidate.key) : std::string();
    if (archive.sampling) set_final_action(unit, sampler ? sampler->action(criteria) : "Keep");
    for (const auto& rule : unit.rules)
      if (rule.bounded) plan_.starts[rule.rule->code]["bounded"] = ++bounded_[rule.rule->code];
    auto row = kept_row(unit);
    row.sampling = criteria;
    if (candidate.closed) row.decision = closed_->reference(archive.id, candidate.key);
    auto files = files_.of(archive.id, candidate.key);
    auto bytes = sizes.of(candidate.key);
    for (const auto& file : files) bytes += file.size;
    row.lot = filler
                  .add(group_of(archive, candidate.facts),
                       entries_of_record(archive, settings_) + entries_of_physical(unit.physical.size()) +
                           2 * files.size(),
                       bytes)
                  .value;
    row.profile = archive.id;
    row.key = candidate.key.text();
    write_kept(kept_.csv, row);
    for (auto& file : files) file.lot = row.lot;
    files_.write(files);
    ++tallies_.back().kept;
    ++plan_.kept;
  }

  extract::Extract& extract_;
  const profiles::Application& app_;
  const Settings& settings_;
  Plan& plan_;
  fs::path configuration_;  ///< folder that lists of the configuration are relative to
  KeyList* closed_;
  PlannedFiles& files_;
  ClosedRefusals refusals_;
  HashedCsv kept_, left_out_;
  std::vector<Tally> tallies_;
  std::map<std::string, std::uint64_t> bounded_;  ///< units of a rule that start from a bound
  std::vector<core::Finding> findings_;
};

}  // namespace

Plan make_plan(extract::Extract& extract, const core::Config& config, const Versement& versement,
               const PlanOptions& options, const core::Clock& clock, core::Progress& progress,
               PlanTable* table) {
  check_limits(options);
  const PlanningLock alone(versement);
  Plan plan;
  plan.versement = versement.id();
  plan.attempt = next_attempt(versement, options.replace);
  plan.created = clock.now();

  const auto carried = extract.profile();
  auto app = carried;
  auto archives = chosen_archives(app, options.profiles);
  for (const auto* archive : archives) check_elements(*archive, options.seda);
  std::optional<KeyList> closed;
  if (!options.closed.empty()) {
    closed = KeyList::read(options.closed, Exit::usage);
    keep_deferring(archives, *closed);
  }
  records::RecordReader reader(extract.database(), app);
  const auto settings = read_settings(
      config, app, archives, options, versement.workspace(),
      [&](const Settings& read) { return confirmation_defects(extract.database(), app, archives, read); });
  refuse_future(settings, clock);
  apply_durations(app, settings.durations);
  apply_starts(app, settings.starts);
  plan.findings = stray_names(config, app, options.names_elsewhere);
  if (settings.platform_kind == "production" &&
      extract.run().kind != extract::kind_name(extract::Kind::final_))
    throw Error(Exit::lot_state,
                msg("A rehearsal extract cannot feed the production platform {0}.", settings.platform))
        .hint(msg("Make a final extract, or plan for a rehearsal platform."));

  plan.extract = relative_to(extract.path(), versement.workspace());
  plan.extract_root = extract.root().hex();
  plan.extract_sha512 = options.extract_sha512.empty() ? core::digest_file(extract.path()).sha512.hex()
                                                       : options.extract_sha512;
  plan.extract_kind = extract.run().kind;
  plan.application = app.id;
  plan.profile_digest = extract.run().profile_digest;
  plan.platform = settings.platform;
  plan.platform_kind = settings.platform_kind;
  plan.tenant = settings.tenant;
  plan.seda = options.seda;
  plan.settings = settings.to_json();
  for (const auto& [code, decision] : settings.starts) plan.starts[code] = {{"bounded", 0}};

  check_queries(reader);
  compare_confirmed(extract.database(), app, archives, settings, config.file(), plan);
  PlannedFiles files(settings, config.file().parent_path());
  NewFolder folder(versement.folder());
  auto* list = closed ? &*closed : nullptr;
  Planner planner(extract, app, settings, plan, versement, config.file().parent_path(), list, files);
  const auto id = plan_identity(plan, settings, list ? list->sha512() : std::string());
  for (const auto* archive : archives) planner.run(*archive, id, reader, progress);
  if (list) {
    planner.refusals().add_unmet(*list, options.profiles, app);
    planner.refusals().finish(*list);
    plan.closed = {
        {"name", list->file().filename().string()}, {"sha512", list->sha512()}, {"records", plan.kept}};
  }
  if (!list) refuse_empty(planner.tallies(), options.profiles, plan);
  if (!list) files.refuse_unmet();
  auto made = planner.finish(versement, carried);
  if (table) *table = std::move(made);
  for (auto& finding : planned_twice(versement, plan)) plan.findings.push_back(std::move(finding));
  folder.keep();
  return plan;
}

}  // namespace versoir::sip
