// SEDA's own elements in archive profiles: the whole descriptive list, agents, events, physical objects; what
// the data cannot fill is left out and told; whatever they say, the manifest is valid.
#include "club_fixture.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "drawn_elements.hpp"
#include "message_head.hpp"
#include "profiles/loader.hpp"
#include "sip/seda.hpp"
#include "sip/seda_elements.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <random>
#include <set>

using namespace versoir;
namespace fs = std::filesystem;
using records::DescribedElement;
using sip::SedaVersion;

namespace {

constexpr SedaVersion every_version[] = {SedaVersion::v2_1, SedaVersion::v2_2, SedaVersion::v2_3};

struct Written {
  std::string manifest;
  std::vector<core::Finding> findings;
};

/// Units with these descriptions; each has an object when `with_object`.
Written write_units(SedaVersion version, const std::vector<records::Described>& units, bool with_object) {
  const core::TemporaryDirectory spool;
  core::StringSink out;
  sip::ManifestWriter writer(tests::plain_head(version), out, spool.path());
  for (const auto& described : units) {
    std::string group;
    if (with_object) {
      sip::DataObject object;
      object.digest = core::sha512("content");
      object.size = 7;
      object.file_name = "dossier.xml";
      group = writer.add_object(object, "xml");
    }
    sip::UnitContent content;
    content.described = described;
    writer.open_unit(content, group);
    writer.close_unit();
  }
  writer.finish();
  return {out.text, writer.take_findings()};
}

records::Described described(std::vector<DescribedElement> elements,
                             std::vector<DescribedElement> physical = {}) {
  records::Described d;
  d.level = "File";
  d.title = "Dossier";
  d.elements = std::move(elements);
  d.physical = std::move(physical);
  return d;
}

DescribedElement leaf(std::string name, std::string text,
                      std::vector<std::pair<std::string, std::string>> attributes = {}) {
  return {std::move(name), std::move(text), std::move(attributes), {}, {}};
}
DescribedElement node(std::string name, std::vector<DescribedElement> children) {
  return {std::move(name), {}, {}, std::move(children), {}};
}

/// Every schema of a version: published, VITAM's copies, VITAM's ingest, and our grammars.
std::vector<std::string> every_schema(SedaVersion version) {
  const auto name = std::string(sip::seda_name(version));
  const auto root = tests::shared_dir() / "reference/seda-xsd";
  std::vector<std::string> out;
  for (const auto& file : {root / name / ("seda-" + name + "-main.xsd"),
                           root / ("vitam-validation-" + name + "-libxml2") / "seda-vitam-main.xsd",
                           root / "published-2.2-reconstructed" / ("seda-" + name + "-main.xsd"),
                           root / "published-2.3" / ("seda-" + name + "-main.xsd")})
    if (fs::exists(file)) out.push_back("--schema '" + file.string() + "'");
  for (const auto* kind : {"seda-", "seda-vitam-"})
    out.push_back("--relaxng '" +
                  (tests::source_dir() / "profiles/schemas" / (kind + name + ".rng")).string() + "'");
  return out;
}

void check_valid(const std::string& manifest, SedaVersion version) {
  const core::TemporaryDirectory dir;
  core::write_file(dir.path() / "manifest.xml", manifest);
  for (const auto& schema : every_schema(version)) {
    INFO(schema);
    const auto log = dir.path() / "log";
    const bool valid = std::system(("xmllint --noout --nonet " + schema + " '" +
                                    (dir.path() / "manifest.xml").string() + "' 2>'" + log.string() + "'")
                                       .c_str()) == 0;
    CHECK(valid);
    if (!valid) WARN(core::read_file(log).substr(0, 2000));
  }
}

void each_below(const core::XmlElement& e, const std::function<void(const core::XmlElement&)>& f) {
  for (const auto& child : e.children) {
    f(child);
    each_below(child, f);
  }
}

const core::XmlElement* first_named(const core::XmlElement& e, const std::string& name) {
  for (const auto& child : e.children) {
    if (child.name == name) return &child;
    if (const auto* found = first_named(child, name)) return found;
  }
  return nullptr;
}

core::XmlElement parsed(const std::string& manifest) {
  return core::parse_xml(manifest, "manifest", core::Exit::unexpected);
}

/// An element of an example as a profile would give it; what only the writer knows is left empty.
DescribedElement as_described(const core::XmlElement& e) {
  DescribedElement out{e.name, {}, {}, {}, {}};
  for (const auto& a : e.attributes)
    if (a.first != "id" && a.first.find("xmlns") == std::string::npos) out.attributes.push_back(a);
  for (const auto& child : e.children)
    if (child.name != "OrganizationDescriptiveMetadata" && child.name != "Extended") {
      // A profile cannot know the units of the manifest: relations name what is elsewhere.
      if (child.name == "ArchiveUnitRefId" ||
          (child.name == "DataObjectReference" &&
           (e.name == "IsVersionOf" || e.name == "Replaces" || e.name == "Requires" || e.name == "IsPartOf" ||
            e.name == "References")))
        out.children.push_back(leaf("ExternalReference", "ailleurs"));
      else
        out.children.push_back(as_described(child));
    }
  if (!out.children.empty()) return out;
  static const std::set<std::string> filled{"SignedObjectId", "SignedObjectDigest",
                                            "DataObjectGroupReferenceId", "SignedDocumentReferenceId"};
  if (e.name == "DataObjectReferenceId") out.name = "DataObjectGroupReferenceId";
  out.text = filled.contains(out.name) ? "" : e.text;
  if (e.name == "SignedObjectDigest") out.attributes.clear();
  return out;
}

}  // namespace

