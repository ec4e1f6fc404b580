// One archive unit as the platform keeps it in JSON, for the schema of its archive unit profile. Private to
// check.
#pragma once
#include "check/ontology.hpp"
#include "core/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::check {

/// Told of each element of Management and Content, these two included. Values get the types of the ontology;
/// an element that stands several times becomes a list; Management is `#management`, its rules in `Rules` and
/// `Inheritance`; texts with a language go to `Title_`, `Description_`.
class UnitJson {
 public:
  UnitJson(const Ontology& ontology, const std::string& profile);
  void open(std::string_view name, std::string_view language);
  void close(const std::string& text);
  [[nodiscard]] const core::Json& value() const noexcept { return root_; }
  /// More than a unit may hold: what was gathered is not the whole.
  [[nodiscard]] bool truncated() const noexcept { return size_ > most; }

 private:
  static constexpr std::size_t most = 16'000'000;  ///< bytes: VITAM's own limit
  struct Frame {
    std::string name, language;
    core::Json value = core::Json::object();
    bool has_child = false;
  };
  [[nodiscard]] core::Json typed(const std::string& name, const std::string& text) const;
  bool put_rule(const std::string& name, const core::Json& value);

  const Ontology& ontology_;
  core::Json root_ = core::Json::object();
  std::vector<Frame> open_;
  std::size_t size_ = 0;
};

}  // namespace versoir::check
