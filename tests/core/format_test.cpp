// Format identification: samples made here byte by byte, the table against PRONOM's published signatures, the
// objects of VITAM's own SIPs against the formats that their manifests declare, hostile bytes.
#include "core/format.hpp"

#include "core/error.hpp"
#include "core/format_search.hpp"
#include "core/format_table.hpp"
#include "core/zip_stream.hpp"
#include "ole2_sample.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <unistd.h>

using namespace versoir;
using core::FormatBasis;

namespace {

namespace fs = std::filesystem;

core::Identification format_answer(std::string_view bytes, std::string_view name) {
  core::FormatProbe probe;
  for (std::size_t at = 0; at < bytes.size(); at += 70'000) probe.feed(bytes.substr(at, 70'000));
  return probe.finish(name);
}

/// "fmt/18 signature", "UNKNOWN"...
std::string format_told(std::string_view bytes, std::string_view name) {
  const auto answer = format_answer(bytes, name);
  if (answer.matches.empty()) return "UNKNOWN";
  static const std::map<FormatBasis, std::string> bases{{FormatBasis::container, "container"},
                                                        {FormatBasis::signature, "signature"},
                                                        {FormatBasis::text, "text"},
                                                        {FormatBasis::extension, "extension"}};
  const auto& m = answer.matches.front();
  return m.puid + ' ' + bases.at(m.basis) + (m.extension_mismatch ? " mismatch" : "");
}

using Members = std::vector<std::pair<std::string, std::string>>;

std::string zip_bytes(const Members& members) {
  const auto path = fs::temp_directory_path() / ("versoir-format-" + std::to_string(::getpid()) + ".zip");
  {
    core::ZipStream zip(path);
    for (const auto& [name, content] : members) zip.add(name, content);
    zip.commit();
  }
  auto bytes = core::read_file(path);
  fs::remove(path);
  return bytes;
}

std::string content_types(std::string_view type) {
  return "<?xml version=\"1.0\"?><Types><Override PartName=\"/x\" ContentType=\"" + std::string(type) +
         "\"/></Types>";
}

std::string pdf_a(std::string_view part, std::string_view level) {
  return "%PDF-1.7\n%\xE2\xE3\n<rdf:Description "
         "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"><pdfaid:part>" +
         std::string(part) + "</pdfaid:part><pdfaid:conformance>" + std::string(level) +
         "</pdfaid:conformance></rdf:Description>\n%%EOF\n";
}

bool pattern_found(std::string_view pattern, std::string_view bytes) {
  const auto parsed = core::BytePattern::parse(pattern);
  core::PatternBudget budget;
  return core::PatternSearch(bytes, bytes, budget).finds(parsed);
}

}  // namespace

