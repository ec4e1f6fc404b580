// Bad archives and bad manifests: a verdict, never a crash, never a flood.
#include "check/checker.hpp"
#include "core/container.hpp"
#include "core/error.hpp"
#include "sip_fixture.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <random>

using namespace versoir;
using check::Status;
using tests::SmallSip;
using Codes = std::vector<std::string>;

namespace {

long resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
}

/// Writes the small SIP with Python's zipfile, then lets `extra` add entries to `z`.
check::Report with_python(const std::string& extra) {
  core::TemporaryDirectory dir;
  const SmallSip sip;
  core::write_file(dir.path() / "manifest.xml", sip.manifest);
  core::write_file(dir.path() / "a", sip.files[0].second);
  core::write_file(dir.path() / "b", sip.files[1].second);
  const auto out = dir.path() / "sip.zip";
  REQUIRE(
      tests::python("import sys,zipfile,warnings\nwarnings.simplefilter(\"ignore\")\n"
                    "d=sys.argv[1]\nz=zipfile.ZipFile(d+\"/sip.zip\",\"w\",zipfile.ZIP_DEFLATED)\n"
                    "z.write(d+\"/manifest.xml\",\"manifest.xml\")\nz.write(d+\"/a\",\"content/BDO1.xml\")\n"
                    "z.write(d+\"/b\",\"content/BDO2.csv\")\n" +
                        extra + "\nz.close()",
                    {dir.path().string()}));
  return check::check_sip(out, nullptr);
}

}  // namespace

TEST_CASE("a SIP written by another tool gets the same verdict") {
  CHECK(with_python("").status == Status::ok);
}

TEST_CASE("paths that leave the folder are refused") {
  for (const auto* name : {"../evil", "/etc/passwd", "content/../../evil", "content\\\\..\\\\evil"}) {
    INFO(name);
    CHECK(tests::defects(with_python("z.writestr(\"" + std::string(name) + "\",\"x\")")) ==
          Codes{"UPLOAD_SIP.KO"});
  }
}

TEST_CASE("of two entries of one name, the last is kept") {
  CHECK(tests::defects(with_python("z.writestr(\"content/BDO1.xml\",\"other\")")) ==
        Codes{"CHECK_DIGEST.KO"});
  CHECK(with_python("z.write(d+\"/a\",\"content/BDO1.xml\")").status == Status::ok);
}

TEST_CASE("digests are compared wherever the manifest stands and however it names them") {
  core::TemporaryDirectory dir;
  const auto verdict = [&](const SmallSip& sip, const std::string& order) {
    core::write_file(dir.path() / "manifest.xml", sip.manifest);
    core::write_file(dir.path() / "a", sip.files[0].second);
    core::write_file(dir.path() / "b", sip.files[1].second);
    REQUIRE(
        tests::python("import sys,zipfile,warnings\nwarnings.simplefilter(\"ignore\")\nd=sys.argv[1]\n"
                      "z=zipfile.ZipFile(d+\"/sip.zip\",\"w\",zipfile.ZIP_DEFLATED)\n"
                      "names={\"m\":\"manifest.xml\",\"a\":\"content/BDO1.xml\",\"b\":\"content/BDO2.csv\"}\n"
                      "files={\"m\":\"manifest.xml\",\"a\":\"a\",\"b\":\"b\"}\n"
                      "for k in sys.argv[2]:\n"
                      "  if k==\"x\": z.writestr(\"manifest.xml\",\"<not-seda/>\")\n"
                      "  else: z.write(d+\"/\"+files[k],names[k])\nz.close()",
                      {dir.path().string(), order}));
    return tests::defects(check::check_sip(dir.path() / "sip.zip", nullptr));
  };
  SmallSip quotes;  // the second object has a SHA-256 digest
  quotes.replace("algorithm=\"SHA-256\"", "algorithm  =  'SHA-256'");
  for (const std::string order : {"mab", "abm", "amb", "bma"}) {
    INFO(order);
    CHECK(verdict(SmallSip(), order) == Codes{});
    CHECK(verdict(quotes, order) == Codes{});
    for (const std::size_t spoilt : {0, 1}) {
      SmallSip sip;
      sip.files[spoilt].second.back() = '!';
      CHECK(verdict(sip, order) == Codes{"CHECK_DIGEST.KO"});
    }
    SmallSip other = quotes;
    other.files[1].second.back() = '!';
    CHECK(verdict(other, order) == Codes{"CHECK_DIGEST.KO"});
  }
  // Of two manifests of one name the last counts, wherever the files are.
  CHECK(verdict(SmallSip(), "xabm") == Codes{});
  CHECK(verdict(SmallSip(), "axmb") == Codes{});
  CHECK(verdict(SmallSip(), "maxb") == Codes{"CHECK_SEDA.KO"});
}

