// The SEDA writer: valid against every schema, ordered by its table, bounded in memory, gentle with any text.
#include "sip/seda.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "message_head.hpp"
#include "profiles/loader.hpp"
#include "sip/seda_text.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <random>

using namespace versoir;
namespace fs = std::filesystem;
using profiles::RuleCategory;
using sip::SedaVersion;

namespace {

constexpr SedaVersion versions[] = {SedaVersion::v2_1, SedaVersion::v2_2, SedaVersion::v2_3};

sip::MessageHead head_of(SedaVersion version) {
  auto h = tests::plain_head(version);
  h.comment = "Versement du club\ndeux lignes";
  h.message_identifier = "UT-CLUB-0123456789-0001";
  h.submission_agency = "UNIV-S";
  h.archival_profile = "PR-000001";
  h.acquisition_information = "Versement";
  h.related_transfers = {"UT-CLUB-0123456789-0002", "UT-CLUB-0123456789-0003"};
  h.transfer_request_reply = "REP-1";
  return h;
}

core::Date day(const char* text) { return *core::parse_date(text); }

sip::UnitContent unit(std::string title, std::string level = "File") {
  sip::UnitContent u;
  u.described.level = std::move(level);
  u.described.title = std::move(title);
  return u;
}

/// A unit that uses everything we write.
sip::UnitContent full_unit() {
  auto u = unit("Dossier de É. d’Aubigné");
  u.described.description = "Première ligne\nseconde ligne";
  u.described.identifier = "D-12";
  u.described.start = day("1999-09-01");
  u.described.end = day("2004-06-30");
  u.described.keywords = {{"persname", "Aubigné, É. d’"}, {"subject", "inscription"}, {"", "sans type"}};
  u.system_id = "[12]";
  u.originating_agency = "UNIV-P";
  u.rules = {{RuleCategory::access, "ACC-50", day("2004-06-30"), "", true},
             {RuleCategory::appraisal, "APP-50", day("2004-06-30"), "Destroy", false},
             {RuleCategory::appraisal, "APP-10", std::nullopt, "Destroy", false},
             {RuleCategory::storage, "STO-1", day("2004-06-30"), "RestrictAccess", false},
             {RuleCategory::dissemination, "DIS-1", std::nullopt, "", false},
             {RuleCategory::reuse, "REU-1", day("2004-06-30"), "", false}};
  return u;
}

sip::DataObject object(std::uint64_t size) {
  sip::DataObject o;
  o.digest = core::sha512("content");
  o.size = size;
  o.mime = "application/xml";
  o.puid = "fmt/101";
  o.format_name = "Extensible Markup Language";
  o.file_name = "dossier 12.xml";
  o.last_modified = *core::parse_instant("2026-11-24T08:00:00Z");
  return o;
}

/// Two records under a root, one object of zero byte, a unit without object.
std::string sample(const sip::MessageHead& head) {
  core::TemporaryDirectory spool;
  core::StringSink out;
  sip::ManifestWriter w(head, out, spool.path());
  auto first = object(7), second = object(0);
  second.last_modified.reset();
  second.file_name.clear();
  const auto og1 = w.add_object(first, "XML");
  w.open_unit(unit("Lot 1", "Fonds"));
  w.open_unit(full_unit(), og1);
  w.open_unit(unit("Sans objet", "Item"));
  w.close_unit();
  w.close_unit();
  const auto og2 = w.add_object(second, "../é");
  w.open_unit(unit("Documentation", "RecordGrp"), og2);
  w.close_unit();
  w.close_unit();
  w.finish();
  return out.text;
}

fs::path write(const core::TemporaryDirectory& dir, const std::string& name, const std::string& text) {
  const auto path = dir.path() / name;
  core::write_file(path, text);
  return path;
}

bool xmllint(const std::string& options, const fs::path& file) {
  const auto command = "xmllint --noout --nonet " + options + " '" + file.string() + "' >/dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

/// Every published or platform schema of a version that an XSD 1.0 engine loads.
std::vector<fs::path> schemas(SedaVersion version) {
  const auto name = std::string(sip::seda_name(version));
  const auto root = tests::shared_dir() / "reference/seda-xsd";
  std::vector<fs::path> out{root / name / ("seda-" + name + "-main.xsd"),
                            root / ("vitam-validation-" + name + "-libxml2") / "seda-vitam-main.xsd"};
  for (const auto* published : {"published-2.2-reconstructed", "published-2.3"})
    if (std::string(published).find(name) != std::string::npos)
      out.push_back(root / published / ("seda-" + name + "-main.xsd"));
  return out;
}

/// (parent, children in order) of every element, by a reader that knows nothing of the writer.
void visit(const core::XmlElement& e, const std::function<void(const core::XmlElement&)>& f) {
  f(e);
  for (const auto& child : e.children) visit(child, f);
}

core::XmlElement parse(const std::string& text) {
  return core::parse_xml(text, "manifest", core::Exit::unexpected);
}

const core::XmlElement* find(const core::XmlElement& e, const std::string& name, const std::string& id) {
  if (e.name == name && (id.empty() || e.attribute_or("id", "") == id)) return &e;
  for (const auto& child : e.children)
    if (const auto* found = find(child, name, id)) return found;
  return nullptr;
}

std::string title_of(const std::string& text) {
  core::TemporaryDirectory spool;
  core::StringSink out;
  sip::ManifestWriter w(head_of(SedaVersion::v2_2), out, spool.path());
  w.open_unit(unit(text));
  w.finish();
  return find(parse(out.text), "Title", "")->text;
}

template <class Work>
core::Error error_of(Work&& work) {
  try {
    work();
  } catch (const core::Error& e) {
    return e;
  }
  FAIL("no error was thrown");
  throw std::logic_error("unreachable");
}

long resident_kib() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line))
    if (line.starts_with("VmRSS:")) return std::stol(line.substr(6));
  return 0;
}

}  // namespace

