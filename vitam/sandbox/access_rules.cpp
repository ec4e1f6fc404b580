// See access_rules.hpp.
#include "vitam/sandbox/access_rules.hpp"

#include "vitam/sandbox/access_json.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace versoir::vitam::sandbox {

using core::Json;
using core::text_of;

namespace {

constexpr const char* global = "";  ///< the category of what belongs to none

struct Item {
  std::string name;  ///< rule id, or name of the property
  Json json;         ///< UnitId, OriginatingAgency, Paths and the rule's own members
};
struct Category {
  std::vector<Item> rules, properties;
};
using Categories = std::map<std::string, Category>;

Json origin(const Json& unit) {
  const auto id = text_of(unit, "#id");
  return {{"UnitId", id},
          {"OriginatingAgency", text_of(unit, "#originating_agency")},
          {"Paths", Json::array({Json::array({id})})}};
}

Item property(const Json& unit, const std::string& name, const Json& value) {
  auto json = origin(unit);
  json["PropertyName"] = name;
  json["PropertyValue"] = value;
  return {name, std::move(json)};
}

Categories own_rules(const Json& unit) {
  Categories own;
  const auto management = unit.value("#management", Json::object());
  for (const auto& category : management.items()) {
    if (!is_rule_category(category.key())) {
      own[global].properties.push_back(property(unit, category.key(), category.value()));
      continue;
    }
    auto& to = own[category.key()];
    for (const auto& member : category.value().items()) {
      if (member.key() == "Inheritance") continue;
      if (member.key() != "Rules") {
        to.properties.push_back(property(unit, member.key(), member.value()));
        continue;
      }
      for (const auto& rule : member.value()) {
        auto json = origin(unit);
        json.update(rule);
        to.rules.push_back({text_of(rule, "Rule"), std::move(json)});
      }
    }
  }
  return own;
}

/// What a unit lets through of a category.
struct Gate {
  bool closed = false;
  std::set<std::string> stopped;
};

Gate gate_of(const Json& unit, const std::string& category) {
  Gate gate;
  const auto management = unit.value("#management", Json::object());
  const auto inheritance = management.value(category, Json::object()).value("Inheritance", Json::object());
  gate.closed = inheritance.value("PreventInheritance", false);
  for (const auto& rule : inheritance.value("PreventRulesId", Json::array()))
    if (rule.is_string()) gate.stopped.insert(rule.get<std::string>());
  return gate;
}

bool has(const std::vector<Item>& items, const std::string& name) {
  return std::ranges::any_of(items, [&](const Item& i) { return i.name == name; });
}

/// The same declaration that comes by two ways is one, with two paths.
void merge(std::vector<Item>& into, Item item) {
  for (auto& known : into) {
    if (known.name != item.name || known.json["UnitId"] != item.json["UnitId"]) continue;
    for (auto& path : item.json["Paths"]) known.json["Paths"].push_back(std::move(path));
    return;
  }
  into.push_back(std::move(item));
}

class Inheritance {
 public:
  explicit Inheritance(const UnitSource& source) : source_(source) {}

  const Categories& of(const Json& unit) {
    const auto id = text_of(unit, "#id");
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    auto result = own_rules(unit);
    const auto own = result;
    for (const auto& parent : unit.value("#unitups", Json::array()))
      if (const auto above = source_(parent.get<std::string>())) inherit(result, own, unit, of(*above));
    return known_[id] = std::move(result);
  }

 private:
  static void inherit(Categories& into, const Categories& own, const Json& unit, const Categories& above) {
    const auto id = text_of(unit, "#id");
    for (const auto& [name, category] : above) {
      const auto gate = gate_of(unit, name);
      if (gate.closed) continue;
      const auto mine = own.find(name);
      const auto take = [&](const std::vector<Item>& from, std::vector<Item> Category::*list) {
        for (auto item : from) {
          if (mine != own.end() && has(mine->second.*list, item.name)) continue;
          for (auto& path : item.json["Paths"]) path.insert(path.begin(), id);
          merge(into[name].*list, std::move(item));
        }
      };
      std::vector<Item> rules;
      std::ranges::copy_if(category.rules, std::back_inserter(rules),
                           [&](const Item& i) { return !gate.stopped.contains(i.name); });
      take(rules, &Category::rules);
      take(category.properties, &Category::properties);
    }
  }

  const UnitSource& source_;
  std::map<std::string, Categories> known_;
};

Json list_of(const std::vector<Item>& items) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(item.json);
  return out;
}

}  // namespace

Json inherited_rules(const Json& unit, const UnitSource& source) {
  Inheritance inheritance(source);
  const auto& all = inheritance.of(unit);
  Json out = Json::object();
  for (const char* category : {"StorageRule", "AppraisalRule", "AccessRule", "DisseminationRule", "ReuseRule",
                               "ClassificationRule", "HoldRule"}) {
    const auto found = all.find(category);
    const auto none = Category();
    const auto& c = found == all.end() ? none : found->second;
    out[category] = {{"Rules", list_of(c.rules)}, {"Properties", list_of(c.properties)}};
  }
  const auto globals = all.find(global);
  out["GlobalProperties"] = globals == all.end() ? Json::array() : list_of(globals->second.properties);
  return out;
}

}  // namespace versoir::vitam::sandbox
