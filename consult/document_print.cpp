// A paper as a page.
#include "consult/document.hpp"

namespace versoir::consult {

namespace {

/// The blocks of a paper as elements of a page.
struct PageOfPaper {
  Markup& m;

  void operator()(const paper::Text& text) const {
    using TextKind = paper::Text::Kind;
    switch (text.kind) {
      case TextKind::title:
        m.element("h1", text.text);
        return;
      case TextKind::draft:
        m.element("p class=\"draft\"", text.text);
        return;
      case TextKind::heading:
        m.element("h2", text.text);
        return;
      case TextKind::note:
        m.element("p class=\"note\"", text.text);
        return;
      case TextKind::establishment:
      case TextKind::body:
        m.element("p", text.text);
        return;
    }
  }
  void operator()(const paper::Terms& terms) const { m.facts(terms.facts); }
  void operator()(const paper::Table& table) const;
  void operator()(const paper::Framed& framed) const {
    m.raw("<section class=\"override\">\n").element("h2", framed.heading).element("p", framed.text);
    m.facts(framed.facts).raw("</section>\n");
  }
  void operator()(const paper::Signature& signature) const {
    m.raw("<p class=\"signature\">").text(signature.place).raw("<br>\n").text(signature.who).raw("</p>\n");
  }
};

void PageOfPaper::operator()(const paper::Table& table) const {
  if (table.digests)  // wider than a small screen, whoever has no mouse scrolls it
    m.raw("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"").text(table.caption).raw("\">");
  else
    m.raw("<div class=\"scroll\">");
  m.raw("<table>\n").element("caption", table.caption).raw("<thead><tr>");
  for (const auto& h : table.header) m.element("th scope=\"col\"", h);
  m.raw("</tr></thead>\n<tbody>\n");
  for (const auto& row : table.rows) {
    m.raw("<tr>");
    for (std::size_t c = 0; c < row.size(); ++c)
      if (c == 0 && table.first_names_row)
        m.element("th scope=\"row\"", row[c]);
      else
        m.element(table.digests == c ? "td class=\"digest\"" : "td", row[c]);
    m.raw("</tr>\n");
  }
  m.raw("</tbody></table></div>\n");
}

}  // namespace

Markup paper_markup(const paper::Paper& paper) {
  Markup m;
  m.raw("<article lang=\"").text(paper.language).raw("\">\n");
  for (const auto& block : paper.blocks) std::visit(PageOfPaper{m}, block);
  return m.raw("</article>\n");
}

}  // namespace versoir::consult
