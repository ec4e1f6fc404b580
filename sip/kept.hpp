// kept.csv: one line per record that is transferred, read and written row by row (it may hold a million).
#pragma once
#include "core/clock.hpp"
#include "core/csv.hpp"
#include "records/selection.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

struct KeptRow {
  std::string lot, profile, key, title;
  std::optional<core::Date> start, end;
  std::string appraisal_rule;  ///< logical codes, blank between
  std::optional<core::Date> appraisal_end;
  std::string final_action, access_rule;
  std::optional<core::Date> access_end;
  std::string sampling;  ///< criteria that keep the record for ever, where there is a selection; "; " between
  /// Of the rules, the latest; none as soon as one rule has none. Lists of before have no such column.
  std::optional<core::Date> appraisal_start, access_start;
  std::string decision;  ///< the signed paper that a list of closed records cites for this one
};

/// The row of a unit. Several rules of a category: the latest end counts (VITAM: all of them must have run
/// out), and one rule without end leaves none.
[[nodiscard]] KeptRow kept_row(const records::Described& unit);

void write_kept_header(core::CsvWriter& csv);
void write_kept(core::CsvWriter& csv, const KeptRow& row);

/// Reads a CSV one record at a time, header included, with the line that it begins on, until `visit` says
/// false. A byte order mark is passed over; a cell that guard_formula() changed is as it was. Throws
/// Error(Exit::disk) naming the file.
void read_records(const std::filesystem::path& file, char separator,
                  const std::function<bool(std::vector<std::optional<std::string>>&, std::size_t)>& visit);
/// Reads a CSV one record at a time, header skipped, until `visit` says false. Throws Error(Exit::disk)
/// naming the file.
void read_rows(const std::filesystem::path& file,
               const std::function<bool(std::vector<std::optional<std::string>>&)>& visit);
void read_kept(const std::filesystem::path& file, const std::function<bool(const KeptRow&)>& visit);

}  // namespace versoir::sip
