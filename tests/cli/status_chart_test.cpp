// The chart of versoir status --html: bars in proportion, everything said in text too, nothing of the data as
// markup.
#include "cli/status_page.hpp"

#include <catch2/catch.hpp>

#include <regex>

using namespace versoir;
using cli::Stage;
using cli::StageCounts;

namespace {

std::vector<double> heights(const std::string& svg) {
  static const std::regex bar("<rect x=\"[^\"]*\" y=\"[^\"]*\" width=\"[^\"]*\" height=\"([0-9.]+)\"");
  std::vector<double> list;
  for (std::sregex_iterator it(svg.begin(), svg.end(), bar), end; it != end; ++it)
    list.push_back(std::stod((*it)[1].str()));
  return list;
}

}  // namespace

TEST_CASE("bars of a chart are in proportion, and nothing is drawn for nothing") {
  const auto svg = cli::stage_chart("years", "Records",
                                    {{"2020", StageCounts{100, 0, 0, 0, 0}},
                                     {"2021", StageCounts{0, 0, 25, 75, 0}},
                                     {"2022", StageCounts{0, 0, 0, 50, 0}}});
  const auto bars = heights(svg);
  REQUIRE(bars.size() == 4);
  CHECK(bars[0] == Approx(4 * bars[1]).margin(0.2));
  CHECK(bars[2] == Approx(3 * bars[1]).margin(0.4));
  CHECK(bars[3] == Approx(2 * bars[1]).margin(0.2));
  CHECK(cli::stage_chart("years", "Records", {{"2020", StageCounts{}}}).empty());
  CHECK(cli::stage_chart("years", "Records", {}).empty());
}

TEST_CASE("a chart has a title and a description, and each piece its figures in words") {
  const auto svg = cli::stage_chart("lots", "Lots", {{"scolarite", StageCounts{0, 0, 0, 12, 3}}});
  CHECK(svg.find("role=\"img\"") != std::string::npos);
  CHECK(svg.find("aria-labelledby=\"lots-title lots-desc\"") != std::string::npos);
  CHECK(svg.find("<title id=\"lots-title\">Lots</title>") != std::string::npos);
  CHECK(svg.find("scolarite, " + cli::stage_label(Stage::done) + ": 12") != std::string::npos);
  for (std::size_t s = 0; s < cli::stage_count; ++s)
    CHECK(svg.find(cli::stage_label(static_cast<Stage>(s)) + "</li>") != std::string::npos);
}

TEST_CASE("labels of a chart are text, and sixty years stay readable") {
  const auto svg = cli::stage_chart("x\"y", "<b>", {{"<script>&\"", StageCounts{1, 0, 0, 0, 0}}});
  CHECK(svg.find("<script>") == std::string::npos);
  CHECK(svg.find("<b>") == std::string::npos);
  CHECK(svg.find("x\"y") == std::string::npos);
  std::vector<std::pair<std::string, StageCounts>> years;
  for (int y = 1966; y < 2026; ++y) years.emplace_back(std::to_string(y), StageCounts{1, 1, 1, 1, 1});
  const auto many = cli::stage_chart("years", "Records", years);
  CHECK(heights(many).size() == 300);
  const std::regex label("text-anchor=\"middle\"");
  CHECK(std::distance(std::sregex_iterator(many.begin(), many.end(), label), std::sregex_iterator()) <= 16);
}

TEST_CASE("every state of a lot is on the chart") {
  using sip::LotState;
  CHECK(cli::stage_of(LotState::checked) == Stage::waiting);
  CHECK(cli::stage_of(LotState::approved) == Stage::decided);
  CHECK(cli::stage_of(LotState::in_doubt) == Stage::under_way);
  CHECK(cli::stage_of(LotState::closed) == Stage::done);
  CHECK(cli::stage_of(LotState::refused) == Stage::stopped);
  CHECK(cli::stage_of(LotState::abandoned) == Stage::stopped);
}