TEST_CASE("every element of the standard's list can be given by a profile, and is valid in every schema") {
  if (!tests::have(tests::shared_dir() / "reference/seda-examples")) return;
  for (const auto version : every_version) {
    const auto name = std::string(sip::seda_name(version));
    INFO(name);
    const auto example = parsed(core::read_file(tests::shared_dir() / "reference/seda-examples" /
                                                ("transfer-full-" + name + ".xml")));
    const core::XmlElement* longest = nullptr;
    each_below(example, [&](const core::XmlElement& e) {
      if (e.name == "Content" && (!longest || e.children.size() > longest->children.size())) longest = &e;
    });
    REQUIRE(longest);
    std::vector<DescribedElement> elements;
    std::set<std::string> asked, given;
    std::size_t partial_dates = 0;
    for (const auto& child : longest->children) {
      if (child.name == "DescriptionLevel" || child.name == "Title" || child.ns != example.ns) continue;
      elements.push_back(as_described(child));
      // The one without language is the profile's own <description>.
      if (child.name == "Description" && elements.back().attributes.empty())
        elements.back().attributes.emplace_back("xml:lang", "fr");
      // The example has partial dates, which VITAM would refuse.
      const bool partial = child.name.ends_with("Date") && core::trim(child.text).size() < 10;
      partial_dates += partial ? 1 : 0;
      if (!partial) asked.insert(child.name);
    }
    std::mt19937 random(7);
    std::ranges::shuffle(elements, random);  // the table orders them
    const auto written = write_units(version, {described(elements)}, true);
    CHECK(written.findings.size() == partial_dates);
    for (const auto& f : written.findings) CHECK(f.code == "element-value");
    check_valid(written.manifest, version);
    const auto manifest = parsed(written.manifest);
    std::size_t all = 0;
    for (const auto& child : first_named(manifest, "Content")->children) given.insert(child.name);
    each_below(*first_named(manifest, "Content"), [&](const core::XmlElement&) { ++all; });
    for (const auto& element : asked) {
      INFO(element);
      CHECK(given.contains(element));
    }
    CHECK(all > 200);
    CHECK(asked.size() > 34);
  }
}

