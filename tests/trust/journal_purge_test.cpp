// Old lines of a journal go away, and what is left proves that they were there.
#include "trust/journal_purge.hpp"

#include "core/json.hpp"
#include "pki.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using trust::Outcome;

namespace {

struct Kept {
  core::TemporaryDirectory dir;
  std::filesystem::path file = dir.path() / "consultation-main.jsonl";
  core::FixedClock clock{instant("2022-01-10T10:00:00Z")};
  trust::Journal journal{file, "main", clock};
  Kept() {
    for (int year = 2022; year < 2026; ++year) {
      clock.set(instant(std::to_string(year) + "-06-01T10:00:00Z"));
      for (int i = 0; i < 3; ++i) journal.append("SHEET_SHOWN", {{"key", i}}, Outcome::ok);
    }
    clock.set(instant("2026-11-27T10:00:00Z"));
  }
  [[nodiscard]] std::string bytes() const { return core::read_file(file); }
  [[nodiscard]] trust::JournalReport report() const { return trust::verify_purged_journal(file); }
  void replace(const std::string& from, const std::string& to) const {
    auto text = bytes();
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    core::write_file(file, text);
  }
};

const core::Json decision{{"reference", "DPO 2026-4"}, {"days", 1095}};

}  // namespace

TEST_CASE("Lines older than a day are removed, those that stay are the same bytes in the same chain") {
  Kept kept;
  const auto before = kept.bytes(), head = kept.report().head.hex();
  CHECK(kept.journal.purge_before(instant("2024-01-01T00:00:00Z"), decision) == 7);  // genesis included
  const auto after = kept.bytes();
  CHECK_THAT(after, !Contains("2022-06-01T10:00:00Z\",\"tool\"") && Contains("DPO 2026-4"));
  CHECK_THAT(after, Contains(before.substr(before.size() - 700)));
  const auto report = kept.report();
  CHECK(report.intact());
  CHECK(report.lines == 14);
  CHECK(report.purged == 7);
  const auto first = core::Json::parse(after.substr(0, after.find('\n')));
  CHECK(first.at("event") == "PURGED");
  CHECK(first.at("object").at("lines") == 7);
  CHECK(first.at("object").at("from") == "2022-01-10T10:00:00Z");
  CHECK(first.at("object").at("to") == "2023-06-01T10:00:00Z");
  CHECK_THAT(after, Contains("\"prev\":\"" + first.at("object").at("head").get<std::string>()));
  CHECK_THAT(after, Contains("\"prev\":\"" + head));  // the purge follows the last line there was
  kept.journal.append("SHEET_SHOWN", {{"key", 9}}, Outcome::ok);
  CHECK(kept.report().intact());
  CHECK_NOTHROW(trust::Journal(kept.file, "main", kept.clock));
}

TEST_CASE("A second purge counts all that is gone, one that finds nothing old changes nothing") {
  Kept kept;
  static_cast<void>(kept.journal.purge_before(instant("2023-01-01T00:00:00Z"), decision));
  const auto once = kept.bytes();
  CHECK(kept.journal.purge_before(instant("2023-01-01T00:00:00Z"), decision) == 0);
  CHECK(kept.bytes() == once);
  CHECK(kept.journal.purge_before(instant("2025-01-01T00:00:00Z"), decision) == 6);
  CHECK(kept.report().intact());
  CHECK(kept.report().purged == 10);
  CHECK(kept.journal.purge_before(instant("2027-01-01T00:00:00Z"), decision) == 5);
  CHECK(kept.report().intact());
  kept.journal.append("SHEET_SHOWN", {{"key", 9}}, Outcome::ok);
  CHECK(kept.report().intact());
}

TEST_CASE("The journal of versements keeps all its lines: nothing explains missing ones there") {
  Kept kept;
  CHECK(trust::verify_journal(kept.file).intact());
  static_cast<void>(kept.journal.purge_before(instant("2024-01-01T00:00:00Z"), decision));
  const auto report = trust::verify_journal(kept.file);
  CHECK_FALSE(report.intact());
  CHECK(report.findings.front().code == "journal-purge");
}

TEST_CASE("What stands for the removed lines cannot be changed, taken away or made up") {
  Kept kept;
  const auto whole = kept.bytes();
  static_cast<void>(kept.journal.purge_before(instant("2024-01-01T00:00:00Z"), decision));
  SECTION("another decision") {
    kept.replace("DPO 2026-4", "DPO 2026-5");
    CHECK_FALSE(kept.report().intact());
  }
  SECTION("another head") {
    const auto text = kept.bytes();
    const auto head = core::Json::parse(text.substr(0, text.find('\n'))).at("object").at("head");
    kept.replace(head.get<std::string>(), std::string(64, '1'));
    CHECK_FALSE(kept.report().intact());
  }
  SECTION("no first line") {
    const auto text = kept.bytes();
    core::write_file(kept.file, text.substr(text.find('\n') + 1));
    CHECK_FALSE(kept.report().intact());
  }
  SECTION("lines cut from a log that was never purged") {
    const auto text = kept.bytes();
    const auto stand_in = text.substr(0, text.find('\n') + 1);
    std::size_t at = 0;
    for (int i = 0; i < 7; ++i) at = whole.find('\n', at) + 1;
    core::write_file(kept.file, stand_in + whole.substr(at));
    const auto report = kept.report();
    CHECK_FALSE(report.intact());
    CHECK(report.findings.front().code == "journal-purge");
  }
}

TEST_CASE("A program that writes while another one purges loses no line") {
  Kept kept;
  constexpr int events = 200;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    trust::Journal other(kept.file, "main", kept.clock);
    for (int i = 0; i < events; ++i) other.append("DOCUMENT_MADE", {{"key", i}}, Outcome::ok);
    ::_exit(0);
  }
  for (const char* day : {"2023-01-01", "2024-01-01", "2025-01-01", "2026-01-01"})
    static_cast<void>(kept.journal.purge_before(instant(std::string(day) + "T00:00:00Z"), decision));
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(kept.report().intact());
  int made = 0;
  trust::read_journal(kept.file,
                      [&](const core::Json& line) { made += line.at("event") == "DOCUMENT_MADE"; });
  CHECK(made == events);
}
