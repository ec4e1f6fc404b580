// RELAX NG grammars and XML Schemas on libxml2: includes inlined, validation while reading.
#include "core/error.hpp"
#include "core/handle.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "core/xml_input.hpp"

#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlreader.h>
#include <libxml/xmlschemas.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>

namespace versoir::core {

namespace {

using Document = Handle<xmlDoc, xmlFreeDoc>;
using Resolve = std::function<std::string_view(std::string_view)>;
constexpr int parser_options = XML_PARSE_NONET | XML_PARSE_BIG_LINES | XML_PARSE_COMPACT;
constexpr int include_depth_most = 8;
constexpr Exit refused = Exit::sip_unreadable;  ///< marks what XmlInput refuses, apart from a failing disk

const xmlChar* x(const char* s) { return reinterpret_cast<const xmlChar*>(s); }

/// Takes what libxml2 would print on stderr when an error has no context of its own (its handler is per
/// thread).
class ErrorScope {
 public:
  ErrorScope() : before_(xmlStructuredError), before_context_(xmlStructuredErrorContext) {
    xmlSetStructuredErrorFunc(this, collect);
  }
  ~ErrorScope() { xmlSetStructuredErrorFunc(before_context_, before_); }
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;

  static void collect(void* self, xmlErrorPtr error) {
    auto& issues = static_cast<ErrorScope*>(self)->issues;
    if (!error || error->level < XML_ERR_ERROR || issues.size() >= 100) return;
    try {
      issues.push_back({error->line, trim(error->message ? error->message : "")});
    } catch (...) {  // out of memory: the verdict does not depend on the text
    }
  }

  std::vector<XmlIssue> issues;

 private:
  xmlStructuredErrorFunc before_;
  void* before_context_;
};

[[noreturn]] void defect(std::string_view name, const ErrorScope& errors) {
  const XmlIssue issue = errors.issues.empty() ? XmlIssue{0, "?"} : errors.issues.front();
  throw Error(Exit::unexpected,
              msg("the grammar {0} is wrong, line {1}: {2}", name, issue.line, issue.message));
}

Document read_document(std::string_view text, std::string_view name, ErrorScope& errors) {
  // The grammars are ours, compiled in: plain parsing is enough. Errors go to the scope.
  Document doc(xmlReadMemory(text.data(), static_cast<int>(text.size()), std::string(name).c_str(), "UTF-8",
                             parser_options));
  if (!doc || !xmlDocGetRootElement(doc.get())) defect(name, errors);
  return doc;
}

bool is(const xmlNode* node, const char* local) {
  return node->type == XML_ELEMENT_NODE && xmlStrEqual(node->name, x(local)) != 0;
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

void inline_includes(xmlNode* parent, const Resolve& resolve, int depth, ErrorScope& errors) {
  for (xmlNode* c = parent->children; c;) {
    xmlNode* next = c->next;
    if (is(c, "include"))
      splice(c, resolve, depth, errors);
    else if (is(c, "div"))
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

struct Grammar::State {
  Document doc;  ///< outlives the schema
  Handle<xmlRelaxNG, xmlRelaxNGFree> schema;
  Handle<xmlSchema, xmlSchemaFree> xsd;  ///< instead of schema

  [[nodiscard]] std::vector<XmlIssue> run(XmlInput& input, std::size_t most) const;
  [[nodiscard]] std::vector<XmlIssue> issues(XmlInput input, std::size_t most) const;
};

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

namespace {

/// The reader's side of XmlInput: no exception crosses libxml2.
struct Feed {
  XmlInput& input;
  std::exception_ptr failure;
  static int read(void* self, char* to, int room) {
    auto& feed = *static_cast<Feed*>(self);
    if (feed.failure) return -1;
    try {
      return static_cast<int>(feed.input.read(to, static_cast<std::size_t>(room)));
    } catch (...) {
      feed.failure = std::current_exception();
      return -1;
    }
  }
};

}  // namespace

std::vector<XmlIssue> Grammar::State::run(XmlInput& input, std::size_t most) const {
  ErrorScope errors;
  Feed feed{input, nullptr};
  const Handle<xmlTextReader, xmlFreeTextReader> reader(xmlReaderForIO(
      Feed::read, [](void*) { return 0; }, &feed, nullptr, "UTF-8", parser_options | XML_PARSE_HUGE));
  if (!reader) throw Error(Exit::unexpected, msg("libxml2 cannot start a parser"));
  xmlTextReaderSetStructuredErrorHandler(reader.get(), ErrorScope::collect, &errors);
  const int started = xsd ? xmlTextReaderSetSchema(reader.get(), xsd.get())
                          : xmlTextReaderRelaxNGSetSchema(reader.get(), schema.get());
  if (started != 0) throw Error(Exit::unexpected, msg("libxml2 cannot start a validation"));
  int more = 1;
  while (errors.issues.size() < std::max<std::size_t>(most, 1) &&
         (more = xmlTextReaderRead(reader.get())) == 1) {
    input.progress();
    const int line = xmlTextReaderGetParserLineNumber(reader.get());
    const int type = xmlTextReaderNodeType(reader.get());
    if (xmlTextReaderDepth(reader.get()) >= input.limits().depth) throw input.too_deep(line);
    if (type == XML_READER_TYPE_DOCUMENT_TYPE || type == XML_READER_TYPE_ENTITY_REFERENCE)
      throw input.doctype(line);
    if (type != XML_READER_TYPE_TEXT && type != XML_READER_TYPE_CDATA) continue;
    const xmlChar* text = xmlTextReaderConstValue(reader.get());
    // Bytes, not characters: this bound may only be stricter than the reader's, and by a factor below two.
    if (text && static_cast<std::size_t>(xmlStrlen(text)) > 2 * input.limits().text)
      throw input.text_too_long(line);
  }
  if (feed.failure) std::rethrow_exception(feed.failure);
  if (more == -1 && errors.issues.empty()) throw input.malformed(0, "unreadable document");
  if (more != 1 && errors.issues.empty() && xmlTextReaderIsValid(reader.get()) == 0)
    errors.issues.push_back({0, "the document does not follow its grammar"});
  if (errors.issues.size() > most) errors.issues.resize(std::max<std::size_t>(most, 1));
  return std::move(errors.issues);
}

/// "Not well-formed documents give one issue": what XmlInput refuses becomes that issue.
std::vector<XmlIssue> Grammar::State::issues(XmlInput input, std::size_t most) const {
  try {
    input.scan_prolog();
    input.take_whole_texts();
    return run(input, most);
  } catch (const Error& e) {
    if (e.code() != refused) throw;
    return {{input.refused_line(), e.message().text()}};
  }
}

std::vector<XmlIssue> Grammar::validate_file(const std::filesystem::path& path, std::size_t most,
                                             XmlLimits limits) const {
  return s_->issues(XmlInput(path, refused, limits), most);
}

std::vector<XmlIssue> Grammar::validate(std::string_view bytes, std::size_t most, XmlLimits limits) const {
  return s_->issues(XmlInput(bytes, "XML", refused, limits), most);
}

}  // namespace versoir::core
