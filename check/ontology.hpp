// Types of the values of elements, by name: VITAM's ontology.
#pragma once
#include "core/i18n.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::check {

/// Texts, keywords, enumerations and points of a map are all texts for the control at ingest.
enum class ValueType { text, date, whole, decimal, boolean };

class Ontology {
 public:
  /// The vocabularies of the platform that type elements of SEDA; `set` adds those of an establishment.
  Ontology();
  /// `type` as the ontology writes it: TEXT, KEYWORD, DATE, LONG, DOUBLE, BOOLEAN, ENUM, GEO_POINT.
  void set(std::string name, std::string_view type);
  /// What is not in the ontology is a text.
  [[nodiscard]] ValueType type_of(std::string_view name) const;

 private:
  std::map<std::string, ValueType, std::less<>> types_;
};

/// Why the value cannot be converted to its type; nullopt: it can. Dates are judged by judge_date().
[[nodiscard]] std::optional<core::Message> find_typing_fault(const Ontology& ontology, std::string_view name,
                                                             const std::string& text);

}  // namespace versoir::check
