// One table of an extract as SIARD keeps it: its large values, its rows, the schema of its rows.
#pragma once
#include "extract/siard/column_form.hpp"
#include "extract/siard/lobs.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace versoir::extract {

/// A table whose form is decided.
struct SiardTable {
  std::string name, label;
  std::size_t number = 0;  ///< from 0: schema0/table<number>
  std::vector<SiardColumn> columns;
  std::uint64_t rows = 0;  ///< as the extract says; the export counts them again
};

/// Writes content/schema0/tableN/ whole. Throws Error(Exit::extract_altered) when the extract does not hold
/// the rows that it says. `scratch`: a folder for what is only needed while the table is written.
void write_siard_table(Extract& extract, const SiardTable& table, core::ZipStream& zip, LobPlace& lobs,
                       const std::string& algorithm, const std::filesystem::path& scratch,
                       const std::function<void(std::uint64_t)>& on_rows);

/// tableN.xsd
[[nodiscard]] std::string siard_table_schema(const SiardTable& table);

inline constexpr std::string_view siard_table_namespace = "http://www.bar.admin.ch/xmlns/siard/2/table.xsd";

}  // namespace versoir::extract
