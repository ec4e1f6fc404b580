// See pdf_blocks.hpp.
#include "paper/pdf_blocks.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace versoir::paper {

namespace {

constexpr double term_width = 145;
constexpr double frame_padding = 8;

/// A digest is read digit by digit, on one line.
Style value_style(const std::string& value) {
  const bool digest = value.size() >= 40 && value.find_first_not_of("0123456789abcdef") == std::string::npos;
  return digest ? Style{.size = 7, .mono = true} : Style{};
}

/// A block as rows on the sheets.
class Blocks {
 public:
  Blocks(Flow& flow, const Typesetter& setter) : flow_(flow), setter_(setter) {}

  void operator()(const Text& text) const;
  void operator()(const Terms& terms) const { write_terms(terms.facts, 0); }
  void operator()(const Table& table) const;
  void operator()(const Framed& framed) const;
  void operator()(const Signature& signature) const;

 private:
  void paragraph(const std::string& text, const Style& style, const std::string& tag,
                 double indent = 0) const {
    flow_.row({{indent, text_width - 2 * indent, style, text}}, {.tag = tag});
  }
  void write_terms(const Facts& facts, double indent) const;
  void title(const std::string& text) const;
  void draft(const std::string& text) const;
  [[nodiscard]] double terms_height(const Facts& facts, double indent) const;

  Flow& flow_;
  const Typesetter& setter_;
};

void Blocks::title(const std::string& text) const {
  flow_.gap(16);
  paragraph(text, {.size = 18, .bold = true, .align = PANGO_ALIGN_CENTER}, "H1");
  flow_.gap(6);
}

/// In a frame of its own width, under the title.
void Blocks::draft(const std::string& text) const {
  const Style style{.size = 9, .bold = true, .align = PANGO_ALIGN_CENTER};
  const auto natural = extent(setter_.set(text, style).get()).width;
  const auto inner = std::min(natural + 1, text_width - 2 * frame_padding);
  const std::vector<Cell> cells{{(text_width - inner) / 2, inner, style, text}};
  const RowLook look{.above = 4, .below = 4};
  const auto height = flow_.height_of(cells, look);
  flow_.need(height);
  flow_.draw(DrawnBox{margin_side + (text_width - inner) / 2 - frame_padding, flow_.y(),
                      inner + 2 * frame_padding, height, 0.9, 0});
  flow_.row(cells, look);
  flow_.gap(14);
}

void Blocks::operator()(const Text& text) const {
  using Kind = Text::Kind;
  if (text.text.empty()) return;
  switch (text.kind) {
    case Kind::establishment:
      paragraph(text.text, {.size = 11, .bold = true}, "P");
      flow_.draw(DrawnLine{margin_side, flow_.y() + 4, text_width, 0.8, 0});
      return flow_.gap(8);
    case Kind::title:
      return title(text.text);
    case Kind::draft:
      return draft(text.text);
    case Kind::heading:
      flow_.need(70);  // a heading never stands alone at the foot of a sheet
      flow_.gap(10);
      paragraph(text.text, {.size = 11, .bold = true}, "H2");
      flow_.draw(DrawnLine{margin_side, flow_.y() + 2, text_width, 0.5, 0.6});
      return flow_.gap(6);
    case Kind::body:
      flow_.gap(6);
      paragraph(text.text, {.size = 10}, "P");
      return flow_.gap(6);
    case Kind::note:
      paragraph(text.text, {.size = 8, .grey = 0.25}, "P");
      return flow_.gap(4);
  }
}

void Blocks::write_terms(const Facts& facts, double indent) const {
  const auto inside = text_width - 2 * indent;
  for (const auto& [label, value] : facts)
    if (!value.empty())
      flow_.row({{indent, term_width - 8, {.size = 9.5, .grey = 0.3}, label},
                 {indent + term_width, inside - term_width, value_style(value), value}},
                {.above = 1, .below = 1});
  flow_.gap(4);
}

double Blocks::terms_height(const Facts& facts, double indent) const {
  double height = 4;
  for (const auto& [label, value] : facts)
    if (!value.empty())
      height += flow_.height_of({{indent, term_width - 8, {}, label},
                                 {indent, text_width - 2 * indent - term_width, value_style(value), value}},
                                {.above = 1, .below = 1});
  return height;
}

void Blocks::operator()(const Table& table) const {
  if (table.header.empty()) return;
  const auto widths = column_widths(setter_, table);
  const auto row_of = [&](const std::vector<std::string>& texts, bool head) {
    std::vector<Cell> cells;
    double x = 0;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      auto style = cell_style(table, c);
      if (head) style = {.size = head_style.size, .bold = head_style.bold, .align = style.align};
      const bool names = head || (table.first_names_row && c == 0);
      cells.push_back({x + cell_padding, widths[c] - 2 * cell_padding, style,
                       c < texts.size() ? texts[c] : std::string(), names ? "TH" : "TD"});
      x += widths[c];
    }
    return cells;
  };
  const RowLook head_look{"TR", 3, 3, 0.93, 0.9, 0.4}, look{"TR", 2.5, 2.5, 1, 0.4, 0.8};
  const auto head = row_of(table.header, true);
  const auto write_head = [&] { flow_.row(head, head_look); };
  const auto first = table.rows.empty() ? 0 : flow_.height_of(row_of(table.rows.front(), false), look);
  flow_.need(24 + flow_.height_of(head, head_look) + std::min(first, 60.0));
  flow_.gap(6);
  paragraph(table.caption, {.size = 10, .bold = true}, "P");
  flow_.gap(3);
  flow_.begin("Table");
  write_head();
  for (const auto& row : table.rows) flow_.row(row_of(row, false), look, write_head);
  flow_.end();
  flow_.gap(8);
}

