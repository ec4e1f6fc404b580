// Files, SQLite, containers, configuration, messages: what touches the world.
#include "core/config.hpp"
#include "core/container.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/sqlite.hpp"
#include "core/zip_stream.hpp"
#include "shell.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sys/resource.h>
#include <sys/stat.h>

namespace fs = std::filesystem;
using namespace versoir;
using namespace versoir::tests;
using namespace versoir::core;

namespace {

Error error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& e) {
    return e;
  }
  return Error(Exit::ok, msg("nothing was thrown"));
}

std::string slurp(const fs::path& p) { return read_file(p); }

void spit(const fs::path& p, std::string_view bytes) { std::ofstream(p, std::ios::binary) << bytes; }

/// All entries of a container: name → content, "!" for what VITAM could not read.
std::map<std::string, std::string> entries(const fs::path& p) {
  std::map<std::string, std::string> found;
  ContainerReader reader(p);
  Entry e;
  while (reader.next(e)) {
    if (e.directory) continue;
    if (!e.readable) {
      found[e.path] = "!";
      continue;
    }
    std::string content;
    reader.read([&](std::string_view b) { content += b; });
    found[e.path] = content;
  }
  return found;
}

}  // namespace

TEST_CASE("an atomic file is whole or absent, and never loses what was there") {
  const TemporaryDirectory dir;
  const fs::path path = dir.path() / "état.json";
  write_file(path, "old");
  {
    AtomicFile file(path);
    file.write("half");
  }
  CHECK(slurp(path) == "old");
  CHECK_FALSE(fs::exists(path.string() + ".partial"));
  write_file(path, "new", 0600);
  CHECK(slurp(path) == "new");
  struct stat st {};
  REQUIRE(::stat(path.c_str(), &st) == 0);
  CHECK((st.st_mode & 0777) == 0600);
}

TEST_CASE("a write that fails names the file and leaves nothing") {
  const TemporaryDirectory dir;
  const fs::path path = dir.path() / "big";
  write_file(path, "kept");
  const rlimit small{100'000, RLIM_INFINITY};
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  signal(SIGXFSZ, SIG_IGN);
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto e = error_of([&] { write_file(path, std::string(1'000'000, 'x')); });
  REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(e.code() == Exit::disk);
  CHECK(std::string(e.what()).find("big") != std::string::npos);
  CHECK(slurp(path) == "kept");
  CHECK_FALSE(fs::exists(path.string() + ".partial"));
}

TEST_CASE("a temporary file left by a crash is replaced, neither reused nor followed") {
  const TemporaryDirectory dir;
  const fs::path path = dir.path() / "secret", partial = dir.path() / "secret.partial";
  spit(partial, "left behind");
  write_file(path, "new", 0600);
  struct stat st {};
  REQUIRE(::stat(path.c_str(), &st) == 0);
  CHECK((st.st_mode & 0777) == 0600);
  spit(dir.path() / "other", "untouched");
  fs::create_symlink(dir.path() / "other", partial);
  write_file(path, "newer");
  CHECK(slurp(path) == "newer");
  CHECK_FALSE(fs::is_symlink(path));
  CHECK(slurp(dir.path() / "other") == "untouched");
}

TEST_CASE("of two writers of one file, the first to lose its temporary file says so") {
  const TemporaryDirectory dir;
  const fs::path path = dir.path() / "plan.json";
  AtomicFile first(path);
  first.write("first");
  AtomicFile second(path);
  second.write("second");
  CHECK(error_of([&] { first.commit(); }).code() == Exit::disk);
  second.commit();
  CHECK(slurp(path) == "second");
}

TEST_CASE("a lock on a folder is a file beside it, open for writing, gone with its last holder") {
  using core::FileLock;
  core::TemporaryDirectory dir;
  const auto folder = dir.path() / "lot", file = dir.path() / "lot.lock";
  {
    auto mine = FileLock::try_lock_folder(folder);
    REQUIRE(mine);
    CHECK_FALSE(FileLock::try_lock_folder(dir.path() / "lot/"));
    CHECK_FALSE(FileLock::try_lock_folder(folder, FileLock::Sharing::shared));
    CHECK(fs::exists(file));
    CHECK_FALSE(fs::exists(folder));
    const FileLock moved = std::move(*mine);
    mine.reset();
    CHECK_FALSE(FileLock::try_lock_folder(folder));
  }
  CHECK_FALSE(fs::exists(file));
  {
    auto one = FileLock::try_lock_folder(folder, FileLock::Sharing::shared);
    const auto two = FileLock::try_lock_folder(folder, FileLock::Sharing::shared);
    REQUIRE((one && two));
    one.reset();
    CHECK(fs::exists(file));  // the other still holds it
    CHECK_FALSE(FileLock::try_lock_folder(folder));
  }
  CHECK_FALSE(fs::exists(file));
  // NFS grants an exclusive lock on a file open for writing only: how it is open stands in /proc.
  const auto held = FileLock::try_lock_folder(folder);
  bool writable = false;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code ec;
    if (fs::read_symlink(entry.path(), ec) != fs::canonical(file)) continue;
    const auto info = core::read_file("/proc/self/fdinfo/" + entry.path().filename().string());
    writable = (std::stoul(info.substr(info.find("flags:") + 6), nullptr, 8) & 3u) == 2u;  // O_RDWR
  }
  CHECK(writable);
}

