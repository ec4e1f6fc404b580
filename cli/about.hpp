// What a report of a problem needs to know about this program and this machine.
#pragma once
#include <filesystem>
#include <string>

namespace versoir::cli {

/// `versoir --version --verbose`: compiler, libraries with their versions, data folders, locale, formats.
/// English whatever the language: it is pasted in reports. Names no file of a workspace.
[[nodiscard]] std::string version_report();

/// Folder of the running program; empty when the system does not say.
[[nodiscard]] std::filesystem::path program_folder();

}  // namespace versoir::cli
