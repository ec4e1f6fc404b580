// versoir plan: which records go in which lots.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/plan_dossier.hpp"
#include "cli/revocation.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "extract/seal.hpp"
#include "profiles/loader.hpp"
#include "sip/journal_trail.hpp"
#include "sip/plan.hpp"
#include "sip/review_words.hpp"
#include "sip/settings.hpp"

#include <set>
#include <system_error>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string limit(Context& c, const char* option, const char* key) {
  return c.words.has(option) ? c.words.get(option) : c.config().get("transfer", key);
}

/// A rehearsal may use rules that nobody has validated yet; a production platform may not.
void tell_unvalidated(Context& c, const sip::Plan& plan) {
  const auto settings = sip::Settings::from_json(plan.settings);
  std::string codes;
  std::size_t n = 0;
  for (const auto& [code, id] : settings.rules) {
    if (settings.validations.contains(code)) continue;
    codes += (codes.empty() ? "" : ", ") + code;
    ++n;
  }
  if (n == 0) return;
  c.out.warn(
      core::nmsg("{0} rule is not validated by the establishment yet: {1}. [validation] says which are; "
                 "a production platform accepts no other.",
                 "{0} rules are not validated by the establishment yet: {1}. [validation] says which "
                 "are; a production platform accepts no other.",
                 n, codes));
}

/// What selections keep, and which of them wait for a validation.
void tell_sampling(Context& c, const sip::Plan& plan) {
  for (const auto& s : plan.sampling) {
    const auto profile = s.value("profile", std::string());
    const auto kept = s.value("kept", std::uint64_t{0});
    const auto population = core::show_count(s.value("population", std::uint64_t{0}));
    if (s.value("applied", false))
      c.out.say(core::nmsg("Selection in {1}: {0} of {2} records is to be kept for ever.",
                           "Selection in {1}: {0} of {2} records are to be kept for ever.", kept, profile,
                           population));
    else
      c.out.warn(core::nmsg(
          "The selection [tri.{1}] is not validated by the establishment yet: it would keep {0} of "
          "{2} records, all are kept until it is. A production platform accepts no other.",
          "The selection [tri.{1}] is not validated by the establishment yet: it would keep {0} of "
          "{2} records, all are kept until it is. A production platform accepts no other.",
          kept, profile, population));
  }
}

std::string day(const std::optional<core::Date>& date) {
  return date ? core::show_date(*date) : std::string("-");
}

void show_years(Context& c, const sip::ProfileTable& profile) {
  std::vector<std::string> header{core::tr("year"), core::tr("units")};
  for (std::size_t i = 0; i < profile.rules.size(); ++i) header.push_back(fmt::format("({})", i + 1));
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& year, const sip::YearCount& line) {
    rows.push_back({year, core::show_count(line.units)});
    for (std::size_t i = 0; i < profile.rules.size(); ++i) {
      const auto at = line.by_rule.find(i);
      rows.back().push_back(at == line.by_rule.end() ? "-" : core::show_count(at->second));
    }
  };
  for (const auto& [year, line] : profile.years) add(std::to_string(year), line);
  if (profile.undated.units) add(core::tr("no date"), profile.undated);
  if (!rows.empty()) c.out.table(header, rows);
}

void show_table(Context& c, const sip::ProfileTable& profile) {
  c.out.event("table", sip::to_json(profile));
  c.out.result(msg("{0}: {1}, extreme dates {2} – {3}", profile.label,
                   core::ntr("{0} record kept", "{0} records kept", profile.kept), day(profile.extent.start),
                   day(profile.extent.end)));
  std::vector<std::vector<std::string>> rows;
  for (const auto& r : profile.rules)
    rows.push_back({fmt::format("({})", rows.size() + 1), r.codes, r.duration,
                    sip::words::action_label(r.final_action), core::show_count(r.units), day(r.first_end),
                    day(r.last_end), core::show_count(r.without_end)});
  if (!rows.empty())
    c.out.table({"", core::tr("rule"), core::tr("duration"), core::tr("then"), core::tr("units"),
                 core::tr("ends from"), core::tr("to"), core::tr("no end")},
                rows);
  show_years(c, profile);
  for (const auto& [reason, records] : profile.reasons)
    c.out.result(core::nmsg("  {0} left out: {1}", "  {0} are left out: {1}", records, reason));
  for (const auto& [reason, records] : profile.deferrals)
    c.out.result(core::nmsg("  {0} deferred: {1}", "  {0} are deferred: {1}", records, reason));
}

