// XML writer, pull reader over libxml2's push parser, and small trees.
#include "core/xml.hpp"

#include "core/error.hpp"
#include "core/handle.hpp"
#include "core/text.hpp"
#include "core/xml_input.hpp"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <algorithm>
#include <array>
#include <exception>

namespace versoir::core {

// ---------------------------------------------------------------------------------------------- writer

void XmlWriter::indent() { buffer_.append(static_cast<std::size_t>(std::max(depth_, 0)) * 2, ' '); }

void XmlWriter::start(std::string_view name, AttributeList attributes) {
  buffer_.clear();
  indent();
  buffer_ += '<';
  buffer_ += name;
  for (const auto& [key, value] : attributes) {
    buffer_ += ' ';
    buffer_ += key;
    buffer_ += "=\"";
    append_markup(buffer_, value, Markup::attribute);
    buffer_ += '"';
  }
}

void XmlWriter::declaration() { sink_.write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"); }

void XmlWriter::open(std::string_view name, Attributes attributes) {
  open_with(name, {attributes.begin(), attributes.size()});
}

void XmlWriter::open_with(std::string_view name, AttributeList attributes) {
  start(name, attributes);
  buffer_ += ">\n";
  stack_.emplace_back(name);
  ++depth_;
  sink_.write(buffer_);
}

void XmlWriter::close() {
  if (stack_.empty()) throw Error(Exit::unexpected, msg("XML writer: nothing to close"));
  --depth_;
  buffer_.clear();
  indent();
  buffer_ += "</";
  buffer_ += stack_.back();
  buffer_ += ">\n";
  stack_.pop_back();
  sink_.write(buffer_);
}

void XmlWriter::leaf(std::string_view name, std::string_view text, Attributes attributes) {
  leaf_with(name, text, {attributes.begin(), attributes.size()});
}

void XmlWriter::leaf_with(std::string_view name, std::string_view text, AttributeList attributes) {
  start(name, attributes);
  buffer_ += '>';
  append_markup(buffer_, text, Markup::text);
  buffer_ += "</";
  buffer_ += name;
  buffer_ += ">\n";
  sink_.write(buffer_);
}

void XmlWriter::empty(std::string_view name, Attributes attributes) {
  start(name, {attributes.begin(), attributes.size()});
  buffer_ += "/>\n";
  sink_.write(buffer_);
}

// ---------------------------------------------------------------------------------------------- reader

namespace {

struct Event {
  XmlReader::Node node = XmlReader::Node::start;
  std::string name;  ///< or the text
  std::string ns;
  std::vector<XmlAttribute> attributes;
  int depth = 0;
  long line = 0;
  bool blank = false;
};

std::string_view view(const xmlChar* s) {
  return s ? std::string_view(reinterpret_cast<const char*>(s)) : std::string_view();
}

bool is_blank(std::string_view s) { return s.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// The rest of libxml2's message would quote the document.
std::string first_line(const char* message) {
  const std::string_view all = message ? message : "";
  return trim(all.substr(0, all.find('\n')));
}

std::size_t characters_in(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

/// The push parser calls back with exact line numbers and builds no tree; the events of one piece of input
/// are queued. (xmlTextReader builds nodes, and loses their lines above 65 535.)
struct XmlReader::State {
  explicit State(XmlInput in) : input(std::move(in)) {
    input.scan_prolog();
    xmlInitParser();
    handler.initialized = XML_SAX2_MAGIC;
    handler.startElementNs = on_start;
    handler.endElementNs = on_end;
    handler.characters = on_text;
    handler.ignorableWhitespace = on_text;
    handler.cdataBlock = on_text;
    handler.comment = [](void* self, const xmlChar*) { static_cast<State*>(self)->input.progress(); };
    handler.processingInstruction = [](void* self, const xmlChar*, const xmlChar*) {
      static_cast<State*>(self)->input.progress();
    };
    handler.internalSubset = [](void* self, const xmlChar*, const xmlChar*, const xmlChar*) {
      static_cast<State*>(self)->guarded([](State& s) { throw s.input.doctype(s.parser_line()); });
    };
    handler.reference = [](void* self, const xmlChar*) {
      static_cast<State*>(self)->guarded([](State& s) { throw s.input.doctype(s.parser_line()); });
    };
    handler.serror = on_error;
    parser.reset(xmlCreatePushParserCtxt(&handler, this, nullptr, 0, nullptr));
    // HUGE lifts libxml2's own limits: ours (XmlLimits and XmlInput) stand instead. NOENT only makes "&amp;"
    // in attributes come as "&" and not as "&#38;": without a DOCTYPE there is no entity beyond the
    // predefined five.
    if (!parser || xmlCtxtUseOptions(parser.get(), XML_PARSE_NONET | XML_PARSE_BIG_LINES | XML_PARSE_COMPACT |
                                                       XML_PARSE_HUGE | XML_PARSE_NOENT) != 0)
      throw Error(Exit::unexpected, msg("libxml2 cannot start a parser"));
  }

  static void on_start(void* self, const xmlChar* name, const xmlChar*, const xmlChar* uri, int,
                       const xmlChar**, int count, int, const xmlChar** attributes) {
    static_cast<State*>(self)->guarded([&](State& s) {
      s.flush_text();
      if (++s.level > s.input.limits().depth) throw s.input.too_deep(s.parser_line());
      Event& e = s.push(Node::start, s.level - 1);
      e.name = view(name);
      e.ns = view(uri);
      for (int i = 0; i < count; ++i) {
        const xmlChar** a = attributes + i * 5;  // local name, prefix, URI, value begin, value end
        XmlAttribute attribute;
        if (a[1]) attribute.name = std::string(view(a[1])) + ':';
        attribute.name += view(a[0]);
        attribute.ns = view(a[2]);
        attribute.value.assign(reinterpret_cast<const char*>(a[3]), static_cast<std::size_t>(a[4] - a[3]));
        e.attributes.push_back(std::move(attribute));
      }
    });
  }

  static void on_end(void* self, const xmlChar* name, const xmlChar*, const xmlChar* uri) {
    static_cast<State*>(self)->guarded([&](State& s) {
      s.flush_text();
      Event& e = s.push(Node::end, --s.level);
      e.name = view(name);
      e.ns = view(uri);
    });
  }

  static void on_text(void* self, const xmlChar* text, int length) {
    static_cast<State*>(self)->guarded([&](State& s) {
      const std::string_view piece(reinterpret_cast<const char*>(text), static_cast<std::size_t>(length));
      if (s.pending.empty()) s.pending_line = s.parser_line();
      s.pending_characters += characters_in(piece);
      if (s.pending_characters > s.input.limits().text) throw s.input.text_too_long(s.parser_line());
      s.pending += piece;
    });
  }

  static void on_error(void* self, xmlErrorPtr error) {
    if (!error || error->level < XML_ERR_ERROR) return;
    static_cast<State*>(self)->guarded(
        [&](State& s) { throw s.input.malformed(error->line, first_line(error->message)); });
  }

  /// No exception may cross libxml2: it is kept and thrown by next().
  template <class Work>
  void guarded(Work work) noexcept {
    input.progress();
    if (stopped) return;
    try {
      work(*this);
    } catch (...) {
      if (!failure) failure = std::current_exception();
    }
    if (failure) {
      stopped = true;
      if (parser) xmlStopParser(parser.get());
    }
  }

  [[nodiscard]] long parser_line() const { return parser && parser->input ? parser->input->line : 0; }

  Event& push(Node node, int depth) {
    if (used == events.size()) events.emplace_back();
    Event& e = events[used++];
    e.node = node;
    e.ns.clear();
    e.attributes.clear();
    e.depth = depth;
    e.line = parser_line();
    e.blank = false;
    return e;
  }

  void flush_text() {
    if (pending.empty()) return;
    Event& e = push(Node::text, level);
    e.name.swap(pending);
    e.line = pending_line;
    e.blank = is_blank(e.name);
    pending.clear();
    pending_characters = 0;
  }

  /// Gives the parser one more piece; the queue is empty before.
  void feed() {
    used = 0;
    next_event = 0;
    std::array<char, 65536> piece;
    std::size_t n = 0;
    try {
      n = input.read(piece.data(), piece.size());
    } catch (...) {
      failure = std::current_exception();
      return;
    }
    finished = n == 0;
    const int result = xmlParseChunk(parser.get(), piece.data(), static_cast<int>(n), finished ? 1 : 0);
    if (!failure && (result != XML_ERR_OK && finished && !parser->wellFormed))
      failure = std::make_exception_ptr(input.malformed(parser_line(), "incomplete document"));
  }

  bool advance(bool with_blank) {
    for (;;) {
      while (next_event < used) {
        current = next_event++;
        if (with_blank || !events[current].blank) return true;
      }
      if (failure) std::rethrow_exception(failure);
      if (finished) return false;
      feed();
    }
  }

  [[nodiscard]] const Event& at() const {
    if (current >= used) throw Error(Exit::unexpected, msg("XML reader: no current node"));
    return events[current];
  }

  XmlInput input;
  xmlSAXHandler handler{};
  Handle<xmlParserCtxt, xmlFreeParserCtxt> parser;
  std::vector<Event> events;  ///< the first `used` are the queue; capacities are kept from piece to piece
  std::size_t used = 0, next_event = 0, current = 0;
  std::string pending;
  std::size_t pending_characters = 0;
  long pending_line = 0;
  int level = 0;
  bool finished = false, stopped = false;
  std::exception_ptr failure;
};

XmlReader::XmlReader(std::unique_ptr<State> s) : s_(std::move(s)) {}
XmlReader::~XmlReader() = default;
XmlReader::XmlReader(XmlReader&&) noexcept = default;

XmlReader XmlReader::from_file(const std::filesystem::path& path, Exit code, XmlLimits limits) {
  return XmlReader(std::make_unique<State>(XmlInput(path, code, limits)));
}

XmlReader XmlReader::from_bytes(ByteSource bytes, std::string origin, Exit code, XmlLimits limits) {
  return XmlReader(std::make_unique<State>(XmlInput(std::move(bytes), std::move(origin), code, limits)));
}

XmlReader XmlReader::from_memory(std::string_view bytes, std::string origin, Exit code, XmlLimits limits) {
  return XmlReader(std::make_unique<State>(XmlInput(bytes, std::move(origin), code, limits)));
}

bool XmlReader::next() { return s_->advance(false); }
bool XmlReader::next_piece() { return s_->advance(true); }
XmlReader::Node XmlReader::node() const { return s_->at().node; }
std::string_view XmlReader::name() const {
  return s_->at().node == Node::text ? std::string_view() : s_->at().name;
}
std::string_view XmlReader::ns() const { return s_->at().ns; }
std::string XmlReader::text() const { return s_->at().node == Node::text ? s_->at().name : std::string(); }
std::string_view XmlReader::text_view() const {
  return s_->at().node == Node::text ? std::string_view(s_->at().name) : std::string_view();
}
std::span<const XmlAttribute> XmlReader::attribute_list() const { return s_->at().attributes; }
int XmlReader::depth() const { return s_->at().depth; }
long XmlReader::line() const { return s_->at().line; }
bool XmlReader::prolog_has_extra() const { return s_->input.prolog_has_extra(); }

std::optional<std::string> XmlReader::attribute(std::string_view local_name) const {
  const auto& all = s_->at().attributes;
  for (const auto& a : all)
    if (a.name == local_name) return a.value;
  for (const auto& a : all)
    if (a.local() == local_name) return a.value;
  return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> XmlReader::attributes() const {
  std::vector<std::pair<std::string, std::string>> out;
  out.reserve(s_->at().attributes.size());
  for (const auto& a : s_->at().attributes) out.emplace_back(a.name, a.value);
  return out;
}

std::string XmlReader::element_text() {
  if (s_->at().node != Node::start)
    throw Error(Exit::unexpected, msg("XML reader: element_text outside a start tag"));
  const int depth = s_->at().depth;
  std::string out;
  while (s_->advance(true)) {
    const Event& e = s_->at();
    if (e.node == Node::text) out += e.name;
    if (e.node == Node::end && e.depth == depth) break;
  }
  return out;
}

// ---------------------------------------------------------------------------------------------- small trees

std::optional<std::string> XmlElement::attribute(std::string_view key) const {
  for (const auto& [name_, value] : attributes)
    if (name_ == key) return value;
  for (const auto& [name_, value] : attributes) {
    const auto colon = name_.find(':');
    if (colon != std::string::npos && std::string_view(name_).substr(colon + 1) == key) return value;
  }
  return std::nullopt;
}

std::string XmlElement::attribute_or(std::string_view key, std::string_view fallback) const {
  auto value = attribute(key);
  return value ? std::move(*value) : std::string(fallback);
}

const XmlElement* XmlElement::child(std::string_view local_name) const {
  const auto it =
      std::find_if(children.begin(), children.end(), [&](const auto& c) { return c.name == local_name; });
  return it == children.end() ? nullptr : &*it;
}

std::vector<const XmlElement*> XmlElement::all(std::string_view local_name) const {
  std::vector<const XmlElement*> out;
  for (const auto& c : children)
    if (c.name == local_name) out.push_back(&c);
  return out;
}

std::string XmlElement::child_text(std::string_view local_name) const {
  const auto* c = child(local_name);
  return c ? trim(c->text) : std::string();
}

XmlElement parse_xml(std::string_view bytes, std::string_view origin, Exit code, XmlLimits limits) {
  auto reader = XmlReader::from_memory(bytes, std::string(origin), code, limits);
  XmlElement root;
  std::vector<XmlElement*> path;  // valid: a vector of children grows only while its elder is on top
  while (reader.next_piece()) {
    if (reader.node() == XmlReader::Node::text) {
      if (!path.empty()) path.back()->text += reader.text();
    } else if (reader.node() == XmlReader::Node::end) {
      path.pop_back();
    } else {
      XmlElement& e = path.empty() ? root : path.back()->children.emplace_back();
      e.name = reader.name();
      e.ns = reader.ns();
      e.line = reader.line();
      e.attributes = reader.attributes();
      path.push_back(&e);
    }
  }
  return root;
}

}  // namespace versoir::core
