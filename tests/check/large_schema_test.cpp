// --schema with lists of codes, long tags and damaged containers: all is told that can be, within limits.
#include "check/held_schema.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "exit_of.hpp"
#include "sip_fixture.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using check::HeldSchema;

namespace {

std::string schema_around(const std::string& inside) {
  return "<grammar xmlns='http://relaxng.org/ns/structure/1.0'><start>" + inside + "</start></grammar>";
}

check::SchemaVerdict verdict(const std::string& schema, const std::string& document) {
  const core::TemporaryDirectory dir;
  core::write_file(dir.path() / "schema.rng", schema_around(schema));
  core::write_file(dir.path() / "document.xml", document);
  return HeldSchema(dir.path() / "schema.rng").validate(dir.path() / "document.xml");
}

/// An element c of one code out of so many, or another element.
std::string codes(int n, const std::string& around_begin, const std::string& around_end) {
  std::string out = around_begin + "<choice>";
  for (int i = 0; i < n; ++i) out += "<value>code " + std::to_string(i) + "</value>";
  return out + "</choice>" + around_end;
}

}  // namespace

TEST_CASE("a list of fifty thousand codes: every bad value is told, with some of the codes") {
  const auto schema =
      codes(50'000, "<element name='a'><oneOrMore><element name='c'>", "</element></oneOrMore></element>");
  std::string document = "<a>\n";
  for (int i = 0; i < 40; ++i)
    document += "<c>bad " + std::to_string(i) + "</c>\n<c> code  " + std::to_string(49'999 - i) + " </c>\n";
  const auto found = verdict(schema, document + "</a>");
  REQUIRE(found.faults.size() == 40);
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(found.faults[i].line == static_cast<long>(2 * i + 2));
    CHECK(found.faults[i].message.find("bad " + std::to_string(i)) != std::string::npos);
    CHECK(found.faults[i].expected.size() == 100);
    CHECK(found.faults[i].expected.front() == "\"code 0\"");
  }
}

TEST_CASE("codes of an attribute, exact strings and other types beside them") {
  const auto found = verdict(codes(3'000, "<element name='a'><attribute name='t'>",
                                   "</attribute><choice><value type='string'>x y</value><value>z</value>"
                                   "<list><oneOrMore><value>l</value></oneOrMore></list></choice></element>"),
                             "<a t='code 2999'>x y</a>");
  CHECK(found.valid());
  const auto schema =
      "<element name='a'><zeroOrMore><element name='c'><choice><value type='string'>x "
      "y</value><value>z</value><list><oneOrMore><value>l</value></oneOrMore></list>"
      "<empty/></choice></element></zeroOrMore></element>";
  const auto lines =
      verdict(schema, "<a>\n<c>x y</c><c> z </c><c>l  l</c><c/>\n<c>x  y</c>\n<c>l m</c>\n<c> </c></a>");
  std::vector<long> at;
  for (const auto& f : lines.faults) at.push_back(f.line);
  CHECK(at == std::vector<long>{3, 4});
}

TEST_CASE("a tag with thousands of unknown attributes stops at a thousand faults") {
  std::string document = "<a";
  for (int i = 0; i < 3'000; ++i) document += " b" + std::to_string(i) + "='1'";
  const auto found = verdict("<element name='a'><empty/></element>", document + "/>");
  CHECK(found.faults.size() == check::most_schema_faults);
  CHECK(found.more);
}

TEST_CASE("of several manifests the last one counts, and the archive is read to its end") {
  const core::TemporaryDirectory dir;
  core::write_file(dir.path() / "schema.rng", schema_around("<element name='a'><empty/></element>"));
  const HeldSchema held(dir.path() / "schema.rng");
  const auto sip = (dir.path() / "sip.zip").string();
  const auto write = [&](const std::string& first, const std::string& second) {
    REQUIRE(
        tests::python("import sys, zipfile, warnings\n"
                      "warnings.simplefilter(\"ignore\")\n"
                      "z = zipfile.ZipFile(sys.argv[1], \"w\")\n"
                      "z.writestr(\"manifest.xml\", sys.argv[2])\n"
                      "z.writestr(\"content/a.bin\", bytes(100000))\n"
                      "z.writestr(\"other_manifest.xml\", \"<c/>\")\n"
                      "z.writestr(\"manifest.xml\", sys.argv[3])\n"
                      "z.close()\n",
                      {sip, first, second}));
    return held.validate(sip);
  };
  CHECK(write("<b/>", "<a/>").valid());
  CHECK(write("<b/>", "<a/>").manifest == "manifest.xml");
  CHECK_FALSE(write("<a/>", "<b/>").valid());
  // Half of the archive is missing behind a good manifest.
  std::filesystem::resize_file(sip, 40'000);
  CHECK(tests::exit_of([&] { static_cast<void>(held.validate(sip)); }) == core::Exit::sip_unreadable);
}
