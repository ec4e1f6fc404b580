// versoir extract: the faithful copy, sealed.
#include "cli/before_copy.hpp"
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/make_script.hpp"
#include "cli/source_options.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "extract/anomalies.hpp"
#include "extract/compare.hpp"
#include "extract/copy.hpp"
#include "extract/seal.hpp"
#include "extract/source.hpp"
#include "extract/window.hpp"
#include "profiles/loader.hpp"
#include "trust/seal.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
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
                          {"left_rows", t.left_rows},
                          {"root", t.root.hex()}});
  }
  c.out.table({core::tr("table"), core::tr("content"), core::tr("in the source"), core::tr("copied")}, rows);
}

/// Asks to stop when the window closes, by the machine's clock: a night when the hour changes is as long as
/// it is.
class WindowGuard {
 public:
  WindowGuard(std::optional<core::Instant> closes, const core::Clock& clock, std::stop_token stop)
      : forward_(stop, Forward{this}) {
    if (!closes) return;
    timer_ = std::jthread([this, until = *closes, &clock](std::stop_token done) {
      std::unique_lock lock(mutex_);
      // Looked at often: the clock may be set, and a machine that slept wakes late.
      while (!done.stop_requested() && clock.now() < until)
        wake_.wait_for(lock, done, std::chrono::seconds(1), [] { return false; });
      if (done.stop_requested()) return;
      closed_ = true;
      copying_.request_stop();
    });
  }
  [[nodiscard]] std::stop_token token() const { return copying_.get_token(); }
  [[nodiscard]] bool closed() const noexcept { return closed_; }

 private:
  struct Forward {
    WindowGuard* guard;
    void operator()() const { guard->copying_.request_stop(); }
  };
  std::stop_source copying_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::atomic<bool> closed_ = false;
  std::stop_callback<Forward> forward_;
  std::jthread timer_;
};

std::optional<extract::Window> chosen_window(const Context& c) {
  if (const auto hours = c.words.find("window")) return extract::Window::parse(*hours, c.words.get("days"));
  if (c.words.has("days")) throw Error(Exit::usage, msg("--days needs --window."));
  return std::nullopt;
}

/// Waits until the window opens, or says when it will.
void enter(Context& c, const extract::Window& window) {
  while (!window.closes(c.clock.now())) {
    const auto opens = window.opens(c.clock.now());
    if (!c.words.has("wait"))
      throw Error(Exit::window_closed,
                  msg("The window is closed; it opens on {0}.", core::show_local_instant(opens)))
          .hint(msg("Start again then, or let --wait do so."));
    c.out.say(msg("The window is closed; it opens on {0}.", core::show_local_instant(opens)));
    c.out.event("waiting", {{"until", core::format_instant(opens)}});
    while (c.clock.now() < opens) {
      c.check_stop();
      std::this_thread::sleep_for(std::chrono::seconds(1));
    }
  }
}

/// Without a role register, whose key sealed cannot be judged, and that is said.
std::vector<core::Finding> seal_findings(Context& c, extract::Extract& extract) {
  if (c.config().find_path("trust", "roles"))
    return extract::verify_seal(extract, c.trust_store(), c.clock, &c.roles());
  auto findings = extract::verify_seal(extract, c.trust_store(), c.clock);
  findings.push_back({core::Severity::warning, "NO_ROLES",
                      msg("[trust] roles is not configured: whether a producer sealed is not known."), ""});
  return findings;
}

/// The source read again, told and kept in the journal: what proves, once it is switched off, that the
/// extract had all of it.
extract::SourceComparison compare(Context& c, extract::Extract& extract, const std::string& typed) {
  const auto profile = extract.profile();
  const auto opened = open_source(c, typed, profile);
  const auto source = opened.uri.redacted();
  auto compared = extract::compare_with_source(extract, *opened.source, c.out.progress(), c.stop);
  const bool same = compared.findings.empty();
  c.journal().append(
      "EXTRACT_COMPARED",
      {{"application", extract.run().application},
       {"file", extract.path().filename().string()},
       {"root", extract.root().hex()},
       {"source", source},
       {"host", host_name()},
       {"account", account_name()}},
      same ? trust::Outcome::ok : trust::Outcome::ko,
      {{"tables", compared.tables}, {"rows", compared.rows}, {"different", compared.different}});
  c.out.result(msg("The source {0} was read again; counts and digests were compared: {1}, {2}.", source,
                   core::ntr("{0} table", "{0} tables", compared.tables),
                   core::ntr("{0} row", "{0} rows", compared.rows)));
  c.out.event("source", {{"source", source},
                         {"tables", compared.tables},
                         {"rows", compared.rows},
                         {"different", compared.different}});
  if (same)
    c.out.result(msg("Nothing in it differs from the extract; the journal keeps that."));
  else
    c.out.result(core::nmsg("{0} table is no longer what was copied; the journal keeps that.",
                            "{0} tables are no longer what was copied; the journal keeps that.",
                            compared.different));
  return compared;
}

