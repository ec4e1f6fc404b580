// The control file of a folder of CSV files: what the server said of itself, its tables and their rows.
#pragma once
#include "extract/csv_charset.hpp"
#include "extract/source.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace versoir::extract {

inline constexpr const char* csv_control_name = "control.csv";
inline constexpr const char* csv_digests_name = "SHA256SUMS";

/// What the server measured of a column, in the same transaction as it wrote the file.
struct CsvMeasure {
  enum class Unit { characters, utf16, bytes } unit = Unit::characters;
  std::uint64_t total = 0;
};
struct CsvColumn {
  SourceColumn column;
  bool exported = true;
  bool hexadecimal = false;
  std::optional<CsvMeasure> measure;
};
struct CsvTable {
  std::string name, file, comment;  ///< file "": the table was not exported
  std::vector<CsvColumn> columns;   ///< exported ones in the order of the file's header
  std::map<int, std::string> key;
  std::optional<std::uint64_t> rows, size;
  std::optional<std::string> sha256;        ///< declared, by the control file or by SHA256SUMS
  std::string digest;                       ///< the same, else that of the file when the folder was opened
  [[nodiscard]] std::size_t width() const;  ///< exported columns
};
struct CsvControl {
  Provenance provenance;  ///< snapshot: as the control file says, to be completed
  CsvCharset charset;
  Consistency consistency = Consistency::per_table;
  std::vector<CsvTable> tables;
  [[nodiscard]] const CsvTable* find(std::string_view table) const;
};

/// docs/formats/csv-source.md. Error(Exit::source_unreachable) when there is no control file,
/// Error(Exit::source_data) with its line when it is wrong or not finished.
[[nodiscard]] CsvControl read_csv_control(const std::filesystem::path& folder);

}  // namespace versoir::extract
