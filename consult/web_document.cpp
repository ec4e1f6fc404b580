// Documents that are printed from a record: which of them this reader may have, and the one that he chose.
#include "consult/document.hpp"
#include "consult/web_pages.hpp"
#include "core/display.hpp"
#include "core/text.hpp"
#include "paper/pdf.hpp"

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
  return msg("It says what is masked in your role: {0}.", zone_labels(zones, mask.sheet())).text();
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
        m.link(about_record("/document", choice.way, def.id), choice.label)
            .raw(" (")
            .link(about_record("/document.pdf", choice.way, def.id), "PDF")
            .raw(")");
      else
        m.text(fmt::format("{}\u00a0: {}", choice.label, refusal_text(mask, def, choice)));
      m.raw("</li>\n");
    }
    if (!any) m.element("li", tr("Nothing in the record to make it of."));
    m.raw("</ul>\n");
  }
  m.raw("</section>\n");
}

std::optional<DocumentOverride> Pages::asked_override() const {
  DocumentOverride asked{core::trim(request_.get("paper")), core::trim(request_.get("why"))};
  if (asked == DocumentOverride{}) return std::nullopt;
  return asked;
}

/// A decision of its own, on the page that leaves them out: the paper is cited, the reason printed.
void Pages::override_form(Markup& m, const PrintedDocument& printed, const profiles::DocumentDef& def) const {
  const bool possible = std::ranges::any_of(def.tables, [](const profiles::DocumentTable& t) {
    return std::ranges::any_of(t.when, &profiles::FieldTest::overridable);
  });
  const bool left_out =
      std::ranges::any_of(printed.tables, [](const PrintedTable& t) { return t.left_out > 0; });
  if (!possible || !left_out || printed.override_by) return;
  m.raw("<section class=\"noprint\" aria-labelledby=\"override\">\n<h2 id=\"override\">");
  m.text(tr("Print results that were not published")).raw("</h2>\n");
  m.element(
      "p",
      tr("Only with a signed paper that proves them. The document prints the paper and the reason, and the "
         "log keeps them: no name in them."));
  m.raw("<form method=\"get\" action=\"/document\">\n");
  for (const char* name : {"app", "record", "key", "q", "n", "at", "document"})
    if (const auto value = request_.get(name); !value.empty())
      m.raw("<input type=\"hidden\" name=\"").text(name).raw("\" value=\"").text(value).raw("\">\n");
  m.raw("<p><label for=\"paper\">").text(tr("Signed paper: what it is, its date, who signed it"));
  m.raw(
      "</label><br><input id=\"paper\" name=\"paper\" type=\"text\" required maxlength=\"300\" "
      "size=\"60\"></p>\n");
  m.raw("<p><label for=\"why\">").text(tr("Reason"));
  m.raw(
      "</label><br><input id=\"why\" name=\"why\" type=\"text\" required maxlength=\"300\" "
      "size=\"60\"></p>\n");
  m.raw("<p><button>").text(tr("Print them")).raw("</button></p>\n</form>\n</section>\n");
}

std::variant<ServerResponse, ReadyPaper> Pages::ready_paper() {
  auto open = open_record();
  const profiles::DocumentDef* def = nullptr;
  if (open && open->sheet)
    for (const auto& d : open->sheet->documents)
      if (d.id == request_.get("document")) def = &d;
  const auto way = request_.get("at");
  const auto place = open ? find_place(open->whole, way) : std::nullopt;
  if (!def || !place) return failure(404, tr("Page not found"), tr("There is no such document."));
  const auto mask = open->mask();
  if (const auto why = beyond_role(mask, open->rights, *def); !why.empty())
    return failure(403, tr("Not in your role"), why);
  if (!open->proven())
    return failure(409, tr("No document"), tr("No document is made: seal and rows are not both verified."));
  for (const auto& choice : document_choices(open->whole, *def))
    if (choice.way == way && !choice.refusals.empty())
      return failure(409, tr("No document"), refusal_text(mask, *def, choice));
  auto& extract = open->extract;
  auto printed =
      compose_document(open->whole, *open->sheet, *def, way, extract.origin_root(), asked_override());
  const DocumentOrigin origin{
      extract.run().application_label,
      core::format_date_fr(core::Date(std::chrono::floor<std::chrono::days>(extract.run().finished))),
      extract.root(),
      extract.seal.sealed_by,
      open->record.def->id + ":" + open->record.key.text(),
      service_.today(),
      visit_.reader,
      open->reading->provenance.rows_behind(open->as_sealed(), printed.ways)};
  auto paper =
      paper_of(printed, origin, service_.options_.establishment, printed.label + " – " + open->title);
  return ReadyPaper{std::move(*open), *def, std::move(printed), std::move(paper)};
}

void Pages::write_down(const ReadyPaper& ready) const {
  const auto& by = ready.printed.override_by;
  service_.log_.document_made(
      accessed(ready.open), given_reason(),
      {ready.def.id, ready.printed.code, request_.get("at"), by ? by->paper : "", by ? by->reason : ""});
}

/// Of the paper that is on the page, with the decision that it rests on.
std::string Pages::pdf_link() const {
  return web_link("/document.pdf", {{"app", request_.get("app")},
                                    {"record", request_.get("record")},
                                    {"key", request_.get("key")},
                                    {"at", request_.get("at")},
                                    {"document", request_.get("document")},
                                    {"paper", request_.get("paper")},
                                    {"why", request_.get("why")}});
}

ServerResponse Pages::document() {
  auto made = ready_paper();
  if (auto* refused = std::get_if<ServerResponse>(&made)) return std::move(*refused);
  const auto& ready = std::get<ReadyPaper>(made);
  write_down(ready);
  auto f = frame(ready.paper.title, &ready.open.extract);
  f.crumbs = crumbs(ready.open);
  f.crumbs.push_back({about_record("/sheet"), ready.open.title});
  f.crumbs.push_back({"", ready.printed.label});
  Markup m;
  m.raw("<p class=\"noprint\">").link(pdf_link(), tr("This document as PDF"));
  m.text(" " + tr("(whether it is PDF/A is not verified)")).raw("</p>\n");
  m.raw(paper_markup(ready.paper).html());
  override_form(m, ready.printed, ready.def);
  return page_response(200, f, m);
}

ServerResponse Pages::document_pdf() {
  auto made = ready_paper();
  if (auto* refused = std::get_if<ServerResponse>(&made)) return std::move(*refused);
  const auto& ready = std::get<ReadyPaper>(made);
  ServerResponse response{200, safe_headers("application/pdf"), paper::pdf_of(ready.paper)};
  write_down(ready);
  // The code, not the name: names of files are seen by others.
  response.headers["Content-Disposition"] =
      "attachment; filename=\"" + core::slug(ready.def.id) + "-" + ready.printed.code + ".pdf\"";
  return response;
}

}  // namespace versoir::consult