TEST_CASE("a pattern is found wherever its gaps and alternatives allow, and nowhere else", "[format]") {
  CHECK(pattern_found("B:\"ab\"{2}\"cd\"", "ab..cd"));
  CHECK_FALSE(pattern_found("B:\"ab\"{2}\"cd\"", "ab.cd"));
  CHECK_FALSE(pattern_found("B:\"ab\"{2}\"cd\"", "ab...cd"));
  CHECK_FALSE(pattern_found("B:\"ab\"", " ab"));
  CHECK(pattern_found("B:{0-1}\"ab\"", " ab"));
  CHECK_FALSE(pattern_found("B:{0-1}\"ab\"", "  ab"));
  CHECK(pattern_found("B:*\"ab\"", "aaaaab"));
  CHECK_FALSE(pattern_found("B:{4-*}\"ab\"", "aaaab."));
  CHECK(pattern_found("B:{3-*}\"ab\"", "aaaab."));
  // The first place of the fixed bytes does not always do: the alternatives around it have several lengths.
  CHECK(pattern_found("B:*(0A|0D|0D0A)\"END\"(0A|0D0A)\"x\"", "\nEND\r \r\nEND\r\nx"));
  CHECK_FALSE(pattern_found("B:*(0A|0D|0D0A)\"END\"(0A|0D0A)\"x\"", "END\r\nx"));
  CHECK(pattern_found("B:*(61|6162)\"cc\"", "..abcc"));
  CHECK(pattern_found("B:(61|6162|616263)\"c\"{1}\"d\"", "abcc.d"));
  // A later start of one piece, when what its first start leads to fails.
  CHECK(pattern_found("B:{0-9}\"ab\"{0-2}\"cd\"", "ab....ab.cd"));
  CHECK_FALSE(pattern_found("B:{0-5}\"ab\"{0-2}\"cd\"", "ab....ab.cd"));
  CHECK(pattern_found("B:*\"ab\"{0-2}\"cd\"*\"ef\"", "ab....ab.cd ef"));
  CHECK_FALSE(pattern_found("B:*\"ab\"{0-2}\"cd\"*\"ef\"", "ef ab.cd"));
  CHECK(pattern_found("B:[30:39][!61][&81]", "5b\xC1"));
  CHECK_FALSE(pattern_found("B:[30:39][!61][&81]", "5a\xC1"));
  CHECK_FALSE(pattern_found("B:[30:39][!61][&81]", "5b\xC0"));
  // Counted from the end.
  CHECK(pattern_found("E:\"ab\"", "..ab"));
  CHECK_FALSE(pattern_found("E:\"ab\"", "..ab."));
  CHECK(pattern_found("E:\"ab\"{0-1}", "..ab."));
  CHECK_FALSE(pattern_found("E:\"ab\"{0-1}", "..ab.."));
  CHECK(pattern_found("E:\"ab\"{3-*}(63|\"de\"){0-2}", "xx ab 12 de."));
  CHECK_FALSE(pattern_found("E:\"ab\"{3-*}(63|\"de\"){0-2}", "xx ab 1de."));
  CHECK(pattern_found("E:\"a\"{1-3}\"ba\"{1-3}", "a.ba..ba."));
  CHECK_FALSE(pattern_found("B:\"abc\"", "ab"));
  CHECK_FALSE(pattern_found("E:\"abc\"", "bc"));
  CHECK_FALSE(pattern_found("B:*\"abc\"", ""));
}

TEST_CASE("what was learnt for one pattern does not mislead the next ones", "[format]") {
  core::PatternBudget budget;
  const std::string bytes = "mark one mark two mark";
  core::PatternSearch search(bytes, bytes, budget);
  std::vector<core::BytePattern> patterns;
  for (std::string_view text : {"B:\"mark\"{6-*}\"mark\"", "B:*\"mark\"", "B:{10-*}\"mark\"{4}",
                                "B:{19-*}\"mark\"", "B:{18-*}\"mark\"", "B:*\"none\""})
    patterns.push_back(core::BytePattern::parse(text));
  CHECK(search.finds(patterns[0]));
  CHECK(search.finds(patterns[1]));
  CHECK(search.finds(patterns[2]));
  CHECK_FALSE(search.finds(patterns[3]));
  CHECK(search.finds(patterns[4]));
  CHECK_FALSE(search.finds(patterns[5]));
  CHECK_FALSE(search.finds(patterns[5]));
}

