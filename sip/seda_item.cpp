// See seda_item.hpp.
#include "sip/seda_item.hpp"

#include "core/error.hpp"
#include "sip/seda_text.hpp"

#include <algorithm>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::msg;

const SedaParticle& particle_of(const SedaStructure& parent, std::string_view name,
                                const SedaSchema& schema) {
  if (const auto* found = parent.find(name)) return *found;
  for (const auto other : {SedaVersion::v2_1, SedaVersion::v2_2, SedaVersion::v2_3}) {
    const SedaSchema others(other, SedaMode::written);
    const auto* structure = others.structure(parent.name);
    if (structure && structure->find(name))
      throw Error(Exit::sip_build, msg("SEDA {0} has no element {1} inside {2}.", seda_name(schema.version()),
                                       name, parent.name))
          .hint(msg("Plan with another SEDA version, or change the archive profile."));
  }
  throw Error(Exit::unexpected, msg("The element {0} is not known inside {1}.", name, parent.name));
}

bool is_listed(std::string_view structure, std::string_view element, std::string_view value) {
  static const SedaSchema schema(SedaVersion::v2_2, SedaMode::written);
  const auto& list = schema.structure(structure)->find(element)->type->text->one_of;
  return std::ranges::find(list, value) != list.end();
}

Item agency(std::string_view name, std::string_view identifier) {
  Item item = Item::node(name);
  item.add("Identifier", token(identifier));
  return item;
}

void arrange(Item& item, const SedaStructure& type, const SedaSchema& schema) {
  std::vector<std::pair<int, Item>> ordered;
  ordered.reserve(item.children.size());
  for (auto& child : item.children) {
    const auto& particle = particle_of(type, child.name, schema);
    if (child.container) arrange(child, *particle.type, schema);
    ordered.emplace_back(particle.rank, std::move(child));
  }
  std::ranges::stable_sort(ordered, {}, [](const auto& pair) { return pair.first; });
  item.children.clear();
  for (auto& [rank, child] : ordered) item.children.push_back(std::move(child));
}

namespace {

std::vector<std::pair<std::string_view, std::string_view>> attributes_of(const Item& item) {
  std::vector<std::pair<std::string_view, std::string_view>> attributes;
  if (!item.attribute.empty()) attributes.emplace_back(item.attribute, item.attribute_value);
  for (const auto& [name, value] : item.more) attributes.emplace_back(name, value);
  return attributes;
}

}  // namespace

void open_item(core::XmlWriter& out, const Item& item) {
  out.open_with(item.name, attributes_of(item));
  for (const auto& child : item.children) write_item(out, child);
}

void write_item(core::XmlWriter& out, const Item& item) {
  if (!item.container) {
    out.leaf_with(item.name, item.text, attributes_of(item));
    return;
  }
  open_item(out, item);
  out.close();
}

}  // namespace versoir::sip
