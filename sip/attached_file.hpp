// files.csv: the files that a plan attaches to its records, each with the size and the digest that it had
// when it was planned, read again when its lot is built.
#pragma once
#include "core/clock.hpp"
#include "core/csv.hpp"
#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/format.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

inline constexpr std::string_view files_list = "files.csv";

struct AttachedFile {
  std::string lot, profile, key;
  std::size_t line = 0;  ///< of the establishment's list: names of files may name people
  std::string file, title;
  std::optional<core::Date> date;
  std::uint64_t size = 0;
  std::string sha512;
};

void write_files_header(core::CsvWriter& csv);
void write_file_row(core::CsvWriter& csv, const AttachedFile& row);
/// Those of one lot, in the order of its records, of the list that the plan holds by its SHA-512
/// (read_planned_rows()).
[[nodiscard]] std::vector<AttachedFile> files_of_lot(const std::filesystem::path& file,
                                                     std::string_view planned_sha512, std::string_view lot);

struct ReadFile {
  core::FileDigest digest;
  core::Identification format;
};
/// Copies a file of `folder` (core::open_beneath), and says what format it has. Throws Error(Exit::disk).
[[nodiscard]] core::Identification copy_attached(const std::filesystem::path& folder, const std::string& name,
                                                 core::ByteSink& to);
/// The same with its digest, into `copy` when there is one: in one reading.
[[nodiscard]] ReadFile read_attached(const std::filesystem::path& folder, const std::string& name,
                                     core::ByteSink* copy = nullptr);

}  // namespace versoir::sip