TEST_CASE("a manifest that uses everything we write is valid in every schema of its version") {
  if (!tests::have(tests::shared_dir() / "reference/seda-xsd")) return;
  core::TemporaryDirectory dir;
  for (const auto version : versions) {
    const auto file = write(dir, "manifest.xml", sample(head_of(version)));
    for (const auto& schema : schemas(version)) {
      INFO(schema);
      REQUIRE(fs::exists(schema));
      CHECK(xmllint("--schema '" + schema.string() + "'", file));
    }
  }
}

TEST_CASE("a manifest is only valid in the schema of its own version") {
  if (!tests::have(tests::shared_dir() / "reference/seda-xsd")) return;
  core::TemporaryDirectory dir;
  const auto file = write(dir, "manifest.xml", sample(head_of(SedaVersion::v2_2)));
  CHECK_FALSE(xmllint("--schema '" + schemas(SedaVersion::v2_3).front().string() + "'", file));
}

TEST_CASE("our own grammars accept what we write, the published ones and the platform's") {
  core::TemporaryDirectory dir;
  for (const auto version : versions) {
    const auto file = write(dir, "manifest.xml", sample(head_of(version)));
    for (const auto* kind : {"seda-", "seda-vitam-"}) {
      const auto grammar =
          tests::source_dir() / "profiles/schemas" / (kind + std::string(sip::seda_name(version)) + ".rng");
      INFO(grammar);
      CHECK(xmllint("--relaxng '" + grammar.string() + "'", file));
      CHECK(xmllint("--stream --relaxng '" + grammar.string() + "'", file));
      const auto compiled = core::Grammar::from_text(profiles::embedded_schema(grammar.filename().string()),
                                                     grammar.filename().string(), profiles::embedded_schema);
      CHECK(compiled.validate_file(file).empty());
    }
  }
}

TEST_CASE("a minimal head gives a valid manifest without empty elements") {
  core::TemporaryDirectory spool;
  for (const auto version : versions) {
    auto head = head_of(version);
    head.comment = head.submission_agency = head.archival_profile = head.acquisition_information = "";
    head.related_transfers.clear();
    head.transfer_request_reply.clear();
    head.legal_status.clear();
    core::StringSink out;
    sip::ManifestWriter w(head, out, spool.path());
    w.finish();
    visit(parse(out.text), [](const core::XmlElement& e) {
      INFO(e.name);
      CHECK((!e.children.empty() || !core::trim(e.text).empty() || e.name == "DescriptiveMetadata"));
    });
    const auto grammar =
        tests::source_dir() / "profiles/schemas" / ("seda-" + std::string(sip::seda_name(version)) + ".rng");
    CHECK(xmllint("--relaxng '" + grammar.string() + "'", write(spool, "m.xml", out.text)));
  }
}