/// Decisions about start dates: how many units start from a bound, and which bounds nobody approved.
void tell_starts(Context& c, const sip::Plan& plan) {
  const auto settings = sip::Settings::from_json(plan.settings);
  for (const auto& [code, decision] : settings.starts) {
    if (decision.round_to_year_end)
      c.out.say(msg("{0}: start dates are put on 31 December of their year.", code));
    if (!decision.bound) continue;
    const auto bounded = plan.starts.is_object() && plan.starts.contains(code)
                             ? plan.starts.at(code).value("bounded", std::uint64_t{0})
                             : 0;
    c.out.say(core::nmsg("{1}: {0} unit starts from a bound in the place of a date that is not known.",
                         "{1}: {0} units start from a bound in the place of a date that is not known.",
                         bounded, code));
    if (!decision.approval)
      c.out.warn(
          msg("[start.{0}] approval is not set: nobody approved this bound in writing. A production "
              "platform accepts none without.",
              code));
  }
}

void tell_attachments(Context& c, const sip::Plan& plan) {
  const auto settings = sip::Settings::from_json(plan.settings);
  for (const auto& [archive, a] : settings.attachments)
    c.out.say(a.system_id.empty() ? msg("{0}: attached to the node {1} ({2}), found by {3}.", archive, a.node,
                                        a.title, a.key_name)
                                  : msg("{0}: attached to the node {1} ({2}), SystemId {3}.", archive, a.node,
                                        a.title, a.system_id));
}

/// Rules, archive profiles and codes to confirm of every profile at hand; one that does not load knows none.
std::set<std::string> names_at_hand(const std::vector<fs::path>& folders) {
  std::set<std::string> names;
  for (const auto& folder : folders) {
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
      if (std::error_code ignored; !fs::is_regular_file(it->path() / "tables.xml", ignored)) continue;
      try {
        const auto app = profiles::load(it->path());
        for (const auto& rule : app.rules) names.insert(rule.code);
        for (const auto& archive : app.archives) names.insert(archive.id);
        for (const auto& codes : app.to_confirm) names.insert(codes.id);
      } catch (const Error&) {
        continue;
      }
    }
  }
  return names;
}

sip::PlanOptions options_of(Context& c, const std::string& name) {
  sip::PlanOptions options;
  options.versement =
      c.words.has("id") ? c.words.get("id") : name + "-" + core::format_instant(c.clock.now()).substr(0, 10);
  options.profiles = c.words.list("profile");
  options.platform =
      c.words.has("platform") ? c.words.get("platform") : c.config().get("transfer", "platform");
  const std::string version = limit(c, "seda", "seda");
  const auto seda = sip::parse_seda(version);
  if (!seda) throw Error(Exit::usage, msg("SEDA {0} is not known: 2.1, 2.2 or 2.3.", version));
  options.seda = *seda;
  Values limits;
  limits.add("max-entries", limit(c, "max-entries", "max_entries"));
  limits.add("max-bytes", limit(c, "max-bytes", "max_bytes"));
  options.max_entries = static_cast<std::uint64_t>(limits.integer("max-entries", 10, 10'000'000));
  options.max_bytes = static_cast<std::uint64_t>(limits.integer("max-bytes", 10'000, 1'000'000'000'000));
  options.replace = c.words.has("replace");
  options.names_elsewhere = [folders = c.profile_folders()] { return names_at_hand(folders); };
  if (c.words.has("closed")) options.closed = c.input(c.words.get("closed"));
  return options;
}

void show_lots(Context& c, const sip::Plan& plan) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& lot : plan.lots) {
    rows.push_back({lot.id.value, lot.profile, core::show_count(lot.records)});
    c.out.event("lot", {{"id", lot.id.value}, {"profile", lot.profile}, {"records", lot.records}});
  }
  c.out.table({core::tr("lot"), core::tr("archive profile"), core::tr("records")}, rows);
}

int finish(Context& c, const sip::Plan& plan, const sip::Versement& versement) {
  c.out.say(msg("→ Next: versoir build {0}", plan.versement));
  c.out.summary({{"versement", plan.versement},
                 {"lots", plan.lots.size()},
                 {"kept", plan.kept},
                 {"left_out", plan.left_out},
                 {"folder", versement.folder().lexically_normal().string()}});
  return 0;
}

