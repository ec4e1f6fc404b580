// What an earlier run of a copy left, and whether this one can go on from it.
#include "extract/resumption.hpp"

#include "core/display.hpp"

#include <algorithm>
#include <chrono>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;
using core::Severity;

namespace {

/// Names, types and key of what is read of a table.
std::string shape_of(const TakenTable& table) {
  std::string all = table.source->name;
  for (const auto& c : table.columns)
    all += '\0' + c.profile->name + '\0' + c.source->name + '\0' + c.source->type;
  for (const auto& k : table.source->key) all += '\1' + k;
  return core::sha256(std::string_view(all)).hex();
}

/// The state that an earlier run left of a table, unless the table is another one now: rows read by other
/// columns or in the order of another key cannot be gone on with.
std::optional<TableState> kept_state(ExtractWriter& writer, const TakenTable& table, CopyReport& report) {
  const auto& name = table.profile->name;
  auto state = writer.state(name);
  if (!state || state->shape == shape_of(table)) return state;
  report.notes.push_back({Severity::warning, "TABLE_CHANGED",
                          msg("The table {0} has other columns or another key than when its copy was "
                              "begun: it is copied anew.",
                              name),
                          name});
  return std::nullopt;
}

}  // namespace

void check_clock(const core::Clock& clock, const std::string& last) {
  constexpr std::chrono::minutes tolerance{1};  // a clock that is being corrected
  const auto now = core::format_instant(clock.now() + tolerance);
  if (last.empty() || last <= now) return;
  throw Error(Exit::configuration,
              msg("The clock of this machine says {0}, and this copy was already under "
                  "way on {1}.",
                  core::show_instant(clock.now()),
                  core::show_instant(core::parse_instant(last).value_or(core::Instant{}))))
      .hint(msg("Set the clock right, then run the same command again: what was copied is kept."));
}

void forget_what_is_gone(ExtractWriter& writer, const Matching& matching, CopyReport& report) {
  for (const auto& [name, state] : writer.states()) {
    if (std::ranges::any_of(matching.tables, [&](const TakenTable& t) { return t.profile->name == name; }))
      continue;
    writer.forget(name);
    report.notes.push_back(
        {Severity::warning, "TABLE_CHANGED",
         msg("The table {0} is not in the source any more: what was copied of it is dropped.", name), name});
  }
}

TableState state_to_go_on_from(ExtractWriter& writer, const TakenTable& table, const std::string& snapshot,
                               CopyReport& report) {
  TableState state;
  if (auto kept = kept_state(writer, table, report)) {
    state = std::move(*kept);
    if (state.stage != TableState::Stage::copying) return state;
  } else if (writer.resumed()) {
    writer.forget(table.profile->name);
  }
  if (!state.begun()) {
    state = {};
    state.shape = shape_of(table);
    for (const auto& c : table.columns) state.storage.push_back(storage_of(*c.source));
    state.first_snapshot = snapshot;
  } else if (state.last_snapshot != snapshot) {
    state.one_moment = false;
  }
  state.last_snapshot = snapshot;
  return state;
}

}  // namespace versoir::extract