namespace {

/// Elements met under one that has this structure: each is known there and comes in the order of the table.
std::size_t follow(const core::XmlElement& parent, const sip::SedaStructure& structure) {
  std::size_t seen = 0;
  int last = 0;
  for (const auto& child : parent.children) {
    INFO(parent.name << " > " << child.name);
    const auto* particle = structure.find(child.name);
    if (!particle) {  // inside an open element
      CHECK(structure.name == "Open");
      continue;
    }
    CHECK((structure.any_order || particle->rank >= last));
    last = particle->rank;
    seen += 1 + follow(child, *particle->type);
  }
  return seen;
}

}  // namespace

TEST_CASE("every element stands where the table puts it, and in a version that has it") {
  for (const auto version : versions) {
    const sip::SedaSchema schema(version, sip::SedaMode::written);
    CHECK(follow(parse(sample(head_of(version))), *schema.structure("ArchiveTransfer")) > 80);
  }
}

TEST_CASE("the table agrees with the published schemas: each of its rows can be written, in its order") {
  // The exhaustive examples instantiate nearly every element: the order in which they come is the order of
  // the table.
  if (!tests::have(tests::shared_dir() / "reference/seda-examples")) return;
  for (const auto version : versions) {
    const auto file = tests::shared_dir() / "reference/seda-examples" /
                      ("transfer-full-" + std::string(sip::seda_name(version)) + ".xml");
    const sip::SedaSchema schema(version, sip::SedaMode::published);
    CHECK(follow(parse(core::read_file(file)), *schema.structure("ArchiveTransfer")) > 200);
  }
}

TEST_CASE("identifiers, addresses and sizes are those that the platform accepts") {
  const auto root = parse(sample(head_of(SedaVersion::v2_2)));
  const auto* first = find(root, "BinaryDataObject", "BDO1");
  REQUIRE(first);
  CHECK(first->child_text("Uri") == "content/BDO1.xml");
  CHECK(first->child_text("MessageDigest") == core::sha512("content").hex());
  CHECK(first->child("MessageDigest")->attributes.front() ==
        std::pair<std::string, std::string>("algorithm", "SHA-512"));
  CHECK(first->attributes.front().first == "id");
  CHECK(first->child_text("Size") == "7");
  CHECK(first->child("FileInfo")->child_text("Filename") == "dossier 12.xml");

  const auto* second = find(root, "BinaryDataObject", "BDO2");
  REQUIRE(second);
  CHECK(second->child("Size") == nullptr);  // xs:positiveInteger: an empty file has none
  CHECK(second->child_text("Uri") == "content/BDO2.bin");
  CHECK(second->child("FileInfo")->child_text("Filename") == "BDO2.bin");

  std::vector<std::string> ids;
  visit(root, [&](const core::XmlElement& e) {
    if (const auto id = e.attribute("id")) ids.push_back(*id);
  });
  auto unique = ids;
  std::sort(unique.begin(), unique.end());
  CHECK(std::adjacent_find(unique.begin(), unique.end()) == unique.end());
  CHECK(ids.size() == 8);  // 2 groups, 2 objects, 4 units
}

TEST_CASE("rules are grouped by category, in the order of SEDA, with one final action") {
  const auto root = parse(sample(head_of(SedaVersion::v2_2)));
  const auto* management = find(*find(root, "ArchiveUnit", "AU2"), "Management", "");
  REQUIRE(management);
  std::vector<std::string> names;
  for (const auto& rule : management->children) names.push_back(rule.name);
  CHECK(names == std::vector<std::string>{"StorageRule", "AppraisalRule", "AccessRule", "DisseminationRule",
                                          "ReuseRule"});
  std::vector<std::string> appraisal;
  for (const auto& e : management->child("AppraisalRule")->children)
    appraisal.push_back(e.name + "=" + e.text);
  CHECK(appraisal == std::vector<std::string>{"Rule=APP-50", "StartDate=2004-06-30", "Rule=APP-10",
                                              "FinalAction=Destroy"});
  CHECK(management->child("AccessRule")->child_text("PreventInheritance") == "true");
  CHECK(management->child("ReuseRule")->child("PreventInheritance") == nullptr);
  CHECK(find(*find(root, "ArchiveUnit", "AU1"), "Content", "")->child("OriginatingAgency") == nullptr);
}

