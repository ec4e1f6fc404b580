// The table of a plan as a page that stands alone and prints.
#include "core/display.hpp"
#include "core/file.hpp"
#include "core/html.hpp"
#include "sip/plan_table.hpp"
#include "sip/review_words.hpp"
#include "sip/sinks.hpp"
#include "sip/versement.hpp"

#include <algorithm>

namespace versoir::sip {

using core::msg;
using core::show_count;
using core::tr;

namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string day(const std::optional<core::Date>& date) { return date ? core::show_date(*date) : tr("none"); }

/// The figures stand in the table that follows: the drawing gives their shape.
std::string chart(const ProfileTable& profile) {
  constexpr int height = 120, step = 14, bar = 10;
  std::uint64_t most = 1;
  for (const auto& [year, line] : profile.years) most = std::max(most, line.units);
  const auto title =
      core::html_escape(msg("Units by year, from {0} to {1}; the table below gives the figures.",
                            profile.years.begin()->first, profile.years.rbegin()->first)
                            .text());
  const auto width = profile.years.size() * step;
  std::string svg = fmt::format(
      "<svg role=\"img\" aria-label=\"{2}\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "style=\"max-width:100%\" xmlns=\"http://www.w3.org/2000/svg\"><title>{2}</title>\n",
      width, height, title);
  std::size_t x = 0;
  for (const auto& [year, line] : profile.years) {
    const auto tall = std::max<std::uint64_t>(1, line.units * height / most);
    svg += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"#2d5f8a\"><title>{}: {}</title></rect>\n",
        x, height - tall, bar, tall, year, line.units);
    x += step;
  }
  return svg + "</svg>\n";
}

class PlanPage {
 public:
  PlanPage(core::ByteSink& sink, const std::string& title) : page_(sink, core::language_tag(), title) {
    page_.heading(1, title);
  }

  void profile(const ProfileTable& p) {
    page_.heading(2, p.label, p.id);
    page_.facts(std::vector<std::pair<std::string, std::string>>{
        {tr("Records transferred"), show_count(p.kept)},
        {tr("Records left out"), show_count(p.left_out)},
        {tr("Of which deferred"), show_count(p.deferred)},
        {tr("Extreme dates"), msg("from {0} to {1}", day(p.extent.start), day(p.extent.end)).text()}});
    rules(p);
    if (!p.years.empty()) page_.raw(chart(p));
    years(p);
    Rows rows;
    for (const auto& [reason, records] : p.reasons) rows.push_back({reason, show_count(records)});
    table(tr("Left out, and why"), {tr("reason"), tr("records")}, rows);
    rows.clear();
    for (const auto& [reason, records] : p.deferrals) rows.push_back({reason, show_count(records)});
    table(tr("Deferred until declared closed, and why"), {tr("reason"), tr("records")}, rows);
    left_by_year(p);
  }
  void close() { page_.close(); }

 private:
  void table(const std::string& caption, const std::vector<std::string>& header, const Rows& rows) {
    if (!rows.empty()) page_.table(caption, header, rows, core::HtmlPage::RowHeader::first);
  }

  void left_by_year(const ProfileTable& p) {
    Rows rows;
    for (const auto& [of, records] : p.left_by_year)
      rows.push_back({of.first, of.second, show_count(records)});
    table(tr("Left out by year as the application counts it, and why"),
          {tr("year"), tr("reason"), tr("records")}, rows);
  }

  void rules(const ProfileTable& p) {
    Rows rows;
    for (const auto& r : p.rules)
      rows.push_back({r.codes, r.rule_ids, words::category_label(r.category), r.label, r.duration,
                      words::action_label(r.final_action), show_count(r.units), day(r.first_start),
                      day(r.last_start), show_count(r.without_start), day(r.first_end), day(r.last_end),
                      show_count(r.without_end)});
    table(tr("Units by rule"),
          {tr("rule"), tr("RuleId of the platform"), tr("category"), tr("label"), tr("duration"),
           tr("final action"), tr("units"), tr("earliest start of rule"), tr("latest start of rule"),
           tr("without start of rule"), tr("earliest end of rule"), tr("latest end of rule"),
           tr("without end of rule")},
          rows);
  }

  void years(const ProfileTable& p) {
    std::vector<std::string> header{tr("year"), tr("units")};
    for (const auto& rule : p.rules) header.push_back(rule.codes);
    Rows rows;
    const auto add = [&](const std::string& year, const YearCount& line) {
      rows.push_back({year, show_count(line.units)});
      for (std::size_t i = 0; i < p.rules.size(); ++i) {
        const auto at = line.by_rule.find(i);
        rows.back().push_back(show_count(at == line.by_rule.end() ? 0 : at->second));
      }
    };
    for (const auto& [year, line] : p.years) add(std::to_string(year), line);
    if (p.undated.units) add(tr("no date"), p.undated);
    table(tr("Units by year of their end date, and by rule"), header, rows);
  }

  core::HtmlPage page_;
};

}  // namespace

core::Sha512 write_plan_page(const Versement& versement, const PlanTable& table) {
  core::AtomicFile file(versement.file("tableau.html"), private_mode);
  HashingSink sink(file);
  PlanPage page(sink, msg("Table of versement {0}", versement.id()).text());
  for (const auto& profile : table) page.profile(profile);
  page.close();
  file.commit();
  return sink.take().sha512;
}

}  // namespace versoir::sip
