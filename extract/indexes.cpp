// The indexes of a copied table: which ones, and which are written as rows come.
#include "extract/indexes.hpp"

#include "core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace versoir::extract {

namespace {

std::string create_sql(const TakenTable& table, const WantedIndex& index) {
  std::string names;
  for (const auto c : index.columns)
    names += (names.empty() ? "" : ", ") + core::sql_name(table.columns[c].profile->name);
  return fmt::format("CREATE INDEX IF NOT EXISTS {} ON {} ({})", core::sql_name(index.name),
                     core::sql_name(table.profile->name), names);
}

/// Numbers of the copied columns; nullopt when one is absent.
std::optional<std::vector<std::size_t>> numbers_of(const TakenTable& table,
                                                   const std::vector<std::string>& columns) {
  std::vector<std::size_t> out;
  for (const auto& name : columns) {
    const auto* column = table.profile->find(name);
    const auto copied = std::ranges::find(table.columns, column, &TakenColumn::profile);
    if (!column || copied == table.columns.end()) return std::nullopt;
    out.push_back(static_cast<std::size_t>(copied - table.columns.begin()));
  }
  return out;
}

bool begins(const std::vector<std::size_t>& one, const std::vector<std::size_t>& other) {
  return one.size() <= other.size() && std::equal(one.begin(), one.end(), other.begin());
}

/// The class of a value in SQLite's order; a large one is NULL in its row.
int rank(Tag tag) noexcept {
  return tag == Tag::integer ? 1 : tag == Tag::text ? 2 : tag == Tag::blob ? 3 : 0;
}

/// As SQLite compares entries of an index (BINARY): below, at or above 0.
int compare(Tag a_tag, std::int64_t a_number, std::string_view a, Tag b_tag, std::int64_t b_number,
            std::string_view b) noexcept {
  if (const int by_class = rank(a_tag) - rank(b_tag); by_class != 0) return by_class;
  switch (rank(a_tag)) {
    case 0:
      return 0;
    case 1:
      return a_number < b_number ? -1 : a_number > b_number ? 1 : 0;
    default:
      return a.compare(b);
  }
}

std::string_view bytes_of(const EncodedBlock& block, const EncodedValue& v) noexcept {
  return v.tag == Tag::text || v.tag == Tag::blob ? block.text(v) : std::string_view();
}

}  // namespace

std::vector<WantedIndex> wanted_indexes(const TakenTable& table) {
  std::vector<WantedIndex> all;
  const auto add = [&](const std::vector<std::string>& columns, bool key) {
    auto numbers = numbers_of(table, columns);
    if (!numbers || std::ranges::any_of(all, [&](const auto& i) { return i.columns == *numbers; })) return;
    all.push_back(
        {fmt::format("versoir_{}_{}", table.profile->name, all.size() + 1), std::move(*numbers), key});
  };
  if (!table.profile->key.empty()) add(table.profile->key, true);
  for (const auto& columns : table.profile->indexes) add(columns, false);
  std::vector<WantedIndex> out;
  for (const auto& one : all)
    if (one.key || std::ranges::none_of(all, [&](const auto& other) {
          return &other != &one && begins(one.columns, other.columns);
        }))
      out.push_back(one);
  return out;
}

void create_indexes(core::Database& db, const TakenTable& table) {
  for (const auto& index : wanted_indexes(table)) db.exec(create_sql(table, index));
}

OrderedIndexes::OrderedIndexes(core::Database& db, const TakenTable& table, bool begun)
    : db_(db), table_(table), live_(wanted_indexes(table)), last_(table.columns.size()) {
  unique_ = !begun && std::ranges::any_of(live_, &WantedIndex::key);
  if (begun) resume();
}

/// Goes on with the indexes that an earlier run had not given up, behind the last row.
void OrderedIndexes::resume() {
  made_ = true;
  auto known = db_.prepare("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = ?1");
  std::erase_if(live_, [&](const WantedIndex& index) {
    known.bind(1, std::string_view(index.name));
    const bool there = known.step() && known.integer(0) > 0;
    known.reset();
    return !there;
  });
  if (live_.empty()) return;
  std::string names;
  for (const auto& c : table_.columns) names += (names.empty() ? "" : ", ") + core::sql_name(c.profile->name);
  auto row = db_.prepare(fmt::format("SELECT {} FROM {} ORDER BY _row DESC LIMIT 1", names,
                                     core::sql_name(table_.profile->name)));
  any_row_ = row.step();
  if (!any_row_) return;
  for (const auto& index : live_)
    for (const auto c : index.columns) {
      const auto value = row.value(static_cast<int>(c));
      auto& kept = last_[c];
      if (const auto* n = std::get_if<std::int64_t>(&value)) kept = {Tag::integer, *n, {}};
      if (const auto* text = std::get_if<std::string>(&value)) kept = {Tag::text, 0, *text};
      if (const auto* blob = std::get_if<core::Blob>(&value)) kept = {Tag::blob, 0, blob->bytes};
    }
}

void OrderedIndexes::expect(const EncodedBlock& block) {
  if (block.rows() == 0 || live_.empty()) return;
  for (std::size_t i = live_.size(); i-- > 0;)
    if (!follows(block, live_[i])) give_up(i);
  if (!made_) create();
  keep_last(block);
}

void OrderedIndexes::create() {
  made_ = true;
  for (const auto& index : live_) db_.exec(create_sql(table_, index));
}

void OrderedIndexes::give_up(std::size_t index) {
  unique_ = unique_ && !live_[index].key;
  if (made_) db_.exec("DROP INDEX " + core::sql_name(live_[index].name));
  live_.erase(live_.begin() + static_cast<std::ptrdiff_t>(index));
}

bool OrderedIndexes::follows(const EncodedBlock& block, const WantedIndex& index) {
  const auto width = table_.columns.size();
  for (std::size_t row = 0; row < block.rows(); ++row) {
    if (row == 0 && !any_row_) continue;
    int order = 0;
    for (std::size_t i = 0; order == 0 && i < index.columns.size(); ++i) {
      const auto c = index.columns[i];
      if (row == 0) {
        order = compare_with_last(block, c);
        continue;
      }
      const auto& before = block.values[(row - 1) * width + c];
      const auto& now = block.values[row * width + c];
      order = compare(before.tag, before.number, bytes_of(block, before), now.tag, now.number,
                      bytes_of(block, now));
    }
    if (order > 0) return false;
    if (order == 0 && index.key) unique_ = false;
  }
  return true;
}

int OrderedIndexes::compare_with_last(const EncodedBlock& block, std::size_t column) const {
  const auto& before = last_[column];
  const auto& now = block.values[column];
  return compare(before.tag, before.number, before.bytes, now.tag, now.number, bytes_of(block, now));
}

void OrderedIndexes::keep_last(const EncodedBlock& block) {
  any_row_ = true;
  const auto* row = block.values.data() + (block.rows() - 1) * table_.columns.size();
  for (const auto& index : live_)
    for (const auto c : index.columns) {
      last_[c].tag = row[c].tag;
      last_[c].number = row[c].number;
      last_[c].bytes.assign(bytes_of(block, row[c]));
    }
}

}  // namespace versoir::extract
