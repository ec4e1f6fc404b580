// Who looked at whom: a reader sees what he did himself; a role may show all that was done in its extracts.
#include "consult/web_pages.hpp"
#include "core/display.hpp"

#include <algorithm>

namespace versoir::consult {

using core::msg;
using core::ServerResponse;
using core::tr;

namespace {

constexpr std::size_t lines_on_page = 200;

}  // namespace

/// Those that this reader may see; of one person when the request names one.
std::vector<AccessLine> Pages::log_lines() const {
  const auto record = request_.get("record"), key = request_.get("key");
  const auto* extract = request_.get("app").empty() ? nullptr : service_.asked(request_, visit_.rights);
  return read_access_log(service_.log_.file(), [&](const AccessLine& line) {
    const auto* in = visit_.rights.in(line.what.application);
    if (line.reader != visit_.reader && !(in && in->logs)) return false;
    if (extract && line.what.application != extract->run().application) return false;
    return record.empty() || (line.what.record == record && line.what.key == key);
  });
}

ServerResponse Pages::log() {
  auto lines = log_lines();
  const auto record = request_.get("record"), key = request_.get("key");
  const auto title = record.empty() ? tr("Who looked at whom") : tr("Who looked at this person");
  const auto total = lines.size();
  std::ranges::reverse(lines);  // the latest first
  if (lines.size() > lines_on_page) lines.erase(lines.begin() + lines_on_page, lines.end());
  service_.log_.log_read(visit_.reader, {request_.get("app"), {}, record, key}, lines.size(), false);
  auto f = frame(title);
  f.crumbs = {{"/", tr("Search")}, {"", title}};
  Markup m;
  m.element("h1", title);
  if (!record.empty()) m.element("p", record + ":" + key);
  if (!visit_.rights.any_logs())
    m.element("p", tr("Only what you opened yourself: your role does not see the rest."));
  m.raw("<p role=\"status\">");
  m.text(core::nmsg("{0} access; the chain of the log is whole.",
                    "{0} accesses; the chain of the log is whole.", total)
             .text());
  if (total > lines.size()) m.text(" ").text(msg("The last {0} are shown.", lines.size()).text());
  m.raw("</p>\n");
  if (visit_.rights.any_logs() && visit_.rights.any_export())
    m.raw("<p>")
        .link(web_link("/log.csv", {{"app", request_.get("app")}, {"record", record}, {"key", key}}),
              tr("All of it as CSV"))
        .raw("</p>\n");
  if (lines.empty()) return page_response(200, f, m);
  m.raw("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"").text(title).raw("\"><table>\n");
  m.element("caption", title).raw("<thead><tr>");
  for (const auto& h : {tr("when"), tr("who"), tr("what"), tr("application"), tr("record"), tr("reason"),
                        tr("reference"), tr("document")})
    m.element("th scope=\"col\"", h);
  m.raw("</tr></thead>\n<tbody>\n");
  for (const auto& l : lines) {
    m.raw("<tr>");
    for (const auto& cell : {l.time, l.reader, access_label(l.event), l.what.application, access_object(l),
                             l.why.reason, l.why.reference, l.document})
      m.element("td", cell);
    m.raw("</tr>\n");
  }
  m.raw("</tbody></table></div>\n");
  return page_response(200, f, m);
}

ServerResponse Pages::log_csv() {
  auto lines = log_lines();
  // What a role may show and what it may take away are two rights, and each is of an extract.
  std::erase_if(lines, [&](const AccessLine& line) {
    const auto* in = visit_.rights.in(line.what.application);
    return !in || !in->logs || !in->exports;
  });
  service_.log_.log_read(visit_.reader,
                         {request_.get("app"), {}, request_.get("record"), request_.get("key")}, lines.size(),
                         true);
  core::StringSink sink;
  write_access_csv(sink, lines);
  auto headers = safe_headers("text/csv; charset=utf-8");
  headers["Content-Disposition"] = "attachment; filename=\"consultation.csv\"";
  return {200, std::move(headers), std::move(sink.text)};
}

}  // namespace versoir::consult