TEST_CASE("a folder takes the place of another in one step, or of none") {
  core::TemporaryDirectory dir;
  const auto fresh = dir.path() / "fresh", place = dir.path() / "place";
  fs::create_directory(fresh);
  core::write_file(fresh / "a", "1");
  core::publish_folder(fresh, place);
  CHECK(core::read_file(place / "a") == "1");
  CHECK_FALSE(fs::exists(fresh));
  fs::create_directory(fresh);
  core::write_file(fresh / "a", "2");
  core::publish_folder(fresh, place);
  CHECK(core::read_file(place / "a") == "2");
  CHECK(core::read_file(fresh / "a") == "1");  // what stood there
}

TEST_CASE("a full disk is said with what to do") {
  const auto e = error_of([] {
    errno = ENOSPC;
    throw_errno("write", "big.extract");
  });
  CHECK(e.code() == Exit::disk);
  CHECK(std::string(e.what()).find("big.extract") != std::string::npos);
  CHECK(e.hints().size() == 1);
  auto db = Database::memory();
  db.exec("PRAGMA max_page_count = 10; CREATE TABLE t(a)");
  const auto full = error_of([&] { db.exec("INSERT INTO t VALUES(zeroblob(1000000))"); });
  CHECK(full.code() == Exit::disk);
  CHECK(full.hints().size() == 1);
  CHECK(std::string(full.what()).find("zeroblob") != std::string::npos);
}

TEST_CASE("reading what is absent, a folder, or too large is an error that names it") {
  const TemporaryDirectory dir;
  CHECK(error_of([&] { (void)read_file(dir.path() / "absent"); }).code() == Exit::disk);
  CHECK(error_of([&] { (void)read_file(dir.path()); }).code() == Exit::disk);
  write_file(dir.path() / "f", "12345");
  CHECK(error_of([&] { (void)read_file(dir.path() / "f", 4); }).code() == Exit::disk);
  CHECK(digest_file(dir.path() / "f") == FileDigest{sha512("12345"), 5});
}