TEST_CASE("whatever the data say, the manifest is valid in every schema and what is left out is told") {
  for (const auto version : every_version) {
    tests::DrawnElements drawn(version);
    std::vector<records::Described> units;
    for (int i = 0; i < 300; ++i) {
      auto unit = described(drawn.content());
      if (i % 3 == 0) unit.physical.push_back(drawn.physical("Boîte " + std::to_string(i)));
      units.push_back(std::move(unit));
    }
    for (const bool with_object : {true, false}) {
      const auto written = write_units(version, units, with_object);
      check_valid(written.manifest, version);
      CHECK(written.findings.size() > 100);
      CHECK(std::ranges::all_of(written.findings, [](const auto& f) { return f.where == "Dossier"; }));
      std::size_t elements = 0;
      each_below(parsed(written.manifest), [&](const core::XmlElement&) { ++elements; });
      CHECK(elements > 1500);  // not everything was left out
    }
  }
}

TEST_CASE(
    "an agent is a person or a body, dates are whole, codes are listed: what is not so is left out and "
    "told") {
  const auto told = [](std::vector<DescribedElement> elements, const std::string& code) {
    const auto written = write_units(SedaVersion::v2_2, {described(std::move(elements))}, false);
    INFO(code);
    CHECK(std::ranges::any_of(written.findings, [&](const auto& f) { return f.code == code; }));
    return parsed(written.manifest);
  };
  auto m = told({node("Writer", {leaf("Corpname", "Université"), leaf("FullName", "É. Durand")})},
                "element-too-many");
  CHECK(first_named(m, "Writer")->children.size() == 1);
  m = told({node("Event", {leaf("EventType", "Extraction"), leaf("EventDateTime", "1987")})},
           "element-incomplete");
  CHECK_FALSE(first_named(m, "Event"));
  m = told({leaf("CreatedDate", "12000-01-01"), leaf("SentDate", "0000-01-01")}, "element-value");
  CHECK_FALSE(first_named(m, "CreatedDate"));
  CHECK_FALSE(first_named(m, "SentDate"));
  m = told({node("Keyword", {leaf("KeywordContent", "x"), leaf("KeywordType", "person")})}, "element-value");
  CHECK(first_named(m, "Keyword")->children.size() == 1);
  m = told({leaf("Status", "<b>clos</b>")}, "value-mended");
  CHECK(first_named(m, "Status")->text == "‹b›clos‹/b›");
  m = told({node("Signature",
                 {node("Signer", {leaf("FullName", "A"), leaf("SigningTime", "2014-06-02 10:00:00")}),
                  node("Validator", {leaf("Corpname", "B"), leaf("ValidationTime", "2014-06-02T10:00:00")}),
                  node("ReferencedObject", {leaf("SignedObjectId", ""), leaf("SignedObjectDigest", "")})})},
           "element-without-object");
  CHECK_FALSE(first_named(m, "Signature"));
}

