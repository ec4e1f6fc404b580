// Patterns out of a grammar in XML (RELAX NG §4: what is inherited is looked up where it is needed).
#include "core/error.hpp"
#include "core/handle.hpp"
#include "core/relax_ng.hpp"
#include "core/text.hpp"

namespace versoir::core::relax_ng {

using Kind = Pattern::Kind;

namespace {

using Text = Handle<xmlChar, [](xmlChar* p) { xmlFree(p); }>;

const xmlChar* xml_name(const char* s) { return reinterpret_cast<const xmlChar*>(s); }
std::string of(const Text& text) { return text ? reinterpret_cast<const char*>(text.get()) : ""; }

std::optional<std::string> own(const xmlNode* node, const char* name) {
  const Text value(xmlGetNoNsProp(node, xml_name(name)));
  if (!value) return std::nullopt;
  return of(value);
}

/// ns and datatypeLibrary hold for what is inside.
std::string inherited(const xmlNode* node, const char* name) {
  for (; node && node->type == XML_ELEMENT_NODE; node = node->parent)
    if (auto value = own(node, name)) return *value;
  return {};
}

bool is_pattern_node(const xmlNode* node) {
  return node->type == XML_ELEMENT_NODE && node->ns &&
         xmlStrEqual(node->ns->href, xml_name("http://relaxng.org/ns/structure/1.0"));
}

bool called(const xmlNode* node, std::string_view local) {
  return reinterpret_cast<const char*>(node->name) == local;
}

const xmlNode* enclosing_grammar(const xmlNode* node) {
  for (node = node->parent; node && node->type == XML_ELEMENT_NODE; node = node->parent)
    if (called(node, "grammar")) return node;
  return nullptr;
}

/// "p:name" or "name" as a name class; `ns` counts when there is no prefix.
NameClass qualified(const xmlNode* node, const std::string& name, const std::string& ns) {
  const auto colon = name.find(':');
  if (colon == std::string::npos) return {NameClass::Kind::name, ns, name, {}};
  const auto* found =
      xmlSearchNs(node->doc, const_cast<xmlNode*>(node), xml_name(name.substr(0, colon).c_str()));
  return {NameClass::Kind::name,
          found ? reinterpret_cast<const char*>(found->href) : "",
          name.substr(colon + 1),
          {}};
}

Names names_in(const xmlNode* node);

Names except_in(const xmlNode* node) {
  for (const xmlNode* c = node->children; c; c = c->next)
    if (is_pattern_node(c) && called(c, "except")) {
      Names all;
      for (const xmlNode* e = c->children; e; e = e->next)
        if (is_pattern_node(e))
          for (auto& name : names_in(e)) all.push_back(std::move(name));
      return all;
    }
  return {};
}

Names names_in(const xmlNode* node) {
  if (called(node, "name")) {
    const Text text(xmlNodeGetContent(node));
    return {qualified(node, trim(of(text)), inherited(node, "ns"))};
  }
  if (called(node, "nsName")) return {{NameClass::Kind::any_ns, inherited(node, "ns"), "", except_in(node)}};
  if (called(node, "anyName")) return {{NameClass::Kind::any, "", "", except_in(node)}};
  Names all;  // choice
  for (const xmlNode* c = node->children; c; c = c->next)
    if (is_pattern_node(c))
      for (auto& name : names_in(c)) all.push_back(std::move(name));
  return all;
}

bool is_name_class(const xmlNode* node) {
  return called(node, "name") || called(node, "anyName") || called(node, "nsName");
}

/// The starts ("") and defines of a grammar by their names, those of its divisions included.
void components(const xmlNode* in, std::unordered_map<std::string, std::vector<const xmlNode*>>& out) {
  for (const xmlNode* c = in->children; c; c = c->next) {
    if (!is_pattern_node(c)) continue;
    if (called(c, "div"))
      components(c, out);
    else if (called(c, "start"))
      out[""].push_back(c);
    else if (called(c, "define"))
      out[own(c, "name").value_or("")].push_back(c);
  }
}

}  // namespace

class Builder {
 public:
  explicit Builder(Grammar& g) : g_(g) {}

  P pattern(const xmlNode* node) {
    const Budget::Level level(g_.budget());
    g_.budget().spend(1);
    if (called(node, "grammar")) return named(node, "");
    if (called(node, "ref")) return named(enclosing_grammar(node), own(node, "name").value_or(""));
    if (called(node, "parentRef"))
      return named(enclosing_grammar(enclosing_grammar(node)), own(node, "name").value_or(""));
    if (called(node, "element")) return element(node);
    if (called(node, "attribute")) return attribute(node);
    if (called(node, "empty")) return g_.empty();
    if (called(node, "notAllowed")) return g_.not_allowed();
    if (called(node, "text")) return g_.text_;
    if (called(node, "choice")) return g_.choice_of(parts(node));
    if (called(node, "interleave")) return interleave_of(parts(node));
    if (called(node, "mixed")) return g_.interleave(all(node), g_.text_);
    if (called(node, "optional")) return g_.choice(all(node), g_.empty());
    if (called(node, "oneOrMore")) return g_.one_or_more(all(node));
    if (called(node, "zeroOrMore")) return g_.choice(g_.one_or_more(all(node)), g_.empty());
    if (called(node, "group")) return all(node);
    if (called(node, "data") || called(node, "value")) return leaf(node);
    if (called(node, "list")) return g_.intern({.kind = Kind::list, .a = all(node)});
    throw Error(Exit::unexpected,
                msg("RELAX NG: {0} is not a pattern", reinterpret_cast<const char*>(node->name)));
  }

