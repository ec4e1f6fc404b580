// The journal: chained, crash-proof, shared by processes, and only checkpoints show a missing end.
#include "trust/journal.hpp"

#include "core/json.hpp"
#include "exit_of.hpp"
#include "pki.hpp"
#include "trust/journal_follower.hpp"
#include "trust/merkle.hpp"

#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

using namespace versoir;
using namespace versoir::tests;
using trust::Outcome;

namespace {

const core::FixedClock clock_2026(instant("2026-11-25T10:00:00Z"));

struct Folder {
  core::TemporaryDirectory dir;
  std::filesystem::path file = dir.path() / "journal-main.jsonl";
  trust::Journal open() const { return trust::Journal(file, "main", clock_2026); }
  std::string bytes() const { return core::read_file(file); }
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  return lines;
}

void fill(trust::Journal& journal, int events) {
  for (int i = 0; i < events; ++i)
    journal.append("LOT_SENT", {{"lot", "ESSAI-" + std::to_string(i)}}, Outcome::ok, {{"bytes", i}});
}

bool finding(const trust::JournalReport& report, std::string_view code) {
  return std::any_of(report.findings.begin(), report.findings.end(),
                     [&](const core::Finding& f) { return f.code == code; });
}

}  // namespace

TEST_CASE("Each line carries the SHA-256 of the line before, as sha256sum computes it") {
  const Folder folder;
  auto journal = folder.open();
  fill(journal, 3);
  journal.append("VISA_SIGNED", {{"versement", "été"}}, Outcome::warning);
  const auto lines = lines_of(folder.bytes());
  REQUIRE(lines.size() == 5);
  std::string previous(64, '0');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto json = core::Json::parse(lines[i]);
    CHECK(json.at("seq") == i + 1);
    CHECK(json.at("prev") == previous);
    CHECK(json.at("ts") == "2026-11-25T10:00:00Z");
    CHECK(json.at("node") == "main");
    CHECK(json.at("actor").at("uid") == ::getuid());
    CHECK(json.at("tool").get<std::string>().starts_with("versoir "));
    CHECK(core::canonical_json(json) == lines[i] + "\n");
    core::write_file(folder.dir.path() / "line", lines[i]);
    previous = run("sha256sum < " + quoted(folder.dir.path() / "line")).output.substr(0, 64);
  }
  CHECK(core::Json::parse(lines[0]).at("event") == "GENESIS");
  CHECK(core::Json::parse(lines[4]).at("outcome") == "warning");
  const auto report = trust::verify_journal(folder.file);
  CHECK(report.intact());
  CHECK(report.findings.empty());
  CHECK(report.lines == 5);
  CHECK(report.head.hex() == previous);
}

TEST_CASE("A line says under which configuration, in which roles and by what clock, where that is known") {
  const Folder folder;
  fill(*std::make_unique<trust::Journal>(folder.file, "main", clock_2026), 1);
  const auto before = folder.bytes();
  std::string_view state = "unsynchronised";
  trust::Journal journal(folder.file, "main", clock_2026,
                         {std::string(64, 'a'), {"archivist"}, [&] { return state; }});
  fill(journal, 1);
  state = "synchronised";
  fill(journal, 1);
  CHECK(folder.bytes().starts_with(before));  // lines of an older version stay, and go before
  const auto lines = lines_of(folder.bytes());
  REQUIRE(lines.size() == 4);
  const auto old = core::Json::parse(lines[1]), first = core::Json::parse(lines[2]);
  for (const char* member : {"configuration", "clock"}) CHECK_FALSE(old.contains(member));
  CHECK_FALSE(old.at("actor").contains("roles"));
  CHECK(first.at("configuration") == std::string(64, 'a'));
  CHECK(first.at("clock") == "unsynchronised");
  CHECK(first.at("actor").at("roles") == core::Json{"archivist"});
  CHECK(core::Json::parse(lines[3]).at("clock") == "synchronised");
  CHECK(trust::verify_journal(folder.file).intact());
}

TEST_CASE("Two journals never begin alike") {
  const Folder a, b;
  a.open();
  b.open();
  CHECK(a.bytes() != b.bytes());
}

