// Reader of the format table.
#include "core/format_table.hpp"

#include <algorithm>
#include <bitset>
#include <stdexcept>
#include <utility>

namespace versoir::core {

std::string_view embedded_formats(std::string_view name);

namespace {

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

std::vector<std::string> strings(std::string_view text, std::string_view separator) {
  const auto parts = split(text, separator);
  return {parts.begin(), parts.end()};
}

std::vector<BytePattern> patterns(std::string_view text) {
  std::vector<BytePattern> all{BytePattern::parse(text)};
  while (text.starts_with(" & ")) {
    text.remove_prefix(3);
    all.push_back(BytePattern::parse(text));
  }
  if (!text.empty()) throw std::invalid_argument("left over: " + std::string(text));
  return all;
}

ContainerPart part(std::string_view text) {
  const auto at = text.find(": ");
  if (at == std::string_view::npos) return {std::string(text), {}};
  return {std::string(text.substr(0, at)), patterns(text.substr(at + 2))};
}

void add_bytes(FormatTable& table, ByteSignature signature) {
  for (std::size_t i = 0; i < signature.patterns.size(); ++i) signature.cheapest_first.push_back(i);
  std::ranges::stable_partition(signature.cheapest_first,
                                [&](std::size_t i) { return signature.patterns[i].bounded(); });
  std::bitset<256> first = std::bitset<256>().set();
  for (const auto& pattern : signature.patterns) first &= pattern.first_bytes();
  for (std::size_t b = 0; b < first.size(); ++b)
    if (first[b]) table.by_first_byte[b].push_back(table.bytes.size());
  table.bytes.push_back(std::move(signature));
}

void read_line(FormatTable& table, std::string_view line) {
  const auto fields = split(line, "\t");
  if (fields.size() == 2 && fields[0] == "other") {
    for (const auto e : split(fields[1], " ")) table.other_extensions.emplace(e);
    return;
  }
  if (fields.size() < 3) throw std::invalid_argument("too few fields");
  if (fields[0] == "format") {
    if (fields.size() != 7) throw std::invalid_argument("a format has seven fields");
    const auto index = table.formats.size();
    table.formats.push_back({std::string(fields[1]), std::string(fields[2]), std::string(fields[3]),
                             strings(fields[4], ", "), strings(fields[5], " "), strings(fields[6], " ")});
    if (!table.by_puid.emplace(fields[1], index).second)
      throw std::invalid_argument("identifier given twice");
    for (const auto& e : table.formats.back().extensions) table.by_extension[e].push_back(index);
    return;
  }
  const auto format = table.by_puid.find(std::string(fields[1]));
  if (format == table.by_puid.end()) throw std::invalid_argument("signature before its format");
  table.formats[format->second].has_signature = true;
  if (fields[0] == "bytes") {
    add_bytes(table, {format->second, patterns(fields[2]), {}});
  } else if (fields[0] == "zip" || fields[0] == "ole2") {
    ContainerSignature s{format->second, {}};
    for (std::size_t i = 2; i < fields.size(); ++i) s.parts.push_back(part(fields[i]));
    (fields[0] == "zip" ? table.zip : table.ole2).push_back(std::move(s));
  } else {
    throw std::invalid_argument("unknown kind of line");
  }
}

}  // namespace

FormatTable FormatTable::parse(std::string_view tsv) {
  FormatTable table;
  std::size_t number = 0;
  for (const auto line : split(tsv, "\n")) {
    ++number;
    if (line.empty() || line.front() == '#') continue;
    try {
      read_line(table, line);
    } catch (const std::invalid_argument& e) {
      throw std::invalid_argument("format table, line " + std::to_string(number) + ": " + e.what());
    }
  }
  return table;
}

const FormatTable& format_table() {
  static const FormatTable table = FormatTable::parse(embedded_formats("formats.tsv"));
  return table;
}

}  // namespace versoir::core