TEST_CASE("SQLite errors name the file and the SQL, and values keep their types") {
  const TemporaryDirectory dir;
  auto db = Database::create(dir.path() / "a b#?.db");
  db.exec("CREATE TABLE t(a, b)");
  auto insert = db.prepare("INSERT INTO t VALUES(?1, ?2)");
  insert.bind(1, std::int64_t{9007199254740993}).bind(2, std::string_view("é\0x", 4)).run();
  insert.bind(1, Value{Blob{std::string("\0\1", 2)}}).bind_null(2).run();
  auto read = Database::open_read(dir.path() / "a b#?.db");
  auto st = read.prepare("SELECT a, b FROM t ORDER BY rowid");
  REQUIRE(st.step());
  CHECK(st.value(0) == Value{std::int64_t{9007199254740993}});
  CHECK(st.text(1) == std::string_view("é\0x", 4));
  REQUIRE(st.step());
  CHECK(value_text(st.value(0)) == "0001");
  CHECK(st.is_null(1));
  CHECK_FALSE(st.step());
  const auto e = error_of([&] { (void)read.prepare("SELECT nothing FROM t"); });
  CHECK(std::string(e.what()).find("SELECT nothing") != std::string::npos);
  CHECK(std::string(e.what()).find("a b#?.db") != std::string::npos);
  CHECK(error_of([&] { read.exec("DELETE FROM t"); }).code() == Exit::disk);
  CHECK(error_of([&] { Database::create(dir.path() / "a b#?.db"); }).code() == Exit::disk);
  spit(dir.path() / "noise", std::string(5000, 'x'));
  CHECK(error_of([&] { Database::open_read(dir.path() / "noise"); }).code() == Exit::disk);
  CHECK(error_of([&] { Database::open_read(dir.path() / "absent"); }).code() == Exit::disk);
  CHECK(sql_name("a\"b") == "\"a\"\"b\"");
}

TEST_CASE("a zip written twice has the same bytes, and other tools read it") {
  const TemporaryDirectory dir;
  spit(dir.path() / "spool", "0123456789");
  for (const char* name : {"a.zip", "b.zip"}) {
    ZipStream zip(dir.path() / name);
    zip.add("manifest.xml", "<a/>");
    zip.add_slice("content/1.txt", dir.path() / "spool", 2, 5);
    zip.add_slice("content/2.txt", dir.path() / "spool", 0, 10, ZipStream::Method::store);
    zip.add_slice("content/empty.txt", dir.path() / "spool", 0, 0);
    zip.commit();
  }
  CHECK(slurp(dir.path() / "a.zip") == slurp(dir.path() / "b.zip"));
  CHECK(exit_code("unzip -t " + (dir.path() / "a.zip").string()) == 0);
  CHECK(exit_code(
            "python3 -c \"import zipfile,sys; z=zipfile.ZipFile('" + (dir.path() / "a.zip").string() +
            "'); assert z.namelist()==['manifest.xml','content/1.txt','content/2.txt','content/empty.txt']; "
            "assert z.read('content/1.txt')==b'23456'; assert z.read('content/empty.txt')==b''; "
            "assert all(not i.flag_bits & 8 and i.date_time==(1980,1,1,0,0,0) for i in z.infolist())\"") ==
        0);
  const auto found = entries(dir.path() / "a.zip");
  CHECK(found.at("manifest.xml") == "<a/>");
  CHECK(found.at("content/2.txt") == "0123456789");
  CHECK(found.at("content/empty.txt").empty());
}

TEST_CASE("a zip that is not committed leaves nothing") {
  const TemporaryDirectory dir;
  { ZipStream(dir.path() / "x.zip").add("manifest.xml", "<a/>"); }
  CHECK(fs::is_empty(dir.path()));
  CHECK(error_of([&] {
          ZipStream missing(dir.path() / "y.zip");
          missing.add_slice("content/1", dir.path() / "absent", 0, 5);
        }).code() == Exit::disk);
  CHECK(fs::is_empty(dir.path()));
}

