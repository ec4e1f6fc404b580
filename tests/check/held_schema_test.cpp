// --schema: manifests against schemas that the user holds, and schemas that cannot be used.
#include "check/held_schema.hpp"

#include "core/error.hpp"
#include "exit_of.hpp"
#include "sip_fixture.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;
using check::HeldSchema;
using tests::SmallSip;

namespace {

constexpr std::string_view seda_2_2 = "fr:gouv:culture:archivesdefrance:seda:v2.2";

/// A profile in RELAX NG: a list of notes, in two files.
constexpr std::string_view notes_rng = R"(<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="urn:n"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <include href="types.rng"/>
  <start>
    <element name="notes"><attribute name="id"><data type="NCName"/></attribute>
      <oneOrMore>
        <element name="note">
          <optional><attribute name="lang"><choice><value>fr</value><value>en</value></choice></attribute></optional>
          <element name="title"><data type="token"><param name="minLength">1</param></data></element>
          <optional><element name="place"><text/></element></optional>
          <element name="date"><ref name="day"/></element>
          <zeroOrMore><element name="mark"><text/></element></zeroOrMore>
        </element>
      </oneOrMore>
    </element>
  </start>
</grammar>)";
constexpr std::string_view types_rng = R"(<grammar xmlns="http://relaxng.org/ns/structure/1.0"
    datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <define name="day"><data type="date"/></define>
</grammar>)";

/// The same in XML Schema.
constexpr std::string_view notes_xsd = R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:n"
    targetNamespace="urn:n" elementFormDefault="qualified">
  <xs:include schemaLocation="types.xsd"/>
  <xs:element name="notes"><xs:complexType><xs:sequence>
    <xs:element name="note" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="title" type="filled"/>
      <xs:element name="place" type="xs:string" minOccurs="0"/>
      <xs:element name="date" type="xs:date"/>
      <xs:element name="mark" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence><xs:attribute name="lang"><xs:simpleType><xs:restriction base="xs:token">
      <xs:enumeration value="fr"/><xs:enumeration value="en"/></xs:restriction></xs:simpleType></xs:attribute>
    </xs:complexType></xs:element>
  </xs:sequence><xs:attribute name="id" type="xs:NCName" use="required"/></xs:complexType></xs:element>
</xs:schema>)";
constexpr std::string_view types_xsd = R"(<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:n"
    targetNamespace="urn:n">
  <xs:simpleType name="filled"><xs:restriction base="xs:token"><xs:minLength value="1"/></xs:restriction></xs:simpleType>
</xs:schema>)";

bool contains(const std::string& all, const std::string& part) { return all.find(part) != std::string::npos; }

std::string many(const std::string& piece, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += piece;
  return out;
}

struct Folder {
  core::TemporaryDirectory dir;
  Folder() {
    write("notes.rng", notes_rng);
    write("types.rng", types_rng);
    write("notes.xsd", notes_xsd);
    write("types.xsd", types_xsd);
  }
  std::filesystem::path write(const std::string& name, std::string_view text) {
    core::write_file(dir.path() / name, text);
    return dir.path() / name;
  }
};

std::vector<core::XmlIssue> faults(Folder& folder, const std::string& schema, std::string_view document) {
  return HeldSchema(folder.dir.path() / schema).validate(folder.write("document.xml", document)).faults;
}

bool expects(const core::XmlIssue& fault, const std::string& name) {
  return std::ranges::find(fault.expected, name) != fault.expected.end();
}

constexpr std::string_view good = R"(<notes xmlns="urn:n" id="n1">
<note lang="fr"><title>Un</title><date>2024-02-29</date></note>
<note><title>Deux</title><place>Ici</place><date>2024-03-01</date><mark/><mark>b</mark></note>
</notes>)";

/// Six faults, one a line.
constexpr std::string_view bad = R"(<notes xmlns="urn:n">
<note lang="de"><title>Un</title><date>2024-02-29</date></note>
<note><title> </title><date>2024-03-01</date></note>
<note><title>Trois</title><date>2023-02-29</date></note>
<note><title>Quatre</title><mark/><date>2024-03-01</date></note>
<note><title>Cinq</title>
</note>
<note><title>Six</title><date>2024-03-01</date></note>
</notes>)";