TEST_CASE("a physical object joins the group of the record, or has its own, further ones a unit each") {
  const std::vector<DescribedElement> boxes{
      node("PhysicalDataObject",
           {leaf("PhysicalId", "Boîte 12"),
            node("PhysicalDimensions", {leaf("Width", "33", {{"unit", "centimetre"}})})}),
      node("PhysicalDataObject", {leaf("PhysicalId", "Boîte 13")}),
      node("PhysicalDataObject", {leaf("PhysicalId", "Boîte 14")})};
  for (const auto version : every_version)
    for (const bool with_object : {true, false}) {
      const auto written =
          write_units(version, {described({}, boxes), described({}), described({}, {boxes[1]})}, with_object);
      CHECK(written.findings.empty());
      check_valid(written.manifest, version);
      const auto manifest = parsed(written.manifest);
      std::vector<std::string> groups, units;
      each_below(manifest, [&](const core::XmlElement& e) {
        if (e.name == "DataObjectGroup" && !e.children.empty() && e.attribute("id")) {
          std::string line = *e.attribute("id") + ":";
          for (const auto& child : e.children)
            line += " " + child.attribute_or("id", "") + " " + child.child_text("DataObjectVersion");
          groups.push_back(line);
        }
        if (e.name != "ArchiveUnit") return;
        const auto* reference = e.child("DataObjectReference");
        std::string line = e.attribute_or("id", "") + " " + e.child("Content")->child_text("Title") + " " +
                           (reference ? reference->child_text("DataObjectGroupReferenceId") : "-");
        for (const auto* below : e.all("ArchiveUnit")) line += " > " + below->attribute_or("id", "");
        units.push_back(line);
      });
      if (with_object) {
        CHECK(groups == std::vector<std::string>{"OG1: BDO1 BinaryMaster_1 PDO1 PhysicalMaster_1",
                                                 "OG2: PDO2 PhysicalMaster_1", "OG3: PDO3 PhysicalMaster_1",
                                                 "OG4: BDO2 BinaryMaster_1",
                                                 "OG5: BDO3 BinaryMaster_1 PDO4 PhysicalMaster_1"});
        CHECK(units == std::vector<std::string>{"AU1 Dossier OG1 > AU2 > AU3", "AU2 Boîte 13 OG2",
                                                "AU3 Boîte 14 OG3", "AU4 Dossier OG4", "AU5 Dossier OG5"});
      } else {
        CHECK(groups == std::vector<std::string>{"OG1: PDO1 PhysicalMaster_1", "OG2: PDO2 PhysicalMaster_1",
                                                 "OG3: PDO3 PhysicalMaster_1", "OG4: PDO4 PhysicalMaster_1"});
        CHECK(units == std::vector<std::string>{"AU1 Dossier OG1 > AU2 > AU3", "AU2 Boîte 13 OG2",
                                                "AU3 Boîte 14 OG3", "AU4 Dossier -", "AU5 Dossier OG4"});
      }
    }
}

TEST_CASE("dates, numbers and JSON are written as the platform keeps them") {
  const auto written = write_units(
      SedaVersion::v2_2,
      {described(
          {leaf("CreatedDate", "2014-06-02 10:00:00.123456"),
           node("Event", {leaf("EventType", "a"), leaf("EventDateTime", "2014-06-02T10:00:00.1234567Z"),
                          leaf("EventDetailData", "{\"a\": [1]}")}),
           node("Event", {leaf("EventType", "b"), leaf("EventDateTime", "2014-06-02T10:00:00.500000000"),
                          leaf("EventDetailData", "trois pages")}),
           node("Event", {leaf("EventType", "c"), leaf("EventDateTime", "2014-06-02T24:00:00")}),
           node("Gps", {leaf("GpsAltitude", "9223372036854775808"), leaf("GpsLatitude", "48")})})},
      false);
  check_valid(written.manifest, SedaVersion::v2_2);
  const auto manifest = parsed(written.manifest);
  CHECK(first_named(manifest, "CreatedDate")->text == "2014-06-02T10:00:00.123");
  std::vector<std::string> events;
  each_below(manifest, [&](const core::XmlElement& e) {
    if (e.name == "Event") events.push_back(e.child_text("EventDateTime") + e.child_text("EventDetailData"));
  });
  CHECK(events ==
        std::vector<std::string>{"2014-06-02T10:00:00.123Z{\"a\": [1]}", "2014-06-02T10:00:00.500"});
  CHECK_FALSE(first_named(manifest, "GpsAltitude"));
  CHECK(first_named(manifest, "GpsLatitude"));
  std::vector<std::string> codes;
  for (const auto& f : written.findings) codes.push_back(f.code);
  CHECK(codes == std::vector<std::string>{"value-mended", "value-mended", "element-value", "element-value",
                                          "element-incomplete", "element-value"});
}