TEST_CASE("sizes that lie and attributes without end are a verdict") {
  core::TemporaryDirectory dir;
  const auto whole = core::read_file(SmallSip().write(dir));
  const auto path = dir.path() / "lying.zip";
  // Both sizes of each local header, at 18 and 22.
  int refused = 0, headers = 0;
  for (auto at = whole.find("PK\x03\x04"); at != std::string::npos; at = whole.find("PK\x03\x04", at + 4)) {
    ++headers;
    for (const std::size_t field : {18, 22})
      for (const char* lie : {"\x01\0\0", "\xFF\xFF\xFF\x7F", "\xFF\xFF\xFF\xFF"}) {
        auto bytes = whole;
        bytes.replace(at + field, 4, std::string(lie, 4));
        core::write_file(path, bytes);
        const auto report = check::check_sip(path, nullptr);
        CHECK_FALSE(report.events.empty());
        refused += report.status >= Status::ko;
      }
  }
  CHECK(headers == 3);
  CHECK(refused > 6);
  const auto before = resident_kib();
  SmallSip huge;
  huge.replace("<Comment>", "<Comment languageID=\"" + std::string(30'000'000, 'x') + "\">");
  const auto report = check::check_sip(huge.write(dir), nullptr);
  CHECK(tests::defects(report) == Codes{"CHECK_SEDA.NOT_XML_FILE.KO"});
  std::string().swap(huge.manifest);
  if (tests::memory_tells) CHECK(resident_kib() - before < 128 * 1024);
}

TEST_CASE("a bomb is streamed, not kept") {
  const auto before = resident_kib();
  const auto report = with_python("z.writestr(\"content/bomb.bin\",b\"0\"*200000000)");
  CHECK(tests::defects(report) ==
        Codes{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_OBJECTNUMBER.MANIFEST_INFERIOR_BDO.KO"});
  CHECK(report.bytes > 200'000'000);
  if (tests::memory_tells) CHECK(resident_kib() - before < 64 * 1024);  // the bomb is 200 MB
}

TEST_CASE("a truncated archive is a verdict at every length") {
  core::TemporaryDirectory dir;
  const auto whole = core::read_file(SmallSip().write(dir));
  const auto path = dir.path() / "cut.zip";
  int refused = 0;
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    core::write_file(path, whole.substr(0, length));
    INFO(length);
    const auto report = check::check_sip(path, nullptr);
    CHECK_FALSE(report.events.empty());
    if (report.status >= Status::ko) ++refused;
  }
  CHECK(refused > 100);
}

TEST_CASE("a spoilt archive is a verdict wherever the byte") {
  core::TemporaryDirectory dir;
  const auto whole = core::read_file(SmallSip().write(dir));
  const auto path = dir.path() / "spoilt.zip";
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    auto bytes = whole;
    bytes[random() % bytes.size()] = static_cast<char>(random());
    core::write_file(path, bytes);
    CHECK_FALSE(check::check_sip(path, nullptr).events.empty());
  }
}

