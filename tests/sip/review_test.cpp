// The report: true counts, all reasons, deterministic bytes, readable without XML.
#include "sip/review.hpp"

#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"

#include <catch2/catch.hpp>

#include <regex>
#include <set>

using namespace versoir;
using Catch::Matchers::Contains;
using tests::Club;
using tests::output_of;

namespace {

const core::Json& profile(const core::Json& facts, const std::string& id) {
  for (const auto& p : facts.at("profiles"))
    if (p.at("id") == id) return p;
  throw std::runtime_error("no profile " + id);
}

}  // namespace

TEST_CASE("the facts of a report are those of the source") {
  Club club;
  const auto plan = club.plan();
  club.build_all(plan);
  club.check(plan);
  const auto facts = sip::review_facts(club.versement(), plan, club.extract());
  const auto& members = profile(facts, "membres");
  CHECK(members.at("kept") == 46);
  CHECK(members.at("leftOut") == 14);
  CHECK(members.at("reasons") ==
        core::Json::array({{{"reason", "Aucune licence."}, {"records", 8}, {"deferred", false}},
                           {{"reason", "Encore membre du club."}, {"records", 6}, {"deferred", false}}}));
  CHECK(members.at("start") == "1991-09-01");
  CHECK(members.at("end") == "2020-06-30");
  CHECK(members.at("withoutDates") == 1);
  CHECK(members.at("rules").size() == 2);
  CHECK(members.at("rules")[1].at("ruleId") == "APP-00010");
  CHECK(members.at("rules")[1].at("source") == "Tableau de gestion du club, article 4");
  CHECK(members.at("rules")[1].at("confidence") == "M");

  const auto& appraisal = members.at("forecast")[1];
  CHECK(appraisal.at("category") == "AppraisalRule");
  CHECK(appraisal.at("units") == 46);
  CHECK(appraisal.at("withoutEnd") == 1);
  CHECK(appraisal.at("actions") == core::Json{{"Destroy", 46}});
  std::uint64_t in_decades = 0;
  for (const auto& d : appraisal.at("decades")) in_decades += d.at("units").get<std::uint64_t>();
  CHECK(in_decades == 45);
  // Members 1 to 60 left between 2001 and 2020: after ten years, those who left until November 2016 are over.
  const auto over =
      output_of("sqlite3 '" + (club.folder() / "club.sqlite").string() +
                "' \"SELECT count(*) FROM membre WHERE sortie <= '2016-11-25' AND naissance IS NOT NULL AND "
                "num_mem IN (SELECT num_mem FROM licence)\"");
  CHECK(appraisal.at("elapsed") == std::stoi(over));

  CHECK(profile(facts, "saisons").at("forecast")[0].at("unlimited") == true);
  CHECK(facts.at("sample").size() == 20);
  CHECK(facts.at("lots").size() == plan.lots.size());
  CHECK(facts.at("lots")[0].at("state") == "checked");
  CHECK(facts.at("blocking").empty());
  CHECK(facts.at("extract").at("kind") == "rehearsal");
  CHECK(facts.at("extract").at("root") == plan.extract_root);
  CHECK(facts.at("assumptions") == core::Json::array({"No referential was given."}));
  CHECK(facts.at("dictionary").at("columnsNotTaken") == 1);
}

TEST_CASE("a report says what stands in the way of a decision") {
  Club club;
  const auto plan = club.plan();
  auto facts = sip::review_facts(club.versement(), plan, club.extract());
  CHECK(facts.at("blocking").size() == plan.lots.size());
  CHECK(facts.at("lots")[0].at("state") == "planned");
  club.build_all(plan);
  club.check(plan, "KO");
  facts = sip::review_facts(club.versement(), plan, club.extract());
  CHECK(facts.at("lots")[0].at("state") == "built");
  CHECK(facts.at("lots")[0].at("check") == "KO");
  CHECK(facts.at("blocking").size() == plan.lots.size());
}

TEST_CASE(
    "a duration that the establishment sets is told as its own, and the profile's source as the profile's") {
  Club club;
  const auto plan_with = [&](const std::string& text, const std::string& id) {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = "sandbox";
    const auto config = core::Config::parse(club.config_text() + text, club.folder() / "versoir.conf");
    return sip::make_plan(club.extract(), config, club.versement(id), options, club.clock, club.progress);
  };
  const auto plan = plan_with("[durations]\nDUA_MEMBRE_10 = 20 YEAR\n", "club-2026");
  const std::string words = "20 years, duration of the establishment, instead of 10 years";
  const auto shown = sip::review_text(sip::review_facts(club.versement(), plan, club.extract()));
  CHECK_THAT(shown, Contains(words + ": Dossier de membre; confidence: decision of the establishment; "
                                     "source: Tableau de gestion 2026, 4.2;"));
  CHECK_THAT(shown, !Contains("Tableau de gestion du club, article 4"));
  club.review(plan);
  const auto page = core::read_file(club.versement().file("review.html"));
  CHECK_THAT(page, Contains(words) && !Contains("Tableau de gestion du club, article 4"));
  CHECK_THAT(core::read_file(club.versement().file("tableau.csv")), Contains(words));
  CHECK_THAT(core::read_file(club.versement().file("tableau.html")), Contains(words));
  // What is set to what the profile says is the profile's.
  const auto same = plan_with("[durations]\nDUA_MEMBRE_10 = 10 YEAR\n", "same");
  CHECK_THAT(sip::review_text(sip::review_facts(club.versement("same"), same, club.extract())),
             !Contains("instead of") && Contains("Tableau de gestion du club, article 4"));
}

