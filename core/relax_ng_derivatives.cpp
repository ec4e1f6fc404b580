// Derivatives of patterns: what is left of a pattern after a tag, an attribute or a text.
#include "core/handle.hpp"
#include "core/relax_ng.hpp"

#include <fmt/format.h>
#include <libxml/xmlschemastypes.h>

#include <algorithm>

namespace versoir::core::relax_ng {

using Kind = Pattern::Kind;

namespace {

bool blank_only(std::string_view s) { return s.find_first_not_of(" \t\r\n") == std::string_view::npos; }

bool in(const Names& names, std::string_view ns, std::string_view local) {
  return std::ranges::any_of(names, [&](const NameClass& n) { return n.holds(ns, local); });
}

}  // namespace

/// `make` of each branch of a choice, without a call inside a call: there may be thousands.
template <class Make>
P Derivatives::each_branch(P p, const Make& make) {
  std::vector<P> made;
  for (P branch : *p->many)
    if (P one = make(branch); one != g_.not_allowed()) made.push_back(one);
  return g_.choice_of(made);
}

template <class Make>
P Derivatives::apply_after(P p, const Make& make) {
  if (p->kind == Kind::choice) return each_branch(p, [&](P branch) { return apply_after(branch, make); });
  return p->kind == Kind::after ? g_.after(p->a, make(p->b)) : g_.not_allowed();
}

namespace {

/// Patterns whose derivative asks for those of others.
bool has_parts(P p) {
  return p->kind == Kind::choice || p->kind == Kind::group || p->kind == Kind::interleave ||
         p->kind == Kind::one_or_more || p->kind == Kind::after;
}

/// What is remembered is forgotten at once rather than growing for ever.
template <class Memory, class K>
P remember(Memory& memory, K&& key, P value) {
  constexpr std::size_t remembered_most = 500'000;
  if (memory.size() >= remembered_most) memory.clear();
  memory.emplace(std::forward<K>(key), value);
  return value;
}

}  // namespace

P Derivatives::open(P p, std::string_view ns, std::string_view local, Lenient lenient) {
  if (!has_parts(p)) return open_fresh(p, ns, local, lenient);
  Key key{p, fmt::format("{}\n{}", local, ns)};
  auto& memory = opened_[static_cast<int>(lenient)];
  if (const auto it = memory.find(key); it != memory.end()) return it->second;
  return remember(memory, std::move(key), open_fresh(p, ns, local, lenient));
}

P Derivatives::open_fresh(P p, std::string_view ns, std::string_view local, Lenient lenient) {
  const Budget::Level level(g_.budget());
  g_.budget().spend(p->names ? p->names->size() : 1);
  const auto again = [&](P q) { return open(q, ns, local, lenient); };
  switch (p->kind) {
    case Kind::choice:
      return each_branch(p, again);
    case Kind::element:
      return in(*p->names, ns, local) ? g_.after(g_.content(p), g_.empty()) : g_.not_allowed();
    case Kind::interleave: {
      P first = apply_after(again(p->a), [&](P x) { return g_.interleave(x, p->b); });
      return g_.choice(first, apply_after(again(p->b), [&](P x) { return g_.interleave(p->a, x); }));
    }
    case Kind::one_or_more:
      return apply_after(again(p->a), [&](P x) { return g_.group(x, g_.choice(p, g_.empty())); });
    case Kind::group: {
      P first = apply_after(again(p->a), [&](P x) { return g_.group(x, p->b); });
      // The nearest place that fits: what is missing before is passed only when nothing else does.
      if (lenient != Lenient::no && first != g_.not_allowed()) return first;
      return p->a->nullable || lenient != Lenient::no ? g_.choice(first, again(p->b)) : first;
    }
    case Kind::after:
      return apply_after(again(p->a), [&](P x) { return g_.after(x, p->b); });
    default:
      return g_.not_allowed();
  }
}

P Derivatives::attribute(P p, const XmlAttribute& attribute_, bool any_value) {
  Memory memory;
  return attribute(p, attribute_, any_value, memory);
}

P Derivatives::attribute(P p, const XmlAttribute& attribute_, bool any_value, Memory& memory) {
  if (!has_parts(p)) return attribute_fresh(p, attribute_, any_value, memory);
  if (const auto it = memory.find(p); it != memory.end()) return it->second;
  return remember(memory, p, attribute_fresh(p, attribute_, any_value, memory));
}

P Derivatives::attribute_fresh(P p, const XmlAttribute& attribute_, bool any_value, Memory& memory) {
  const Budget::Level level(g_.budget());
  g_.budget().spend(p->names ? p->names->size() : 1);
  const auto again = [&](P q) { return attribute(q, attribute_, any_value, memory); };
  switch (p->kind) {
    case Kind::choice:
      return each_branch(p, again);
    case Kind::after:
      return g_.after(again(p->a), p->b);
    case Kind::group: {
      P first = g_.group(again(p->a), p->b);
      return g_.choice(first, g_.group(p->a, again(p->b)));
    }
    case Kind::interleave: {
      P first = g_.interleave(again(p->a), p->b);
      return g_.choice(first, g_.interleave(p->a, again(p->b)));
    }
    case Kind::one_or_more:
      return g_.group(again(p->a), g_.choice(p, g_.empty()));
    case Kind::attribute: {
      if (!in(*p->names, attribute_.ns, attribute_.local())) return g_.not_allowed();
      const bool fits = any_value || (blank_only(attribute_.value) && p->a->nullable) ||
                        text(p->a, attribute_.value)->nullable;
      return fits ? g_.empty() : g_.not_allowed();
    }
    default:
      return g_.not_allowed();
  }
}

P Derivatives::close_tag(P p, bool lenient) {
  if (!has_parts(p)) return close_fresh(p, lenient);
  auto& memory = closed_[lenient ? 1 : 0];
  if (const auto it = memory.find(p); it != memory.end()) return it->second;
  return remember(memory, p, close_fresh(p, lenient));
}

P Derivatives::close_fresh(P p, bool lenient) {
  const Budget::Level level(g_.budget());
  g_.budget().spend(1);
  const auto again = [&](P q) { return close_tag(q, lenient); };
  switch (p->kind) {
    case Kind::choice:
      return each_branch(p, again);
    case Kind::after:
      return g_.after(again(p->a), p->b);
    case Kind::group: {
      P first = again(p->a);
      return g_.group(first, again(p->b));
    }
    case Kind::interleave: {
      P first = again(p->a);
      return g_.interleave(first, again(p->b));
    }
    case Kind::one_or_more:
      return g_.one_or_more(again(p->a));
    case Kind::attribute:
      return lenient ? g_.empty() : g_.not_allowed();
    default:
      return p;
  }
}

P Derivatives::text(P p, std::string_view value) {
  Memory memory;
  return text(p, {value, collapse(value)}, memory);
}

P Derivatives::text(P p, const Value& value, Memory& memory) {
  if (!has_parts(p)) return text_fresh(p, value, memory);
  if (const auto it = memory.find(p); it != memory.end()) return it->second;
  return remember(memory, p, text_fresh(p, value, memory));
}

P Derivatives::text_fresh(P p, const Value& value, Memory& memory) {
  const Budget::Level level(g_.budget());
  g_.budget().spend(1);
  const auto again = [&](P q) { return text(q, value, memory); };
  switch (p->kind) {
    case Kind::choice:
      return text_of_choice(p, value, memory);
    case Kind::interleave: {
      P first = g_.interleave(again(p->a), p->b);
      return g_.choice(first, g_.interleave(p->a, again(p->b)));
    }
    case Kind::group: {
      P first = g_.group(again(p->a), p->b);
      return p->a->nullable ? g_.choice(first, again(p->b)) : first;
    }
    case Kind::after:
      return g_.after(again(p->a), p->b);
    case Kind::one_or_more:
      return g_.group(again(p->a), g_.choice(p, g_.empty()));
    case Kind::text:
      return p;
    case Kind::data:
    case Kind::value:
    case Kind::list:
      return allows(*p, value) ? g_.empty() : g_.not_allowed();
    default:
      return g_.not_allowed();
  }
}

const Derivatives::Listed& Derivatives::listed_in(P choice) {
  const auto [it, fresh] = listed_.try_emplace(choice);
  auto& listed = it->second;
  if (!fresh) return listed;
  g_.budget().spend(choice->many->size());
  for (P p : *choice->many) {
    if (p->kind == Kind::value)
      (p->leaf->type == "string" ? listed.exact : listed.collapsed).insert(p->leaf->value);
    else
      listed.others.push_back(p);
  }
  return listed;
}

P Derivatives::text_of_choice(P p, const Value& value, Memory& memory) {
  const auto& listed = listed_in(p);
  std::vector<P> made;
  if (listed.exact.contains(value.raw) || listed.collapsed.contains(value.collapsed))
    made.push_back(g_.empty());
  for (P other : listed.others) made.push_back(text(other, value, memory));
  return g_.choice_of(made);
}

P Derivatives::end(P p, bool lenient) {
  if (p->kind == Kind::choice) return each_branch(p, [&](P branch) { return end(branch, lenient); });
  return p->kind == Kind::after && (lenient || p->a->nullable) ? p->b : g_.not_allowed();
}

P Derivatives::satisfied(P p) {
  if (p->kind == Kind::choice) return each_branch(p, [&](P branch) { return satisfied(branch); });
  return p->kind == Kind::after ? g_.after(g_.empty(), p->b) : p;
}

// -------------------------------------------------------------------------------------------- values

namespace {

constexpr std::string_view xsd_types = "http://www.w3.org/2001/XMLSchema-datatypes";

const xmlChar* x(const std::string& s) { return reinterpret_cast<const xmlChar*>(s.c_str()); }

xmlSchemaTypeType facet_kind(std::string_view name) {
  static const std::map<std::string_view, xmlSchemaTypeType> kinds{
      {"totalDigits", XML_SCHEMA_FACET_TOTALDIGITS},   {"fractionDigits", XML_SCHEMA_FACET_FRACTIONDIGITS},
      {"minInclusive", XML_SCHEMA_FACET_MININCLUSIVE}, {"minExclusive", XML_SCHEMA_FACET_MINEXCLUSIVE},
      {"maxInclusive", XML_SCHEMA_FACET_MAXINCLUSIVE}, {"maxExclusive", XML_SCHEMA_FACET_MAXEXCLUSIVE},
      {"pattern", XML_SCHEMA_FACET_PATTERN},           {"length", XML_SCHEMA_FACET_LENGTH},
      {"minLength", XML_SCHEMA_FACET_MINLENGTH},       {"maxLength", XML_SCHEMA_FACET_MAXLENGTH}};
  const auto it = kinds.find(name);
  return it == kinds.end() ? XML_SCHEMA_FACET_ENUMERATION : it->second;
}

/// What libxml2's own RELAX NG does with its types and facets. What it does not know, it lets pass.
bool fits_type(const Leaf& leaf, const std::string& value) {
  xmlSchemaType* type =
      xmlSchemaGetPredefinedType(x(leaf.type), x(std::string("http://www.w3.org/2001/XMLSchema")));
  if (!type) return true;
  xmlSchemaVal* raw = nullptr;
  if (xmlSchemaValPredefTypeNode(type, x(value), &raw, nullptr) != 0) return false;
  const Handle<xmlSchemaVal, xmlSchemaFreeValue> computed(raw);
  for (const auto& [name, limit] : leaf.params) {
    const auto kind = facet_kind(name);
    if (kind == XML_SCHEMA_FACET_ENUMERATION) continue;
    const Handle<xmlSchemaFacet, xmlSchemaFreeFacet> facet(xmlSchemaNewFacet());
    if (!facet) continue;
    facet->type = kind;
    facet->value = x(limit);
    if (xmlSchemaCheckFacet(facet.get(), type, nullptr, nullptr) == 0 &&
        xmlSchemaValidateFacet(type, facet.get(), x(value), computed.get()) != 0)
      return false;
  }
  return true;
}

}  // namespace

bool Derivatives::allows(const Pattern& p, const Value& value) {
  if (p.kind == Kind::value)
    return p.leaf->value == (p.leaf->type == "string" ? value.raw : std::string_view(value.collapsed));
  if (p.kind == Kind::list) {
    P left = p.a;
    for (const auto& word : words_of(value.raw)) left = text(left, word);
    return left->nullable;
  }
  if (p.leaf->except && text(p.leaf->except, value.raw)->nullable) return false;
  return p.leaf->library != xsd_types || fits_type(*p.leaf, std::string(value.raw));
}

}  // namespace versoir::core::relax_ng
