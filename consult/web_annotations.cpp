// What annotations say, on a sheet; what the extract says where they say otherwise, on a page of its own.
#include "consult/generation.hpp"
#include "consult/web_pages.hpp"
#include "core/display.hpp"
#include "records/people.hpp"

#include <algorithm>

namespace versoir::consult {

using core::msg;
using core::ServerResponse;
using core::tr;

namespace {

/// A zone that this reader does not see, of a field which an annotation changes: its words may say the value.
std::optional<std::string> hidden_zone_of(const Mask& mask, const records::Record& record,
                                          const Annotation& a) {
  for (const auto& cell : record.root.cells)
    if (a.values.contains(cell.field->name))
      if (auto zone = mask.hides(*record.root.node, *cell.field)) return zone;
  return std::nullopt;
}

void write_annotations(Markup& m, const OpenRecord& open, const std::vector<const Annotation*>& list) {
  const auto mask = open.mask();
  m.raw("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"").text(tr("Annotations"));
  m.raw("\"><table>\n").element("caption", tr("Annotations")).raw("<thead><tr>");
  for (const auto& h :
       {tr("No."), tr("Kind"), tr("What is stated"), tr("Signed paper"), tr("On"), tr("Signed by")})
    m.element("th scope=\"col\"", h);
  m.raw("</tr></thead>\n<tbody>\n");
  for (const auto* a : list) {
    m.raw("<tr>")
        .element("th scope=\"row\"", std::to_string(a->number))
        .raw("<td>")
        .text(annotation_kind_label(a->kind));
    if (a->withdrawn) m.raw(" ").badge("warning", tr("withdrawn"));
    m.raw("</td>");
    auto stated = a->text;
    if (a->kind == AnnotationKind::withdrawal)
      stated = msg("Annotation {0} is withdrawn. {1}", a->withdraws, a->text).text();
    if (const auto zone = hidden_zone_of(mask, open.record, *a)) stated = mask.text(*zone);
    m.element("td", stated)
        .element("td", a->paper)
        .element("td", core::show_date(a->made))
        .element("td", a->by);
    m.raw("</tr>\n");
  }
  m.raw("</tbody></table></div>\n");
}

void write_units_to_tell(Markup& m, const std::vector<TransferredUnit>& units) {
  if (units.empty()) return;
  m.element("h3", tr("What VITAM must be told"));
  m.element(
      "p",
      tr("The platform holds units of this record, transferred before this annotation. The annotation does "
         "not go there by itself: the archive service decides of an update of their metadata."));
  m.raw("<ul>\n");
  for (const auto& u : units)
    m.element("li",
              msg("{0}: lot {1}, operation {2} ({3})", u.versement, u.lot, u.operation, u.profile).text());
  m.raw("</ul>\n");
}

}  // namespace

void Pages::annotations(Markup& m, const OpenRecord& open) const {
  const auto& annotations = open.extract.annotations();
  if (annotations.verdict() == Annotations::Verdict::none) return;
  if (!annotations.usable()) {
    m.raw("<div role=\"alert\">\n");
    m.badge("error",
            tr("The annotations beside this extract do not hold: none is applied, and no document is made."));
    for (const auto& reason : annotations.reasons()) m.element("p", reason.text());
    m.raw("</div>\n");
    return;
  }
  const auto list = annotations.of(open.record.def->id, open.record.key.text());
  if (list.empty()) return;
  m.raw("<section aria-labelledby=\"annotations\">\n<h2 id=\"annotations\">")
      .text(tr("Annotations"))
      .raw("</h2>\n");
  for (const auto& reason : annotations.reasons()) m.badge("warning", reason.text());
  if (annotations.held(open.record.def->id, open.record.key.text()))
    m.badge("warning", tr("hold: nothing of the record may be eliminated"));
  write_annotations(m, open, list);
  if (!open.set_aside().empty()) {
    m.element("p", tr("The identity above is that of the annotations. What the application held is masked."));
    m.raw("<p class=\"noprint\">")
        .link(about_record("/earlier"), tr("Show the masked values (written in the log)"));
    m.raw("</p>\n");
  }
  if (service_.options_.transferred)
    write_units_to_tell(m, service_.options_.transferred(open.extract.run().application, open.record.def->id,
                                                         open.record.key.text()));
  m.raw("</section>\n");
}

ServerResponse Pages::earlier() {
  auto open = open_record();
  if (!open) return no_record();
  const auto cells = open->set_aside();
  if (cells.empty())
    return failure(404, tr("Page not found"), tr("No annotation masks anything of this record."));
  service_.log_.earlier_shown(accessed(*open), given_reason());
  const auto title = tr("Values masked by annotations");
  auto f = frame(title, &open->extract);
  f.crumbs = crumbs(*open);
  f.crumbs.push_back({about_record("/sheet"), open->title});
  f.crumbs.push_back({"", title});
  Markup m;
  m.element("h1", title);
  m.element("p",
            tr("What the application held. No document bears it; who looked at it is written in the log."));
  const auto mask = open->mask();
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto* cell : cells) {
    const auto zone = mask.hides(*open->record.root.node, *cell->field);
    facts.emplace_back(cell->field->label, zone ? mask.text(*zone) : records::parts::people_value(*cell));
  }
  m.facts(facts);
  return page_response(200, f, m);
}

ServerResponse Pages::no_record() {
  auto* extract = asked_extract();
  if (extract) {
    try {
      const auto key = records::Key::parse(request_.get("key"));
      const auto reading = extract->lease();
      if (const auto gone = eliminated_record(reading->archive.extract(), request_.get("record"), key))
        return failure(410, tr("Eliminated record"), eliminated_text(*gone));
    } catch (const core::Error&) {  // no key: nothing to look for
    }
  }
  return failure(404, tr("Page not found"), tr("There is no such record in this extract."));
}

}  // namespace versoir::consult
