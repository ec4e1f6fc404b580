// Files attached to records, and the other objects beside the XML of a record: what reaches the SIP, read by
// an independent program; what is refused; what changes between plan and build.
#include "club_fixture.hpp"
#include "core/digest.hpp"
#include "core/json.hpp"
#include "sip/attached_file.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <sstream>

using namespace versoir;
using Catch::Matchers::Contains;
using core::Exit;
using tests::Club;
using tests::complaint_of;
using tests::exit_of;
using tests::output_of;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// The club, with a folder of files and a list of them.
struct FilesClub : Club {
  using Club::Club;
  std::string more = "[files.membres]\nlist = pieces.csv\nfolder = ged\n";

  void put(const std::string& name, const std::string& bytes) const {
    const auto file = folder() / "ged" / name;
    fs::create_directories(file.parent_path());
    core::write_file(file, bytes);
  }
  void list(const std::string& lines) const { core::write_file(folder() / "pieces.csv", lines); }

  [[nodiscard]] core::Config configuration() const {
    return core::Config::parse(config_text() + "\n" + more, folder() / "versoir.conf");
  }
  sip::Plan plan_files(const std::string& id = "pieces", bool replace = false,
                       std::uint64_t max_entries = 99'000) {
    sip::PlanOptions options;
    options.versement = id;
    options.platform = "sandbox";
    options.profiles = {"membres"};
    options.replace = replace;
    options.max_entries = max_entries;
    return sip::make_plan(extract(), configuration(), versement(id), options, clock, progress);
  }
  sip::BuildReport build_files(const sip::Plan& plan, std::size_t lot = 0) {
    const auto producer = signer("producer");
    return sip::build_lot(extract(), configuration(), versement(plan.versement), plan, plan.lots.at(lot).id,
                          *producer, nullptr, false, clock, progress)
        .value();
  }
  /// What the independent reader says of the objects under records.
  Words read(const sip::Plan& plan, std::size_t lot = 0) {
    std::istringstream in(output_of("python3 '" + (tests::source_dir() / "tests/sip/attached.py").string() +
                                    "' '" + versement(plan.versement).sip(plan.lots.at(lot).id).string() +
                                    "'"));
    Words lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  /// The same, without the objects of the records themselves.
  Words attached(const sip::Plan& plan, std::size_t lot = 0) {
    auto lines = read(plan, lot);
    std::erase_if(lines, [](const std::string& l) { return l.find("|membre-") != std::string::npos; });
    return lines;
  }
};

std::string short_digest(const std::string& bytes) { return core::sha256(bytes).hex().substr(0, 16); }

const core::Finding* find(const std::vector<core::Finding>& all, const std::string& code) {
  const auto at = std::ranges::find(all, code, &core::Finding::code);
  return at == all.end() ? nullptr : &*at;
}

const std::string pdf = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

}  // namespace

