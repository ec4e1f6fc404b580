// The table of contents of a report: its sections in their order, each reached from the top of the page.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::sip {

class PageContents {
 public:
  /// The identifier that the heading of this section takes: `id`, or one of its own.
  [[nodiscard]] std::string add(std::string_view title, std::string_view id = {});
  /// A navigation region with a heading of level 2.
  [[nodiscard]] std::string markup() const;

 private:
  std::vector<std::pair<std::string, std::string>> sections_;  ///< identifier, title
};

}  // namespace versoir::sip
