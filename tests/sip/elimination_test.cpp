// Bordereaux d'élimination: what they say of tables, the papers that answer them, and what a crash leaves.
#include "sip/elimination.hpp"

#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "sip/ledger.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::complaint_of;
using tests::exit_of;
namespace fs = std::filesystem;

namespace {

/// PAIEMENT is left by the profile, SANTE by its column.
const auto without_payments = [](std::map<std::string, std::string>& files) {
  auto& tables = files.at("tables.xml");
  const std::string head = "<table name=\"PAIEMENT\" ";
  const auto at = tables.find(head);
  REQUIRE(at != std::string::npos);
  tables.insert(at + head.size(), "take=\"no\" reason=\"Comptabilité.\" ");
  auto& records = files.at("records.xml");
  const auto begin = records.find("<node name=\"paiement\"");
  const auto end = records.find("</node>", begin) + std::string("</node>").size();
  records.erase(begin, end - begin);
};

struct Eliminating : tests::Club {
  Eliminating() : tests::Club(extract::Kind::rehearsal, without_payments) {
    core::write_file(folder() / "signed.pdf", "signed");
  }
  core::Json prepare(const std::string& tables, bool replace = false) {
    sip::EndedLine ended{"telephones", "Échu", "1 an", {}, {}, {}, {}};
    ended.tables = {tables};
    ended.dua_end = ended.to = ended.from = *core::parse_date("2020-01-01");
    sip::EliminationRequest request{"Club", "CLUB", true, replace};
    return sip::prepare_elimination(elimination(), extract(), lots, {ended}, request, clock);
  }
  [[nodiscard]] sip::Elimination elimination() const { return {folder(), "e1"}; }
  [[nodiscard]] sip::KnownFile known() const {
    return [this](const fs::path& file) {
      return fs::exists(file) && digests.contains(core::digest_file(file).sha512.hex());
    };
  }
  void note(const char* name) { digests.insert(core::digest_file(elimination().file(name)).sha512.hex()); }
  [[nodiscard]] sip::RegisteredPaper paper(const std::string& reference = "AD 41") const {
    sip::RegisteredPaper p;
    p.reference = reference;
    p.authority = "Archives départementales";
    p.place = "Salle A";
    p.date = sip::today(clock);
    p.document = folder() / "signed.pdf";
    return p;
  }
  void visa(const std::string& reference = "AD 41") {
    sip::register_visa(elimination(), paper(reference), known(), clock);
  }
  std::vector<sip::AcceptedLot> lots;
  std::set<std::string> digests;  ///< what the journal would know
};

}  // namespace

TEST_CASE("a table that nobody counted is not said to have no row", "[elimination]") {
  Eliminating e;
  const auto bordereau = e.prepare("PAIEMENT");
  CHECK(bordereau.at("lines").at(0).at("tables").at(0) ==
        core::Json{{"name", "PAIEMENT"}, {"rows", nullptr}});
  CHECK_THAT(core::read_file(e.elimination().file("bordereau.html")), Contains("PAIEMENT (non compté)"));
  CHECK_THAT(core::read_file(e.elimination().file("bordereau.csv")), Contains("PAIEMENT (non compté)"));
}

TEST_CASE("what an extract left of a table is its columns and its rows left, not all of its rows",
          "[elimination]") {
  Eliminating e;
  const auto table = e.prepare("MEMBRE.*").at("lines").at(0).at("tables").at(0);
  CHECK(table == core::Json{{"name", "MEMBRE.*"}, {"rows", 0}, {"columns", {"SANTE"}}});
  const auto page = core::read_file(e.elimination().file("bordereau.html"));
  CHECK_THAT(page, Contains("MEMBRE.* (colonnes laissées : SANTE)"));
  CHECK(e.prepare("MEMBRE.SANTE", true).at("lines").at(0).at("tables").at(0).at("rows") == 60);
  for (const auto* nothing :
       {"LICENCE.*", "PAIEMENT.*", "PAIEMENT.MONTANT", "MEMBRE.NULLE_PART", "NULLE_PART"}) {
    CAPTURE(nothing);
    CHECK(exit_of([&] { e.prepare(nothing, true); }) == Exit::configuration);
  }
}

TEST_CASE("a bordereau that the journal does not know is not answered", "[elimination]") {
  Eliminating e;
  e.prepare("PAIEMENT");
  CHECK(exit_of([&] { e.visa(); }) == Exit::evidence_broken);
  CHECK_FALSE(fs::exists(e.elimination().file("visa.json")));
  e.note("bordereau.json");
  e.visa();
  CHECK(e.elimination().state() == sip::EliminationState::visa);
  // Nor is a visa: nothing is destroyed under it.
  const auto destroy = [&] {
    sip::register_destruction(e.elimination(), e.paper("PV 3"), e.known(), e.clock);
  };
  CHECK(exit_of(destroy) == Exit::evidence_broken);
  e.note("visa.json");
  CHECK(exit_of(destroy) == Exit::ok);
}

