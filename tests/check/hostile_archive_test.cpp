// Archives made to hurt, other than zip, and paths that leave them: a verdict, in bounded memory.
#include "check/checker.hpp"
#include "core/digest.hpp"
#include "core/file.hpp"
#include "sip_fixture.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace versoir;
using check::Status;
using tests::SmallSip;
using Codes = std::vector<std::string>;

namespace {

long resident_now() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
}

/// A tar of the small SIP that Python writes; `extra` may add entries to `t` by `add(name, bytes)`. `mode`:
/// "w", "w:gz", "w:bz2".
std::filesystem::path tar_with(const core::TemporaryDirectory& dir, const std::string& mode,
                               const std::string& extra) {
  const SmallSip sip;
  core::write_file(dir.path() / "manifest.xml", sip.manifest);
  core::write_file(dir.path() / "a", sip.files[0].second);
  core::write_file(dir.path() / "b", sip.files[1].second);
  REQUIRE(
      tests::python("import io,sys,tarfile\nd=sys.argv[1]\nt=tarfile.open(d+\"/sip.tar\",sys.argv[2])\n"
                    "def add(name,data):\n  i=tarfile.TarInfo(name)\n  i.size=len(data)\n"
                    "  t.addfile(i,io.BytesIO(data))\n"
                    "read=lambda n: open(d+\"/\"+n,\"rb\").read()\n"
                    "add(\"manifest.xml\",read(\"manifest.xml\"))\nadd(\"content/BDO1.xml\",read(\"a\"))\n"
                    "add(\"content/BDO2.csv\",read(\"b\"))\n" +
                        extra + "\nt.close()",
                    {dir.path().string(), mode}));
  return dir.path() / "sip.tar";
}

/// The header of an entry with another size; its checksum is right again.
void set_size(std::string& tar, std::size_t header, const std::string& size) {
  tar.replace(header + 124, 12, size);
  tar.replace(header + 148, 8, "        ");
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(tar[header + i]);
  std::string octal(7, '0');
  for (std::size_t i = 6; sum > 0; --i, sum /= 8) octal[i - 1] = static_cast<char>('0' + sum % 8);
  octal[6] = '\0';
  tar.replace(header + 148, 8, octal + ' ');
}

}  // namespace

TEST_CASE("a tar whose sizes lie is a verdict") {
  core::TemporaryDirectory dir;
  const auto whole = core::read_file(tar_with(dir, "w", ""));
  REQUIRE(check::check_sip(dir.path() / "sip.tar", nullptr).status == Status::ok);
  const auto path = dir.path() / "lying.tar";
  std::vector<std::size_t> headers;
  for (std::size_t at = 0; at + 512 <= whole.size(); at += 512)
    if (whole.compare(at + 257, 5, "ustar") == 0) headers.push_back(at);
  REQUIRE(headers.size() == 3);
  const auto before = resident_now();
  // Nothing, one byte, 8 GB, more than there can be (binary: 2^62), less than nothing (binary), no number.
  for (const auto& size : {std::string("00000000000\0", 12), std::string("00000000001\0", 12),
                           std::string("77777777777\0", 12), std::string("\x80\0\0\0\x40\0\0\0\0\0\0\0", 12),
                           std::string(12, '\xFF'), std::string("999999999zz\0", 12)})
    for (const auto header : headers) {
      auto bytes = whole;
      set_size(bytes, header, size);
      core::write_file(path, bytes);
      const auto report = check::check_sip(path, nullptr);
      INFO(header << " " << static_cast<int>(static_cast<unsigned char>(size[0])) << " " << size[10]);
      CHECK(report.status >= Status::ko);
      CHECK(report.decisive());
    }
  if (tests::memory_tells) CHECK(resident_now() - before < 32 * 1024);
}

