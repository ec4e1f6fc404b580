// Selection among records and records declared closed: what an independent program computes again, what
// reaches the manifest, what is refused.
#include "sip/sampling.hpp"

#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "sip/review.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::Club;
using tests::complaint_of;
using tests::exit_of;
using tests::output_of;

namespace {

using KeySet = std::set<std::string>;

const std::string decided = "validation = Tableau de gestion 2026, 4.2; Mme Roux, archiviste; 2026-03-12\n";

void replace_in(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  INFO("looked for: " << from);
  REQUIRE(at != std::string::npos);
  text.replace(at, from.size(), to);
}

/// Members may be selected; those who are still there are deferred. Number 7 is both: still there (so the
/// profile says) and without a licence.
void selectable(std::map<std::string, std::string>& files) {
  auto& text = files.at("membres.xml");
  replace_in(text, "</facts>", "</facts><sampling order=\"{num_mem}\" year=\"{sortie}\" initial=\"{nom}\"/>");
  replace_in(text, "<leave-out reason=\"Encore", "<leave-out deferred=\"yes\" reason=\"Encore");
  replace_in(text, "sortie IS NULL</leave-out>", "sortie IS NULL OR num_mem = 7</leave-out>");
}

struct SelectionClub : Club {
  explicit SelectionClub(extract::Kind kind = extract::Kind::rehearsal) : Club(kind, selectable) {}

  /// Plans the members with this text at the end of the configuration.
  sip::Plan with(const std::string& text, const std::string& id,
                 const std::function<void(sip::PlanOptions&)>& change = {}) {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = "sandbox";
    options.profiles = {"membres"};
    if (change) change(options);
    const auto config = core::Config::parse(config_text() + "\n" + text, folder() / "versoir.conf");
    return sip::make_plan(extract(), config, versement(id), options, clock, progress);
  }
  sip::Plan keeping(const std::string& keep, const std::string& id) {
    return with("[tri.membres]\nkeep = " + keep + "\n" + decided, id);
  }

  /// What Python sees in kept.csv: `expression` over `rows`, one key a line.
  [[nodiscard]] KeySet python(const std::string& id, const std::string& expression) const {
    const auto lines = output_of(
        "python3 -c 'import csv,hashlib,json,sys; rows = list(csv.DictReader(open(sys.argv[1], newline=\"\", "
        "encoding=\"utf-8\"))); print(\"\\n\".join(" +
        expression + "))' '" + versement(id).file("kept.csv").string() + "'");
    KeySet set;
    for (std::size_t at = 0; at < lines.size();) {
      const auto end = lines.find('\n', at);
      if (end > at) set.insert(lines.substr(at, end - at));
      at = end + 1;
    }
    return set;
  }
  [[nodiscard]] KeySet kept(const std::string& id) const {
    return python(id, "r[\"key\"] for r in rows if r[\"final_action\"] == \"Keep\"");
  }
  [[nodiscard]] KeySet all(const std::string& id) const { return python(id, "r[\"key\"] for r in rows"); }
  std::filesystem::path list(const std::string& name, const std::string& text) {
    core::write_file(folder() / name, text);
    return folder() / name;
  }
};

}  // namespace

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

TEST_CASE("records declared closed are planned alone, from the same extract") {
  SelectionClub club;
  const auto ordinary = club.with("", "ordinary");
  const auto closing = [&](const std::filesystem::path& list) {
    return [list](sip::PlanOptions& o) { o.closed = list; };
  };
  for (const std::string text :
       {"10\n[20]\n", "profile,key,reason\nmembres,[10],Encore membre du club.\nmembres,[20],\n"}) {
    const auto list = club.list("clos.csv", text);
    const auto plan = club.with("", "clos", closing(list));
    CHECK(club.all("clos") == KeySet{"[10]", "[20]"});
    CHECK(plan.kept == 2);
    CHECK(plan.left_out == 0);
    CHECK(plan.closed == core::Json{{"name", "clos.csv"},
                                    {"sha512", output_of("sha512sum '" + list.string() + "'").substr(0, 128)},
                                    {"records", 2}});
    CHECK(club.versement("clos").plan().closed == plan.closed);
    std::filesystem::remove_all(club.versement("clos").folder());
  }
  const auto list = club.list("clos.csv", "10\n20\n");
  const auto plan = club.with("", "club-2026", [&](sip::PlanOptions& o) {
    o.closed = list;
    o.profiles.clear();  // the register defers nothing: it is not concerned
  });
  CHECK(plan.lots.size() == 1);
  club.build(plan, plan.lots[0].id);
  const auto facts = sip::review_facts(club.versement(), plan, club.extract());
  CHECK_THAT(sip::review_text(facts), Contains("clos.csv"));
}

