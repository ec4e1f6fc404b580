// See pdf.hpp.
#include "paper/pdf.hpp"

#include "core/error.hpp"
#include "paper/pdf_archive.hpp"
#include "paper/pdf_blocks.hpp"

#include <cairo-pdf.h>

namespace versoir::paper {

namespace {

using Surface = core::Handle<cairo_surface_t, cairo_surface_destroy>;
using Drawing = core::Handle<cairo_t, cairo_destroy>;

/// Puts what was laid out on the sheets of the file.
struct Pen {
  cairo_t* cr;

  void grey(double level) const { cairo_set_source_rgb(cr, level, level, level); }
  void operator()(const DrawnText& text) const {
    grey(text.grey);
    cairo_move_to(cr, text.x, text.y);
    pango_cairo_show_layout(cr, text.layout.get());
  }
  void operator()(const DrawnLine& line) const {
    grey(line.grey);
    cairo_set_line_width(cr, line.thickness);
    cairo_move_to(cr, line.x, line.y);
    cairo_line_to(cr, line.x + line.width, line.y);
    cairo_stroke(cr);
  }
  void operator()(const DrawnBox& box) const {
    grey(box.grey);
    cairo_rectangle(cr, box.x, box.y, box.width, box.height);
    if (box.thickness > 0) {
      cairo_set_line_width(cr, box.thickness);
      cairo_stroke(cr);
    } else {
      cairo_fill(cr);
    }
  }
  void operator()(const DrawnTag& tag) const {
    if (tag.begins)
      cairo_tag_begin(cr, tag.name.c_str(), nullptr);
    else
      cairo_tag_end(cr, tag.name.c_str());
  }
};

cairo_status_t append(void* to, const unsigned char* data, unsigned length) noexcept {
  try {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
  } catch (...) {  // no exception crosses C
    return CAIRO_STATUS_NO_MEMORY;
  }
}

void require_success(cairo_status_t status) {
  if (status != CAIRO_STATUS_SUCCESS)
    throw core::Error(core::Exit::unexpected,
                      core::msg("The PDF could not be written: {0}", cairo_status_to_string(status)));
}

}  // namespace

std::string pdf_of(const Paper& paper) {
  const Typesetter setter(paper.language);
  const auto sheets = lay_out(paper, setter);
  std::string bytes;
  {
    const Surface surface(cairo_pdf_surface_create_for_stream(append, &bytes, sheet_width, sheet_height));
    const Drawing drawing(cairo_create(surface.get()));
    for (const auto& sheet : sheets) {
      for (const auto& drawn : sheet) std::visit(Pen{drawing.get()}, drawn);
      cairo_show_page(drawing.get());
    }
    require_success(cairo_status(drawing.get()));
    cairo_surface_finish(surface.get());
    require_success(cairo_surface_status(surface.get()));
  }
  return lasting_pdf(bytes, paper);
}

}  // namespace versoir::paper
