// How wide the columns of a table are, and how their cells are set.
#include "paper/pdf_blocks.hpp"

#include <algorithm>
#include <numeric>

namespace versoir::paper {

namespace {

/// Marks, counts, sessions: read from their last digit.
bool is_figure(std::string_view text) {
  return text.find_first_not_of("0123456789,.-") == std::string_view::npos;
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

}  // namespace

Style cell_style(const Table& table, std::size_t column) {
  Style style{.size = 8};
  if (table.digests == column) return {.size = 6.5, .mono = true};
  const bool figures = !table.rows.empty() && std::ranges::all_of(table.rows, [&](const auto& row) {
    return column >= row.size() || is_figure(row[column]);
  });
  if (figures) style.align = PANGO_ALIGN_RIGHT;
  style.bold = table.first_names_row && column == 0;
  return style;
}

std::vector<double> column_widths(const Typesetter& setter, const Table& table) {
  const auto columns = table.header.size();
  std::vector<double> least(columns), wanted(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    const auto style = cell_style(table, c);
    const auto measure = [&](const std::string& text) {
      wanted[c] = std::max(wanted[c], extent(setter.set(text, style).get()).width + 2 * cell_padding + 1);
      least[c] = std::max(least[c], widest_word(setter, text, style) + 2 * cell_padding + 1);
    };
    for (const auto& row : table.rows)
      if (c < row.size()) measure(row[c]);
    // A label gives way to what it labels: it may take several lines.
    const auto& label = table.header[c];
    const auto lines = extent(setter.set(label, head_style).get()).width / 3;
    least[c] = std::max(least[c], widest_word(setter, label, head_style) + 2 * cell_padding + 1);
    wanted[c] = std::max({wanted[c], least[c], lines + 2 * cell_padding});
  }
  std::vector<double> widths(columns);
  const auto all_least = sum(least), all_wanted = sum(wanted);
  for (std::size_t c = 0; c < columns; ++c)
    if (all_wanted <= text_width)
      widths[c] = wanted[c] * text_width / all_wanted;
    else if (all_least < text_width)
      widths[c] = least[c] + (text_width - all_least) * (wanted[c] - least[c]) / (all_wanted - all_least);
    else
      widths[c] = least[c] * text_width / all_least;
  return widths;
}

}  // namespace versoir::paper
