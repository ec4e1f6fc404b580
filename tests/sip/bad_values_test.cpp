// Difficult values of an application, one rule each (docs/formats/manifest-values.md): mended and told, left
// out and told, or refused. Never a SIP that the platform would refuse.
#include "club_fixture.hpp"
#include "core/xml.hpp"
#include "message_head.hpp"
#include "sip/seda.hpp"
#include "sip/seda_validator.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace versoir;

namespace {

using Replacement = std::pair<std::string, std::string>;

/// A club whose profile of members says these things otherwise.
tests::Club changed_club(const std::vector<Replacement>& changes) {
  return tests::Club(extract::Kind::rehearsal, [&](std::map<std::string, std::string>& files) {
    auto& text = files.at("membres.xml");
    for (const auto& [from, to] : changes) {
      const auto at = text.find(from);
      REQUIRE(at != std::string::npos);
      text.replace(at, from.size(), to);
    }
  });
}

struct Outcome {
  std::string manifest;
  std::vector<std::string> codes;
};

/// What becomes of the members when their profile says this: the manifest, valid, and the codes of the
/// findings.
Outcome built(const std::vector<Replacement>& changes) {
  auto club = changed_club(changes);
  const auto plan = club.plan([](sip::PlanOptions& options) { options.profiles = {"membres"}; });
  Outcome out;
  for (const auto& lot : plan.lots) {
    const auto report = club.build(plan, lot.id);
    for (const auto& f : report.findings) {
      out.codes.push_back(f.code);
      CHECK_FALSE(f.where.empty());
    }
    out.manifest = tests::output_of("unzip -p '" + club.versement().sip(lot.id).string() + "' manifest.xml");
    for (const auto mode : {sip::SedaMode::published, sip::SedaMode::ingest}) {
      const auto verdict = sip::validate_seda_text(out.manifest, mode);
      for (const auto& issue : verdict.issues) WARN(sip::issue_message(issue).english());
      CHECK(verdict.valid());
    }
  }
  return out;
}

bool told(const Outcome& outcome, const std::string& code) {
  return std::ranges::find(outcome.codes, code) != outcome.codes.end();
}

bool holds(const Outcome& outcome, const std::string& text) {
  return outcome.manifest.find(text) != std::string::npos;
}

constexpr const char* facts_nom = "SELECT num_mem, nom, prenom,";

}  // namespace

TEST_CASE("a title with markup loses its look, and the report says so") {
  const auto outcome = built(
      {{facts_nom, "SELECT num_mem, '&lt;b&gt;' || nom || '&lt;/b&gt; &amp;amp;eacute;' AS nom, prenom,"}});
  CHECK(told(outcome, "value-mended"));
  CHECK(holds(outcome, "‹b›"));
  CHECK_FALSE(holds(outcome, "&lt;b"));
}

TEST_CASE("control characters and unpaired surrogates never reach the manifest, and the report says so") {
  const auto outcome = built(
      {{facts_nom,
        "SELECT num_mem, 'a' || char(1) || char(133) || CAST(x'EDA080' AS TEXT) || 'z' AS nom, prenom,"}});
  CHECK(told(outcome, "value-mended"));
  CHECK(holds(outcome, "<Title>a\xEF\xBF\xBD"));
  CHECK_FALSE(holds(outcome, "\x01"));
  CHECK_FALSE(holds(outcome, "\xED\xA0\x80"));
}

TEST_CASE("a field of 40 000 characters is cut, and the report says so") {
  const auto outcome =
      built({{facts_nom, "SELECT num_mem, replace(hex(zeroblob(20000)), '00', 'éé') AS nom, prenom,"}});
  CHECK(told(outcome, "value-mended"));
  const auto from = outcome.manifest.find("<Title>é") + 7;
  const auto to = outcome.manifest.find("</Title>", from);
  CHECK(to - from <= 32'000);
  CHECK(to - from > 31'990);
}

TEST_CASE("values that are as they should be are not told") {
  // One member of the club has a name with markup, planted.
  CHECK(std::ranges::count(built({}).codes, "value-mended") == 1);
  const auto outcome =
      built({{facts_nom,
              "SELECT num_mem, '  Éloïse ' || char(10) || ' ß ' AS nom, 'R &amp; D, 3 &lt; 4' AS prenom,"}});
  CHECK_FALSE(told(outcome, "value-mended"));
  CHECK(holds(outcome, "<Title>Éloïse ß R &amp; D, 3 &lt; 4</Title>"));
}

TEST_CASE("dates in year 0 or in year 12000 count as unknown, and the report says so") {
  for (const std::string date : {"0000-03-01", "12000-01-01", "0000-00-00", "-0044-03-15", "9999-12-31"}) {
    INFO(date);
    const auto outcome =
        built({{"entree, sortie, CASE WHEN naissance IS NULL THEN NULL ELSE sortie END AS depart",
                "'" + date + "' AS entree, sortie, '" + date + "' AS depart"}});
    CHECK(told(outcome, "date-out-of-calendar"));
    CHECK_FALSE(holds(outcome, date));
    CHECK(holds(outcome, "<Rule>"));
  }
}

TEST_CASE("a text where a date should be is a defect of the profile: nothing is planned") {
  auto club = changed_club({{"entree, sortie,", "'hier' AS entree, sortie,"}});
  try {
    static_cast<void>(club.plan());
    FAIL("planned");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    CHECK(e.message().english().find("\"hier\"") != std::string::npos);
  }
}

TEST_CASE("a selection that gives a record twice is refused with its key") {
  auto club = changed_club({{"SELECT num_mem FROM membre ORDER BY num_mem",
                             "SELECT num_mem FROM membre UNION ALL SELECT max(num_mem) FROM membre;"}});
  try {
    static_cast<void>(club.plan());
    FAIL("planned");
  } catch (const core::Error& e) {
    CHECK(e.code() == core::Exit::profile_invalid);
    REQUIRE_FALSE(e.causes().empty());
    CHECK(e.causes().front().english().find("more than once") != std::string::npos);
  }
}

TEST_CASE("names with accents stay in the description, those of the archive have none") {
  const auto outcome =
      built({{"file-name=\"membre-{num_mem}.xml\"", "file-name=\"Relevé d’É. {num_mem} — œuvre.xml\""}});
  CHECK(holds(outcome, "<Filename>Relevé d’É. "));
  CHECK(holds(outcome, "<Uri>content/BDO1."));
  CHECK(outcome.manifest.find("<Uri>content/Relev") == std::string::npos);
}

TEST_CASE("units nested three hundred levels deep are written and read") {
  const core::TemporaryDirectory dir;
  core::StringSink out;
  sip::ManifestWriter writer(tests::plain_head(), out, dir.path());
  sip::UnitContent content;
  content.described.level = "RecordGrp";
  for (int i = 0; i < 300; ++i) {
    content.described.title = "Niveau " + std::to_string(i);
    writer.open_unit(content);
  }
  writer.finish();
  for (const auto mode : {sip::SedaMode::published, sip::SedaMode::ingest})
    CHECK(sip::validate_seda_text(out.text, mode).valid());
  core::write_file(dir.path() / "manifest.xml", out.text);
  const auto grammar = tests::source_dir() / "profiles/schemas/seda-2.2.rng";
  CHECK(std::system(("xmllint --huge --stream --noout --nonet --relaxng '" + grammar.string() + "' '" +
                     (dir.path() / "manifest.xml").string() + "' 2>/dev/null")
                        .c_str()) == 0);
}
