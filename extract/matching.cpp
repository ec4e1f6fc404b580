// What a profile takes, found in the catalogue of a source.
#include "extract/matching.hpp"

#include "core/text.hpp"

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

bool reserved(std::string_view name) {
  return same_name(name.substr(0, 8), "versoir_") || same_name(name.substr(0, 7), "sqlite_");
}

class Matcher {
 public:
  Matcher(const profiles::Application& profile, const std::vector<SourceTable>& catalogue)
      : profile_(profile), catalogue_(catalogue) {}

  Matching run() {
    check_names();
    for (const auto& table : profile_.tables)
      if (table.take) take(table);
    if (!missing_.empty()) fail();
    look_for_undecided();
    return std::move(result_);
  }

 private:
  /// Decisions may add any table of the source: SQLite knows no case, and some names are its own or ours.
  void check_names() const {
    Error error(Exit::profile_invalid, msg("An extract cannot hold these names."));
    for (const auto& t : profile_.tables) {
      if (!t.take) continue;
      if (reserved(t.name)) std::move(error).because(msg("{0}: the name is reserved", t.name));
      if (profile_.find_table(t.name) != &t)
        std::move(error).because(msg("{0}: another table differs by its case only", t.name));
      for (const auto& c : t.columns)
        if (c.take && same_name(c.name, "_row"))
          std::move(error).because(msg("{0}.{1}: the name is reserved", t.name, c.name));
    }
    if (!error.causes().empty()) throw std::move(error).hint(msg("Leave them by decision, with the reason."));
  }

  void take(const profiles::Table& table) {
    TakenTable taken{&table, find_name(catalogue_, table.name), {}, {}};
    if (!taken.source) {
      if (!table.optional) return lose(table.name);
      note(msg("The optional table {0} is not in this source.", table.name), table.name);
      return result_.absent.push_back(&table);
    }
    if (table.only_named()) return;  // not decided: said below
    for (const auto& column : table.columns)
      if (column.take) take(column, taken);
    if (const auto lacking = std::exchange(lacking_, {}); !lacking.empty())
      missing_.push_back(msg("table {0}: {1}", table.name, fmt::format("{}", fmt::join(lacking, ", "))));
    if (!taken.columns.empty())
      result_.tables.push_back(std::move(taken));
    else if (!taken.absent.empty())
      undecided(msg("The profile knows no column of the table {0} as this source has it.", table.name),
                table.name);
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
      const auto* known = find_known(profile_.tables, catalogue_, table);
      if (!known || known->only_named()) {
        undecided(msg("The profile says nothing of the table {0} of the source.", table.name), table.name);
        continue;
      }
      if (!known->take) continue;
      for (const auto& column : table.columns) {
        const auto* said = find_known(known->columns, table.columns, column);
        if (!said)
          undecided(
              msg("The profile says nothing of the column {0}.{1} of the source.", table.name, column.name),
              table.name + "." + column.name);
        else if (column.type == "oid" && said->take)
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

bool same_name(std::string_view a, std::string_view b) noexcept { return core::equal_ignoring_case(a, b); }

Matching match(const profiles::Application& profile, const std::vector<SourceTable>& catalogue) {
  return Matcher(profile, catalogue).run();
}

}  // namespace versoir::extract
