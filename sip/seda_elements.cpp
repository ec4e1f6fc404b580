// What the data say, made fit for the manifest.
#include "sip/seda_elements.hpp"

#include "sip/seda_fit.hpp"
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

/// Of a unit's further titles and descriptions VITAM keeps one for each language, and one without.
bool is_further(std::string_view parent, std::string_view element) {
  return parent == "Content" && (element == "Title" || element == "Description");
}

std::string language_of(const Item& item) {
  for (const auto& [name, value] : item.more)
    if (name == "xml:lang") return value;
  return {};
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
    if (!fit_attributes(element, parent, type, item)) return std::nullopt;
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

  /// Of two titles of one language VITAM keeps one, without saying which: the first stays.
  void one_for_each_language(Item& content) {
    std::set<std::pair<std::string_view, std::string>> met;
    std::erase_if(content.children, [&](const Item& child) {
      if (!is_further(content.name, child.name)) return false;
      const auto language = language_of(child);
      if (met.emplace(child.name, language).second) return false;
      tell("element-too-many",
           msg("{0} stands already in the language \"{1}\": it is left out.", child.name, language));
      return true;
    });
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
    auto value = fit_value(element.name, *type.text, element.text);
    if (!value) {
      tell("element-value",
           msg("{0} cannot have the value \"{1}\": it is left out.", element.name, shown_text(element.text)));
      return std::nullopt;
    }
    if (value->mended) tell_mended(element.name, value->text);
    item.text = std::move(value->text);
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

  bool fit_attributes(const DescribedElement& element, const SedaStructure& parent, const SedaStructure& type,
                      Item& item) {
    for (const auto& attribute : type.attributes) {
      if (attribute.value.plain == PlainType::id) continue;  // identifiers are the writer's
      const bool required =
          attribute.required || (attribute.name == "xml:lang" && is_further(parent.name, element.name));
      const auto given = std::ranges::find(element.attributes, attribute.name,
                                           [](const auto& pair) -> const std::string& { return pair.first; });
      if (given == element.attributes.end() || attribute.value.plain == PlainType::idref) {
        if (!required || element.name == "SignedObjectDigest") continue;
        tell("element-value", msg("{0} is left out: it has no {1}.", element.name, attribute.name));
        return false;
      }
      if (auto value = fit_value({}, attribute.value, given->second)) {
        if (value->mended) tell_mended(element.name + " @" + attribute.name, value->text);
        item.more.emplace_back(attribute.name, std::move(value->text));
        continue;
      }
      if (required) {
        tell("element-value", msg("{0} is left out: its {1} cannot be \"{2}\".", element.name, attribute.name,
                                  shown_text(given->second)));
        return false;
      }
      tell("element-value", msg("The attribute {0} of {1} cannot have the value \"{2}\": it is left out.",
                                attribute.name, element.name, shown_text(given->second)));
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

  void tell_mended(const std::string& name, const std::string& after) {
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
  fitting.one_for_each_language(content);
  static_cast<void>(fitting.sequence(content, type));
}

std::optional<Item> physical_item(const DescribedElement& element, const SedaSchema& schema,
                                  const std::string& where, std::vector<Finding>& findings) {
  const UnitReferences nothing;
  Fitting fitting(schema, nothing, where, findings);
  auto item = fitting.fit(element, *schema.structure("DataObjectGroup"));
  if (!item) return std::nullopt;
  if (std::ranges::none_of(item->children, [](const Item& child) { return child.name == "PhysicalId"; })) {
    fitting.tell("element-incomplete", msg("A physical object without PhysicalId is left out."));
    return std::nullopt;
  }
  item->add("DataObjectVersion", "PhysicalMaster_1");
  return item;
}

}  // namespace versoir::sip
