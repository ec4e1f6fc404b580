// A finished copy takes its name, sealed when there is a signer.
#pragma once
#include "extract/copy.hpp"
#include "extract/writer.hpp"

#include <filesystem>

namespace versoir::extract {

/// Reads again what a final or resumed copy wrote, seals it, and lets file, seal and signature take their
/// names together. `report` is filled from the file when an earlier run finished it. Throws
/// Error(Exit::extract_altered) when the file is not what was copied.
void publish(ExtractWriter& writer, const std::filesystem::path& target, const CopyOptions& options,
             const core::Clock& clock, core::Progress& progress, CopyReport& report);

}  // namespace versoir::extract
