// A paper on sheets of A4, as a PDF file written along PDF/A-2b (ISO 19005-2): fonts, colour profile and
// metadata inside. The same paper gives the same bytes, with the same libraries and fonts.
#pragma once
#include "paper/paper.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace versoir::paper {

/// Error(Exit::configuration) without the fonts; Error(Exit::unexpected) when they lack a character: a name
/// is printed whole or not at all.
[[nodiscard]] std::string pdf_of(const Paper& paper);
/// Fonts that papers are set in and that are not on this machine.
[[nodiscard]] std::vector<std::filesystem::path> missing_fonts();
/// What lays out and writes the files, with the versions that run.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> libraries();

}  // namespace versoir::paper
