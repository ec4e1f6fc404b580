// What the data say, made fit for the manifest.
#include "sip/seda_elements.hpp"

#include "core/clock.hpp"
#include "sip/seda_machine.hpp"
#include "sip/seda_text.hpp"

#include <algorithm>
#include <set>

namespace versoir::sip {

using core::Finding;
using core::msg;
using core::Severity;
using records::DescribedElement;

namespace {

/// The years 1 to 8999, and whole dates only: what XML Schema and VITAM both take.
std::optional<std::string> vitam_date(const std::string& text) {
  const auto date = core::parse_date(text);
  if (!date || static_cast<int>(date->year()) < 1 || static_cast<int>(date->year()) > 8999)
    return std::nullopt;
  return core::format_date(*date);
}

/// "2014-06-02 10:00:00" is how databases write it.
std::string with_t(std::string text) {
  if (text.size() > 10 && text[10] == ' ') text[10] = 'T';
  return text;
}

bool has_year(const std::string& text, std::string_view date) { return text.starts_with(date); }

/// The value as the type wants it; none when it cannot be.
std::optional<std::string> fit_value(const SedaValue& value, const std::string& text) {
  auto fitted = token(text);
  if (fitted.empty()) return std::nullopt;
  if (value.one_of.empty()) switch (value.plain) {
      case PlainType::date: {
        auto date = vitam_date(fitted);
        if (!date) return std::nullopt;
        fitted = std::move(*date);
        break;
      }
      case PlainType::date7:
      case PlainType::date_time: {
        fitted = with_t(std::move(fitted));
        const auto date = vitam_date(fitted.substr(0, 10));
        if (!date || !has_year(fitted, *date)) return std::nullopt;
        if (value.plain == PlainType::date7 && fitted.size() == 10) break;
        if (!conforms(PlainType::date_time, fitted)) return std::nullopt;
        break;
      }
      default:
        break;
    }
  if (!value.accepts(fitted)) return std::nullopt;
  return fitted;
}

/// Children in the order of the table. Those that do not fit are told by name and dropped; true when the
/// structure has all that it needs.
bool keep_sequence(std::vector<Item>& children, const SedaStructure& type,
                   std::vector<std::string>& dropped) {
  std::ranges::stable_sort(children, {}, [&](const Item& item) { return type.find(item.name)->rank; });
  std::vector<Item> kept;
  std::set<std::string_view> met;
  std::size_t state = 0;
  for (auto& child : children) {
    bool fits = false;
    if (type.any_order) {
      fits = met.insert(child.name).second;
    } else {
      for (const auto particle : type.next[state])
        if (type.particles[particle].kind == SedaParticle::Kind::element &&
            type.particles[particle].name == child.name) {
          state = particle + 1u;
          fits = true;
          break;
        }
    }
    if (fits)
      kept.push_back(std::move(child));
    else
      dropped.emplace_back(child.name);
  }
  children = std::move(kept);
  return type.any_order || type.may_end[state];
}

class Fitting {
 public:
  Fitting(const SedaSchema& schema, const UnitReferences& references, std::string where,
          std::vector<Finding>& findings)
      : schema_(schema), references_(references), where_(std::move(where)), findings_(findings) {}

  std::optional<Item> fit(const DescribedElement& element, const SedaStructure& parent) {
    if (!is_for(element.versions, schema_.version())) return std::nullopt;
    const auto& particle = particle_of(parent, element.name, schema_);
    const auto& type = *particle.type;
    Item item = type.text ? Item::leaf(particle.name, {}) : Item::node(particle.name);
    if (!fit_attributes(element, type, item)) return std::nullopt;
    return type.text ? fit_leaf(element, type, std::move(item))
                     : fit_structure(element, type, std::move(item));
  }

  /// Children that the structure cannot have go, and are told.
  bool sequence(Item& item, const SedaStructure& type) {
    std::vector<std::string> dropped;
    const bool complete = keep_sequence(item.children, type, dropped);
    if (complete)
      for (const auto& name : dropped)
        tell("element-too-many",
             msg("{0} cannot stand once more, or beside the others, in {1}: it is left out.", name,
                 item.name));
    return complete;
  }

  void tell(const char* code, core::Message what) {
    findings_.push_back({Severity::warning, code, std::move(what), where_});
  }

