// RGAA 12: a long page has its list of sections, and one can go to each.
#include "sip/page_contents.hpp"

#include "core/html.hpp"
#include "core/i18n.hpp"

#include <fmt/format.h>

namespace versoir::sip {

std::string PageContents::add(std::string_view title, std::string_view id) {
  sections_.emplace_back(id.empty() ? fmt::format("section.{}", sections_.size() + 1) : std::string(id),
                         std::string(title));
  return sections_.back().first;
}

std::string PageContents::markup() const {
  std::string text = fmt::format("<nav aria-labelledby=\"contents.\">\n<h2 id=\"contents.\">{}</h2>\n<ol>\n",
                                 core::html_escape(core::tr("In this report")));
  for (const auto& [id, title] : sections_)
    text += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", core::html_escape(id), core::html_escape(title));
  return text + "</ol>\n</nav>\n";
}

}  // namespace versoir::sip
