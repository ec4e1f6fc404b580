// Pages that stand alone: embedded style, no script, print style, readable without colour.
#include "core/html.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::core {

namespace {

constexpr std::string_view style = R"(
:root{--ink:#1b1b1f;--soft:#4a4a55;--line:#c9c9d3;--paper:#fff;--tint:#f3f3f7;--bar:#2d5f8a}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.5rem;font:1rem/1.5 system-ui,"Segoe UI","Liberation Sans",sans-serif;color:var(--ink);background:var(--paper)}
h1{font-size:1.7rem;line-height:1.25;margin:.2em 0 .6em}h2{font-size:1.3rem;margin:1.8em 0 .5em;border-bottom:2px solid var(--line)}h3{font-size:1.08rem;margin:1.4em 0 .4em}
p{max-width:48rem;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.25rem;margin:.6rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:.7rem 0 1.2rem;font-size:.94rem}caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:break-word}thead th{background:var(--tint);border-bottom:2px solid var(--line)}tbody th{font-weight:400}
.badge{display:inline-block;padding:.1rem .6rem;border:2px solid;border-radius:.3rem;font-weight:600;margin:0 .4rem .3rem 0}
.ok{color:#14532d;background:#eaf6ee}.warning{color:#6b3d00;background:#fff5e0}.error{color:#8a1120;background:#fdecee}.info{color:#1f3f66;background:#eaf1f9}
.bars td:nth-child(2){text-align:right;white-space:nowrap;width:1%}.bars th{font-weight:400;width:1%;white-space:nowrap}.bar{display:block;height:1.05rem;background:var(--bar);min-width:2px}
@media print{@page{margin:12mm}body{max-width:none;padding:0;font-size:10pt}h2,h3,caption{break-after:avoid}table{font-size:8.5pt}thead{display:table-header-group}tr,svg{break-inside:avoid}.bar{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
)";

}  // namespace

std::string html_escape(std::string_view text) {
  std::string out;
  append_markup(out, text, Markup::attribute);  // right in both places
  return out;
}

HtmlPage::HtmlPage(ByteSink& sink, std::string_view lang, std::string_view title) : sink_(sink) {
  sink_.write(
      fmt::format("<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                  "<title>{}</title>\n<style>",
                  html_escape(lang), html_escape(title)));
  sink_.write(style);
  sink_.write("</style>\n</head>\n<body>\n<main>\n");
}

void HtmlPage::heading(int level, std::string_view text, std::string_view id) {
  const int n = std::clamp(level, 1, 6);
  const std::string attribute = id.empty() ? "" : fmt::format(" id=\"{}\"", html_escape(id));
  sink_.write(fmt::format("<h{0}{1}>{2}</h{0}>\n", n, attribute, html_escape(text)));
}

void HtmlPage::paragraph(std::string_view text) {
  sink_.write(fmt::format("<p>{}</p>\n", html_escape(text)));
}

void HtmlPage::badge(std::string_view kind, std::string_view text) {
  sink_.write(fmt::format("<span class=\"badge {}\">{}</span>\n", html_escape(kind), html_escape(text)));
}

void HtmlPage::facts(std::span<const std::pair<std::string, std::string>> facts) {
  sink_.write("<dl>\n");
  for (const auto& [label, value] : facts)
    sink_.write(fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_escape(label), html_escape(value)));
  sink_.write("</dl>\n");
}

void HtmlPage::table(std::string_view caption, std::span<const std::string> header,
                     const std::vector<std::vector<std::string>>& rows, RowHeader row_header) {
  sink_.write("<table>\n");
  if (!caption.empty()) sink_.write(fmt::format("<caption>{}</caption>\n", html_escape(caption)));
  sink_.write("<thead><tr>");
  for (const auto& h : header) sink_.write(fmt::format("<th scope=\"col\">{}</th>", html_escape(h)));
  sink_.write("</tr></thead>\n<tbody>\n");
  for (const auto& row : rows) {
    sink_.write("<tr>");
    bool named = row_header == RowHeader::none;
    for (const auto& cell : row) {
      const auto text = html_escape(cell);
      sink_.write(named ? fmt::format("<td>{}</td>", text) : fmt::format("<th scope=\"row\">{}</th>", text));
      named = true;
    }
    sink_.write("</tr>\n");
  }
  sink_.write("</tbody>\n</table>\n");
}

void HtmlPage::bars(std::string_view caption, const std::vector<std::pair<std::string, double>>& bars) {
  double most = 0;
  for (const auto& [label, value] : bars) most = std::max(most, value);
  sink_.write("<table class=\"bars\">\n");
  if (!caption.empty()) sink_.write(fmt::format("<caption>{}</caption>\n", html_escape(caption)));
  sink_.write("<tbody>\n");
  for (const auto& [label, value] : bars) {
    const double percent = most > 0 ? 100.0 * value / most : 0;
    sink_.write(
        fmt::format("<tr><th scope=\"row\">{}</th><td>{:.0f}</td><td><span class=\"bar\" "
                    "style=\"width:{:.1f}%\"></span></td></tr>\n",
                    html_escape(label), value, percent));
  }
  sink_.write("</tbody>\n</table>\n");
}

void HtmlPage::raw(std::string_view html) { sink_.write(html); }

void HtmlPage::close() { sink_.write("</main>\n</body>\n</html>\n"); }

}  // namespace versoir::core
