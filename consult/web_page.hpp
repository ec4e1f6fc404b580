// The frame of every page: head, landmarks, seal of the extract, way back. One style sheet, no script.
#pragma once
#include "consult/seal_state.hpp"
#include "core/http_server.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::consult {

/// Markup under construction. What the data says only goes in through text(), attributes through link().
class Markup {
 public:
  Markup& raw(std::string_view trusted) {
    html_ += trusted;
    return *this;
  }
  Markup& text(std::string_view utf8);  ///< escaped
  /// <tag>text</tag>, the text escaped; `tag` may hold attributes of ours: "p class=\"note\"".
  Markup& element(std::string_view tag, std::string_view utf8);
  Markup& link(std::string_view href, std::string_view utf8);
  Markup& badge(std::string_view kind, std::string_view utf8);  ///< ok, warning, error or info
  /// Facts as a list of terms; those without a value are left out.
  Markup& facts(const std::vector<std::pair<std::string, std::string>>& facts);
  [[nodiscard]] const std::string& html() const noexcept { return html_; }

 private:
  std::string html_;
};

struct Crumb {
  std::string href, label;  ///< without href: where the reader is
};
/// What stands around the content of a page.
struct PageFrame {
  std::string title;
  std::string establishment;
  std::string form_secret;  ///< of the session, for the form that ends it; "" without a session
  std::string reader = {};  ///< who reads, as the log will say
  const SealState* seal = nullptr;
  std::string extract;  ///< "Apogée, extraction du 25/11/2026", beside the seal
  std::vector<Crumb> crumbs;
};

/// A whole page with the headers of a page. Nothing of it may stay in a cache.
[[nodiscard]] core::ServerResponse page_response(int status, const PageFrame& frame, const Markup& content);
/// Headers that every answer has.
[[nodiscard]] core::Headers safe_headers(std::string_view content_type);
[[nodiscard]] core::ServerResponse redirect_response(const std::string& path);
/// The style sheet of all pages.
[[nodiscard]] std::string_view web_style() noexcept;

}  // namespace versoir::consult
