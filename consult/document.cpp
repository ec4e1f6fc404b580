// See document.hpp.
#include "consult/document.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "profiles/loader.hpp"
#include "records/people.hpp"

#include <algorithm>
#include <cctype>

namespace versoir::consult {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;
using profiles::DocumentDef;
using profiles::FieldTest;
using records::RowNode;

namespace {

/// A row with those above it, from the root down.
struct Chosen {
  std::string way;
  std::vector<const RowNode*> rows;

  /// The nearest row that has this field says its value.
  [[nodiscard]] const records::Cell* find(std::string_view field) const {
    for (auto it = rows.rbegin(); it != rows.rend(); ++it)
      if (const auto* cell = (*it)->find(field)) return cell;
    return nullptr;
  }
};

void rows_at(const std::vector<std::string>& path, std::size_t depth, const Chosen& here,
             std::vector<Chosen>& out) {
  if (depth == path.size()) {
    out.push_back(here);
    return;
  }
  std::size_t n = 0;
  for (const auto& child : here.rows.back()->children) {
    if (child.node->name != path[depth]) continue;
    auto below = here;
    below.way += fmt::format("{}{}.{}", depth ? "/" : "", path[depth], n++);
    below.rows.push_back(&child);
    rows_at(path, depth + 1, below, out);
  }
}

std::vector<Chosen> rows_at(const records::Record& record, const std::vector<std::string>& path) {
  std::vector<Chosen> out;
  rows_at(path, 0, {"", {&record.root}}, out);
  return out;
}

bool passes(const records::Cell* cell, const FieldTest& test) {
  const auto value = cell && cell->value ? core::trim(*cell->value) : std::string();
  return std::ranges::find(test.values, value) != test.values.end();
}

std::vector<std::string> refusals_of(const records::Record& record, const DocumentDef& def,
                                     const Chosen& chosen) {
  std::vector<std::string> out;
  for (const auto& test : def.when)
    if (!passes(chosen.find(test.field), test)) out.push_back(test.refusal);
  for (const auto& need : def.needs) {
    const auto* same = chosen.find(need.same);
    const auto candidates = rows_at(record, need.path);
    const bool met =
        same && same->value && std::ranges::any_of(candidates, [&](const Chosen& other) {
          const auto* there = other.find(need.same);
          return there && there->value == same->value && passes(other.find(need.when.field), need.when);
        });
    if (!met) out.push_back(need.when.refusal);
  }
  return out;
}

profiles::Row values_of(const Chosen& chosen) {
  profiles::Row row;
  for (const auto* r : chosen.rows)
    for (const auto& cell : r->cells) {
      row[cell.field->name] = cell.value;
      if (profiles::has_label_column(*cell.field)) row[profiles::label_column(*cell.field)] = cell.label;
    }
  return row;
}

std::string printed(const std::string& text, const profiles::Row& row) {
  return core::single_line(profiles::expand(text, row, "consult.xml"));
}

std::vector<std::pair<std::string, std::string>> printed(
    const std::vector<profiles::LabelledTemplate>& templates, const profiles::Row& row) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [label, text] : templates)
    if (auto value = printed(text, row); !value.empty()) out.emplace_back(label, std::move(value));
  return out;
}

/// Columns that hold something in one of the rows.
void fill_table(PrintedTable& table, const profiles::DocumentTable& def,
                const std::vector<const RowNode*>& rows) {
  for (const auto& column : def.columns) {
    const bool used = std::ranges::any_of(rows, [&](const RowNode* r) {
      const auto* cell = r->find(column);
      return cell && cell->value;
    });
    if (!used) continue;
    table.header.push_back(rows.front()->find(column)->field->label);
    table.rows.resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i)
      table.rows[i].push_back(records::parts::people_value(*rows[i]->find(column)));
  }
}

