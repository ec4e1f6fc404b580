// What was deposited, asked for again: a lot sent to a sandbox, then changed on one side.
#include "vitam/read_back.hpp"

#include "core/container.hpp"
#include "exit_of.hpp"
#include "running_sandbox.hpp"
#include "vitam/ingest.hpp"
#include "vitam/manifest_sample.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
namespace fs = std::filesystem;
using core::Exit;
using core::Json;
using tests::exit_of;

namespace {

struct Accepted {
  tests::RunningSandbox sandbox;
  tests::ApprovedLot lot{sandbox.base()};
  core::SilentProgress progress;
  std::string operation;

  Accepted() {
    auto known = platform();
    vitam::Client client(*sandbox.http, known);
    vitam::Ingest ingest{client, lot.journal, lot.clock, progress, [](std::chrono::seconds) {
                           std::this_thread::sleep_for(std::chrono::milliseconds(5));
                         }};
    const auto id = ingest.send(lot.versement, lot.approved(), false);
    ingest.follow(lot.versement, lot.id, id, {});
    operation = id.value;
  }
  [[nodiscard]] vitam::Platform platform() const {
    auto p = lot.platform();
    p.access_url = p.ingest_url;
    p.access_contract = "AC-TEST";
    return p;
  }
  vitam::ReadBack compare(vitam::ReadBackTerms terms = {}) {
    vitam::Access access(*sandbox.http, platform());
    return vitam::read_back(access, lot.versement, lot.id, terms, lot.clock, progress, {});
  }
  [[nodiscard]] fs::path stored() const {
    return sandbox.work.path() / "sandbox" / "operations" / operation / "SIP";
  }
  /// What the platform has of the manifest becomes something else.
  void change_stored(const std::string& from, const std::string& to) {
    auto text = core::read_file(stored() / "manifest.xml");
    const auto at = text.find(from);
    REQUIRE(at != std::string::npos);
    core::write_file(stored() / "manifest.xml", text.replace(at, from.size(), to));
  }
};

std::string differences(const vitam::ReadBack& result) {
  std::string all;
  for (const auto& d : result.json.at("differences"))
    all += core::text_of(d, "where").substr(0, 3) + ' ' + core::text_of(d, "what") + '\n';
  return all;
}

}  // namespace

TEST_CASE("a platform that kept everything gives everything back") {
  Accepted a;
  const auto result = a.compare();
  CHECK(differences(result).empty());
  CHECK(result.findings.empty());
  CHECK((result.units == 2 && result.objects == 1));
  CHECK((result.equal == 3 && result.different == 0));
  CHECK(result.json.at("format") == "versoir-read-back/1");
  CHECK(result.json.at("platform") == "sandbox");
  CHECK(result.json.at("operation") == a.operation);
  CHECK(result.json.at("asked") == Json{{"units", 2}, {"objects", 1}});
  CHECK(result.json.at("seed") == result.seed);
  CHECK(result.json.at("register") == Json{{"units", 2}, {"objects", 1}});
  CHECK(core::canonical_json(result.json).find("Dossier") == std::string::npos);
}

TEST_CASE("each difference is named: title, level, dates, rules, bytes") {
  Accepted a;
  a.change_stored("<Title>Dossier</Title>", "<Title>Autre</Title>");
  a.change_stored("<DescriptionLevel>File</DescriptionLevel>", "<DescriptionLevel>Series</DescriptionLevel>");
  a.change_stored("<StartDate>2019-09-01</StartDate>", "<StartDate>2019-09-02</StartDate>");
  a.change_stored("<EndDate>2020-06-30</EndDate>", "");
  a.change_stored("<Rule>APP-1</Rule>", "<Rule>APP-2</Rule>");
  core::write_file(a.stored() / "content" / "BO1.txt", "bonsoir\n");
  const auto result = a.compare();
  CHECK(differences(result) ==
        "AU1 Title\nAU1 DescriptionLevel\nAU1 StartDate\nAU1 EndDate\nAU1 AppraisalRule\nBO1 content\n");
  CHECK((result.equal == 1 && result.different == 2));
  REQUIRE(result.findings.size() == 6);
  for (const auto& f : result.findings) {
    CHECK(f.severity == core::Severity::error);
    CHECK(f.code == "READ_BACK_DIFFERS");
    CHECK(f.message.english().find("Autre") == std::string::npos);
  }
}