TEST_CASE("containers are recognised by their bytes, whatever their name") {
  const TemporaryDirectory dir;
  const std::string d = dir.path().string();
  REQUIRE(
      exit_code("cd " + d +
                " && mkdir content && echo '<a/>' >manifest.xml && echo x >content/1.txt && zip -q z.bin "
                "manifest.xml content/1.txt && "
                "tar cf t.bin manifest.xml content/1.txt && tar czf g.bin manifest.xml content/1.txt && tar "
                "cjf b.bin manifest.xml content/1.txt") == 0);
  for (const auto& [name, kind] :
       {std::pair{"z.bin", Container::zip}, std::pair{"t.bin", Container::tar},
        std::pair{"g.bin", Container::tar_gzip}, std::pair{"b.bin", Container::tar_bzip2}}) {
    CAPTURE(name);
    CHECK(ContainerReader(dir.path() / name).kind() == kind);
    CHECK(entries(dir.path() / name).at("content/1.txt") == "x\n");
  }
  spit(dir.path() / "noise", "not an archive");
  CHECK(ContainerReader(dir.path() / "noise").kind() == Container::other);
}

TEST_CASE("entries that VITAM's stream reader cannot take are not readable") {
  const TemporaryDirectory dir;
  const std::string d = dir.path().string();
  // Python writes a data descriptor when its output cannot seek.
  REQUIRE(
      exit_code(
          "cd " + d +
          " && echo x >a.txt && zip -q -P secret enc.zip a.txt && python3 -c \"\n"
          "import zipfile, io\n"
          "class Pipe(io.RawIOBase):\n"
          "    def __init__(self): self.b=b''\n"
          "    def writable(self): return True\n"
          "    def write(self, x): self.b += bytes(x); return len(x)\n"
          "p=Pipe(); z=zipfile.ZipFile(p,'w',zipfile.ZIP_STORED)\n"
          "z.writestr('a.txt','hello'); z.close(); open('dd.zip','wb').write(p.b)\n"
          "z=zipfile.ZipFile('lzma.zip','w',zipfile.ZIP_LZMA); z.writestr('a.txt','hello'); z.close()\"") ==
      0);
  CHECK(entries(dir.path() / "enc.zip").at("a.txt") == "!");
  CHECK(entries(dir.path() / "dd.zip").at("a.txt") == "!");
  CHECK(entries(dir.path() / "lzma.zip").at("a.txt") == "!");
}

