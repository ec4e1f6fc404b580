// tableN.xml: elements by their numbers, whatever their namespace.
#include "extract/siard/rows.hpp"

#include "extract/siard/text.hpp"

#include <charconv>
#include <memory>
#include <utility>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;
using XmlTag = core::XmlReader::Node;

namespace {

/// A value that stands within the row may be long: DBPTK and others write large texts so.
constexpr std::size_t longest_inline = std::size_t{1} << 28;
constexpr std::uint64_t table_most = std::uint64_t{1} << 44;
constexpr int deepest = 40;
constexpr std::size_t most_collected = 10'000'000;

core::XmlReader open_table(const core::ZipArchive& zip, const SiardTableRead& table) {
  const auto* entry = zip.find(table.file);
  if (!entry)
    throw Error(Exit::source_data, msg("The rows of table {0} are missing: the archive holds no {1}.",
                                       table.original_name, table.file));
  core::XmlLimits limits;
  limits.bytes = table_most;
  limits.depth = deepest;
  limits.text = longest_inline;
  auto content = std::make_shared<core::ZipContent>(zip, *entry);
  return core::XmlReader::from_bytes(
      [content](char* to, std::size_t room) { return content->read(to, room); }, table.file,
      Exit::source_data, limits);
}

/// 3 of "c3", "u3" or "a3"; 0 for another name.
std::size_t number_in(std::string_view name) {
  if (name.size() < 2 || (name[0] != 'c' && name[0] != 'u' && name[0] != 'a')) return 0;
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(name.data() + 1, name.data() + name.size(), n);
  return error == std::errc() && end == name.data() + name.size() ? n : 0;
}

}  // namespace

SiardRows::SiardRows(const core::ZipArchive& zip, const SiardTableRead& table)
    : table_(table), nodes_(1), reader_(open_table(zip, table)) {
  for (std::size_t i = 0; i < table.leaves.size(); ++i) {
    std::size_t at = 0;
    for (const auto step : table.leaves[i].path) {
      if (nodes_[at].children.size() < step) nodes_[at].children.resize(step, 0);
      if (nodes_[at].children[step - 1] == 0) {
        nodes_[at].children[step - 1] = nodes_.size();
        nodes_.emplace_back();
      }
      at = nodes_[at].children[step - 1];
    }
    nodes_[at].leaf = i;
  }
}

void SiardRows::refuse(core::Message why) const {
  throw Error(Exit::source_data, msg("{0}, line {1}: the row cannot be read.", table_.file, reader_.line()))
      .because(std::move(why));
}

bool SiardRows::next(std::vector<SiardCell>& cells) {
  if (!begun_) {
    begun_ = true;
    if (!reader_.next() || reader_.name() != "table")
      throw Error(Exit::source_data, msg("{0} is no table of SIARD.", table_.file));
  }
  cells.resize(table_.leaves.size());
  for (auto& c : cells) c.state = SiardCell::State::null;
  while (reader_.next()) {
    if (reader_.node() == XmlTag::end) continue;  // of the table
    if (reader_.node() != XmlTag::start || reader_.name() != "row") refuse(msg("something else than a row"));
    line_ = reader_.line();
    read_children(0, cells);
    ++rows_;
    return true;
  }
  return false;
}

/// Up to the end tag of the element at hand.
void SiardRows::read_children(std::size_t node, std::vector<SiardCell>& cells) {
  while (reader_.next()) {
    if (reader_.node() == XmlTag::end) return;
    if (reader_.node() == XmlTag::text) refuse(msg("text between the values of a row"));
    const auto number = number_in(reader_.name());
    const auto& children = nodes_[node].children;
    const auto child = number > 0 && number <= children.size() ? children[number - 1] : 0;
    if (child == 0) refuse(msg("the metadata describe no value {0}", reader_.name()));
    if (const auto leaf = nodes_[child].leaf)
      read_leaf(*leaf, cells);
    else
      read_children(child, cells);
  }
}

/// The elements of an array by their places, the attributes of a structured value by their names; a value
/// without either is a text. Up to the end tag of the element at hand.
core::Json SiardRows::read_elements() {
  if (reader_.attribute("file")) refuse(msg("a large value is within an array of many elements"));
  core::Json elements = core::Json::array(), named = core::Json::object();
  std::string text;
  while (reader_.next_piece()) {
    if (reader_.node() == XmlTag::end) break;
    if (reader_.node() == XmlTag::text) {
      text += reader_.text_view();
      continue;
    }
    const std::string name(reader_.name());
    const auto number = number_in(name);
    if (number == 0 || number > most_collected) refuse(msg("the metadata describe no value {0}", name));
    auto value = read_elements();
    if (name[0] == 'a') {
      while (elements.size() < number) elements.push_back(nullptr);
      elements[number - 1] = std::move(value);
    } else {
      named[name] = std::move(value);
    }
  }
  if (!named.empty()) return named;
  return elements.empty() && !text.empty() ? core::Json(plain_siard_text(text)) : elements;
}

void SiardRows::read_leaf(std::size_t leaf, std::vector<SiardCell>& cells) {
  auto& cell = cells[leaf];
  if (cell.state != SiardCell::State::null)
    refuse(msg("the value of {0} comes twice", table_.leaves[leaf].original_name));
  if (table_.leaves[leaf].collected) {
    cell.state = SiardCell::State::collected;
    cell.text = read_elements().dump();
    return;
  }
  cell.state = SiardCell::State::text;
  cell.text.clear();
  const auto attributes = reader_.attribute_list();
  if (!attributes.empty()) {
    cell.lob = {};
    for (const auto& a : attributes) {
      const auto name = a.local();
      if (name == "file") cell.lob.file = a.value;
      if (name == "length") cell.lob.length = a.value;
      if (name == "digestType") cell.lob.algorithm = a.value;
      if (name == "digest") cell.lob.digest = a.value;
    }
    if (!cell.lob.file.empty()) cell.state = SiardCell::State::file;
  }
  while (reader_.next_piece()) {
    if (reader_.node() == XmlTag::end) return;
    if (reader_.node() == XmlTag::start)
      refuse(msg("the value of {0} has elements of its own", table_.leaves[leaf].original_name));
    cell.text += reader_.text_view();
  }
}

}  // namespace versoir::extract
