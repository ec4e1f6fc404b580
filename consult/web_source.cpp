// Behind a sheet: the source rows of its values, and the documents that are printed from it.
#include "consult/document.hpp"
#include "consult/generation.hpp"
#include "consult/web_pages.hpp"
#include "core/display.hpp"
#include "core/text.hpp"
#include "records/people.hpp"

#include <algorithm>
#include <map>

namespace versoir::consult {

using core::msg;
using core::ServerResponse;
using core::tr;

namespace {

/// A longer value is cut: the page shows where it comes from, not the file it is.
constexpr std::size_t longest_stored = 2000;

std::string stored_text(const core::Value& value) {
  auto text = std::holds_alternative<std::monostate>(value) ? tr("(empty: NULL)") : core::value_text(value);
  if (text.size() > longest_stored) text = text.substr(0, longest_stored) + "…";
  return core::is_utf8(text) ? text : core::repair_utf8(text);
}

/// Values that an annotation set aside: only the page made for it shows them.
class Masks {
 public:
  explicit Masks(const OpenRecord& open) {
    for (const auto& [label, value] : open.earlier)
      if (!core::trim(value).empty()) masked_.push_back(core::fold_name(value));
  }
  [[nodiscard]] std::string shown(const std::string& value) const {
    const auto folded = core::fold_name(value);
    return std::ranges::find(masked_, folded) == masked_.end() ? value
                                                               : tr("(masked: an annotation says otherwise)");
  }

 private:
  std::vector<std::string> masked_;
};

std::string column_label(const profiles::Application& app, const ColumnRef& ref) {
  const auto* table = app.find_table(ref.table);
  const auto* column = table ? table->find(ref.column) : nullptr;
  return column ? column->label : std::string();
}

void write_fields(Markup& m, const profiles::Application& app, const records::RowNode& row,
                  const NodeOrigin& origin, const Masks& masks) {
  m.raw("<div class=\"scroll\"><table>\n")
      .element("caption", tr("Values of this row, and where they come from"));
  m.raw("<thead><tr>");
  for (const auto& h : {tr("What"), tr("Shown"), tr("Stored"), tr("Table and column"), tr("Description")})
    m.element("th scope=\"col\"", h);
  m.raw("</tr></thead>\n<tbody>\n");
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const auto& cell = row.cells[i];
    m.raw("<tr>").element("th scope=\"row\"", cell.field->label);
    m.element("td", masks.shown(records::parts::people_value(cell)))
        .element("td", masks.shown(cell.value ? *cell.value : ""));
    if (i < origin.fields.size() && origin.fields[i])
      m.element("td", origin.fields[i]->table + "." + origin.fields[i]->column)
          .element("td", column_label(app, *origin.fields[i]));
    else
      m.element("td", tr("made by the profile's query")).element("td", tr("from the columns listed below"));
    m.raw("</tr>\n");
  }
  m.raw("</tbody></table></div>\n");
}

void write_source_row(Markup& m, const profiles::Application& app, const SourceRow& row, const Masks& masks) {
  const auto* table = app.find_table(row.table);
  m.element("h3", msg("{0}, row {1}", row.table, row.row).text());
  if (table) m.element("p", table->label);
  if (row.holds)
    m.badge("ok", msg("Block {0}: it is what was sealed.", row.block).text());
  else
    m.badge("error", msg("Block {0}: altered since it was sealed.", row.block).text());
  m.raw("<p>")
      .text(tr("SHA-256 of the row:"))
      .raw(" ")
      .element("span class=\"digest\"", row.digest)
      .raw("</p>\n");
  m.raw("<div class=\"scroll\"><table>\n").element("caption", msg("{0}, row {1}", row.table, row.row).text());
  m.raw("<thead><tr>").element("th scope=\"col\"", tr("Column"));
  m.element("th scope=\"col\"", tr("Description")).element("th scope=\"col\"", tr("Stored"));
  m.raw("</tr></thead>\n<tbody>\n");
  for (const auto& [column, value] : row.columns)
    m.raw("<tr>")
        .element("th scope=\"row\"", column)
        .element("td", column_label(app, {row.table, column}))
        .element("td", masks.shown(stored_text(value)))
        .raw("</tr>\n");
  m.raw("</tbody></table></div>\n");
}

void write_reads(Markup& m, const profiles::Application& app, const NodeOrigin& origin) {
  m.raw("<div class=\"scroll\"><table>\n").element("caption", tr("Columns that the query reads"));
  m.raw("<thead><tr>").element("th scope=\"col\"", tr("Table"));
  m.element("th scope=\"col\"", tr("Column")).element("th scope=\"col\"", tr("Description"));
  m.raw("</tr></thead>\n<tbody>\n");
  for (const auto& read : origin.reads)
    m.raw("<tr>")
        .element("th scope=\"row\"", read.table)
        .element("td", read.column)
        .element("td", column_label(app, read))
        .raw("</tr>\n");
  m.raw("</tbody></table></div>\n");
}

}  // namespace