namespace {

/// RGAA 5.4, 9.1, 12: each table has a caption that says something, levels of headings follow one another,
/// the contents name every section in their order and lead to it.
void require_accessible(const std::string& page) {
  const auto all = [&](const std::string& expression) {
    std::vector<std::string> found;
    const std::regex wanted(expression);
    for (std::sregex_iterator it(page.begin(), page.end(), wanted), end; it != end; ++it)
      found.push_back((*it)[1]);
    return found;
  };
  CHECK(all("(<table)").size() > 3);
  CHECK(all("(<table)").size() == all("<table[^>]*>\n(<caption>)[^<]").size());
  int level = 0;
  for (const auto& heading : all("<h([1-6])")) {
    CHECK(std::stoi(heading) <= level + 1);
    level = std::stoi(heading);
  }
  auto sections = all("<h2 id=\"([^\"]+)\"");
  REQUIRE(sections.size() > 5);
  sections.erase(sections.begin());  // of the contents themselves
  CHECK(all("<li><a href=\"#([^\"]+)\"") == sections);
  CHECK(std::set(sections.begin(), sections.end()).size() == sections.size());
  CHECK(all("(<h2)").size() == sections.size() + 1);
}

}  // namespace

TEST_CASE("the page is well-formed, complete, and the same each time") {
  Club club;
  const auto plan = club.plan();
  club.build_all(plan);
  club.check(plan);
  club.review(plan);
  const auto page = club.versement().file("review.html");
  const auto digest = core::digest_file(page);
  club.review(plan);
  CHECK(core::digest_file(page) == digest);
  output_of(
      "python3 -c 'import sys, html.parser\n"
      "class P(html.parser.HTMLParser):\n"
      "  stack = []\n"
      "  def handle_starttag(self, tag, attrs):\n"
      "    if tag == \"script\": sys.exit(\"script\")\n"
      "    if tag not in (\"meta\", \"br\", \"hr\", \"col\", \"link\", \"img\"): self.stack.append(tag)\n"
      "  def handle_endtag(self, tag):\n"
      "    if self.stack.pop() != tag: sys.exit(\"nesting \" + tag)\n"
      "p = P(); p.feed(open(sys.argv[1]).read())\n"
      "sys.exit(len(p.stack))' '" +
      page.string() + "'");
  const auto html = core::read_file(page);
  for (const char* part : {"Encore membre du club.", "Aucune licence.", "Dossier de membre", "DUA_MEMBRE_10",
                           "APP-00010", "Tableau de gestion du club, article 4", "NOM5"})
    CHECK_THAT(html, Contains(part));
  for (const auto& lot : plan.lots) CHECK_THAT(html, Contains(lot.id.value));
  CHECK_THAT(html, Contains(plan.extract_root));
  CHECK_THAT(html, !Contains("<Cie>"));
}

TEST_CASE("the terminal report holds the essentials") {
  Club club;
  const auto plan = club.plan();
  club.build_all(plan);
  club.check(plan);
  const auto text = sip::review_text(sip::review_facts(club.versement(), plan, club.extract()));
  CHECK_THAT(text, Contains("46 records transferred, 14 left out"));
  CHECK_THAT(text, Contains("1991-09-01") && Contains("2020-06-30"));
  CHECK_THAT(text, Contains("1 unit has no start date for this rule"));
  CHECK_THAT(text, Contains("platform sandbox, tenant 3"));
  CHECK_THAT(text, !Contains("{0}") && !Contains("{1}"));
}

TEST_CASE("before the packages exist the report gives what is planned, and the command that comes next") {
  Club club;
  const auto plan = club.plan();
  const auto text = sip::review_text(sip::review_facts(club.versement(), plan, club.extract()));
  CHECK_THAT(text, Contains("planned, not built yet: " + std::to_string(plan.kept) + " records"));
  CHECK_THAT(text, Contains("not built") && Contains("Next: versoir build " + plan.versement));
  CHECK_THAT(text, !Contains("0 archive units") && !Contains("can be decided"));
  club.review(plan);
  CHECK_THAT(core::read_file(club.versement().file("review.html")), Contains("not built yet"));
}

