// Recursive descent over schema and value, with a depth and a number of steps that hostile schemas cannot
// pass.
#include "check/json_schema.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <regex>

namespace versoir::check {

using core::Json;
using core::msg;

namespace {

constexpr int depth_most = 64;
constexpr std::size_t steps_most = 200'000, text_most = 4096;

bool has_type(const Json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "number") return value.is_number();
  if (type == "integer")
    return value.is_number_integer() ||
           (value.is_number_float() && std::trunc(value.get<double>()) == value.get<double>());
  return true;
}

std::size_t characters(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// nullopt: cannot be decided here.
std::optional<bool> matches(const std::string& pattern, const std::string& text) {
  if (text.size() > text_most) return std::nullopt;
  try {
    return std::regex_search(text, std::regex(pattern, std::regex::ECMAScript));
  } catch (const std::regex_error&) {
    return std::nullopt;
  }
}

class Walk {
 public:
  explicit Walk(const Json& root) : root_(root) {}

  /// False: `fault` says why.
  bool follows(const Json& value, const Json& schema, const std::string& where, int depth,
               SchemaFault& fault) {
    if (!schema.is_object()) return true;
    if (depth > depth_most || ++steps_ > steps_most) return true;  // not decided
    if (const auto ref = schema.find("$ref"); ref != schema.end())
      return follows_reference(value, *ref, where, depth, fault);
    if (depth > 0 && !value.is_array() && !takes(schema, value) && takes(schema, Json::array()))
      return follows_here(Json::array({value}), schema, where, depth, fault);
    return follows_here(value, schema, where, depth, fault);
  }

 private:
  bool follows_here(const Json& value, const Json& schema, const std::string& where, int depth,
                    SchemaFault& fault) {
    return follows_type(value, schema, where, fault) && follows_text(value, schema, where, fault) &&
           follows_number(value, schema, where, fault) && follows_array(value, schema, where, depth, fault) &&
           follows_object(value, schema, where, depth, fault) &&
           follows_combination(value, schema, where, depth, fault);
  }

  static bool fail(SchemaFault& fault, const std::string& where, core::Message why) {
    fault = {where, std::move(why)};
    return false;
  }
  static const Json* member(const Json& schema, const char* key) {
    const auto found = schema.find(key);
    return found == schema.end() ? nullptr : &*found;
  }
  static std::optional<double> number(const Json& schema, const char* key) {
    const auto* found = member(schema, key);
    return found && found->is_number() ? std::optional(found->get<double>()) : std::nullopt;
  }
  static bool flag(const Json& schema, const char* key) {
    const auto* found = member(schema, key);
    return found && found->is_boolean() && found->get<bool>();
  }

  bool follows_reference(const Json& value, const Json& ref, const std::string& where, int depth,
                         SchemaFault& fault) {
    const auto target = ref.is_string() ? ref.get<std::string>() : std::string();
    if (!target.starts_with('#')) return true;
    try {
      return follows(value, root_.at(Json::json_pointer(target.substr(1))), where, depth + 1, fault);
    } catch (const Json::exception&) {
      return true;  // leads nowhere: not decided
    }
  }

  /// Does the `type` of the schema take a value of this kind?
  static bool takes(const Json& schema, const Json& value) {
    const auto* type = member(schema, "type");
    if (!type) return true;
    const auto is = [&](const Json& t) { return t.is_string() && has_type(value, t.get<std::string>()); };
    return type->is_array() ? std::ranges::any_of(*type, is) : !type->is_string() || is(*type);
  }

  static bool follows_type(const Json& value, const Json& schema, const std::string& where,
                           SchemaFault& fault) {
    if (!takes(schema, value)) return fail(fault, where, msg("the type must be {0}", schema["type"].dump()));
    if (const auto* list = member(schema, "enum"); list && list->is_array())
      if (std::ranges::find(*list, value) == list->end())
        return fail(fault, where, msg("the value is not in the list of the profile"));
    return true;
  }

  static bool follows_text(const Json& value, const Json& schema, const std::string& where,
                           SchemaFault& fault) {
    if (!value.is_string()) return true;
    const auto& text = value.get_ref<const std::string&>();
    const auto length = static_cast<double>(characters(text));
    if (const auto least = number(schema, "minLength"); least && length < *least)
      return fail(fault, where, msg("the text is too short: at least {0} characters", *least));
    if (const auto most = number(schema, "maxLength"); most && length > *most)
      return fail(fault, where, msg("the text is too long: at most {0} characters", *most));
    if (const auto* pattern = member(schema, "pattern"); pattern && pattern->is_string())
      if (!matches(pattern->get<std::string>(), text).value_or(true))
        return fail(fault, where, msg("the text does not have the form {0}", pattern->get<std::string>()));
    return true;
  }

  static bool follows_number(const Json& value, const Json& schema, const std::string& where,
                             SchemaFault& fault) {
    if (!value.is_number()) return true;
    const auto n = value.get<double>();
    if (const auto least = number(schema, "minimum");
        least && (n < *least || (n == *least && flag(schema, "exclusiveMinimum"))))
      return fail(fault, where, msg("the number is below {0}", *least));
    if (const auto most = number(schema, "maximum");
        most && (n > *most || (n == *most && flag(schema, "exclusiveMaximum"))))
      return fail(fault, where, msg("the number is above {0}", *most));
    if (const auto step = number(schema, "multipleOf");
        step && *step > 0 && std::fabs(std::remainder(n, *step)) > 1e-9)
      return fail(fault, where, msg("the number is no multiple of {0}", *step));
    return true;
  }

  bool follows_array(const Json& value, const Json& schema, const std::string& where, int depth,
                     SchemaFault& fault) {
    if (!value.is_array()) return true;
    const auto size = static_cast<double>(value.size());
    if (const auto least = number(schema, "minItems"); least && size < *least)
      return fail(fault, where, msg("too few values: at least {0}", *least));
    if (const auto most = number(schema, "maxItems"); most && size > *most)
      return fail(fault, where, msg("too many values: at most {0}", *most));
    if (flag(schema, "uniqueItems")) {
      auto sorted = value;
      std::sort(sorted.begin(), sorted.end());
      if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
        return fail(fault, where, msg("a value stands twice"));
    }
    const auto* items = member(schema, "items");
    if (!items) return true;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const Json* of = items;
      if (items->is_array()) of = i < items->size() ? &(*items)[i] : member(schema, "additionalItems");
      if (!of) continue;
      if (of->is_boolean() && !of->get<bool>())
        return fail(fault, where, msg("too many values: at most {0}", items->size()));
      if (!follows(value[i], *of, where + "[" + std::to_string(i) + "]", depth + 1, fault)) return false;
    }
    return true;
  }

  bool follows_object(const Json& value, const Json& schema, const std::string& where, int depth,
                      SchemaFault& fault) {
    if (!value.is_object()) return true;
    if (const auto least = number(schema, "minProperties");
        least && static_cast<double>(value.size()) < *least)
      return fail(fault, where, msg("too few elements: at least {0}", *least));
    if (const auto most = number(schema, "maxProperties"); most && static_cast<double>(value.size()) > *most)
      return fail(fault, where, msg("too many elements: at most {0}", *most));
    if (const auto* required = member(schema, "required"); required && required->is_array())
      for (const auto& name : *required)
        if (name.is_string() && !value.contains(name.get<std::string>()))
          return fail(fault, where, msg("{0} is missing", name.get<std::string>()));
    return follows_dependencies(value, schema, where, depth, fault) &&
           follows_members(value, schema, where, depth, fault);
  }

  bool follows_dependencies(const Json& value, const Json& schema, const std::string& where, int depth,
                            SchemaFault& fault) {
    const auto* dependencies = member(schema, "dependencies");
    if (!dependencies || !dependencies->is_object()) return true;
    for (const auto& [name, needs] : dependencies->items()) {
      if (!value.contains(name)) continue;
      if (needs.is_array()) {
        for (const auto& other : needs)
          if (other.is_string() && !value.contains(other.get<std::string>()))
            return fail(fault, where, msg("{0} is missing", other.get<std::string>()));
      } else if (!follows(value, needs, where, depth + 1, fault)) {
        return false;
      }
    }
    return true;
  }

  bool follows_members(const Json& value, const Json& schema, const std::string& where, int depth,
                       SchemaFault& fault) {
    const auto* properties = member(schema, "properties");
    const auto* patterns = member(schema, "patternProperties");
    const auto* others = member(schema, "additionalProperties");
    for (const auto& [name, item] : value.items()) {
      const auto place = where.empty() ? name : where + "." + name;
      bool known = false;
      if (properties && properties->is_object())
        if (const auto found = properties->find(name); found != properties->end()) {
          known = true;
          if (!follows(item, *found, place, depth + 1, fault)) return false;
        }
      if (patterns && patterns->is_object())
        for (const auto& [pattern, of] : patterns->items())
          if (matches(pattern, name).value_or(true)) {
            known = true;
            if (!follows(item, of, place, depth + 1, fault)) return false;
          }
      if (known || !others) continue;
      if (others->is_boolean() && !others->get<bool>())
        return fail(fault, place, msg("the profile does not take this element"));
      if (others->is_object() && !follows(item, *others, place, depth + 1, fault)) return false;
    }
    return true;
  }

  bool follows_combination(const Json& value, const Json& schema, const std::string& where, int depth,
                           SchemaFault& fault) {
    if (const auto* all = member(schema, "allOf"); all && all->is_array())
      for (const auto& one : *all)
        if (!follows(value, one, where, depth + 1, fault)) return false;
    for (const auto* key : {"anyOf", "oneOf"}) {
      const auto* list = member(schema, key);
      if (!list || !list->is_array()) continue;
      SchemaFault ignored;
      const auto good = std::ranges::count_if(
          *list, [&](const Json& one) { return follows(value, one, where, depth + 1, ignored); });
      if (good == 0 || (good > 1 && std::string_view(key) == "oneOf"))
        return fail(fault, where, msg("the value follows none, or several, of the forms of the profile"));
    }
    SchemaFault ignored;
    if (const auto* no = member(schema, "not");
        no && no->is_object() && follows(value, *no, where, depth + 1, ignored))
      return fail(fault, where, msg("the value has a form that the profile excludes"));
    return true;
  }

  const Json& root_;
  std::size_t steps_ = 0;
};

}  // namespace

JsonSchema::JsonSchema(Json schema) : schema_(std::make_shared<const Json>(std::move(schema))) {}

SchemaFault JsonSchema::find_fault(const Json& value) const {
  SchemaFault fault;
  if (!schema_) return fault;
  if (Walk(*schema_).follows(value, *schema_, "", 0, fault)) return {};
  return fault;
}

}  // namespace versoir::check
