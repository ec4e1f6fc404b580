// versoir siard: archives that any other tool of this standard opens.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/drafted_profile.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "extract/siard/check.hpp"
#include "extract/siard/draft.hpp"
#include "extract/siard/export.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string data_owner(Context& c) {
  if (const auto given = c.words.find("owner")) return *given;
  auto name = fs::exists(c.config_file()) ? c.config().get("establishment", "name") : std::string();
  if (name.empty())
    throw Error(Exit::usage, msg("A SIARD archive says who owns the data: --owner is missing."))
        .hint(msg("[establishment] name of versoir.conf says it too."));
  return name;
}

/// A profile that leaves tables out leaves out every reference to them: their number is told, unless all is
/// asked for. JSON lines hold them all.
void show_notes(Context& c, const std::vector<core::Finding>& notes) {
  const bool all = c.words.has("all-notes") || c.words.has("json");
  std::size_t untold = 0;
  for (const auto& f : notes) {
    if (f.severity == core::Severity::info && !all)
      ++untold;
    else
      c.out.finding(f);
  }
  if (untold > 0)
    c.out.say(core::nmsg(
        "{0} reference to what was not copied is not declared in the archive; --all-notes tells which.",
        "{0} references to what was not copied are not declared in the archive; --all-notes tells which.",
        untold));
}

int run_export(Context& c) {
  const auto file = c.input(c.words.get("EXTRACT"));
  auto extract = extract::Extract::open(file);
  extract::SiardOptions options;
  options.owner = data_owner(c);
  options.archiver = c.words.get("archiver");
  options.timespan = c.words.get("timespan");
  options.algorithm = c.words.get("digest") == "sha-256" ? "SHA-256" : "MD5";
  options.lobs_beside = c.words.has("lobs-beside");
  options.replace = c.words.has("replace");
  auto target = c.words.has("to") ? fs::path(c.words.get("to")) : fs::path(file).replace_extension(".siard");
  if (target.extension() != ".siard")
    throw Error(Exit::usage, msg("The name of a SIARD archive ends in .siard: {0}", target.string()));
  const auto report = extract::export_siard(extract, target, options, c.out.progress(), c.stop);
  const auto whole = core::digest_file(target);
  show_notes(c, report.notes);
  c.out.result(msg(
      "SIARD archive written: {0} ({1}, {2}, {3}, {4}).", target.string(),
      core::ntr("{0} row", "{0} rows", report.rows), core::ntr("{0} table", "{0} tables", report.tables),
      core::ntr("{0} large value", "{0} large values", report.large_values), core::show_size(whole.size)));
  if (report.lob_folder)
    c.out.result(msg("The large values stand in {0}: the two go together.", report.lob_folder->string()));
  c.out.summary({{"siard", target.string()},
                 {"rows", report.rows},
                 {"tables", report.tables},
                 {"large_values", report.large_values},
                 {"foreign_keys", report.foreign_keys},
                 {"digest", report.digest},
                 {"sha512", whole.sha512.hex()},
                 {"root", extract.root().hex()}});
  const bool warned = std::ranges::any_of(
      report.notes, [](const core::Finding& f) { return f.severity == core::Severity::warning; });
  return static_cast<int>(warned ? Exit::with_warnings : Exit::ok);
}

/// Copies the archive with this profile, as any other source is copied.
int copy_archive(Context& c, const fs::path& file, const fs::path& profile) {
  std::vector<std::string> words{"extract",     "siard:" + file.string(), "--application", profile.string(),
                                 "--workspace", c.workspace().string()};
  if (c.words.has("output")) words.insert(words.end(), {"--output", c.words.get("output")});
  for (const auto* flag : {"replace", "restart"})
    if (c.words.has(flag)) words.push_back(std::string("--") + flag);
  const auto copy = parse(words);
  Context copying(copy.values, c.out, c.clock, c.stop);
  return copy.command->run(copying);
}

int run_import(Context& c) {
  const auto file = c.input(c.words.get("FILE"));
  const auto name = c.words.get("application");
  if (!name.empty()) extract::check_identifier(name);
  const auto draft = extract::draft_siard(file, name);
  const auto folder = c.in_workspace(fs::path("profiles") / draft.application);
  if (fs::exists(folder / "tables.xml")) {
    c.out.say(msg("The profile {0} is there already: it is used as it is.", folder.string()));
    return c.words.has("draft-only") ? 0 : copy_archive(c, file, folder);
  }
  require_room(draft, folder);
  int code = 0;
  if (!c.words.has("draft-only")) {
    // A copy that fails leaves no profile: it is kept with the extract that it made.
    const core::TemporaryDirectory scratch;
    const auto drafted = scratch.path() / draft.application;
    write_draft(draft, drafted);
    code = copy_archive(c, file, drafted);
    if (code != static_cast<int>(Exit::ok) && code != static_cast<int>(Exit::with_warnings)) return code;
  }
  write_draft(draft, folder);
  show_draft(c, draft, folder);
  return code;
}

void show_check(Context& c, const extract::SiardCheckReport& report) {
  using Result = extract::SiardVerdict::Result;
  std::vector<std::vector<std::string>> rows;
  for (const auto& v : report.verdicts) {
    c.out.event("requirement", {{"id", std::string(v.requirement.id)},
                                {"result", std::string(extract::verdict_name(v.result))},
                                {"errors", v.errors},
                                {"warnings", v.warnings}});
    if (v.result == Result::failed || v.result == Result::warned)
      rows.push_back({std::string(v.requirement.id), core::tr(v.requirement.what), core::show_count(v.errors),
                      core::show_count(v.warnings)});
  }
  for (const auto& f : report.findings) c.out.finding(f);
  if (!rows.empty())
    c.out.table({core::tr("requirement"), core::tr("what it asks"), core::tr("errors"), core::tr("warnings")},
                rows);
}

