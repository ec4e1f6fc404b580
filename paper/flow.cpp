// See flow.hpp.
#include "paper/flow.hpp"

#include <algorithm>
#include <utility>

namespace versoir::paper {

namespace {

constexpr double whole_sheet = sheet_height - margin_top - margin_foot;
/// Less is not worth beginning a long row for.
constexpr double least_piece = 60;

/// Where the first line that ends below `height` begins; the size of the text when all lines fit.
std::size_t bytes_that_fit(PangoLayout* layout, double height) {
  using Iterator = core::Handle<PangoLayoutIter, pango_layout_iter_free>;
  const Iterator it(pango_layout_get_iter(layout));
  do {
    int bottom = 0;
    pango_layout_iter_get_line_yrange(it.get(), nullptr, &bottom);
    if (bottom > height * PANGO_SCALE) return static_cast<std::size_t>(pango_layout_iter_get_index(it.get()));
  } while (pango_layout_iter_next_line(it.get()));
  return std::string_view(pango_layout_get_text(layout)).size();
}

}  // namespace

double Flow::height_of(const std::vector<Cell>& cells, const RowLook& look) const {
  double height = 0;
  for (const auto& cell : cells)
    height = std::max(height, extent(setter_.set(cell.text, cell.style, cell.width).get()).height);
  return height + look.above + look.below;
}

void Flow::need(double height) {
  if (room() < height && y_ > margin_top) next_sheet({});
}

void Flow::begin(std::string name) {
  tag(name, true);
  around_ = std::move(name);
}

void Flow::end() { tag(std::exchange(around_, {}), false); }

void Flow::next_sheet(const std::function<void()>& on_new_sheet) {
  if (!around_.empty()) tag(around_, false);
  sheets_.emplace_back();
  y_ = margin_top;
  if (!around_.empty()) tag(around_, true);
  if (on_new_sheet) on_new_sheet();
}

void Flow::row(const std::vector<Cell>& cells, const RowLook& look,
               const std::function<void()>& on_new_sheet) {
  auto rest = cells;
  bool fresh = y_ <= margin_top;  // the sheet holds nothing but what stands above this row
  for (;;) {
    const auto height = height_of(rest, look);
    if (height <= room()) return draw_row(rest, look, height);
    if (!fresh && (height <= whole_sheet - least_piece || room() < least_piece)) {
      next_sheet(on_new_sheet);
      fresh = true;
      continue;
    }
    if (room() < least_piece) next_sheet({});  // a heading that leaves no room is not repeated
    const auto piece = cut(rest, room() - look.above - look.below);
    draw_row(piece, look, height_of(piece, look));
    next_sheet(on_new_sheet);
    fresh = true;
  }
}

/// What fits into `height`; `cells` keep the rest.
std::vector<Cell> Flow::cut(std::vector<Cell>& cells, double height) const {
  auto piece = cells;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto layout = setter_.set(cells[i].text, cells[i].style, cells[i].width);
    const std::string text = pango_layout_get_text(layout.get());
    const auto fits = bytes_that_fit(layout.get(), height);
    piece[i].text = text.substr(0, fits);
    cells[i].text = text.substr(fits);
  }
  return piece;
}

void Flow::draw_row(const std::vector<Cell>& cells, const RowLook& look, double height) {
  if (look.tint < 1) draw(DrawnBox{margin_side, y_, text_width, height, 0, look.tint});
  tag(look.tag, true);
  for (const auto& cell : cells) {
    if (!cell.tag.empty()) tag(cell.tag, true);
    if (!cell.text.empty())
      draw(DrawnText{margin_side + cell.x, y_ + look.above, setter_.set(cell.text, cell.style, cell.width),
                     cell.style.grey});
    if (!cell.tag.empty()) tag(cell.tag, false);
  }
  tag(look.tag, false);
  y_ += height;
  if (look.line > 0) draw(DrawnLine{margin_side, y_, text_width, look.line, look.line_grey});
}

}  // namespace versoir::paper