TEST_CASE("a header of a tar whose sum is wrong is a damaged archive") {
  core::TemporaryDirectory dir;
  auto bytes = core::read_file(tar_with(dir, "w", ""));
  bytes[513] = '~';  // inside the manifest: no header, the verdict is that of its XML
  bytes[124] = '7';  // its size, and not the sum
  core::write_file(dir.path() / "spoilt.tar", bytes);
  CHECK(check::check_sip(dir.path() / "spoilt.tar", nullptr).status >= Status::ko);
}

TEST_CASE("a bomb in a compressed tar is streamed, not kept") {
  for (const auto* mode : {"w:gz", "w:bz2"}) {
    INFO(mode);
    core::TemporaryDirectory dir;
    const auto path = tar_with(dir, mode, "add(\"content/bomb.bin\",bytes(200000000))");
    CHECK(std::filesystem::file_size(path) < 1'000'000);
    const auto before = resident_now();
    const auto report = check::check_sip(path, nullptr);
    CHECK(tests::defects(report) ==
          Codes{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_OBJECTNUMBER.MANIFEST_INFERIOR_BDO.KO"});
    CHECK(report.bytes > 200'000'000);
    if (tests::memory_tells) CHECK(resident_now() - before < 64 * 1024);
  }
}

TEST_CASE("paths of a tar that leave the folder are refused, links are not followed") {
  for (const auto* name : {"../evil", "/etc/passwd", "content/../../evil", "content/./x"}) {
    INFO(name);
    core::TemporaryDirectory dir;
    const auto path = tar_with(dir, "w", "add(\"" + std::string(name) + "\",b\"x\")");
    CHECK(tests::defects(check::check_sip(path, nullptr)) == Codes{"UPLOAD_SIP.KO"});
  }
  for (const auto* kind : {"SYMTYPE", "LNKTYPE"}) {
    INFO(kind);
    core::TemporaryDirectory dir;
    const auto path = tar_with(dir, "w",
                               "i=tarfile.TarInfo(\"content/link\")\ni.type=tarfile." + std::string(kind) +
                                   "\ni.linkname=\"/etc/passwd\"\nt.addfile(i)");
    const auto report = check::check_sip(path, nullptr);
    CHECK_FALSE(report.events.empty());
    CHECK(report.bytes < 1000);  // nothing of what the link names was read
  }
}

TEST_CASE("a hundred thousand objects cost little memory") {
  core::TemporaryDirectory dir;
  SmallSip sip;
  const auto digest = core::sha512(sip.files[0].second).hex();
  std::string groups, units;
  for (int i = 0; i < 100'000; ++i) {
    const auto n = std::to_string(i);
    groups +=
        "<DataObjectGroup id=\"G" + n + "\"><BinaryDataObject id=\"B" + n +
        "\"><DataObjectVersion>BinaryMaster_1</DataObjectVersion><Uri>content/BDO1.xml</Uri><MessageDigest "
        "algorithm=\"SHA-512\">" +
        digest +
        "</MessageDigest><Size>1</Size><FormatIdentification><FormatId>fmt/101</FormatId></"
        "FormatIdentification><FileInfo><Filename>f</Filename></FileInfo></BinaryDataObject></"
        "DataObjectGroup>\n";
    units += "<ArchiveUnit id=\"N" + n +
             "\"><Content><DescriptionLevel>Item</DescriptionLevel><Title>Releve</Title></Content>"
             "<DataObjectReference><DataObjectGroupReferenceId>G" +
             n + "</DataObjectGroupReferenceId></DataObjectReference></ArchiveUnit>\n";
  }
  sip.replace("  <DescriptiveMetadata>", groups + "<DescriptiveMetadata>");
  sip.replace("  </DescriptiveMetadata>", units + "</DescriptiveMetadata>");
  const auto path = sip.write(dir);
  for (auto* text : {&sip.manifest, &groups, &units}) std::string().swap(*text);
  const auto before = resident_now();
  const auto report = check::check_sip(path, nullptr);
  CHECK(report.status == Status::warning);  // each size is wrong
  CHECK(report.objects == 100'002);
  CHECK(report.groups == 100'002);
  if (tests::memory_tells) CHECK(resident_now() - before < 96 * 1024);
}