/// The table, and apart the rows that a decision sets in. `ways` takes the ways of the rows that are printed.
std::vector<PrintedTable> printed_tables(const profiles::DocumentTable& def, const RowNode& under,
                                         std::string_view way, bool override_given,
                                         std::vector<std::string>& ways) {
  PrintedTable published, unpublished;
  published.label = unpublished.label = def.label;
  unpublished.unpublished = true;
  std::vector<const RowNode*> kept, set_in;
  std::size_t n = 0;
  for (const auto& child : under.children) {
    if (child.node->name != def.node) continue;
    const auto own = fmt::format("{}{}{}.{}", way, way.empty() ? "" : "/", def.node, n++);
    const auto passing = [&](const FieldTest& test) { return passes(child.find(test.field), test); };
    if (std::ranges::all_of(def.when, passing)) {
      kept.push_back(&child);
    } else if (override_given && std::ranges::all_of(def.when, [&](const FieldTest& t) {
                 return t.overridable || passing(t);
               })) {
      set_in.push_back(&child);
    } else {
      ++published.left_out;
      continue;
    }
    ways.push_back(own);
  }
  fill_table(published, def, kept);
  std::vector<PrintedTable> out{std::move(published)};
  if (set_in.empty()) return out;
  fill_table(unpublished, def, set_in);
  out.push_back(std::move(unpublished));
  return out;
}

/// Twenty hexadecimal digits, in groups of four that are read out over the telephone.
std::string code_of(const PrintedDocument& d, const records::Record& record, const DocumentDef& def,
                    std::string_view way, const std::string& root) {
  auto tables = Json::array();
  for (const auto& t : d.tables) tables.push_back({t.label, t.header, t.rows, t.left_out});
  Json said{{"format", "versoir-document/1"},
            {"root", root},
            {"record", record.def->id},
            {"key", record.key.text()},
            {"document", def.id},
            {"way", way},
            {"text", d.text},
            {"identity", d.identity},
            {"facts", d.facts},
            {"tables", tables}};
  if (d.override_by) said["override"] = {{"paper", d.override_by->paper}, {"reason", d.override_by->reason}};
  const auto digest = core::sha256(std::string_view(core::canonical_json(said))).hex();
  std::string code;
  for (std::size_t i = 0; i < 20; i += 4) code += (i ? "-" : "") + digest.substr(i, 4);
  return code;
}

}  // namespace

std::vector<DocumentChoice> document_choices(const records::Record& record, const DocumentDef& def) {
  std::vector<DocumentChoice> out;
  for (const auto& chosen : rows_at(record, def.path)) {
    auto label = printed(def.choice, values_of(chosen));
    out.push_back({chosen.way, label.empty() ? def.label : label, refusals_of(record, def, chosen)});
  }
  return out;
}

PrintedDocument compose_document(const records::Record& record, const profiles::SheetDef& sheet,
                                 const DocumentDef& def, std::string_view way,
                                 const std::string& extract_root,
                                 const std::optional<DocumentOverride>& override_by) {
  if (override_by && (core::trim(override_by->paper).empty() || core::trim(override_by->reason).empty()))
    throw Error(Exit::usage,
                msg("Unpublished results are printed for a reason, and from a signed paper that is cited."));
  const auto rows = rows_at(record, def.path);
  const auto it = std::ranges::find_if(rows, [&](const Chosen& c) { return c.way == way; });
  if (it == rows.end())
    throw Error(Exit::not_found, msg("The record has nothing there for the document {0}.", def.id));
  const auto refusals = refusals_of(record, def, *it);
  if (!refusals.empty())
    throw Error(Exit::not_found, msg("The document {0} is not made: {1}", def.label,
                                     fmt::format("{}", fmt::join(refusals, " "))));
  const auto values = values_of(*it);
  PrintedDocument d;
  d.label = def.label;
  d.choice = printed(def.choice, values);
  d.text = printed(def.text, values);
  d.identity = printed(sheet.identity, values_of({"", {&record.root}}));
  d.facts = printed(def.facts, values);
  d.ways.emplace_back();  // the identity
  for (auto end = way.find('/'); !def.facts.empty() && !way.empty(); end = way.find('/', end + 1)) {
    d.ways.emplace_back(way.substr(0, end));  // the chosen row and those above it
    if (end == std::string_view::npos) break;
  }
  for (const auto& table : def.tables)
    std::ranges::move(printed_tables(table, *it->rows.back(), way, override_by.has_value(), d.ways),
                      std::back_inserter(d.tables));
  if (override_by && std::ranges::none_of(d.tables, &PrintedTable::unpublished))
    throw Error(Exit::usage,
                msg("The document {0} has no unpublished result that could be printed.", def.label));
  d.override_by = override_by;
  d.code = code_of(d, record, def, way, extract_root);
  return d;
}

bool same_code(std::string_view typed, std::string_view code) {
  const auto bare = [](std::string_view text) {
    std::string out;
    for (const char c : text)
      if (std::isalnum(static_cast<unsigned char>(c)))
        out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return out;
  };
  return bare(typed) == bare(code);
}

}  // namespace versoir::consult