TEST_CASE("a paper that a crash left without its line in the journal is registered again", "[elimination]") {
  Eliminating e;
  e.prepare("PAIEMENT");
  e.note("bordereau.json");
  e.visa();
  const auto bytes = core::read_file(e.elimination().file("visa.json"));
  e.clock.set(e.clock.now() + std::chrono::hours(1));
  e.visa();  // the same paper: as it is
  CHECK(core::read_file(e.elimination().file("visa.json")) == bytes);
  CHECK(exit_of([&] { e.visa("AD 42"); }) == Exit::evidence_broken);  // another one
  CHECK(core::read_file(e.elimination().file("visa.json")) == bytes);
  core::write_file(e.folder() / "signed.pdf", "another scan");
  CHECK(exit_of([&] { e.visa(); }) == Exit::evidence_broken);
  e.note("visa.json");
  CHECK(exit_of([&] { e.visa(); }) == Exit::lot_state);
}

TEST_CASE("what an interrupted preparation leaves is no elimination, and the next one takes it away",
          "[elimination]") {
  Eliminating e;
  const auto leaving = e.folder() / "eliminations" / "e1.preparing";
  fs::create_directories(leaving);
  core::write_file(leaving / "annexe.csv", "names");
  fs::create_directories(e.elimination().folder());
  core::write_file(e.elimination().file("annexe.csv"), "names");
  CHECK(sip::list_eliminations(e.folder()).empty());
  e.prepare("PAIEMENT");
  CHECK_FALSE(fs::exists(leaving));
  CHECK(sip::list_eliminations(e.folder()) == std::vector<std::string>{"e1"});
  CHECK(sip::verify_elimination(e.elimination()).empty());
  // A failure takes away nothing of what was there.
  CHECK(exit_of([&] { e.prepare("NULLE_PART", true); }) == Exit::configuration);
  CHECK_FALSE(fs::exists(leaving));
  CHECK(sip::verify_elimination(e.elimination()).empty());
}

TEST_CASE("an elimination settles what stands in the extract on which it was prepared", "[elimination]") {
  Eliminating e;
  auto bordereau = e.prepare("PAIEMENT");
  e.note("bordereau.json");
  e.visa();
  const auto settled = [&](bool rehearsal = true) {
    const auto config = e.config();
    const auto ledger =
        sip::make_ledger(e.extract(), {config, e.folder(), {}, {}, rehearsal}, e.progress, e.clock);
    const auto at = std::find_if(ledger.lines.begin(), ledger.lines.end(),
                                 [](const auto& l) { return l.table == "PAIEMENT"; });
    REQUIRE(at != ledger.lines.end());
    return std::pair(at->eliminated, ledger.ignored.size());
  };
  CHECK(settled() == std::pair<std::string, std::size_t>("e1, AD 41", 0));
  CHECK(settled(false) == std::pair<std::string, std::size_t>("", 1));  // a rehearsal, and it is told
  bordereau["extract"]["root"] = std::string(64, '0');
  core::write_file(e.elimination().file("bordereau.json"), core::pretty_json(bordereau));
  auto visa = core::read_json(e.elimination().file("visa.json"));
  visa["bordereauSha512"] = core::digest_file(e.elimination().file("bordereau.json")).sha512.hex();
  core::write_json(e.elimination().file("visa.json"), visa);
  CHECK(settled() == std::pair<std::string, std::size_t>("", 1));
}

TEST_CASE("a bordereau that does not say that it is real is a rehearsal", "[elimination]") {
  Eliminating e;
  auto bordereau = e.prepare("PAIEMENT");
  const auto rehearsal_when = [&](const core::Json& said) {
    if (said.is_null())
      bordereau.erase("rehearsal");
    else
      bordereau["rehearsal"] = said;
    core::write_file(e.elimination().file("bordereau.json"), core::pretty_json(bordereau));
    return e.elimination().is_rehearsal();
  };
  CHECK(rehearsal_when(true));
  CHECK_FALSE(rehearsal_when(false));
  CHECK(rehearsal_when("no"));
  CHECK(rehearsal_when(nullptr));
}

TEST_CASE("the annex names the records of the accepted lots, and counts them", "[elimination]") {
  Eliminating e;
  const auto plan = e.plan();
  const auto& lot = plan.lots.at(0);
  e.lots = {
      {plan.versement, lot.id.value, lot.profile, "op", "OK", 7, plan.extract_root, plan.profile_digest}};
  const auto line = e.prepare("PAIEMENT").at("lines").at(0);
  CHECK(line.at("kind") == "transferred");
  CHECK(line.at("records") == lot.records);
  CHECK(line.at("units") == 7);
  const auto annex = core::read_file(e.elimination().file("annexe.csv"));
  CHECK(static_cast<std::uint64_t>(std::count(annex.begin(), annex.end(), '\n')) >= lot.records + 1);
}
