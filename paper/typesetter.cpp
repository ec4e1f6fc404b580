// See typesetter.hpp.
#include "paper/typesetter.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "paper/pdf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>

namespace versoir::paper {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

// Debian's fonts-dejavu-core: what fontconfig-config asks for anyway, every Latin, Greek and Cyrillic letter,
// under a licence that lets files embed them.
constexpr std::array font_files{"DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSansMono.ttf"};
constexpr const char* text_family = "DejaVu Sans";
constexpr const char* digit_family = "DejaVu Sans Mono";

using Description = core::Handle<PangoFontDescription, pango_font_description_free>;
using FontConfig = core::Handle<FcConfig, FcConfigDestroy>;
using FontOptions = core::Handle<cairo_font_options_t, cairo_font_options_destroy>;
using Attributes = core::Handle<PangoAttrList, pango_attr_list_unref>;
using LoadedFont = core::Handle<PangoFont, g_object_unref>;

FontConfig load_fonts() {
  FontConfig fonts(FcConfigCreate());
  for (const char* name : font_files) {
    const auto path = fs::path(VERSOIR_FONT_FOLDER) / name;
    if (!FcConfigAppFontAddFile(fonts.get(), reinterpret_cast<const FcChar8*>(path.c_str())))
      throw Error(Exit::configuration, msg("A font of the papers is missing: {0}.", path.string()))
          .hint(msg("Install the package fonts-dejavu-core."));
  }
  return fonts;
}

/// Read once, never changed and never given back: a service makes many papers, and fontconfig frees only a
/// part of what it read of a font with its configuration (some 11 kB a paper were lost).
FcConfig* loaded_fonts() {
  static FcConfig* const fonts = load_fonts().release();
  return fonts;
}

Description description(const Style& style) {
  Description d(pango_font_description_new());
  pango_font_description_set_family_static(d.get(), style.mono ? digit_family : text_family);
  pango_font_description_set_weight(d.get(), style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_absolute_size(d.get(), style.size * PANGO_SCALE);
  return d;
}

}  // namespace

std::vector<fs::path> missing_fonts() {
  std::vector<fs::path> out;
  for (const char* name : font_files) {
    std::error_code ec;
    const auto path = fs::path(VERSOIR_FONT_FOLDER) / name;
    if (!fs::is_regular_file(path, ec)) out.push_back(path);
  }
  return out;
}

Typesetter::Typesetter(std::string language)
    : map_(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT)), language_(std::move(language)) {
  pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map_.get()), loaded_fonts());
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map_.get()), 72);  // one unit is one point
  context_.reset(pango_font_map_create_context(map_.get()));
  const FontOptions options(cairo_font_options_create());
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  pango_cairo_context_set_font_options(context_.get(), options.get());
  pango_context_set_language(context_.get(), pango_language_from_string(language_.c_str()));
  pango_context_set_round_glyph_positions(context_.get(), FALSE);
}

LayoutHandle Typesetter::set(std::string_view text, const Style& style, double width) const {
  LayoutHandle layout(pango_layout_new(context_.get()));
  pango_layout_set_font_description(layout.get(), description(style).get());
  const Attributes attributes(pango_attr_list_new());
  // Another font of the machine would make another paper; a hyphen that is not in a name has no place in it.
  pango_attr_list_insert(attributes.get(), pango_attr_fallback_new(FALSE));
  pango_attr_list_insert(attributes.get(), pango_attr_insert_hyphens_new(FALSE));
  pango_layout_set_attributes(layout.get(), attributes.get());
  pango_layout_set_alignment(layout.get(), style.align);
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  if (width >= 0) pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
  const auto clean = core::xml_characters(text);
  pango_layout_set_text(layout.get(), clean.data(), static_cast<int>(clean.size()));
  if (pango_layout_get_unknown_glyphs_count(layout.get()) > 0) require_glyphs(layout.get(), clean, style);
  return layout;
}

void Typesetter::require_glyphs(const PangoLayout* /*layout*/, std::string_view text,
                                const Style& style) const {
  const LoadedFont font(pango_font_map_load_font(map_.get(), context_.get(), description(style).get()));
  const std::string held(text);
  std::string lacking;
  for (const char* p = held.c_str(); *p; p = g_utf8_next_char(p)) {
    const auto character = g_utf8_get_char(p);
    if (g_unichar_isprint(character) && !pango_font_has_char(font.get(), character))
      lacking += fmt::format("{}U+{:04X}", lacking.empty() ? "" : " ", character);
  }
  throw Error(Exit::unexpected,
              msg("The fonts of the papers lack a character ({0}): no PDF is made.", lacking))
      .hint(msg("Make the document as a page, and print it from the browser."));
}

Extent extent(PangoLayout* layout) {
  int width = 0, height = 0;
  pango_layout_get_size(layout, &width, &height);
  return {static_cast<double>(width) / PANGO_SCALE, static_cast<double>(height) / PANGO_SCALE};
}

double widest_word(const Typesetter& setter, std::string_view text, const Style& style) {
  double widest = 0;
  while (!text.empty()) {
    const auto end = text.find(' ');
    if (const auto word = text.substr(0, end); !word.empty())
      widest = std::max(widest, extent(setter.set(word, style).get()).width);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return widest;
}

}  // namespace versoir::paper