TEST_CASE("formats are told from bytes made by hand", "[format]") {
  using namespace std::string_literals;
  CHECK(format_told("%PDF-1.0\n1 0 obj\n%%EOF\n", "a.pdf") == "fmt/14 signature");
  CHECK(format_told("%PDF-1.4\n1 0 obj\n%%EOF\n", "a.pdf") == "fmt/18 signature");
  CHECK(format_told("%PDF-1.7\n1 0 obj\n%%EOF", "a.bin") == "fmt/276 signature mismatch");
  CHECK(format_told("%PDF-2.0\n1 0 obj\n%%EOF\n", "a.pdf") == "fmt/1129 signature");
  CHECK(format_told(pdf_a("1", "A"), "a.pdf") == "fmt/95 signature");
  CHECK(format_told(pdf_a("1", "B"), "a.pdf") == "fmt/354 signature");
  CHECK(format_told(pdf_a("2", "U"), "a.pdf") == "fmt/478 signature");
  CHECK(format_told(pdf_a("3", "B"), "a.pdf") == "fmt/480 signature");
  const auto png = [](const std::string& chunk) {
    return "\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s + std::string(17, 'x') + chunk + "\0\0\0\0IEND\xAE\x42\x60\x82"s;
  };
  CHECK(format_told(png(""), "a.png") == "fmt/11 signature");
  CHECK(format_told(png("\0\0\0\1sRGB\0...."s), "a.png") == "fmt/12 signature");
  CHECK(format_told(png("\0\0\0\1iTXt\0...."s), "a.png") == "fmt/13 signature");
  CHECK(format_told("II*\0\x08\0\0\0"s + std::string(60, '\0'), "a.tif") == "fmt/353 signature");
  CHECK(format_told(
            "\xFF\xD8\xFF\xE0\0\x10JFIF\0\x01\x01\x01\0\x48\0\x48\0\0"s + std::string(30, 'x') + "\xFF\xD9",
            "a.jpg") == "fmt/43 signature");
  CHECK(format_told("GIF89a"s + std::string(20, '\1') + ";", "a.gif") == "fmt/4 signature");
  CHECK(format_told("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>", "a.xml") == "fmt/101 signature");
  CHECK(format_told(
            "<?xml version=\"1.0\"?>\n<svg version=\"1.1\" xmlns=\"http://www.w3.org/2000/svg\"/>\n</svg>",
            "a.svg")
            .starts_with("fmt/"));
  CHECK(format_told("<!DOCTYPE html>\n<html><body></body></html>", "a.html") == "fmt/471 signature");
  CHECK(format_told("SQLite format 3\0"s + std::string(100, '\0'), "a.db") == "fmt/729 signature");
  CHECK(format_told("\x1F\x8B\x08\0\0\0\0\0"s, "a.gz") == "x-fmt/266 signature");
  CHECK(format_told("7z\xBC\xAF\x27\x1C\0\4"s, "a.7z") == "fmt/484 signature");
  CHECK(format_told("{\\rtf1\\ansi\\ansicpg1252 x}", "a.rtf").starts_with("fmt/"));
  CHECK(format_told("fLaC\0\0\0\x22"s + std::string(40, '\0'), "a.flac") == "fmt/279 signature");
  const auto ogg = "OggS\0\2"s + std::string(22, '\0') + "\1vorbis";
  CHECK(format_told(ogg + std::string(4 + 19, '\0') + "OggS", "a.ogg") == "fmt/203 signature");
  CHECK(format_told(ogg, "a.ogg") == "fmt/944 signature");
}

TEST_CASE("containers are told from their members", "[format]") {
  const std::string wordprocessing =
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
  const std::string sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml";
  CHECK(format_told(zip_bytes({{"[Content_Types].xml", content_types(wordprocessing)},
                               {"word/document.xml", "<w/>"}}),
                    "a.docx") == "fmt/412 container");
  CHECK(format_told(zip_bytes({{"[Content_Types].xml", content_types(sheet)}}), "a.xlsx") ==
        "fmt/214 container");
  const auto odt = [](std::string_view version) {
    const auto v = "office:version=\"" + std::string(version) + "\"";
    return zip_bytes(
        {{"mimetype", "application/vnd.oasis.opendocument.text"},
         {"content.xml", "<office:document-content " + v + "/>"},
         {"META-INF/manifest.xml",
          "<manifest:manifest><manifest:file-entry manifest:full-path=\"/\" "
          "manifest:media-type=\"application/vnd.oasis.opendocument.text\"/></manifest:manifest>"}});
  };
  CHECK(format_told(odt("1.2"), "a.odt") == "fmt/291 container");
  CHECK(format_told(odt("1.3"), "a.odt") == "fmt/1756 container");
  CHECK(format_told(zip_bytes({{"mimetype", "application/epub+zip"}, {"META-INF/container.xml", "<c/>"}}),
                    "a.epub") == "fmt/483 container");
  CHECK(format_told(zip_bytes({{"a.txt", "x"}}), "a.zip") == "x-fmt/263 signature");
  CHECK(format_told(zip_bytes({{"a.txt", "x"}}), "a.docx") == "x-fmt/263 signature mismatch");
  // A member larger than the head: the file goes through the temporary one.
  std::string noise(6u << 20, '\0');
  std::uint32_t seed = 7;
  for (auto& c : noise) c = static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
  CHECK(format_told(zip_bytes({{"word/media/image.bin", noise},
                               {"[Content_Types].xml", content_types(wordprocessing)}}),
                    "a.docx") == "fmt/412 container");
}