 private:
  std::optional<Item> fit_leaf(const DescribedElement& element, const SedaStructure& type, Item item) {
    // What designates something of the manifest is never the data's to say.
    if (element.text.empty() || (type.text->one_of.empty() && type.text->plain == PlainType::idref)) {
      item.text = reference(element.name);
      if (element.name == "SignedObjectDigest" && item.more.empty())
        item.more.emplace_back("algorithm", "SHA-512");
      if (!item.text.empty()) return item;
      tell("element-without-object",
           msg("{0} is left out: the unit has nothing that it could designate.", element.name));
      return std::nullopt;
    }
    auto value = fit_value(*type.text, element.text);
    if (!value) {
      tell("element-value",
           msg("{0} cannot have the value \"{1}\": it is left out.", element.name, shown_text(element.text)));
      return std::nullopt;
    }
    tell_mended(element.name, element.text, *value, *type.text);
    item.text = std::move(*value);
    return item;
  }

  std::optional<Item> fit_structure(const DescribedElement& element, const SedaStructure& type, Item item) {
    for (const auto& child : element.children)
      if (auto fitted = fit(child, type)) item.children.push_back(std::move(*fitted));
    if (item.children.empty()) return std::nullopt;
    if (sequence(item, type)) return item;
    tell("element-incomplete", msg("{0} is left out: it lacks what SEDA asks of it.", element.name));
    return std::nullopt;
  }

  bool fit_attributes(const DescribedElement& element, const SedaStructure& type, Item& item) {
    for (const auto& attribute : type.attributes) {
      if (attribute.value.plain == PlainType::id) continue;  // identifiers are the writer's
      const auto given = std::ranges::find(element.attributes, attribute.name,
                                           [](const auto& pair) -> const std::string& { return pair.first; });
      if (given == element.attributes.end() || attribute.value.plain == PlainType::idref) {
        if (!attribute.required || element.name == "SignedObjectDigest") continue;
        tell("element-value", msg("{0} is left out: it has no {1}.", element.name, attribute.name));
        return false;
      }
      if (auto value = fit_value(attribute.value, given->second)) {
        item.more.emplace_back(attribute.name, std::move(*value));
        continue;
      }
      tell("element-value", msg("The attribute {0} of {1} cannot have the value \"{2}\": it is left out.",
                                attribute.name, element.name, shown_text(given->second)));
      if (attribute.required) return false;
    }
    return true;
  }

  [[nodiscard]] std::string reference(std::string_view name) const {
    if (name == "SignedObjectId") return references_.object;
    if (name == "SignedObjectDigest") return references_.digest;
    if (name == "DataObjectGroupReferenceId") return references_.group;
    if (name == "SignedDocumentReferenceId") return references_.unit;
    return {};
  }

  /// Words that VITAM would refuse were softened.
  void tell_mended(std::string_view name, const std::string& before, const std::string& after,
                   const SedaValue& value) {
    const bool text =
        value.one_of.empty() && (value.plain == PlainType::string || value.plain == PlainType::token ||
                                 value.plain == PlainType::ne_token);
    if (text && after != collapsed_token(before))
      tell("value-mended",
           msg("{0}: a value that the platform would refuse was mended: \"{1}\".", name, shown_text(after)));
  }

  const SedaSchema& schema_;
  const UnitReferences& references_;
  std::string where_;
  std::vector<Finding>& findings_;
};

}  // namespace

bool is_for(const std::vector<std::string>& versions, SedaVersion version) {
  return versions.empty() || std::ranges::find(versions, seda_name(version)) != versions.end();
}

void add_elements(Item& content, const std::vector<DescribedElement>& elements,
                  const UnitReferences& references, const SedaSchema& schema,
                  std::vector<Finding>& findings) {
  if (elements.empty()) return;
  const auto& type = *schema.structure("Content");
  std::string title;
  for (const auto& child : content.children)
    if (child.name == "Title" && title.empty()) title = child.text;
  Fitting fitting(schema, references, title, findings);
  for (const auto& element : elements)
    if (auto item = fitting.fit(element, type)) content.children.push_back(std::move(*item));
  static_cast<void>(fitting.sequence(content, type));
}

std::optional<Item> physical_item(const DescribedElement& element, std::size_t number,
                                  const SedaSchema& schema, const std::string& where,
                                  std::vector<Finding>& findings) {
  const UnitReferences nothing;
  Fitting fitting(schema, nothing, where, findings);
  auto item = fitting.fit(element, *schema.structure("DataObjectGroup"));
  if (!item) return std::nullopt;
  if (std::ranges::none_of(item->children, [](const Item& child) { return child.name == "PhysicalId"; })) {
    fitting.tell("element-incomplete", msg("A physical object without PhysicalId is left out."));
    return std::nullopt;
  }
  item->add("DataObjectVersion", "PhysicalMaster_" + std::to_string(number));
  return item;
}

}  // namespace versoir::sip
