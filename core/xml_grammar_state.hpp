// A compiled grammar and what its validations share. Private to core.
#pragma once
#include "core/handle.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "core/xml_input.hpp"

#include <libxml/parser.h>
#include <libxml/relaxng.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemas.h>

#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

inline constexpr int grammar_parser_options = XML_PARSE_NONET | XML_PARSE_BIG_LINES | XML_PARSE_COMPACT;
inline constexpr const char* relax_ng_namespace = "http://relaxng.org/ns/structure/1.0";
inline constexpr const char* xml_schema_namespace = "http://www.w3.org/2001/XMLSchema";

/// Names of the open elements. The last to be closed stays until the next event: what is wrong with it is
/// told when it closes.
class OpenElements {
 public:
  void start(std::string name) {
    drop_closed();
    names_.push_back(std::move(name));
  }
  void end() {
    drop_closed();
    closed_ = true;
  }
  [[nodiscard]] std::size_t depth() const noexcept { return names_.size(); }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (const auto& name : names_) out += (out.empty() ? "" : "/") + name;
    return out;
  }

  /// The last to be closed goes.
  void drop_closed() {
    if (closed_ && !names_.empty()) names_.pop_back();
    closed_ = false;
  }

 private:
  std::vector<std::string> names_;
  bool closed_ = false;
};

/// Takes what libxml2 would print on stderr when an error has no context of its own (its handler is per
/// thread).
class ErrorScope {
 public:
  explicit ErrorScope(std::size_t most = 100, const OpenElements* where = nullptr)
      : most_(most), where_(where), before_(xmlStructuredError), before_context_(xmlStructuredErrorContext) {
    xmlSetStructuredErrorFunc(this, collect);
  }
  ~ErrorScope() { xmlSetStructuredErrorFunc(before_context_, before_); }
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;

  static void collect(void* self, xmlErrorPtr error) {
    auto& scope = *static_cast<ErrorScope*>(self);
    if (!error || error->level < XML_ERR_ERROR || scope.issues.size() >= scope.most_) return;
    try {
      if (scope.issues.empty() && error->file) {
        const std::string_view file(error->file);
        scope.first_file = file.substr(file.rfind('/') + 1);
      }
      scope.issues.push_back({error->line, trim(error->message ? error->message : ""),
                              scope.where_ ? scope.where_->text() : std::string()});
    } catch (...) {  // out of memory: the verdict does not depend on the text
    }
  }

  std::vector<XmlIssue> issues;
  std::string first_file;  ///< name of the file that the first issue is in, "" when not known

 private:
  std::size_t most_;
  const OpenElements* where_;
  xmlStructuredErrorFunc before_;
  void* before_context_;
};

struct Grammar::State {
  Handle<xmlDoc, xmlFreeDoc> doc;  ///< outlives the schema
  Handle<xmlRelaxNG, xmlRelaxNGFree> schema;
  Handle<xmlSchema, xmlSchemaFree> xsd;  ///< instead of schema

  [[nodiscard]] std::vector<XmlIssue> issues(XmlInput input, std::size_t most) const;

 private:
  [[nodiscard]] std::vector<XmlIssue> run_relax_ng(XmlInput& input, std::size_t most) const;
  [[nodiscard]] std::vector<XmlIssue> run_xsd(XmlInput& input, std::size_t most) const;
};

}  // namespace versoir::core