TEST_CASE("what cannot be written is refused before the first byte of the unit") {
  core::TemporaryDirectory spool;
  core::StringSink out;
  sip::ManifestWriter w(head_of(SedaVersion::v2_1), out, spool.path());
  const auto refused = [&](const sip::UnitContent& u) {
    const auto e = error_of([&] { w.open_unit(u); });
    CHECK(e.code() == core::Exit::sip_build);
    return std::string(e.what());
  };
  CHECK(refused(unit(" \t ")).find("title") != std::string::npos);
  CHECK(refused(unit("T", "Dossier")).find("DescriptionLevel") != std::string::npos);
  auto u = unit("T");
  u.rules = {{RuleCategory::appraisal, "A", std::nullopt, "", false}};
  CHECK(refused(u).find("final action") != std::string::npos);
  u.rules = {{RuleCategory::appraisal, "A", std::nullopt, "Keep", false},
             {RuleCategory::appraisal, "B", std::nullopt, "Destroy", false}};
  CHECK(refused(u).find("two final actions") != std::string::npos);
  u.rules = {{RuleCategory::storage, "A", std::nullopt, "Keep", false}};
  CHECK(refused(u).find("Keep") != std::string::npos);
  u.rules = {{RuleCategory::classification, "A", std::nullopt, "", false}};
  refused(u);
  u.rules = {{RuleCategory::access, "A", day("9999-12-31"), "", false}};
  refused(u);
  u.rules = {{RuleCategory::hold, "H", std::nullopt, "", false}};
  CHECK(refused(u).find("HoldRule") != std::string::npos);  // 2.1 has none
  u.rules.clear();
  u.described.keywords = {{"person", "x"}};
  CHECK(refused(u).find("KeywordType") != std::string::npos);
  CHECK(w.units() == 0);

  w.open_unit(unit("T"));
  w.finish();
  CHECK(find(parse(out.text), "ArchiveUnit", "AU1"));
}

TEST_CASE("a hold is written from SEDA 2.2 on") {
  core::TemporaryDirectory dir;
  for (const auto version : {SedaVersion::v2_2, SedaVersion::v2_3}) {
    core::StringSink out;
    sip::ManifestWriter w(head_of(version), out, dir.path());
    auto u = unit("Gelé");
    u.rules = {{RuleCategory::hold, "HOL-1", day("2020-01-01"), "", false},
               {RuleCategory::access, "ACC-1", std::nullopt, "", false}};
    w.open_unit(u);
    w.finish();
    const auto root = parse(out.text);
    CHECK(find(root, "HoldRule", "")->child_text("Rule") == "HOL-1");
    const auto grammar =
        tests::source_dir() / "profiles/schemas" / ("seda-" + std::string(sip::seda_name(version)) + ".rng");
    CHECK(xmllint("--relaxng '" + grammar.string() + "'", write(dir, "m.xml", out.text)));
  }
}

TEST_CASE("what would not be valid is not written: the error says where and what") {
  core::TemporaryDirectory spool;
  core::StringSink out;
  sip::ManifestWriter w(head_of(SedaVersion::v2_2), out, spool.path());
  auto dated = object(7);
  dated.last_modified =
      core::Instant(std::chrono::sys_days(std::chrono::year(0) / 3 / 1));  // no such year in SEDA
  const auto before = out.text.size();
  try {
    w.add_object(dated, "xml");
    FAIL("written");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::unexpected);
    CHECK(e.message().english() ==
          "The manifest would not be valid in SEDA 2.2, at "
          "ArchiveTransfer/DataObjectPackage/DataObjectGroup/BinaryDataObject/FileInfo/LastModified.");
    REQUIRE(e.causes().size() == 1);
    CHECK(e.causes().front().english().find("is not a date with its time") != std::string::npos);
  }
  CHECK(out.text.size() == before);
}

