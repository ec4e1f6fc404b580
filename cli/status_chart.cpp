// A bar chart in SVG: no script, no style from outside, and nothing said by colour alone.
#include "cli/status_page.hpp"
#include "core/display.hpp"
#include "core/html.hpp"
#include "core/i18n.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::cli {

namespace {

constexpr double chart_width = 960, chart_height = 320, left_margin = 70, bottom_margin = 48, top_margin = 10;
constexpr std::size_t readable_labels = 16;  ///< more years than that, and one label in several is written

/// From light to dark, apart from each other in grey too; the last one is also striped by its outline.
constexpr std::array<const char*, stage_count> stage_colours{"#c9d6e3", "#8fb3d3", "#4d86b5", "#1f4e79",
                                                             "#9b1c2e"};

std::uint64_t sum_of(const StageCounts& counts) {
  std::uint64_t sum = 0;
  for (const auto n : counts) sum += n;
  return sum;
}

std::string piece(double x, double y, double width, double height, std::size_t stage,
                  const std::string& label, std::uint64_t n) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\" stroke=\"#1b1b1f\" "
      "stroke-width=\"0.5\"><title>{}</title></rect>\n",
      x, y, width, height, stage_colours.at(stage),
      core::html_escape(
          core::msg("{0}, {1}: {2}", label, stage_label(static_cast<Stage>(stage)), core::show_count(n))
              .text()));
}

std::string axis(std::uint64_t most) {
  std::string out;
  for (const int quarter : {0, 2, 4}) {
    const auto value = most * static_cast<std::uint64_t>(quarter) / 4;
    const double y = top_margin + chart_height * (4 - quarter) / 4;
    out += fmt::format(
        "<line x1=\"{0}\" y1=\"{1:.1f}\" x2=\"{2}\" y2=\"{1:.1f}\" stroke=\"#c9c9d3\"/>\n<text x=\"{3}\" "
        "y=\"{4:.1f}\" text-anchor=\"end\" font-size=\"12\">{5}</text>\n",
        left_margin, y, left_margin + chart_width, left_margin - 6, y + 4,
        core::html_escape(core::show_count(value)));
  }
  return out;
}

std::string chart_legend() {
  std::string out =
      "<ul class=\"legend\" style=\"list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:1rem\">\n";
  for (std::size_t s = 0; s < stage_count; ++s)
    out += fmt::format(
        "<li><svg width=\"14\" height=\"14\" aria-hidden=\"true\"><rect width=\"14\" height=\"14\" "
        "fill=\"{}\" "
        "stroke=\"#1b1b1f\"/></svg> {}</li>\n",
        stage_colours.at(s), core::html_escape(stage_label(static_cast<Stage>(s))));
  return out + "</ul>\n";
}

}  // namespace

Stage stage_of(sip::LotState state) noexcept {
  switch (state) {
    case sip::LotState::planned:
    case sip::LotState::built:
    case sip::LotState::checked:
      return Stage::waiting;
    case sip::LotState::approved:
      return Stage::decided;
    case sip::LotState::sending:
    case sip::LotState::sent:
    case sip::LotState::in_doubt:
      return Stage::under_way;
    case sip::LotState::accepted:
    case sip::LotState::accepted_with_warnings:
    case sip::LotState::verified:
    case sip::LotState::closed:
      return Stage::done;
    case sip::LotState::refused:
    case sip::LotState::rejected:
    case sip::LotState::abandoned:
      return Stage::stopped;
  }
  return Stage::waiting;
}

std::string stage_label(Stage stage) {
  switch (stage) {
    case Stage::waiting:
      return core::tr("waiting for a decision");
    case Stage::decided:
      return core::tr("approved");
    case Stage::under_way:
      return core::tr("on its way");
    case Stage::done:
      return core::tr("transferred");
    case Stage::stopped:
      return core::tr("refused, rejected or given up");
  }
  return {};
}

std::string stage_chart(const std::string& id, const std::string& title,
                        const std::vector<std::pair<std::string, StageCounts>>& columns) {
  std::uint64_t most = 0;
  for (const auto& [label, counts] : columns) most = std::max(most, sum_of(counts));
  if (most == 0) return {};
  const double step = chart_width / static_cast<double>(columns.size());
  const double width = std::min(step * 0.8, 80.0);
  const std::size_t each = (columns.size() + readable_labels - 1) / readable_labels;
  std::string bars;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& [label, counts] = columns[i];
    const double x = left_margin + step * static_cast<double>(i) + (step - width) / 2;
    double y = top_margin + chart_height;
    for (std::size_t s = 0; s < stage_count; ++s) {
      if (counts.at(s) == 0) continue;
      const double height = chart_height * static_cast<double>(counts.at(s)) / static_cast<double>(most);
      y -= height;
      bars += piece(x, y, width, height, s, label, counts.at(s));
    }
    if (i % each == 0)
      bars +=
          fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\" font-size=\"12\">{}</text>\n",
                      x + width / 2, top_margin + chart_height + 18, core::html_escape(label));
  }
  return fmt::format(
             "<svg role=\"img\" aria-labelledby=\"{0}-title {0}-desc\" viewBox=\"0 0 {1} {2}\" "
             "width=\"100%\">\n"
             "<title id=\"{0}-title\">{3}</title>\n<desc id=\"{0}-desc\">{4}</desc>\n",
             core::html_escape(id), left_margin + chart_width + 10, top_margin + chart_height + bottom_margin,
             core::html_escape(title), core::html_escape(core::tr("The table below has the same figures."))) +
         axis(most) + bars + "</svg>\n" + chart_legend();
}

}  // namespace versoir::cli