TEST_CASE("files go under the unit of their record, in the order of the list, with their names in metadata") {
  FilesClub club;
  club.put("1/Relevé de notes – été.PDF", pdf);
  club.put("1/notes.txt", "bonjour\n");
  club.put("commun.txt", "deux personnes\n");
  club.put("reste.txt", "encore membre\n");
  club.list(
      "\xef\xbb\xbfkey;file;title;date\n"
      "1;1/notes.txt;;\n"
      "5;commun.txt;\"Minute; du 3 mai\";2003-05-03\n"
      "[1];1/Relevé de notes – été.PDF;Relevé;1999-12-31\n"
      "[6];commun.txt;;\n"
      "10;reste.txt;;\n");
  const auto plan = club.plan_files();
  CHECK(plan.files.at("files") == 4);
  CHECK(plan.files.at("bytes") == pdf.size() + 8 + 2 * 15);
  const auto* shared = find(plan.findings, "FILES_SHARED");
  REQUIRE(shared);
  CHECK(shared->severity == core::Severity::warning);
  CHECK(find(plan.findings, "FILES_LEFT"));
  CHECK_FALSE(find(plan.findings, "FILES_FORMAT"));

  const auto report = club.build_files(plan);
  CHECK(club.attached(plan) ==
        Words{"1|notes|BinaryMaster_1|notes.txt|txt|x-fmt/111||" + short_digest("bonjour\n"),
              "1|Relevé|BinaryMaster_1|Relevé de notes – été.PDF|pdf|fmt/18|1999-12-31 1999-12-31|" +
                  short_digest(pdf),
              "5|Minute; du 3 mai|BinaryMaster_1|commun.txt|txt|x-fmt/111|2003-05-03 2003-05-03|" +
                  short_digest("deux personnes\n"),
              "6|commun|BinaryMaster_1|commun.txt|txt|x-fmt/111||" + short_digest("deux personnes\n")});
  // Root, documentation, its three items; a unit and an object for each record and each file.
  CHECK(report.units == 5 + plan.kept + 4);
  CHECK(report.objects == 3 + plan.kept + 4);
  CHECK_FALSE(find(report.findings, "file-format"));
  const auto manifest = club.folder() / "manifest.xml";
  output_of("unzip -p '" + club.versement("pieces").sip(plan.lots[0].id).string() + "' manifest.xml >'" +
            manifest.string() + "'");
  output_of("xmllint --noout --relaxng '" + (tests::source_dir() / "profiles/schemas/seda-2.2.rng").string() +
            "' '" + manifest.string() + "'");
}

TEST_CASE("the report shows what is attached: how much, of what, the first ones") {
  FilesClub club;
  club.put("a.PDF", pdf);
  club.put("<b>.txt", "a minute");
  club.list("key,file,title,date\n1,a.PDF,Minute signée,2001-02-03\n2,<b>.txt,,\n");
  const auto plan = club.plan_files();
  static_cast<void>(club.build_files(plan));
  const auto v = club.versement("pieces");
  const auto facts = sip::review_facts(v, plan, club.extract());
  const auto& files = facts.at("files");
  CHECK(files.at("files") == 2);
  CHECK(files.at("bytes") == pdf.size() + 8);
  CHECK(files.at("kinds").size() == 2);
  CHECK(files.at("kinds").at(0).at("extension") == ".pdf");
  CHECK_THAT(sip::review_text(facts), Contains("Attached files: 2 files"));
  sip::write_review_html(v, facts);
  const auto page = core::read_file(v.file("review.html"));
  CHECK_THAT(page, Contains("Minute signée") && Contains("&lt;b&gt;.txt") && !Contains("<b>.txt"));
}

TEST_CASE("lots count attached files, and none passes its limit") {
  FilesClub club;
  std::string list = "key,file\n";
  for (int key = 1; key < 60; ++key) {
    if (key % 10 == 0 || key % 7 == 0) continue;
    for (int n = 0; n < key % 4; ++n) {
      const auto name = fmt::format("{}-{}.txt", key, n);
      club.put(name, name + "\n");
      list += fmt::format("{},{}\n", key, name);
    }
  }
  club.list(list);
  constexpr std::uint64_t limit = 40;
  const auto plan = club.plan_files("pieces", false, limit);
  REQUIRE(plan.lots.size() > 3);
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < plan.lots.size(); ++i) {
    const auto report = club.build_files(plan, i);
    CHECK(report.units + report.objects <= limit);
    found += club.attached(plan, i).size();
  }
  CHECK(found == plan.files.at("files").get<std::uint64_t>());
}

