// XML: a streaming writer, a hardened streaming reader, small documents with line numbers, RELAX NG grammars.
#pragma once
#include "core/exit.hpp"
#include "core/file.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::core {

/// Streaming writer: UTF-8, two-space indentation around elements, never inside a leaf (VITAM compares leaf
/// text as it stands). Characters forbidden by XML are dropped.
class XmlWriter {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  explicit XmlWriter(ByteSink& sink, int initial_depth = 0) : sink_(sink), depth_(initial_depth) {}
  void declaration();  ///< <?xml version="1.0" encoding="UTF-8"?>
  void open(std::string_view name, Attributes attributes = {});
  void close();
  void leaf(std::string_view name, std::string_view text, Attributes attributes = {});
  void empty(std::string_view name, Attributes attributes = {});
  // The same with attributes that are only known when the program runs.
  using AttributeList = std::span<const std::pair<std::string_view, std::string_view>>;
  void open_with(std::string_view name, AttributeList attributes);
  void leaf_with(std::string_view name, std::string_view text, AttributeList attributes);
  [[nodiscard]] int depth() const noexcept { return depth_; }

 private:
  void indent();
  void start(std::string_view name, AttributeList attributes);
  ByteSink& sink_;
  int depth_;
  std::vector<std::string> stack_;
  std::string buffer_;
};

/// Limits for hostile input. Documents above them are refused with Error(code).
struct XmlLimits {
  std::uint64_t bytes = 8'000'000'000;  ///< VITAM's own limit for a manifest
  int depth = 512;
  std::size_t text = 10'000'000;  ///< characters in one text node
};

/// An attribute as read. Namespace declarations are none.
struct XmlAttribute {
  std::string name;  ///< as written: prefix:local, or local
  std::string ns, value;
  [[nodiscard]] std::string_view local() const noexcept {
    const auto colon = name.find(':');
    return std::string_view(name).substr(colon == std::string::npos ? 0 : colon + 1);
  }
};

/// Fills a buffer with the bytes that come next, and says how many: 0 at the end. May throw.
using ByteSource = std::function<std::size_t(char* to, std::size_t room)>;

/// Pull reader over a file or memory. UTF-8 only; a DOCTYPE is refused before libxml2 sees it; no network, no
/// entity. Every malformation is Error(code) with line number.
class XmlReader {
 public:
  static XmlReader from_file(const std::filesystem::path& path, Exit code, XmlLimits limits = {});
  /// Bytes that come from elsewhere, as an entry of an archive does; `origin` names them in errors.
  static XmlReader from_bytes(ByteSource bytes, std::string origin, Exit code, XmlLimits limits = {});
  /// `bytes` must outlive the reader.
  static XmlReader from_memory(std::string_view bytes, std::string origin, Exit code, XmlLimits limits = {});
  ~XmlReader();
  XmlReader(XmlReader&&) noexcept;

  enum class Node { start, end, text };
  /// Next start tag, end tag or non-blank text; false at the end of the document. An empty element yields
  /// start then end.
  bool next();
  /// The same with blank texts: for trees and mixed content.
  bool next_piece();
  [[nodiscard]] Node node() const;
  [[nodiscard]] std::string_view name() const;  ///< local name
  [[nodiscard]] std::string_view ns() const;
  [[nodiscard]] std::string text() const;  ///< of a text node
  [[nodiscard]] std::optional<std::string> attribute(std::string_view local_name) const;
  /// Attributes in document order: VITAM takes the first one of a data object as its id.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> attributes() const;
  // The same without copies, until the next call of next().
  [[nodiscard]] std::string_view text_view() const;
  [[nodiscard]] std::span<const XmlAttribute> attribute_list() const;
  [[nodiscard]] int depth() const;  ///< 0 for the root element
  [[nodiscard]] long line() const;
  /// True when a comment or processing instruction stood before the root element (VITAM refuses it).
  [[nodiscard]] bool prolog_has_extra() const;
  /// On a start node: text of the element, consuming it up to its end tag.
  [[nodiscard]] std::string element_text();

