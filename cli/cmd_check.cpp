// versoir check: VITAM's verdict, predicted.
#include "check/advice.hpp"
#include "check/checker.hpp"
#include "check/held_schema.hpp"
#include "check/page.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/fetched_referential.hpp"
#include "cli/lots_left.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"

#include <fmt/ranges.h>

#include <map>
#include <optional>
#include <set>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::msg;

namespace {

struct Subject {
  fs::path sip;
  std::string name;
  std::string platform;  ///< of the plan whose lot it is; "" for a file given by its path
  std::string versement;
  check::Workflow workflow = check::Workflow::default_workflow;
};

/// SIP files as named; a versement stands for its lots.
std::vector<Subject> subjects(Context& c) {
  std::vector<Subject> list;
  for (const auto& word : c.words.list("SIP")) {
    const fs::path path = c.input(word);
    if (fs::is_regular_file(path)) {
      list.push_back({path, word, "", "", check::Workflow::default_workflow});
      continue;
    }
    const auto plain = fs::path(word).has_filename() ? word : fs::path(word).parent_path().string();
    if (!sip::is_versement_id(fs::path(plain).filename().string()) ||
        !fs::exists(c.versement(word).file("plan.json")))
      throw core::Error(Exit::usage, msg("{0} is neither a file nor a versement of this workspace.", word))
          .hint(msg("versoir status lists the versements."));
    const auto versement = c.versement(word);
    const auto plan = versement.plan();
    for (const auto& lot : c.chosen_lots(plan)) {
      if (!fs::exists(versement.sip(lot.id)))
        throw core::Error(Exit::lot_state, msg("The lot {0} is not built.", lot.id.value))
            .hint(msg("Build it first: versoir build {0}", plan.versement));
      list.push_back({versement.sip(lot.id), lot.id.value, plan.platform, plan.versement,
                      check::parse_workflow(sip::context_id(plan)).value()});
    }
  }
  return list;
}

/// A folder, or what was fetched from the platform of that name or address; fetched now when it never was. A
/// folder that only bears the platform's name (that of a sandbox) holds no agencies.
check::Referentials named_referentials(Context& c, const std::string& named) {
  const auto given = c.input(named);
  const bool looks_like_one = fs::exists(given / "agencies.csv") || !fs::exists(c.config_file());
  const auto platform = looks_like_one ? std::string() : platform_named(c, named);
  if (platform.empty()) {
    if (!fs::is_directory(given)) {
      const auto known =
          fs::exists(c.config_file()) ? c.config().names("platform") : std::vector<std::string>();
      throw core::Error(Exit::usage,
                        msg("{0} is neither a folder of referentials nor a platform of versoir.conf.", named))
          .hint(msg("Known platforms: {0}.", fmt::format("{}", fmt::join(known, ", "))));
    }
    return check::Referentials::read(given);
  }
  const auto folder = fetched_folder(c, platform);
  if (!fs::is_directory(folder)) fetch_platform(c, platform, folder);
  return check::Referentials::read(folder);
}

std::optional<check::Referentials> referentials(Context& c, const std::string& platform) {
  if (c.words.has("referential")) return named_referentials(c, c.words.get("referential"));
  if (platform.empty() || !fs::exists(c.config_file())) return std::nullopt;
  const auto folder = c.config().find_path("platform." + platform, "referentials");
  if (!folder) return std::nullopt;
  return check::Referentials::read(*folder);
}

void show(Context& c, const Subject& subject, const check::Report& report) {
  const auto* decisive = report.decisive();
  core::Json assumptions = core::Json::array();
  for (const auto& a : report.assumptions) assumptions.push_back(a.text());
  if (c.out.json()) {
    c.out.event("sip", {{"name", subject.name},
                        {"file", subject.name},
                        {"verdict", check::status_name(report.status)},
                        {"event", decisive ? decisive->name() : std::string()},
                        {"assumptions", std::move(assumptions)},
                        {"findings", report.findings_json()},
                        {"report", report.to_json(c.clock)}});
    return;
  }
  c.out.result(fmt::format("{}  {}", check::status_name(report.status), subject.name));
  const auto found = report.findings();
  const auto reached = found.size() - report.hidden.size();
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto& e = *found[i];
    if (i == reached) c.out.result("  " + core::tr("Hidden by the stop, to mend at the same time:"));
    c.out.result(fmt::format("  {} {} {}  {}{}", &e == decisive ? ">" : " ", check::status_name(e.status),
                             e.name(), e.message.text(),
                             e.where.empty() ? "" : fmt::format(" ({})", e.where)));
    const auto advice = check::advice_for(e.name());
    // Said once for defects of one kind.
    if (!advice.empty() && (i == 0 || found[i - 1]->name() != e.name()))
      c.out.result("      " + advice.text());
  }
  for (const auto& a : assumptions)
    c.out.result(fmt::format("    {} {}", core::tr("assumed:"), a.get<std::string>()));
}

