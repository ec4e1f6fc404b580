// A grammar that somebody holds. Its files are read and looked through before libxml2 sees one: what it opens
// is what was looked through, and nothing else.
#include "core/error.hpp"
#include "core/xml_grammar_state.hpp"

#include <fmt/format.h>

#include <map>

namespace versoir::core {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t bytes_most = 32u << 20;
constexpr std::size_t files_most = 200;

/// The files of a grammar by bare name, all of one folder.
class GrammarFiles {
 public:
  GrammarFiles(const fs::path& file, Exit code) : folder_(file.parent_path()), code_(code) {
    read(file.filename().string());
  }

  [[nodiscard]] bool is_xsd() const noexcept { return xsd_; }
  [[nodiscard]] const std::map<std::string, std::string>& texts() const noexcept { return texts_; }

 private:
  void read(const std::string& name) {
    if (texts_.contains(name)) return;
    const auto path = folder_ / name;
    auto text = read_file(path, bytes_most);
    bytes_ += text.size();
    if (bytes_ > bytes_most || texts_.size() >= files_most)
      throw Error(code_, msg("{0}: the files of the schema are too large or too many.", path.string()));
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    const auto root = parse_xml(text, path.string(), code_, {.bytes = bytes_most, .depth = 200});
    const bool first = texts_.empty();
    texts_.emplace(name, std::move(text));
    const bool xsd = root.ns == xml_schema_namespace && root.name == "schema";
    if (first) xsd_ = xsd;
    const bool fits = xsd_ ? xsd : root.ns == relax_ng_namespace && root.name != "externalRef";
    if (!fits)
      throw Error(code_, msg("{0}, line {1}: neither an XML Schema nor a RELAX NG grammar in XML.",
                             path.string(), root.line))
          .hint(msg("The compact syntax of RELAX NG, DTD and Schematron are not read: trang converts the "
                    "first into XML."));
    look_through(root, path);
  }

  void look_through(const XmlElement& e, const fs::path& path) {
    for (const auto& [name, value] : e.attributes)
      if (name == "xml:base")
        throw Error(code_, msg("{0}, line {1}: xml:base is not accepted.", path.string(), e.line));
    if (const auto href = included(e)) {
      if (!is_bare(*href))
        throw Error(code_, msg("{0}, line {1}: the schema asks for {2}, which is not a file beside it.",
                               path.string(), e.line, *href))
            .hint(msg("Nothing is fetched: put the file in the same folder and name it alone."));
      if (!fs::exists(folder_ / *href))
        throw Error(code_, msg("{0}, line {1}: the schema asks for {2}, which is not in its folder.",
                               path.string(), e.line, *href));
      read(*href);
    }
    for (const auto& child : e.children) look_through(child, path);
  }

  /// The file that an element asks for. An import of a schema may name none.
  [[nodiscard]] std::optional<std::string> included(const XmlElement& e) const {
    if (!xsd_) {
      if (e.ns == relax_ng_namespace && (e.name == "include" || e.name == "externalRef"))
        return e.attribute_or("href", "");
      return std::nullopt;
    }
    if (e.ns != xml_schema_namespace) return std::nullopt;
    if (e.name == "include" || e.name == "redefine" || e.name == "override")
      return e.attribute_or("schemaLocation", "");
    return e.name == "import" ? e.attribute("schemaLocation") : std::nullopt;
  }

  /// A name and no path, no address, nothing that a URI would read otherwise.
  static bool is_bare(std::string_view href) {
    return !href.empty() && href != "." && href != ".." &&
           href.find_first_of("/\\:%?#") == std::string_view::npos;
  }

  fs::path folder_;
  Exit code_;
  bool xsd_ = false;
  std::uint64_t bytes_ = 0;
  std::map<std::string, std::string> texts_;
};

}  // namespace

Grammar Grammar::from_file(const fs::path& file, Exit code) {
  const GrammarFiles files(file, code);
  const auto name = file.filename().string();
  try {
    if (!files.is_xsd()) {
      std::uint64_t served = 0;  // a file may be included many times over
      return from_text(files.texts().at(name), name, [&](std::string_view href) -> std::string_view {
        const auto at = files.texts().find(std::string(href));
        if (at == files.texts().end() || (served += at->second.size()) > bytes_most) return {};
        return at->second;
      });
    }
    const TemporaryDirectory copies;
    for (const auto& [bare, text] : files.texts()) write_file(copies.path() / bare, text);
    return from_xsd_file(copies.path() / name);
  } catch (const Error& e) {
    if (e.code() != Exit::unexpected) throw;
    throw Error(code, e.message());
  }
}

}  // namespace versoir::core
