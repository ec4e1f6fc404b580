// Ready-made lists: which there are, what they ask, how many records answer, then the records.
#include "consult/list.hpp"
#include "consult/web_pages.hpp"
#include "core/csv.hpp"
#include "core/display.hpp"

#include <algorithm>

namespace versoir::consult {

using core::msg;
using core::ServerResponse;
using core::tr;

namespace {

constexpr std::size_t rows_on_page = 50, farthest_page = 20'000;
/// More choices than that are typed, with the browser's help, rather than scrolled.
constexpr std::size_t longest_menu = 60;
constexpr std::string_view asked_prefix = "p_";  // parameters of a list among the fields of a request

ListArguments asked_of(const std::map<std::string, std::string, std::less<>>& fields) {
  ListArguments out;
  for (const auto& [name, value] : fields)
    if (name.starts_with(asked_prefix)) out.emplace(name.substr(asked_prefix.size()), value);
  return out;
}

std::string list_address(std::string_view path, const std::string& app, const std::string& list,
                         const ListArguments& asked, std::size_t page = 0) {
  auto out = web_link(path, {{"app", app}, {"list", list}, {"page", page ? std::to_string(page) : ""}});
  for (const auto& [name, value] : asked)
    if (!value.empty()) out += web_link("", {{std::string(asked_prefix) + name, value}}).replace(0, 1, "&");
  return out;
}

void write_parameter(Markup& m, const profiles::ListParameter& parameter, const std::string& value,
                     const std::vector<std::pair<std::string, std::string>>& choices) {
  const auto id = std::string(asked_prefix) + parameter.name;
  m.raw("<div><label for=\"").text(id).raw("\">").text(parameter.label).raw("</label>");
  if (!choices.empty() && choices.size() <= longest_menu) {
    m.raw("<select id=\"")
        .text(id)
        .raw("\" name=\"")
        .text(id)
        .raw("\" required>\n<option value=\"\"></option>\n");
    for (const auto& [code, label] : choices)
      m.raw("<option value=\"")
          .text(code)
          .raw(code == value ? "\" selected>" : "\">")
          .text(label.empty() || label == code ? code : fmt::format("{} ({})", label, code))
          .raw("</option>\n");
    m.raw("</select></div>\n");
    return;
  }
  const bool date = parameter.kind == profiles::ListParameter::Kind::date;
  m.raw("<input id=\"").text(id).raw("\" name=\"").text(id).raw("\" type=\"").raw(date ? "date" : "text");
  m.raw("\" required maxlength=\"200\" autocomplete=\"off\" value=\"").text(value).raw("\"");
  if (!choices.empty()) m.raw(" list=\"").text(id).raw("-choices\"");
  m.raw(">");
  if (!choices.empty()) {
    m.raw("<datalist id=\"").text(id).raw("-choices\">\n");
    for (const auto& [code, label] : choices)
      m.raw("<option value=\"").text(code).raw("\">").text(label).raw("</option>\n");
    m.raw("</datalist>");
  }
  m.raw("</div>\n");
}

/// A list as the log names it.
AccessedList accessed_list(const ServedExtract& extract, const ReadyList& list, std::uint64_t rows,
                           bool exported) {
  return {extract.run().application, extract.root(), list.def().id, list.logged_parameters(), rows, exported};
}

/// Why this reader does not get the list, whose rows would tell what is masked; "" when he may.
std::string list_beyond_role(const OpenList& open) {
  const auto zones = asked_beyond(open.def, open.rights);
  if (zones.empty()) return {};
  return msg("It asks about what is masked in your role: {0}.", zone_labels(zones, open.sheet)).text();
}

void write_rows(Markup& m, const std::string& app, const profiles::ListDef& def,
                const std::vector<ListRow>& rows) {
  m.raw("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"").text(def.label);
  m.raw("\"><table>\n").element("caption", def.label).raw("<thead><tr>");
  for (const auto& column : def.columns) m.element("th scope=\"col\"", column.label);
  m.raw("</tr></thead>\n<tbody>\n");
  for (const auto& row : rows) {
    m.raw("<tr>");
    const auto sheet = web_link("/sheet", {{"app", app}, {"record", def.record}, {"key", row.key.text()}});
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      if (i == 0)
        m.raw("<th scope=\"row\">")
            .link(sheet, row.values[i].empty() ? row.key.text() : row.values[i])
            .raw("</th>");
      else
        m.element("td", row.values[i]);
    }
    m.raw("</tr>\n");
  }
  m.raw("</tbody></table></div>\n");
}

}  // namespace

std::optional<OpenList> Pages::open_list() {
  auto* extract = asked_extract();
  const auto* def = extract ? extract->application().find_list(request_.get("list")) : nullptr;
  if (!def) return std::nullopt;
  return OpenList{*extract,
                  extract->lease(),
                  rights_in(*extract),
                  *def,
                  extract->application().find_sheet(def->record),
                  asked_of(request_.method == "POST" ? request_.form : request_.query)};
}

/// Its columns masked as the records are.
ReadyList Pages::ready_list(OpenList& open) {
  const auto& app = open.extract.application();
  ReadyList list(open.reading->archive.extract().database(), app, open.def, open.asked,
                 open.extract.annotations());
  if (const auto* record = app.find_record(open.def.record))
    list.mask(Mask(app, *record, open.sheet, open.rights).columns(open.def, open.reading->provenance));
  return list;
}

ServerResponse Pages::lists() {
  auto f = frame(tr("Ready-made lists"));
  f.crumbs = {{"/", tr("Search")}, {"", tr("Ready-made lists")}};
  Markup m;
  m.element("h1", tr("Ready-made lists"));
  for (const auto* extract : open_extracts()) {
    m.element("h2", extract_label(extract->run()));
    const auto& lists = extract->application().lists;
    if (lists.empty()) m.element("p", tr("The profile of this extract has no list."));
    if (lists.empty()) continue;
    m.raw("<ul>\n");
    for (const auto& list : lists) {
      m.raw("<li>").link(list_address("/list", extract->id, list.id, {}), list.label);
      if (!list.description.empty()) m.raw("<br>").text(list.description);
      m.raw("</li>\n");
    }
    m.raw("</ul>\n");
  }
  return page_response(200, f, m);
}

ServerResponse Pages::list() {
  auto open = open_list();
  if (!open) return failure(404, tr("Page not found"), tr("There is no such list."));
  if (const auto why = list_beyond_role(*open); !why.empty())
    return failure(403, tr("Not in your role"), why);
  const auto* extract = &open->extract;
  const auto* def = &open->def;
  const auto& asked = open->asked;
  auto& db = open->reading->archive.extract().database();
  auto f = frame(def->label, &open->extract);
  f.crumbs = {{"/", tr("Search")}, {"/lists", tr("Ready-made lists")}, {"", def->label}};
  Markup m;
  m.element("h1", def->label);
  if (!def->description.empty()) m.element("p", def->description);
  if (!asked.empty() || def->parameters.empty()) {
    m.raw("<div role=\"status\">\n");
    try {
      auto list = ready_list(*open);
      const auto count = list.count();
      m.facts(list.shown_parameters());
      m.element("p", core::nmsg("{0} record answers.", "{0} records answer.", count).text());
      if (count > 0)
        m.raw("<p>")
            .link(list_address("/list/rows", extract->id, def->id, asked), tr("Show the records"))
            .raw("</p>\n");
    } catch (const core::Error& e) {
      if (e.code() != core::Exit::usage) throw;
      m.badge("warning", e.message().text());
      for (const auto& hint : e.hints()) m.element("p", hint.text());
    }
    m.raw("</div>\n");
  }
  m.raw(
      "<form class=\"search\" method=\"get\" action=\"/list\">\n<input type=\"hidden\" name=\"app\" "
      "value=\"");
  m.text(extract->id).raw("\"><input type=\"hidden\" name=\"list\" value=\"").text(def->id).raw("\">\n");
  for (const auto& parameter : def->parameters) {
    const auto it = asked.find(parameter.name);
    write_parameter(m, parameter, it == asked.end() ? std::string() : it->second,
                    list_choices(db, parameter));
  }
  m.raw("<div><button>").text(tr("Count")).raw("</button></div>\n</form>\n");
  return page_response(200, f, m);
}

ServerResponse Pages::list_rows() {
  auto open = open_list();
  if (!open) return failure(404, tr("Page not found"), tr("There is no such list."));
  if (const auto why = list_beyond_role(*open); !why.empty())
    return failure(403, tr("Not in your role"), why);
  auto* extract = &open->extract;
  const auto* def = &open->def;
  const auto& asked = open->asked;
  auto list = ready_list(*open);
  const auto count = list.count();
  const auto page = request_.number("page", farthest_page);
  service_.log_.list_shown(accessed_list(*extract, list, count, false), given_reason());
  const auto rows = list.rows(page * rows_on_page, rows_on_page);
  auto f = frame(def->label, extract);
  f.crumbs = {{"/", tr("Search")},
              {"/lists", tr("Ready-made lists")},
              {list_address("/list", extract->id, def->id, asked), def->label},
              {"", tr("Records")}};
  Markup m;
  m.element("h1", def->label).facts(list.shown_parameters());
  m.element("p role=\"status\"",
            msg("Records {0} to {1} of {2}.", page * rows_on_page + (rows.empty() ? 0 : 1),
                page * rows_on_page + rows.size(), count)
                .text());
  write_rows(m, extract->id, *def, rows);
  m.raw("<nav aria-label=\"").text(tr("Pages of the list")).raw("\"><ul>\n");
  const auto to_page = [&](std::size_t n) {
    return list_address("/list/rows", extract->id, def->id, asked, n);
  };
  if (page > 0) m.raw("<li>").link(to_page(page - 1), tr("Page before")).raw("</li>\n");
  if ((page + 1) * rows_on_page < count)
    m.raw("<li>").link(to_page(page + 1), tr("Next page")).raw("</li>\n");
  m.raw("</ul></nav>\n");
  if (!open->rights.exports) return page_response(200, f, m);
  m.raw("<form class=\"noprint\" method=\"post\" action=\"/list/csv\">\n");
  const auto hidden = [&](const std::string& name, const std::string& value) {
    m.raw("<input type=\"hidden\" name=\"").text(name).raw("\" value=\"").text(value).raw("\">\n");
  };
  hidden("form", session_.form);
  hidden("app", extract->id);
  hidden("list", def->id);
  for (const auto& [name, value] : asked) hidden(std::string(asked_prefix) + name, value);
  m.raw("<p><button>").text(tr("Export the whole list as a table (CSV)")).raw("</button> ");
  m.text(tr("The export is written down in the log apart.")).raw("</p>\n</form>\n");
  return page_response(200, f, m);
}

ServerResponse Pages::list_csv() {
  auto open = open_list();
  if (!open) return failure(404, tr("Page not found"), tr("There is no such list."));
  if (const auto why = list_beyond_role(*open); !why.empty())
    return failure(403, tr("Not in your role"), why);
  auto list = ready_list(*open);
  service_.log_.list_shown(accessed_list(open->extract, list, list.count(), true), given_reason());
  core::StringSink sink;
  write_list_csv(list, sink);
  ServerResponse response{200, safe_headers("text/csv; charset=utf-8"), std::move(sink.text)};
  response.headers["Content-Disposition"] = "attachment; filename=\"" + open->def.id + ".csv\"";
  return response;
}

}  // namespace versoir::consult