void show(Context& c, const Subject& subject, const check::SchemaVerdict& verdict) {
  if (c.out.json()) {
    core::Json faults = core::Json::array();
    for (const auto& fault : verdict.faults) faults.push_back(check::fault_json(fault));
    c.out.event("schema", {{"file", subject.name},
                           {"manifest", verdict.manifest},
                           {"valid", verdict.valid()},
                           {"more", verdict.more},
                           {"faults", std::move(faults)}});
    return;
  }
  c.out.result(verdict.valid()
                   ? msg("{0}: {1} follows the schema.", subject.name, verdict.manifest).text()
                   : msg("{0}: {1} does not follow the schema.", subject.name, verdict.manifest).text());
  for (const auto& fault : verdict.faults) c.out.result("  " + check::fault_line(fault));
  if (verdict.more)
    c.out.result("  " + msg("The reading stopped after {0} faults.", check::most_schema_faults).text());
}

/// The manifests against a schema that the user holds, and nothing else.
int run_schema(Context& c) {
  for (const auto* other : {"referential", "html", "context"})
    if (c.words.has(other))
      throw core::Error(Exit::usage,
                        msg("--schema only looks at the manifest: --{0} has nothing to do with it.", other));
  const check::HeldSchema schema(c.input(c.words.get("schema")));
  const auto list = subjects(c);
  std::uint64_t invalid = 0;
  for (const auto& subject : list) {
    c.check_stop();
    const auto verdict = schema.validate(subject.sip);
    if (!verdict.valid()) ++invalid;
    show(c, subject, verdict);
  }
  c.out.summary({{"sips", list.size()}, {"invalid", invalid}});
  return static_cast<int>(invalid > 0 ? Exit::sip_refused : Exit::ok);
}

/// The review is of the whole versement: what other shards or other calls have still to do comes before.
void tell_next(Context& c, const std::string& id) {
  const auto versement = c.versement(id);
  const auto left = lots_left(versement, versement.plan());
  if (left.unbuilt > 0)
    c.out.say(
        core::nmsg("→ {0} lot of {1} is still to be built (versoir build {1}), then checked; versoir review "
                   "{1} comes after.",
                   "→ {0} lots of {1} are still to be built (versoir build {1}), then checked; versoir "
                   "review {1} comes after.",
                   left.unbuilt, id));
  else if (left.unchecked > 0)
    c.out.say(core::nmsg("→ {0} lot of {1} is still to be checked: versoir check {1}",
                         "→ {0} lots of {1} are still to be checked: versoir check {1}", left.unchecked, id));
  else
    c.out.say(msg("→ Next: versoir review {0}", id));
}

