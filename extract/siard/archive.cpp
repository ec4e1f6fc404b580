// header/metadata.xml of any version, read leniently: by local names, in any order.
#include "extract/siard/archive.hpp"

#include "core/text.hpp"
#include "extract/matching.hpp"
#include "extract/siard/flatten.hpp"
#include "extract/siard/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace versoir::extract {

namespace {

using core::Error;
using core::Exit;
using core::msg;
using core::XmlElement;

constexpr std::uint64_t metadata_most = 64u << 20;

[[noreturn]] void refuse_metadata(const XmlElement& at, core::Message why) {
  throw Error(Exit::source_data,
              msg("{0}, line {1}: the metadata cannot be used.", siard_metadata_name, at.line))
      .because(std::move(why));
}

/// Whether a document is in UTF-16, and then whether its high bytes come first; by its mark, else by its
/// first character (XML 1.0, appendix F).
std::optional<bool> utf16_order(std::string_view bytes) {
  using namespace std::string_view_literals;
  const auto first = bytes.substr(0, 2);
  if (first == "\xFE\xFF"sv || first == "\0<"sv) return true;
  if (first == "\xFF\xFE"sv || first == "<\0"sv) return false;
  return std::nullopt;
}

void append_character(std::string& out, char32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

/// The declaration said UTF-16, which is no longer true: the text starts behind it, with as many lines.
std::string without_declaration(std::string text) {
  if (!text.starts_with("<?xml")) return text;
  const auto end = text.find("?>");
  if (end == std::string::npos) return text;
  const auto lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  return std::string(static_cast<std::size_t>(lines), '\n') + text.substr(end + 2);
}

std::string from_utf16(std::string_view bytes, bool high_first) {
  const auto refuse = [] {
    throw Error(Exit::source_data,
                msg("{0} is damaged: it begins as UTF-16 and does not go on so.", siard_metadata_name));
  };
  const auto unit = [&](std::size_t at) {
    const auto a = static_cast<unsigned char>(bytes[at]), b = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<char32_t>(high_first ? a << 8 | b : b << 8 | a);
  };
  if (bytes.size() % 2 != 0) refuse();
  std::string out;
  out.reserve(bytes.size() / 2);
  for (std::size_t at = 0; at < bytes.size(); at += 2) {
    auto c = unit(at);
    if (at == 0 && c == 0xFEFF) continue;
    if (c >= 0xDC00 && c < 0xE000) refuse();
    if (c >= 0xD800 && c < 0xDC00) {
      const auto low = at + 3 < bytes.size() ? unit(at += 2) : char32_t{0};
      if (low < 0xDC00 || low >= 0xE000) refuse();
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    append_character(out, c);
  }
  return without_declaration(std::move(out));
}

std::string plain_text(const XmlElement& parent, std::string_view name) {
  const auto* child = parent.child(name);
  return child ? plain_siard_text(child->text) : std::string();
}

/// The children of the list `list` of an element; none when it is absent.
std::vector<const XmlElement*> items(const XmlElement& parent, std::string_view list, std::string_view name) {
  const auto* found = parent.child(list);
  return found ? found->all(name) : std::vector<const XmlElement*>();
}

std::vector<SiardDigest> digests_of(const XmlElement& root) {
  std::vector<SiardDigest> out;
  for (const auto* e : root.all("messageDigest")) {
    if (e->child("digest")) {
      out.push_back({e->child_text("digestType"), e->child_text("digest")});
      continue;
    }
    // 1.0 and 2.0: one text, the algorithm first: MD5…, SHA-1…, SHA-256:…
    auto text = core::trim(e->text);
    for (const std::string_view name : {"MD5", "SHA-256", "SHA-1", "SHA1"}) {
      if (!text.starts_with(name)) continue;
      text.erase(0, name.size());
      if (text.starts_with(':')) text.erase(0, 1);
      out.push_back({std::string(name), text});
      break;
    }
  }
  return out;
}

std::vector<std::string> key_columns(const XmlElement& key) {
  std::vector<std::string> out;
  for (const auto* c : key.all("column")) out.push_back(plain_siard_text(c->text));
  return out;
}

/// Names that the same file of SQLite, or the same profile, cannot tell apart get a number.
class Unique {
 public:
  std::string operator()(std::string name) {
    std::string out = name;
    for (int n = 2; std::ranges::any_of(taken_, [&](const auto& t) { return same_name(t, out); }); ++n)
      out = fmt::format("{}_{}", name, n);
    taken_.push_back(out);
    return out;
  }

 private:
  std::vector<std::string> taken_;
};

bool reserved_name(std::string_view name) {
  return same_name(name.substr(0, 8), "versoir_") || same_name(name.substr(0, 7), "sqlite_");
}

class Describer {
 public:
  Describer(const XmlElement& root, const core::ZipArchive& zip) : root_(root), zip_(zip) {}

  SiardDatabase run() {
    if (root_.name != "siardArchive") refuse_metadata(root_, msg("the root element is {0}", root_.name));
    db_.version = siard_stamp(zip_);
    db_.name = plain_text(root_, "dbname");
    db_.description = plain_text(root_, "description");
    db_.product = plain_text(root_, "databaseProduct");
    db_.user = plain_text(root_, "databaseUser");
    db_.producer = plain_text(root_, "producerApplication");
    db_.origin = plain_text(root_, "dataOriginTimespan");
    db_.owner = plain_text(root_, "dataOwner");
    db_.lob_folder = root_.child_text("lobFolder");
    db_.digests = digests_of(root_);
    db_.users = items(root_, "users", "user").size();
    const auto types = read_siard_types(root_);
    for (const auto* schema : items(root_, "schemas", "schema")) {
      db_.schemas.push_back(plain_text(*schema, "name"));
      for (const auto* table : items(*schema, "tables", "table")) add(*schema, *table, types);
    }
    name_tables();
    return std::move(db_);
  }

 private:
  void add(const XmlElement& schema, const XmlElement& table, const SiardTypes& types) {
    SiardTableRead t;
    t.schema = plain_text(schema, "name");
    t.original_name = plain_text(table, "name");
    t.description = plain_text(table, "description");
    t.line = table.line;
    const auto folder = table.child_text("folder");
    if (t.original_name.empty() || folder.empty())
      refuse_metadata(table, msg("a table without name or folder"));
    t.folder = "content/" + schema.child_text("folder") + "/" + folder + "/";
    t.file = t.folder + folder + ".xml";
    t.rows = rows_of(table);
    std::size_t number = 0;
    for (const auto* column : items(table, "columns", "column")) {
      t.columns.push_back(plain_text(*column, "name"));
      flatten_column(*column, ++number, t.schema, types, t.leaves);
      if (t.leaves.size() > most_siard_leaves)
        refuse_metadata(*column,
                        msg("the table {0} has more than {1} columns", t.original_name, most_siard_leaves));
    }
    t.column_count = number;
    Unique unique;
    for (auto& leaf : t.leaves) leaf.name = unique(profile_name(leaf.original_name));
    if (const auto* key = table.child("primaryKey")) t.primary_key = key_columns(*key);
    for (const auto* key : items(table, "candidateKeys", "candidateKey"))
      t.candidate_keys.push_back(key_columns(*key));
    for (const auto* key : items(table, "foreignKeys", "foreignKey"))
      t.foreign_keys.push_back(reference(*key));
    db_.tables.push_back(std::move(t));
  }

  std::uint64_t rows_of(const XmlElement& table) const {
    const auto text = table.child_text("rows");
    std::uint64_t rows = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), rows);
    if (error != std::errc() || end != text.data() + text.size())
      refuse_metadata(table, msg("the number of rows is \"{0}\"", text));
    return rows;
  }

  static SiardForeignReference reference(const XmlElement& key) {
    SiardForeignReference out{
        plain_text(key, "name"), plain_text(key, "referencedSchema"), plain_text(key, "referencedTable"), {}};
    for (const auto* r : key.all("reference"))
      out.columns.emplace_back(plain_text(*r, "column"), plain_text(*r, "referenced"));
    return out;
  }

  /// A table is named alone where its name is the only one, with its schema where two schemas have it.
  void name_tables() {
    Unique unique;
    for (auto& t : db_.tables) {
      const auto alike = std::ranges::count_if(db_.tables, [&](const SiardTableRead& other) {
        return same_name(profile_name(other.original_name), profile_name(t.original_name));
      });
      auto name = profile_name(alike > 1 ? t.schema + "_" + t.original_name : t.original_name);
      if (reserved_name(name)) name.insert(0, "X_");
      t.name = unique(std::move(name));
    }
  }

  const XmlElement& root_;
  const core::ZipArchive& zip_;
  SiardDatabase db_;
};

}  // namespace

