// versoir extract: the faithful copy, sealed.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "extract/copy.hpp"
#include "extract/seal.hpp"
#include "extract/source.hpp"
#include "profiles/loader.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::msg;

namespace {

void show_tables(Context& c, const extract::CopyReport& report) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& t : report.tables) {
    rows.push_back({t.name, t.label, core::show_count(t.source_rows), core::show_count(t.copied_rows)});
    c.out.event("table", {{"name", t.name},
                          {"source_rows", t.source_rows},
                          {"copied_rows", t.copied_rows},
                          {"root", t.root.hex()}});
  }
  c.out.table({core::tr("table"), core::tr("content"), core::tr("in the source"), core::tr("copied")}, rows);
}

int run_extract(Context& c) {
  const auto uri = extract::parse_source(c.words.get("SOURCE"));
  const auto profile =
      profiles::load(profiles::find_profile(c.words.get("application"), c.profile_folders()));
  const fs::path target =
      c.words.has("output") ? fs::path(c.words.get("output")) : c.in_workspace(profile.id + ".extract");
  auto& signer = c.signer("producer");  // before the copy: a missing key must not be found after hours
  auto* tsa = c.tsa();
  auto& journal = c.journal();

  extract::Access access;
  access.schema = c.words.has("schema") ? c.words.get("schema") : profile.schema;
  auto source = extract::open_source(uri, access);
  journal.append("EXTRACT_STARTED", {{"application", profile.id}, {"source", uri.redacted()}},
                 trust::Outcome::ok);
  extract::CopyOptions options;
  options.replace = c.words.has("replace");
  options.source_label = uri.redacted();
  extract::CopyReport report;
  try {
    report = extract::copy(*source, profile, target, options, c.clock, c.out.progress(), c.stop);
  } catch (const core::Error& e) {
    journal.append("EXTRACT_FAILED", {{"application", profile.id}}, trust::Outcome::ko,
                   {{"error", core::exit_name(e.code())}});
    throw;
  }
  auto written = extract::Extract::open(target);
  extract::write_seal(written, signer, tsa, c.clock);
  journal.append(
      "EXTRACT_SEALED",
      {{"application", profile.id}, {"file", target.filename().string()}, {"root", written.root().hex()}},
      report.anomalies ? trust::Outcome::warning : trust::Outcome::ok,
      {{"rows", report.rows}, {"anomalies", report.anomalies}, {"kind", written.run().kind}});

  for (const auto& f : report.notes) c.out.finding(f);
  show_tables(c, report);
  c.out.result(msg("Extract written and sealed: {0} ({1}, {2}, root {3}).", target.string(),
                   core::ntr("{0} row", "{0} rows", report.rows),
                   core::ntr("{0} table", "{0} tables", report.tables.size()),
                   written.root().hex().substr(0, 16)));
  c.out.summary({{"extract", target.string()},
                 {"rows", report.rows},
                 {"tables", report.tables.size()},
                 {"anomalies", report.anomalies},
                 {"root", written.root().hex()},
                 {"kind", written.run().kind}});
  return static_cast<int>(report.anomalies ? Exit::with_warnings : Exit::ok);
}

}  // namespace

std::vector<CommandDef> extract_commands() {
  return {
      {.name = "extract",
       .summary = mark("copy an application's database into one sealed file"),
       .details = mark(
           "Copies every table and column that the profile takes, row for row, in one read-only consistent "
           "transaction; the counts of the source and of the copy are compared, digests and seal are "
           "written. The "
           "file appears only when it is whole."),
       .example = "versoir extract sqlite:sources/apogee.sqlite --application apogee --replace",
       .arguments = {{mark("SOURCE"),
                      mark("sqlite:FILE or postgresql:CONNECTION (no password: use ~/.pgpass)")}},
       .options = {{"application", mark("PROFILE"), mark("profile: its name (apogee, harpege) or its folder"),
                    "apogee"},
                   {"output", mark("FILE"),
                    mark("where to write (default: <application>.extract in the workspace)")},
                   {"schema", mark("NAME"),
                    mark("owner of the tables in the source (default: the profile's)")},
                   {"replace", nullptr, mark("replace an existing extract")}},
       .exits = {Exit::with_warnings, Exit::configuration, Exit::source_unreachable, Exit::source_rights,
                 Exit::source_missing, Exit::source_data, Exit::profile_invalid, Exit::extract_changed,
                 Exit::signing},
       .run = run_extract}};
}

}  // namespace versoir::cli
