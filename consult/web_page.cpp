// See web_page.hpp.
#include "consult/web_page.hpp"

#include "core/html.hpp"
#include "core/i18n.hpp"

namespace versoir::consult {

using core::html_escape;
using core::tr;

Markup& Markup::text(std::string_view utf8) { return raw(html_escape(utf8)); }

Markup& Markup::element(std::string_view tag, std::string_view utf8) {
  const auto name = tag.substr(0, tag.find(' '));
  return raw("<").raw(tag).raw(">").text(utf8).raw("</").raw(name).raw(">\n");
}

Markup& Markup::link(std::string_view href, std::string_view utf8) {
  return raw("<a href=\"").text(href).raw("\">").text(utf8).raw("</a>");
}

Markup& Markup::badge(std::string_view kind, std::string_view utf8) {
  return raw("<span class=\"badge ").text(kind).raw("\">").text(utf8).raw("</span>\n");
}

Markup& Markup::facts(const std::vector<std::pair<std::string, std::string>>& facts) {
  bool any = false;
  for (const auto& [label, value] : facts) {
    if (value.empty()) continue;
    if (!std::exchange(any, true)) raw("<dl>\n");
    raw("<dt>").text(label).raw("</dt><dd>").text(value).raw("</dd>\n");
  }
  return any ? raw("</dl>\n") : *this;
}

namespace {

void write_seal(Markup& m, const PageFrame& frame) {
  if (!frame.seal) return;
  const auto& seal = *frame.seal;
  using Verdict = SealState::Verdict;
  const bool broken = seal.verdict == Verdict::broken;
  m.raw("<div class=\"seal\" role=\"").raw(broken ? "alert" : "status").raw("\">\n");
  if (!frame.extract.empty()) m.element("span", frame.extract);
  if (seal.verdict == Verdict::verified)
    m.badge("ok", core::msg("Sealed by {0}, seal verified.", seal.sealed_by).text());
  else if (broken)
    m.badge("error", tr("The seal of this extract is not verified: nothing here can be relied upon, and no "
                        "document is made."));
  else
    m.badge("warning", tr("The seal was not judged: no document is made."));
  for (const auto& reason : seal.reasons) m.element("p", reason.text());
  m.raw("</div>\n");
}

void write_header(Markup& m, const PageFrame& frame) {
  m.raw("<header>\n<p class=\"name\">").link("/", tr("Consultation of archived records"));
  if (!frame.establishment.empty()) m.raw(" <span>").text(frame.establishment).raw("</span>");
  m.raw("</p>\n");
  if (!frame.form_secret.empty()) {
    m.raw("<nav aria-label=\"").text(tr("Main menu")).raw("\"><ul><li>").link("/", tr("Search"));
    m.raw("</li><li>").link("/lists", tr("Ready-made lists"));
    m.raw("</li><li>").link("/verifier", tr("Check a code"));
    m.raw("</li><li>").link("/log", tr("Who looked at whom")).raw("</li><li>");
    m.link("/about", tr("About, and legend")).raw("</li></ul></nav>\n");
    if (!frame.reader.empty()) m.raw("<p class=\"reader\">").text(frame.reader).raw("</p>\n");
    m.raw("<form method=\"post\" action=\"/quit\"><input type=\"hidden\" name=\"form\" value=\"");
    m.text(frame.form_secret).raw("\"><button>").text(tr("End the session")).raw("</button></form>\n");
  }
  m.raw("</header>\n");
}

void write_crumbs(Markup& m, const std::vector<Crumb>& crumbs) {
  if (crumbs.empty()) return;
  m.raw("<nav class=\"crumbs\" aria-label=\"").text(tr("You are here")).raw("\"><ol>\n");
  for (const auto& [href, label] : crumbs) {
    if (href.empty())
      m.raw("<li aria-current=\"page\">").text(label).raw("</li>\n");
    else
      m.raw("<li>").link(href, label).raw("</li>\n");
  }
  m.raw("</ol></nav>\n");
}

}  // namespace

core::Headers safe_headers(std::string_view content_type) {
  return {
      {"Content-Type", std::string(content_type)},
      {"Content-Security-Policy",
       "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "same-origin"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cache-Control", "no-store"}};
}

core::ServerResponse page_response(int status, const PageFrame& frame, const Markup& content) {
  Markup m;
  m.raw("<!DOCTYPE html>\n<html lang=\"")
      .text(core::language_tag())
      .raw("\">\n<head>\n<meta charset=\"utf-8\">\n");
  m.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
  m.raw("<meta name=\"robots\" content=\"noindex\">\n<title>").text(frame.title).raw("</title>\n");
  m.raw("<link rel=\"stylesheet\" href=\"/style.css\">\n</head>\n<body>\n");
  m.raw("<a class=\"skip\" href=\"#content\">").text(tr("To the content")).raw("</a>\n");
  write_header(m, frame);
  write_seal(m, frame);
  write_crumbs(m, frame.crumbs);
  m.raw("<main id=\"content\" tabindex=\"-1\">\n").raw(content.html()).raw("</main>\n</body>\n</html>\n");
  return {status, safe_headers("text/html; charset=utf-8"), m.html()};
}

core::ServerResponse redirect_response(const std::string& path) {
  core::ServerResponse response{303, safe_headers("text/plain; charset=utf-8"), "\n"};
  response.headers["Location"] = path;
  return response;
}

}  // namespace versoir::consult