TEST_CASE("a list or a folder that is wrong is refused before anything is planned, every defect at once") {
  FilesClub club;
  club.put("a.txt", "a");
  club.put("empty.txt", "");
  fs::create_directories(club.folder() / "ged" / "folder");
  core::write_file(club.folder() / "secret.txt", "outside");
  fs::create_symlink(club.folder() / "secret.txt", club.folder() / "ged" / "link.txt");
  fs::create_directory_symlink(club.folder(), club.folder() / "ged" / "door");
  output_of("mkfifo '" + (club.folder() / "ged" / "pipe").string() + "'");
  const auto complaint = [&](const std::string& text) {
    club.list(text);
    CHECK(exit_of([&] { club.plan_files(); }) == Exit::configuration);
    CHECK_FALSE(fs::exists(club.versement("pieces").folder()));
    return complaint_of([&] { club.plan_files(); });
  };
  const auto all = complaint(
      "key,file,date\n1,missing.txt,\n1,empty.txt,\n2,link.txt,\n2,door/secret.txt,\n3,folder,\n3,pipe,\n"
      "4,../secret.txt,\n4,/etc/passwd,\n5,a.txt,\n5,a.txt,\n6,./a.txt,\n6,,\n");
  CHECK_THAT(all, Contains("pieces.csv:13: key and file must both be there") && Contains("pieces.csv:2: ") &&
                      Contains("missing.txt") && Contains("11 defects"));
  const auto files = complaint(
      "key,file,date\n1,missing.txt,\n1,empty.txt,\n2,link.txt,\n2,door/secret.txt,\n3,folder,\n3,pipe,\n"
      "4,../secret.txt,\n4,/etc/passwd,\n5,a.txt,\n5,a.txt,\n6,./a.txt,\n");
  CHECK_THAT(files, Contains("pieces.csv:2: ") && Contains("missing.txt") && Contains("no such file"));
  CHECK_THAT(files, Contains("pieces.csv:3: the file empty.txt is empty"));
  CHECK_THAT(files, Contains("link.txt is a symbolic link") && Contains("door is a symbolic link"));
  CHECK_THAT(files, Contains("folder is not a file") && Contains("pipe is not a file"));
  CHECK_THAT(files, Contains("\"../secret.txt\" is not the name of a file in the folder") &&
                        Contains("\"/etc/passwd\" is not the name") &&
                        Contains("\"./a.txt\" is not the name"));
  CHECK_THAT(files, Contains("pieces.csv:11: the record has the file a.txt twice"));
  CHECK_THAT(files, Contains("10 defects"));

  CHECK_THAT(complaint("key,file\n1,a.txt\n999,a.txt\n"),
             Contains("pieces.csv:3: membres has no record of the key 999"));
  CHECK_THAT(complaint("key;fichier\n1;a.txt\n"),
             Contains("\"fichier\" is unknown") && Contains("columns key and file"));
  CHECK_THAT(complaint("key,file,date\n1,a.txt,31/12/2001\n"),
             Contains("pieces.csv:2: \"31/12/2001\" is not a date"));
  CHECK_THAT(complaint("key,file\n[1,a.txt\n"), Contains("is not a key"));
  CHECK_THAT(complaint("key,file\n1,caf\xe9.txt\n"), Contains("pieces.csv:2: this is not UTF-8"));
  CHECK_THAT(complaint("key,file\n"), Contains("names no file"));
  CHECK_THAT(complaint("key,file\n1,\"a.txt\n"), Contains("a quote is not closed"));
  club.more = "[files.membres]\nlist = other.csv\nfolder = ged\n";
  CHECK_THAT(complaint("key,file\n1,a.txt\n"), Contains("There is no list") && Contains("other.csv"));
  club.more = "[files.membres]\nlist = pieces.csv\nfolder = elsewhere\n";
  CHECK_THAT(complaint("key,file\n1,a.txt\n"), Contains("There is no folder") && Contains("elsewhere"));
  club.more = "[files.membres]\nlist = pieces.csv\n";
  CHECK_THAT(complaint("key,file\n1,a.txt\n"), Contains("[files.membres] folder"));
}

