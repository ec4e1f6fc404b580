// An extract as a SIARD 2.2 archive (eCH-0165), for the tools that read no extract. docs/formats/siard.md.
#pragma once
#include "core/error.hpp"
#include "core/progress.hpp"
#include "extract/store.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace versoir::extract {

struct SiardOptions {
  std::string owner;              ///< who owns the data; not empty
  std::string archiver;           ///< "" = not said
  std::string timespan;           ///< when the data were made; "" = up to the day of the extract
  std::string algorithm = "MD5";  ///< of the package and of large values: "MD5" or "SHA-256"
  bool lobs_beside = false;       ///< large values in files of the folder <name>_lobs beside the archive
  bool replace = false;
};

struct SiardReport {
  std::uint64_t rows = 0, large_values = 0, bytes = 0;
  std::size_t tables = 0, foreign_keys = 0;
  std::string digest;  ///< of the package, upper-case hexadecimal
  std::optional<std::filesystem::path> lob_folder;
  std::vector<core::Finding> notes;  ///< what the archive does not say as the extract does
};

/// Writes `target` whole or not at all: under a temporary name, and renamed at the end. Its bytes depend on
/// the extract and the options alone. Memory does not grow with the extract. Throws Error(Exit::disk) when it
/// exists already, Error(Exit::extract_altered) when rows are missing, Error(Exit::interrupted).
SiardReport export_siard(Extract& extract, const std::filesystem::path& target, const SiardOptions& options,
                         core::Progress& progress, std::stop_token stop);

}  // namespace versoir::extract
