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

}  // namespace

std::optional<Format> identify(std::string_view head, std::string_view file_name) {
  const std::string ext = extension_of(file_name);
  if (head.starts_with(std::string_view("SQLite format 3\0", 16)))
    return Format{"fmt/729", "application/vnd.sqlite3", "SQLite Database File Format"};
  if (head.starts_with("PK\x03\x04")) return Format{"x-fmt/263", "application/zip", "ZIP Format"};
  if (head.starts_with("%PDF-")) {
    if (head.find("<pdfaid:part>1") != std::string_view::npos)
      return Format{"fmt/95", "application/pdf", "Acrobat PDF/A - Portable Document Format"};
    if (head.find("<pdfaid:part>2") != std::string_view::npos)
      return Format{"fmt/477", "application/pdf", "Acrobat PDF/A - Portable Document Format"};
    return Format{"fmt/20", "application/pdf", "Acrobat PDF 1.6 - Portable Document Format"};
  }
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