TEST_CASE("A journal cut at any byte is read up to there, and an incomplete line is a warning") {
  const Folder folder;
  auto journal = folder.open();
  fill(journal, 2);
  const auto whole = folder.bytes();
  for (std::size_t n = 0; n <= whole.size(); ++n) {
    const auto part = whole.substr(0, n);
    std::ofstream(folder.file, std::ios::binary | std::ios::trunc) << part;
    const auto report = trust::verify_journal(folder.file);
    REQUIRE(report.intact());
    REQUIRE(report.lines == static_cast<std::uint64_t>(std::count(part.begin(), part.end(), '\n')));
    const bool incomplete = !part.empty() && part.back() != '\n';
    REQUIRE(finding(report, "journal-incomplete") == incomplete);
    REQUIRE(finding(report, "journal-empty") == (report.lines == 0));
  }
}

TEST_CASE("After a crash the unfinished line is set aside, told in the journal, and the chain goes on") {
  const Folder folder;
  auto journal = folder.open();
  fill(journal, 2);
  const auto whole = folder.bytes();
  const std::size_t last_line = whole.rfind('\n', whole.size() - 2) + 1;
  for (const std::size_t n : {std::size_t{1}, std::size_t{40}, last_line + 1, whole.size() - 1}) {
    core::write_file(folder.file, whole.substr(0, n));
    auto again = folder.open();
    again.append("AFTER", {{"x", 1}}, Outcome::ok);
    const auto report = trust::verify_journal(folder.file);
    REQUIRE(report.findings.empty());
    const auto lines = lines_of(folder.bytes());
    const auto recovery = core::Json::parse(lines.at(lines.size() - 2));
    REQUIRE(recovery.at("event") == "JOURNAL_RECOVERED");
    const auto kept =
        core::read_file(folder.dir.path() / recovery.at("object").at("file").get<std::string>());
    const auto complete = whole.substr(0, n).rfind('\n');
    REQUIRE(kept == whole.substr(complete == std::string::npos ? 0 : complete + 1,
                                 n - (complete == std::string::npos ? 0 : complete + 1)));
    REQUIRE(recovery.at("object").at("sha256") == core::sha256(kept).hex());
  }
}

TEST_CASE("A line that was edited, removed, doubled or moved is found, and nothing is added after it") {
  const Folder folder;
  auto journal = folder.open();
  fill(journal, 5);
  const auto lines = lines_of(folder.bytes());
  const auto join = [](const std::vector<std::string>& l) {
    std::string text;
    for (const auto& line : l) text += line + "\n";
    return text;
  };
  const auto broken_at = [&](const std::vector<std::string>& edited) -> std::uint64_t {
    core::write_file(folder.file, join(edited));
    const auto report = trust::verify_journal(folder.file);
    CHECK_FALSE(report.intact());
    CHECK(tests::exit_of([&] { folder.open(); }) == core::Exit::journal_broken);
    CHECK(core::read_file(folder.file) == join(edited));  // not repaired
    return report.lines;
  };
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    auto edited = lines;
    const auto outcome = edited[i].find("\"ok\"");
    REQUIRE(outcome != std::string::npos);
    edited[i].replace(outcome, 4, "\"ko\"");
    CHECK(broken_at(edited) == i + 1);  // the line itself reads well; the next one denies it
    edited = lines;
    edited[i] = "{}";
    CHECK(broken_at(edited) == i);
    edited[i] = "not JSON";
    CHECK(broken_at(edited) == i);
    edited = lines;
    edited.erase(edited.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(broken_at(edited) == i);
    edited = lines;
    edited.insert(edited.begin() + static_cast<std::ptrdiff_t>(i), lines[i]);
    CHECK(broken_at(edited) == i + 1);
    edited = lines;
    std::swap(edited[i], edited[i + 1]);
    CHECK(broken_at(edited) == i);
  }
  auto last = lines;
  last.back() = "{}";
  CHECK(broken_at(last) == lines.size() - 1);
}

TEST_CASE("Two processes and two objects append at the same time without breaking the chain") {
  const Folder folder;
  constexpr int each = 60;
  pid_t children[2];
  for (auto& child : children) {
    child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int code = 1;
      try {
        trust::Journal journal(folder.file, "main", clock_2026);
        fill(journal, each);
        code = 0;
      } catch (...) {
      }
      ::_exit(code);
    }
  }
  for (const auto child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
  auto a = folder.open();
  auto b = folder.open();
  fill(a, 1);
  fill(b, 1);
  fill(a, 1);
  const auto report = trust::verify_journal(folder.file);
  CHECK(report.findings.empty());
  CHECK(report.lines == 1 + 2 * each + 3);
}