const SiardLeaf* SiardTableRead::single_leaf(std::string_view original_column) const {
  const auto column = std::ranges::find(columns, original_column);
  if (column == columns.end()) return nullptr;
  const auto number = static_cast<std::size_t>(column - columns.begin()) + 1;
  const auto leaf =
      std::ranges::find_if(leaves, [&](const SiardLeaf& l) { return l.path.front() == number; });
  return leaf != leaves.end() && leaf->path.size() == 1 ? &*leaf : nullptr;
}

std::string siard_stamp(const core::ZipArchive& zip) {
  std::string found = "1.0";
  for (const auto& e : zip.entries())
    for (const std::string_view prefix : {"header/siardversion/", "header/version/"})
      if (e.name.starts_with(prefix) && e.name.size() > prefix.size())
        found = e.name.substr(prefix.size(), e.name.find('/', prefix.size()) - prefix.size());
  return found;
}

std::string siard_metadata_text(const core::ZipArchive& zip) {
  const auto* entry = zip.find(siard_metadata_name);
  if (!entry)
    throw Error(Exit::source_data,
                msg("{0} holds no {1}: it is no SIARD archive.", zip.path().string(), siard_metadata_name));
  auto text = zip.read(*entry, metadata_most);
  if (const auto big = utf16_order(text)) return from_utf16(text, *big);
  return text;
}

XmlElement siard_metadata_tree(const core::ZipArchive& zip) {
  core::XmlLimits limits;
  limits.bytes = 2 * metadata_most;
  const auto text = siard_metadata_text(zip);
  return core::parse_xml(text, siard_metadata_name, Exit::source_data, limits);
}

SiardDatabase describe_siard(const XmlElement& metadata, const core::ZipArchive& zip) {
  return Describer(metadata, zip).run();
}

SiardDatabase read_siard_metadata(const core::ZipArchive& zip) {
  return describe_siard(siard_metadata_tree(zip), zip);
}

}  // namespace versoir::extract
