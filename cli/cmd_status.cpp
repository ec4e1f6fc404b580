// versoir status: where everything stands, read from the files.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/status_page.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "sip/elimination.hpp"
#include "sip/visa.hpp"
#include "vitam/warnings.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::msg;

namespace {

std::vector<fs::path> extracts_of(const fs::path& workspace) {
  std::vector<fs::path> list;
  for (const auto& entry : fs::directory_iterator(workspace))
    if (entry.is_regular_file() && entry.path().extension() == ".extract") list.push_back(entry.path());
  std::sort(list.begin(), list.end());
  return list;
}

/// The exit code of the last extract that cannot be read, 0 for none: it is told, and hides nothing else.
int show_extracts(Context& c, const std::vector<fs::path>& files) {
  int code = 0;
  std::vector<std::vector<std::string>> rows;
  for (const auto& path : files) try {
      const auto extract = extract::Extract::open(path);
      const auto& run = extract.run();
      std::uint64_t rows_copied = 0;
      for (const auto& t : extract.tables()) rows_copied += t.copied_rows;
      rows.push_back({path.filename().string(), run.application_label, extract::kind_label(run.kind),
                      extract::consistency_label(run.consistency), core::show_instant(run.finished),
                      core::show_count(rows_copied), core::show_count(run.anomalies)});
      c.out.event("extract", {{"file", path.filename().string()},
                              {"application", run.application},
                              {"kind", run.kind},
                              {"consistency", run.consistency},
                              {"finished", core::format_instant(run.finished)},
                              {"rows", rows_copied},
                              {"anomalies", run.anomalies},
                              {"root", extract.root().hex()}});
    } catch (const core::Error& e) {
      c.out.failure(e);
      code = static_cast<int>(e.code());
    }
  if (!rows.empty())
    c.out.table({core::tr("extract"), core::tr("application"), core::tr("kind"), core::tr("consistency"),
                 core::tr("finished"), core::tr("rows"), core::tr("anomalies")},
                rows);
  return code;
}

/// What was decided on the warnings of a reply: "accepted", "contested", "" when nobody decided, or had to.
std::string decided_on_warnings(const sip::Versement& versement, const sip::PlannedLot& lot) {
  const auto decision = vitam::read_warnings_decision(versement.lot(lot.id));
  if (!decision) return {};
  return decision->verdict == vitam::WarningsVerdict::accepted ? "accepted" : "contested";
}

/// A transfer that is contested is settled by nothing, however well its receipt verifies.
std::string state_text(sip::LotState state, const std::string& warnings) {
  const auto label = sip::state_label(state);
  return warnings == "contested" ? msg("{0}, warnings contested", label).text() : label;
}

core::Json show_versement(Context& c, const std::string& id) {
  const sip::Versement versement(c.workspace(), id);
  const auto plan = versement.plan();
  const auto visas = sip::list_visas(versement);
  std::map<std::string, int> states;
  std::vector<std::vector<std::string>> rows;
  for (const auto& lot : plan.lots) {
    const auto facts = sip::lot_facts(versement, lot, sip::latest_decision(visas, lot.id));
    const auto warnings = decided_on_warnings(versement, lot);
    ++states[std::string(sip::state_name(facts.state))];
    rows.push_back({lot.id.value, lot.profile, core::show_count(lot.records),
                    facts.size ? core::show_size(facts.size) : "", facts.check_verdict,
                    state_text(facts.state, warnings), facts.reply_code});
    c.out.event("lot", {{"versement", id},
                        {"id", lot.id.value},
                        {"profile", lot.profile},
                        {"state", sip::state_name(facts.state)},
                        {"check", facts.check_verdict},
                        {"reply", facts.reply_code},
                        {"warnings", warnings},
                        {"size", facts.size},
                        {"units", facts.units},
                        {"objects", facts.objects}});
  }
  c.out.result("");
  c.out.result(msg("Versement {0}: platform {1}, tenant {2}, SEDA {3}, {4}", id, plan.platform, plan.tenant,
                   sip::seda_name(plan.seda),
                   visas.empty() ? core::tr("no visa") : core::ntr("{0} visa", "{0} visas", visas.size())));
  if (!visas.empty() && sip::waits_for_second(visas.back())) {
    c.out.result(msg("Visa {0} waits for the signature of a second person: versoir approve {1} --second.",
                     visas.back().number, id));
    c.out.event("waits_for_second", {{"versement", id}, {"visa", visas.back().number}});
  }
  c.out.table({core::tr("lot"), core::tr("archive profile"), core::tr("records"), core::tr("size"),
               core::tr("check"), core::tr("state"), core::tr("reply")},
              rows);
  return states;
}

void show_eliminations(Context& c) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& id : sip::list_eliminations(c.workspace())) {
    const sip::Elimination elimination(c.workspace(), id);
    const auto state = elimination.state();
    const auto application = core::text_of(elimination.bordereau(), "application");
    const bool rehearsal = elimination.is_rehearsal();
    const auto label = sip::state_label(state);
    rows.push_back({id, application, rehearsal ? msg("{0} (rehearsal)", label).text() : label});
    c.out.event("elimination", {{"id", id},
                                {"application", application},
                                {"state", sip::state_name(state)},
                                {"rehearsal", rehearsal}});
  }
  if (!rows.empty()) c.out.table({core::tr("elimination"), core::tr("application"), core::tr("state")}, rows);
}

int run_status(Context& c) {
  if (fs::exists(c.config_file())) static_cast<void>(c.config());  // what is misspelt there is told
  const auto wanted = c.words.find("VERSEMENT");
  auto ids = sip::list_versements(c.workspace());
  if (wanted) ids = {c.known_versement(*wanted, Exit::not_found).id()};
  if (c.words.has("html")) {  // first: what cannot be read stands on the page, and ends the rest
    write_status_page(c, c.words.get("html"));
    c.out.result(msg("Written to {0}.", c.words.get("html")));
  }
  const auto extracts = extracts_of(c.workspace());
  const int code = show_extracts(c, extracts);
  core::Json all = core::Json::object();
  for (const auto& id : ids) all[id] = show_versement(c, id);
  if (!wanted) show_eliminations(c);
  if (extracts.empty() && all.empty()) {
    c.out.result(msg("There is no extract and no versement in {0} yet.",
                     std::filesystem::absolute(c.workspace()).lexically_normal().string()));
    c.out.result(
        fs::exists(c.config_file())
            ? msg("→ Next: versoir extract copies a database; versoir extract --help gives an example.")
            : msg("→ Next: versoir init makes a workspace here, --workspace names another."));
  }
  c.out.summary({{"versements", all}});
  return code;
}

}  // namespace

std::vector<CommandDef> status_commands() {
  return {{.name = "status",
           .summary = mark("where extracts, versements and lots stand"),
           .details = mark("Read from the files of the workspace; versoir verify recomputes and proves."),
           .example = "versoir status",
           .arguments = {{mark("VERSEMENT"), mark("only this versement"), false}},
           .options = {{"html", mark("FILE"),
                        mark("also write a page with charts of volumes by year and state")}},
           .exits = {Exit::configuration, Exit::not_found, Exit::extract_invalid},
           .run = run_status}};
}

}  // namespace versoir::cli
