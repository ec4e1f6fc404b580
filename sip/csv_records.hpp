// CSV files of any size, read one record at a time: the lists of a plan and those that an establishment
// gives.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

using CsvFields = std::vector<std::optional<std::string>>;

/// A longer record is one whose quote is not closed, or no CSV at all.
inline constexpr std::size_t longest_record = 1u << 20;

/// Reads a CSV one record at a time, header included, with the line that it begins on, until `visit` says
/// false. A byte order mark is passed over; a cell that guard_formula() changed is as it was. Throws
/// Error(Exit::disk) naming the file.
void read_records(const std::filesystem::path& file, char separator,
                  const std::function<bool(CsvFields&, std::size_t)>& visit);

/// Reads a CSV one record at a time, header skipped, until `visit` says false. Throws Error(Exit::disk)
/// naming the file.
void read_rows(const std::filesystem::path& file, const std::function<bool(CsvFields&)>& visit);

/// The same on a list whose SHA-512 the plan holds: the very bytes that are read are hashed, to the end of
/// the file. Error(Exit::lot_state) when they are not those that were planned, whatever else is wrong with
/// them.
void read_planned_rows(const std::filesystem::path& file, std::string_view planned_sha512,
                       const std::function<bool(CsvFields&)>& visit);

}  // namespace versoir::sip
