// The dictionary of an application drafted from the metadata of an archive.
#pragma once
#include "extract/siard/archive.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace versoir::extract {

/// tables.xml of a profile that takes every table and column, with labels from the descriptions and the
/// declared keys and references; what nobody confirmed says so (evidence="inferred").
[[nodiscard]] std::string draft_siard_dictionary(const SiardDatabase& db, std::string_view application);

/// The same of a file. Throws what opening it as a source throws.
struct SiardDraft {
  std::string application;  ///< an identifier made of the name of the database
  std::string label;
  std::string tables;  ///< tables.xml
};
[[nodiscard]] SiardDraft draft_siard(const std::filesystem::path& file, std::string_view application);

}  // namespace versoir::extract
