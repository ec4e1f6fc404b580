// Inside the room: a paper laid out on sheets.
#pragma once
#include "paper/flow.hpp"
#include "paper/paper.hpp"

namespace versoir::paper {

/// The blocks in order, then the foot of every sheet.
[[nodiscard]] std::vector<Sheet> lay_out(const Paper& paper, const Typesetter& setter);
/// Widths of the columns of a table, which fill the width of the text together.
[[nodiscard]] std::vector<double> column_widths(const Typesetter& setter, const Table& table);
/// Of the cells of one column.
[[nodiscard]] Style cell_style(const Table& table, std::size_t column);
inline constexpr double cell_padding = 3.5;
inline constexpr Style head_style{.size = 7.5, .bold = true};

}  // namespace versoir::paper