TEST_CASE("A checkpoint is signed, time-stamped, recorded, and its root can be recomputed") {
  const Folder folder;
  auto journal = folder.open();
  fill(journal, 4);
  LocalTsa tsa;
  const auto before = lines_of(folder.bytes());
  journal.checkpoint(*signer("producer"), &tsa);
  const auto point = folder.dir.path() / "journal-main.jsonl.checkpoint-5.json";
  REQUIRE(std::filesystem::exists(point));
  const auto json = core::read_json(point);
  CHECK(json.at("lines") == 5);
  std::vector<core::Sha256> leaves;
  for (const auto& line : before) leaves.push_back(trust::merkle_leaf(line));
  CHECK(json.at("root") == trust::merkle_root(leaves).hex());
  CHECK(json.at("head") == core::sha256(before.back()).hex());
  const auto v = trust::verify_seal(point, store(), core::SystemClock(), trust::At::signing_time);
  INFO(told(v));
  CHECK(v.verdict == trust::Verdict::valid);
  CHECK(v.signers.at(0).timestamp);
  CHECK(openssl_verify(point, trust::seal_path(point)).code == 0);
  const auto last = core::Json::parse(lines_of(folder.bytes()).back());
  CHECK(last.at("event") == "CHECKPOINT");
  CHECK(last.at("object").at("root") == json.at("root"));
  fill(journal, 2);
  CHECK(trust::verify_journal(folder.file).findings.empty());
}

TEST_CASE("With a checkpoint beside it, a journal whose end was cut off or rewritten is found out") {
  const Folder folder;
  auto journal = folder.open();
  fill(journal, 4);
  journal.checkpoint(*signer("producer"), nullptr);
  const auto lines = lines_of(folder.bytes());
  core::write_file(folder.file, lines[0] + "\n" + lines[1] + "\n");
  auto report = trust::verify_journal(folder.file);
  CHECK_FALSE(report.intact());
  CHECK(finding(report, "journal-truncated"));
  core::write_file(folder.file, "");
  CHECK(finding(trust::verify_journal(folder.file), "journal-truncated"));
  // A whole new journal, well chained, is still not the one that was signed.
  std::filesystem::remove(folder.file);
  auto forged = folder.open();
  fill(forged, 6);
  report = trust::verify_journal(folder.file);
  CHECK_FALSE(report.intact());
  CHECK(finding(report, "journal-checkpoint"));
}

TEST_CASE("A journal that is missing or became something else is told") {
  const Folder folder;
  CHECK(tests::exit_of([&] { static_cast<void>(trust::verify_journal(folder.file)); }) ==
        core::Exit::journal_broken);
  auto journal = folder.open();
  std::filesystem::remove(folder.file);
  CHECK(tests::exit_of([&] { fill(journal, 1); }) == core::Exit::journal_broken);
  core::write_file(folder.file, std::string(3u << 20, 'x'));
  CHECK_FALSE(trust::verify_journal(folder.file).intact());
  CHECK(tests::exit_of([&] { folder.open(); }) == core::Exit::journal_broken);
}

namespace {

/// A journal that goes on in another file as soon as it holds a few lines.
trust::Journal small_files(const Folder& folder, std::uint64_t bytes = 1500) {
  trust::Circumstances circumstances;
  circumstances.rotate_at = bytes;
  return trust::Journal(folder.file, "main", clock_2026, circumstances);
}
std::filesystem::path part(const Folder& folder, int k) {
  auto path = folder.file;
  path += ".part-" + std::to_string(k);
  return path;
}

}  // namespace

TEST_CASE("A journal that grows large goes on in another file, and its chain through all of them") {
  const Folder folder;
  auto journal = small_files(folder);
  fill(journal, 40);
  REQUIRE(std::filesystem::exists(part(folder, 4)));
  std::string all;
  for (int k = 1; std::filesystem::exists(part(folder, k)); ++k) {
    CHECK(core::read_file(part(folder, k)).size() < 3000);
    all += core::read_file(part(folder, k));
  }
  all += folder.bytes();
  const auto lines = lines_of(all);
  std::string previous(64, '0');
  std::size_t rotations = 0, events = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto json = core::Json::parse(lines[i]);
    CHECK(json.at("seq") == i + 1);
    CHECK(json.at("prev") == previous);
    previous = core::sha256(lines[i]).hex();
    rotations += json.at("event") == "JOURNAL_ROTATED";
    events += json.at("event") == "LOT_SENT";
  }
  CHECK(events == 40);
  CHECK(rotations >= 4);
  const auto report = trust::verify_journal(folder.file);
  CHECK(report.findings.empty());
  CHECK(report.lines == lines.size());
  CHECK(report.head.hex() == previous);
  std::size_t read = 0;
  trust::read_journal(folder.file, [&](const core::Json& json) { CHECK(json.at("seq") == ++read); });
  CHECK(read == lines.size());
  core::StringSink copied;
  trust::copy_journal(folder.file, copied);
  CHECK(copied.text == all);
  // Opened again, by a program that does not cut: it goes on where the last one stopped.
  auto again = folder.open();
  fill(again, 1);
  CHECK(trust::verify_journal(folder.file).lines == lines.size() + 1);
}

