// Evaluates a query as it is written, record by record: the sandbox holds few.
#include "vitam/sandbox/dsl.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "vitam/sandbox/answers.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace versoir::vitam::sandbox {

using core::Json;
using core::ServerResponse;

namespace {

constexpr std::size_t most_records = 10'000;  ///< VITAM's $limit, by default and at most

void add_values(const Json& at, std::string_view path, std::vector<const Json*>& out) {
  if (at.is_array()) {
    for (const auto& item : at) add_values(item, path, out);
    return;
  }
  if (path.empty()) {
    out.push_back(&at);
    return;
  }
  if (!at.is_object()) return;
  const auto dot = path.find('.');
  const auto found = at.find(std::string(path.substr(0, dot)));
  if (found != at.end())
    add_values(*found, dot == std::string_view::npos ? std::string_view() : path.substr(dot + 1), out);
}

std::vector<const Json*> values_of(const Json& record, const std::string& field) {
  if (field.starts_with('_')) throw InvalidQuery("field " + field + ": names beginning with _ are internal");
  std::vector<const Json*> out;
  add_values(record, field, out);
  return out;
}

/// Negative, zero or positive; nullopt when one is a text and the other is not.
std::optional<int> compared(const Json& a, const Json& b) {
  if (a.is_number() && b.is_number()) {
    const auto x = a.get<double>(), y = b.get<double>();
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.is_string() && b.is_string()) {
    const auto order = a.get_ref<const std::string&>().compare(b.get_ref<const std::string&>());
    return order < 0 ? -1 : order > 0 ? 1 : 0;
  }
  if (a.is_boolean() && b.is_boolean())
    return static_cast<int>(a.get<bool>()) - static_cast<int>(b.get<bool>());
  return std::nullopt;
}

const Json& operand(const Json& argument, std::string_view name) {
  if (!argument.is_object() || argument.size() != 1)
    throw InvalidQuery(std::string(name) + ": one field and its value are expected");
  return argument;
}

bool any_value(const Json& argument, const Json& record, std::string_view name,
               const std::function<bool(const Json&, const Json&)>& holds) {
  const auto item = operand(argument, name).items().begin();
  const auto values = values_of(record, item.key());
  return std::ranges::any_of(values, [&](const Json* value) { return holds(*value, item.value()); });
}

bool ordered(std::string_view name, int order) {
  if (name == "$eq") return order == 0;
  if (name == "$lt") return order < 0;
  if (name == "$lte") return order <= 0;
  if (name == "$gt") return order > 0;
  return order >= 0;
}

bool is_order(std::string_view name) {
  return name == "$eq" || name == "$lt" || name == "$lte" || name == "$gt" || name == "$gte";
}

bool is_among(const Json& argument, const Json& record, std::string_view name) {
  return any_value(argument, record, name, [&](const Json& value, const Json& list) {
    if (!list.is_array()) throw InvalidQuery(std::string(name) + ": a list of values is expected");
    return std::ranges::any_of(list, [&](const Json& item) { return compared(value, item) == 0; });
  });
}

bool within(const Json& argument, const Json& record) {
  return any_value(argument, record, "$range", [](const Json& value, const Json& bounds) {
    if (!bounds.is_object()) throw InvalidQuery("$range: bounds are expected");
    for (const auto& bound : bounds.items()) {
      if (!is_order(bound.key())) throw InvalidQuery("$range: " + bound.key() + " is no bound");
      const auto order = compared(value, bound.value());
      if (!order || !ordered(bound.key(), *order)) return false;
    }
    return true;
  });
}

bool exists(const Json& argument, const Json& record, std::string_view name) {
  if (!argument.is_string()) throw InvalidQuery(std::string(name) + ": the name of a field is expected");
  return !values_of(record, argument.get<std::string>()).empty();
}

bool each(const Json& argument, std::string_view name, const std::function<bool(const Json&)>& holds,
          bool all) {
  if (!argument.is_array() || argument.empty())
    throw InvalidQuery(std::string(name) + ": a list of conditions is expected");
  // All of them are looked at, so that a wrong one is told wherever it stands.
  bool every = true, some = false;
  for (const auto& condition : argument) {
    const bool held = holds(condition);
    every = every && held;
    some = some || held;
  }
  return all ? every : some;
}

std::set<std::string> words_of(const std::string& text) {
  std::set<std::string> words;
  std::istringstream in(core::fold_name(text));
  for (std::string word; in >> word;) words.insert(word);
  return words;
}

/// As the analysed texts of the platform's index answer $match: one word in common is enough, whatever its
/// case and accents.
bool shares_a_word(const std::string& value, const std::string& asked) {
  const auto there = words_of(value);
  return std::ranges::any_of(words_of(asked), [&](const std::string& word) { return there.contains(word); });
}

bool one_operator(const std::string& name, const Json& argument, const Json& record) {
  const auto recurse = [&](const Json& condition) { return matches(condition, record); };
  if (name == "$and") return each(argument, name, recurse, true);
  if (name == "$or") return each(argument, name, recurse, false);
  if (name == "$not") return !each(argument, name, recurse, true);
  if (name == "$in") return is_among(argument, record, name);
  if (name == "$nin") return !is_among(argument, record, name);
  if (name == "$range") return within(argument, record);
  if (name == "$exists") return exists(argument, record, name);
  if (name == "$missing") return !exists(argument, record, name);
  if (name == "$ne")
    return !any_value(argument, record, name,
                      [](const Json& a, const Json& b) { return compared(a, b) == 0; });
  if (name == "$match")
    return any_value(argument, record, name, [](const Json& a, const Json& b) {
      return a.is_string() && b.is_string() &&
             shares_a_word(a.get_ref<const std::string&>(), b.get_ref<const std::string&>());
    });
  if (is_order(name))
    return any_value(argument, record, name, [&](const Json& a, const Json& b) {
      const auto order = compared(a, b);
      return order && ordered(name, *order);
    });
  throw InvalidQuery(name + ": not an operator of the sandbox");
}

std::size_t count_of(const Json& filter, const char* key, std::size_t otherwise) {
  const auto at = filter.find(key);
  if (at == filter.end()) return otherwise;
  if (!at->is_number_unsigned()) throw InvalidQuery(std::string(key) + ": a number is expected");
  return at->get<std::size_t>();
}

void sort(std::vector<const Json*>& found, const Json& filter) {
  const auto order = filter.find("$orderby");
  if (order == filter.end()) return;
  if (!order->is_object()) throw InvalidQuery("$orderby: fields are expected");
  std::ranges::stable_sort(found, [&](const Json* a, const Json* b) {
    for (const auto& field : order->items()) {
      const auto left = values_of(*a, field.key()), right = values_of(*b, field.key());
      if (left.empty() || right.empty()) {
        if (left.empty() != right.empty()) return right.empty();  // those without a value come last
        continue;
      }
      const auto result = compared(*left.front(), *right.front()).value_or(0);
      if (result != 0) return field.value() == -1 ? result > 0 : result < 0;
    }
    return false;
  });
}

Json projected(const Json& record, const Json& projection) {
  const auto fields = projection.find("$fields");
  if (fields == projection.end() || !fields->is_object() || fields->empty()) return record;
  Json out = Json::object();
  for (const auto& field : fields->items()) {
    const auto name = field.key().substr(0, field.key().find('.'));
    if (const auto at = record.find(name); at != record.end()) out[name] = *at;
  }
  return out;
}

Json parse_query(std::string_view body, bool with_query) {
  Json query;
  try {
    query = core::parse_json(body, "query");
  } catch (const core::Error&) {
    throw InvalidQuery("the body is no JSON");
  }
  if (!query.is_object()) throw InvalidQuery("the body is no object");
  if (with_query && !query.contains("$query")) throw InvalidQuery("$query is missing");
  const auto projection = query.find("$projection");
  if (projection == query.end() || !projection->is_object()) throw InvalidQuery("$projection is missing");
  return query;
}

bool selected(const Json& query, const Json& record, Select kind) {
  if (kind == Select::single) return matches(query, record);
  if (!query.is_array()) throw InvalidQuery("$query: a list is expected");
  return query.empty() || each(
                              query, "$query", [&](const Json& q) { return matches(q, record); }, true);
}

struct Window {
  std::size_t offset, limit;
};

const Json& filter_of(const Json& query) {
  static const Json none = Json::object();
  const auto at = query.find("$filter");
  if (at == query.end()) return none;
  if (!at->is_object()) throw InvalidQuery("$filter: an object is expected");
  return *at;
}

Window window_of(const Json& filter) {
  return {count_of(filter, "$offset", 0), std::min(count_of(filter, "$limit", most_records), most_records)};
}

ServerResponse page_answer(const Json& query, Json results, std::size_t offset, std::size_t total) {
  const auto size = results.size();
  return json_answer(200, {{"httpCode", 200},
                           {"$hits", {{"total", total}, {"offset", offset}, {"limit", size}, {"size", size}}},
                           {"$results", std::move(results)},
                           {"$context", query}});
}

ServerResponse page_of(const Json& query, std::vector<const Json*>& found) {
  const auto& filter = filter_of(query);
  sort(found, filter);
  const auto total = found.size();
  const auto window = window_of(filter);
  const auto offset = std::min(window.offset, total);
  const auto limit = std::min(window.limit, total - offset);
  Json results = Json::array();
  for (std::size_t i = 0; i < limit; ++i)
    results.push_back(projected(*found[offset + i], query["$projection"]));
  return page_answer(query, std::move(results), offset, total);
}

/// Records in the order in which they come: those outside of the page are only counted.
ServerResponse page_of(const Json& query, const std::function<std::optional<Json>()>& next, Select kind) {
  const auto window = window_of(filter_of(query));
  std::size_t total = 0;
  Json results = Json::array();
  while (const auto record = next()) {
    if (!selected(query["$query"], *record, kind)) continue;
    if (total >= window.offset && results.size() < window.limit)
      results.push_back(projected(*record, query["$projection"]));
    ++total;
  }
  return page_answer(query, std::move(results), std::min(window.offset, total), total);
}

ServerResponse invalid(const InvalidQuery& e, std::string_view context) {
  return vitam_error(400, "000601", context, "Validation", e.what());
}

}  // namespace