TEST_CASE("OLE2 files are told from their streams, large or small", "[format]") {
  using namespace std::string_literals;
  const auto comp_obj = std::string(40, '\0') + "\x10\0\0\0Word.Document.8\0"s;
  CHECK(format_told(tests::ole2_sample({{"WordDocument", "x"}, {"\1CompObj", comp_obj}}), "a.doc") ==
        "fmt/40 container");
  CHECK(format_told(tests::ole2_sample({{"WordDocument", std::string(9000, 'x')},
                                        {"\1CompObj", comp_obj + std::string(8000, '\0')}}),
                    "a.doc") == "fmt/40 container");
  CHECK(format_told(tests::ole2_sample({{"Other", "x"}}), "a.bin") == "fmt/111 signature");
}

TEST_CASE("without a signature text and extension decide, as Siegfried does", "[format]") {
  using namespace std::string_literals;
  CHECK(format_told("a;b\n1;2\n", "a.csv") == "x-fmt/18 extension");
  CHECK(format_told("bonjour\n", "a.txt") == "x-fmt/111 text");
  CHECK(format_told("d\xE9j\xE0 vu\n", "lisezmoi") == "x-fmt/111 text mismatch");
  CHECK(format_told("bonjour\n", "a.pdf") == "UNKNOWN");
  CHECK(format_told("\0\1\2\3 rien"s, "a.txt") == "UNKNOWN");
  CHECK(format_told("\0\1\2\3 rien"s, "a") == "UNKNOWN");
  CHECK(format_told("{}", "a.json") == "fmt/817 extension");
  // An extension of a format that the table does not hold: no answer, and it says that it does not know.
  const auto elsewhere = format_answer("x\n", "a." + *core::format_table().other_extensions.begin());
  CHECK(elsewhere.matches.empty());
  CHECK(elsewhere.incomplete);
}

TEST_CASE("a file of no bytes is told by its extension only", "[format]") {
  CHECK(format_told("", "a.csv") == "x-fmt/18 extension");
  CHECK(format_told("", "a.txt") == "UNKNOWN");
  CHECK(format_told("", "a.pdf") == "UNKNOWN");
  CHECK(format_told("", "") == "UNKNOWN");
  CHECK(format_answer("", "a").empty_file);
}

TEST_CASE("a large file is judged on its two ends and says when that may not do", "[format]") {
  std::string pdf = "%PDF-1.7\n" + std::string(12u << 20, ' ') + "\n%%EOF\n";
  const auto marked = format_answer(pdf, "a.pdf");
  CHECK(marked.matches.front().puid == "fmt/276");
  CHECK(marked.incomplete);
  const auto small = format_answer("%PDF-1.7\n%%EOF\n", "a.pdf");
  CHECK_FALSE(small.incomplete);
}

TEST_CASE("a repetitive text is identified within the budget", "[format]") {
  std::string text;
  while (text.size() < (4u << 20) - 64) text += "0;1;0;2000;0 SECTION M %PDF 0\r\n";
  const auto answer = format_answer(text, "a.txt");
  CHECK(answer.matches.front().puid == "x-fmt/111");
  CHECK_FALSE(answer.incomplete);
}

TEST_CASE("hostile bytes end an identification early", "[format]") {
  using namespace std::string_literals;
  // Patterns of many gaps, all of whose first pieces are found everywhere.
  std::string repeated;
  while (repeated.size() < (3u << 20))
    repeated += "%PDF-1.4 pdfaid:part\"1\"\r\nTo: MIME-Version: 1.0 <html <HTML ";
  CHECK_NOTHROW(format_answer(repeated, "x"));
  CHECK_NOTHROW(format_answer(std::string(5u << 20, '\0'), "x"));
  // Compound files that point at themselves, zips cut anywhere.
  auto ole2 = tests::ole2_sample({{"WordDocument", "x"}});
  for (std::size_t at = 0; at < ole2.size(); at += 4) {
    auto bent = ole2;
    bent[at] = '\1';
    CHECK_NOTHROW(format_answer(bent, "x.doc"));
  }
  const auto zip = zip_bytes({{"mimetype", "application/epub+zip"}});
  for (std::size_t n = 0; n < zip.size(); ++n)
    CHECK_NOTHROW(format_answer(std::string_view(zip).substr(0, n), "x"));
  CHECK(format_told(std::string_view(zip).substr(0, 60), "a.zip") == "UNKNOWN");
  CHECK(format_answer(std::string_view(zip).substr(0, 60), "a.zip").incomplete);
}