 private:
  struct State;
  explicit XmlReader(std::unique_ptr<State> s);
  std::unique_ptr<State> s_;
};

/// A small document kept in memory (profiles, ATR): a tree of plain values with line numbers.
struct XmlElement {
  std::string name, ns;
  long line = 0;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;  ///< concatenated text of this element only, untrimmed
  std::vector<XmlElement> children;

  [[nodiscard]] std::optional<std::string> attribute(std::string_view key) const;
  [[nodiscard]] std::string attribute_or(std::string_view key, std::string_view fallback) const;
  [[nodiscard]] const XmlElement* child(std::string_view local_name) const;
  [[nodiscard]] std::vector<const XmlElement*> all(std::string_view local_name) const;
  [[nodiscard]] std::string child_text(std::string_view local_name) const;  ///< trimmed, "" when absent
};
[[nodiscard]] XmlElement parse_xml(std::string_view bytes, std::string_view origin, Exit code,
                                   XmlLimits limits = {});

struct XmlIssue {
  long line = 0;
  std::string message;
  std::string path;  ///< a/b[id]/c: the element where the document stood, "" when that is not known
  std::vector<std::string> expected = {};  ///< what might have stood there; "" for the end of the element
};

/// A compiled RELAX NG grammar, or XML Schema 1.0 (libxml2). Not shared between threads.
class Grammar {
 public:
  /// `resolve(href)` gives the text of an included grammar, empty when unknown. Throws
  /// Error(Exit::unexpected) when the grammar itself is wrong: that is a defect of ours.
  /// External references are resolved the same way; a DOCTYPE is refused.
  static Grammar from_text(std::string_view rng, std::string_view name,
                           const std::function<std::string_view(std::string_view href)>& resolve = {});
  /// An XML Schema that stands alone: what it would import or include is not read, and refused. Throws
  /// Error(Exit::unexpected) when libxml2 cannot use it.
  static Grammar from_xsd(std::string_view xsd, std::string_view name);
  /// A grammar or schema that somebody holds, told apart by its root element. It may include files that stand
  /// in its own folder, designated by their bare names; no other file and no address is opened. Throws
  /// Error(code) with file and line for what cannot be used, Error(Exit::disk) for what cannot be opened.
  static Grammar from_file(const std::filesystem::path& file, Exit code);
  /// In RELAX NG libxml2 does not recover: after the first fault the others are noise.
  [[nodiscard]] bool recovers() const noexcept;
  ~Grammar();
  Grammar(Grammar&&) noexcept;

  /// Streaming validation of a file; issues up to `most` (streaming RELAX NG does not recover: the first is
  /// the one that counts). Not well-formed documents give one issue.
  [[nodiscard]] std::vector<XmlIssue> validate_file(const std::filesystem::path& path, std::size_t most = 1,
                                                    XmlLimits limits = {}) const;
  [[nodiscard]] std::vector<XmlIssue> validate(std::string_view bytes, std::size_t most = 1,
                                               XmlLimits limits = {}) const;
  /// The same of bytes that come from elsewhere; what `bytes` throws goes through.
  [[nodiscard]] std::vector<XmlIssue> validate_bytes(ByteSource bytes, std::size_t most = 1,
                                                     XmlLimits limits = {}) const;
  /// Every fault of a document that validate_file() refused, with what was expected: a slower second reading,
  /// by derivatives. RELAX NG only; empty when it finds nothing to say.
  [[nodiscard]] std::vector<XmlIssue> explain_file(const std::filesystem::path& path, std::size_t most,
                                                   XmlLimits limits = {}) const;

 private:
  struct State;
  /// The file and what it includes were looked through.
  static Grammar from_xsd_file(const std::filesystem::path& file);
  explicit Grammar(std::unique_ptr<State> s);
  std::unique_ptr<State> s_;
};

}  // namespace versoir::core
