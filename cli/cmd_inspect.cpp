// versoir inspect: what is in a database, against what the profile knows of it; the file of decisions.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "cli/drafted_profile.hpp"
#include "cli/source_options.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "extract/decisions.hpp"
#include "extract/draft.hpp"
#include "extract/preflight.hpp"
#include "profiles/loader.hpp"

#include <algorithm>
#include <fnmatch.h>
#include <map>

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;
using extract::Decision;
using extract::InventoryLine;
using extract::Standing;

namespace {

std::string standing_text(Standing s) {
  switch (s) {
    case Standing::present:
      return core::tr("taken by the profile");
    case Standing::left:
      return core::tr("left");
    case Standing::missing:
      return core::tr("missing from the source");
    case Standing::absent:
      return core::tr("optional, not in this source");
    case Standing::extra:
      return core::tr("not decided");
    case Standing::taken:
      return core::tr("taken by decision");
    case Standing::wider:
      return core::tr("wider than the profile says");
    case Standing::elsewhere:
      return core::tr("decided, not in this source");
  }
  return {};
}

std::string suggestion_text(const std::string& word) {
  if (word == "empty") return core::tr("empty");
  if (word == "technical") return core::tr("looks technical");
  if (word == "person") return core::tr("keyed by person");
  return {};
}

/// --take and --leave: names or patterns ("TMP_*", "TABLE.COLUMN") of what is not decided yet, and names in
/// full of what the profile, or an earlier decision, has settled otherwise.
bool chosen(const std::string& pattern, const InventoryLine& line) {
  const auto name = line.column.empty() ? line.table : line.table + "." + line.column;
  return ::fnmatch(pattern.c_str(), name.c_str(), FNM_CASEFOLD) == 0;
}

bool settled(const std::string& pattern, const InventoryLine& line) {
  return pattern.find_first_of("*?[") == std::string::npos &&
         (line.standing == Standing::present || line.standing == Standing::left ||
          line.standing == Standing::wider || line.standing == Standing::taken);
}

void decide(Context& c, const std::vector<InventoryLine>& inventory, std::vector<Decision>& decisions) {
  const auto apply = [&](const char* option, bool take) {
    for (const auto& pattern : c.words.list(option)) {
      std::size_t n = 0;
      for (const auto& line : inventory) {
        if (!chosen(pattern, line) || (line.standing != Standing::extra && !settled(pattern, line))) continue;
        std::erase_if(decisions,
                      [&](const Decision& d) { return d.table == line.table && d.column == line.column; });
        decisions.push_back(
            {line.table, line.column, take, c.words.get("reason"),
             c.words.has("who") ? c.words.get("who") : account_name(),
             core::format_date(core::Date(std::chrono::floor<std::chrono::days>(c.clock.now())))});
        ++n;
      }
      if (n == 0)
        throw Error(Exit::usage, msg("Nothing that is not decided is named {0}.", pattern))
            .hint(msg("versoir inspect without --take and --leave lists what is not decided; what the "
                      "profile takes or "
                      "leaves is named in full, without * or ?."));
    }
  };
  if (c.words.has("leave") && c.words.get("reason").empty())
    throw Error(Exit::usage, msg("What is left needs a reason: --reason TEXT."));
  apply("take", true);
  apply("leave", false);
}

void show(Context& c, const std::vector<InventoryLine>& inventory) {
  const bool all = c.words.has("all");
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : inventory) {
    core::Json facts{{"table", line.table}, {"standing", extract::standing_name(line.standing)}};
    if (!line.column.empty()) facts["column"] = line.column;
    if (line.rows) facts["rows"] = *line.rows;
    if (line.bytes) facts["bytes"] = *line.bytes;
    if (line.large_bytes) facts["large_bytes"] = *line.large_bytes;
    if (!line.source_type.empty()) facts["type"] = line.source_type;
    if (!line.suggestion.empty()) facts["suggestion"] = line.suggestion;
    if (!line.decision.reason.empty()) facts["reason"] = line.decision.reason;
    c.out.event("inventory", facts);
    const bool plain = line.standing == Standing::present || line.standing == Standing::left;
    if (!all && (plain || (line.standing == Standing::taken && !line.column.empty()))) continue;
    rows.push_back({line.column.empty() ? line.table : line.table + "." + line.column,
                    standing_text(line.standing), line.rows ? core::show_count(*line.rows) : "",
                    !line.column.empty() || line.standing == Standing::missing ||
                            line.standing == Standing::absent || line.standing == Standing::elsewhere
                        ? ""
                    : line.large_bytes ? core::show_size(*line.large_bytes)
                                       : core::tr("unknown"),
                    line.suggestion.empty() ? (line.profile_type.empty() || line.standing != Standing::wider
                                                   ? line.source_type
                                                   : line.source_type + " / " + line.profile_type)
                                            : suggestion_text(line.suggestion),
                    line.decision.reason.empty() ? line.label : line.decision.reason});
  }
  if (!rows.empty())
    c.out.table({core::tr("table or column"), core::tr("standing"), core::tr("rows (about)"),
                 core::tr("large values"), core::tr("type or hint"), core::tr("content or reason")},
                rows);
}

