// versoir consult list: ready-made lists of the profile, counted before they are read.
#include "cli/commands.hpp"
#include "cli/consult_seal.hpp"
#include "cli/consult_trace.hpp"
#include "cli/context.hpp"
#include "consult/list.hpp"
#include "core/file.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

consult::ListArguments list_arguments(const std::vector<std::string>& words) {
  consult::ListArguments out;
  for (const auto& word : words) {
    const auto equal = word.find('=');
    if (equal == std::string::npos || equal == 0)
      throw Error(Exit::usage, msg("--set {0}: write NAME=VALUE.", word));
    if (!out.emplace(word.substr(0, equal), word.substr(equal + 1)).second)
      throw Error(Exit::usage, msg("--set gives {0} twice.", word.substr(0, equal)));
  }
  return out;
}

std::string parameters_of(const profiles::ListDef& list) {
  std::string text;
  for (const auto& p : list.parameters)
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", p.name, p.label);
  return text;
}

int show_lists(Context& c, const profiles::Application& app) {
  if (app.lists.empty()) throw Error(Exit::not_found, msg("The profile of this extract has no list."));
  std::vector<std::vector<std::string>> rows;
  for (const auto& list : app.lists) {
    rows.push_back({list.id, list.label, parameters_of(list)});
    core::Json parameters = core::Json::array();
    for (const auto& p : list.parameters) parameters.push_back({{"name", p.name}, {"label", p.label}});
    c.out.event("list", {{"list", list.id}, {"label", list.label}, {"parameters", parameters}});
  }
  c.out.table({core::tr("list"), core::tr("what"), "--set"}, rows);
  c.out.summary({{"lists", app.lists.size()}});
  return 0;
}

/// What a parameter may be, when the list was asked for without it.
int show_choices(Context& c, core::Database& db, const profiles::ListDef& def, const std::string& name) {
  for (const auto& p : def.parameters) {
    if (p.name != name) continue;
    std::vector<std::vector<std::string>> rows;
    for (const auto& [value, label] : consult::list_choices(db, p)) {
      rows.push_back({value, label});
      c.out.event("choice", {{"value", value}, {"label", label}});
    }
    if (rows.empty()) throw Error(Exit::not_found, msg("{0} is typed freely: it has no choices.", name));
    c.out.table({p.label, core::tr("meaning")}, rows);
    c.out.summary({{"choices", rows.size()}});
    return 0;
  }
  throw Error(Exit::usage, msg("The list {0} asks for nothing called {1}.", def.id, name));
}

int run_list(Context& c) {
  auto archive = open_archive(c, c.input(c.words.get("EXTRACT")));
  const auto& app = archive.application();
  if (!c.words.has("NAME")) return show_lists(c, app);
  const auto& def = consult::find_ready_list(app, c.words.get("NAME"));
  auto& db = archive.extract().database();
  if (c.words.has("choices")) return show_choices(c, db, def, c.words.get("choices"));
  consult::ReadyList list(db, app, def, list_arguments(c.words.list("set")), archive.annotations());
  const auto count = list.count();
  for (const auto& [label, value] : list.shown_parameters()) c.out.result(msg("{0}: {1}", label, value));
  c.out.result(core::nmsg("{0} record answers.", "{0} records answer.", count));
  c.out.summary({{"list", def.id}, {"rows", count}});
  if (c.words.has("count") || count == 0) return 0;
  ConsultTrace trace(c, archive.extract());
  trace.require_reason();
  const bool exported = c.words.has("csv");
  trace.list_shown(list, count, exported);
  if (exported) {
    core::AtomicFile file(c.words.get("csv"), 0600);
    core::FileSink sink(file);
    consult::write_list_csv(list, sink);
    file.commit();
    c.out.result(msg("Written: {0}", c.words.get("csv")));
    return 0;
  }
  std::vector<std::string> header{core::tr("record")};
  for (const auto& column : def.columns) header.push_back(column.label);
  std::vector<std::vector<std::string>> rows;
  const auto limit = static_cast<std::uint64_t>(c.words.integer("limit", 1, 100'000));
  list.read(static_cast<std::uint64_t>(c.words.integer("first", 1, 1'000'000'000)) - 1, limit,
            [&](const consult::ListRow& row) {
              rows.push_back({def.record + ":" + row.key.text()});
              core::Json values = core::Json::object();
              for (std::size_t i = 0; i < row.values.size(); ++i) {
                rows.back().push_back(row.values[i]);
                values[def.columns[i].name] = row.values[i];
              }
              c.out.event("row", {{"record", def.record}, {"key", row.key.text()}, {"values", values}});
            });
  c.out.table(header, rows);
  if (rows.size() < count)
    c.out.result(
        msg("{0} of {1} shown: --first and --limit give the others, --csv all of them.", rows.size(), count));
  return 0;
}

}  // namespace

std::vector<CommandDef> consult_list_commands() {
  return {{.name = "consult list",
           .summary = mark("ready-made lists: a promotion, the graduates of a year, the agents of a grade"),
           .details = mark(
               "Without NAME, tells which lists the profile has and what they ask. The count comes "
               "first; who had rows shown or exported goes into the log of accesses, with the list, what "
               "was asked and the count."),
           .example = "versoir consult list apogee.extract promotion --set etape=L1INF --set annee=2010",
           .arguments = {{mark("EXTRACT"), mark("an extract file")},
                         {mark("NAME"), mark("a list, as the command names it"), false}},
           .options = with_reason(
               {{"set", mark("NAME=VALUE"), mark("what the list asks for; repeat the option"), nullptr, true},
                {"choices", mark("PARAMETER"), mark("what may be asked for, instead of the list")},
                {"count", nullptr, mark("the count alone")},
                {"limit", mark("N"), mark("rows shown, at most"), "50"},
                {"first", mark("N"), mark("the first row to show"), "1"},
                {"csv", mark("FILE"), mark("write the whole list there, for a spreadsheet")}}),
           .exits = {Exit::extract_invalid, Exit::not_found, Exit::journal_broken},
           .run = run_list}};
}

}  // namespace versoir::cli