int run_siard_check(Context& c) {
  const auto file = c.input(c.words.get("FILE"));
  const core::TemporaryDirectory scratch;
  const auto report = extract::check_siard(file, scratch.path(), c.out.progress(), c.stop);
  show_check(c, report);
  if (const auto page = c.words.find("html"))
    core::write_file(*page, extract::siard_check_page(report, file));
  c.out.summary({{"siard", file.string()},
                 {"version", report.version},
                 {"tables", report.tables},
                 {"rows", report.rows},
                 {"large_values", report.large_values},
                 {"errors", report.errors()},
                 {"warnings", report.warnings()}});
  if (report.version.empty()) {
    c.out.result(msg("{0} is no SIARD archive, or nothing of it can be read.", file.string()));
    return static_cast<int>(Exit::source_data);
  }
  const auto looked_at =
      msg("{0}: SIARD {1}, {2}, {3}, {4}.", file.string(), report.version,
          core::ntr("{0} table", "{0} tables", report.tables), core::ntr("{0} row", "{0} rows", report.rows),
          core::ntr("{0} large value", "{0} large values", report.large_values));
  c.out.result(looked_at);
  if (report.errors() > 0) {
    c.out.result(core::nmsg("The archive does not obey the standard: {0} error.",
                            "The archive does not obey the standard: {0} errors.", report.errors()));
    return static_cast<int>(Exit::source_data);
  }
  c.out.result(report.warnings() ? msg("The archive obeys the standard, with warnings.")
                                 : msg("The archive obeys the standard."));
  return static_cast<int>(report.warnings() ? Exit::with_warnings : Exit::ok);
}

}  // namespace

std::vector<CommandDef> siard_commands() {
  return {
      {.name = "siard export",
       .summary = mark("write an extract as a SIARD 2.2 archive"),
       .details = mark("Types, keys, labels, rows and large values, in one file that the tools of this "
                       "standard open. The extract is not changed. A key or a reference that the rows do not "
                       "obey is not declared, and that is told. The file appears only when it is whole."),
       .example = "versoir siard export apogee.extract --to apogee.siard --replace",
       .arguments = {{mark("EXTRACT"), mark("file that versoir extract made")}},
       .options = {{"to", mark("FILE"), mark("where to write (default: the extract's name, .siard)")},
                   {"owner", mark("NAME"), mark("who owns the data (default: [establishment] name)")},
                   {"archiver", mark("NAME"), mark("who made the archive")},
                   {"timespan", mark("TEXT"),
                    mark("when the data were made (default: up to the day of the extract)")},
                   {"lobs-beside", nullptr, mark("large values in files of a folder beside the archive")},
                   {"digest", mark("ALGORITHM"), mark("digest of the package and of large values"), "md5",
                    false, "md5|sha-256"},
                   {"all-notes", nullptr, mark("list every reference that is not declared, and why")},
                   {"replace", nullptr, mark("replace an existing archive")}},
       .exits = {Exit::with_warnings, Exit::configuration, Exit::extract_invalid, Exit::extract_altered,
                 Exit::profile_invalid, Exit::extract_changed},
       .run = run_export},
      {.name = "siard import",
       .summary = mark("copy a SIARD archive, of any version and producer, into a sealed extract"),
       .details = mark(
           "Drafts a profile from the metadata of the archive in profiles/ of the workspace, unless it "
           "is there, and copies every table as versoir extract does. Structured types and arrays become "
           "columns. Every large value must be there, with its length and digest."),
       .example = "versoir siard import apogee.siard --application apogee-siard --replace",
       .arguments = {{mark("FILE"), mark("SIARD archive, 1.0 to 2.2")}},
       .options = {{"application", mark("NAME"), mark("name of the profile (default: that of the database)")},
                   {"output", mark("FILE"),
                    mark("where to write (default: <application>.extract in the workspace)")},
                   {"draft-only", nullptr, mark("write the profile, copy nothing")},
                   {"replace", nullptr, mark("replace an existing extract")},
                   {"restart", nullptr, mark("throw away an interrupted copy instead of going on from it")}},
       .exits = {Exit::with_warnings, Exit::configuration, Exit::temporary, Exit::source_unreachable,
                 Exit::source_missing, Exit::source_data, Exit::extract_altered, Exit::profile_invalid,
                 Exit::extract_changed, Exit::lot_state, Exit::signing, Exit::role_register},
       .run = run_import},
      {.name = "siard check",
       .summary = mark("judge a SIARD archive by every requirement of the standard"),
       .details = mark(
           "Container, names, metadata, schemas, every row and every large value; keys and references; "
           "lengths and digests. Everything that is wrong is told with its place and the identifier of the "
           "requirement. Nothing is changed."),
       .example = "versoir siard check apogee.siard --html controls.html",
       .arguments = {{mark("FILE"), mark("SIARD archive, 1.0 to 2.2")}},
       .options = {{"html", mark("FILE"), mark("also write the report as a page")}},
       .exits = {Exit::with_warnings, Exit::source_data},
       .run = run_siard_check}};
}

}  // namespace versoir::cli