/// How much of the volume is large values (CLOB, BLOB, TOAST), by the catalogue.
void show_large(Context& c, const std::vector<extract::SourceTable>& catalogue) {
  std::uint64_t bytes = 0;
  std::size_t known = 0;
  for (const auto& t : catalogue)
    if (t.large_bytes) {
      bytes += *t.large_bytes;
      ++known;
    }
  if (known == 0)
    c.out.result(msg("The catalogue of the source does not tell the volume of large values."));
  else
    c.out.result(msg("Large values: about {0} in {1}; unknown for {2}.", core::show_size(bytes),
                     core::ntr("{0} table", "{0} tables", known),
                     core::ntr("{0} other table", "{0} other tables", catalogue.size() - known)));
}

/// Names that the profile takes and the source has: what it only may leave need not be readable.
std::vector<std::string> wanted_tables(const std::vector<InventoryLine>& inventory) {
  std::vector<std::string> names;
  for (const auto& line : inventory)
    if (line.column.empty() && (line.standing == Standing::present || line.standing == Standing::taken ||
                                line.standing == Standing::wider))
      names.push_back(line.table);
  return names;
}

/// What the account may not read is told today, not on the night of the copy. True when something stands in
/// the way.
bool tell_rights(Context& c, extract::Source& source, const profiles::Application& profile,
                 const std::vector<extract::SourceTable>& catalogue,
                 const std::vector<InventoryLine>& inventory) {
  auto findings = source.probe(wanted_tables(inventory), c.clock.now());
  for (auto& f : source.probe_absent(extract::absent_tables(profile, catalogue)))
    findings.push_back(std::move(f));
  for (const auto& f : findings) c.out.finding(f);
  return std::ranges::any_of(findings, [](const auto& f) { return f.severity == core::Severity::error; });
}

/// The profile that nobody has written yet. The catalogue alone is read, no row.
int run_draft(Context& c) {
  const std::filesystem::path folder = c.words.get("draft");
  for (const auto* other : {"take", "who", "decisions", "all"})
    if (c.words.has(other))
      throw Error(Exit::usage,
                  msg("--{0} decides on what a profile does not know; --draft writes the profile.", other));
  const auto name =
      folder.has_filename() ? folder.filename().string() : folder.parent_path().filename().string();
  if (c.words.has("leave") && c.words.get("reason").empty())
    throw Error(Exit::usage, msg("What is left needs a reason: --reason TEXT."));
  const extract::DraftRequest request{extract::draft_identifier(name),
                                      {},
                                      c.words.get("schema"),
                                      c.words.list("leave"),
                                      c.words.get("reason")};
  const auto opened = open_source(c, c.words.get("SOURCE"), profiles::Application{});
  const auto catalogue = opened.source->catalogue();
  if (catalogue.empty())
    throw Error(Exit::source_missing, msg("The source has no table that this account may see."))
        .hint(msg("Say which schema holds the tables with --schema."));
  const auto draft = extract::draft_profile(request, catalogue);
  write_draft(draft, folder);
  show_draft(c, draft, folder);
  c.out.result(msg("Next: versoir extract SOURCE --application {0}", folder.string()));
  c.out.summary({{"profile", folder.string()},
                 {"application", draft.application},
                 {"tables", draft.tables},
                 {"references", draft.references},
                 {"guesses", draft.guesses.size()},
                 {"people", draft.people},
                 {"searches", draft.searched.size()},
                 {"unnamed", draft.left.size()}});
  return static_cast<int>(draft.left.empty() ? Exit::ok : Exit::with_warnings);
}

