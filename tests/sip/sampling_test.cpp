// Selection among records: what an independent program computes again, what reaches the manifest, what is
// refused.
#include "sip/sampling.hpp"

#include "core/json.hpp"
#include "selection_club.hpp"
#include "sip/review.hpp"

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::Club;
using tests::complaint_of;
using tests::decided;
using tests::exit_of;
using tests::KeySet;
using tests::output_of;
using tests::replace_in;
using tests::selectable;
using tests::SelectionClub;

TEST_CASE("a random selection is computed again from kept.csv by another program") {
  SelectionClub club;
  const auto plan = club.keeping("random 12.5% seed 20271101", "a");
  const auto oracle = club.python(
      "a",
      "sorted((r[\"key\"] for r in rows), key=lambda k: hashlib.sha256((\"20271101\\n\" + k).encode())."
      "hexdigest())[:-(-len(rows) * 125 // 1000)]");
  CHECK(oracle.size() == 6);  // ceil(46 × 0.125)
  CHECK(club.kept("a") == oracle);
  static_cast<void>(club.keeping("random 12.5% seed 20271102", "b"));
  CHECK(club.kept("b").size() == 6);
  CHECK(club.kept("b") != oracle);
  static_cast<void>(club.keeping("random 12,5%  seed 20271101", "c"));
  CHECK(club.kept("c") == oracle);
  CHECK(plan.sampling.at(0).at("criteria").at(0).at("seed") == "20271101");
}

TEST_CASE("systematic selection counts ranks in the numeric order of the profile") {
  SelectionClub club;
  static_cast<void>(club.keeping("systematic 10 from 3", "a"));
  CHECK(club.kept("a") ==
        club.python("a", "sorted((r[\"key\"] for r in rows), key=lambda k: json.loads(k)[0])[2::10]"));
  CHECK(club.kept("a").size() == 5);
}

TEST_CASE("years, initials and specimens keep what they say") {
  SelectionClub club;
  const auto source = [&](const std::string& condition) {
    const auto list = output_of("sqlite3 '" + (club.folder() / "club.sqlite").string() +
                                "' \"SELECT '[' || num_mem || ']' FROM membre WHERE sortie IS NOT NULL AND "
                                "num_mem IN (SELECT num_mem FROM licence) AND " +
                                condition + "\"");
    KeySet set;
    for (std::size_t at = 0; at < list.size(); at = list.find('\n', at) + 1)
      set.insert(list.substr(at, list.find('\n', at) - at));
    return set;
  };
  static_cast<void>(club.keeping("years ending 0 5", "years"));
  CHECK(club.kept("years") == source("substr(sortie, 4, 1) IN ('0', '5')"));
  static_cast<void>(club.keeping("initial o", "initial"));
  // The name of number 2 begins with no letter: nothing decides on it, it is kept.
  CHECK(club.kept("initial") == KeySet{"[1]", "[2]"});
  static_cast<void>(club.keeping("specimen 1 by year", "specimen"));
  CHECK(club.kept("specimen") ==
        source("num_mem IN (SELECT min(num_mem) FROM membre WHERE sortie IS NOT NULL AND num_mem IN (SELECT "
               "num_mem FROM licence) GROUP BY substr(sortie, 1, 4))"));
}

TEST_CASE("several criteria are a union, counts are recorded by criterion and by stratum") {
  SelectionClub club;
  const std::string a = "systematic 7 from 2", b = "random 20% seed x", c = "years ending 4";
  for (const auto& [keep, id] : {std::pair{a, "a"}, {b, "b"}, {c, "c"}})
    static_cast<void>(club.keeping(keep, id));
  const auto plan = club.keeping(a + "; " + b + " ;" + c, "all");
  KeySet expected;
  for (const auto* id : {"a", "b", "c"}) expected.merge(club.kept(id));
  CHECK(club.kept("all") == expected);
  const auto& s = plan.sampling.at(0);
  CHECK(s.at("applied") == true);
  CHECK(s.at("population") == 46);
  CHECK(s.at("kept") == expected.size());
  CHECK(s.at("criteria").at(0).at("kept") == club.kept("a").size());
  CHECK(s.at("criteria").at(2).at("text") == c);
  std::uint64_t population = 0, kept = 0;
  for (const auto& stratum : s.at("strata")) {
    population += stratum.at("population").get<std::uint64_t>();
    kept += stratum.at("kept").get<std::uint64_t>();
  }
  CHECK(population == 46);
  CHECK(kept == expected.size());
  CHECK(club.versement("all").plan().sampling == plan.sampling);
  // kept.csv says which criteria kept a record.
  CHECK(club.python("all", "r[\"key\"] for r in rows if \"random 20% seed x\" in r[\"sampling\"]") ==
        club.kept("b"));
}