TEST_CASE("the lines of left-out.csv that are deferrals make a list of closed records") {
  SelectionClub club;
  static_cast<void>(club.with("", "ordinary"));
  const auto left = club.versement("ordinary").file("left-out.csv").string();
  output_of("(head -n 1 '" + left + "'; grep Encore '" + left + "' | grep -v '\\[7\\]') >'" +
            (club.folder() / "clos.csv").string() + "'");
  static_cast<void>(
      club.with("", "clos", [&](sip::PlanOptions& o) { o.closed = club.folder() / "clos.csv"; }));
  CHECK(club.all("clos") == KeySet{"[10]", "[20]", "[30]", "[40]", "[50]", "[60]"});
}

TEST_CASE("a list of closed records that names others is refused, with each of them") {
  SelectionClub club;
  const auto list = club.list("clos.txt", "10\n999\n[14]\n3\n7\n");
  const auto plan = [&] { club.with("", "clos", [&](sip::PlanOptions& o) { o.closed = list; }); };
  CHECK(exit_of(plan) == Exit::usage);
  const auto complaint = complaint_of(plan);
  CHECK_THAT(complaint, Contains("999") && Contains("[14]: left out for another reason: Aucune licence."));
  // Number 7 is deferred, and stays for a reason that a closure does not lift.
  CHECK_THAT(complaint, Contains("[7]: left out for another reason: Aucune licence."));
  CHECK_THAT(complaint, Contains("[3]: not left out"));
  CHECK_THAT(complaint, !Contains("[10]"));
  CHECK_FALSE(std::filesystem::exists(club.versement("clos").folder()));
  for (const std::string text : {"", "[10\n", "[]\n"}) {
    club.list("clos.txt", text);
    CHECK(exit_of(plan) == Exit::usage);
  }
  std::filesystem::remove(list);
  CHECK(exit_of(plan) == Exit::usage);
}

TEST_CASE("a list of closed records says why a line of another archive profile cannot be followed") {
  SelectionClub club;
  const auto list = club.list(
      "clos.csv", "profile,key\nsaisons,\"[\"\"1994\"\"]\"\nmembre,[10]\nclients,[3]\nmembres,[999]\n");
  const auto plan = [&] {
    club.with("", "clos", [&](sip::PlanOptions& o) {
      o.closed = list;
      o.profiles.clear();
    });
  };
  CHECK(exit_of(plan) == Exit::usage);
  const auto complaint = complaint_of(plan);
  CHECK_THAT(complaint, Contains("[\"1994\"]: saisons defers no record"));
  CHECK_THAT(complaint,
             Contains("[10]: the application club has no archive profile membre; did you mean membres?"));
  CHECK_THAT(complaint, Contains("[3]: the application club has no archive profile clients."));
  CHECK_THAT(complaint, Contains("[999]: no such record"));
  CHECK_THAT(complaint, Contains("column \"deferred\""));
}

