// Records declared closed: lists that are followed or refused, what left-out.csv marks for them, the same
// records in two versements.
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
using tests::SelectionClub;

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