TEST_CASE("a further title or description has its language, each language once") {
  const auto written = write_units(
      SedaVersion::v2_2,
      {described({leaf("Title", "File", {{"xml:lang", "en"}}),
                  leaf("Title", "File again", {{"xml:lang", "en"}}),
                  leaf("Title", "Akte", {{"xml:lang", "de"}}), leaf("Title", "none"),
                  leaf("Title", "English", {{"xml:lang", "english (UK)"}}),
                  leaf("Description", "of it", {{"xml:lang", "en"}}), leaf("Description", "bare")})},
      false);
  check_valid(written.manifest, SedaVersion::v2_2);
  std::vector<std::string> titles;
  each_below(parsed(written.manifest), [&](const core::XmlElement& e) {
    if (e.name != "Title" && e.name != "Description") return;
    std::string language;
    for (const auto& [name, value] : e.attributes)
      if (name.ends_with("lang")) language = value;
    titles.push_back(e.text + "/" + language);
  });
  CHECK(titles == std::vector<std::string>{"Dossier/", "File/en", "Akte/de", "of it/en"});
  std::vector<std::string> codes;
  for (const auto& f : written.findings) codes.push_back(f.code);
  CHECK(codes ==
        std::vector<std::string>{"element-value", "element-value", "element-value", "element-too-many"});
}

TEST_CASE("an attribute that is mended is told") {
  const auto written = write_units(
      SedaVersion::v2_2,
      {described({node("CustodialHistory",
                       {leaf("CustodialHistoryItem", "x", {{"when", "2014-06-02 10:00:00.123456"}})})})},
      false);
  REQUIRE(written.findings.size() == 1);
  CHECK(written.findings[0].code == "value-mended");
  CHECK(written.findings[0].message.english().find("CustodialHistoryItem @when") != std::string::npos);
}

namespace {

/// A club whose profile of members has these pieces in its unit and root.
tests::Club club_with(const std::string& seda, const std::string& physical = {},
                      const std::string& facts = {}, const std::string& root = {}) {
  return tests::Club(extract::Kind::rehearsal, [&](std::map<std::string, std::string>& files) {
    for (auto& [name, content] : files)
      if (content.find("code=\"MEM\"") != std::string::npos) {
        const auto put = [&c = content](const std::string& before, const std::string& piece) {
          const auto at = c.find(before);
          REQUIRE(at != std::string::npos);
          c.insert(at, piece);
        };
        if (!seda.empty()) put("<rule category=\"AppraisalRule\"", "<seda>" + seda + "</seda>");
        if (!physical.empty()) put("</unit>", physical);
        if (!facts.empty()) put("FROM membre WHERE num_mem = :num_mem", ", " + facts + " ");
        if (!root.empty()) put("</root>", "<seda>" + root + "</seda>");
      }
  });
}

std::string first_manifest(tests::Club& club, const sip::Plan& plan) {
  club.build_all(plan);
  return tests::output_of("unzip -p '" + club.versement().sip(plan.lots.front().id).string() +
                          "' manifest.xml");
}

std::vector<std::string> plan_refusal(const std::string& seda, const std::string& physical = {},
                                      SedaVersion version = SedaVersion::v2_2, const std::string& root = {}) {
  auto club = club_with(seda, physical, {}, root);
  std::vector<std::string> told;
  try {
    static_cast<void>(club.plan([&](sip::PlanOptions& options) { options.seda = version; }));
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    for (const auto& cause : e.causes()) told.push_back(cause.english());
  }
  return told;
}

}  // namespace

