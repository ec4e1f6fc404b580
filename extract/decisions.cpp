// Decisions on what the profile does not know.
#include "extract/decisions.hpp"

#include "core/csv.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "extract/matching.hpp"
#include "extract/values.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The exact names first; names that differ by case only when the source has no object of just that name.
const Decision* find_decision(const std::vector<Decision>& decisions,
                              const std::vector<SourceTable>& catalogue, std::string_view table,
                              std::string_view column) {
  const Decision* alike = nullptr;
  for (const auto& d : decisions) {
    if (d.table == table && d.column == column) return &d;
    if (!alike && same_name(d.table, table) && same_name(d.column, column) &&
        (d.table == table || std::ranges::find(catalogue, d.table, &SourceTable::name) == catalogue.end()))
      alike = &d;
  }
  return alike;
}

// As spreadsheets of this country write and read CSV.
constexpr char separator = ';';
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

/// Blank lines are passed over; a quote that is not closed is the fault of whoever wrote the file.
bool next_record(core::CsvReader& reader, std::vector<std::optional<std::string>>& cells) {
  try {
    return reader.next(cells);
  } catch (const Error& e) {
    throw Error(Exit::configuration, e.message())
        .hint(msg("Mend the line in a spreadsheet, or write the file again with versoir inspect."));
  }
}

std::optional<bool> read_decision(std::string_view word, const std::string& where) {
  const auto folded = core::fold_name(word);
  if (folded.empty()) return std::nullopt;
  if (folded == "TAKEN" || folded == "PRIS" || folded == "PRISE") return true;
  if (folded == "LEFT" || folded == "LAISSE" || folded == "LAISSEE") return false;
  throw Error(Exit::configuration, msg("{0}: {1} is not a decision.", where, word))
      .hint(msg("Write taken or left (in French: pris, laissé), or nothing while it is not decided."));
}

/// The room that a declared type gives, as far as a number says it.
int width_of(const SourceColumn& c) {
  const auto open = c.type.find('(');
  return open == std::string::npos ? 0 : std::atoi(c.type.c_str() + open + 1);
}

/// "VARCHAR2(40)" and "character varying(40)" are the same; a larger number, or another family, is not.
bool wider(const SourceColumn& source, const profiles::Column& known) {
  if (known.type.empty()) return false;
  const auto expected = declared_column(known.name, known.type);
  if (source.kind == SourceColumn::Kind::text && expected.kind == SourceColumn::Kind::text) {
    const int have = width_of(source), said = width_of(expected);
    return said > 0 && (have > said || (have == 0 && source.type.find('(') == std::string::npos &&
                                        source.type != known.type));
  }
  if (source.kind == SourceColumn::Kind::integer && expected.kind == SourceColumn::Kind::integer)
    return expected.precision > 0 && source.precision > expected.precision;
  return false;
}

/// What helps to decide on a table that no profile knows: its name and columns say what it may be.
std::string suggest(const SourceTable& table, const std::set<std::string>& person_columns) {
  if (table.estimated_rows == 0) return "empty";
  const auto name = core::ascii_upper(table.name);
  for (const char* part : {"TMP", "TEMP", "LOG", "TRACE", "BKP", "BACKUP", "SAUV", "_OLD", "PLAN_TABLE",
                           "TOAD", "SESSION", "QUEST_", "AQ$", "MLOG$", "BIN$", "SYS_"})
    if (name.find(part) != std::string::npos) return "technical";
  for (const auto& c : table.columns)
    if (person_columns.contains(core::ascii_upper(c.name))) return "person";
  return "";
}

/// `profile`: whether the profile takes it, nullopt when it says nothing. A decision comes after the profile.
Standing standing_of(std::optional<bool> profile, const Decision* decision) {
  const auto decided = decision ? decision->take : std::nullopt;
  if (!decided) return !profile ? Standing::extra : *profile ? Standing::present : Standing::left;
  if (!*decided) return Standing::left;
  return profile && *profile ? Standing::present : Standing::taken;
}

/// Names of the columns that identify a person: keys of tables with identity columns.
std::set<std::string> person_columns(const profiles::Application& profile) {
  std::set<std::string> out;
  for (const auto& t : profile.tables)
    if (t.key.size() == 1 && std::ranges::any_of(t.columns, [](const profiles::Column& c) {
          return c.sensitivity == profiles::Sensitivity::identity;
        }))
      out.insert(core::ascii_upper(t.key.front()));
  return out;
}

}  // namespace

std::string_view standing_name(Standing s) noexcept {
  static constexpr std::array names{"present", "left",  "missing", "absent",
                                    "extra",   "taken", "wider",   "elsewhere"};
  return names[static_cast<std::size_t>(s)];
}