TEST_CASE("a spoilt manifest is a verdict wherever the byte") {
  core::TemporaryDirectory dir;
  std::mt19937 random(11);
  const auto referentials = check::Referentials::read(tests::write_referentials(dir));
  for (int i = 0; i < 400; ++i) {
    SmallSip sip;
    for (int n = 1 + static_cast<int>(random() % 3); n > 0; --n) {
      const auto at = random() % sip.manifest.size();
      if (random() % 2 == 0) {
        sip.manifest[at] = static_cast<char>(random());
      } else {
        sip.manifest.erase(at, random() % 40);
      }
    }
    CHECK_FALSE(check::check_sip(sip.write(dir), &referentials).events.empty());
  }
}

TEST_CASE("manifests made to hurt are refused at little cost") {
  const auto defects = [](SmallSip& sip) {
    core::TemporaryDirectory dir;
    return tests::defects(check::check_sip(sip.write(dir), nullptr));
  };
  const Codes not_xml{"CHECK_SEDA.NOT_XML_FILE.KO"};
  SmallSip bomb;
  bomb.replace("<ArchiveTransfer",
               "<!DOCTYPE x [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><ArchiveTransfer");
  CHECK(defects(bomb) == not_xml);
  SmallSip external;
  external.replace("<ArchiveTransfer", "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><ArchiveTransfer");
  CHECK(defects(external) == not_xml);
  SmallSip encoded;
  encoded.replace("UTF-8", "ISO-8859-1");
  CHECK(defects(encoded) == not_xml);
  SmallSip empty;
  empty.manifest.clear();
  CHECK(defects(empty) == not_xml);
  SmallSip deep;
  std::string open, close;
  for (int i = 0; i < 100'000; ++i) {
    open += "<a>";
    close += "</a>";
  }
  deep.replace("<Comment>", open + close + "<Comment>");
  CHECK(defects(deep) == not_xml);
}

TEST_CASE("units nested a thousand deep and pointers by thousands are followed without recursion") {
  core::TemporaryDirectory dir;
  SmallSip sip;
  std::string open, close, pointers;
  for (int i = 0; i < 300; ++i) {
    open += "<ArchiveUnit id=\"D" + std::to_string(i) +
            "\"><Content><DescriptionLevel>File</DescriptionLevel><Title>t</Title></Content>";
    close += "</ArchiveUnit>";
  }
  for (int i = 0; i < 20'000; ++i)
    pointers += "<ArchiveUnit id=\"P" + std::to_string(i) +
                "\"><ArchiveUnitRefId>AU3</ArchiveUnitRefId></ArchiveUnit>";
  sip.replace("  </DescriptiveMetadata>", open + pointers + close + "</DescriptiveMetadata>");
  const auto report = check::check_sip(sip.write(dir), nullptr);
  CHECK(report.status == Status::ok);
  CHECK(report.units == 303);
}

TEST_CASE("a file that is not there is an error, not a verdict") {
  core::TemporaryDirectory dir;
  try {
    static_cast<void>(check::check_sip(dir.path() / "absent.zip", nullptr));
    FAIL("no error");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::disk);
  }
}

TEST_CASE("a hundred thousand units cost little memory") {
  core::TemporaryDirectory dir;
  SmallSip sip;
  std::string units;
  for (int i = 0; i < 100'000; ++i)
    units += "<ArchiveUnit id=\"N" + std::to_string(i) +
             "\"><Management><AccessRule><Rule>ACC-1</Rule></AccessRule></"
             "Management><Content><DescriptionLevel>Item</DescriptionLevel>"
             "<Title>Releve de notes</Title></Content></ArchiveUnit>\n";
  sip.replace("  </DescriptiveMetadata>", units + "</DescriptiveMetadata>");
  const auto path = sip.write(dir);
  std::string().swap(sip.manifest);
  std::string().swap(units);
  const auto before = resident_kib();
  const auto report = check::check_sip(path, nullptr);
  CHECK(report.status == Status::ok);
  CHECK(report.units == 100'003);
  if (tests::memory_tells) CHECK(resident_kib() - before < 64 * 1024);
}
