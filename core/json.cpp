// Strict reading and canonical writing of JSON.
#include "core/json.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

#include <cstdint>
#include <set>

namespace versoir::core {

namespace {

constexpr int depth_limit = 64;

void require_integers(const Json& value) {
  if (value.is_number_float()) throw Error(Exit::unexpected, msg("Canonical JSON holds whole numbers only."));
  if (value.is_structured())
    for (const auto& child : value) require_integers(child);
}

/// Watches the parser: duplicate keys and too deep nesting are refused, which the library alone would accept.
class Guard {
 public:
  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    switch (event) {
      case Json::parse_event_t::object_start:
        keys_.emplace_back();
        if (depth > depth_limit) too_deep = true;
        break;
      case Json::parse_event_t::object_end:
        if (!keys_.empty()) keys_.pop_back();
        break;
      case Json::parse_event_t::array_start:
        if (depth > depth_limit) too_deep = true;
        break;
      case Json::parse_event_t::key:
        if (!keys_.empty() && !keys_.back().insert(parsed.get<std::string>()).second)
          duplicate = parsed.get<std::string>();
        break;
      default:
        break;
    }
    return true;
  }
  bool too_deep = false;
  std::string duplicate;

 private:
  std::vector<std::set<std::string>> keys_;
};

/// The depth before parsing: the library's parser recurses when values are destroyed.
bool nested_too_deep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > depth_limit) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::string canonical_json(const Json& value) {
  require_integers(value);
  try {
    return value.dump() + "\n";
  } catch (const Json::exception& e) {  // a text that is not UTF-8: what is signed is never repaired
    throw Error(Exit::unexpected, msg("Canonical JSON holds UTF-8 only.")).because(e);
  }
}

std::string pretty_json(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json parse_json(std::string_view text, std::string_view origin, Exit code) {
  if (!is_utf8(text)) throw Error(code, msg("{0} is not JSON: the text is not UTF-8.", origin));
  if (nested_too_deep(text))
    throw Error(code, msg("{0} is not accepted: JSON nested deeper than {1} levels.", origin, depth_limit));
  Guard guard;
  try {
    auto value = Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) {
      return guard(depth, event, parsed);
    });
    if (!guard.duplicate.empty())
      throw Error(code, msg("{0} is not accepted: the key {1} stands twice.", origin, guard.duplicate));
    return value;
  } catch (const Json::exception& e) {
    throw Error(code, msg("{0} is not valid JSON.", origin)).because(e);
  }
}

Json read_json(const std::filesystem::path& path, Exit code) {
  return parse_json(read_file(path), path.string(), code);
}

void write_json(const std::filesystem::path& path, const Json& value) {
  write_file(path, pretty_json(value));
}

std::string json_string(const Json& object, const char* key, std::string_view origin, Exit code) {
  if (!object.is_object() || !object.contains(key) || !object.at(key).is_string())
    throw Error(code, msg("{0}: the text \"{1}\" is missing.", origin, key));
  return object.at(key).get<std::string>();
}

std::int64_t json_int(const Json& object, const char* key, std::string_view origin, Exit code) {
  if (!object.is_object() || !object.contains(key) || !object.at(key).is_number_integer())
    throw Error(code, msg("{0}: the whole number \"{1}\" is missing.", origin, key));
  const auto& number = object.at(key);
  if (number.is_number_unsigned() && number.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
    throw Error(code, msg("{0}: the whole number \"{1}\" is too large.", origin, key));
  return number.get<std::int64_t>();
}

std::string text_of(const Json& object, const char* key, std::string_view fallback) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string(fallback);
}

}  // namespace versoir::core