std::vector<Decision> read_decisions(const fs::path& file) {
  std::vector<Decision> out;
  if (!fs::exists(file)) return out;
  auto text = core::read_file(file);
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  if (!core::is_utf8(text))
    throw Error(Exit::configuration, msg("The decision file {0} is not UTF-8 text.", file.string()))
        .hint(msg("In the spreadsheet, save it as CSV UTF-8."));
  std::map<std::string, std::size_t> columns;
  core::CsvReader reader(text, file.string(), separator);
  std::vector<std::optional<std::string>> cells;
  for (auto line = reader.line(); next_record(reader, cells); line = reader.line()) {
    std::vector<std::string> fields;
    for (const auto& cell : cells) fields.push_back(core::unguard_formula(core::trim(cell.value_or(""))));
    const auto where = file.string() + ":" + std::to_string(line);
    if (columns.empty()) {
      for (std::size_t i = 0; i < fields.size(); ++i) columns.emplace(fields[i], i);
      for (const char* needed : {"table", "column", "decision", "reason", "who", "date"})
        if (!columns.contains(needed))
          throw Error(Exit::configuration, msg("{0}: the column {1} is missing.", where, needed));
      continue;
    }
    const auto field = [&](const char* name) {
      const auto at = columns.at(name);
      return at < fields.size() ? fields[at] : std::string();
    };
    if (field("table").empty()) continue;
    Decision d{field("table"),  field("column"), read_decision(field("decision"), where),
               field("reason"), field("who"),    field("date")};
    if (d.take == false && d.reason.empty())
      throw Error(Exit::configuration, msg("{0}: what is left needs a reason.", where));
    if (d.take && d.who.empty())
      throw Error(Exit::configuration, msg("{0}: a decision needs to say who made it.", where));
    out.push_back(std::move(d));
  }
  return out;
}

namespace {

/// Something that a person wrote.
bool said(const Decision& d) { return d.take || !d.reason.empty() || !d.who.empty(); }

/// Decisions and open questions as one text, whatever the order of the lines.
std::string essence(const std::vector<Decision>& decisions) {
  std::set<std::string> lines;
  for (const auto& d : decisions) {
    std::string line;
    for (const auto& field : {d.table, d.column,
                              std::string(!d.take   ? "?"
                                          : *d.take ? "+"
                                                    : "-"),
                              d.reason, d.who, d.date})
      line += field + '\0';
    lines.insert(std::move(line));
  }
  std::string out;
  for (const auto& line : lines) out += line + '\n';
  return out;
}

}  // namespace

bool write_decisions(const fs::path& file, const std::vector<InventoryLine>& inventory) {
  core::StringSink out;
  out.text = byte_order_mark;
  core::CsvWriter csv(out, core::CsvFor::people, separator);
  csv.row({"table", "column", "decision", "reason", "who", "date", "standing", "suggestion", "type", "rows",
           "label"});
  const auto cell = [](std::string_view text) {  // what is empty stays to be filled in
    return text.empty() ? std::optional<std::string>() : std::string(text);
  };
  std::vector<Decision> written;
  for (const auto& line : inventory) {
    auto d = line.decision;
    d.table = line.table;
    d.column = line.column;
    if (line.standing != Standing::extra && line.standing != Standing::elsewhere && !d.take) continue;
    written.push_back(d);
    csv.row(std::vector<std::optional<std::string>>{
        cell(line.table), cell(line.column),
        cell(!d.take   ? ""
             : *d.take ? core::tr("taken")
                       : core::tr("left")),
        cell(d.reason), cell(d.who), cell(d.date), cell(standing_name(line.standing)), cell(line.suggestion),
        cell(line.source_type), cell(line.rows ? std::to_string(*line.rows) : ""), cell(line.label)});
  }
  std::error_code ec;
  if (fs::exists(file, ec)) {
    if (essence(read_decisions(file)) == essence(written)) return false;
    core::write_file(file.string() + ".bak", core::read_file(file));
  }
  core::write_file(file, out.text);
  return true;
}

namespace {

/// Decisions that no line shows: on what this source lacks, or on columns of a table that is left.
void keep_the_others(std::vector<InventoryLine>& lines, const std::vector<SourceTable>& catalogue,
                     const std::vector<Decision>& decisions) {
  std::set<std::pair<std::string, std::string>> shown;
  for (const auto& l : lines)
    if (said(l.decision)) shown.emplace(l.decision.table, l.decision.column);
  for (const auto& d : decisions) {
    if (!said(d) || !shown.emplace(d.table, d.column).second) continue;
    const auto* table = find_name(catalogue, d.table);
    const bool there = table && (d.column.empty() || find_name(table->columns, d.column));
    InventoryLine line;
    line.table = d.table;
    line.column = d.column;
    line.standing = there ? Standing::left : Standing::elsewhere;
    line.decision = d;
    lines.push_back(std::move(line));
  }
}

}  // namespace

