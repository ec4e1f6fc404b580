// Patterns and their derivatives.
#include "core/relax_ng.hpp"

#include "core/error.hpp"
#include "core/handle.hpp"

#include <fmt/format.h>
#include <libxml/xmlschemastypes.h>

#include <algorithm>
#include <set>

namespace versoir::core::relax_ng {

using Kind = Pattern::Kind;

bool NameClass::holds(std::string_view ns_, std::string_view local_) const {
  if (kind == Kind::name) return ns == ns_ && local == local_;
  if (kind == Kind::any_ns && ns != ns_) return false;
  return std::ranges::none_of(except, [&](const NameClass& e) { return e.holds(ns_, local_); });
}

// ------------------------------------------------------------------------------------------- making

namespace {

bool blank_only(std::string_view s) { return s.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  for (auto from = text.find_first_not_of(" \t\r\n"); from != std::string_view::npos;) {
    const auto to = std::min(text.find_first_of(" \t\r\n", from), text.size());
    out.push_back(text.substr(from, to - from));
    from = text.find_first_not_of(" \t\r\n", to);
  }
  return out;
}

bool in(const Names& names, std::string_view ns, std::string_view local) {
  return std::ranges::any_of(names, [&](const NameClass& n) { return n.holds(ns, local); });
}

std::size_t hash_of(const Pattern& p) {
  std::size_t h = static_cast<std::size_t>(p.kind);
  for (const void* part :
       {static_cast<const void*>(p.a), static_cast<const void*>(p.b), static_cast<const void*>(p.names),
        static_cast<const void*>(p.source), static_cast<const void*>(p.leaf)})
    h = h * 1'000'003u + std::hash<const void*>()(part);
  return h;
}

bool same(const Pattern& x, const Pattern& y) {
  return x.kind == y.kind && x.a == y.a && x.b == y.b && x.names == y.names && x.source == y.source &&
         x.leaf == y.leaf;
}

/// The branches of nested choices.
void branches(P p, std::vector<P>& out) {
  while (p->kind == Kind::choice) {
    branches(p->a, out);
    p = p->b;
  }
  out.push_back(p);
}

}  // namespace

P Grammar::intern(Pattern p) {
  const auto hash = hash_of(p);
  const auto [from, to] = known_.equal_range(hash);
  for (auto it = from; it != to; ++it)
    if (same(*it->second, p)) return it->second;
  if (patterns_.size() >= patterns_most)
    throw Error(Exit::unexpected, msg("the grammar is too intricate to tell every fault"));
  patterns_.push_back(p);
  known_.emplace(hash, &patterns_.back());
  return &patterns_.back();
}

P Grammar::choice(P a, P b) {
  if (a == b || b == not_allowed_) return a;
  if (a == not_allowed_) return b;
  return choice_of({a, b});
}

P Grammar::choice_of(const std::vector<P>& parts) {
  std::vector<P> all, once;
  for (P p : parts) branches(p, all);
  // Each branch once, in the order met: equal sets made in the same order are equal patterns.
  std::set<P> met{not_allowed_};
  for (P p : all)
    if (met.insert(p).second) once.push_back(p);
  if (once.empty()) return not_allowed_;
  P out = once.back();
  for (std::size_t i = once.size() - 1; i-- > 0;)
    out = intern(
        {.kind = Kind::choice, .nullable = once[i]->nullable || out->nullable, .a = once[i], .b = out});
  return out;
}

P Grammar::group(P a, P b) {
  if (a == not_allowed_ || b == not_allowed_) return not_allowed_;
  if (a == empty_) return b;
  if (b == empty_) return a;
  return intern({.kind = Kind::group, .nullable = a->nullable && b->nullable, .a = a, .b = b});
}

P Grammar::interleave(P a, P b) {
  if (a == not_allowed_ || b == not_allowed_) return not_allowed_;
  if (a == empty_) return b;
  if (b == empty_) return a;
  return intern({.kind = Kind::interleave, .nullable = a->nullable && b->nullable, .a = a, .b = b});
}

P Grammar::one_or_more(P a) {
  if (a == not_allowed_ || a == empty_ || a->kind == Kind::one_or_more) return a;
  return intern({.kind = Kind::one_or_more, .nullable = a->nullable, .a = a});
}

P Grammar::after(P a, P b) {
  if (a == not_allowed_ || b == not_allowed_) return not_allowed_;
  return intern({.kind = Kind::after, .a = a, .b = b});
}

// ------------------------------------------------------------------------------------- derivatives

template <class Make>
P Derivatives::apply_after(P p, const Make& make) {
  if (p->kind == Kind::choice) {
    P first = apply_after(p->a, make);
    return g_.choice(first, apply_after(p->b, make));
  }
  return p->kind == Kind::after ? g_.after(p->a, make(p->b)) : g_.not_allowed();
}

P Derivatives::open(P p, std::string_view ns, std::string_view local, Lenient lenient) {
  Key key{p, fmt::format("{}\n{}", local, ns)};
  auto& memory = opened_[static_cast<int>(lenient)];
  if (const auto it = memory.find(key); it != memory.end()) return it->second;
  P out = open_fresh(p, ns, local, lenient);
  if (memory.size() < 500'000) memory.emplace(std::move(key), out);
  return out;
}

P Derivatives::open_fresh(P p, std::string_view ns, std::string_view local, Lenient lenient) {
  const auto again = [&](P q) { return open(q, ns, local, lenient); };
  switch (p->kind) {
    case Kind::choice: {
      P first = again(p->a);
      return g_.choice(first, again(p->b));
    }
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
  const auto again = [&](P q) { return attribute(q, attribute_, any_value); };
  switch (p->kind) {
    case Kind::choice: {
      P first = again(p->a);
      return g_.choice(first, again(p->b));
    }
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
  auto& memory = closed_[lenient ? 1 : 0];
  if (const auto it = memory.find(p); it != memory.end()) return it->second;
  const auto again = [&](P q) { return close_tag(q, lenient); };
  P out = p;
  switch (p->kind) {
    case Kind::choice: {
      P first = again(p->a);
      out = g_.choice(first, again(p->b));
      break;
    }
    case Kind::after:
      out = g_.after(again(p->a), p->b);
      break;
    case Kind::group: {
      P first = again(p->a);
      out = g_.group(first, again(p->b));
      break;
    }
    case Kind::interleave: {
      P first = again(p->a);
      out = g_.interleave(first, again(p->b));
      break;
    }
    case Kind::one_or_more:
      out = g_.one_or_more(again(p->a));
      break;
    case Kind::attribute:
      out = lenient ? g_.empty() : g_.not_allowed();
      break;
    default:
      break;
  }
  if (memory.size() < 500'000) memory.emplace(p, out);
  return out;
}

P Derivatives::text(P p, std::string_view value) {
  const auto again = [&](P q) { return text(q, value); };
  switch (p->kind) {
    case Kind::choice: {
      P first = again(p->a);
      return g_.choice(first, again(p->b));
    }
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

P Derivatives::end(P p, bool lenient) {
  if (p->kind == Kind::choice) {
    P first = end(p->a, lenient);
    return g_.choice(first, end(p->b, lenient));
  }
  return p->kind == Kind::after && (lenient || p->a->nullable) ? p->b : g_.not_allowed();
}

P Derivatives::satisfied(P p) {
  if (p->kind == Kind::choice) {
    P first = satisfied(p->a);
    return g_.choice(first, satisfied(p->b));
  }
  return p->kind == Kind::after ? g_.after(g_.empty(), p->b) : p;
}

// -------------------------------------------------------------------------------------------- values

namespace {

constexpr std::string_view xsd_types = "http://www.w3.org/2001/XMLSchema-datatypes";

const xmlChar* x(const std::string& s) { return reinterpret_cast<const xmlChar*>(s.c_str()); }

std::string collapse(std::string_view text) {
  std::string out;
  for (const auto& word : words_of(text)) out += (out.empty() ? "" : " ") + std::string(word);
  return out;
}

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

bool Derivatives::allows(const Pattern& p, std::string_view value) {
  if (p.kind == Kind::value) {
    const bool exact = p.leaf->type == "string";
    return exact ? p.leaf->value == value : collapse(p.leaf->value) == collapse(value);
  }
  if (p.kind == Kind::list) {
    P left = p.a;
    for (const auto& word : words_of(value)) left = text(left, word);
    return left->nullable;
  }
  if (p.leaf->except && text(p.leaf->except, value)->nullable) return false;
  return p.leaf->library != xsd_types || fits_type(*p.leaf, std::string(value));
}

// ------------------------------------------------------------------------------------------ expected

namespace {

std::string shown(const NameClass& name) { return name.kind == NameClass::Kind::name ? name.local : "*"; }

std::string shown(const Pattern& p) {
  if (p.kind == Kind::value) return "\"" + p.leaf->value + "\"";
  if (p.kind == Kind::list || !p.leaf) return "*";
  std::string out = p.leaf->type;
  for (const auto& [name, limit] : p.leaf->params) out += " " + name + "=" + limit;
  return out;
}

void add_once(std::vector<std::string>& list, std::string name) {
  if (std::ranges::find(list, name) == list.end()) list.push_back(std::move(name));
}

void add_all(std::vector<std::string>& list, const std::vector<std::string>& more) {
  for (const auto& name : more) add_once(list, name);
}

void gather(P p, Expected& out) {
  switch (p->kind) {
    case Kind::choice:
    case Kind::interleave:
      gather(p->a, out);
      gather(p->b, out);
      return;
    case Kind::one_or_more:
      gather(p->a, out);
      return;
    case Kind::group: {
      // Attributes may come in any order: those of both sides.
      gather(p->a, out);
      Expected second;
      gather(p->b, second);
      add_all(out.attributes, second.attributes);
      if (!p->a->nullable) return;
      add_all(out.elements, second.elements);
      add_all(out.values, second.values);
      return;
    }
    case Kind::after:
      gather(p->a, out);
      if (p->a->nullable) add_once(out.elements, "");
      return;
    case Kind::element:
      for (const auto& name : *p->names) add_once(out.elements, shown(name));
      return;
    case Kind::attribute:
      for (const auto& name : *p->names) add_once(out.attributes, "@" + shown(name));
      return;
    case Kind::data:
    case Kind::value:
    case Kind::list:
      add_once(out.values, shown(*p));
      return;
    default:
      return;
  }
}

}  // namespace

Expected expected_in(P p) {
  Expected out;
  gather(p, out);
  return out;
}

}  // namespace versoir::core::relax_ng
