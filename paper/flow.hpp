// Inside the room: what is drawn on which sheet. Rows go down the sheet; one that does not fit opens the
// next.
#pragma once
#include "paper/typesetter.hpp"

#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace versoir::paper {

// A4 in points, with margins that leave room for a binding and for printers that do not print to the edge.
inline constexpr double sheet_width = 595.276, sheet_height = 841.89;
inline constexpr double margin_side = 51, margin_top = 45, margin_foot = 58;
inline constexpr double text_width = sheet_width - 2 * margin_side;

struct DrawnText {
  double x, y;
  LayoutHandle layout;
  double grey;
};
struct DrawnLine {
  double x, y, width, thickness, grey;
};
struct DrawnBox {
  double x, y, width, height;
  double thickness;  ///< of its border; 0: filled
  double grey;
};
/// Begins (or ends) an element of the structure of the file: "Table", "TR", "P".
struct DrawnTag {
  std::string name;
  bool begins;
};
using Drawn = std::variant<DrawnText, DrawnLine, DrawnBox, DrawnTag>;
using Sheet = std::vector<Drawn>;

/// One cell of a row; a paragraph is a row of one cell.
struct Cell {
  double x, width;  ///< x from the left margin
  Style style;
  std::string text;
  std::string tag = {};  ///< "" when the row alone has one
};
struct RowLook {
  std::string tag = "P";
  double above = 0, below = 0;  ///< blank inside the row
  double tint = 1;              ///< behind it: 1 is white
  double line = 0;              ///< thickness of the line under it
  double line_grey = 0.75;
};

class Flow {
 public:
  explicit Flow(const Typesetter& setter) : setter_(setter), sheets_(1) {}

  /// Draws a row, on the next sheet when it does not fit; `on_new_sheet` draws there first. Only a row that
  /// is higher than a sheet goes on over the next.
  void row(const std::vector<Cell>& cells, const RowLook& look,
           const std::function<void()>& on_new_sheet = {});
  [[nodiscard]] double height_of(const std::vector<Cell>& cells, const RowLook& look) const;
  /// Opens the next sheet unless that much room is left.
  void need(double height);
  void gap(double height) { y_ += height; }
  /// An element around the rows that follow; one on each sheet when they take several.
  void begin(std::string tag);
  void end();
  void draw(Drawn drawn) { sheets_.back().push_back(std::move(drawn)); }

  [[nodiscard]] double y() const noexcept { return y_; }
  [[nodiscard]] double room() const noexcept { return sheet_height - margin_foot - y_; }
  [[nodiscard]] const Typesetter& setter() const noexcept { return setter_; }
  [[nodiscard]] std::vector<Sheet>& sheets() noexcept { return sheets_; }

 private:
  void next_sheet(const std::function<void()>& on_new_sheet);
  void tag(std::string name, bool begins) { draw(DrawnTag{std::move(name), begins}); }
  void draw_row(const std::vector<Cell>& cells, const RowLook& look, double height);
  [[nodiscard]] std::vector<Cell> cut(std::vector<Cell>& cells, double height) const;

  const Typesetter& setter_;
  std::vector<Sheet> sheets_;
  std::string around_;  ///< the element that began and did not end
  double y_ = margin_top;
};

}  // namespace versoir::paper
