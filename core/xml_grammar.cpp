// RELAX NG grammars and XML Schemas compiled by libxml2, includes inlined.
#include "core/error.hpp"
#include "core/handle.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "core/xml_grammar_state.hpp"
#include "core/xml_input.hpp"

#include <libxml/parser.h>
#include <libxml/tree.h>

#include <memory>
#include <mutex>

namespace versoir::core {

namespace {

using Document = Handle<xmlDoc, xmlFreeDoc>;
using Resolve = std::function<std::string_view(std::string_view)>;
constexpr int include_depth_most = 8;
const xmlChar* x(const char* s) { return reinterpret_cast<const xmlChar*>(s); }

[[noreturn]] void defect(std::string_view name, const ErrorScope& errors) {
  const XmlIssue issue = errors.issues.empty() ? XmlIssue{0, "?", {}} : errors.issues.front();
  throw Error(Exit::unexpected,
              msg("the grammar {0} is wrong, line {1}: {2}", name, issue.line, issue.message));
}

Document read_document(std::string_view text, std::string_view name, ErrorScope& errors) {
  XmlInput(text, std::string(name), Exit::unexpected, {}).scan_prolog();  // a DOCTYPE stops here
  Document doc(xmlReadMemory(text.data(), static_cast<int>(text.size()), std::string(name).c_str(), "UTF-8",
                             grammar_parser_options));
  if (!doc || !xmlDocGetRootElement(doc.get())) defect(name, errors);
  return doc;
}

bool is(const xmlNode* node, const char* local) {
  return node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, x(local)) != 0;
}

bool is_relax_ng(const xmlNode* node, const char* local) {
  return is(node, local) && node->ns && xmlStrEqual(node->ns->href, x(relax_ng_namespace)) != 0;
}

std::string property(const xmlNode* node, const char* name) {
  const Handle<xmlChar, [](xmlChar* p) { xmlFree(p); }> value(xmlGetNoNsProp(node, x(name)));
  return value ? reinterpret_cast<const char*>(value.get()) : "";
}

/// RELAX NG §4.7: components of the included grammar that the include redefines are left out.
bool overridden(const xmlNode* component, const xmlNode* include) {
  for (const xmlNode* c = include->children; c; c = c->next) {
    if (is(c, "start") && is(component, "start")) return true;
    if (is(c, "define") && is(component, "define") && property(c, "name") == property(component, "name"))
      return true;
  }
  return false;
}

void remove_overridden(xmlNode* parent, const xmlNode* include) {
  for (xmlNode* c = parent->children; c;) {
    xmlNode* next = c->next;
    if (is(c, "div")) remove_overridden(c, include);
    if (overridden(c, include)) {
      xmlUnlinkNode(c);
      xmlFreeNode(c);
    }
    c = next;
  }
}

/// What the component inherited from its own grammar element it now carries itself. `ns` is not invented: an
/// included grammar without one takes the includer's (§4.8 comes after §4.7).
void keep_inherited(xmlNode* component, const xmlNode* root) {
  for (const char* name : {"ns", "datatypeLibrary"}) {
    const std::string value = property(root, name);
    if (!value.empty() && !xmlHasProp(component, x(name))) xmlNewProp(component, x(name), x(value.c_str()));
  }
  for (const xmlNs* ns = root->nsDef; ns; ns = ns->next)
    xmlNewNs(component, ns->href, ns->prefix);  // null when the prefix is declared already
  if (!is(component, "div")) return;  // libxml2 dissolves a div without handing its datatypeLibrary down
  for (xmlNode* c = component->children; c; c = c->next)
    if (c->type == XML_ELEMENT_NODE) keep_inherited(c, component);
}

void inline_includes(xmlNode* parent, const Resolve& resolve, int depth, ErrorScope& errors);

void splice(xmlNode* include, const Resolve& resolve, int depth, ErrorScope& errors) {
  const std::string href = property(include, "href");
  const std::string_view text = resolve ? resolve(href) : std::string_view();
  if (text.empty() || depth >= include_depth_most)
    throw Error(Exit::unexpected, msg("the grammar includes {0}, which is not known", href));
  const Document included = read_document(text, href, errors);
  xmlNode* root = xmlDocGetRootElement(included.get());
  inline_includes(root, resolve, depth + 1, errors);
  remove_overridden(root, include);
  for (xmlNode* c = root->children; c; c = c->next) {
    if (c->type != XML_ELEMENT_NODE) continue;
    xmlNode* copy = xmlDocCopyNode(c, include->doc, 1);
    if (!copy) throw Error(Exit::unexpected, msg("the grammar cannot be assembled"));
    xmlAddPrevSibling(include, copy);
    keep_inherited(copy, root);
  }
  while (xmlNode* own = include->children) {
    xmlUnlinkNode(own);
    xmlAddPrevSibling(include, own);
  }
  xmlUnlinkNode(include);
  xmlFreeNode(include);
}

/// RELAX NG §4.6: the pattern that is referred to takes the place of the reference, and its ns when it has
/// none.
void replace_external(xmlNode* reference, const Resolve& resolve, int depth, ErrorScope& errors) {
  const std::string href = property(reference, "href");
  const std::string_view text = resolve ? resolve(href) : std::string_view();
  if (text.empty() || depth >= include_depth_most)
    throw Error(Exit::unexpected, msg("the grammar includes {0}, which is not known", href));
  const Document other = read_document(text, href, errors);
  inline_includes(xmlDocGetRootElement(other.get()), resolve, depth + 1, errors);
  xmlNode* copy = xmlDocCopyNode(xmlDocGetRootElement(other.get()), reference->doc, 1);
  if (!copy) throw Error(Exit::unexpected, msg("the grammar cannot be assembled"));
  xmlReplaceNode(reference, copy);
  const std::string ns = property(reference, "ns");
  if (!ns.empty() && !xmlHasProp(copy, x("ns"))) xmlNewProp(copy, x("ns"), x(ns.c_str()));
  xmlFreeNode(reference);
}

void inline_includes(xmlNode* parent, const Resolve& resolve, int depth, ErrorScope& errors) {
  for (xmlNode* c = parent->children; c;) {
    xmlNode* next = c->next;
    if (is_relax_ng(c, "include"))
      splice(c, resolve, depth, errors);
    else if (is_relax_ng(c, "externalRef"))
      replace_external(c, resolve, depth, errors);
    else
      inline_includes(c, resolve, depth, errors);
    c = next;
  }
}

/// libxml2 fills its tables of data types on first use, without a lock of its own.
std::mutex& compile_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

Grammar::Grammar(std::unique_ptr<State> s) : s_(std::move(s)) {}
Grammar::~Grammar() = default;
Grammar::Grammar(Grammar&&) noexcept = default;

Grammar Grammar::from_text(std::string_view rng, std::string_view name, const Resolve& resolve) {
  const std::scoped_lock lock(compile_mutex());
  xmlInitParser();
  ErrorScope errors;
  auto state = std::make_unique<State>();
  state->doc = read_document(rng, name, errors);
  inline_includes(xmlDocGetRootElement(state->doc.get()), resolve, 0, errors);
  const Handle<xmlRelaxNGParserCtxt, xmlRelaxNGFreeParserCtxt> context(
      xmlRelaxNGNewDocParserCtxt(state->doc.get()));
  if (!context) defect(name, errors);
  xmlRelaxNGSetParserStructuredErrors(context.get(), ErrorScope::collect, &errors);
  state->schema.reset(xmlRelaxNGParse(context.get()));
  if (!state->schema || !errors.issues.empty()) defect(name, errors);
  return Grammar(std::move(state));
}

Grammar Grammar::from_xsd_file(const std::filesystem::path& file) {
  const std::scoped_lock lock(compile_mutex());
  xmlInitParser();
  ErrorScope errors;
  const auto name = file.filename().string();
  auto state = std::make_unique<State>();
  const Handle<xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt> context(xmlSchemaNewParserCtxt(file.c_str()));
  if (!context) defect(name, errors);
  xmlSchemaSetParserStructuredErrors(context.get(), ErrorScope::collect, &errors);
  state->xsd.reset(xmlSchemaParse(context.get()));
  if (!state->xsd || !errors.issues.empty())
    defect(errors.first_file.empty() ? name : errors.first_file, errors);
  return Grammar(std::move(state));
}

bool Grammar::recovers() const noexcept { return s_->xsd != nullptr; }

Grammar Grammar::from_xsd(std::string_view xsd, std::string_view name) {
  const std::scoped_lock lock(compile_mutex());
  xmlInitParser();
  ErrorScope errors;
  auto state = std::make_unique<State>();
  state->doc = read_document(xsd, name, errors);
  for (const xmlNode* c = xmlDocGetRootElement(state->doc.get())->children; c; c = c->next)
    if (is(c, "import") || is(c, "include") || is(c, "redefine"))
      throw Error(Exit::unexpected,
                  msg("the grammar includes {0}, which is not known", property(c, "schemaLocation")));
  const Handle<xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt> context(
      xmlSchemaNewDocParserCtxt(state->doc.get()));
  if (!context) defect(name, errors);
  xmlSchemaSetParserStructuredErrors(context.get(), ErrorScope::collect, &errors);
  state->xsd.reset(xmlSchemaParse(context.get()));
  if (!state->xsd || !errors.issues.empty()) defect(name, errors);
  return Grammar(std::move(state));
}

}  // namespace versoir::core
