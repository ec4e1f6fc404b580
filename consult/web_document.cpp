// Documents that are printed from a record: which of them this reader may have, and the one that he chose.
#include "consult/document.hpp"
#include "consult/web_pages.hpp"
#include "core/display.hpp"

#include <algorithm>

namespace versoir::consult {

using core::msg;
using core::ServerResponse;
using core::tr;

namespace {

/// Why this reader does not get the document, whatever the record says; "" when he may.
std::string beyond_role(const Mask& mask, const ExtractRights& rights, const profiles::DocumentDef& def) {
  if (!rights.print) return tr("Your role does not make documents to print.");
  const auto zones = mask.printed_beyond(def);
  if (zones.empty()) return {};
  std::vector<std::string> labels;
  for (const auto& zone : zones) labels.push_back(zone_label(zone, mask.sheet()));
  return msg("It says what is masked in your role: {0}.", fmt::format("{}", fmt::join(labels, ", "))).text();
}

/// What is said of a row that gives no document. What a masked value refuses is not told in its own words.
std::string refusal_text(const Mask& mask, const profiles::DocumentDef& def, const DocumentChoice& choice) {
  if (mask.tested_beyond(def).empty()) return fmt::format("{}", fmt::join(choice.refusals, " "));
  return tr("It is refused, perhaps for a reason that is masked in your role: ask whoever sees it.");
}

}  // namespace

/// Documents that can be made, and why the others are not.
void Pages::documents(Markup& m, const OpenRecord& open) const {
  if (!open.sheet || open.sheet->documents.empty()) return;
  m.raw("<section class=\"noprint\" aria-labelledby=\"documents\">\n<h2 id=\"documents\">");
  m.text(tr("Documents to print")).raw("</h2>\n");
  if (!open.proven()) {
    m.element("p", tr("No document is made: seal and rows are not both verified."));
    m.raw("</section>\n");
    return;
  }
  const auto mask = open.mask();
  for (const auto& def : open.sheet->documents) {
    m.element("h3", def.label);
    if (const auto why = beyond_role(mask, open.rights, def); !why.empty()) {
      m.element("p", why);
      continue;
    }
    m.raw("<ul>\n");
    bool any = false;
    for (const auto& choice : document_choices(open.whole, def)) {
      any = true;
      m.raw("<li>");
      if (choice.refusals.empty())
        m.link(about_record("/document", choice.way, def.id), choice.label);
      else
        m.text(fmt::format("{}\u00a0: {}", choice.label, refusal_text(mask, def, choice)));
      m.raw("</li>\n");
    }
    if (!any) m.element("li", tr("Nothing in the record to make it of."));
    m.raw("</ul>\n");
  }
  m.raw("</section>\n");
}

ServerResponse Pages::document() {
  auto open = open_record();
  const profiles::DocumentDef* def = nullptr;
  if (open && open->sheet)
    for (const auto& d : open->sheet->documents)
      if (d.id == request_.get("document")) def = &d;
  const auto place = open ? find_place(open->whole, request_.get("at")) : std::nullopt;
  if (!def || !place) return failure(404, tr("Page not found"), tr("There is no such document."));
  const auto mask = open->mask();
  if (const auto why = beyond_role(mask, open->rights, *def); !why.empty())
    return failure(403, tr("Not in your role"), why);
  if (!open->proven())
    return failure(409, tr("No document"), tr("No document is made: seal and rows are not both verified."));
  for (const auto& choice : document_choices(open->whole, *def))
    if (choice.way == request_.get("at") && !choice.refusals.empty())
      return failure(409, tr("No document"), refusal_text(mask, *def, choice));
  auto& extract = open->extract;
  const auto printed = compose_document(open->whole, *open->sheet, *def, request_.get("at"), extract.root());
  service_.log_.document_made(accessed(*open), given_reason(), def->id, printed.code);
  DocumentOrigin origin{
      extract.run().application_label,
      core::format_date_fr(core::Date(std::chrono::floor<std::chrono::days>(extract.run().finished))),
      extract.root(),
      extract.seal.sealed_by,
      open->record.def->id + ":" + open->record.key.text(),
      core::format_date_fr(service_.today()),
      visit_.reader,
      open->reading->provenance.rows_behind(open->whole, printed.ways)};
  auto f = frame(printed.label + " – " + open->title, &extract);
  f.crumbs = crumbs(*open);
  f.crumbs.push_back({about_record("/sheet"), open->title});
  f.crumbs.push_back({"", printed.label});
  return page_response(200, f, document_markup(printed, origin, service_.options_.establishment));
}

}  // namespace versoir::consult
