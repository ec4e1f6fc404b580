// Reads what was copied again, without writing it.
#include "extract/second_look.hpp"

#include "core/error.hpp"
#include "extract/reader.hpp"

#include <fmt/format.h>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

Seen look_again(Source& source, const TakenTable& table, const std::vector<Storage>& storage, core::Date on,
                core::Progress& progress, std::stop_token stop) {
  Seen seen;
  DigestSum sum;
  Throttle unlimited(0);
  const std::vector<ReadTask> tasks{{&table, 0, storage, {}, on}};
  read_tables(
      {&source}, tasks, unlimited,
      [&](ReadItem&& item) {
        if (item.what == ReadItem::What::restart) {  // the table holds another kind of value now
          seen.rows = 0;
          sum = {};
        }
        for (const auto& digest : item.block.digests) sum.add(digest);
        seen.rows += item.block.rows();
        progress.advance(item.block.rows_read());
      },
      stop);
  seen.sum = sum.hex();
  return seen;
}

std::vector<std::string> changed_tables(Source& source, const std::vector<CopiedTable>& tables, core::Date on,
                                        core::Progress& progress, std::stop_token stop) {
  std::vector<std::string> changed;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto& [table, storage, facts] = tables[i];
    progress.begin(fmt::format("{}/{} {}", i + 1, tables.size(), facts.name), facts.copied_rows, "rows");
    const auto seen = look_again(source, *table, storage, on, progress, stop);
    progress.end();
    if (seen.rows != facts.copied_rows || seen.sum != facts.sum) changed.push_back(facts.name);
  }
  return changed;
}

Error source_changed(const std::vector<std::string>& tables) {
  Error error(Exit::extract_changed,
              msg("The second look at the source found other rows: the source still changes."));
  for (const auto& name : tables) std::move(error).because(msg("{0} is not what was copied", name));
  std::move(error).hint(
      msg("Freeze the source, then run the same command again: the tables that changed are copied anew, then "
          "looked at again."));
  return error;
}

}  // namespace versoir::extract
