// JSON Schema, draft 4, as archive unit profiles use it: bounded work on values that others wrote.
#pragma once
#include "core/i18n.hpp"
#include "core/json.hpp"

#include <memory>
#include <string>

namespace versoir::check {

/// The first place where a value does not follow the schema; both empty: it does.
struct SchemaFault {
  std::string where;  ///< "Title[0]", "" for the value itself
  core::Message message;
};

/// Keywords: type, enum, properties, patternProperties, additionalProperties, required, dependencies,
/// minProperties, maxProperties, items, additionalItems, minItems, maxItems, uniqueItems, minLength,
/// maxLength, pattern, minimum, maximum (and their exclusive forms), multipleOf, allOf, anyOf, oneOf, not,
/// $ref inside the schema (#/definitions/…). `format` is not judged: the ontology has typed the values
/// before. A pattern that this library of regular expressions cannot compile, and texts above 4096 bytes, are
/// taken as matching. Where the schema wants a list, a value alone is judged as a list of one: which elements
/// the platform keeps as lists is its own affair.
class JsonSchema {
 public:
  JsonSchema() = default;
  explicit JsonSchema(core::Json schema);
  [[nodiscard]] SchemaFault find_fault(const core::Json& value) const;

 private:
  std::shared_ptr<const core::Json> schema_;
};

}  // namespace versoir::check