/// The refusal of a schema that cannot be used.
std::string refusal(const std::filesystem::path& schema) {
  try {
    HeldSchema held(schema);
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    return e.message().english();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a held schema of several files accepts what follows it") {
  Folder folder;
  CHECK(faults(folder, "notes.rng", good).empty());
  CHECK(faults(folder, "notes.xsd", good).empty());
}

TEST_CASE("every fault is told with its line, its place and what was expected") {
  Folder folder;
  for (const std::string schema : {"notes.rng", "notes.xsd"}) {
    INFO(schema);
    const auto found = faults(folder, schema, bad);
    std::vector<long> lines;
    for (const auto& f : found) {
      INFO(check::fault_line(f));
      if (lines.empty() || lines.back() != f.line) lines.push_back(f.line);
      CHECK_FALSE(f.message.empty());
    }
    CHECK(lines == std::vector<long>{1, 2, 3, 4, 5, 7});
    REQUIRE(found.size() >= 6);
    const auto of_line = [&](long line) {
      return *std::ranges::find_if(found, [&](const auto& f) { return f.line == line; });
    };
    CHECK(of_line(3).path == "notes/note/title");
    CHECK(of_line(4).path == "notes/note/date");
    CHECK(contains(of_line(4).message, "2023-02-29"));
    CHECK(of_line(5).path == "notes/note/mark");
    CHECK(expects(of_line(5), "date"));
    CHECK(expects(of_line(5), "place"));
    CHECK(of_line(7).path == "notes/note");
    CHECK(expects(of_line(7), "date"));
  }
}

TEST_CASE("elements passed over, texts astray and unknown attributes are told, and the reading goes on") {
  Folder folder;
  const auto found = faults(folder, "notes.rng", R"(<notes xmlns="urn:n" id="n1" more="x">
<note><title>Un</title><other><title>no</title></other><date>2024-02-29</date></note>
<note>stray<title>Deux</title><date>2024-02-29</date></note>
<note><title>Trois</title><date>2024-02-29</date><date>x</date></note>
<note><title>Quatre</title><date/></note>
</notes>)");
  std::vector<std::pair<long, std::string>> told;
  for (const auto& f : found) told.emplace_back(f.line, f.path);
  CHECK(told == std::vector<std::pair<long, std::string>>{{1, "notes[n1]"},
                                                          {2, "notes[n1]/note/other"},
                                                          {3, "notes[n1]/note"},
                                                          {4, "notes[n1]/note/date"},
                                                          {5, "notes[n1]/note/date"}});
  CHECK(expects(found[3], ""));  // the end of the note
  CHECK(expects(found[3], "mark"));
  CHECK(expects(found[4], "date"));  // the type
}

TEST_CASE("a document that stops being XML gives its faults so far and the place where it stops") {
  Folder folder;
  for (const std::string schema : {"notes.rng", "notes.xsd"}) {
    INFO(schema);
    const auto found = faults(folder, schema, "<notes xmlns='urn:n' id='a'>\n<note><title>x</title></date>");
    REQUIRE_FALSE(found.empty());
    CHECK(found.back().line == 2);
    CHECK(faults(folder, schema, "<!DOCTYPE notes [<!ENTITY a 'b'>]><notes xmlns='urn:n' id='a'/>").size() ==
          1);
    CHECK(faults(folder, schema, "<notes xmlns='urn:n' id='a'>&lol;</notes>").size() >= 1);
  }
}

TEST_CASE("lines above 65 535 are right") {
  Folder folder;
  std::string long_one = "<notes xmlns='urn:n' id='a'>\n";
  for (int i = 0; i < 70'000; ++i) long_one += "<note><title>x</title><date>2024-02-29</date></note>\n";
  long_one += "<note><title>x</title><date>never</date></note>\n</notes>";
  for (const std::string schema : {"notes.rng", "notes.xsd"}) {
    const auto found = faults(folder, schema, long_one);
    REQUIRE(found.size() == 1);
    CHECK(found[0].line == 70'002);
  }
}

TEST_CASE("the manifest of a SIP is found and validated by the published schemas and by our grammars") {
  const core::TemporaryDirectory dir;
  const auto published =
      tests::shared_dir() / "reference/seda-xsd/published-2.2-reconstructed/seda-2.2-main.xsd";
  const auto ours = std::filesystem::path(VERSOIR_SOURCE_DIR) / "profiles/schemas/seda-2.2.rng";
  for (const auto& schema : {published, ours}) {
    INFO(schema);
    const HeldSchema held(schema);
    SmallSip sip;
    CHECK(contains(sip.manifest, std::string(seda_2_2)));
    const auto verdict = held.validate(sip.write(dir));
    for (const auto& f : verdict.faults) WARN(check::fault_line(f));
    CHECK(verdict.valid());
    CHECK(verdict.manifest == "manifest.xml");
    sip.replace("<Title>", "<Titre>oui</Titre><Title>");
    const auto spoilt = held.validate(sip.write(dir)).faults;
    REQUIRE(spoilt.size() == 1);
    CHECK(contains(spoilt[0].path, "ArchiveUnit["));
    CHECK(contains(spoilt[0].path, "/Content/Titre"));
    CHECK(expects(spoilt[0], "Title"));
  }
  SmallSip none;
  none.manifest_name = "autre.txt";
  CHECK(tests::exit_of([&] { static_cast<void>(HeldSchema(ours).validate(none.write(dir))); }) ==
        core::Exit::sip_unreadable);
}

TEST_CASE("a schema that is broken or asks for more than its folder is refused with its line") {
  Folder folder;
  const auto rng = [&](const std::string& inside) {
    return refusal(folder.write(
        "case.rng", "<grammar xmlns='http://relaxng.org/ns/structure/1.0'>\n" + inside + "</grammar>"));
  };
  const auto xsd = [&](const std::string& inside) {
    return refusal(folder.write(
        "case.xsd", "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>\n" + inside + "</xs:schema>"));
  };
  CHECK(contains(rng("<start><ref name='none'/></start>"), "none"));
  CHECK(contains(rng("<include href='http://127.0.0.1:1/x.rng'/>"), "line 2: the schema asks for http"));
  CHECK(contains(rng("<include href='../x.rng'/>"), "not a file beside it"));
  CHECK(contains(rng("<include href='/etc/passwd'/>"), "not a file beside it"));
  CHECK(contains(rng("<start><externalRef href='file:///etc/passwd'/></start>"), "not a file beside it"));
  CHECK(contains(rng("<include href='absent.rng'/>"), "absent.rng, which is not in its folder"));
  CHECK(contains(rng("<div xml:base='http://127.0.0.1:1/'><include href='types.rng'/></div>"), "xml:base"));
  CHECK(contains(rng("<start><element name='a'>"), "well-formed"));
  CHECK(contains(xsd("<xs:import namespace='urn:x' schemaLocation='http://127.0.0.1:1/x.xsd'/>"), "line 2"));
  CHECK(contains(xsd("<xs:include schemaLocation='..'/>"), "not a file beside it"));
  CHECK(contains(xsd("<xs:redefine schemaLocation='%2e%2e/x.xsd'/>"), "not a file beside it"));
  CHECK(contains(xsd("<xs:element name='a' type='absent'/>"), "case.xsd"));
  CHECK(contains(xsd("<xs:import namespace='urn:x'/><xs:element name='a' type='b:c' xmlns:b='urn:x'/>"),
                 "case.xsd"));
  const std::string bomb =
      "<!DOCTYPE grammar [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>]>\n"
      "<grammar xmlns='http://relaxng.org/ns/structure/1.0'><start><element "
      "name='a'>&c;</element></start></grammar>";
  CHECK(contains(refusal(folder.write("bomb.rng", bomb)), "DOCTYPE"));
  CHECK(contains(refusal(folder.write("sub.rng",
                                      "<grammar xmlns='http://relaxng.org/ns/structure/1.0'>"
                                      "<include href='bomb.rng'/></grammar>")),
                 "bomb.rng, line 1"));
  CHECK(contains(refusal(folder.write("self.rng",
                                      "<grammar xmlns='http://relaxng.org/ns/structure/1.0'>"
                                      "<include href='self.rng'/><include href='self.rng'/></grammar>")),
                 "self.rng"));
  CHECK(contains(refusal(folder.write("other.xml", "<a/>")), "neither an XML Schema nor a RELAX NG"));
  CHECK(
      contains(refusal(folder.write("compact.rnc", "start = element a { text }")), "text before the first"));
  CHECK(contains(refusal(folder.write("empty.rng", "")), "no XML element"));
  CHECK(contains(refusal(folder.write("deep.rng", many("<div>", 5000))), "nested"));
  CHECK(tests::exit_of([&] { HeldSchema held(folder.dir.path() / "nowhere.rng"); }) == core::Exit::disk);
}

TEST_CASE("external references and combined definitions are understood in both readings") {
  Folder folder;
  folder.write("part.rng",
               "<element name='p' xmlns='http://relaxng.org/ns/structure/1.0' ns='urn:n'><text/></element>");
  folder.write("case.rng", R"(<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="urn:n">
    <start combine="choice"><element name="a"><ref name="inside"/></element></start>
    <start combine="choice"><element name="b"><empty/></element></start>
    <define name="inside" combine="interleave"><externalRef href="part.rng"/></define>
    <define name="inside" combine="interleave"><element name="q">
      <list><oneOrMore><choice><value>1</value><value>2</value></choice></oneOrMore></list></element></define>
  </grammar>)");
  CHECK(faults(folder, "case.rng", "<a xmlns='urn:n'><q>1 2 1</q><p>x</p></a>").empty());
  CHECK(faults(folder, "case.rng", "<a xmlns='urn:n'><p>x</p><q>1</q></a>").empty());
  CHECK(faults(folder, "case.rng", "<b xmlns='urn:n'/>").empty());
  const auto found = faults(folder, "case.rng", "<a xmlns='urn:n'>\n<q>1 3</q>\n</a>");
  REQUIRE(found.size() == 2);
  CHECK(found[0].line == 2);
  CHECK(found[1].line == 3);
  CHECK(expects(found[1], "p"));
}
