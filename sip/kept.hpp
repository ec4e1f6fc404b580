// kept.csv: one line per record that is transferred, read and written row by row (it may hold a million).
#pragma once
#include "core/clock.hpp"
#include "core/csv.hpp"
#include "records/selection.hpp"
#include "sip/csv_records.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
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

void read_kept(const std::filesystem::path& file, const std::function<bool(const KeptRow&)>& visit);
/// The rows of one lot of the list that the plan holds by its SHA-512 (read_planned_rows()).
void read_planned_kept(const std::filesystem::path& file, std::string_view planned_sha512,
                       std::string_view lot, const std::function<void(const KeptRow&)>& visit);

}  // namespace versoir::sip
