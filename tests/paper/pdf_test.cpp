// Sheets say what the paper says, whole and in order, as other people's tools read them back.
#include "paper/pdf.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "shell.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <regex>
#include <set>
#include <thread>

using namespace versoir;
using namespace versoir::tests;
using Catch::Matchers::Contains;
using paper::Paper;
using TextKind = paper::Text::Kind;

namespace {

Paper transcript(std::size_t rows = 3) {
  Paper p;
  p.title = "Relevé de notes – LE GUÉNNEC Maëlle";
  p.made = *core::parse_date("2026-11-27");
  p.repeated = {"Relevé de notes", "dossier etudiant:[1001]", "code de vérification 1f2e-77ab-0c31-9d20-4e5f",
                "sans valeur s’il n’est pas signé"};
  p.blocks = {paper::Text{TextKind::establishment, "Université d’essai"},
              paper::Text{TextKind::title, "Relevé de notes"},
              paper::Text{TextKind::draft, "Projet : sans valeur tant qu’il n’est pas signé"},
              paper::Terms{{{"Nom", "LE GUÉNNEC"}, {"Prénom", "Maëlle"}, {"Sans valeur", ""}}},
              paper::Text{TextKind::body, "Résultats publiés de l’année universitaire 2009/2010."}};
  paper::Table table{"Éléments", {"Code", "Élément", "Session", "Note"}, {}};
  for (std::size_t i = 0; i < rows; ++i)
    table.rows.push_back({fmt::format("UE{:03}", i), fmt::format("Œuvre et société n° {}", i), "1",
                          fmt::format("{},5", i % 20)});
  p.blocks.emplace_back(table);
  p.blocks.emplace_back(paper::Text{TextKind::note, "Éléments : 1 ligne non publiée ne figure pas ici."});
  p.blocks.emplace_back(paper::Signature{"Fait à …………, le …………", "(nom, qualité, signature)"});
  p.blocks.emplace_back(paper::Text{TextKind::heading, "Provenance"});
  p.blocks.emplace_back(paper::Terms{{{"Code de vérification", "1f2e-77ab-0c31-9d20-4e5f"}}});
  paper::Table sources{"Lignes de l’application", {"Table", "Ligne", "Empreinte SHA-256"}, {}, true, 2};
  sources.rows.push_back({"INDIVIDU", "12", std::string(64, 'a')});
  p.blocks.emplace_back(sources);
  return p;
}

/// A file beside the tools that read it.
class Printed {
 public:
  explicit Printed(const Paper& p) : bytes(paper::pdf_of(p)) { core::write_file(file(), bytes); }
  std::filesystem::path file() const { return folder_.path() / "paper.pdf"; }
  std::string tool(const std::string& command) const {
    return run(std::regex_replace(command, std::regex("FILE"), "'" + file().string() + "'")).output;
  }
  std::string text() const { return tool("pdftotext -layout FILE -"); }
  /// Without the blanks that a layout puts in.
  std::string words() const { return core::single_line(tool("pdftotext -raw FILE -")); }
  std::vector<std::string> sheets() const {
    std::vector<std::string> out;
    std::string rest = text();
    for (auto at = rest.find('\f'); at != std::string::npos; at = rest.find('\f')) {
      out.push_back(rest.substr(0, at));
      rest.erase(0, at + 1);
    }
    return out;
  }
  std::string bytes;

