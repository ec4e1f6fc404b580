// A small piece of a manifest on its way to the writer. Private to sip.
#pragma once
#include "core/xml.hpp"
#include "sip/seda_schema.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::sip {

/// A leaf with its text, or an element with children. Names live as long as the program or the schema.
struct Item {
  std::string_view name;
  std::string text;
  std::vector<Item> children;
  bool container = false;
  std::string_view attribute;
  std::string attribute_value;
  std::vector<std::pair<std::string_view, std::string>> more;  ///< further attributes

  static Item leaf(std::string_view name, std::string text) {
    return {name, std::move(text), {}, false, {}, {}, {}};
  }
  static Item node(std::string_view name) { return {name, {}, {}, true, {}, {}, {}}; }

  /// Adds a leaf when it has a value: SEDA's non-empty tokens are omitted, never written empty.
  void add(std::string_view child, std::string value) {
    if (!value.empty()) children.push_back(leaf(child, std::move(value)));
  }
};

/// The place of an element in its parent; Error(Exit::sip_build) when the version has none there.
[[nodiscard]] const SedaParticle& particle_of(const SedaStructure& parent, std::string_view name,
                                              const SedaSchema& schema);

/// Whether a value is one that the table lists for an element of a structure. The lists are those of every
/// version.
[[nodiscard]] bool is_listed(std::string_view structure, std::string_view element, std::string_view value);

/// An agency under this name, with its identifier.
[[nodiscard]] Item agency(std::string_view name, std::string_view identifier);

/// Puts children in the order of the table, all the way down. Elements of one rank (a group that repeats)
/// keep the sequence in which they were given.
void arrange(Item& item, const SedaStructure& type, const SedaSchema& schema);

/// The element and its children, without its end tag.
void open_item(core::XmlWriter& out, const Item& item);
void write_item(core::XmlWriter& out, const Item& item);

}  // namespace versoir::sip
