// The index is a cache beside the extract: made at need, private, never of another extract.
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/sqlite.hpp"
#include "school.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace versoir;
using namespace versoir::tests;

namespace {

ino_t inode(const std::filesystem::path& p) {
  struct stat st {};
  REQUIRE(::stat(p.c_str(), &st) == 0);
  return st.st_ino;
}

/// Counts the phases of a progress: one per search when the index is built.
class Counting final : public core::Progress {
 public:
  void begin(std::string_view, std::optional<std::uint64_t>, std::string_view) override { ++phases; }
  void advance(std::uint64_t) override {}
  void end() override {}
  int phases = 0;
};

int phases_of_opening(const School& school) {
  Counting progress;
  auto archive = consult::Archive::open(school.file(), progress);
  CHECK(keys(archive.search("durand")) == "3");
  return progress.phases;
}

}  // namespace

TEST_CASE("The index is built once, is private, names its extract and leaves nothing else in the folder") {
  const School school;
  const auto before = core::digest_file(school.file());
  CHECK(phases_of_opening(school) == 2);
  CHECK(phases_of_opening(school) == 0);
  struct stat st {};
  REQUIRE(::stat(school.index().c_str(), &st) == 0);
  CHECK((st.st_mode & 0777) == 0600);
  auto archive = school.open();
  auto db = core::Database::open_read(school.index());
  const auto identity = core::value_text(*db.one("SELECT value FROM meta WHERE key = 'identity'"));
  CHECK(identity.find(archive.extract().root().hex()) != std::string::npos);
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(school.folder()))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"school.extract", "school.extract.index"});
  CHECK(core::digest_file(school.file()) == before);  // the extract itself is never touched
}

TEST_CASE("An index of another extract, damaged, cut or of another kind is built again") {
  School school;
  CHECK(phases_of_opening(school) == 2);
  school.extract("INSERT INTO eleve VALUES (13, '77', 'NOUVEAU', NULL, 'Zoé', NULL, 'V')");
  CHECK(phases_of_opening(school) == 2);
  CHECK(keys(school.open().search("nouveau")) == "13");
  const auto good = core::read_file(school.index());
  for (const auto& bad : {std::string(), std::string("not a database"), good.substr(0, 100),
                          good.substr(0, 4096), std::string(good.size(), '\0')}) {
    core::write_file(school.index(), bad);
    CHECK(phases_of_opening(school) == 2);
  }
  std::filesystem::remove(school.index());
  std::filesystem::copy_file(school.file(), school.index());  // a database, but no index
  CHECK(phases_of_opening(school) == 2);
  const auto kept = inode(school.index());
  CHECK(phases_of_opening(school) == 0);
  CHECK(inode(school.index()) == kept);
}

TEST_CASE("In a folder that cannot be written the search works without leaving an index") {
  const School school;
  ::chmod(school.folder().parent_path().c_str(), 0755);
  ::chmod(school.file().c_str(), 0644);
  ::chmod(school.folder().c_str(), 0555);
  // Permissions do not stop root: somebody else searches.
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int code = 1;
    try {
      if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(2);
      auto archive = school.open();
      code = keys(archive.search("dupont marie")) == "3" ? 0 : 3;
    } catch (...) {
    }
    ::_exit(code);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  ::chmod(school.folder().c_str(), 0755);
  CHECK_FALSE(std::filesystem::exists(school.index()));
}

TEST_CASE("What is not an extract is refused") {
  core::TemporaryDirectory dir;
  core::SilentProgress silent;
  CHECK_THROWS_AS(consult::Archive::open(dir.path() / "absent.extract", silent), core::Error);
  core::write_file(dir.path() / "x.extract", "no");
  CHECK_THROWS_AS(consult::Archive::open(dir.path() / "x.extract", silent), core::Error);
}