TEST_CASE("a selection is the same each time, and every record is transferred whatever it says") {
  SelectionClub club;
  const std::string keep = "random 5% seed 1; specimen 2";
  const auto first = club.keeping(keep, "a"), second = club.keeping(keep, "b");
  CHECK(first.sampling == second.sampling);
  CHECK(club.kept("a") == club.kept("b"));
  const auto none = club.with("", "none");
  CHECK(none.kept == first.kept);
  CHECK(none.lots.size() == first.lots.size());
  CHECK(club.all("none") == club.all("a"));
  // Another decision is another transfer.
  CHECK(none.lots[0].id.value.substr(0, 20) != first.lots[0].id.value.substr(0, 20));
}

TEST_CASE("what is not decided is kept, whatever the profile says of other units") {
  SelectionClub club;
  const auto plan = club.with("", "none");
  CHECK(plan.sampling.empty());
  CHECK(club.kept("none") == club.all("none"));
}

TEST_CASE(
    "a selection that nobody validated keeps all in a rehearsal and is refused by a production platform") {
  SelectionClub club(extract::Kind::final_);
  const std::string text = "[tri.membres]\nkeep = systematic 10 from 1\n";
  const auto real = [](sip::PlanOptions& o) { o.platform = "real"; };
  const auto plan = club.with(text, "a");
  CHECK(plan.sampling.at(0).at("applied") == false);
  CHECK(plan.sampling.at(0).at("kept") == 5);
  CHECK(club.kept("a") == club.all("a"));
  CHECK(exit_of([&] { club.with(text, "b", real); }) == Exit::configuration);
  CHECK_THAT(complaint_of([&] { club.with(text, "b", real); }), Contains("[tri.membres] validation"));
  CHECK_FALSE(std::filesystem::exists(club.versement("b").folder()));
  static_cast<void>(club.with(text + decided, "c", real));
  CHECK(club.kept("c").size() == 5);
  CHECK_THAT(complaint_of([&] { club.with(text + "validation = oui\n", "d"); }),
             Contains("[tri.membres] validation is not written as"));
}