TEST_CASE("a damaged archive is an error, never a crash, and limits are on real bytes") {
  const TemporaryDirectory dir;
  {
    ZipStream zip(dir.path() / "a.zip");
    zip.add("manifest.xml", std::string(20'000, 'y') + "end");
    zip.commit();
  }
  const std::string whole = slurp(dir.path() / "a.zip");
  for (std::size_t n = 0; n < whole.size(); n += 7) {
    spit(dir.path() / "cut.zip", whole.substr(0, n));
    try {
      entries(dir.path() / "cut.zip");
    } catch (const Error& e) {
      CHECK(e.code() == Exit::sip_unreadable);
    }
  }
  ContainerReader reader(dir.path() / "a.zip");
  Entry e;
  REQUIRE(reader.next(e));
  CHECK(error_of([&] { reader.read([](std::string_view) {}, 1000); }).code() == Exit::sip_unreadable);
}

TEST_CASE("the configuration refuses what it does not know, with the line") {
  const auto text_of = [](std::string_view text) {
    return std::string(error_of([&] { Config::parse(text, "w/versoir.conf"); }).what());
  };
  CHECK(text_of("[transfer]\nplatfrom = x\n").find("versoir.conf:2") != std::string::npos);
  CHECK(text_of("\n[nowhere]\n").find("versoir.conf:2") != std::string::npos);
  CHECK(text_of("seda = 2.2\n").find("versoir.conf:1") != std::string::npos);
  CHECK(text_of("[transfer]\nseda = 2.2\nseda = 2.3\n").find("versoir.conf:3") != std::string::npos);
  CHECK(text_of("[transfer]\nnonsense\n").find("versoir.conf:2") != std::string::npos);
  const auto config = Config::parse(
      "# comment\n[platform.cines]\nca = pki/ca.pem\ntenant = 3\n[rules]\nDUA_X = "
      "APP-1\n[timestamp]\nrequired = oui\n",
      "w/versoir.conf");
  CHECK(config.get_path("platform.cines", "ca") == "w/pki/ca.pem");
  CHECK(config.get_int("platform.cines", "tenant") == 3);
  CHECK(config.get_int("platform.cines", "poll_max") == 60);  // catalogue's default
  CHECK(config.get("rules", "DUA_X") == "APP-1");
  CHECK(config.names("platform") == std::vector<std::string>{"cines"});
  CHECK(config.get_bool("timestamp", "required"));
  const auto e = error_of([&] { (void)config.get("establishment", "name"); });
  CHECK(e.code() == Exit::configuration);
  CHECK(e.hints().size() == 1);
}

TEST_CASE("every key of the configuration has a description, and no key is declared twice") {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& k : config_keys()) {
    CAPTURE(k.section, k.key);
    CHECK_FALSE(k.description.empty());
    CHECK(seen.emplace(k.section, k.key).second);
  }
}

TEST_CASE("exit codes are unique, ordered and described") {
  int last = -1;
  std::set<std::string_view> names;
  for (const auto& e : exit_codes) {
    CHECK(static_cast<int>(e.code) > last);
    last = static_cast<int>(e.code);
    CHECK(names.insert(e.name).second);
    CHECK_FALSE(e.description.empty());
  }
  CHECK(exit_name(Exit::visa_expired) == "visa-expired");
}

TEST_CASE("an error says what, why, where and what to do") {
  Error e = Error(Exit::source_data, msg("The table {0} is odd.", "T"))
                .because(msg("row {0}", 7))
                .because(std::runtime_error("driver"))
                .hint(msg("Ask {0}.", "the DBA"));
  e.while_doing(msg("while copying {0}", "T"));
  CHECK(std::string(e.what()) == "The table T is odd.: row 7: driver");
  const auto text = e.render();
  CHECK(text.find("The table T is odd.\n  while copying T\n") == 0);
  CHECK(text.find("→ Ask the DBA.") != std::string::npos);
  const auto json = e.to_json();
  CHECK(json["code"] == 13);
  CHECK(json["causes"].size() == 2);
  CHECK(Error(Exit::platform_unreachable, msg("x")).retryable());
  CHECK(Error(Exit::transfer_in_doubt, msg("x")).in_doubt());
}

TEST_CASE("an error assigned to itself keeps all that it says") {
  Error e(Exit::disk, msg("The file {0} is odd.", "F"));
  e = std::move(e).because(msg("no room")).hint(msg("Make room."));
  CHECK(std::string(e.what()) == "The file F is odd.: no room");
  CHECK(e.hints().size() == 1);
}

TEST_CASE("a message with a wrong pattern is shown, not thrown") {
  CHECK(Message("broken {0", {"a"}).text() == "broken {0");
  CHECK(Message("{0} and {1}", {"a"}).text() == "{0} and {1}");
  CHECK(msg("{1} before {0}", "a", 2).english() == "2 before a");
}

TEST_CASE("a wrong translation falls back to English, and a locale that is not installed still speaks") {
  const TemporaryDirectory dir;
  const fs::path folder = dir.path() / "fr" / "LC_MESSAGES";
  fs::create_directories(folder);
  spit(dir.path() / "fr.po",
       "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n"
       "\"Plural-Forms: nplurals=2; plural=(n > 1);\\n\"\n\n"
       "msgid \"{0} is good\"\nmsgstr \"{0} est bon\"\n\n"
       "msgid \"{0} is open\"\nmsgstr \"{0 est ouvert\"\n\n"
       "msgid \"{0} is short\"\nmsgstr \"{0} et {1}\"\n\n"
       "msgid \"{0} lot\"\nmsgid_plural \"{0} lots\"\nmsgstr[0] \"{0} lot\"\nmsgstr[1] \"{5} lots\"\n");
  const std::string made = (folder / "versoir.mo").string();
  REQUIRE(exit_code("msgfmt -o " + made + " " + (dir.path() / "fr.po").string()) == 0);
  ::setenv("VERSOIR_LOCALEDIR", dir.path().c_str(), 1);
  for (const char* name : {"LANGUAGE", "LC_ALL", "LC_MESSAGES"}) ::unsetenv(name);
  ::setenv("LANG", "fr_ZZ.UTF-8", 1);  // no such country, so no such locale
  set_language("");
  CHECK(msg("{0} is good", "A").text() == "A est bon");
  CHECK(msg("{0} is open", "A").text() == "A is open");
  CHECK(msg("{0} is short", "A").text() == "A is short");
  CHECK(ntr("{0} lot", "{0} lots", 3) == "3 lots");
}

TEST_CASE("the French catalogue is used when French is asked, even without a French locale") {
  const fs::path built =
      fs::read_symlink("/proc/self/exe").parent_path().parent_path().parent_path() / "locale";
  if (!tests::have(built)) return;
  ::setenv("VERSOIR_LOCALEDIR", built.c_str(), 1);
  set_language("fr");
  CHECK(tr("the command line is wrong") == "la ligne de commande est fausse");
  CHECK(msg("{0}: {1}", "a", "b").text() == "a\u00a0: b");
  CHECK(ntr("{0} year", "{0} years", 0) == "0 an");  // French: zero is singular
  CHECK(ntr("{0} row", "{0} rows", 77726) == "77\u202f726 lignes");
  CHECK(show_size(792'678) == "792,7\u00a0ko");
  CHECK(show_size(1'234'567) == "1,2\u00a0Mo");
  CHECK(show_size(12) == "12\u00a0octets");
  CHECK(show_date("2026-11-25") == "25/11/2026");
  CHECK(show_instant(*parse_instant("2026-11-25T16:14:38Z")) == "25/11/2026 à 16:14 UTC");
  // An instant in a sentence is written as people write it; what only resembles one stays as it was typed.
  const auto told = msg("{0}: {1}", "2026-11-25T16:14:38Z", "2026-13-25T16:14:38Z");
  CHECK(told.text() == "25/11/2026 à 16:14 UTC\u00a0: 2026-13-25T16:14:38Z");
  CHECK(told.english() == "2026-11-25T16:14:38Z: 2026-13-25T16:14:38Z");
  const auto m = nmsg("{0} archive unit without any date", "{0} archive units without any date", 1200);
  CHECK(m.text() == "1\u202f200 unités archivistiques sans aucune date");
  CHECK(m.english() == "1200 archive units without any date");
  set_language("en");
  CHECK(tr("the command line is wrong") == "the command line is wrong");
}

TEST_CASE("a file that is not there is said so in the user's words, with what to do") {
  const TemporaryDirectory dir;
  try {
    static_cast<void>(read_file(dir.path() / "absent.txt"));
    FAIL("read");
  } catch (const Error& e) {
    CHECK(e.code() == Exit::disk);
    CHECK(e.message().english() == (dir.path() / "absent.txt").string() + " cannot be read.");
    REQUIRE(e.causes().size() == 1);
    CHECK(e.causes()[0].english() == "there is no such file or folder");
    CHECK(e.hints().size() == 1);
  }
}

TEST_CASE("people are shown the first causes of many, programs all of them") {
  Error e(Exit::usage, msg("Wrong."));
  for (int i = 1; i <= 23; ++i) e = std::move(e).because(msg("cause {0}", i));
  const auto text = e.render();
  CHECK(text.find("cause 20") != std::string::npos);
  CHECK(text.find("cause 21") == std::string::npos);
  CHECK(text.find("3 other causes; --json") != std::string::npos);
  CHECK(e.to_json().at("causes").size() == 23);
}