TEST_CASE("left-out.csv marks what a closure lifts, and nothing else: its marked lines are a list to plan") {
  SelectionClub club;
  const auto plan = club.with("", "ordinary");
  const auto left = club.versement("ordinary").file("left-out.csv").string();
  CHECK(output_of("head -n 1 '" + left + "'") == "profile,key,reason,year,deferred\n");
  output_of(
      "python3 -c 'import csv, sys\n"
      "rows = list(csv.reader(open(sys.argv[1], newline=\"\")))\n"
      "csv.writer(open(sys.argv[2], \"w\", newline=\"\")).writerows(rows[:1] + [r for r in rows if r[4] == "
      "\"yes\"])' '" +
      left + "' '" + (club.folder() / "clos.csv").string() + "'");
  static_cast<void>(
      club.with("", "clos", [&](sip::PlanOptions& o) { o.closed = club.folder() / "clos.csv"; }));
  // Number 7 is deferred and without a licence: its closure would lift only one of the two.
  CHECK(club.all("clos") == KeySet{"[10]", "[20]", "[30]", "[40]", "[50]", "[60]"});
  const auto facts = sip::review_facts(club.versement("ordinary"), plan, club.extract());
  CHECK_THAT(sip::review_text(facts), Contains("6 are deferred: Encore membre du club."));
  CHECK(facts.at("profiles").at(0).at("deferred") == 6);
  sip::write_review_html(club.versement("ordinary"), facts);
  for (const auto* page : {"review.html", "tableau.html"})
    CHECK_THAT(core::read_file(club.versement("ordinary").file(page)),
               Contains("Deferred until declared closed, and why"));
  const auto counted = output_of(
      "python3 -c 'import csv, sys\n"
      "for r in csv.reader(open(sys.argv[1], newline=\"\", encoding=\"utf-8-sig\"), delimiter=\";\"):\n"
      "  if r[1] in (\"left out\", \"deferred\"): print(r[1], r[9], r[10])' '" +
      club.versement("ordinary").file("tableau.csv").string() + "' | sort");
  CHECK(counted ==
        "deferred Encore membre du club. 6\nleft out Aucune licence. 7\nleft out Encore membre du club. 1\n");
}

TEST_CASE("the same records in two versements are told although each has its own extract") {
  SelectionClub club;
  CHECK(club.with("", "c1").findings.empty());
  // As the rehearsal and the final extract of one application: other rows, other root, the same people.
  auto other = club.versement("c1").plan();
  const auto kept = other.kept;
  other.extract_root = std::string(64, 'a');
  club.versement("c1").write_plan(other);
  const auto again = club.with("", "c2");
  REQUIRE(again.findings.size() == 1);
  CHECK(again.findings[0].code == "PLANNED_TWICE");
  CHECK_THAT(again.findings[0].message.english(),
             Contains(std::to_string(kept) +
                      " records of this plan have the keys of records of the versement c1, made "
                      "from another extract"));
  other.application = "another";
  club.versement("c1").write_plan(other);
  std::filesystem::remove_all(club.versement("c2").folder());
  CHECK(club.with("", "c2").findings.empty());
}

TEST_CASE("the same records in two versements of an extract are told, for the same platform only") {
  SelectionClub club;
  const auto list = club.list("clos.txt", "10\n20\n");
  const auto closing = [&](sip::PlanOptions& o) { o.closed = list; };
  const auto ordinary = club.with("", "ordinary");
  CHECK(ordinary.findings.empty());
  CHECK(club.with("", "c1", closing).findings.empty());  // what is closed is in no ordinary plan
  club.list("clos.txt", "20\n30\n");
  const auto again = club.with("", "c2", closing);
  REQUIRE(again.findings.size() == 1);
  CHECK(again.findings[0].code == "PLANNED_TWICE");
  CHECK(again.findings[0].severity == core::Severity::warning);
  CHECK_THAT(again.findings[0].message.english(),
             Contains("1 record of this plan is in the versement c1 too"));
  // Planned again, a versement is not another one.
  std::filesystem::remove_all(club.versement("c2").folder());
  const auto replaced = [&](sip::PlanOptions& o) {
    closing(o);
    o.replace = true;
  };
  club.list("clos.txt", "10\n20\n");
  CHECK(club.with("", "c1", replaced).findings.empty());
  const auto elsewhere =
      club.with("[platform.second]\nkind = rehearsal\ntenant = 4\narchival_agreement = IC-2\n", "c3",
                [&](sip::PlanOptions& o) {
                  closing(o);
                  o.platform = "second";
                });
  CHECK(elsewhere.findings.empty());
  // A folder that cannot be read is not this plan's matter.
  core::write_file(club.versement("c1").file("plan.json"), "{");
  CHECK(club.with("", "c4", closing).findings.empty());
}

