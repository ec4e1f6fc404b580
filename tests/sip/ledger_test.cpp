// What the ledger takes for settled: whole transfers, eliminations of this very extract, backups that are
// described.
#include "sip/ledger.hpp"

#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::exit_of;
namespace fs = std::filesystem;

namespace {

/// A club whose plan is said to be accepted as a whole: the registers of seasons then show every licence.
struct AcceptedClub : tests::Club {
  AcceptedClub() {
    const auto planned = plan();
    for (const auto& lot : planned.lots)
      lots.push_back({planned.versement, lot.id.value, lot.profile, "operation-" + lot.id.value, "OK",
                      lot.records, planned.extract_root, planned.profile_digest});
  }
  sip::Ledger ledger(const std::string& more = {}) { return ledger_of(extract(), more); }
  sip::Ledger ledger_of(extract::Extract& of, const std::string& more = {}) {
    const auto config = core::Config::parse(config_text() + more, folder() / "versoir.conf");
    return sip::make_ledger(of, {config, folder(), lots, {}, true}, progress, clock);
  }
  std::vector<sip::AcceptedLot> lots;
};

const sip::LedgerLine& line(const sip::Ledger& ledger, const std::string& table, const std::string& column) {
  const auto at = std::find_if(ledger.lines.begin(), ledger.lines.end(),
                               [&](const auto& l) { return l.table == table && l.column == column; });
  INFO(table << "." << column);
  REQUIRE(at != ledger.lines.end());
  return *at;
}

std::string remainders_of(const sip::Ledger& ledger) {
  std::string text;
  for (const auto& m : ledger.remainders()) text += m.english() + "\n";
  return text;
}

}  // namespace

TEST_CASE("a column is whole when the accepted records show every row of its table", "[ledger]") {
  AcceptedClub club;
  const auto ledger = club.ledger();
  CHECK(line(ledger, "LICENCE", "NUM_LIC").whole_transfer);
  CHECK(line(ledger, "LICENCE", "SPORT").whole_transfer);
  CHECK_FALSE(line(ledger, "MEMBRE", "NOM").whole_transfer);  // members of today are left out
  CHECK_FALSE(line(ledger, "MEMBRE", "NOM").transferred.empty());
  CHECK(line(ledger, "MEMBRE", "SANTE").transferred.empty());
  CHECK(ledger.ignored.empty());
}

TEST_CASE("rows of another extract are not the rows that were transferred", "[ledger]") {
  AcceptedClub club;
  for (auto& lot : club.lots) lot.extract_root = std::string(64, '0');
  const auto ledger = club.ledger();
  CHECK_FALSE(line(ledger, "LICENCE", "NUM_LIC").whole_transfer);
  CHECK_FALSE(line(ledger, "LICENCE", "NUM_LIC").transferred.empty());
  CHECK(ledger.ignored.size() == club.lots.size());
}

TEST_CASE("what another profile transferred says nothing of the columns of this one", "[ledger]") {
  AcceptedClub club;
  for (auto& lot : club.lots) lot.profile_digest = std::string(64, '0');
  const auto ledger = club.ledger();
  CHECK(line(ledger, "LICENCE", "NUM_LIC").transferred.empty());
  CHECK(ledger.ignored.size() == club.lots.size());
}

TEST_CASE("a column whose large values stand apart is never whole", "[ledger]") {
  AcceptedClub club;
  const auto copy = club.folder() / "large.extract";
  fs::copy_file(club.extract_file(), copy);
  tests::output_of("sqlite3 '" + copy.string() +
                   "' \"INSERT INTO versoir_lob VALUES ('LICENCE', 1, 'SPORT', 0, x'00')\"");
  auto extract = extract::Extract::open(copy);
  const auto ledger = club.ledger_of(extract);
  CHECK_FALSE(line(ledger, "LICENCE", "SPORT").whole_transfer);
  CHECK(line(ledger, "LICENCE", "NUM_LIC").whole_transfer);
}