bool matches(const Json& query, const Json& record) {
  if (!query.is_object()) throw InvalidQuery("a condition is an object");
  if (query.size() > 1) throw InvalidQuery("a condition has one operator");
  if (query.empty()) return true;
  const auto item = query.items().begin();
  return one_operator(item.key(), item.value(), record);
}

ServerResponse answer_select(const Json& records, std::string_view body, Select kind,
                             std::string_view context) {
  try {
    auto query = parse_query(body, true);
    // A wrong query is refused whether there are records or not.
    static_cast<void>(selected(query["$query"], Json::object(), kind));
    std::vector<const Json*> found;
    for (const auto& record : records)
      if (selected(query["$query"], record, kind)) found.push_back(&record);
    return page_of(query, found);
  } catch (const InvalidQuery& e) {
    return invalid(e, context);
  }
}

ServerResponse answer_select(const std::function<std::optional<Json>()>& next, std::string_view body,
                             Select kind, std::string_view context) {
  try {
    auto query = parse_query(body, true);
    static_cast<void>(selected(query["$query"], Json::object(), kind));
    if (!filter_of(query).contains("$orderby")) return page_of(query, next, kind);
    std::vector<Json> kept;
    while (auto record = next())
      if (selected(query["$query"], *record, kind)) kept.push_back(std::move(*record));
    std::vector<const Json*> found;
    for (const auto& record : kept) found.push_back(&record);
    return page_of(query, found);
  } catch (const InvalidQuery& e) {
    return invalid(e, context);
  }
}

ServerResponse answer_one(const Json& record, std::string_view body, std::string_view context) {
  try {
    auto query = parse_query(body, false);
    std::vector<const Json*> found{&record};
    return page_of(query, found);
  } catch (const InvalidQuery& e) {
    return invalid(e, context);
  }
}

}  // namespace versoir::vitam::sandbox