TEST_CASE("the report says where the lots stand, and what can still be decided") {
  Club club;
  const auto plan = club.plan();
  REQUIRE(plan.lots.size() > 1);
  club.build_all(plan);
  club.check(plan);
  const auto report = [&] {
    return sip::review_text(sip::review_facts(club.versement(), plan, club.extract()));
  };
  CHECK_THAT(report(), Contains("the versement can be decided") && Contains("Next: versoir approve"));
  const auto sent = [&](const sip::PlannedLot& lot) {
    core::write_json(club.versement().lot(lot.id) / "sending.json", {{"format", "versoir-sending/1"}});
    core::write_json(club.versement().lot(lot.id) / "operation.json", {{"format", "versoir-operation/1"}});
  };
  sent(plan.lots[0]);
  const auto partly = report();
  CHECK_THAT(partly, Contains("1 lot was already sent") && Contains("(" + plan.lots[0].id.value + ")"));
  CHECK_THAT(partly, Contains(std::to_string(plan.lots.size() - 1) + " lot") && Contains("can be decided ("));
  CHECK_THAT(partly, !Contains("Every lot is built"));
  for (const auto& lot : plan.lots) sent(lot);
  const auto facts = sip::review_facts(club.versement(), plan, club.extract());
  CHECK(facts.at("lots")[0].at("state") == "sent");
  const auto over = report();
  CHECK_THAT(over, Contains("Every lot was sent: nothing is left to decide."));
  CHECK_THAT(over, Contains("nothing left that a visa would authorise") && !Contains("can be decided"));
  club.review(plan);
  CHECK_THAT(core::read_file(club.versement().file("review.html")), Contains("nothing is left to decide"));
}

TEST_CASE("the report shows records as they will be read, drawn with a seed that draws them again") {
  Club club;
  const auto plan = club.plan();
  const auto draw = [&](std::optional<std::uint64_t> seed) {
    return sip::RecordSample(club.versement(), plan, club.extract(), 3, seed);
  };
  const auto keys = [](const sip::RecordSample& sample) {
    std::string all;
    const auto json = sample.to_json();
    for (const auto& r : json.at("records"))
      all += r.at("profile").get<std::string>() + r.at("key").get<std::string>();
    return all;
  };
  const auto first = draw({});
  CHECK(first.to_json().at("records").size() == 6);  // three of each of two archive profiles
  CHECK(keys(draw(first.seed())) == keys(first));
  CHECK(keys(draw(first.seed() + 1)) != keys(first));
  auto facts = sip::review_facts(club.versement(), plan, club.extract());
  facts["records"] = first.to_json();
  sip::write_review_html(club.versement(), facts, &first);
  const auto page = core::read_file(club.versement().file("review.html"));
  CHECK_THAT(page,
             Contains("Records as they will be read") && Contains("--seed " + std::to_string(first.seed())));
  const auto drawn = first.to_json();
  for (const auto& r : drawn.at("records")) {
    INFO(r.dump());
    // What is hidden, or not archived, is on no page of the archive.
    if (r.at("profile") == "membres") CHECK_THAT(page, Contains("Prénom") && !Contains("secret"));
  }
  CHECK_THAT(sip::review_text(facts),
             Contains("drawn at random with the seed " + std::to_string(first.seed())));
  require_accessible(page);
}

TEST_CASE("a person who is asked for is told as kept, with lot and rules, or as left out, with the reason") {
  Club club;
  const auto plan = club.plan();
  const auto by_name = sip::find_records(club.versement(), "nom39", 5);
  REQUIRE(by_name.size() == 1);
  REQUIRE(by_name[0].kept);
  CHECK(by_name[0].kept->lot == plan.lots[0].id.value);
  CHECK(by_name[0].kept->appraisal_rule == "DUA_MEMBRE_10");
  CHECK_THAT(sip::record_text(club.extract(), by_name[0].profile, by_name[0].key), Contains("NOM39"));
  const auto by_key = sip::find_records(club.versement(), "39", 5);
  REQUIRE(by_key.size() == 1);
  CHECK(by_key[0].key == by_name[0].key);
  const auto left = sip::find_records(club.versement(), "[10]", 5);
  REQUIRE(left.size() == 1);
  CHECK_FALSE(left[0].kept);
  CHECK(left[0].reason == "Encore membre du club.");
  CHECK(sip::find_records(club.versement(), "Personne", 5).empty());
  CHECK(sip::find_records(club.versement(), "", 5).empty());
  CHECK(sip::find_records(club.versement(), "prenom39 NOM39", 5).size() == 1);
}

TEST_CASE("a key is found as other commands and lists print it, and only in the profile that it names") {
  Club club;
  const auto plan = club.plan();
  const auto profile = sip::find_records(club.versement(), "39", 5).at(0).profile;
  const auto record = club.extract().profile().find_archive(profile)->record;
  const auto record_of = [&](const std::string& asked) { return asked == profile ? record : ""; };
  const auto found = [&](const std::string& who) {
    const auto list = sip::find_records(club.versement(), who, 5, record_of);
    return list.size() == 1 ? list.front().key : std::to_string(list.size());
  };
  REQUIRE(record != profile);
  CHECK(found(record + ":[39]") == "[39]");
  CHECK(found(record + ":39") == "[39]");
  CHECK(found(profile + " [39]") == "[39]");
  CHECK(found("\"[39]\"") == "[39]");
  CHECK(found("autre:[39]") == "0");
  CHECK(found("autre [39]") == "0");
  CHECK(found(record + ":[10]") == "[10]");                                 // left out
  CHECK(sip::find_records(club.versement(), record + ":[39]", 5).empty());  // nobody says what it is
}
