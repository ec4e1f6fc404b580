// Columns of structured types, taken apart.
#include "extract/siard/flatten.hpp"

#include "extract/siard/text.hpp"

#include <algorithm>
#include <charconv>

namespace versoir::extract {

namespace {

using core::XmlElement;

constexpr int deepest_type = 16;
/// A geometry of Oracle has arrays of 1 048 576 elements, nearly all of them absent.
constexpr std::size_t most_elements = 100;

std::string field_text(const XmlElement& e, std::string_view name) {
  const auto* child = e.child(name);
  return child ? plain_siard_text(child->text) : std::string();
}

/// What is below a column or field; null when nothing is said.
const XmlElement* field_at(const XmlElement* of, std::size_t index) {
  const auto* fields = of ? of->child("fields") : nullptr;
  if (!fields) return nullptr;
  const auto all = fields->all("field");
  return index < all.size() ? all[index] : nullptr;
}

std::size_t cardinality(const XmlElement& e) {
  const auto text = e.child_text("cardinality");
  std::size_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

class Flattener {
 public:
  Flattener(std::string schema, const SiardTypes& types, std::vector<SiardLeaf>& out)
      : schema_(std::move(schema)), types_(types), out_(out) {}

  /// `declared`: what says the type (a column, an attribute); `field`: what says folders.
  void element(const XmlElement& declared, const XmlElement* field, SiardLeaf leaf, int depth) {
    const auto count = cardinality(declared);
    if (count > most_elements) {
      leaf.collected = true;
      leaf.kind = ColumnKind::text;
      leaf.type = declared.child_text("type");
      out_.push_back(std::move(leaf));
      return;
    }
    if (count > 0) {
      for (std::size_t i = 0; i < count && out_.size() <= most_siard_leaves; ++i) {
        auto item = below(leaf, std::to_string(i + 1), i + 1, field_at(field, i));
        typed(declared, field_at(field, i), std::move(item), depth);
      }
      return;
    }
    typed(declared, field, std::move(leaf), depth);
  }

 private:
  static SiardLeaf below(const SiardLeaf& leaf, const std::string& name, std::size_t number,
                         const XmlElement* field) {
    auto out = leaf;
    out.original_name += "_" + name;
    out.path.push_back(number);
    if (field)
      if (auto folder = field->child_text("lobFolder"); !folder.empty())
        out.lob_folders.push_back(std::move(folder));
    return out;
  }

  void typed(const XmlElement& declared, const XmlElement* field, SiardLeaf leaf, int depth) {
    const auto name = field_text(declared, "typeName");
    if (name.empty()) {
      leaf.type = declared.child_text("type");
      return add(std::move(leaf));
    }
    const auto schema = field_text(declared, "typeSchema");
    const auto type = types_.find({schema.empty() ? schema_ : schema, name});
    leaf.type = name;
    if (type == types_.end() || depth > deepest_type) return fields_only(field, std::move(leaf));
    const auto& definition = *type->second;
    const auto* attributes = definition.child("attributes");
    if (!attributes || attributes->children.empty()) {
      leaf.type = definition.child_text("base");
      return add(std::move(leaf));
    }
    std::size_t number = 0;
    for (const auto* attribute : attributes->all("attribute")) {
      const auto* inner = field_at(field, number++);
      auto part = below(leaf, field_text(*attribute, "name"), number, inner);
      if (auto text = field_text(*attribute, "description"); !text.empty())
        part.description = std::move(text);
      part.type_original = field_text(*attribute, "typeOriginal");
      part.nullable = true;
      element(*attribute, inner, std::move(part), depth + 1);
    }
  }

  /// A type that nothing defines: its fields, when they are said, else the value as it is.
  void fields_only(const XmlElement* field, SiardLeaf leaf) {
    const auto* fields = field ? field->child("fields") : nullptr;
    if (!fields) return add(std::move(leaf));
    std::size_t number = 0;
    for (const auto* inner : fields->all("field")) {
      ++number;
      fields_only(inner, below(leaf, field_text(*inner, "name"), number, inner));
    }
  }

  void add(SiardLeaf leaf) {
    leaf.kind = siard_kind(leaf.type);
    leaf.wall_clock = siard_type_word(leaf.type) == "DATE" || siard_type_word(leaf.type) == "TIMESTAMP";
    out_.push_back(std::move(leaf));
  }

  std::string schema_;
  const SiardTypes& types_;
  std::vector<SiardLeaf>& out_;
};

}  // namespace

SiardTypes read_siard_types(const XmlElement& metadata) {
  SiardTypes out;
  const auto* schemas = metadata.child("schemas");
  if (!schemas) return out;
  for (const auto* schema : schemas->all("schema"))
    if (const auto* types = schema->child("types"))
      for (const auto* type : types->all("type"))
        out[{field_text(*schema, "name"), field_text(*type, "name")}] = type;
  return out;
}

void flatten_column(const XmlElement& column, std::size_t number, const std::string& schema,
                    const SiardTypes& types, std::vector<SiardLeaf>& out) {
  SiardLeaf leaf;
  leaf.original_name = field_text(column, "name");
  leaf.type_original = field_text(column, "typeOriginal");
  leaf.description = field_text(column, "description");
  leaf.nullable = column.child_text("nullable") != "false" && column.child_text("nullable") != "0";
  leaf.path.push_back(number);
  for (const std::string_view element : {"lobFolder", "folder"})
    if (auto folder = column.child_text(element); !folder.empty())
      leaf.lob_folders.push_back(std::move(folder));
  Flattener(schema, types, out).element(column, &column, std::move(leaf), 0);
}

}  // namespace versoir::extract
