// HTML reports that stand alone: one file, no script, no external asset, readable in print and by screen
// readers.
#pragma once
#include "core/file.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

/// For text and for attributes in quotes; valid UTF-8 in.
[[nodiscard]] std::string html_escape(std::string_view text);

/// Writes one page: head with the embedded style sheet, then body pieces, then the end at close().
class HtmlPage {
 public:
  HtmlPage(ByteSink& sink, std::string_view lang, std::string_view title);
  void heading(int level, std::string_view text, std::string_view id = {});
  void paragraph(std::string_view text);
  /// A badge: kind is ok, warning, error or info (said in text too, never by colour alone).
  void badge(std::string_view kind, std::string_view text);
  /// Two-column list of facts.
  void facts(std::span<const std::pair<std::string, std::string>> facts);
  /// Whether the first cell of a row names it (a header that screen readers repeat).
  enum class RowHeader { none, first };
  void table(std::string_view caption, std::span<const std::string> header,
             const std::vector<std::vector<std::string>>& rows, RowHeader row_header = RowHeader::none);
  /// Horizontal bars with their values written: (label, value).
  void bars(std::string_view caption, const std::vector<std::pair<std::string, double>>& bars);
  void raw(std::string_view html);  ///< trusted markup only
  void close();

 private:
  ByteSink& sink_;
};

}  // namespace versoir::core
