// Behind a sheet: the source rows of its values.
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
class SetAside {
 public:
  explicit SetAside(const OpenRecord& open) {
    for (const auto* cell : open.set_aside())
      for (const auto& text : {cell->value.value_or(""), records::parts::people_value(*cell)})
        if (!core::trim(text).empty()) values_.push_back(core::fold_name(text));
  }
  [[nodiscard]] bool holds(const std::string& value) const {
    return std::ranges::find(values_, core::fold_name(value)) != values_.end();
  }
  [[nodiscard]] std::string shown(const std::string& value) const {
    return holds(value) ? tr("(masked: an annotation says otherwise)") : value;
  }

 private:
  std::vector<std::string> values_;
};

std::string column_label(const profiles::Application& app, const ColumnRef& ref) {
  const auto* table = app.find_table(ref.table);
  const auto* column = table ? table->find(ref.column) : nullptr;
  return column ? column->label : std::string();
}

void write_fields(Markup& m, const profiles::Application& app, const records::RowNode& row,
                  const NodeOrigin& origin, const Mask& mask, const SetAside& set_aside) {
  m.raw("<div class=\"scroll\"><table>\n")
      .element("caption", tr("Values of this row, and where they come from"));
  m.raw("<thead><tr>");
  for (const auto& h : {tr("What"), tr("Shown"), tr("Stored"), tr("Table and column"), tr("Description")})
    m.element("th scope=\"col\"", h);
  m.raw("</tr></thead>\n<tbody>\n");
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const auto& cell = row.cells[i];
    m.raw("<tr>").element("th scope=\"row\"", cell.field->label);
    if (const auto zone = mask.hides(*row.node, *cell.field))
      m.element("td", mask.text(*zone)).element("td", mask.text(*zone));
    else
      m.element("td", set_aside.shown(records::parts::people_value(cell)))
          .element("td", set_aside.shown(cell.value ? *cell.value : ""));
    if (i < origin.fields.size() && origin.fields[i])
      m.element("td", origin.fields[i]->table + "." + origin.fields[i]->column)
          .element("td", column_label(app, *origin.fields[i]));
    else
      m.element("td", tr("made by the profile's query")).element("td", tr("from the columns listed below"));
    m.raw("</tr>\n");
  }
  m.raw("</tbody></table></div>\n");
}

/// What of a row is hidden from this reader, by table and column.
using HiddenColumns = std::map<ColumnRef, std::string>;

void write_source_row(Markup& m, const profiles::Application& app, const SourceRow& row, const Mask& mask,
                      const HiddenColumns& hidden, const SetAside& set_aside) {
  const auto* table = app.find_table(row.table);
  m.element("h3", msg("{0}, row {1}", row.table, row.row).text());
  if (table) m.element("p", table->label);
  if (row.holds)
    m.badge("ok", msg("Block {0}: it is what was sealed.", row.block).text());
  else
    m.badge("error", msg("Block {0}: altered since it was sealed.", row.block).text());
  const bool whole = std::ranges::none_of(row.columns, [&](const auto& column) {
    return hidden.contains({row.table, column.first}) || set_aside.holds(stored_text(column.second));
  });
  m.raw("<p>").text(tr("SHA-256 of the row:")).raw(" ");
  // With the other values known, a digest lets a short hidden one be guessed by trying them all.
  if (whole)
    m.element("span class=\"digest\"", row.digest);
  else
    m.text(tr("not shown, since some of its values are masked"));
  m.raw("</p>\n");
  m.raw("<div class=\"scroll\"><table>\n").element("caption", msg("{0}, row {1}", row.table, row.row).text());
  m.raw("<thead><tr>").element("th scope=\"col\"", tr("Column"));
  m.element("th scope=\"col\"", tr("Description")).element("th scope=\"col\"", tr("Stored"));
  m.raw("</tr></thead>\n<tbody>\n");
  for (const auto& [column, value] : row.columns) {
    const auto zone = hidden.find({row.table, column});
    m.raw("<tr>")
        .element("th scope=\"row\"", column)
        .element("td", column_label(app, {row.table, column}))
        .element("td", zone == hidden.end() ? set_aside.shown(stored_text(value)) : mask.text(zone->second))
        .raw("</tr>\n");
  }
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
  const auto mask = open->mask();
  for (const auto* row : place->above)
    if (const auto zone = mask.hides(*row->node))
      return failure(403, tr("Not in your role"), mask.text(*zone));
  if (const auto zone = mask.hides(*place->row->node))
    return failure(403, tr("Not in your role"), mask.text(*zone));
  service_.log_.source_shown(accessed(*open), given_reason());
  const auto& app = open->extract.application();
  auto& provenance = open->reading->provenance;
  const auto sources = provenance.sources(open->as_sealed(), *place);
  const auto hidden = mask.columns(provenance.reads(*open->record.def));
  const SetAside set_aside(*open);
  const auto title = msg("Source: {0}", place->row->node->label).text();
  auto f = frame(title + " – " + open->title, &open->extract);
  f.crumbs = crumbs(*open);
  f.crumbs.push_back({about_record("/sheet"), open->title});
  f.crumbs.push_back({"", title});
  Markup m;
  m.element("h1", title);
  write_fields(m, app, *place->row, sources.origin, mask, set_aside);
  m.element("h2", tr("Source rows of the person"));
  if (sources.rows.empty()) m.element("p", tr("The query reads no table that holds rows of this person."));
  if (!sources.exact)
    m.element("p", tr("Nothing tells which of the person's rows made this one: they are all shown."));
  for (const auto& row : sources.rows) write_source_row(m, app, row, mask, hidden, set_aside);
  m.element("h2", tr("What the query reads"));
  write_reads(m, app, sources.origin);
  return page_response(200, f, m);
}

}  // namespace versoir::consult