TEST_CASE("a wrong export is told by a hundred of its defects, an endless record by its line") {
  FilesClub club;
  club.put("a.txt", "a");
  const auto refusal = [&](const std::string& text) -> core::Error {
    club.list(text);
    try {
      club.plan_files();
    } catch (const core::Error& e) {
      return e;
    }
    FAIL("planned");
    throw std::logic_error("not reached");
  };
  for (const std::string line : {"1,\n", "1,missing%.txt\n", "9%99,a.txt\n"}) {
    INFO(line);
    std::string list = "key,file\n";
    for (int i = 0; i < 250; ++i) {
      auto one = line;
      if (const auto at = one.find('%'); at != std::string::npos) one.replace(at, 1, std::to_string(i));
      list += one;
    }
    const auto e = refusal(list);
    CHECK_THAT(e.message().english(), Contains("250 defects"));
    CHECK(e.causes().size() == 101);
    CHECK_THAT(e.causes().back().english(), Contains("and 150 more"));
  }
  // A quote that opens in a name and swallows the rest of the list.
  std::string list = "key,file\n1,a.txt\n2,\"a.txt\n";
  for (int i = 0; i < 200'000; ++i) list += "3,some other file.txt\n";
  CHECK_THAT(refusal(list).render(), Contains("line 3: a record is longer"));
  // The header too.
  CHECK_THAT(refusal(std::string(3'000'000, 'x')).render(), Contains("a record is longer"));
}

TEST_CASE("a file that changed since it was planned stops its lot, and nothing half-built is left") {
  FilesClub club;
  club.put("a.txt", "as planned");
  club.list("key,file\n1,a.txt\n");
  const auto plan = club.plan_files();
  const auto& lot = plan.lots[0].id;
  const auto file = club.folder() / "ged" / "a.txt";
  const auto refused = [&](const std::string& why) {
    CHECK_THAT(complaint_of([&] { club.build_files(plan); }), Contains(why));
    CHECK_FALSE(fs::exists(club.versement("pieces").lot(lot)));
  };
  club.put("a.txt", "as edited!");
  CHECK(exit_of([&] { club.build_files(plan); }) == Exit::lot_state);
  refused("is not the file that was planned");
  club.put("a.txt", "");
  refused("is not the file that was planned");
  fs::remove(file);
  CHECK(exit_of([&] { club.build_files(plan); }) == Exit::disk);
  refused("no such file");
  core::write_file(club.folder() / "same.txt", "as planned");
  fs::create_symlink(club.folder() / "same.txt", file);
  refused("is a symbolic link");
  fs::remove(file);
  club.put("a.txt", "as planned");
  const auto list = club.versement("pieces").file("files.csv");
  const auto rows = core::read_file(list);
  core::write_file(list, rows + "\n");
  CHECK(exit_of([&] { club.build_files(plan); }) == Exit::lot_state);
  core::write_file(list, rows);
  CHECK(club.build_files(plan).units > 0);
}

TEST_CASE("names and bytes that a manifest cannot say are cleaned and told, without the name") {
  FilesClub club;
  club.put("Dupont\ttab\nline\x01.zzz", std::string("\x00\x01\x02\xff", 4));
  club.put("=cmd.txt", "x");
  club.list("key,file,title\n1,\"Dupont\ttab\nline\x01.zzz\",\n2,'=cmd.txt,<b>gras</b>\n");
  const auto plan = club.plan_files();
  REQUIRE(find(plan.findings, "FILES_FORMAT"));
  CHECK_THAT(find(plan.findings, "FILES_FORMAT")->message.english(), Contains("pieces.csv:2"));
  const auto report = club.build_files(plan);
  const auto lines = club.attached(plan);
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[0], Contains("1|Dupont tab line|BinaryMaster_1|Dupont tab line.zzz|zzz||"));
  CHECK_THAT(lines[1], Contains("2|‹b›gras‹/b›|BinaryMaster_1|=cmd.txt|txt|"));
  REQUIRE(find(report.findings, "file-name"));
  CHECK(find(report.findings, "file-name")->where == "pieces.csv:2");
  CHECK(find(report.findings, "file-format"));
  CHECK_THAT(core::read_file(club.versement("pieces").lot(plan.lots[0].id) / "build.json"),
             !Contains("Dupont"));
}

