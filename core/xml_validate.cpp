// Documents against compiled grammars, while they are read. RELAX NG goes by libxml2's reader, XML Schema by
// its SAX parser: each says where it stands when it finds a fault.
#include "core/error.hpp"
#include "core/xml_grammar_state.hpp"

#include <libxml/parserInternals.h>
#include <libxml/xmlreader.h>

#include <algorithm>
#include <array>
#include <exception>

namespace versoir::core {

namespace {

constexpr Exit input_refused =
    Exit::sip_unreadable;  ///< marks what XmlInput refuses, apart from a failing disk

std::string_view words(const xmlChar* s) {
  return s ? std::string_view(reinterpret_cast<const char*>(s)) : std::string_view();
}

std::string named(std::string_view element, std::string_view id) {
  std::string out(element);
  if (!id.empty()) out.append("[").append(id).append("]");
  return out;
}

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

void follow(xmlTextReader* reader, OpenElements& open) {
  const int type = xmlTextReaderNodeType(reader);
  if (type == XML_READER_TYPE_END_ELEMENT) open.end();
  if (type != XML_READER_TYPE_ELEMENT) return;
  const Handle<xmlChar, [](xmlChar* p) { xmlFree(p); }> id(
      xmlTextReaderGetAttribute(reader, reinterpret_cast<const xmlChar*>("id")));
  open.start(named(words(xmlTextReaderConstLocalName(reader)), words(id.get())));
  if (xmlTextReaderIsEmptyElement(reader) == 1) open.end();
}

/// What the SAX parser tells, for an XML Schema: where the document stands, and limits.
struct SaxRun {
  SaxRun(XmlInput& in, OpenElements& elements) : input(in), open(elements) {}
  XmlInput& input;
  OpenElements& open;
  xmlParserCtxt* parser = nullptr;
  std::exception_ptr failure;
  std::size_t text = 0;
  int level = 0;

  [[nodiscard]] long line() const { return parser && parser->input ? parser->input->line : 0; }

  /// No exception may cross libxml2: it is kept.
  template <class Work>
  void guarded(Work work) noexcept {
    input.progress();
    if (failure) return;
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
      if (parser) xmlStopParser(parser);
    }
  }

  static SaxRun& of(void* self) { return *static_cast<SaxRun*>(self); }

