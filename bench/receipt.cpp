// A large reply read and reconciled with the manifest of its SIP.
//   bench_receipt make WORKSPACE UNITS   a lot of UNITS units (a tenth of them with an object), and its reply
//   bench_receipt prove WORKSPACE        prints seconds, seconds of processor, peak in kB, units, findings
#include "vitam/receipt.hpp"

#include "core/file.hpp"
#include "core/json.hpp"
#include "core/zip_stream.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <sys/resource.h>

using namespace versoir;
namespace fs = std::filesystem;

namespace {

constexpr const char* operation = "aeeaaaaaachk3dzuabcdealz4exampleaaaq";
const sip::MessageIdentifier lot{"BENCH-LOT-0123456789-0001"};

void make(const sip::Versement& versement, std::size_t units) {
  const auto folder = versement.lot(lot);
  fs::create_directories(folder);
  const std::string ns = "xmlns=\"fr:gouv:culture:archivesdefrance:seda:v2.2\"";
  std::string manifest = "<ArchiveTransfer " + ns + "><MessageIdentifier>" + lot.value +
                         "</MessageIdentifier><DataObjectPackage>";
  std::string reply = "<ArchiveTransferReply " + ns + "><MessageIdentifier>" + operation +
                      "</MessageIdentifier><DataObjectPackage>";
  for (std::size_t i = 0; i < units; i += 10) {
    manifest += fmt::format(
        "<DataObjectGroup id=\"OG{0}\"><BinaryDataObject id=\"BO{0}\"><DataObjectVersion>BinaryMaster_1"
        "</DataObjectVersion><Uri>content/BO{0}.xml</Uri><MessageDigest algorithm=\"SHA-512\">{1:0128x}"
        "</MessageDigest><Size>1000</Size></BinaryDataObject></DataObjectGroup>",
        i, i);
    reply += fmt::format(
        "<DataObjectGroup id=\"OG{0}\"><BinaryDataObject id=\"BO{0}\"><DataObjectSystemId>aeaa{0:032}"
        "</DataObjectSystemId><DataObjectGroupSystemId>aeba{0:032}</DataObjectGroupSystemId>"
        "<DataObjectVersion>BinaryMaster_1</DataObjectVersion></BinaryDataObject></DataObjectGroup>",
        i);
  }
  manifest += "<DescriptiveMetadata>";
  reply += "<DescriptiveMetadata>";
  for (std::size_t i = 0; i < units; ++i) {
    manifest += fmt::format(
        "<ArchiveUnit id=\"AU{0}\"><Management><AppraisalRule><Rule>APP-5</Rule><StartDate>2020-01-01"
        "</StartDate><FinalAction>Destroy</FinalAction></AppraisalRule></Management><Content>"
        "<DescriptionLevel>Item</DescriptionLevel><Title>Dossier {0}</Title><StartDate>2019-09-01"
        "</StartDate><EndDate>2020-06-30</EndDate></Content>",
        i);
    if (i % 10 == 0)
      manifest += fmt::format(
          "<DataObjectReference><DataObjectGroupReferenceId>OG{}</DataObjectGroupReferenceId>"
          "</DataObjectReference>",
          i);
    manifest += "</ArchiveUnit>";
    reply += fmt::format(
        "<ArchiveUnit id=\"AU{0}\"><Content><SystemId>aeaq{0:032}</SystemId></Content></ArchiveUnit>", i);
  }
  manifest += "</DescriptiveMetadata></DataObjectPackage></ArchiveTransfer>";
  reply +=
      "</DescriptiveMetadata><ManagementMetadata/></DataObjectPackage><ReplyCode>OK</ReplyCode>"
      "<MessageRequestIdentifier>" +
      lot.value + "</MessageRequestIdentifier></ArchiveTransferReply>";
  core::ZipStream zip(versement.sip(lot));
  zip.add("manifest.xml", manifest);
  zip.commit();
  core::write_file(folder / "atr.xml", reply);
  core::write_json(folder / "operation.json", {{"operation", operation}});
}

void prove(const sip::Versement& versement) {
  const auto start = std::chrono::steady_clock::now();
  const auto proof = vitam::prove(versement, lot, true);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  fmt::print("{:.3f} {:.3f} {} {} {}\n", took.count(), seconds(used.ru_utime) + seconds(used.ru_stime),
             used.ru_maxrss, proof.units, proof.findings.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fputs("see the head of bench/receipt.cpp\n", stderr), 2;
  try {
    const sip::Versement versement(argv[2], "bench");
    if (argc > 3 && std::string(argv[1]) == "make")
      make(versement, std::strtoull(argv[3], nullptr, 10));
    else
      prove(versement);
    return 0;
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
