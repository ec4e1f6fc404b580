// Home, list of hits, legend: what comes before a sheet.
#include "consult/web_pages.hpp"
#include "core/display.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <set>

namespace versoir::consult {

using core::msg;
using core::ServerResponse;
using core::tr;

namespace {

constexpr std::size_t hits_on_page = 20, most_pages = 25;

/// The names of a hit, as its list shows them; the other values under their labels.
struct HitLine {
  std::string names;
  std::vector<std::pair<std::string, std::string>> others;
};

HitLine line_of(const Hit& hit, const profiles::Application& app) {
  HitLine line;
  const auto search =
      std::ranges::find_if(app.searches, [&](const profiles::SearchDef& s) { return s.id == hit.search; });
  for (std::size_t i = 0; i < hit.shown.size(); ++i) {
    const auto& [label, value] = hit.shown[i];
    const bool is_name =
        search != app.searches.end() && i < search->shown.size() &&
        std::ranges::any_of(search->terms, [&](const profiles::SearchDef::Term& t) {
          return t.kind == profiles::SearchDef::Term::Kind::name && t.column == search->shown[i].name;
        });
    if (!is_name)
      line.others.emplace_back(label, value);
    else if (!value.empty())
      line.names += (line.names.empty() ? "" : " ") + value;
  }
  if (line.names.empty()) line.names = hit.key.text();
  return line;
}

std::string sheet_link(const ServedExtract& extract, const Hit& hit, const std::string& query,
                       std::size_t position) {
  return web_link("/sheet", {{"app", extract.id},
                             {"record", hit.record},
                             {"key", hit.key.text()},
                             {"q", query},
                             {"n", std::to_string(position)}});
}

/// One table for each search: their columns differ.
void write_hits(Markup& m, const ServedExtract& extract, const std::vector<Hit>& hits,
                const std::string& query, std::size_t first) {
  const auto& app = extract.archive.application();
  std::multiset<std::string> names;
  for (const auto& hit : hits) names.insert(core::fold_name(line_of(hit, app).names));
  std::set<std::string> written;
  for (const auto& head : hits) {
    if (!written.insert(head.search).second) continue;
    std::string caption;
    for (const auto& s : app.searches)
      if (s.id == head.search) caption = s.label;
    std::vector<bool> used(head.shown.size());
    for (const auto& hit : hits)
      if (hit.search == head.search) {
        const auto line = line_of(hit, app);
        for (std::size_t i = 0; i < line.others.size(); ++i)
          if (!line.others[i].second.empty()) used[i] = true;
      }
    const auto columns = line_of(head, app).others;
    m.raw("<div class=\"scroll\"><table>\n").element("caption", caption).raw("<thead><tr>");
    m.element("th scope=\"col\"", tr("Name"));
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (used[i]) m.element("th scope=\"col\"", columns[i].first);
    m.raw("</tr></thead>\n<tbody>\n");
    for (std::size_t n = 0; n < hits.size(); ++n) {
      if (hits[n].search != head.search) continue;
      const auto line = line_of(hits[n], app);
      m.raw("<tr><th scope=\"row\">").link(sheet_link(extract, hits[n], query, first + n), line.names);
      if (names.count(core::fold_name(line.names)) > 1) m.raw(" ").badge("info", tr("same name"));
      if (hits[n].rank >= near_rank) m.raw(" ").badge("warning", tr("near"));
      m.raw("</th>");
      for (std::size_t i = 0; i < line.others.size(); ++i)
        if (used[i]) m.element("td", line.others[i].second);
      m.raw("</tr>\n");
    }
    m.raw("</tbody></table></div>\n");
  }
}

}  // namespace

std::string extract_label(const extract::RunFacts& run) {
  return msg("{0}, extracted on {1}", run.application_label, core::show_date(run.finished)).text();
}

PageFrame Pages::frame(const std::string& title, ServedExtract* extract) const {
  PageFrame f;
  f.title = title;
  f.establishment = service_.options_.establishment;
  f.form_secret = session_.form;
  if (extract) {
    f.seal = &extract->seal;
    f.extract = extract_label(extract->archive.extract().run());  // facts that never change: no mutex
  }
  return f;
}

ServedExtract* Pages::asked_extract() { return named_extract(request_.get("app")); }

ServedExtract* Pages::named_extract(const std::string& id) {
  if (id.empty()) return &service_.extracts_.front();
  const auto it = std::ranges::find_if(service_.extracts_, [&](const auto& e) { return e.id == id; });
  return it == service_.extracts_.end() ? nullptr : &*it;
}

void Pages::search_form(Markup& m, const ServedExtract* chosen, const std::string& query) const {
  m.raw("<form class=\"search\" method=\"get\" action=\"/search\" role=\"search\">\n<div><label for=\"q\">");
  m.text(tr("Name, number or birth date")).raw("</label>");
  m.raw(
      "<input id=\"q\" name=\"q\" type=\"search\" required maxlength=\"200\" autocomplete=\"off\" value=\"");
  m.text(query).raw("\" aria-describedby=\"q-help\"></div>\n");
  if (service_.extracts_.size() > 1) {
    m.raw("<div><label for=\"app\">").text(tr("In")).raw("</label><select id=\"app\" name=\"app\">\n");
    for (auto& e : service_.extracts_) {
      m.raw("<option value=\"").text(e.id).raw(&e == chosen ? "\" selected>" : "\">");
      m.text(extract_label(e.archive.extract().run())).raw("</option>\n");
    }
    m.raw("</select></div>\n");
  }
  m.raw("<div><button>").text(tr("Search")).raw("</button></div>\n</form>\n<p id=\"q-help\" class=\"note\">");
  m.text(
      tr("Name at birth or usual name, with or without accents and hyphens, in any order; a whole number; a "
         "date as 14/03/1987, 14 mars 1987 or 1987."));
  m.raw("</p>\n");
}

ServerResponse Pages::home() {
  Markup m;
  m.element("h1", tr("Search a person"));
  search_form(m, &service_.extracts_.front(), {});
  m.element("h2", tr("What is held here"));
  for (auto& e : service_.extracts_) {
    const std::scoped_lock lock(e.mutex);
    const auto& run = e.archive.extract().run();
    std::uint64_t rows = 0;
    for (const auto& t : e.archive.extract().tables()) rows += t.copied_rows;
    std::vector<std::pair<std::string, std::string>> facts{
        {tr("Application"), run.application_label},
        {tr("Extracted on"), core::show_date(run.finished)},
        {tr("Kind"), extract::kind_label(run.kind)}};
    for (const auto& [label, count] : e.archive.counts()) facts.emplace_back(label, core::show_count(count));
    facts.emplace_back(tr("Tables"), core::show_count(e.archive.extract().tables().size()));
    facts.emplace_back(tr("Rows"), core::show_count(rows));
    m.element("h3", run.application_label).facts(facts);
    const bool verified = e.seal.verdict == SealState::Verdict::verified;
    if (verified)
      m.badge("ok", msg("Sealed by {0}, seal verified.", e.seal.sealed_by).text());
    else
      m.badge(e.seal.verdict == SealState::Verdict::broken ? "error" : "warning",
              e.seal.verdict == SealState::Verdict::broken ? tr("The seal is not verified.")
                                                           : tr("The seal was not judged."));
    for (const auto& reason : e.seal.reasons) m.element("p", reason.text());
  }
  return page_response(200, frame(tr("Search a person")), m);
}

ServerResponse Pages::results() {
  auto* extract = asked_extract();
  if (!extract) return failure(404, tr("Page not found"), tr("No such extract is served here."));
  const auto query = core::trim(request_.get("q"));
  if (query.empty()) return redirect_response("/");
  const auto page = request_.number("page", most_pages, 0);
  const auto first = page * hits_on_page;
  const std::scoped_lock lock(extract->mutex);
  auto hits = extract->archive.search(query, hits_on_page + 1, first);  // one more: is there a next page?
  const bool more = hits.size() > hits_on_page && page < most_pages;
  if (more) hits.pop_back();
  service_.log_.searched(extract->archive.extract().run().application, hits.size());

  auto f = frame(msg("Search: {0}", query).text(), extract);
  f.crumbs = {{"/", tr("Search")}, {"", msg("Results for {0}", query).text()}};
  Markup m;
  m.element("h1", msg("Results for {0}", query).text());
  search_form(m, extract, query);
  if (hits.empty() && page == 0) {
    const auto& run = extract->archive.extract().run();
    m.raw("<div role=\"status\">\n");
    m.element(
        "p", msg("Not found in the extract {0} of {1}.", run.application_label, core::show_date(run.finished))
                 .text());
    m.raw("<ul>\n");
    for (const auto& advice : extract->archive.advice(query)) m.element("li", advice.text());
    m.raw("</ul>\n</div>\n");
    return page_response(200, f, m);
  }
  m.raw("<p role=\"status\">");
  m.text(msg("Persons {0} to {1}, the best answers first.", first + 1, first + hits.size()).text())
      .raw("</p>\n");
  if (!hits.empty() && hits.front().rank >= near_rank)
    m.element("p", tr("Nothing answers exactly what was typed. Near it:"));
  write_hits(m, *extract, hits, query, first);
  m.raw("<nav aria-label=\"").text(tr("Pages of results")).raw("\"><ul>\n");
  const auto to_page = [&](std::size_t n) {
    return web_link("/search", {{"app", extract->id}, {"q", query}, {"page", n ? std::to_string(n) : ""}});
  };
  if (page > 0) m.raw("<li>").link(to_page(page - 1), tr("Page before")).raw("</li>\n");
  if (more) m.raw("<li>").link(to_page(page + 1), tr("Next page")).raw("</li>\n");
  m.raw("</ul></nav>\n");
  return page_response(200, f, m);
}

ServerResponse Pages::about() {
  auto f = frame(tr("About, and legend"));
  f.crumbs = {{"/", tr("Search")}, {"", tr("About, and legend")}};
  Markup m;
  m.element("h1", tr("About, and legend"));
  m.element("p", tr("These pages show a copy of an application that was shut down. The copy is read only: it "
                    "was sealed on the day it was made, and each sheet is verified against that seal when it "
                    "is shown."));
  m.element("p",
            tr("What is shown is not an act. A document only counts once it is signed by whoever has the "
               "right to deliver it."));
  m.element("h2", tr("Marks"));
  m.raw("<dl><dt><del>").text(tr("struck through")).raw("</del></dt><dd>");
  m.text(tr("cancelled: it proves nothing")).raw("</dd>\n<dt>").badge("info", tr("same name"));
  m.raw("</dt><dd>").text(tr("other persons of the list have this name: compare birth dates and numbers"));
  m.raw("</dd>\n<dt>").badge("warning", tr("near")).raw("</dt><dd>");
  m.text(tr("not what was typed, but near: day and month swapped, for instance")).raw("</dd></dl>\n");
  for (auto& e : service_.extracts_) {
    const std::scoped_lock lock(e.mutex);
    const auto& app = e.archive.application();
    m.element("h2", extract_label(e.archive.extract().run()));
    m.facts({{tr("Root of the extract"), e.archive.extract().root().hex()},
             {tr("Version of the profile"), app.version}});
    for (const auto& list : app.code_lists) {
      m.raw("<table>\n").element("caption", list.label).raw("<thead><tr>");
      m.element("th scope=\"col\"", tr("Code")).element("th scope=\"col\"", tr("Meaning"));
      m.raw("</tr></thead>\n<tbody>\n");
      for (const auto& code : list.values)
        m.raw("<tr>").element("th scope=\"row\"", code.value).element("td", code.label).raw("</tr>\n");
      m.raw("</tbody></table>\n");
    }
  }
  return page_response(200, f, m);
}

ServerResponse Pages::failure(int status, const std::string& title, const std::string& what) {
  auto f = frame(title);
  f.crumbs = {{"/", tr("Search")}, {"", title}};
  Markup m;
  m.element("h1", title).element("p", what);
  m.raw("<p>").link("/", tr("Back to the search")).raw("</p>\n");
  return page_response(status, f, m);
}

}  // namespace versoir::consult
