// How long the record is kept, on its sheet; what of it was eliminated, and under which visa.
#include "consult/generation.hpp"
#include "consult/web_pages.hpp"
#include "core/display.hpp"

namespace versoir::consult {

using core::msg;
using core::tr;

namespace {

std::string shown_day(const std::optional<core::Date>& date, const std::string& otherwise) {
  return date ? core::show_date(*date) : otherwise;
}

void write_rules(Markup& m, const RetentionLine& line) {
  m.raw("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"").text(line.archive->label);
  m.raw("\"><table>\n").element("caption", line.archive->label).raw("<thead><tr>");
  for (const auto& h : {tr("Rule"), tr("Runs from"), tr("Start"), tr("End"), tr("Then"), tr("How sure")})
    m.element("th scope=\"col\"", h);
  m.raw("</tr></thead>\n<tbody>\n");
  for (const auto& rule : line.rules) {
    m.raw("<tr><th scope=\"row\">").text(rule_category_label(rule.category)).raw("<br>");
    m.text(fmt::format("{} ({})", rule.rule->label, rule.rule->code)).raw("</th>");
    m.element("td", rule.rule->trigger);
    m.element("td", shown_day(rule.start, tr("unknown")) + (rule.bounded ? " " + tr("(a bound)") : ""));
    m.element("td",
              shown_day(rule.end, rule.start && !rule.rule->duration ? tr("no end")
                                                                     : tr("never, for want of a start")));
    m.element("td", final_action_label(rule.final_action));
    m.element("td", fmt::format("{}{}{}", confidence_label(rule.rule->confidence),
                                rule.rule->source.empty() ? "" : " – ", rule.rule->source));
    m.raw("</tr>\n");
  }
  m.raw("</tbody></table></div>\n");
}

}  // namespace

void Pages::retention(Markup& m, const OpenRecord& open) const {
  m.raw("<section aria-labelledby=\"retention\">\n<h2 id=\"retention\">")
      .text(tr("Retention"))
      .raw("</h2>\n");
  const auto lines = open.extract.retention(*open.record.def, open.record.key);
  if (lines.empty()) m.element("p", tr("No archive profile says how long this record is kept."));
  for (const auto& line : lines) write_rules(m, line);
  if (open.extract.annotations().held(open.record.def->id, open.record.key.text()))
    m.badge("warning", tr("hold: nothing of the record may be eliminated"));
  const auto gone = eliminated_parts(open.reading->archive.extract());
  if (!gone.empty()) {
    m.element("h3", tr("What was eliminated from this extract")).raw("<ul>\n");
    for (const auto& e : gone) {
      const auto* table = open.extract.application().find_table(e.table);
      m.element("li", msg("{0}{1}: {2}", e.column.empty() ? e.table : e.table + "." + e.column,
                          table ? " (" + table->label + ")" : std::string(), eliminated_text(e))
                          .text());
    }
    m.raw("</ul>\n");
  }
  m.raw("</section>\n");
}

}  // namespace versoir::consult
