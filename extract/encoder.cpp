// Turns what a source gives into what an extract keeps.
#include "extract/encoder.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "extract/store.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace versoir::extract {

namespace {

/// Of a value that is in the extract anyway.
constexpr std::size_t most_remarked_bytes = 1000;
constexpr std::string_view repaired_note = "bytes that are not UTF-8 became U+FFFD";

/// How many bytes at the end of `text` begin a UTF-8 character that is not whole (0 to 3).
std::size_t unfinished(std::string_view text) noexcept {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto c = static_cast<unsigned char>(text[text.size() - back]);
    if ((c & 0xC0) == 0x80) continue;
    const std::size_t length = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

std::string_view raw_bytes(const core::Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

/// The text of a value that is being encoded: `bytes` of the block it comes from are not moved yet.
std::optional<std::string_view> shown(const EncodedBlock& out, std::string_view bytes, const EncodedValue& v,
                                      std::string& digits) {
  switch (v.tag) {
    case Tag::null:
      return std::nullopt;
    case Tag::integer:
      digits = std::to_string(v.number);
      return digits;
    case Tag::lob:
      return "\xff";  // there is one, and it is no code and no date
    case Tag::text:
    case Tag::blob:
      break;
  }
  return (v.extra ? std::string_view(out.extra) : bytes).substr(static_cast<std::size_t>(v.number), v.size);
}

}  // namespace

EncodedBlock TableEncoder::encode(RowBlock&& block) {
  if (block.columns() != columns_.size() || !block.whole_rows())
    throw core::Error(core::Exit::source_data, core::msg("The source gave {0} columns instead of {1}.",
                                                         block.columns(), columns_.size()));
  EncodedBlock out;
  out.position = std::move(block.position);
  out.left.assign(filter_.rules(), 0);
  out.values.reserve(block.rows() * block.columns());
  out.digests.reserve(block.rows());
  clean_ = core::is_utf8(block.all());
  constexpr auto left = static_cast<std::size_t>(-1);
  std::vector<std::size_t> places;  // of the rows among those that are kept
  for (std::size_t row = 0; row < block.rows(); ++row) {
    for (std::size_t column = 0; column < columns_.size(); ++column) add_value(out, block, row, column);
    const auto* values = out.values.data() + out.digests.size() * columns_.size();
    std::string digits;
    const auto rule =
        filter_.leaves([&](std::size_t column) { return shown(out, block.all(), values[column], digits); });
    if (!block.remarks().empty()) places.push_back(rule ? left : out.digests.size());
    if (rule)
      leave_row(out, block, row, *rule);
    else
      out.digests.push_back(row_.finish());
  }
  for (const auto& r : block.remarks())
    if (const auto place = places[r.row]; place != left)
      out.anomalies.push_back(
          {place, r.column, r.kind,
           std::string(block.text(block.cell(r.row, r.column)).substr(0, most_remarked_bytes)), r.note});
  out.bytes = block.take_bytes();
  return out;
}

/// Nothing of the row stays but its number among those that are left.
void TableEncoder::leave_row(EncodedBlock& out, const RowBlock& block, std::size_t row, std::size_t rule) {
  const auto kept = out.digests.size();
  ++out.left[rule];
  row_.forget();
  out.values.resize(kept * columns_.size());
  std::erase_if(out.anomalies, [&](const EncodedAnomaly& a) { return a.row == kept; });
  std::erase_if(out.pieces, [&](const EncodedPiece& p) { return p.row == kept; });
  for (std::size_t column = 0; column < columns_.size(); ++column)
    out.void_pieces = out.void_pieces || block.cell(row, column).state == RowBlock::Cell::State::large;
}

/// A piece of UTF-8 is UTF-8 if no character is cut at either end.
bool TableEncoder::is_text(std::string_view text, const RowBlock& block, const RowBlock::Cell& cell) const {
  const auto continues = [&](std::size_t at) {
    return at < block.all().size() && (static_cast<unsigned char>(block.all()[at]) & 0xC0) == 0x80;
  };
  return (clean_ && !continues(cell.offset) && !continues(cell.offset + cell.size)) || core::is_utf8(text);
}

void TableEncoder::add_value(EncodedBlock& out, const RowBlock& block, std::size_t row, std::size_t column) {
  const auto& cell = block.cell(row, column);
  if (cell.state == RowBlock::Cell::State::null) {
    row_.add(Tag::null, {});
    out.values.emplace_back();
    return;
  }
  if (cell.state == RowBlock::Cell::State::large) return end_large(out, row, column);
  const auto [kind, storage] = columns_[column];
  auto text = block.text(cell);
  EncodedValue v{Tag::text, false, cell.size, static_cast<std::int64_t>(cell.offset)};
  // The bytes from `start` of `extra` on are the value.
  const auto rewritten = [&](std::size_t start) {
    v.extra = true;
    v.size = static_cast<std::uint32_t>(out.extra.size() - start);
    v.number = static_cast<std::int64_t>(start);
    text = std::string_view(out.extra).substr(start);
  };
  if (const auto plain = plain_value(text, kind)) {
    text = *plain;
    v.size = static_cast<std::uint32_t>(plain->size());
  } else {
    const auto start = out.extra.size();
    if (!append_plain(out.extra, text, kind)) {
      auto [value, misfit] = extract::encode(std::string(text), kind);
      if (storage == Storage::integer && !(misfit.empty() || fits_integer(value))) throw NotAnInteger{column};
      if (!misfit.empty())
        out.anomalies.push_back({out.digests.size(), column, "type", value, std::string(misfit)});
      out.extra += value;
    }
    rewritten(start);
  }
  if (storage == Storage::integer) {
    row_.add(Tag::integer, text);
    std::int64_t integer = 0;
    std::from_chars(text.data(), text.data() + text.size(), integer);
    out.values.push_back({Tag::integer, false, 0, integer});
    return;
  }
  if (storage == Storage::text && !is_text(text, block, cell)) {
    out.anomalies.push_back(
        {out.digests.size(), column, "encoding", std::string(text), std::string(repaired_note)});
    const auto clean = core::repair_utf8(text);
    const auto start = out.extra.size();
    out.extra += clean;
    rewritten(start);
  }
  if (text.size() > lob_threshold) return add_large(out, column, text);
  v.tag = storage == Storage::blob ? Tag::blob : Tag::text;
  row_.add(v.tag, text);
  out.values.push_back(v);
}

void TableEncoder::add_large(EncodedBlock& out, std::size_t column, std::string_view value) {
  row_.add(Tag::lob, raw_bytes(core::sha256(value)));
  for (std::size_t at = 0, chunk = 0; at < value.size(); at += lob_threshold, ++chunk)
    out.pieces.push_back({out.digests.size(), column, chunk, std::string(value.substr(at, lob_threshold))});
  out.values.push_back({Tag::lob, false, 0, 0});
}

EncodedBlock TableEncoder::piece(std::size_t column, std::string_view bytes) {
  if (column >= columns_.size())
    throw core::Error(core::Exit::source_data, core::msg("The source gave a value of no column."));
  if (columns_[column].storage == Storage::integer) throw NotAnInteger{column};
  EncodedBlock out;
  auto& large = large_[column];
  std::string content = std::exchange(large.tail, {});
  content.append(bytes);
  if (columns_[column].storage == Storage::text) {
    const auto cut = unfinished(content);
    large.tail = content.substr(content.size() - cut);
    content.erase(content.size() - cut);
    if (!core::is_utf8(content)) {
      out.anomalies.push_back(
          {0, column, "encoding", content, fmt::format("{} (piece {})", repaired_note, large.chunks)});
      content = core::repair_utf8(content);
    }
  }
  if (content.empty()) return out;
  large.content.update(std::string_view(content));
  out.pieces.push_back({0, column, large.chunks++, std::move(content)});
  return out;
}

void TableEncoder::end_large(EncodedBlock& out, std::size_t row, std::size_t column) {
  const auto it = large_.find(column);
  if (row != 0 || it == large_.end())
    throw core::Error(core::Exit::source_data,
                      core::msg("The source announced a large value and gave none."));
  auto large = std::move(it->second);
  large_.erase(it);
  if (!large.tail.empty()) {  // the value ends within a character
    out.anomalies.push_back(
        {row, column, "encoding", large.tail, fmt::format("{} (piece {})", repaired_note, large.chunks)});
    const auto clean = core::repair_utf8(large.tail);
    large.content.update(std::string_view(clean));
    out.pieces.push_back({row, column, large.chunks, clean});
  }
  row_.add(Tag::lob, raw_bytes(large.content.finish()));
  out.values.push_back({Tag::lob, false, 0, 0});
}

}  // namespace versoir::extract