int verify(Context& c) {
  auto extract = extract::Extract::open(c.input(c.words.get("verify")));
  auto findings = extract::verify_content(extract, c.out.progress());
  for (auto& f : seal_findings(c, extract)) findings.push_back(std::move(f));
  if (const auto text = c.words.find("source"))
    std::ranges::move(compare(c, extract, *text).findings, std::back_inserter(findings));
  bool altered = false, changed = false;
  for (const auto& f : findings) {
    c.out.finding(f);
    if (f.severity != core::Severity::error) continue;
    (f.code == "SOURCE_DIFFERS" ? changed : altered) = true;
  }
  if (!altered && !changed)
    c.out.result(msg("The extract {0} is what was copied and sealed.", extract.path().string()));
  c.out.summary({{"extract", extract.path().string()}, {"altered", altered}, {"source_differs", changed}});
  return static_cast<int>(altered ? Exit::extract_altered : changed ? Exit::extract_changed : Exit::ok);
}

int list_anomalies(Context& c) {
  const auto path = c.input(c.words.get("anomalies"));
  auto extract = extract::Extract::open(path);
  const fs::path file = c.words.has("output") ? fs::path(c.words.get("output"))
                                              : c.in_workspace(path.stem().string() + ".anomalies.csv");
  core::AtomicFile out(file, 0600);  // keys and values of people
  core::FileSink sink(out);
  const auto lines = extract::export_anomalies(extract, sink);
  out.commit();
  c.out.result(
      core::nmsg("{0} anomaly listed in {1}.", "{0} anomalies listed in {1}.", lines, file.string()));
  c.out.summary({{"extract", path.string()}, {"anomalies", lines}, {"file", file.string()}});
  return static_cast<int>(Exit::ok);
}

extract::CopyOptions copy_options(Context& c, const extract::SourceUri& uri,
                                  std::vector<extract::Decision> decisions) {
  extract::CopyOptions options;
  options.kind = c.words.has("final") ? extract::Kind::final_ : extract::Kind::rehearsal;
  options.replace = c.words.has("replace");
  options.restart = c.words.has("restart");
  options.source_label = uri.redacted();
  options.host = host_name();
  options.account = account_name();
  options.readers = static_cast<unsigned>(c.words.integer("readers", 1, 16));
  options.rows_per_second = static_cast<std::uint64_t>(c.words.integer("throttle", 0, 1'000'000'000));
  options.decisions = std::move(decisions);
  options.signer = &c.signer("producer");
  options.tsa = c.tsa();
  return options;
}

void tell(Context& c, const extract::CopyReport& report, const fs::path& target,
          const std::string& application) {
  auto written = extract::Extract::open(target);
  core::Json sealed{
      {"application", application}, {"file", target.filename().string()}, {"root", written.root().hex()}};
  // verify looks at the extracts of the workspace; names elsewhere may be anybody's.
  if (std::error_code ec; fs::equivalent(fs::absolute(target).parent_path(), c.workspace(), ec))
    sealed["signature"] = core::digest_file(trust::seal_path(extract::seal_file(target))).sha512.hex();
  c.journal().append("EXTRACT_SEALED", sealed,
                     report.anomalies ? trust::Outcome::warning : trust::Outcome::ok,
                     {{"rows", report.rows},
                      {"anomalies", report.anomalies},
                      {"kind", written.run().kind},
                      {"consistency", written.run().consistency}});
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
                 {"integrity", report.integrity},
                 {"left_tables", report.left_tables},
                 {"left_rows", report.left_rows},
                 {"left_columns", report.left_columns},
                 {"root", written.root().hex()},
                 {"consistency", written.run().consistency},
                 {"kind", written.run().kind}});
}

/// One attempt: from the opening of the source to the sealed file, or to the close of the window.
extract::CopyReport copy_once(Context& c, const profiles::Application& profile, const fs::path& target,
                              const std::vector<extract::Decision>& decisions,
                              const std::optional<extract::Window>& window) {
  const auto closes = window ? window->closes(c.clock.now()) : std::nullopt;
  const WindowGuard guard(closes, c.clock, c.stop);
  c.out.progress().until(closes);
  const auto known = look_at_workspace(c, target, false);
  auto opened = [&] {
    try {
      return open_source(c, c.words.get("SOURCE"), profile);
    } catch (const Error&) {  // what is already known is said too: all at once
      for (const auto& f : known) c.out.finding(f);
      throw;
    }
  }();
  check_before(c, *opened.source, profile, decisions, target, known);
  auto options = copy_options(c, opened.uri, decisions);
  options.reopen = [&opened] { return extract::open_source(opened.uri, opened.access); };
  c.journal().append("EXTRACT_STARTED",
                     {{"application", profile.id},
                      {"source", opened.uri.redacted()},
                      {"host", options.host},
                      {"account", options.account}},
                     trust::Outcome::ok);
  try {
    return extract::copy(*opened.source, profile, target, options, c.clock, c.out.progress(), guard.token());
  } catch (const Error& e) {
    const bool paused = guard.closed() && e.code() == Exit::interrupted;
    c.journal().append(paused ? "EXTRACT_PAUSED" : "EXTRACT_FAILED", {{"application", profile.id}},
                       paused ? trust::Outcome::ok : trust::Outcome::ko,
                       {{"error", core::exit_name(e.code())}});
    if (!paused) throw;
    throw Error(Exit::window_closed,
                msg("The window closed before the copy was finished; what was copied is kept."))
        .hint(msg("Run the same command in the next window: it goes on where it stopped."));
  }
}