 private:
  core::TemporaryDirectory folder_;
};

std::size_t count_of(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("A paper is a sound PDF of A4 sheets with its title, its language and its date") {
  const Printed printed(transcript());
  CHECK_THAT(printed.tool("qpdf --check FILE"), Contains("No syntax or stream encoding errors found"));
  const auto info = printed.tool("TZ=UTC pdfinfo FILE");
  CHECK_THAT(info, Contains("Relevé de notes – LE GUÉNNEC Maëlle") && Contains("A4") &&
                       Contains("Nov 27 00:00:00 2026"));
  CHECK_THAT(info, Contains("Tagged:          yes") && Contains("Pages:           1"));
  const auto tree = printed.tool("pdfinfo -struct-text FILE");
  CHECK_THAT(tree, Contains("H1 (block)") && Contains("Table (block)") && Contains("Œuvre et société n° 2"));
  CHECK_THAT(tree, !Contains("page 1/1"));  // the foot of a sheet is not read aloud
  const auto root = printed.tool("qpdf --json --json-key=qpdf FILE");
  CHECK_THAT(root, Contains("\"/Lang\": \"u:fr\"") && Contains("\"/DisplayDocTitle\": true") &&
                       Contains("/GTS_PDFA1"));
  const auto xmp = printed.tool("pdfinfo -meta FILE");
  CHECK_THAT(xmp, Contains("Relevé de notes – LE GUÉNNEC Maëlle") && Contains("2026-11-27T00:00:00Z") &&
                      Contains("<rdf:li>fr</rdf:li>"));
}

TEST_CASE("Every font is in the file, and none but those of the papers") {
  const Printed printed(transcript());
  const auto fonts = printed.tool("pdffonts FILE | tail -n +3");
  const auto number = count_of(fonts, "\n");
  CHECK(number >= 3);  // a font whose characters take two encodings is there twice
  CHECK(count_of(fonts, "+DejaVuSans") == number);
  CHECK(count_of(fonts, "yes yes yes") == number);  // embedded, a subset, read back as Unicode
}

TEST_CASE("What the paper says is read back in its order, accents included") {
  const Printed printed(transcript());
  const auto words = printed.words();
  std::size_t from = 0;
  for (const char* piece :
       {"Université d’essai", "Relevé de notes", "Projet : sans valeur", "LE GUÉNNEC", "Maëlle",
        "Résultats publiés de l’année", "Éléments", "Œuvre et société n° 0", "ne figure pas ici", "Fait à",
        "Provenance", "1f2e-77ab-0c31-9d20-4e5f", "INDIVIDU", "aaaaaaaaaa", "page 1/1"}) {
    INFO(piece << " after byte " << from << " of " << words);
    const auto at = words.find(piece, from);
    REQUIRE(at != std::string::npos);
    from = at;
  }
  CHECK_THAT(words, !Contains("Sans valeur"));  // a term without a value
}

TEST_CASE("The same paper gives the same bytes, another day gives others") {
  auto p = transcript(80);
  const auto once = paper::pdf_of(p);
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));  // a clock that got in would tell
  CHECK(paper::pdf_of(p) == once);
  p.made = *core::parse_date("2026-11-28");
  CHECK(paper::pdf_of(p) != once);
}

TEST_CASE("A long table repeats its header on every sheet and cuts no row") {
  auto p = transcript(0);
  auto& table = std::get<paper::Table>(p.blocks[5]);
  for (int i = 0; i < 150; ++i)  // of two lines and more each: a cut would part its begin from its end
    table.rows.push_back({fmt::format("A{:03}", i),
                          "Introduction à l’histoire des institutions de l’Ancien Régime, du droit et de "
                          "leurs sources écrites " +
                              fmt::format("Z{:03}", i),
                          "1", "12,5"});
  const Printed printed(p);
  const auto sheets = printed.sheets();
  REQUIRE(sheets.size() > 4);
  std::set<std::string> seen;
  for (std::size_t n = 0; n < sheets.size(); ++n) {
    INFO("sheet " << n + 1 << "\n" << sheets[n]);
    const auto rows = count_of(sheets[n], " Introduction ") + count_of(sheets[n], "Introduction à");
    if (rows > 0) CHECK(count_of(sheets[n], "Session") == 1);
    CHECK_THAT(sheets[n], Contains(fmt::format("page {}/{}", n + 1, sheets.size())) &&
                              Contains("1f2e-77ab-0c31-9d20-4e5f"));
    for (int i = 0; i < 150; ++i) {
      const bool begins = sheets[n].find(fmt::format("A{:03}", i)) != std::string::npos;
      const bool ends = sheets[n].find(fmt::format("Z{:03}", i)) != std::string::npos;
      CHECK(begins == ends);
      if (begins) CHECK(seen.insert(fmt::format("A{:03}", i)).second);
    }
  }
  CHECK(seen.size() == 150);
}

