// What the adapters share.
#include "extract/adapters.hpp"

#include "core/clock.hpp"
#include "core/error.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

void append_position(std::string& position, std::string_view value) {
  std::array<char, 20> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value.size());
  static_cast<void>(error);  // 20 digits hold any size
  position.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
  position += ':';
  position += value;
}

std::string join_position(std::span<const std::string> values) {
  std::string out;
  for (const auto& v : values) append_position(out, v);
  return out;
}

std::vector<std::string> split_position(std::string_view position) {
  std::vector<std::string> out;
  while (!position.empty()) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(position.data(), position.data() + position.size(), size);
    const auto head = static_cast<std::size_t>(end - position.data()) + 1;
    if (error != std::errc{} || head > position.size() || *end != ':' || size > position.size() - head)
      throw Error(Exit::extract_invalid, msg("The position kept by an interrupted copy cannot be read."))
          .hint(msg("Start the copy again with --restart."));
    out.emplace_back(position.substr(head, size));
    position.remove_prefix(head + size);
  }
  return out;
}

std::string ask_one(const Ask& ask, const std::string& sql) {
  const auto rows = ask(sql);
  return rows.empty() || rows.front().empty() ? std::string() : rows.front().front().value_or("");
}

SourceTable* find_table(std::vector<SourceTable>& tables, std::string_view name) {
  const auto it = std::ranges::lower_bound(tables, name, {}, &SourceTable::name);
  return it == tables.end() || it->name != name ? nullptr : &*it;
}

void drop_weak_keys(std::vector<SourceTable>& tables) {
  for (auto& table : tables)
    if (!std::ranges::all_of(table.key, [&](const std::string& k) {
          const auto* c = table.find(k);
          return c && !c->nullable;
        }))
      table.key.clear();
}

void compare_clocks(const std::string& server, core::Instant now, std::vector<core::Finding>& out) {
  const auto there = core::parse_instant(server + "Z");
  if (!there) return;
  const auto skew = std::llabs((*there - now).count());
  if (skew > 60)
    out.push_back({core::Severity::warning, "CLOCK",
                   msg("The clocks of the server and of this machine differ by {0} seconds.", skew), ""});
}

core::Message locked_hint() {
  return msg(
      "Another session locks it: wait until its work is over, then run the same command again, which goes "
      "on from what was copied. --lock-timeout says how long to wait.");
}

core::Message cancelled_hint() {
  return msg(
      "The statement took longer than allowed, or somebody cancelled it: run the same command again, "
      "with a larger --statement-timeout if one was given.");
}

void throw_interrupted() { throw Error(Exit::interrupted, msg("The copy was interrupted.")); }

}  // namespace versoir::extract
