// See pdf_archive.hpp. Clauses are those of ISO 19005-2.
#include "paper/pdf_archive.hpp"

#include "core/error.hpp"
#include "core/handle.hpp"
#include "core/html.hpp"
#include "core/text.hpp"
#include "paper/pdf.hpp"
#include "paper/pdf_artifacts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cairo.h>
#include <lcms2.h>
#include <pango/pango.h>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFWriter.hh>
#include <type_traits>

namespace versoir::paper {

namespace {

using Object = QPDFObjectHandle;
using Profile = core::Handle<std::remove_pointer_t<cmsHPROFILE>, cmsCloseProfile>;

/// sRGB as Little CMS builds it. The date in its header (ICC.1:2010, 7.2.1: bytes 24 to 35) is that of the
/// run: it is set to that of the standard, so that the same paper gives the same bytes.
std::string srgb_profile() {
  const Profile profile(cmsCreate_sRGBProfile());
  cmsUInt32Number size = 0;
  if (!profile || !cmsSaveProfileToMem(profile.get(), nullptr, &size))
    throw core::Error(core::Exit::unexpected, core::msg("No colour profile can be made."));
  std::string bytes(size, '\0');
  if (!cmsSaveProfileToMem(profile.get(), bytes.data(), &size))
    throw core::Error(core::Exit::unexpected, core::msg("No colour profile can be made."));
  constexpr std::string_view date("\x07\xcf\0\x0a\0\x12\0\0\0\0\0\0", 12);  // IEC 61966-2-1, 18 October 1999
  return bytes.replace(24, date.size(), date);
}

std::string producer() {
  return fmt::format("cairo {}, qpdf {}", cairo_version_string(), QPDF::QPDFVersion());
}

/// 6.6.2: what the file is, in XMP; 6.6.4: which part it is written along.
std::string xmp(const Paper& paper) {
  const auto escaped = [](const std::string& text) { return core::html_escape(core::xml_characters(text)); };
  const auto date = core::format_date(paper.made) + "T00:00:00Z";
  return fmt::format(
      "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
      "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
      "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
      "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
      "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" "
      "xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n"
      "<dc:format>application/pdf</dc:format>\n"
      "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{0}</rdf:li></rdf:Alt></dc:title>\n"
      "<dc:language><rdf:Bag><rdf:li>{1}</rdf:li></rdf:Bag></dc:language>\n"
      "<xmp:CreateDate>{2}</xmp:CreateDate>\n<xmp:ModifyDate>{2}</xmp:ModifyDate>\n"
      "<xmp:MetadataDate>{2}</xmp:MetadataDate>\n<xmp:CreatorTool>Versoir</xmp:CreatorTool>\n"
      "<pdf:Producer>{3}</pdf:Producer>\n"
      "<pdfaid:part>2</pdfaid:part>\n<pdfaid:conformance>B</pdfaid:conformance>\n"
      "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>\n",
      escaped(paper.title), escaped(paper.language), date, producer());
}

/// The old dictionary says the same as the metadata (6.6.3).
Object information(const Paper& paper) {
  const auto made =
      fmt::format("D:{:04}{:02}{:02}000000Z", static_cast<int>(paper.made.year()),
                  static_cast<unsigned>(paper.made.month()), static_cast<unsigned>(paper.made.day()));
  auto info = Object::newDictionary();
  info.replaceKey("/Title", Object::newUnicodeString(core::xml_characters(paper.title)));
  info.replaceKey("/Creator", Object::newString("Versoir"));
  info.replaceKey("/Producer", Object::newString(producer()));
  info.replaceKey("/CreationDate", Object::newString(made));
  info.replaceKey("/ModDate", Object::newString(made));
  return info;
}

/// 6.2.3: colours mean those of sRGB, whatever prints them.
Object output_intent(QPDF& pdf) {
  auto profile = Object::newStream(&pdf, srgb_profile());
  profile.getDict().replaceKey("/N", Object::newInteger(3));
  auto intent = Object::newDictionary();
  intent.replaceKey("/Type", Object::newName("/OutputIntent"));
  intent.replaceKey("/S", Object::newName("/GTS_PDFA1"));
  intent.replaceKey("/OutputConditionIdentifier", Object::newString("sRGB IEC61966-2.1"));
  intent.replaceKey("/Info", Object::newString("sRGB IEC61966-2.1"));
  intent.replaceKey("/DestOutputProfile", pdf.makeIndirectObject(profile));
  return pdf.makeIndirectObject(intent);
}

/// 6.2.11.3.2: which glyph a character is stands in the file, also where it goes without saying (Cairo
/// numbers the glyphs of a subset as its characters).
void say_glyph_maps(QPDF& pdf) {
  for (auto& object : pdf.getAllObjects())
    if (object.isDictionaryOfType("/Font", "/CIDFontType2") && !object.hasKey("/CIDToGIDMap"))
      object.replaceKey("/CIDToGIDMap", Object::newName("/Identity"));
}

/// Whether a cell of a heading is about its column or its row (ISO 14289-1, 7.5): a row of headings alone is
/// about columns.
void say_scopes(QPDF& pdf) {
  for (auto& row : pdf.getAllObjects()) {
    if (!row.isDictionary() || !row.getKey("/S").isNameAndEquals("/TR") || !row.getKey("/K").isArray())
      continue;
    auto cells = row.getKey("/K").getArrayAsVector();
    const auto is_heading = [](Object& cell) {
      return cell.isDictionary() && cell.getKey("/S").isNameAndEquals("/TH");
    };
    const char* scope = std::ranges::all_of(cells, is_heading) ? "/Column" : "/Row";
    for (auto& cell : cells) {
      if (!is_heading(cell)) continue;
      auto attributes = Object::newDictionary();
      attributes.replaceKey("/O", Object::newName("/Table"));
      attributes.replaceKey("/Scope", Object::newName(scope));
      cell.replaceKey("/A", attributes);
    }
  }
}

void describe(QPDF& pdf, const Paper& paper) {
  auto root = pdf.getRoot();
  auto metadata = Object::newStream(&pdf, xmp(paper));
  metadata.getDict().replaceKey("/Type", Object::newName("/Metadata"));
  metadata.getDict().replaceKey("/Subtype", Object::newName("/XML"));
  root.replaceKey("/Metadata", pdf.makeIndirectObject(metadata));
  root.replaceKey("/OutputIntents", Object::newArray({output_intent(pdf)}));
  root.replaceKey("/Lang", Object::newString(paper.language));
  auto shown = Object::newDictionary();
  shown.replaceKey("/DisplayDocTitle", Object::newBool(true));
  root.replaceKey("/ViewerPreferences", shown);
  auto marked = Object::newDictionary();
  marked.replaceKey("/Marked", Object::newBool(true));
  root.replaceKey("/MarkInfo", marked);
  pdf.getTrailer().replaceKey("/Info", pdf.makeIndirectObject(information(paper)));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> libraries() {
  const auto lcms = cmsGetEncodedCMMversion();
  return {{"Pango", pango_version_string()},
          {"Cairo", cairo_version_string()},
          {"qpdf", QPDF::QPDFVersion()},
          {"Little CMS", fmt::format("{}.{}", lcms / 1000, lcms / 10 % 100)}};
}

std::string lasting_pdf(std::string_view bytes, const Paper& paper) {
  try {
    QPDF pdf;
    pdf.setSuppressWarnings(true);
    pdf.processMemoryFile("paper", bytes.data(), bytes.size());
    describe(pdf, paper);
    say_glyph_maps(pdf);
    say_scopes(pdf);
    mark_artifacts(pdf);
    QPDFWriter writer(pdf);
    writer.setOutputMemory();
    writer.setDeterministicID(true);
    writer.setNewlineBeforeEndstream(true);  // 6.1.7.1
    writer.setMinimumPDFVersion("1.7");
    writer.setObjectStreamMode(qpdf_o_generate);
    writer.write();
    const auto out = writer.getBufferSharedPointer();
    return {reinterpret_cast<const char*>(out->getBuffer()), out->getSize()};
  } catch (const std::exception& e) {
    if (dynamic_cast<const core::Error*>(&e)) throw;
    throw core::Error(core::Exit::unexpected, core::msg("The PDF could not be written: {0}", e.what()));
  }
}

}  // namespace versoir::paper
