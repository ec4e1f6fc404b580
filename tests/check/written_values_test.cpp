// What the writer makes of any data, judged by our own controls: neither may know what the other does not.
#include "check/checker.hpp"
#include "core/zip_stream.hpp"
#include "drawn_elements.hpp"
#include "message_head.hpp"
#include "sip/seda.hpp"
#include "sip_fixture.hpp"

#include <catch2/catch.hpp>

using namespace versoir;

namespace {

constexpr std::string_view bytes = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<dossier/>\n";

/// One unit for each description, with an object; into a SIP.
std::filesystem::path write_sip(const core::TemporaryDirectory& dir, sip::SedaVersion version,
                                const std::vector<records::Described>& units) {
  core::StringSink manifest;
  std::vector<std::string> names;
  sip::ManifestWriter writer(tests::plain_head(version), manifest, dir.path());
  for (const auto& described : units) {
    sip::DataObject object;
    object.digest = core::sha512(bytes);
    object.size = bytes.size();
    object.puid = "fmt/101";
    object.file_name = "dossier.xml";
    const auto group = writer.add_object(object, "xml");
    names.push_back(object.uri);
    sip::UnitContent content;
    content.described = described;
    writer.open_unit(content, group);
    writer.close_unit();
  }
  writer.finish();
  const auto file = dir.path() / "sip.zip";
  core::ZipStream zip(file);
  zip.add("manifest.xml", manifest.text);
  for (const auto& name : names) zip.add(name, std::string(bytes));
  zip.commit();
  return file;
}

}  // namespace

TEST_CASE("whatever the data say, our own check finds nothing in what is written") {
  const core::TemporaryDirectory dir;
  for (const auto version : {sip::SedaVersion::v2_1, sip::SedaVersion::v2_2, sip::SedaVersion::v2_3}) {
    INFO(sip::seda_name(version));
    tests::DrawnElements drawn(version);
    std::vector<records::Described> units;
    for (int i = 0; i < 400; ++i) {
      records::Described unit;
      unit.level = "File";
      unit.title = "Dossier " + std::to_string(i);
      unit.elements = drawn.content();
      if (i % 5 == 0) unit.physical = {drawn.physical("A"), drawn.physical("B")};
      units.push_back(std::move(unit));
    }
    const auto report = check::check_sip(write_sip(dir, version, units), nullptr);
    for (const auto& event : report.events)
      if (!event.code.starts_with("STP_"))
        WARN(event.code << " " << event.where << " " << event.message.english());
    CHECK(report.status == check::Status::ok);
    CHECK(report.units == 480);
  }
}