TEST_CASE("a digest that the platform declares, and what it no longer shows") {
  {
    Accepted a;
    a.change_stored(core::sha512("bonjour\n").hex(), core::sha512("bonsoir\n").hex());
    a.change_stored("<Size>8</Size>", "<Size>9</Size>");
    CHECK(differences(a.compare()) == "BO1 MessageDigest\nBO1 Size\n");
  }
  {
    Accepted a;
    fs::remove(a.stored() / "content" / "BO1.txt");
    CHECK(differences(a.compare()) == "BO1 content\n");
  }
  Accepted a;
  core::write_file(a.sandbox.work.path() / "referentials" / "accesscontracts.json",
                   R"([{"Identifier":"AC-TEST","Status":"ACTIVE","EveryOriginatingAgency":false}])");
  const auto result = a.compare();
  CHECK(differences(result) == "AU2 unit\nAU1 unit\nBO1 object\n");
  CHECK((result.equal == 0 && result.different == 3));
}

TEST_CASE("a register that counts otherwise than the receipt is a difference") {
  Accepted a;
  a.change_stored("</DescriptiveMetadata>",
                  "<ArchiveUnit id=\"AU9\"><Content><DescriptionLevel>Item</DescriptionLevel><Title>Un de "
                  "trop</Title></Content></ArchiveUnit></DescriptiveMetadata>");
  CHECK_THAT(differences(a.compare()), Catch::EndsWith("register\n"));
}

TEST_CASE("only what was accepted, and is still here, can be compared") {
  {
    Accepted a;
    fs::remove(a.lot.folder() / "receipt.json");
    CHECK(exit_of([&] { static_cast<void>(a.compare()); }) == Exit::lot_state);
  }
  {
    Accepted a;
    auto receipt = core::read_json(a.lot.folder() / "receipt.json");
    receipt["units"] = 7;
    core::write_json(a.lot.folder() / "receipt.json", receipt);
    CHECK(exit_of([&] { static_cast<void>(a.compare()); }) == Exit::evidence_broken);
  }
  Accepted a;
  fs::remove(a.lot.versement.sip(a.lot.id));
  CHECK(exit_of([&] { static_cast<void>(a.compare()); }) == Exit::lot_state);
}

TEST_CASE("the seed draws the same units and objects, another one others") {
  const core::TemporaryDirectory folder;
  std::string units, objects;
  for (int i = 0; i < 200; ++i) {
    const auto n = std::to_string(i);
    objects += "<BinaryDataObject id=\"BO" + n +
               "\"><DataObjectVersion>BinaryMaster_1</DataObjectVersion><Uri>content/" + n +
               "</Uri><MessageDigest algorithm=\"SHA-512\">d" + n + "</MessageDigest><Size>" + n +
               "</Size></BinaryDataObject>";
    units += "<ArchiveUnit id=\"AU" + n + "\"><Content><DescriptionLevel>Item</DescriptionLevel><Title>T" +
             n + "</Title></Content>" +
             (i == 7 ? ""
                     : "<DataObjectReference><DataObjectReferenceId>BO" + n +
                           "</DataObjectReferenceId></DataObjectReference>") +
             "</ArchiveUnit>";
  }
  core::write_file(folder.path() / "m.xml",
                   "<ArchiveTransfer><DataObjectPackage>" + objects + "<DescriptiveMetadata>" + units +
                       "</DescriptiveMetadata></DataObjectPackage></ArchiveTransfer>");
  const auto drawn = [&](std::uint64_t most, std::uint64_t seed) {
    const auto sample = vitam::sample_manifest(folder.path() / "m.xml", most, seed);
    std::vector<std::string> ids;
    for (const auto& u : sample.units) {
      CHECK(u.title == "T" + u.id.substr(2));
      ids.push_back(u.id);
    }
    for (const auto& o : sample.objects) {
      CHECK(o.holder == "AU" + o.id.substr(2));
      CHECK(o.sha512 == "d" + o.id.substr(2));
      ids.push_back(o.id);
    }
    return ids;
  };
  CHECK(drawn(10, 1).size() == 20);
  CHECK(drawn(10, 1) == drawn(10, 1));
  CHECK(drawn(10, 1) != drawn(10, 2));
  CHECK(drawn(1000, 1).size() == 399);  // BO7 is held by no unit
}