  static void on_start(void* self, const xmlChar* name, const xmlChar*, const xmlChar*, int, const xmlChar**,
                       int count, int, const xmlChar** attributes) {
    auto& run = of(self);
    run.guarded([&] {
      run.text = 0;
      std::string_view id;
      for (int i = 0; i < count; ++i) {
        const xmlChar** a = attributes + i * 5;  // local name, prefix, URI, value begin, value end
        if (!a[1] && words(a[0]) == "id")
          id = {reinterpret_cast<const char*>(a[3]), static_cast<std::size_t>(a[4] - a[3])};
      }
      if (++run.level > run.input.limits().depth) throw run.input.too_deep(run.line());
      run.open.start(named(words(name), id));
    });
  }
  static void on_end(void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    auto& run = of(self);
    run.guarded([&] {
      run.text = 0;
      --run.level;
      run.open.end();
    });
  }
  static void on_text(void* self, const xmlChar*, int length) {
    auto& run = of(self);
    run.guarded([&] {
      run.text += static_cast<std::size_t>(length);
      // Bytes, not characters: this bound may only be stricter than the reader's, and by a factor below two.
      if (run.text > 2 * run.input.limits().text) throw run.input.text_too_long(run.line());
    });
  }
  static void on_doctype(void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
    auto& run = of(self);
    run.guarded([&] { throw run.input.doctype(run.line()); });
  }
  static void on_reference(void* self, const xmlChar*) {
    auto& run = of(self);
    run.guarded([&] { throw run.input.doctype(run.line()); });
  }
};

xmlSAXHandler sax_handler() {
  xmlSAXHandler sax{};
  sax.initialized = XML_SAX2_MAGIC;
  sax.startElementNs = SaxRun::on_start;
  sax.endElementNs = SaxRun::on_end;
  sax.characters = SaxRun::on_text;
  sax.ignorableWhitespace = SaxRun::on_text;
  sax.cdataBlock = SaxRun::on_text;
  sax.internalSubset = SaxRun::on_doctype;
  sax.reference = SaxRun::on_reference;
  return sax;
}

/// libxml2 says what it expected at the end of its message, with namespaces: "... Expected is one of (
/// {urn:a}b, {urn:a}c )."
void take_expected_apart(XmlIssue& issue) {
  std::string plain;
  for (std::size_t i = 0; i < issue.message.size(); ++i) {
    const auto close = issue.message[i] == '{' ? issue.message.find('}', i) : std::string::npos;
    if (close != std::string::npos)
      i = close;
    else
      plain += issue.message[i];
  }
  issue.message = std::move(plain);
  const auto at = issue.message.find(" Expected is ");
  const auto open = at == std::string::npos ? at : issue.message.find('(', at);
  const auto close = open == std::string::npos ? open : issue.message.rfind(')');
  if (close == std::string::npos || close < open) return;
  std::string_view names = std::string_view(issue.message).substr(open + 1, close - open - 1);
  while (!names.empty()) {
    const auto comma = std::min(names.find(','), names.size());
    if (auto name = trim(names.substr(0, comma)); !name.empty()) issue.expected.push_back(std::move(name));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  issue.message.resize(at);
  // The two that matter most, in the user's language.
  if (issue.message.ends_with("This element is not expected."))
    issue.message = msg("This element does not belong here.").text();
  else if (issue.message.ends_with("Missing child element(s)."))
    issue.message = msg("The element ends too early: something is missing.").text();
}

int locate(void* parser, const char** file, unsigned long* line) {
  const auto* context = static_cast<xmlParserCtxt*>(parser);
  if (file) *file = nullptr;
  if (line) *line = context->input ? static_cast<unsigned long>(context->input->line) : 0;
  return context->input ? 0 : -1;
}

}  // namespace

std::vector<XmlIssue> Grammar::State::run_relax_ng(XmlInput& input, std::size_t most) const {
  OpenElements open;
  ErrorScope errors(std::max<std::size_t>(most, 100));
  Feed feed{input, nullptr};
  const Handle<xmlTextReader, xmlFreeTextReader> reader(xmlReaderForIO(
      Feed::read, [](void*) { return 0; }, &feed, nullptr, "UTF-8", grammar_parser_options | XML_PARSE_HUGE));
  if (!reader) throw Error(Exit::unexpected, msg("libxml2 cannot start a parser"));
  xmlTextReaderSetStructuredErrorHandler(reader.get(), ErrorScope::collect, &errors);
  if (xmlTextReaderRelaxNGSetSchema(reader.get(), schema.get()) != 0)
    throw Error(Exit::unexpected, msg("libxml2 cannot start a validation"));
  int more = 1;
  while (errors.issues.size() < std::max<std::size_t>(most, 1) &&
         (more = xmlTextReaderRead(reader.get())) == 1) {
    input.progress();
    follow(reader.get(), open);
    const int line = xmlTextReaderGetParserLineNumber(reader.get());
    const int type = xmlTextReaderNodeType(reader.get());
    if (xmlTextReaderDepth(reader.get()) >= input.limits().depth) throw input.too_deep(line);
    if (type == XML_READER_TYPE_DOCUMENT_TYPE || type == XML_READER_TYPE_ENTITY_REFERENCE)
      throw input.doctype(line);
    for (auto& issue : errors.issues)
      if (issue.path.empty()) issue.path = open.text();
    if (type != XML_READER_TYPE_TEXT && type != XML_READER_TYPE_CDATA) continue;
    const xmlChar* text = xmlTextReaderConstValue(reader.get());
    // Bytes, not characters: this bound may only be stricter than the reader's, and by a factor below two.
    if (text && static_cast<std::size_t>(xmlStrlen(text)) > 2 * input.limits().text)
      throw input.text_too_long(line);
  }
  if (feed.failure) std::rethrow_exception(feed.failure);
  if (more == -1 && errors.issues.empty()) throw input.malformed(0, "unreadable document");
  if (more != 1 && errors.issues.empty() && xmlTextReaderIsValid(reader.get()) == 0)
    errors.issues.push_back({0, "the document does not follow its grammar", open.text()});
  return std::move(errors.issues);
}

std::vector<XmlIssue> Grammar::State::run_xsd(XmlInput& input, std::size_t most) const {
  OpenElements open;
  ErrorScope errors(most, &open);
  SaxRun run(input, open);
  const Handle<xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt> validation(xmlSchemaNewValidCtxt(xsd.get()));
  if (!validation) throw Error(Exit::unexpected, msg("libxml2 cannot start a validation"));
  xmlSchemaSetValidStructuredErrors(validation.get(), ErrorScope::collect, &errors);
  auto handler = sax_handler();
  xmlSAXHandler* sax = &handler;
  void* data = &run;
  const Handle<xmlSchemaSAXPlugStruct, xmlSchemaSAXUnplug> plug(
      xmlSchemaSAXPlug(validation.get(), &sax, &data));
  if (!plug) throw Error(Exit::unexpected, msg("libxml2 cannot start a validation"));
  const Handle<xmlParserCtxt, xmlFreeParserCtxt> parser(
      xmlCreatePushParserCtxt(sax, data, nullptr, 0, nullptr));
  // NOENT only makes "&amp;" in attributes come as "&": without a DOCTYPE there are the predefined five.
  if (!parser ||
      xmlCtxtUseOptions(parser.get(), grammar_parser_options | XML_PARSE_HUGE | XML_PARSE_NOENT) != 0)
    throw Error(Exit::unexpected, msg("libxml2 cannot start a parser"));
  run.parser = parser.get();
  xmlSchemaValidateSetLocator(validation.get(), locate, parser.get());
  std::array<char, 65536> piece;
  for (bool finished = false; !finished && !run.failure && errors.issues.size() < most;) {
    const auto n = input.read(piece.data(), piece.size());
    finished = n == 0;
    if (xmlParseChunk(parser.get(), piece.data(), static_cast<int>(n), finished ? 1 : 0) != XML_ERR_OK) break;
  }
  if (run.failure) std::rethrow_exception(run.failure);
  if (!parser->wellFormed && errors.issues.empty()) throw input.malformed(run.line(), "unreadable document");
  if (errors.issues.empty() && xmlSchemaIsValid(validation.get()) == 0)
    errors.issues.push_back({0, "the document does not follow its grammar", open.text()});
  for (auto& issue : errors.issues) take_expected_apart(issue);
  return std::move(errors.issues);
}

/// "Not well-formed documents give one issue": what XmlInput refuses becomes that issue.
std::vector<XmlIssue> Grammar::State::issues(XmlInput input, std::size_t most) const {
  try {
    input.scan_prolog();
    input.take_whole_texts();
    most = std::max<std::size_t>(most, 1);
    auto found = xsd ? run_xsd(input, most) : run_relax_ng(input, most);
    if (found.size() > most) found.resize(most);
    return found;
  } catch (const Error& e) {
    if (e.code() != input_refused) throw;
    return {{input.refused_line(), e.message().text(), {}}};
  }
}

std::vector<XmlIssue> Grammar::validate_file(const std::filesystem::path& path, std::size_t most,
                                             XmlLimits limits) const {
  return s_->issues(XmlInput(path, input_refused, limits), most);
}

std::vector<XmlIssue> Grammar::validate_bytes(ByteSource bytes, std::size_t most, XmlLimits limits) const {
  return s_->issues(XmlInput(std::move(bytes), "XML", input_refused, limits), most);
}

std::vector<XmlIssue> Grammar::validate(std::string_view bytes, std::size_t most, XmlLimits limits) const {
  return s_->issues(XmlInput(bytes, "XML", input_refused, limits), most);
}

}  // namespace versoir::core