  /// Its patterns one after the other, without its name class.
  P all(const xmlNode* node) {
    P out = g_.empty();
    const auto list = parts(node);
    for (auto it = list.rbegin(); it != list.rend(); ++it) out = g_.group(*it, out);
    return out;
  }

 private:
  std::vector<P> parts(const xmlNode* node) {
    std::vector<P> out;
    bool name = (called(node, "element") || called(node, "attribute")) && !own(node, "name");
    for (const xmlNode* c = node->children; c; c = c->next) {
      if (!is_pattern_node(c)) continue;
      if (name) {  // the first is the name class
        name = false;
        continue;
      }
      out.push_back(pattern(c));
    }
    return out;
  }

  /// A start (its name is "") or a define: its parts combined (§4.17).
  P named(const xmlNode* grammar, const std::string& name) {
    if (!grammar) throw Error(Exit::unexpected, msg("RELAX NG: a reference stands outside of any grammar"));
    const std::pair key{grammar, name};
    if (const auto it = g_.defines_.find(key); it != g_.defines_.end()) {
      if (!it->second) throw Error(Exit::unexpected, msg("RELAX NG: {0} refers to itself", name));
      return it->second;
    }
    g_.defines_[key] = nullptr;  // being made
    return g_.defines_[key] = combined(found_in(grammar, name));
  }

  const std::vector<const xmlNode*>& found_in(const xmlNode* grammar, const std::string& name) {
    const auto [all, fresh] = g_.components_.try_emplace(grammar);
    if (fresh) components(grammar, all->second);
    const auto found = all->second.find(name);
    if (found == all->second.end()) throw Error(Exit::unexpected, msg("RELAX NG: {0} is not defined", name));
    return found->second;
  }

  P combined(const std::vector<const xmlNode*>& parts) {
    bool interleave = false;
    std::vector<P> made;
    for (const auto* c : parts) {
      interleave = interleave || own(c, "combine").value_or("") == "interleave";
      made.push_back(all(c));
    }
    return interleave ? interleave_of(made) : g_.choice_of(made);
  }

  P interleave_of(const std::vector<P>& parts) {
    P out = g_.empty();
    for (P p : parts) out = g_.interleave(out, p);
    return out;
  }

  P element(const xmlNode* node) {
    auto& names = g_.names_.emplace_back();
    if (const auto name = own(node, "name"))
      names = {qualified(node, trim(*name), inherited(node, "ns"))};
    else
      names = first_names(node);
    return g_.intern({.kind = Kind::element, .names = &names, .source = node});
  }

  P attribute(const xmlNode* node) {
    auto& names = g_.names_.emplace_back();
    // §4.8: an attribute named by an XML attribute is in no namespace unless it says so itself.
    if (const auto name = own(node, "name"))
      names = {qualified(node, trim(*name), own(node, "ns").value_or(""))};
    else
      names = first_names(node);
    const auto list = parts(node);
    return g_.intern({.kind = Kind::attribute, .a = list.empty() ? g_.text_ : all(node), .names = &names});
  }

  static Names first_names(const xmlNode* node) {
    for (const xmlNode* c = node->children; c; c = c->next)
      if (is_pattern_node(c)) return is_name_class(c) || called(c, "choice") ? names_in(c) : Names{};
    return {};
  }

  P leaf(const xmlNode* node) {
    Leaf leaf;
    const bool value = called(node, "value");
    leaf.type = own(node, "type").value_or("token");
    // A value without type is a token of RELAX NG itself.
    leaf.library = value && !own(node, "type") ? "" : inherited(node, "datatypeLibrary");
    if (value) {
      const Text text(xmlNodeGetContent(node));
      leaf.value = leaf.type == "string" ? of(text) : collapse(of(text));
    }
    for (const xmlNode* c = node->children; c; c = c->next) {
      if (!is_pattern_node(c)) continue;
      if (called(c, "param")) {
        const Text text(xmlNodeGetContent(c));
        leaf.params.emplace_back(own(c, "name").value_or(""), of(text));
      } else if (called(c, "except")) {
        leaf.except = g_.choice_of(parts(c));
      }
    }
    return g_.intern(
        {.kind = value ? Kind::value : Kind::data, .leaf = &g_.leaves_.emplace_back(std::move(leaf))});
  }

  Grammar& g_;
};

Grammar::Grammar(const xmlDoc* doc)
    : empty_(intern({.kind = Kind::empty, .nullable = true})),
      not_allowed_(intern({.kind = Kind::not_allowed})),
      text_(intern({.kind = Kind::text, .nullable = true})),
      start_(not_allowed_) {
  const auto* root = xmlDocGetRootElement(doc);
  if (!root || !is_pattern_node(root))
    throw Error(Exit::unexpected, msg("RELAX NG: the document is no grammar"));
  start_ = Builder(*this).pattern(root);
}

P Grammar::content(P element) {
  if (const auto it = contents_.find(element); it != contents_.end()) return it->second;
  return contents_[element] = Builder(*this).all(element->source);
}

}  // namespace versoir::core::relax_ng
