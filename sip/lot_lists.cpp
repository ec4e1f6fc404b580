// See lot_lists.hpp.
#include "sip/lot_lists.hpp"

#include "core/error.hpp"
#include "core/json.hpp"

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::msg;

LotLists take_lists(const Versement& versement, const Plan& plan, const PlannedLot& lot,
                    const std::filesystem::path& work) {
  LotLists lists{work / "kept.csv", {}, {}};
  core::AtomicFile rows(lists.kept, private_mode);
  core::FileSink sink(rows);
  core::CsvWriter csv(sink, core::CsvFor::people);
  write_kept_header(csv);
  std::uint64_t found = 0;
  read_planned_kept(versement.file("kept.csv"), plan.kept_sha512, lot.id.value, [&](const KeptRow& row) {
    lists.extent.add(row.start, row.end);
    write_kept(csv, row);
    ++found;
  });
  rows.commit();
  if (found != lot.records)
    throw Error(Exit::lot_state, msg("The plan announces {0} records for the lot {1}, kept.csv lists {2}.",
                                     lot.records, lot.id.value, found));
  if (!plan.files.is_null())
    lists.files = files_of_lot(versement.file(files_list),
                               core::json_string(plan.files, "sha512", "plan.json"), lot.id.value);
  return lists;
}

}  // namespace versoir::sip