void Blocks::operator()(const Framed& framed) const {
  const Style heading{.size = 10.5, .bold = true};
  const auto inside = text_width - 2 * frame_padding;
  const auto height_of = [&](const std::string& text, const Style& style) {
    return flow_.height_of({{0, inside, style, text}}, {});
  };
  const auto height = height_of(framed.heading, heading) + 4 + height_of(framed.text, {}) + 4 +
                      terms_height(framed.facts, frame_padding) + 2 * frame_padding;
  flow_.gap(6);
  flow_.need(height);
  // A frame that a sheet cannot hold (a reason of many pages) goes without its border.
  if (height <= flow_.room()) flow_.draw(DrawnBox{margin_side, flow_.y(), text_width, height, 1.2, 0.2});
  flow_.gap(frame_padding);
  paragraph(framed.heading, heading, "H2", frame_padding);
  flow_.gap(4);
  paragraph(framed.text, {}, "P", frame_padding);
  flow_.gap(4);
  write_terms(framed.facts, frame_padding);
  flow_.gap(frame_padding + 4);
}

/// On the right, where French letters are signed.
void Blocks::operator()(const Signature& signature) const {
  constexpr double width = 290, height = 100;
  const auto x = text_width - width;
  flow_.gap(8);
  flow_.need(height + 12);
  flow_.draw(DrawnBox{margin_side + x, flow_.y(), width, height, 0.7, 0.4});
  const auto top = flow_.y();
  const std::vector<Cell> place{{x + frame_padding, width - 2 * frame_padding, {}, signature.place}};
  flow_.row(place, {.above = frame_padding, .below = 2});
  flow_.row({{x + frame_padding, width - 2 * frame_padding, {.size = 8, .grey = 0.25}, signature.who}}, {});
  flow_.gap(std::max(0.0, top + height - flow_.y()) + 8);
}

/// What the paper is and its code, and which sheet of how many.
void write_foot(Sheet& sheet, const Typesetter& setter, const Paper& paper, std::size_t n, std::size_t of) {
  constexpr double number_width = 50, y = sheet_height - margin_foot + 14;
  const auto put = [&](double x, double width, const std::string& text, PangoAlignment align) {
    const Style style{.size = 7, .align = align, .grey = 0.3};
    sheet.emplace_back(DrawnText{margin_side + x, y + 5, setter.set(text, style, width), style.grey});
  };
  sheet.emplace_back(DrawnLine{margin_side, y, text_width, 0.5, 0.6});
  put(0, text_width - number_width - 8, fmt::format("{}", fmt::join(paper.repeated, " · ")),
      PANGO_ALIGN_LEFT);
  put(text_width - number_width, number_width, fmt::format("page {}/{}", n, of), PANGO_ALIGN_RIGHT);
}

}  // namespace

std::vector<Sheet> lay_out(const Paper& paper, const Typesetter& setter) {
  Flow flow(setter);
  const Blocks blocks(flow, setter);
  for (const auto& block : paper.blocks) std::visit(blocks, block);
  auto sheets = std::move(flow.sheets());
  for (std::size_t i = 0; i < sheets.size(); ++i) write_foot(sheets[i], setter, paper, i + 1, sheets.size());
  return sheets;
}

}  // namespace versoir::paper