TEST_CASE(
    "a record left unfinished is transferred when the list cites the signed paper, and its unit says so") {
  Club club(extract::Kind::rehearsal, [](std::map<std::string, std::string>& files) {
    replace_in(files.at("membres.xml"), "<leave-out reason=\"Encore",
               "<leave-out deferred=\"cited\" reason=\"Encore");
  });
  static_cast<void>(club.plan({}, "before"));
  CHECK_THAT(core::read_file(club.versement("before").file("left-out.csv")),
             Contains("membres,[10],Encore membre du club.,\"\",cited"));
  const auto list = club.folder() / "pv.csv";
  const auto plan_with = [&](const std::string& text) {
    core::write_file(list, text);
    return club.plan([&](sip::PlanOptions& o) {
      o.closed = list;
      o.profiles = {"membres"};
    });
  };
  for (const std::string text :
       {"10\n", "key,reason\n[10],Encore membre du club.\n", "key;reference\n[10];PV du 3 mars\n[20];  \n"}) {
    INFO(text);
    CHECK(exit_of([&] { static_cast<void>(plan_with(text)); }) == Exit::usage);
    CHECK_THAT(complaint_of([&] { static_cast<void>(plan_with(text)); }), Contains("cite the signed paper"));
    CHECK_FALSE(std::filesystem::exists(club.versement().folder()));
  }
  const auto plan = plan_with("key;reference\n[10];PV du 3 mars <2010> & suivants\n20;Registre, folio 12\n");
  CHECK(plan.kept == 2);
  CHECK(plan.closed.at("sha512") == output_of("sha512sum '" + list.string() + "'").substr(0, 128));
  CHECK_THAT(core::read_file(club.versement().file("kept.csv")),
             Contains("PV du 3 mars <2010> & suivants") && Contains("Registre, folio 12"));
  club.build(plan, plan.lots.at(0).id);
  const auto manifest =
      output_of("unzip -p '" + club.versement().sip(plan.lots[0].id).string() + "' manifest.xml");
  CHECK_THAT(manifest, Contains("Versement décidé par l'archiviste, au vu de la pièce signée : PV du 3 mars "
                                "&lt;2010&gt; &amp; suivants.") &&
                           Contains("Registre, folio 12."));
  // Nothing else is said to be decided so.
  core::write_file(list, "");
  const auto ordinary = club.plan({}, "ordinary");
  club.build(ordinary, ordinary.lots.at(0).id);
  CHECK_THAT(output_of("unzip -p '" + club.versement("ordinary").sip(ordinary.lots[0].id).string() +
                       "' manifest.xml"),
             !Contains("Versement décidé"));
}

TEST_CASE("a selection applies to closed records too, and its lists may name any record") {
  SelectionClub club;
  const auto list = club.list("clos.txt", "10\n20\n30\n");
  club.list("remarquables.txt", "3\n20\n");
  const auto plan = club.with("[tri.membres]\nkeep = list remarquables.txt\n" + decided, "clos",
                              [&](sip::PlanOptions& o) { o.closed = list; });
  CHECK(plan.sampling.at(0).at("population") == 3);
  CHECK(club.kept("clos") == KeySet{"[20]"});
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

TEST_CASE("ranks and shares are refused among records declared closed") {
  SelectionClub club;
  const auto list = club.list("clos.txt", "10\n");
  for (const std::string keep : {"systematic 10 from 1", "random 5% seed 1", "specimen 1"}) {
    const auto plan = [&] {
      club.with("[tri.membres]\nkeep = " + keep + "\n" + decided, "clos",
                [&](sip::PlanOptions& o) { o.closed = list; });
    };
    INFO(keep);
    CHECK(exit_of(plan) == Exit::configuration);
    CHECK_THAT(complaint_of(plan), Contains(keep) && Contains("closed records"));
  }
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