TEST_CASE("an incomplete head says all that is missing at once") {
  core::TemporaryDirectory spool;
  core::StringSink out;
  sip::MessageHead head;
  head.legal_status = "Archives publiques";
  const auto e = error_of([&] { sip::ManifestWriter(head, out, spool.path()); });
  CHECK(e.code() == core::Exit::sip_build);
  CHECK(e.causes().size() == 6);
  CHECK(out.text.empty());
}

TEST_CASE("misuse is refused: unknown group, orphan group, unit closed too often, second end") {
  core::TemporaryDirectory spool;
  core::StringSink out;
  sip::ManifestWriter w(head_of(SedaVersion::v2_2), out, spool.path());
  CHECK_THROWS_AS(w.close_unit(), core::Error);
  for (const auto* group : {"OG1", "OG", "OG0", "og1", "OG1x", "AU1", "OG99999999999999999999"})
    CHECK_THROWS_AS(w.open_unit(unit("T"), group), core::Error);
  auto o = object(1);
  const auto group = w.add_object(o, "xml");
  CHECK_THROWS_AS(w.finish(), core::Error);  // no unit refers to it: VITAM would refuse an orphan
  w.open_unit(unit("T"), group);
  w.finish();
  CHECK_THROWS_AS(w.finish(), core::Error);
  CHECK_THROWS_AS(w.open_unit(unit("T")), core::Error);
  CHECK_THROWS_AS(w.add_object(o, "xml"), core::Error);
}

TEST_CASE("extreme dates that the platform would refuse are left out") {
  core::TemporaryDirectory spool;
  const auto dates = [&](const char* start, const char* end) {
    core::StringSink out;
    sip::ManifestWriter w(head_of(SedaVersion::v2_2), out, spool.path());
    auto u = unit("T");
    if (start) u.described.start = day(start);
    if (end) u.described.end = day(end);
    w.open_unit(u);
    w.finish();
    const auto root = parse(out.text);
    const auto* content = find(root, "Content", "");
    return content->child_text("StartDate") + "/" + content->child_text("EndDate");
  };
  CHECK(dates("2001-09-01", "2003-06-30") == "2001-09-01/2003-06-30");
  CHECK(dates("2001-09-01", "2001-09-01") == "2001-09-01/2001-09-01");
  CHECK(dates("2003-06-30", "2001-09-01") == "2003-06-30/");
  CHECK(dates("2003-06-30", "9999-12-31") == "2003-06-30/");
  CHECK(dates(nullptr, "2001-09-01") == "/2001-09-01");
}

TEST_CASE("values are softened: blanks, control characters, HTML, reserved first characters") {
  CHECK(title_of("  deux   mots\r\n et\tplus ") == "deux mots et plus");
  CHECK(title_of("a\x01"
                 "b\x1F"
                 "c\x7F"
                 "d\xC2\x85"
                 "e\xEF\xBF\xBE"
                 "f") == "abcdef");
  CHECK(title_of("\xFF"
                 "abc") ==
        "\xEF\xBF\xBD"
        "abc");
  CHECK(title_of("<b>gras</b> & Cie") == "‹b›gras‹/b› & Cie");
  CHECK(title_of("5 < 6 et 7 > 6") == "5 < 6 et 7 > 6");
  CHECK(title_of("a&nbsp;b &#233; R&D;") == "a& nbsp;b & #233; R& D;");
  CHECK(title_of("<![CDATA[x]]>").find("<!") == std::string::npos);
  CHECK(title_of("_secret") == "- _secret");
  CHECK(title_of("#12") == "- #12");
  CHECK(sip::paragraph(" un\r\ndeux\rtrois\n") == "un\ndeux\ntrois");
  CHECK(sip::safe_extension("PDF/A é-1b tres long") == "pdfa1btres");
  CHECK(sip::safe_extension("") == "bin");
}

TEST_CASE("long values are cut on a character, in bytes") {
  std::string text(sip::max_field_bytes - 1, 'x');
  CHECK(sip::token(text).size() == sip::max_field_bytes - 1);
  CHECK(sip::token(text + "é").size() == sip::max_field_bytes - 1);
  CHECK(sip::token(text + "yz").size() == sip::max_field_bytes);
  std::string euros;
  for (int i = 0; i < 20000; ++i) euros += "€";
  const auto cut = sip::token(euros);
  CHECK(cut.size() <= sip::max_field_bytes);
  CHECK(cut.size() % 3 == 0);
}