/// Before anybody decides, only the journal binds what was planned.
core::Json lists_of(const sip::Versement& versement) {
  core::Json lists = core::Json::object();
  for (const auto* name : {"plan.json", "kept.csv", "left-out.csv"})
    if (const auto file = versement.file(name); fs::exists(file))
      lists[name] = core::digest_file(file).sha512.hex();
  return lists;
}

/// A program that was stopped between the plan and its line in the journal: the line is written now. Only
/// where the journal has none at all, so that no plan that was changed since gets one.
void tell_interrupted_plan(Context& c, const sip::Versement& versement) {
  if (!fs::exists(versement.file("plan.json")) ||
      sip::JournalTrail::read(c.workspace()).knows_plan(versement.id()))
    return;
  const auto plan = versement.plan();
  c.journal().append(
      "PLANNED",
      {{"versement", plan.versement}, {"extract", plan.extract_root}, {"lists", lists_of(versement)}},
      trust::Outcome::warning,
      {{"lots", plan.lots.size()}, {"kept", plan.kept}, {"attempt", plan.attempt}, {"interrupted", true}});
}

/// Words that only have a sense with an extract.
void refuse_words_of_extract(Context& c, const char* option) {
  for (const auto* word : {"EXTRACT", "profile", "closed", "max-bytes"})
    if (c.words.has(word)) throw Error(Exit::usage, msg("With --{0}, {1} has no sense.", option, word));
}

/// The dossier of another versement: no extract, its documents in the place of records.
int plan_dossier(Context& c) {
  refuse_words_of_extract(c, "dossier");
  const auto options = options_of(c, "dossier-" + c.words.get("dossier"));
  const auto sources =
      dossier_sources(c, c.config().get_or("platform." + options.platform, "kind", "") == "production");
  const sip::Versement versement(c.workspace(), options.versement);
  const auto plan = sip::make_dossier_plan(sources, c.config(), versement, options, c.clock);
  c.journal().append("PLANNED",
                     {{"versement", plan.versement},
                      {"dossier", sources.versement},
                      {"list", plan.extract_root},
                      {"lists", lists_of(versement)}},
                     trust::Outcome::ok,
                     {{"lots", plan.lots.size()}, {"kept", plan.kept}, {"attempt", plan.attempt}});
  show_lots(c, plan);
  c.out.result(core::nmsg("Versement {1}: dossier of {2}, {0} document; see {3}.",
                          "Versement {1}: dossier of {2}, {0} documents; see {3}.", plan.kept, plan.versement,
                          sources.versement, versement.folder().lexically_normal().string()));
  if (!c.config().find("dossier", "access_rule"))
    c.out.warn(
        msg("[dossier] access_rule is not set: the dossier has no access rule, and its lists name people."));
  return finish(c, plan, versement);
}

/// The filing plan itself: no extract, no records.
int plan_filing(Context& c) {
  refuse_words_of_extract(c, "filing-plan");
  const auto options = options_of(c, "filing-plan");
  const sip::Versement versement(c.workspace(), options.versement);
  const auto plan =
      sip::make_filing_plan(c.input(c.words.get("filing-plan")), c.config(), versement, options, c.clock);
  c.journal().append(
      "PLANNED",
      {{"versement", plan.versement}, {"filing_plan", plan.extract_root}, {"lists", lists_of(versement)}},
      trust::Outcome::ok, {{"lots", plan.lots.size()}, {"kept", plan.kept}, {"attempt", plan.attempt}});
  show_lots(c, plan);
  c.out.result(core::nmsg("Versement {1}: filing plan \"{2}\", {0} node; see {3}.",
                          "Versement {1}: filing plan \"{2}\", {0} nodes; see {3}.", plan.kept,
                          plan.versement, plan.filing.value("title", ""),
                          versement.folder().lexically_normal().string()));
  return finish(c, plan, versement);
}

