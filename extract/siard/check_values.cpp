// Values against their types, large values against their cells.
#include "extract/siard/check_values.hpp"

#include "core/text.hpp"
#include "extract/siard/text.hpp"
#include "extract/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace versoir::extract {

namespace {

using core::msg;

std::string place(const SiardTableRead& table, const SiardLeaf& leaf, std::uint64_t number) {
  return fmt::format("{}.{} row {}", table.original_name, leaf.original_name, number);
}

/// Numbers between the parentheses of a type: length, or precision and scale. 0 when not said.
struct Sizes {
  std::size_t first = 0, second = 0;
  bool said = false;
};
Sizes sizes_of(std::string_view type) {
  Sizes s;
  const auto open = type.find('(');
  if (open == std::string_view::npos) return s;
  const auto* end = type.data() + type.size();
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto* at = std::find_if(type.data() + open, end, digit);
  const auto read = std::from_chars(at, end, s.first);
  s.said = read.ec == std::errc();
  if (!s.said || (read.ptr != end && (*read.ptr == 'K' || *read.ptr == 'M' || *read.ptr == 'G'))) return {};
  const auto comma = type.find(',', open);
  if (comma == std::string_view::npos) return s;
  at = std::find_if(type.data() + comma, end, digit);
  std::from_chars(at, end, s.second);
  return s;
}

std::size_t code_points(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool number_fits(std::string_view canonical, std::string_view type) {
  const auto word = siard_type_word(type);
  std::int64_t n = 0;
  const bool whole = fits_integer(canonical);
  if (whole) std::from_chars(canonical.data(), canonical.data() + canonical.size(), n);
  if (word == "SMALLINT") return whole && n >= -32768 && n <= 32767;
  if (word == "INTEGER" || word == "INT")
    return whole && n >= std::numeric_limits<std::int32_t>::min() &&
           n <= std::numeric_limits<std::int32_t>::max();
  if (word == "BIGINT") return whole;
  if (word != "DECIMAL" && word != "NUMERIC" && word != "DEC") return true;
  const auto sizes = sizes_of(type);
  if (!sizes.said) return true;
  const auto digits = canonical.substr(canonical.starts_with('-'));
  const auto point = std::min(digits.find('.'), digits.size());
  const auto scale = digits.size() - std::min(point + 1, digits.size());
  const auto before = digits.substr(0, point) == "0" ? 0 : point;
  return scale <= sizes.second && before + sizes.second <= std::max(sizes.first, sizes.second);
}

}  // namespace

void SiardValueCheck::row(const SiardTableRead& table, const std::vector<SiardCell>& cells,
                          std::uint64_t number) {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const auto& leaf = table.leaves[i];
    if (cells[i].state == SiardCell::State::null) {
      if (!leaf.nullable)
        notes_.error("T_6.0-1", msg("the value is NULL, and the metadata do not allow it"),
                     place(table, leaf, number));
    } else if (cells[i].state == SiardCell::State::file) {
      check_large(table, leaf, cells[i], number);
    } else if (cells[i].state == SiardCell::State::text) {
      check_text(table, leaf, cells[i], number);
    }
  }
}

void SiardValueCheck::check_text(const SiardTableRead& table, const SiardLeaf& leaf, const SiardCell& cell,
                                 std::uint64_t number) {
  const auto bad = [&](std::string_view id, core::Message why) {
    notes_.error(id, std::move(why), place(table, leaf, number));
  };
  switch (leaf.kind) {
    case ColumnKind::integer:
    case ColumnKind::number: {
      const auto canonical = canonical_number(core::trim(cell.text));
      const bool special = leaf.kind == ColumnKind::number &&
                           (cell.text == "INF" || cell.text == "-INF" || cell.text == "NaN");
      if (!special && (!canonical || !number_fits(*canonical, leaf.type)))
        bad("T_6.0-1", msg("the value does not fit the type {0}", leaf.type));
      return;
    }
    case ColumnKind::boolean:
      if (!canonical_boolean(core::trim(cell.text)))
        bad("T_6.0-1", msg("the value does not fit the type {0}", leaf.type));
      return;
    case ColumnKind::date:
    case ColumnKind::timestamp:
      if (!canonical_timestamp(core::trim(cell.text)) &&
          !canonical_timestamp(core::trim(cell.text).substr(0, 10)))
        bad("T_6.3-1", msg("the value is no date of the years 0001 to 9999"));
      return;
    case ColumnKind::text: {
      const auto sizes = sizes_of(leaf.type);
      if (!sizes.said || cell.text.size() <= sizes.first) return;
      const auto text = plain_siard_text(cell.text);
      if (code_points(text) > sizes.first)
        bad("T_6.0-1", msg("the text has {0} characters, and its type is {1}", code_points(text), leaf.type));
      return;
    }
    case ColumnKind::binary: {
      const auto sizes = sizes_of(leaf.type);
      const bool hex = cell.text.size() % 2 == 0 &&
                       std::ranges::all_of(cell.text, [](char c) { return core::hex_digit(c) >= 0; });
      if (!hex)
        bad("T_6.0-1", msg("the value is not hexadecimal"));
      else if (sizes.said && !siard_type_word(leaf.type).starts_with("BIT") &&
               cell.text.size() / 2 > sizes.first)
        bad("T_6.0-1", msg("the value has {0} bytes, and its type is {1}", cell.text.size() / 2, leaf.type));
      return;
    }
    case ColumnKind::other:
      return;
  }
}

void SiardValueCheck::check_large(const SiardTableRead& table, const SiardLeaf& leaf, const SiardCell& cell,
                                  std::uint64_t number) {
  ++large_values_;
  const auto where = place(table, leaf, number);
  notes_.judged("T_6.4-5");
  notes_.judged("T_6.2-1");
  if (cell.lob.length.empty()) notes_.error("T_6.4-5", msg("the length is not said"), where);
  if (cell.lob.digest.empty() || cell.lob.algorithm.empty())
    notes_.warning("T_6.4-5", msg("the digest is not said: nothing tells whether the value is the right one"),
                   where);
  std::string entry;
  auto content = lobs_.open(table, leaf, cell.lob.file, &entry);
  if (!content) return notes_.error("T_6.2-1", msg("the file {0} is not there", cell.lob.file), where);
  if (!entry.empty()) named_.insert(entry);
  try {
    const auto measure = LobReader::read(*content, cell.lob, [&](std::string_view) { on_bytes_(); });
    const bool text = leaf.kind == ColumnKind::text;
    const auto faults = LobReader::faults(cell.lob, measure, text);
    for (const auto& fault : faults)
      notes_.error("T_6.2-1", fault, fmt::format("{} ({})", where, cell.lob.file));
    if (faults.empty() && text && !cell.lob.length.empty() &&
        core::trim(cell.lob.length) != std::to_string(measure.characters))
      notes_.warning("T_6.2-1",
                     msg("the length counts something else than characters: {0} for {1}",
                         core::trim(cell.lob.length), measure.characters),
                     where);
  } catch (const core::Error& e) {
    if (e.code() == core::Exit::interrupted) throw;
    notes_.error("T_6.2-1", e, where);
  }
}

}  // namespace versoir::extract