int run_check(Context& c) {
  if (c.words.has("schema")) return run_schema(c);
  const auto list = subjects(c);
  const auto given = c.words.has("context") ? c.words.get("context") : std::string();
  check::Status worst = check::Status::ok;
  std::vector<check::Report> pages;
  std::set<std::string> reported;                                   // versements whose lots have their report
  std::map<std::string, std::optional<check::Referentials>> known;  // read once for all lots of a platform
  for (const auto& subject : list) {
    c.check_stop();
    if (!known.contains(subject.platform)) known.emplace(subject.platform, referentials(c, subject.platform));
    const auto& refs = known.at(subject.platform);
    const auto workflow = given.empty() ? subject.workflow : check::parse_workflow(given).value();
    const auto report = check::check_sip(subject.sip, refs ? &*refs : nullptr, std::nullopt, workflow);
    worst = std::max(worst, report.status);
    // What an approval relies on is judged with its platform's referentials, never with others.
    if (!subject.platform.empty() && !c.words.has("referential") && workflow == subject.workflow) {
      const auto file = subject.sip.parent_path() / "check.json";
      core::write_json(file, report.to_json(c.clock));
      reported.insert(subject.versement);
      if (fs::exists(c.config_file()))
        c.journal().append("SIP_CHECKED",
                           {{"lot", subject.name},
                            {"sha512", report.sip.sha512.hex()},
                            {"report_sha512", core::digest_file(file).sha512.hex()}},
                           report.status >= check::Status::ko        ? trust::Outcome::ko
                           : report.status == check::Status::warning ? trust::Outcome::warning
                                                                     : trust::Outcome::ok,
                           {{"verdict", check::status_name(report.status)}});
    }
    show(c, subject, report);
    if (c.words.has("html")) pages.push_back(report);
  }
  if (c.words.has("html")) {
    core::AtomicFile file(c.words.get("html"));
    core::FileSink sink(file);
    check::write_page(sink, pages);
    file.commit();
  }
  if (worst < check::Status::ko)
    for (const auto& versement : reported) tell_next(c, versement);
  c.out.summary({{"sips", list.size()}, {"verdict", check::status_name(worst)}});
  if (worst >= check::Status::ko) return static_cast<int>(Exit::sip_refused);
  return static_cast<int>(worst == check::Status::warning ? Exit::with_warnings : Exit::ok);
}

}  // namespace

std::vector<CommandDef> check_commands() {
  return {
      {.name = "check",
       .summary = mark("predict the platform's verdict on SIPs"),
       .details = mark("The controls of VITAM's ingest, in its order, with its event codes. For the lots "
                       "of a versement the report is "
                       "kept as check.json, which the approval requires; with --referential or --context it "
                       "is only shown. --schema asks one thing only: does the manifest follow that schema?"),
       .example = "versoir check scolarite-2026",
       .arguments = {{mark("SIP"), mark("SIP files, or versements"), true, true}},
       .options =
           {{"lot", mark("ID"), mark("only this lot of the versement"), nullptr, true},
            {"referential", mark("DIR|PLATFORM|URL"),
             mark("what the platform has imported: a folder with agencies.csv, rules.csv, "
                  "ingestcontracts.json and others, or what versoir vitam referential fetched from that "
                  "platform (default: the configuration's)")},
            {"schema", mark("FILE"),
             mark("only validate the manifest, against an archival profile that you hold (RELAX NG or XML "
                  "Schema; what it includes stands in its folder)")},
            {"html", mark("FILE"), mark("also write the report as a page")},
            {"context", mark("WORKFLOW"),
             mark("workflow of the platform (default: that of the versement, DEFAULT_WORKFLOW for a file)"),
             nullptr, false, "DEFAULT_WORKFLOW|BLANK_TEST|FILING_SCHEME|HOLDING_SCHEME"}},
       .exits = {Exit::with_warnings, Exit::configuration, Exit::temporary, Exit::profile_invalid,
                 Exit::sip_refused, Exit::sip_unreadable, Exit::lot_state},
       .run = run_check}};
}

}  // namespace versoir::cli