int run_extract(Context& c) {
  if (c.words.has("SOURCE") && (c.words.has("verify") || c.words.has("anomalies")))
    throw Error(Exit::usage, msg("--verify and --anomalies are about an extract: they copy no source."));
  if (c.words.has("verify") && c.words.has("anomalies"))
    throw Error(Exit::usage, msg("Either --verify or --anomalies."));
  if (c.words.has("verify")) return verify(c);
  if (c.words.has("anomalies")) return list_anomalies(c);
  if (c.words.has("make-script")) return make_script(c);
  if (!c.words.has("SOURCE"))
    throw Error(Exit::usage, msg("The source is missing."))
        .hint(msg("versoir extract --help shows examples."));
  static_cast<void>(extract::parse_source(c.words.get("SOURCE")));
  const auto profile = chosen_profile(c);
  profiles::require_queries(profile);
  const fs::path target =
      c.words.has("output") ? fs::path(c.words.get("output")) : c.in_workspace(profile.id + ".extract");
  if (c.words.has("if-needed") && c.words.has("replace"))
    throw Error(Exit::usage, msg("--if-needed never replaces an extract: --replace cannot be given too."));
  if (c.words.has("if-needed") && already_made(c, profile, target)) return static_cast<int>(Exit::ok);
  auto decisions = extract::read_decisions(decision_file(c, profile));
  // The order of the lines decides nothing: a sorted file goes on with the same copy.
  std::ranges::stable_sort(decisions, {}, [](const auto& d) { return std::pair(d.table, d.column); });
  if (c.words.has("dry-run")) return dry_run(c, profile, decisions, target);
  const auto window = chosen_window(c);
  for (;;) {
    if (window) enter(c, *window);
    try {
      const auto report = copy_once(c, profile, target, decisions, window);
      tell(c, report, target, profile.id);
      const bool warned = std::ranges::any_of(
          report.notes, [](const core::Finding& f) { return f.severity == core::Severity::warning; });
      return static_cast<int>(warned ? Exit::with_warnings : Exit::ok);
    } catch (const Error& e) {
      if (e.code() != Exit::window_closed || !c.words.has("wait")) throw;
      c.out.say(e.message());
    }
  }
}

}  // namespace

std::vector<CommandDef> extract_commands() {
  auto options = source_options();
  const auto copying = copy_option_table();
  options.insert(options.end(), copying.begin(), copying.end());
  const std::vector<OptionDef> more{
      {"replace", nullptr, mark("replace an existing extract")},
      {"if-needed", nullptr, mark("nothing to do when the extract is there, whole and sealed")},
      {"restart", nullptr, mark("throw away an interrupted copy instead of going on from it")},
      {"wait", nullptr, mark("wait for the window, and go on in the next one")},
      {"dry-run", nullptr, mark("look at everything, measure, copy nothing")},
      {"verify", mark("EXTRACT"), mark("recompute an extract instead of copying")},
      {"source", mark("SOURCE"), mark("with --verify: compare with this source too")},
      {"anomalies", mark("EXTRACT"),
       mark("list what an extract noted, in a CSV file (--output), instead of copying")},
      {"make-script", mark("CLIENT"),
       mark("write the script that an administrator runs on the server to make the folder of csv:FOLDER"),
       nullptr, false, "psql|sqlplus"},
  };
  options.insert(options.end(), more.begin(), more.end());
  return {
      {.name = "extract",
       .summary = mark("copy an application's database into one sealed file"),
       .details = mark(
           "Copies every table and column that the profile takes, row for row, in one read-only consistent "
           "transaction; the counts of the source and of the copy are compared, digests and seal are "
           "written. "
           "The file appears only when it is whole; what an interrupted copy left is gone on from by the "
           "same "
           "command. A password is never written on the command line."),
       .example = "versoir extract sqlite:sources/apogee.sqlite --application apogee --replace",
       .arguments = {{mark("SOURCE"),
                      mark("sqlite:FILE, postgresql:CONNECTION, odbc:CONNECTION, csv:FOLDER or siard:FILE"),
                      false}},
       .options = std::move(options),
       .exits = {Exit::with_warnings, Exit::configuration, Exit::temporary, Exit::window_closed,
                 Exit::source_unreachable, Exit::source_rights, Exit::source_missing, Exit::source_data,
                 Exit::extract_altered, Exit::profile_invalid, Exit::extract_changed, Exit::lot_state,
                 Exit::signing, Exit::role_register},
       .run = run_extract}};
}

}  // namespace versoir::cli
