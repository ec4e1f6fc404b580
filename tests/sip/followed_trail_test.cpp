// The trail of journals that go on being written, against the one that is read anew each time.
#include "sip/followed_trail.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "test_support.hpp"
#include "trust/journal.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <fstream>
#include <unistd.h>

using namespace versoir;
using core::Exit;
using tests::exit_of;
namespace fs = std::filesystem;

namespace {

struct Journals {
  core::TemporaryDirectory work;
  core::FixedClock clock{*core::parse_instant("2026-11-25T10:00:00Z")};
  sip::Versement versement{work.path(), "v1"};
  trust::Journal one{work.path() / "journal-one.jsonl", "one", clock};
  sip::FollowedTrail followed{work.path()};

  void sent(trust::Journal& journal, const std::string& lot, const std::string& operation) {
    journal.append("SENT", {{"versement", "v1"}, {"lot", lot}, {"operation", operation}}, trust::Outcome::ok);
    journal.append("SEARCHED", {{"versement", "v1"}, {"lot", lot}}, trust::Outcome::ok);  // no part of it
  }
  /// What both say is missing, which tells which operation of each lot is the last one.
  void same() {
    const auto fresh = sip::JournalTrail::read(work.path());
    const auto now = followed.now().missing_transfers(versement);
    const auto wanted = fresh.missing_transfers(versement);
    REQUIRE(now.size() == wanted.size());
    for (std::size_t i = 0; i < now.size(); ++i)
      CHECK(now[i].message.english() == wanted[i].message.english());
  }
  void keep(const std::string& lot, const std::string& operation) {
    fs::create_directories(versement.lot({lot}));
    core::write_json(versement.lot({lot}) / "sending.json", {{"format", "versoir-sending/1"}});
    core::write_json(versement.lot({lot}) / "operation.json", {{"operation", operation}});
  }
};

}  // namespace

TEST_CASE("a followed trail says after each line what a trail read anew says") {
  Journals j;
  j.same();
  for (int i = 0; i < 20; ++i) {
    const auto lot = "LOT-" + std::to_string(i % 7);
    j.sent(j.one, lot, "op" + std::to_string(i));
    if (i % 2 == 0) j.keep(lot, "op" + std::to_string(i));
    j.clock.set(j.clock.now() + std::chrono::seconds(i % 3));
    j.same();
  }
  CHECK(j.followed.now().versements() == std::vector<std::string>{"v1"});
}

TEST_CASE("what another machine wrote down earlier takes its place, and its latest word counts") {
  Journals j;
  trust::Journal two(j.work.path() / "journal-two.jsonl", "two", j.clock);
  j.sent(two, "LOT-1", "early");
  j.same();
  j.clock.set(j.clock.now() + std::chrono::minutes(5));
  j.sent(j.one, "LOT-1", "late");
  j.keep("LOT-1", "late");
  j.same();
  CHECK(j.followed.now().missing_transfers(j.versement).empty());
  j.clock.set(j.clock.now() - std::chrono::minutes(3));  // its line arrives late, and happened before
  j.sent(two, "LOT-1", "between");
  j.same();
  CHECK(j.followed.now().missing_transfers(j.versement).empty());
  j.clock.set(j.clock.now() + std::chrono::minutes(9));
  trust::Journal three(j.work.path() / "journal-three.jsonl", "three", j.clock);
  j.sent(three, "LOT-1", "latest");
  j.same();
  CHECK(j.followed.now().missing_transfers(j.versement).size() == 1);
}

TEST_CASE("a followed journal that is cut, replaced, taken away or broken is told") {
  const auto broken = [](auto&& change) {
    Journals j;
    j.sent(j.one, "LOT-1", "a");
    static_cast<void>(j.followed.now());
    change(j, j.work.path() / "journal-one.jsonl");
    return exit_of([&] { static_cast<void>(j.followed.now()); });
  };
  CHECK(broken([](Journals&, const fs::path& file) { fs::resize_file(file, 10); }) == Exit::journal_broken);
  CHECK(broken([](Journals&, const fs::path& file) {
          const auto bytes = core::read_file(file);
          core::write_file(file, bytes);  // the same bytes in another file
        }) == Exit::journal_broken);
  CHECK(broken([](Journals&, const fs::path& file) { fs::remove(file); }) == Exit::journal_broken);
  CHECK(broken([](Journals& j, const fs::path& file) {
          j.sent(j.one, "LOT-2", "b");
          auto bytes = core::read_file(file);
          bytes.replace(bytes.find("LOT-2"), 5, "LOT-9");
          const core::UniqueFd fd(::open(file.c_str(), O_WRONLY));  // in place, in what was not read yet
          REQUIRE(::write(fd.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
          j.sent(j.one, "LOT-3", "c");
        }) == Exit::journal_broken);
  Journals j;
  static_cast<void>(j.followed.now());
  {
    std::ofstream out(j.work.path() / "journal-one.jsonl", std::ios::app);
    out << "{\"cut by a crash";
  }
  j.same();  // no line yet
}