TEST_CASE("A row that no sheet holds goes on over the next and loses no word") {
  auto p = transcript(1);
  std::string all;
  for (int i = 0; i < 3000; ++i) all += fmt::format("mot{:04} ", i);
  std::get<paper::Table>(p.blocks[5]).rows[0][1] = all;
  const Printed printed(p);
  const auto text = printed.text();
  for (int i = 0; i < 3000; ++i) {
    INFO(i);
    REQUIRE(count_of(text, fmt::format("mot{:04}", i)) == 1);
  }
  CHECK(printed.sheets().size() > 3);
}

TEST_CASE("Very long names, words without blanks and empty parts stay on the sheet") {
  auto p = transcript();
  const std::string monster(400, 'W');
  std::get<paper::Terms>(p.blocks[3]).facts = {{"Nom", monster}, {std::string(200, 'L'), "court"}};
  p.blocks.emplace_back(paper::Terms{});
  p.blocks.emplace_back(paper::Text{TextKind::body, ""});
  p.blocks.emplace_back(paper::Table{"Vide", {}, {}});
  p.blocks.emplace_back(paper::Table{"Sans ligne", {"Colonne"}, {}});
  const Printed printed(p);
  // pdftotext -bbox tells where each word stands.
  const auto boxes = printed.tool("pdftotext -bbox FILE -");
  const std::regex word("xMin=\"([0-9.-]+)\" yMin=\"([0-9.-]+)\" xMax=\"([0-9.-]+)\" yMax=\"([0-9.-]+)\"");
  std::size_t words = 0;
  for (std::sregex_iterator it(boxes.begin(), boxes.end(), word), end; it != end; ++it, ++words) {
    INFO(it->str());
    CHECK(std::stod((*it)[1]) >= 50);
    CHECK(std::stod((*it)[3]) <= 595.3 - 50);
    CHECK(std::stod((*it)[4]) <= 841.9 - 20);
  }
  CHECK(words > 40);
  CHECK(count_of(printed.text(), "W") == 400);
}

TEST_CASE("Names of other alphabets are printed whole or not at all") {
  auto p = transcript();
  auto& facts = std::get<paper::Terms>(p.blocks[3]).facts;
  facts = {{"Nom", "Nguyễn Đặng Ștefănescu Łukasz Ğüneş Ζωή Дарья"}, {"Prénom", "Zoe\u0308"}};
  const auto text = Printed(p).words();
  CHECK_THAT(text, Contains("Nguyễn Đặng Ștefănescu Łukasz Ğüneş Ζωή Дарья"));
  facts = {{"Nom", "王小明"}};
  CHECK_THROWS_WITH(paper::pdf_of(p), Contains("U+738B U+5C0F U+660E"));
  facts = {{"Nom", "Dupont\x01\ttest\nfin"}};  // what XML forbids is dropped, the rest stays
  CHECK_THAT(Printed(p).words(), Contains("Dupont") && Contains("test") && Contains("fin"));
}

TEST_CASE("Markup in a name is text, in the metadata too") {
  auto p = transcript();
  p.title = "Relevé – <b>O'Neil & fils</b> (\\n)";
  std::get<paper::Terms>(p.blocks[3]).facts = {{"Nom", "<b>O'Neil & fils</b>"}};
  const Printed printed(p);
  CHECK_THAT(printed.words(), Contains("<b>O'Neil & fils</b>"));
  CHECK_THAT(printed.tool("pdfinfo FILE"), Contains("<b>O'Neil & fils</b> (\\n)"));
  CHECK_THAT(printed.tool("qpdf --check FILE"), Contains("No syntax or stream encoding errors found"));
  CHECK_THAT(printed.tool("pdfinfo -meta FILE | xmllint --noout - && echo well-formed"),
             Contains("well-formed"));
}
