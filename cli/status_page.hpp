// versoir status --html: where everything stands, as a page that stands alone.
#pragma once
#include "cli/context.hpp"
#include "sip/versement.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace versoir::cli {

/// What a page can draw apart: states of lots that mean the same to who waits.
enum class Stage { waiting, decided, under_way, done, stopped };
inline constexpr std::size_t stage_count = 5;
using StageCounts = std::array<std::uint64_t, stage_count>;

[[nodiscard]] Stage stage_of(sip::LotState state) noexcept;
[[nodiscard]] std::string stage_label(Stage stage);  ///< translated

/// Columns of one bar each, cut by stage, as SVG within a page: a title, a description, the figures of each
/// piece on it. `title` and the labels are text, escaped here. Empty when there is nothing to draw.
[[nodiscard]] std::string stage_chart(const std::string& id, const std::string& title,
                                      const std::vector<std::pair<std::string, StageCounts>>& columns);

/// Reads the workspace and writes the page, in the user's language. It names no person. What cannot be read
/// is told on it. Error(Exit::usage) unless the name is that of a page: an extract must not be replaced by a
/// slip of the pen.
void write_status_page(Context& c, const std::filesystem::path& file);

}  // namespace versoir::cli
