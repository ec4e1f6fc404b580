// See elements.hpp.
#include "records/elements.hpp"

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace versoir::records {

using core::Error;
using core::Exit;
using core::msg;

namespace {

bool has_hole(const profiles::Template& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') continue;
    if (i + 1 >= text.size() || text[i + 1] != '{') return true;
    ++i;
  }
  return false;
}

/// What an element and those inside it had to ask of the data, and whether anything came.
struct Asked {
  bool any = false, answered = false;
  void add(const Asked& other) {
    any = any || other.any;
    answered = answered || other.answered;
  }
  [[nodiscard]] bool in_vain() const noexcept { return any && !answered; }
};

class Expansion {
 public:
  explicit Expansion(const std::string& archive) : archive_(archive) {}

  Asked all(const std::vector<profiles::ElementDef>& defs, const profiles::Row& facts,
            std::vector<DescribedElement>& out) {
    Asked asked;
    for (const auto& def : defs) {
      if (def.each.empty()) {
        asked.add(one(def, facts, out));
        continue;
      }
      asked.any = true;
      for (const auto& row : rows(def, facts)) asked.add(one(def, row, out));
    }
    return asked;
  }

 private:
  Asked one(const profiles::ElementDef& def, const profiles::Row& facts, std::vector<DescribedElement>& out) {
    DescribedElement e;
    e.name = def.name;
    e.versions = def.versions;
    Asked asked;
    const auto value = [&](const profiles::Template& text) {
      auto expanded = core::single_line(profiles::expand(text, facts, archive_));
      if (has_hole(text)) asked.add({true, !expanded.empty()});
      return expanded;
    };
    e.text = value(def.text);
    for (const auto& [name, text] : def.attributes)
      if (auto v = value(text); !v.empty()) e.attributes.emplace_back(name, std::move(v));
    if (!def.children.empty()) asked.add(all(def.children, facts, e.children));
    const bool empty_leaf = def.children.empty() && e.text.empty() && has_hole(def.text);
    const bool hollow = !def.children.empty() && e.children.empty();
    if (!empty_leaf && !hollow && !asked.in_vain()) out.push_back(std::move(e));
    return asked;
  }

  /// The facts with the names of one object more, for each object of the array.
  std::vector<profiles::Row> rows(const profiles::ElementDef& def, const profiles::Row& facts) const {
    std::vector<profiles::Row> out;
    const auto json = profiles::expand("{" + def.each + "}", facts, archive_);
    if (core::trim(json).empty()) return out;
    const auto refuse = [&] {
      return Error(Exit::profile_invalid, msg("{0}, line {1}: the column {2} gives no JSON array of objects.",
                                              archive_, def.line, def.each))
          .hint(msg("In SQLite: (SELECT json_group_array(json_object('name', column)) FROM …)"));
    };
    const auto list = core::Json::parse(json, nullptr, false);
    if (!list.is_array()) throw refuse();
    for (const auto& object : list) {
      if (!object.is_object()) throw refuse();
      auto row = facts;
      for (const auto& [name, value] : object.items()) {
        if (value.is_structured()) throw refuse();
        row[name] = value.is_null()     ? std::nullopt
                    : value.is_string() ? std::optional(value.get<std::string>())
                                        : std::optional(value.dump());
      }
      out.push_back(std::move(row));
    }
    return out;
  }

  const std::string& archive_;
};

}  // namespace

std::vector<DescribedElement> expand_elements(const std::vector<profiles::ElementDef>& defs,
                                              const profiles::Row& facts, const std::string& archive) {
  std::vector<DescribedElement> out;
  static_cast<void>(Expansion(archive).all(defs, facts, out));
  return out;
}

}  // namespace versoir::records
