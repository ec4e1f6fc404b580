// Reads a table again without writing it.
#include "extract/second_look.hpp"

#include "core/error.hpp"
#include "extract/reader.hpp"

namespace versoir::extract {

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

}  // namespace versoir::extract
