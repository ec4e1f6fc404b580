// What a profile takes, found in the catalogue of a source.
#include "extract/matching.hpp"

#include <algorithm>
#include <utility>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::Finding;
using core::Message;
using core::msg;
using core::Severity;

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

/// Exact name, otherwise the only one that differs by case; nullptr when none, or when several could be
/// meant.
template <class Item>
const Item* find_name(const std::vector<Item>& items, std::string_view name) {
  const Item* found = nullptr;
  int alike = 0;
  for (const auto& item : items) {
    if (item.name == name) return &item;
    if (same_name(item.name, name)) {
      found = &item;
      ++alike;
    }
  }
  return alike == 1 ? found : nullptr;
}

class Matcher {
 public:
  Matcher(const profiles::Application& profile, const std::vector<SourceTable>& catalogue)
      : profile_(profile), catalogue_(catalogue) {}

  Matching run() {
    for (const auto& table : profile_.tables)
      if (table.take) take(table);
    if (!missing_.empty()) fail();
    look_for_undecided();
    return std::move(result_);
  }

 private:
  void take(const profiles::Table& table) {
    TakenTable taken{&table, find_name(catalogue_, table.name), {}, {}};
    if (!taken.source) {
      if (!table.optional) return lose(table.name);
      note(msg("The optional table {0} is not in this source.", table.name), table.name);
      return result_.absent.push_back(&table);
    }
    for (const auto& column : table.columns)
      if (column.take) take(column, taken);
    if (const auto lacking = std::exchange(lacking_, {}); !lacking.empty())
      missing_.push_back(msg("table {0}: {1}", table.name, fmt::format("{}", fmt::join(lacking, ", "))));
    if (!taken.columns.empty())
      result_.tables.push_back(std::move(taken));
    else if (missing_.empty())
      missing_.push_back(msg("every column of table {0}", table.name));
  }

  void lose(const std::string& table) {
    ++lost_tables_;
    missing_.push_back(msg("table {0}: the whole table", table));
  }

  void take(const profiles::Column& column, TakenTable& taken) {
    const auto* source = find_name(taken.source->columns, column.name);
    if (source) return taken.columns.push_back({&column, source});
    const auto& table = taken.profile->name;
    if (!column.optional) return lacking_.push_back(column.name);
    note(msg("The optional column {0}.{1} is not in this source.", table, column.name),
         table + "." + column.name);
    taken.absent.push_back(&column);
  }

  void look_for_undecided() {
    for (const auto& table : catalogue_) {
      const auto* known = profile_.find_table(table.name);
      if (!known) {
        undecided(msg("The profile says nothing of the table {0} of the source.", table.name), table.name);
        continue;
      }
      if (!known->take) continue;
      for (const auto& column : table.columns) {
        if (!known->find(column.name))
          undecided(
              msg("The profile says nothing of the column {0}.{1} of the source.", table.name, column.name),
              table.name + "." + column.name);
        else if (column.type == "oid" && known->find(column.name)->take)
          result_.notes.push_back({Severity::warning, "LARGE_OBJECT",
                                   msg("The column {0}.{1} may point to large objects, which are not copied.",
                                       table.name, column.name),
                                   table.name + "." + column.name});
      }
    }
  }

  void note(Message message, std::string where) {
    result_.notes.push_back({Severity::info, "OPTIONAL_ABSENT", std::move(message), std::move(where)});
  }
  void undecided(Message message, std::string where) {
    result_.undecided.push_back(message);
    result_.notes.push_back({Severity::info, "NOT_IN_PROFILE", std::move(message), std::move(where)});
  }

  [[noreturn]] void fail() const {
    Error error(Exit::source_missing, msg("The source lacks what the profile {0} takes.", profile_.id));
    for (const auto& m : missing_) std::move(error).because(m);
    const auto wanted = std::ranges::count_if(profile_.tables,
                                              [](const profiles::Table& t) { return t.take && !t.optional; });
    if (lost_tables_ * 2 > static_cast<std::size_t>(wanted))
      throw std::move(error).hint(
          msg("Is this really a database of {0}? --application names the profile, --schema the owner of the "
              "tables.",
              profile_.label));
    throw std::move(error).hint(
        msg("Check the schema; if this site really does not have them, mark them optional=\"yes\" in "
            "tables.xml."));
  }

  const profiles::Application& profile_;
  const std::vector<SourceTable>& catalogue_;
  Matching result_;
  std::vector<Message> missing_;
  std::size_t lost_tables_ = 0;
  std::vector<std::string> lacking_;  ///< columns of the table at hand
};

}  // namespace

Matching match(const profiles::Application& profile, const std::vector<SourceTable>& catalogue) {
  return Matcher(profile, catalogue).run();
}

}  // namespace versoir::extract
