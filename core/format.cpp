// Signatures of the few formats that Versoir writes, by PRONOM identifier.
#include "core/format.hpp"

#include "core/text.hpp"

#include <algorithm>
#include <cctype>

namespace versoir::core {

namespace {

std::string extension_of(std::string_view name) {
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string ext(name.substr(dot + 1));
  std::transform(ext.begin(), ext.end(), ext.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ext;
}

std::string_view without_bom(std::string_view head) {
  return head.starts_with("\xEF\xBB\xBF") ? head.substr(3) : head;
}

/// A head cut in the middle of a character is still text.
bool looks_like_text(std::string_view head) {
  if (head.find('\0') != std::string_view::npos) return false;
  for (std::size_t cut = 0; cut < 4 && cut <= head.size(); ++cut)
    if (is_utf8(head.substr(0, head.size() - cut))) return true;
  return false;
}

/// Value of a property of XMP, written as an element or as an attribute: pdfaid:part>2< or pdfaid:part="2".
char xmp_letter(std::string_view head, std::string_view property) {
  const auto at = head.find(property);
  if (at == std::string_view::npos) return 0;
  const auto rest = head.substr(at + property.size());
  if (rest.starts_with('>')) return rest.size() > 1 ? rest[1] : '\0';
  return rest.starts_with("=\"") && rest.size() > 2 ? rest[2] : '\0';
}

struct PdfKind {
  std::string_view mark, puid;
};
constexpr PdfKind pdf_a[] = {{"1A", "fmt/95"},  {"1B", "fmt/354"}, {"2A", "fmt/476"}, {"2B", "fmt/477"},
                             {"2U", "fmt/478"}, {"3A", "fmt/479"}, {"3B", "fmt/480"}, {"3U", "fmt/481"}};
constexpr PdfKind pdf_versions[] = {{"1.0", "fmt/14"}, {"1.1", "fmt/15"},  {"1.2", "fmt/16"},
                                    {"1.3", "fmt/17"}, {"1.4", "fmt/18"},  {"1.5", "fmt/19"},
                                    {"1.6", "fmt/20"}, {"1.7", "fmt/276"}, {"2.0", "fmt/1129"}};

std::optional<Format> pdf(std::string_view head) {
  const std::string level{xmp_letter(head, "pdfaid:part"), xmp_letter(head, "pdfaid:conformance")};
  for (const auto& k : pdf_a)
    if (k.mark == level)
      return Format{std::string(k.puid), "application/pdf", "Acrobat PDF/A - Portable Document Format"};
  const auto version = head.substr(5, 3);
  for (const auto& k : pdf_versions)
    if (k.mark == version)
      return Format{std::string(k.puid), "application/pdf",
                    "Acrobat PDF " + std::string(version) + " - Portable Document Format"};
  return std::nullopt;
}

}  // namespace

std::optional<Format> identify(std::string_view head, std::string_view file_name) {
  const std::string ext = extension_of(file_name);
  if (head.starts_with(std::string_view("SQLite format 3\0", 16)))
    return Format{"fmt/729", "application/vnd.sqlite3", "SQLite Database File Format"};
  if (head.starts_with("PK\x03\x04")) return Format{"x-fmt/263", "application/zip", "ZIP Format"};
  if (head.starts_with("%PDF-")) return pdf(head);
  const auto text = without_bom(head);
  if (text.starts_with("<?xml")) return Format{"fmt/101", "application/xml", "Extensible Markup Language"};
  if (text.starts_with("<!DOCTYPE html>") || text.starts_with("<!doctype html>"))
    return Format{"fmt/471", "text/html", "Hypertext Markup Language"};
  if (!looks_like_text(head)) return std::nullopt;
  if (ext == "csv") return Format{"x-fmt/18", "text/csv", "Comma Separated Values"};
  if (ext == "json") return Format{"fmt/817", "application/json", "JSON Data Interchange Format"};
  if (ext == "txt" || ext == "log") return Format{"x-fmt/111", "text/plain", "Plain Text File"};
  return std::nullopt;
}

}  // namespace versoir::core
