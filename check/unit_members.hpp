// Elements of a unit's Content whose members VITAM's schema of units knows one by one. SEDA's own schema says
// the same where it expects them; what stands after the elements of Content is let in by a wildcard, whatever
// it holds, and is judged here. Private to check.
#pragma once
#include "core/i18n.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::check {

class UnitMembers {
 public:
  /// A child of Content begins; then its own children; then it ends.
  void open(std::string_view element);
  void member(std::string_view name);
  /// Why the schema refuses it; nullopt: it does not.
  [[nodiscard]] std::optional<core::Message> close();

 private:
  std::string element_;
  std::vector<std::string> members_;  ///< only of an element that is judged
};

}  // namespace versoir::check