TEST_CASE("what remains of a table tells what was transferred in part from what was not touched",
          "[ledger]") {
  AcceptedClub club;
  const auto ledger = club.ledger();
  std::size_t in_part = 0, untouched = 0;
  for (const auto& l : ledger.lines)
    if (l.table == "MEMBRE" && l.remains()) ++(l.transferred.empty() ? untouched : in_part);
  REQUIRE(in_part > 0);
  REQUIRE(untouched > 0);
  const auto of_members = [&](const std::string& end) {
    for (const auto& m : ledger.remainders())
      if (const auto told = m.english(); told.starts_with("MEMBRE: ") && told.ends_with(end)) return told;
    return std::string();
  };
  CHECK_THAT(of_members(": neither transferred, kept nor eliminated"), Contains("SANTE") && !Contains("NOM"));
  const auto part = of_members(": transferred in part, neither kept nor eliminated for the rest");
  CHECK_THAT(part, Contains("NOM") && !Contains("SANTE"));
  if (in_part > 6) CHECK_THAT(part, Contains("… (+" + std::to_string(in_part - 6) + ")"));
}

TEST_CASE("a lot that is planned and not accepted blocks", "[ledger]") {
  AcceptedClub club;
  const auto config = core::Config::parse(club.config_text(), club.folder() / "versoir.conf");
  const auto ledger = sip::make_ledger(
      club.extract(), {config, club.folder(), {}, {{"LOT-7", "rejected"}}, true}, club.progress, club.clock);
  CHECK_THAT(remainders_of(ledger), Contains("lot LOT-7 was planned and is not accepted: rejected"));
}

TEST_CASE("what only the consultation settles is counted", "[ledger]") {
  AcceptedClub club;
  const std::string until =
      "\n[consultation.club]\nuntil = 2060-12-31\napproval = Note 12; Mme Roux; 2026-03-12\n";
  CHECK(club.ledger().consulted_only() == 0);
  const auto ledger = club.ledger(until);
  const auto copied =
      std::count_if(ledger.lines.begin(), ledger.lines.end(), [](const auto& l) { return l.copied; });
  const auto whole =
      std::count_if(ledger.lines.begin(), ledger.lines.end(), [](const auto& l) { return l.whole_transfer; });
  CHECK(ledger.consulted_only() == static_cast<std::size_t>(copied - whole));
  const auto page = club.folder() / "ledger.html";
  sip::write_ledger_page(page, ledger, club.clock);
  CHECK_THAT(core::read_file(page), Contains("settled by the consultation alone"));
}

TEST_CASE("4: a backup or an elimination of no application, or of a mistyped one", "[ledger]") {
  AcceptedClub club;
  const std::string backup = "\n[backup.nuit]\ndescription = bandes\n";
  CHECK(exit_of([&] { static_cast<void>(club.ledger(backup)); }) == Exit::configuration);
  CHECK(exit_of([&] { static_cast<void>(club.ledger(backup + "application = clubb\n")); }) ==
        Exit::configuration);
  CHECK(exit_of([&] { static_cast<void>(club.ledger(backup + "application = club\n")); }) == Exit::ok);
  // Another application that the configuration describes.
  const std::string other = "\n[application.autre]\noriginating_agency = AUTRE\n";
  CHECK(exit_of([&] { static_cast<void>(club.ledger(other + backup + "application = autre\n")); }) ==
        Exit::ok);
  const auto ended = [&](const std::string& text) {
    const auto config = core::Config::parse(club.config_text() + text, club.folder() / "versoir.conf");
    return sip::read_ended_lines(config, "club", sip::today(club.clock));
  };
  const std::string section =
      "\n[elimination.paiements]\ntitle = Paiements\ntables = PAIEMENT\ndua = 6 ans\ndua_end = 2024-12-31\n"
      "from = 1990-01-01\nto = 2018-12-31\n";
  CHECK(exit_of([&] { static_cast<void>(ended(section)); }) == Exit::configuration);
  CHECK(exit_of([&] { static_cast<void>(ended(section + "application = clubb\n")); }) == Exit::configuration);
  CHECK(ended(section + "application = club\n").size() == 1);
  CHECK(ended(other + section + "application = autre\n").empty());
}
