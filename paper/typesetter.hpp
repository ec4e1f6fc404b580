// Inside the room: lines of text in the fonts of the papers, measured and ready to be drawn.
#pragma once
#include "core/handle.hpp"

#include <pango/pangocairo.h>
#include <string>
#include <string_view>

namespace versoir::paper {

using LayoutHandle = core::Handle<PangoLayout, g_object_unref>;

struct Style {
  double size = 9.5;  ///< points
  bool bold = false;
  bool mono = false;
  PangoAlignment align = PANGO_ALIGN_LEFT;
  double grey = 0;  ///< 0 is black
};
struct Extent {
  double width, height;
};

/// The fonts come from fixed files through a fontconfig of our own: what the machine prefers, substitutes or
/// hints must not change a paper.
class Typesetter {
 public:
  explicit Typesetter(std::string language);
  /// Wrapped at `width` points; a negative one never wraps.
  [[nodiscard]] LayoutHandle set(std::string_view text, const Style& style, double width = -1) const;

 private:
  void require_glyphs(const PangoLayout* layout, std::string_view text, const Style& style) const;
  core::Handle<PangoFontMap, g_object_unref> map_;
  core::Handle<PangoContext, g_object_unref> context_;
  std::string language_;
};

[[nodiscard]] Extent extent(PangoLayout* layout);
/// Of its longest word: what a column cannot be narrower than.
[[nodiscard]] double widest_word(const Typesetter& setter, std::string_view text, const Style& style);

}  // namespace versoir::paper