TEST_CASE("a profile describes by SEDA's names: agents from the data, custody, an event, the paper file") {
  auto club = club_with(
      R"(<Writer each="auteurs"><FullName>{qui}</FullName><Role>{role}</Role></Writer>
         <Source>Registre de {prenom}</Source>
         <Coverage><Spatial>{nulle}</Spatial></Coverage>
         <Recipient><FullName>{nulle}</FullName><Role>lecteur</Role></Recipient>
         <AuthorizedAgent><Corpname>{{Club}</Corpname></AuthorizedAgent>
         <Title xml:lang="en">File of {prenom}</Title>)",
      R"(<physical><PhysicalId>Boîte {num_mem}</PhysicalId></physical>)",
      "NULL AS nulle, (SELECT json_group_array(json_object('qui', saison, 'role', sport)) FROM "
      "(SELECT saison, sport FROM licence l WHERE l.num_mem = membre.num_mem ORDER BY saison)) AS auteurs",
      R"(<CustodialHistory><CustodialHistoryItem when="{extraction}">Issu de {application}, le {extraction:date}.</CustodialHistoryItem></CustodialHistory>
         <Event><EventType>Extraction</EventType><EventDateTime>{extraction}</EventDateTime></Event>)");
  const auto plan = club.plan();
  const auto text = first_manifest(club, plan);
  check_valid(text, SedaVersion::v2_2);
  const auto manifest = parsed(text);
  const auto* root = first_named(manifest, "CustodialHistoryItem");
  REQUIRE(root);
  CHECK(root->text == "Issu de Club sportif, le 25/11/2026.");
  CHECK(root->attribute_or("when", "") == "2026-11-25T10:00:00Z");
  CHECK(first_named(manifest, "EventDateTime")->text == "2026-11-25T10:00:00Z");
  std::size_t writers = 0, boxes = 0;
  each_below(manifest, [&](const core::XmlElement& e) {
    if (e.name == "Writer") {
      ++writers;
      CHECK(e.child_text("FullName").size() == 4);  // a season
    }
    if (e.name == "PhysicalId") {
      ++boxes;
      CHECK(e.text.starts_with("Boîte "));
    }
    CHECK(e.name != "Coverage");   // its only value is not known
    CHECK(e.name != "Recipient");  // and fixed words alone would be a lie
    if (e.name == "Corpname") CHECK(e.text == "{Club}");
  });
  CHECK(writers > 1);
  CHECK(boxes > 1);
}

TEST_CASE("what a profile says in SEDA's names is checked before anything is planned, with file and line") {
  const auto one = [](const std::vector<std::string>& told, const std::string& words) {
    INFO(words);
    for (const auto& t : told) UNSCOPED_INFO(t);
    CHECK(std::ranges::any_of(told, [&](const auto& t) { return t.find(words) != std::string::npos; }));
  };
  CHECK(plan_refusal("<Status>clos</Status>").empty());
  one(plan_refusal("<FullName>x</FullName>"), "no element FullName inside Content");
  one(plan_refusal("<Writer><Event>x</Event></Writer>"), ".xml:");
  one(plan_refusal("<Writer><FirstName>x</FirstName><Corpname>y</Corpname></Writer>"),
      "Corpname does not fit in Writer");
  one(plan_refusal("<Event><EventType>x</EventType></Event>"), "Event lacks one of: ");
  one(plan_refusal("<CreatedDate>hier</CreatedDate>"), "CreatedDate cannot be \"hier\"");
  one(plan_refusal("<Keyword><KeywordContent>x</KeywordContent><KeywordType>person</KeywordType></Keyword>"),
      "KeywordType cannot be \"person\"");
  one(plan_refusal("<Status couleur='rouge'>x</Status>"), "Status takes no attribute couleur");
  one(plan_refusal("<StartDate>{entree}</StartDate>"), "a word of its own in profiles: start");
  one(plan_refusal("<Description>x</Description>"), "xml:lang");
  one(plan_refusal("<SystemId>x</SystemId>"), "given by the platform");
  one(plan_refusal("<RelatedObjectReference><References><ArchiveUnitRefId>AU1</ArchiveUnitRefId></References>"
                   "</RelatedObjectReference>"),
      "cannot know what ArchiveUnitRefId");
  one(plan_refusal("<Writer/>"), "Writer is empty");
  one(plan_refusal(
          "", "<physical><PhysicalDimensions><NumberOfPage>3</NumberOfPage></PhysicalDimensions></physical>"),
      "needs a PhysicalId");
  one(plan_refusal(
          "",
          "<physical><PhysicalId>x</PhysicalId><PhysicalDimensions><Width>3</Width></PhysicalDimensions>"
          "</physical>"),
      "Width needs the attribute unit");
  one(plan_refusal("", {}, SedaVersion::v2_2,
                   "<OriginatingAgency><Identifier>X</Identifier></OriginatingAgency>"),
      "comes from versoir.conf");
  // Elements of some versions only.
  const std::string agent = "<FullName>{nom}</FullName></Agent>";
  CHECK(plan_refusal("<Agent>" + agent).empty());
  one(plan_refusal("<Agent>" + agent, {}, SedaVersion::v2_1), "SEDA 2.1 has no element Agent inside Content");
  CHECK(plan_refusal("<Agent versions='2.2 2.3'>" + agent, {}, SedaVersion::v2_1).empty());
}