int run_inspect(Context& c) {
  if (c.words.has("draft")) return run_draft(c);
  const auto profile = chosen_profile(c);
  profiles::require_queries(profile);
  const auto file = decision_file(c, profile, false);
  auto decisions = extract::read_decisions(file);
  const auto opened = open_source(c, c.words.get("SOURCE"), profile);
  const auto catalogue = opened.source->catalogue();
  auto inventory = extract::take_inventory(profile, catalogue, decisions);
  decide(c, inventory, decisions);
  inventory = extract::take_inventory(profile, catalogue, decisions);
  show(c, inventory);
  const bool forbidden = tell_rights(c, *opened.source, profile, catalogue, inventory);
  const bool written = extract::write_decisions(file, inventory);

  std::map<Standing, std::size_t> count;
  for (const auto& line : inventory) ++count[line.standing];
  c.out.result(
      msg("{0} in the source. Tables and columns: {1} missing, {2} not decided, {3} wider than the profile "
          "says.",
          core::ntr("{0} table", "{0} tables", catalogue.size()), count[Standing::missing],
          count[Standing::extra], count[Standing::wider]));
  show_large(c, catalogue);
  if (count[Standing::elsewhere] > 0)
    c.out.result(
        core::nmsg("{0} decision is on a table or column that this source does not have; it is kept.",
                   "{0} decisions are on tables or columns that this source does not have; they are "
                   "kept.",
                   count[Standing::elsewhere]));
  c.out.result(
      count[Standing::extra] > 0
          ? msg("Decisions: {0}. Fill in the columns decision, reason and who, or use --take and --leave.",
                file.string())
          : msg("Decisions: {0}. Nothing is left to decide.", file.string()));
  c.out.summary({{"tables", catalogue.size()},
                 {"missing", count[Standing::missing]},
                 {"undecided", count[Standing::extra]},
                 {"wider", count[Standing::wider]},
                 {"elsewhere", count[Standing::elsewhere]},
                 {"readable", !forbidden},
                 {"written", written},
                 {"decisions", file.string()}});
  if (forbidden) return static_cast<int>(Exit::source_rights);
  if (count[Standing::missing] > 0) return static_cast<int>(Exit::source_missing);
  return static_cast<int>(count[Standing::extra] > 0 ? Exit::with_warnings : Exit::ok);
}

}  // namespace

std::vector<CommandDef> inspect_commands() {
  auto options = source_options();
  const std::vector<OptionDef> more{
      {"draft", mark("DIR"),
       mark("write a profile of a database that has none into this new folder, named as the application")},
      {"all", nullptr, mark("list what the profile knows too")},
      {"take", mark("NAME"),
       mark("decide to take a table or TABLE.COLUMN that the profile does not know, * and ? being patterns; "
            "or one that it leaves, by its full name"),
       nullptr, true},
      {"leave", mark("NAME"), mark("decide to leave it, with --reason"), nullptr, true},
      {"reason", mark("TEXT"), mark("why")},
      {"who", mark("NAME"), mark("who decides (default: the account)")},
  };
  options.insert(options.end(), more.begin(), more.end());
  return {
      {.name = "inspect",
       .summary = mark("compare a database with the profile, keep what is decided; or draft a profile"),
       .details = mark(
           "Reads the catalogue of the source, never its rows. What the profile does not know must be "
           "decided, "
           "taken or left, before a final extract; the decisions are a CSV file that a spreadsheet opens. "
           "With "
           "--draft, writes the profile of an application that nobody described: it extracts, exports and "
           "consults as it is, and says what is to be confirmed; --leave and --reason say what it leaves."),
       .example = "versoir inspect sqlite:sources/apogee.sqlite --application apogee",
       .arguments = {{mark("SOURCE"),
                      mark("sqlite:FILE, postgresql:CONNECTION, odbc:CONNECTION, csv:FOLDER or siard:FILE")}},
       .options = std::move(options),
       .exits = {Exit::with_warnings, Exit::configuration, Exit::source_unreachable, Exit::source_rights,
                 Exit::source_missing, Exit::profile_invalid},
       .run = run_inspect}};
}

}  // namespace versoir::cli