TEST_CASE("the manifest holds the final action that was planned, for each record") {
  SelectionClub club;
  const auto plan = club.keeping("systematic 5 from 1", "club-2026");
  REQUIRE(plan.lots.size() == 1);
  club.build(plan, plan.lots[0].id);
  const auto actions = output_of("unzip -p '" + club.versement().sip(plan.lots[0].id).string() +
                                 "' manifest.xml | python3 -c 'import sys\n" +
                                 R"(import xml.etree.ElementTree as ET
name = lambda e: e.tag.rsplit("}", 1)[-1]
for unit in ET.parse(sys.stdin).iter():
    if name(unit) != "ArchiveUnit": continue
    own = [e for part in unit if name(part) in ("Content", "Management") for e in part.iter()]
    ids = [e.text for e in own if name(e) == "OriginatingSystemId"]
    if ids: print(ids[0], *[e.text for e in own if name(e) == "FinalAction"])
' | sort)");
  const auto planned = output_of(
      "python3 -c 'import csv,json,sys\nfor r in csv.DictReader(open(sys.argv[1], newline=\"\")): "
      "print(json.loads(r[\"key\"])[0], r[\"final_action\"])' '" +
      club.versement().file("kept.csv").string() + "' | sort");
  CHECK(actions == planned);
  CHECK_THAT(actions, Contains(" Destroy\n") && Contains(" Keep\n"));
}

TEST_CASE("a record whose year is not known is kept: undecided means Keep") {
  Club club(extract::Kind::rehearsal, [](std::map<std::string, std::string>& files) {
    selectable(files);
    replace_in(files.at("membres.xml"), "year=\"{sortie}\"", "year=\"inconnue\"");
  });
  const auto config =
      core::Config::parse(club.config_text() + "\n[tri.membres]\nkeep = years ending 0\n" + decided,
                          club.folder() / "versoir.conf");
  sip::PlanOptions options;
  options.versement = "a";
  options.platform = "sandbox";
  options.profiles = {"membres"};
  const auto plan =
      sip::make_plan(club.extract(), config, club.versement("a"), options, club.clock, club.progress);
  CHECK(plan.sampling.at(0).at("kept") == plan.sampling.at(0).at("population"));
}

TEST_CASE("a selection under a misspelt name is told") {
  SelectionClub club;
  const auto told = club.with("[tri.membre]\nkeep = initial B\n" + decided, "a").findings;
  REQUIRE(told.size() == 1);
  CHECK(told[0].severity == core::Severity::warning);
  CHECK_THAT(told[0].message.english(), Contains("[tri.membre]") && Contains("membres?"));
  // Near to nothing: told unless another application has it.
  const std::string far = "[tri.dossiers-agents]\nkeep = initial B\n" + decided;
  const auto unknown = club.with(far, "a", [](sip::PlanOptions& o) { o.replace = true; }).findings;
  REQUIRE(unknown.size() == 1);
  CHECK_THAT(unknown[0].message.english(), Contains("[tri.dossiers-agents]: no application at hand"));
  const auto known = [](sip::PlanOptions& o) {
    o.replace = true;
    o.names_elsewhere = [] { return std::set<std::string>{"dossiers-agents"}; };
  };
  CHECK(club.with(far, "a", known).findings.empty());
}

TEST_CASE("criteria that cannot be followed are said at once") {
  SelectionClub club;
  const auto complaint = complaint_of([&] {
    club.keeping(
        "one in ten; systematic 3 from 4; random 0% seed 1; random 101% seed 1; years ending X; initial 5; "
        "specimen 2 by town; specimen 2 by stratum; list missing.txt",
        "a");
  });
  for (const char* part :
       {"\"one in ten\"", "\"systematic 3 from 4\"", "\"random 0% seed 1\"", "\"random 101% seed 1\"",
        "\"years ending X\"", "\"initial 5\"", "\"specimen 2 by town\"", "looks at stratum", "missing.txt"})
    CHECK_THAT(complaint, Contains(part));
  CHECK(exit_of([&] { club.with("[tri.membres]\n" + decided, "a"); }) == Exit::configuration);
}

TEST_CASE("the records of a register are exhaustive: a selection among them is refused") {
  SelectionClub club;
  const auto plan = [&] {
    club.with("[tri.saisons]\nkeep = years ending 0\n" + decided, "a",
              [](sip::PlanOptions& o) { o.profiles = {"saisons"}; });
  };
  CHECK(exit_of(plan) == Exit::configuration);
  CHECK_THAT(complaint_of(plan), Contains("[tri.saisons]") && Contains("exhaustive"));
}

TEST_CASE("a list of the archivist keeps what it names, with its digest, and a slip of the pen is refused") {
  SelectionClub club;
  // As a spreadsheet saves it, with a record that is left out.
  const auto file =
      club.list("remarquables.csv", "\xef\xbb\xbfprofile;key;reason\r\nmembres;[3];\r\nmembres;[7];x\r\n");
  const auto plan = club.keeping("list remarquables.csv", "a");
  CHECK(club.kept("a") == KeySet{"[3]"});
  const auto sum = output_of("sha512sum '" + file.string() + "'").substr(0, 128);
  CHECK(plan.sampling.at(0).at("criteria").at(0).at("list").at("sha512") == sum);
  CHECK(plan.settings.at("sampling").at("membres").at("lists").at("remarquables.csv") == sum);
  REQUIRE(plan.findings.size() == 1);  // number 7
  CHECK(plan.findings[0].code == "SELECTION_LIST");
  CHECK_THAT(plan.findings[0].message.english(), Contains("1 line of") && Contains("remarquables.csv"));
  club.list("remarquables.csv", "# choisis\n3\n[5]\n");
  static_cast<void>(club.keeping("list remarquables.csv", "b"));
  CHECK(club.kept("b") == KeySet{"[3]", "[5]"});
  club.list("remarquables.csv", "3\n333\n");
  const auto slip = [&] { club.keeping("list remarquables.csv", "c"); };
  CHECK(exit_of(slip) == Exit::configuration);
  CHECK_THAT(complaint_of(slip), Contains("333"));
}

TEST_CASE("the report shows the selection, on the page and in the terminal") {
  SelectionClub club;
  const auto plan = club.keeping("systematic 10 from 3; initial O", "club-2026");
  const auto facts = sip::review_facts(club.versement(), plan, club.extract());
  CHECK_THAT(sip::review_text(facts), Contains("one in 10") && Contains("7 of 46") && Contains("Mme Roux"));
  club.review(plan);
  const auto page = core::read_file(club.versement().file("review.html"));
  CHECK_THAT(page, Contains("(tri)") && Contains("systematic 10 from 3") && Contains("one in 10"));
  CHECK_THAT(page, Contains("proposed for destruction, under visa") && !Contains("then be destroyed"));
  const auto one = club.keeping("systematic 46 from 1", "one");
  CHECK_THAT(sip::review_text(sip::review_facts(club.versement("one"), one, club.extract())),
             Contains("1 of 46 records is to be kept"));
  const auto none = club.with("", "none");
  CHECK_THAT(sip::review_text(sip::review_facts(club.versement("none"), none, club.extract())),
             Contains("No selection is decided"));
}

TEST_CASE("a selection that would destroy by a slip of the pen is refused") {
  SelectionClub club;
  const auto refused = [&](const std::string& keep, const std::string& part) {
    INFO(keep);
    CHECK(exit_of([&] { club.keeping(keep, "a"); }) == Exit::configuration);
    CHECK_THAT(complaint_of([&] { club.keeping(keep, "a"); }), Contains(part));
    CHECK_FALSE(std::filesystem::exists(club.versement("a").folder()));
  };
  club.list("l.csv", "profile;key\nmembre;[3]\n");
  refused("list l.csv", "no archive profile membre");
  refused("list l.csv", "Did you mean membres?");
  club.list("l.csv", "profile;key\nmembres;[3]\nmembre;[5]\n");
  refused("list l.csv", "no archive profile membre");
  club.list("l.csv", "profile;key\nsaisons;[3]\n");
  refused("list l.csv; systematic 10 from 3", "names no record of membres that is planned");
  club.list("l.csv", "[7]\n");  // left out
  refused("list l.csv", "names no record of membres that is planned");
  refused("systematic 5000 from 4000", "keeps nothing: its 46 records");
  refused("years ending 2010", "is no criterion");
  refused("years ending 2019", "is no criterion");  // no digit twice: its length alone refuses it
  refused("initial Bond", "is no criterion");
  refused("years ending 00", "is no criterion");
  refused("initial Bernard", "is no criterion");
  refused("initial B b", "is no criterion");
  static_cast<void>(club.keeping("years ending 05", "years"));
  static_cast<void>(club.keeping("initial B O", "initials"));
}

TEST_CASE("a selection that keeps nothing and is not validated is told") {
  SelectionClub club;
  const auto plan = club.with("[tri.membres]\nkeep = systematic 5000 from 4000\n", "a");
  REQUIRE(plan.findings.size() == 1);
  CHECK(plan.findings[0].code == "SELECTION_KEEPS_NOTHING");
  CHECK(club.kept("a") == club.all("a"));
}

TEST_CASE("a validation dated in the future is refused") {
  SelectionClub club;
  const auto plan = [&](const std::string& day) {
    club.with("[tri.membres]\nkeep = systematic 10 from 3\nvalidation = TG; Mme Roux; " + day + "\n", day);
  };
  plan("2026-11-25");  // the day of the plan
  CHECK(exit_of([&] { plan("2026-11-26"); }) == Exit::configuration);
  CHECK_THAT(complaint_of([&] { plan("2099-01-01"); }), Contains("[tri.membres] validation: 2099-01-01"));
}