TEST_CASE("names and repetitions that a profile gets wrong are told when it is loaded") {
  const auto load_refusal = [](const std::string& seda, const std::string& root = {}) {
    try {
      static_cast<void>(club_with(seda, {}, {}, root));
    } catch (const core::Error& e) {
      CHECK(e.code() == core::Exit::profile_invalid);
      return e.render();
    }
    return std::string("loaded");
  };
  CHECK(load_refusal("<Writter>x</Writter>") != "loaded");
  CHECK(load_refusal("<Writer versions='2.0'><FullName>x</FullName></Writer>") != "loaded");
  CHECK(load_refusal("<Status>{nom</Status>") != "loaded");
  CHECK(load_refusal("", "<Status>{nom}</Status>") != "loaded");  // the root knows no member
  CHECK(load_refusal("", "<Status each='nom'>{x}</Status>") != "loaded");
}

TEST_CASE("rows that are no JSON array of objects stop the build with the profile's line") {
  auto club = club_with("<Tag each='nom'>{x}</Tag>");
  try {
    static_cast<void>(club.plan());
    FAIL("planned");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    CHECK(e.message().english().find("gives no JSON array of objects") != std::string::npos);
  }
}

TEST_CASE("the grammar of archive profiles knows the names of the element table, and no other") {
  std::set<std::string> ours, grammar;
  for (const auto version : every_version) {
    const sip::SedaSchema schema(version, sip::SedaMode::written);
    std::set<const sip::SedaStructure*> seen;
    const std::function<void(const sip::SedaStructure&)> walk = [&](const sip::SedaStructure& s) {
      if (!seen.insert(&s).second) return;
      for (const auto& p : s.particles) {
        if (p.kind != sip::SedaParticle::Kind::element) continue;
        ours.insert(p.name);
        walk(*p.type);
      }
    };
    walk(*schema.structure("Content"));
    walk(*schema.structure("PhysicalDataObject"));
  }
  const auto rng = parsed(std::string(profiles::embedded_schema("profile-archive.rng")));
  for (const auto* define : rng.all("define"))
    if (define->attribute_or("name", "") == "seda-element")
      for (const auto* name : define->child("element")->child("choice")->all("name"))
        grammar.insert(core::trim(name->text));
  CHECK(ours == grammar);
}

TEST_CASE("shipped archive profiles can be written in every version of SEDA") {
  std::size_t checked = 0;
  for (const auto* application : {"apogee", "harpege"}) {
    const auto app = profiles::load(tests::source_dir() / "profiles" / application);
    for (const auto& archive : app.archives)
      for (const auto version : every_version) {
        INFO(archive.id << " " << sip::seda_name(version));
        CHECK_NOTHROW(sip::check_elements(archive, version));
        CHECK_FALSE(archive.root.elements.empty());
        ++checked;
      }
  }
  CHECK(checked == 33);
}