int run_plan(Context& c) {
  if (c.words.has("filing-plan") && c.words.has("dossier"))
    throw Error(Exit::usage, msg("--{0} and --{1} exclude each other.", "filing-plan", "dossier"));
  if (c.words.has("filing-plan")) return plan_filing(c);
  if (c.words.has("dossier")) return plan_dossier(c);
  if (!c.words.has("EXTRACT"))
    throw Error(Exit::usage,
                msg("Name an extract, a filing plan with --filing-plan, or a versement with --dossier."));
  auto extract = extract::Extract::open(c.input(c.words.get("EXTRACT")));
  auto options = options_of(c, extract.run().application);
  c.require_roles_signer(options.platform);
  learn_seal(c, extract::seal_file(extract.path()));
  options.extract_sha512 = extract::require_sealed(extract, c.trust_store(), c.roles(), c.clock).hex();

  const sip::Versement versement(c.workspace(), options.versement);
  tell_interrupted_plan(c, versement);
  sip::PlanTable table;
  const auto plan =
      sip::make_plan(extract, c.config(), versement, options, c.clock, c.out.progress(), &table);
  core::Json planned{
      {"versement", plan.versement}, {"extract", plan.extract_root}, {"lists", lists_of(versement)}};
  if (!plan.tables.is_null()) planned["tables"] = plan.tables;
  c.journal().append("PLANNED", planned, trust::Outcome::ok,
                     {{"lots", plan.lots.size()},
                      {"kept", plan.kept},
                      {"left_out", plan.left_out},
                      {"closed", plan.closed},
                      {"attempt", plan.attempt}});
  show_lots(c, plan);
  for (const auto& profile : table) show_table(c, profile);
  c.out.result(msg("Versement {0}: {1} in {2}, {3}; see {4}.", plan.versement,
                   core::ntr("{0} record kept", "{0} records kept", plan.kept),
                   core::ntr("{0} lot", "{0} lots", plan.lots.size()),
                   core::ntr("{0} left out", "{0} left out", plan.left_out),
                   versement.folder().lexically_normal().string()));
  for (const auto& finding : plan.findings) c.out.finding(finding);
  tell_unvalidated(c, plan);
  tell_sampling(c, plan);
  tell_starts(c, plan);
  tell_attachments(c, plan);
  return finish(c, plan, versement);
}

}  // namespace

std::vector<CommandDef> plan_commands() {
  return {
      {.name = "plan",
       .summary = mark("choose the records to transfer and share them out in lots"),
       .details =
           mark("Applies the archive profiles carried by the extract: kept.csv and left-out.csv say, "
                "for each record, where "
                "it goes or why it stays; tableau.csv (for a spreadsheet) and tableau.html (to read and "
                "print) count, for each archive profile, units by year and rule, starts and ends of "
                "rules, and what is left out. The extract must be sealed by a producer of the role "
                "register, and be what "
                "was sealed. Nothing is built yet."),
       .example = "versoir plan apogee.extract --id scolarite-2027 --replace",
       .arguments = {{mark("EXTRACT"), mark("an extract file"), false}},
       .options =
           {{"id", mark("ID"), mark("identifier of the versement (default: application and date)")},
            {"profile", mark("NAME"), mark("archive profile (default: all of the application)"), nullptr,
             true},
            {"platform", mark("NAME"), mark("platform of the configuration (default: [transfer] platform)")},
            {"seda", mark("VERSION"), mark("SEDA version: 2.1, 2.2 or 2.3 (default: [transfer] seda)"),
             nullptr, false, "2.1|2.2|2.3"},
            {"max-entries", mark("N"),
             mark("units and objects in a lot, at most (default: [transfer] max_entries)")},
            {"max-bytes", mark("N"),
             mark("bytes of objects in a lot, at most (default: [transfer] max_bytes)")},
            {"closed", mark("LIST"),
             mark(
                 "only these records, deferred until now and declared closed by the archivist: keys, one a "
                 "line, or lines of left-out.csv, with a column \"reference\" where the signed paper must be "
                 "cited")},
            {"filing-plan", mark("FILE"),
             mark("transfer this filing plan, in the place of records: its nodes, to which lots are then "
                  "attached")},
            {"dossier", mark("VERSEMENT"),
             mark("transfer the dossier of this versement, to be kept for good: its last pack of evidence, "
                  "and "
                  "its documents")},
            {"elimination", mark("ID"), mark("with --dossier: also the papers of this elimination"), nullptr,
             true},
            {"replace", nullptr, mark("plan again: new attempt, new identifiers")}},
       .exits = {Exit::configuration, Exit::extract_invalid, Exit::extract_altered, Exit::profile_invalid,
                 Exit::lot_state, Exit::role_register, Exit::evidence_broken, Exit::not_found},
       .run = run_plan}};
}

}  // namespace versoir::cli