std::vector<InventoryLine> take_inventory(const profiles::Application& profile,
                                          const std::vector<SourceTable>& catalogue,
                                          const std::vector<Decision>& decisions) {
  std::vector<InventoryLine> out;
  const auto persons = person_columns(profile);
  for (const auto& table : catalogue) {
    const auto* known = find_known(profile.tables, catalogue, table);
    const auto* decided = find_decision(decisions, catalogue, table.name, "");
    InventoryLine line;
    line.table = table.name;
    line.rows = table.estimated_rows;
    line.bytes = table.bytes;
    line.large_bytes = table.large_bytes;
    line.label = known ? known->label : table.comment;
    if (known && known->only_named()) known = nullptr;
    line.standing = standing_of(known ? std::optional(known->take) : std::nullopt, decided);
    if (!known) line.suggestion = suggest(table, persons);
    if (decided)
      line.decision = *decided;
    else if (known && !known->take)
      line.decision.reason = known->reason;
    const bool open = line.standing == Standing::present || line.standing == Standing::taken;
    out.push_back(std::move(line));
    if (!open) continue;
    for (const auto& column : table.columns) {
      const auto* expected = known ? find_known(known->columns, table.columns, column) : nullptr;
      const auto* choice = find_decision(decisions, catalogue, table.name, column.name);
      InventoryLine c;
      c.table = table.name;
      c.column = column.name;
      c.source_type = column.type;
      c.label = expected ? expected->label : "";
      if (choice) c.decision = *choice;
      if (expected) {
        c.profile_type = expected->type;
        c.standing = standing_of(expected->take, choice);
        if (c.standing == Standing::present && wider(column, *expected)) c.standing = Standing::wider;
        if (!choice && !expected->take) c.decision.reason = expected->reason;
      } else if (choice && choice->take) {
        c.standing = *choice->take ? Standing::taken : Standing::left;
      } else {
        // The decision to take a table that nobody knew covers its columns.
        c.standing = known ? Standing::extra : Standing::taken;
      }
      out.push_back(std::move(c));
    }
  }
  for (const auto& table : profile.tables) {
    if (!table.take) continue;
    const auto* there = find_name(catalogue, table.name);
    InventoryLine line;
    line.table = table.name;
    line.label = table.label;
    line.standing = table.optional ? Standing::absent : Standing::missing;
    if (!there) {
      out.push_back(line);
      continue;
    }
    for (const auto& column : table.columns) {
      if (!column.take || find_name(there->columns, column.name)) continue;
      auto c = line;
      c.column = column.name;
      c.label = column.label;
      c.profile_type = column.type;
      c.standing = column.optional ? Standing::absent : Standing::missing;
      out.push_back(std::move(c));
    }
  }
  keep_the_others(out, catalogue, decisions);
  return out;
}

namespace {

profiles::Column column_of(const SourceColumn& column, const Decision* choice, const Decision& whole) {
  profiles::Column c;
  c.name = core::ascii_upper(column.name);
  c.type = column.type;
  c.label = c.name;
  c.evidence = profiles::Evidence::unknown;
  c.take = choice && choice->take ? *choice->take : *whole.take;
  if (!c.take) c.reason = choice ? choice->reason : whole.reason;
  return c;
}

/// What was decided on a table or column that the profile knows.
template <class Known>
void decide(Known& known, const Decision* decision) {
  if (!decision || !decision->take) return;
  known.take = *decision->take;
  if (!known.take) known.reason = decision->reason;
}

}  // namespace

profiles::Application complete(profiles::Application profile, const std::vector<SourceTable>& catalogue,
                               const std::vector<Decision>& decisions) {
  std::vector<profiles::Table> added;
  for (const auto& table : catalogue) {
    const auto* whole = find_decision(decisions, catalogue, table.name, "");
    const auto* found = find_known(profile.tables, catalogue, table);
    if (found && !found->only_named()) {
      auto& known = profile.tables[static_cast<std::size_t>(found - profile.tables.data())];
      decide(known, whole);
      if (!known.take) continue;
      for (const auto& column : table.columns) {
        const auto* choice = find_decision(decisions, catalogue, table.name, column.name);
        if (const auto* c = find_known(known.columns, table.columns, column))
          decide(known.columns[static_cast<std::size_t>(c - known.columns.data())], choice);
        else if (choice && choice->take)
          known.columns.push_back(column_of(column, choice, *choice));
      }
      continue;
    }
    if (!whole || !whole->take) continue;
    profiles::Table t;
    t.name = core::ascii_upper(table.name);
    t.label = found ? found->label : table.comment.empty() ? t.name : table.comment;
    t.evidence = profiles::Evidence::unknown;
    decide(t, whole);
    for (const auto& column : table.columns)
      t.columns.push_back(
          column_of(column, find_decision(decisions, catalogue, table.name, column.name), *whole));
    for (const auto& k : table.key)
      if (const auto* c = find_name(t.columns, k); c && c->take) t.key.push_back(c->name);
    if (t.key.size() != table.key.size()) t.key.clear();
    if (found)
      profile.tables[static_cast<std::size_t>(found - profile.tables.data())] = std::move(t);
    else
      added.push_back(std::move(t));
  }
  std::ranges::move(added, std::back_inserter(profile.tables));
  return profile;
}

}  // namespace versoir::extract