TEST_CASE("A checkpoint of a journal in several files covers all of them") {
  const Folder folder;
  auto journal = small_files(folder);
  fill(journal, 20);
  journal.checkpoint(*signer("producer"), nullptr);
  fill(journal, 20);
  const auto report = trust::verify_journal(folder.file);
  CHECK(report.findings.empty());
  CHECK(report.covered > 20);
  for (int k = 1; std::filesystem::exists(part(folder, k)); ++k) {
    INFO(k);
    const auto kept = core::read_file(part(folder, k));
    for (const auto at : {std::size_t{5}, kept.size() / 2, kept.size() - 2}) {
      auto bent = kept;
      bent[at] ^= 1;
      core::write_file(part(folder, k), bent);
      CHECK_FALSE(trust::verify_journal(folder.file).intact());
    }
    core::write_file(part(folder, k),
                     kept.substr(0, kept.rfind('\n', kept.size() - 2) + 1));  // its last line
    CHECK_FALSE(trust::verify_journal(folder.file).intact());
    std::filesystem::remove(part(folder, k));
    CHECK_FALSE(trust::verify_journal(folder.file).intact());
    CHECK(exit_of([&] { folder.open(); }) == core::Exit::journal_broken);
    core::write_file(part(folder, k), kept);
    CHECK(trust::verify_journal(folder.file).intact());
  }
}

TEST_CASE("A rotation that a crash cut before the new file took its name is ended by the next event") {
  const Folder folder;
  fill(*std::make_unique<trust::Journal>(folder.open()), 10);
  std::filesystem::create_hard_link(folder.file, part(folder, 1));  // where the crash came
  const auto before = trust::verify_journal(folder.file);
  CHECK(before.findings.empty());
  CHECK(before.lines == 11);  // not twice
  auto journal = small_files(folder);
  fill(journal, 1);
  CHECK(std::filesystem::exists(part(folder, 1)));
  CHECK_FALSE(std::filesystem::exists(part(folder, 2)));
  CHECK(trust::verify_journal(folder.file).findings.empty());
  CHECK(trust::verify_journal(folder.file).lines == 13);
}

TEST_CASE("Several processes that write in a journal that rotates lose nothing") {
  const Folder folder;
  small_files(folder);
  constexpr int processes = 4, each = 25;
  for (int i = 0; i < processes; ++i)
    if (::fork() == 0) {
      auto journal = small_files(folder);
      fill(journal, each);
      ::_exit(0);
    }
  for (int i = 0; i < processes; ++i) {
    int status = 1;
    ::wait(&status);
    CHECK(status == 0);
  }
  CHECK(trust::verify_journal(folder.file).findings.empty());
  int events = 0;
  trust::read_journal(folder.file, [&](const core::Json& json) { events += json.at("event") == "LOT_SENT"; });
  CHECK(events == processes * each);
}

TEST_CASE("Who follows a journal reads on through a rotation") {
  const Folder folder;
  auto journal = small_files(folder);
  fill(journal, 1);
  trust::JournalFollower follower(folder.file);
  std::uint64_t seen = 0;
  const auto follow = [&] {
    follower.read([&](const core::Json& json) { CHECK(json.at("seq") == ++seen); });
  };
  follow();
  for (int i = 0; i < 30; ++i) {
    fill(journal, 1);
    follow();
  }
  REQUIRE(std::filesystem::exists(part(folder, 3)));
  CHECK(seen == trust::verify_journal(folder.file).lines);
  std::filesystem::remove(part(folder, 1));
  CHECK_THROWS_AS(follow(), core::Error);
}