ServerResponse Pages::source() {
  auto open = open_record();
  const auto place = open ? find_place(open->as_sealed(), request_.get("at")) : std::nullopt;
  if (!place) return failure(404, tr("Page not found"), tr("There is no such record in this extract."));
  service_.log_.source_shown(accessed(*open), given_reason());
  const auto& app = open->extract.archive.application();
  const auto sources = open->extract.provenance.sources(open->as_sealed(), *place);
  const Masks masks(*open);
  const auto title = msg("Source: {0}", place->row->node->label).text();
  auto f = frame(title + " – " + open->title, &open->extract);
  f.crumbs = crumbs(*open);
  f.crumbs.push_back({about_record("/sheet"), open->title});
  f.crumbs.push_back({"", title});
  Markup m;
  m.element("h1", title);
  write_fields(m, app, *place->row, sources.origin, masks);
  m.element("h2", tr("Source rows of the person"));
  if (sources.rows.empty()) m.element("p", tr("The query reads no table that holds rows of this person."));
  if (!sources.exact)
    m.element("p", tr("Nothing tells which of the person's rows made this one: they are all shown."));
  for (const auto& row : sources.rows) write_source_row(m, app, row, masks);
  m.element("h2", tr("What the query reads"));
  write_reads(m, app, sources.origin);
  return page_response(200, f, m);
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

ServerResponse Pages::document() {
  auto open = open_record();
  const profiles::DocumentDef* def = nullptr;
  if (open && open->sheet)
    for (const auto& d : open->sheet->documents)
      if (d.id == request_.get("document")) def = &d;
  const auto place = open ? find_place(open->record, request_.get("at")) : std::nullopt;
  if (!def || !place) return failure(404, tr("Page not found"), tr("There is no such document."));
  if (!open->proven())
    return failure(409, tr("No document"), tr("No document is made: seal and rows are not both verified."));
  auto& extract = open->extract.archive.extract();
  const auto root = extract.root().hex();
  const auto override_by = asked_override();
  const auto printed = compose_document(open->record, *open->sheet, *def, request_.get("at"),
                                        origin_root(extract), override_by);
  service_.log_.document_made(
      accessed(*open), given_reason(),
      {def->id, printed.code, request_.get("at"), override_by ? override_by->paper : "",
       override_by ? override_by->reason : ""});
  DocumentOrigin origin{
      extract.run().application_label,
      core::format_date_fr(core::Date(std::chrono::floor<std::chrono::days>(extract.run().finished))),
      root,
      open->extract.seal.sealed_by,
      open->record.def->id + ":" + open->record.key.text(),
      core::format_date_fr(core::Date(std::chrono::floor<std::chrono::days>(service_.clock_.now()))),
      service_.options_.reader,
      open->extract.provenance.rows_behind(open->as_sealed(), printed.ways)};
  auto f = frame(printed.label + " – " + open->title, &open->extract);
  f.crumbs = crumbs(*open);
  f.crumbs.push_back({about_record("/sheet"), open->title});
  f.crumbs.push_back({"", printed.label});
  auto m = document_markup(printed, origin, service_.options_.establishment);
  override_form(m, printed, *def);
  return page_response(200, f, m);
}

}  // namespace versoir::consult