TEST_CASE("another list is another message, and without a list, that of a plan before is gone") {
  FilesClub club;
  club.put("a.txt", "a");
  club.list("key,file\n1,a.txt\n");
  const auto first = club.plan_files("one");
  club.list("key,file,title\n1,a.txt,autre\n");
  const auto read = core::read_json(club.versement("one").file("plan.json"));
  CHECK(read.at("settings").at("files").at("membres").at("list") == "pieces.csv");
  const auto second = club.plan_files("one", true);
  CHECK(read.at("settings") != core::read_json(club.versement("one").file("plan.json")).at("settings"));
  CHECK(first.lots[0].id != second.lots[0].id);
  CHECK(club.versement("one").plan().files == second.files);
  club.more.clear();
  const auto third = club.plan_files("one", true);
  CHECK(third.files.is_null());
  CHECK_FALSE(fs::exists(club.versement("one").file("files.csv")));
  club.build_files(third);
  CHECK(club.attached(third).empty());
}

TEST_CASE(
    "the page of a record is in the group of its XML, for dissemination, as the configuration decides") {
  FilesClub club;
  const auto usages = [&](const std::string& more, const std::string& id) {
    club.more = more;
    const auto plan = club.plan_files(id);
    const auto report = club.build_files(plan);
    const bool page = report.objects == 3 + 2 * plan.kept;
    CHECK((page || report.objects == 3 + plan.kept));
    CHECK(report.units == 5 + plan.kept);
    const auto lines = club.read(plan);
    CHECK(static_cast<std::uint64_t>(std::ranges::count_if(lines, [](const std::string& l) {
            return l.find("|Dissemination_1|membre-") != std::string::npos &&
                   l.find(".html|html|fmt/471|") != std::string::npos;
          })) == (page ? plan.kept : 0));
    return page;
  };
  CHECK_FALSE(usages("", "a"));  // the club's configuration has [transfer] html = no
  CHECK(usages("[html]\nmembres = yes\n", "b"));
  CHECK_FALSE(usages("[html]\nsaisons = yes\n", "c"));
}

TEST_CASE(
    "a list goes as CSV and CSVW under its record, and another program reads back what the source holds") {
  Club club(extract::Kind::rehearsal, [](std::map<std::string, std::string>& files) {
    auto& text = files.at("saisons.xml");
    const std::string object = "<object file-name=\"saison-{saison}.xml\"/>";
    REQUIRE(text.find(object) != std::string::npos);
    text.replace(text.find(object), object.size(),
                 "<object file-name=\"saison-{saison}.xml\" table=\"inscrit\"/>");
  });
  constexpr std::uint64_t limit = 60;
  const auto plan = club.plan([&](sip::PlanOptions& o) {
    o.profiles = {"saisons"};
    o.max_entries = limit;
  });
  REQUIRE(plan.lots.size() > 2);
  std::uint64_t records = 0;
  for (const auto& lot : plan.lots) {
    const auto report = club.build(plan, lot.id);
    CHECK(report.units + report.objects <= limit);
    records += lot.records;
    const auto said = output_of("python3 '" + (tests::source_dir() / "tests/sip/tables.py").string() + "' '" +
                                club.versement().sip(lot.id).string() + "' '" +
                                (club.folder() / "club.sqlite").string() + "'");
    CHECK(said == fmt::format("{} tables\n", lot.records));
  }
  CHECK(records == plan.kept);
}

TEST_CASE("a profile that names a table its record does not have is refused, with the nearest") {
  const auto load = [](const std::string& table) {
    Club club(extract::Kind::rehearsal, [&](std::map<std::string, std::string>& files) {
      auto& text = files.at("membres.xml");
      const std::string object = "<object file-name=\"membre-{num_mem}.xml\"/>";
      REQUIRE(text.find(object) != std::string::npos);
      text.replace(text.find(object), object.size(), "<object file-name=\"m.xml\" table=\"" + table + "\"/>");
    });
  };
  CHECK(exit_of([&] { load("licenc"); }) == Exit::profile_invalid);
  CHECK_THAT(complaint_of([&] { load("licence"); }),
             Contains("licence is not a table"));  // payments below it
}
