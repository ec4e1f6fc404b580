// See access_query.hpp.
#include "vitam/sandbox/access_query.hpp"

#include "core/error.hpp"
#include "vitam/sandbox/dsl.hpp"

#include <optional>
#include <set>

namespace versoir::vitam::sandbox {

using core::Json;

namespace {

std::vector<std::string> texts(const Json& value) {
  std::vector<std::string> out;
  if (value.is_string()) out.push_back(value.get<std::string>());
  if (value.is_array())
    for (const auto& item : value)
      if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

/// Only what must hold of every answer: conditions under $or or $not say nothing.
void narrow(const Json& condition, Narrowed& narrowed) {
  if (!condition.is_object()) return;
  for (const auto& item : condition.items()) {
    if (item.key() == "$and" && item.value().is_array())
      for (const auto& inner : item.value()) narrow(inner, narrowed);
    if ((item.key() != "$eq" && item.key() != "$in") || !item.value().is_object()) continue;
    for (const auto& [field, list] :
         {std::pair{"#id", &narrowed.ids}, std::pair{"#opi", &narrowed.operations}})
      if (const auto at = item.value().find(field); at != item.value().end() && list->empty())
        *list = texts(*at);
  }
}

std::optional<std::int64_t> take_depth(Json& condition) {
  const auto at = condition.is_object() ? condition.find("$depth") : condition.end();
  if (!condition.is_object() || at == condition.end()) return std::nullopt;
  if (!at->is_number_integer() || *at < 0) throw InvalidQuery("$depth: a number of levels is expected");
  const auto depth = at->get<std::int64_t>();
  condition.erase(at);
  return depth;
}

std::vector<std::string> below(AccessIndex& index, const std::vector<std::string>& roots,
                               std::int64_t depth) {
  if (depth == 0) return roots;
  std::set<std::string> seen;
  auto level = roots;
  for (std::int64_t i = 0; i < depth && !level.empty(); ++i) {
    std::vector<std::string> next;
    for (const auto& parent : level)
      for (auto& child : index.children(parent))
        if (seen.insert(child).second) next.push_back(std::move(child));
    level = std::move(next);
  }
  return {seen.begin(), seen.end()};
}

}  // namespace

AccessQuery prepare_query(std::string_view body, AccessIndex& index, std::string_view add_field) {
  Json query;
  try {
    query = core::parse_json(body, "query");
  } catch (const core::Error&) {
    throw InvalidQuery("the body is no JSON");
  }
  AccessQuery out;
  if (query.is_object() && query.contains("$query") && query["$query"].is_array()) {
    auto& conditions = query["$query"];
    const auto roots = texts(query.value("$roots", Json::array()));
    for (std::size_t i = 0; i < conditions.size(); ++i) {
      const auto depth = take_depth(conditions[i]);
      if (i > 0) continue;
      if (roots.empty() && depth) throw InvalidQuery("$depth: without $roots the first condition has none");
      if (!roots.empty() && !depth) throw InvalidQuery("$depth is missing: $roots are given");
      if (depth) out.narrowed.ids = below(index, roots, *depth);
    }
    // Roots without any condition: the units themselves.
    if (!roots.empty() && conditions.empty()) out.narrowed.ids = roots;
    if (!roots.empty() && out.narrowed.ids.empty()) out.narrowed.ids = {std::string(no_identifier)};
    for (const auto& condition : conditions) narrow(condition, out.narrowed);
    query.erase("$roots");
    if (!add_field.empty() && query.contains("$projection") && query["$projection"].is_object())
      if (auto& projection = query["$projection"]; projection.contains("$fields") &&
                                                   projection["$fields"].is_object() &&
                                                   !projection["$fields"].empty())
        projection["$fields"][std::string(add_field)] = 1;
  }
  out.body = query.dump();
  return out;
}

}  // namespace versoir::vitam::sandbox
