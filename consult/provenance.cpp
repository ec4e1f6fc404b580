// See provenance.hpp.
#include "consult/provenance.hpp"

#include "core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <mutex>

namespace versoir::consult {

namespace {

/// A larger table than that is not read whole when a sheet opens.
constexpr std::uint64_t largest_nomenclature = 100'000;
constexpr std::size_t most_rows_behind = 1000;

const records::RowNode* nth(const records::RowNode& row, std::string_view node, std::size_t n) {
  for (const auto& child : row.children)
    if (child.node->name == node && n-- == 0) return &child;
  return nullptr;
}

const profiles::Table* table_of(const profiles::Application& app, const std::string& name) {
  const auto* table = app.find_table(name);
  return table && table->take ? table : nullptr;
}

/// A condition on a source row, and the value that it is bound to.
struct Condition {
  std::string sql;
  std::string value;
};

std::string as_text(const std::string& column) {
  return fmt::format("CAST({} AS TEXT)", core::sql_name(column));
}

/// Conditions that a source row of `table` meets when it made this row: parameters of the query that are
/// called as its columns, and values that were taken from its columns as they are.
std::vector<Condition> conditions(const profiles::Table& table, const NodeOrigin& origin,
                                  const RowPlace& place) {
  std::vector<Condition> out;
  for (const auto& parameter : origin.parameters) {
    const auto column = std::ranges::find_if(table.columns, [&](const profiles::Column& c) {
      return std::ranges::equal(c.name, parameter, [](unsigned char a, unsigned char b) {
        return std::tolower(a) == std::tolower(b);
      });
    });
    if (column == table.columns.end()) continue;
    for (auto it = place.above.rbegin(); it != place.above.rend(); ++it)
      if (const auto* cell = (*it)->find(parameter)) {
        if (cell->value) out.push_back({as_text(column->name) + " = ?", *cell->value});
        break;
      }
  }
  for (std::size_t i = 0; i < origin.fields.size() && i < place.row->cells.size(); ++i) {
    const auto& cell = place.row->cells[i];
    if (!origin.fields[i] || origin.fields[i]->table != table.name || !cell.value) continue;
    const auto column = as_text(origin.fields[i]->column);
    if (cell.field->type == profiles::FieldType::date)  // its midnight is not shown
      out.push_back({fmt::format("substr({}, 1, {}) = ?", column, cell.value->size()), *cell.value});
    else
      out.push_back({column + " = ?", *cell.value});
  }
  return out;
}

}  // namespace

std::optional<RowPlace> find_place(const records::Record& record, std::string_view way) {
  RowPlace place{&record.root, {}};
  while (!way.empty()) {
    const auto end = std::min(way.find('/'), way.size());
    const auto step = way.substr(0, end);
    way.remove_prefix(std::min(end + 1, way.size()));
    const auto dot = step.rfind('.');
    if (dot == std::string_view::npos) return std::nullopt;
    std::size_t n = 0;
    const auto* last = step.data() + step.size();
    const auto [stop, error] = std::from_chars(step.data() + dot + 1, last, n);
    if (error != std::errc{} || stop != last) return std::nullopt;
    const auto* below = nth(*place.row, step.substr(0, dot), n);
    if (!below) return std::nullopt;
    place.above.push_back(place.row);
    place.row = below;
  }
  return place;
}

struct KnownProvenance {
  std::mutex mutex;
  std::map<std::string, Provenance::Reads> reads;  ///< by record; never changed once they are there
  std::map<std::string, Verified> nomenclatures;   ///< by table
};

std::shared_ptr<KnownProvenance> Provenance::new_findings() { return std::make_shared<KnownProvenance>(); }

Provenance::Provenance(const std::filesystem::path& extract) : Provenance(extract, nullptr, new_findings()) {}

Provenance::Provenance(const std::filesystem::path& extract, std::shared_ptr<const profiles::Application> app,
                       std::shared_ptr<KnownProvenance> known)
    : extract_(extract::Extract::open(extract)),
      shared_(app ? std::move(app) : std::make_shared<const profiles::Application>(extract_.profile())),
      app_(*shared_),
      views_(extract_.database(), app_),
      proof_(extract_),
      known_(std::move(known)) {}

bool Provenance::is_indexed(const std::string& table, const std::string& column) {
  auto plan = extract_.database().prepare(fmt::format("EXPLAIN QUERY PLAN SELECT 1 FROM main.{} WHERE {} = 1",
                                                      core::sql_name(table), core::sql_name(column)));
  while (plan.step())
    if (plan.text(3).find("SEARCH") != std::string_view::npos) return true;
  return false;
}

const Provenance::Reads& Provenance::reads(const profiles::RecordDef& def) {
  const std::scoped_lock lock(known_->mutex);
  if (const auto it = known_->reads.find(def.id); it != known_->reads.end()) return it->second;
  Reads found;
  const auto* own = app_.find_record(def.id);  // of this object's profile: the queries are the same
  const auto subject = tables_of_subject(app_, *own, origin_of_key(extract_.database(), *own));
  std::set<std::string> tables;
  const std::function<void(const profiles::Node&)> visit = [&](const profiles::Node& node) {
    const auto& origin = found.origins.emplace(&node, origin_of(extract_.database(), node)).first->second;
    for (const auto& read : origin.reads) tables.insert(read.table);
    for (const auto& child : node.children) visit(child);
  };
  visit(own->root);
  for (const auto& facts : extract_.tables()) {
    if (!tables.contains(facts.name)) continue;
    const auto column = subject.find(facts.name);
    const bool reachable = column != subject.end() && (facts.copied_rows <= largest_nomenclature ||
                                                       is_indexed(facts.name, column->second));
    if (reachable)
      found.subject.emplace(*column);
    else
      found.others.insert(facts.name);
  }
  return known_->reads.emplace(def.id, std::move(found)).first->second;
}

void Provenance::verify_nomenclatures(const Reads& reads, Verified& out) {
  const std::scoped_lock lock(known_->mutex);  // whoever comes meanwhile would only do the same work
  for (const auto& facts : extract_.tables()) {
    if (!reads.others.contains(facts.name)) continue;
    if (facts.copied_rows > largest_nomenclature) {
      out.not_covered.push_back(facts.name);
      continue;
    }
    const auto [it, fresh] = known_->nomenclatures.try_emplace(facts.name);
    auto& known = it->second;
    const auto blocks = (facts.copied_rows + extract::rows_per_block - 1) / extract::rows_per_block;
    for (std::uint64_t block = 0; fresh && block < blocks; ++block, ++known.blocks)
      if (!proof_.holds(facts.name, block))
        known.altered.push_back(core::msg("{0}, block {1}", facts.name, block).text());
    out.blocks += known.blocks;
    out.altered.insert(out.altered.end(), known.altered.begin(), known.altered.end());
  }
}

Verified Provenance::verify(const records::Record& record) {
  Verified out;
  const auto& tables = reads(*record.def);
  for (const auto& [table, column] : tables.subject) {
    auto st = extract_.database().prepare(
        fmt::format("SELECT _row FROM main.{} WHERE {} = ?1", core::sql_name(table), core::sql_name(column)));
    st.bind(1, record.key.values.front());
    std::set<std::uint64_t> blocks;
    while (st.step()) blocks.insert(BlockProof::block_of(st.integer(0)));
    for (const auto block : blocks) {
      ++out.blocks;
      if (!proof_.holds(table, block))
        out.altered.push_back(core::msg("{0}, block {1}", table, block).text());
    }
  }
  verify_nomenclatures(tables, out);
  return out;
}

std::vector<SourceRow> Provenance::rows_that(const std::string& table, const std::string& where,
                                             const std::vector<core::Value>& values, std::size_t most) {
  const auto& columns = proof_.columns(table);
  std::string list = "_row";
  for (const auto& c : columns) list += ", " + core::sql_name(c);
  auto st = extract_.database().prepare(fmt::format("SELECT {} FROM main.{} WHERE {} ORDER BY _row LIMIT {}",
                                                    list, core::sql_name(table), where, most));
  for (std::size_t i = 0; i < values.size(); ++i) st.bind(static_cast<int>(i) + 1, values[i]);
  std::vector<SourceRow> rows;
  while (st.step()) {
    SourceRow row;
    row.table = table;
    row.row = st.integer(0);
    for (std::size_t i = 0; i < columns.size(); ++i)
      row.columns.emplace_back(columns[i], st.value(static_cast<int>(i) + 1));
    row.block = BlockProof::block_of(row.row);
    if (const auto digest = proof_.row_digest(table, row.row)) row.digest = digest->hex();
    row.holds = proof_.holds(table, row.block);
    rows.push_back(std::move(row));
  }
  return rows;
}

Sources Provenance::sources(const records::Record& record, const RowPlace& place, std::size_t most) {
  Sources out;
  out.origin = origin_of(extract_.database(), *place.row->node);
  const auto& tables = reads(*record.def);
  std::set<std::string> read;
  for (const auto& r : out.origin.reads) read.insert(r.table);
  for (const auto& name : read) {
    const auto subject = tables.subject.find(name);
    const auto* table = table_of(app_, name);
    if (subject == tables.subject.end() || !table) continue;
    const auto person = core::sql_name(subject->second) + " = ?";
    std::string where = person;
    std::vector<core::Value> values{record.key.values.front()};
    for (const auto& c : conditions(*table, out.origin, place)) {
      where += " AND " + c.sql;
      values.emplace_back(c.value);
    }
    auto rows = rows_that(name, where, values, most);
    if (rows.empty()) {  // a parameter that is only called as the column: the person alone
      rows = rows_that(name, person, {record.key.values.front()}, most);
      out.exact = out.exact && rows.empty();
    }
    std::ranges::move(rows, std::back_inserter(out.rows));
  }
  return out;
}

std::vector<SourceRow> Provenance::rows_behind(const records::Record& record,
                                               const std::vector<std::string>& ways) {
  std::map<std::pair<std::string, std::int64_t>, SourceRow> found;
  for (const auto& way : ways) {
    const auto place = find_place(record, way);
    if (!place) continue;
    auto sources = this->sources(record, *place, most_rows_behind);
    std::set<std::string> direct;
    for (const auto& field : sources.origin.fields)
      if (field) direct.insert(field->table);
    const bool any =
        std::ranges::any_of(sources.rows, [&](const auto& r) { return direct.contains(r.table); });
    for (auto& row : sources.rows)
      if (!any || direct.contains(row.table)) found.try_emplace({row.table, row.row}, std::move(row));
  }
  std::vector<SourceRow> rows;
  for (auto& [name, row] : found) rows.push_back(std::move(row));
  return rows;
}

}  // namespace versoir::consult