TEST_CASE("whatever the text, the manifest stays valid and the value harmless") {
  core::TemporaryDirectory dir;
  std::mt19937 random(20261125);
  const std::vector<std::string> pieces{"<",
                                        ">",
                                        "&",
                                        ";",
                                        "amp",
                                        "lt",
                                        "script",
                                        "]]>",
                                        "<!--",
                                        "é",
                                        "\n",
                                        "\t",
                                        "\x02",
                                        "\"",
                                        "'",
                                        "_",
                                        "#",
                                        " ",
                                        "x",
                                        "/",
                                        "<a",
                                        "/>",
                                        "\xC2\x90",
                                        "€",
                                        "\xF0\x9F\x98\x80",
                                        "\xC3",
                                        "\xED\xA0\x80",
                                        "&#x41;",
                                        "&eacute;"};
  core::StringSink out;
  sip::ManifestWriter w(head_of(SedaVersion::v2_3), out, dir.path());
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (unsigned n = 1 + random() % 12; n > 0; --n) text += pieces[random() % pieces.size()];
    auto u = unit("t" + text);
    u.described.description = text;
    u.system_id = text;
    u.described.keywords = {{"subject", text}};
    w.open_unit(u);
    w.close_unit();
  }
  w.finish();
  const auto grammar = tests::source_dir() / "profiles/schemas/seda-2.3.rng";
  CHECK(xmllint("--relaxng '" + grammar.string() + "'", write(dir, "m.xml", out.text)));
  visit(parse(out.text), [](const core::XmlElement& e) {
    if (e.name != "Title" && e.name != "Description" && e.name != "OriginatingSystemId" &&
        e.name != "KeywordContent")
      return;
    INFO(e.text);
    CHECK_FALSE(e.text.empty());
    CHECK(e.text.front() != '_');
    CHECK(e.text.front() != '#');
    for (std::size_t i = 0; i + 1 < e.text.size(); ++i)
      if (e.text[i] == '<')
        CHECK_FALSE((std::isalpha(static_cast<unsigned char>(e.text[i + 1])) || e.text[i + 1] == '/' ||
                     e.text[i + 1] == '!'));
  });
}

TEST_CASE("the same calls give the same bytes") {
  CHECK(sample(head_of(SedaVersion::v2_2)) == sample(head_of(SedaVersion::v2_2)));
}

TEST_CASE("a hundred thousand units go to the spool, not to memory, and the spool goes away") {
  core::TemporaryDirectory dir;
  class Counter final : public core::ByteSink {
   public:
    void write(std::string_view bytes) override { total += bytes.size(); }
    std::uint64_t total = 0;
  } out;
  const auto spooled = [&] {
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(dir.path())) bytes += entry.file_size();
    return bytes;
  };
  std::uint64_t before_finish = 0;
  {
    sip::ManifestWriter w(head_of(SedaVersion::v2_2), out, dir.path());
    w.open_unit(unit("Racine", "Fonds"));
    const auto content = full_unit();
    const auto write_some = [&](int n) {
      for (int i = 0; i < n; ++i) {
        auto o = object(12);
        const auto group = w.add_object(o, "xml");
        w.open_unit(content, group);
        w.close_unit();
      }
    };
    const int all = tests::memory_tells ? 100'000 : 20'000;  // a sanitizer is slow, and memory not judged
    write_some(1000);
    const auto resident = resident_kib();
    write_some(all - 1000);
    if (tests::memory_tells) CHECK(resident_kib() - resident < 8 * 1024);
    const auto n = static_cast<std::uint64_t>(all);
    CHECK(w.units() == n + 1);
    CHECK(w.objects() == n);
    before_finish = out.total;
    CHECK(spooled() > 1000 * n);
    CHECK(before_finish > 500 * n);  // objects were streamed at once
    w.finish();
    CHECK(out.total > before_finish + spooled());
  }
  CHECK(fs::is_empty(dir.path()));

  {
    sip::ManifestWriter abandoned(head_of(SedaVersion::v2_2), out, dir.path());
    abandoned.open_unit(unit("T"));
  }
  CHECK(fs::is_empty(dir.path()));
}
