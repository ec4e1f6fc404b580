// See proof.hpp.
#include "consult/proof.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace versoir::consult {

using core::Sha256;

BlockProof::Reading& BlockProof::reading(const std::string& table) {
  const auto [it, fresh] = readings_.try_emplace(table);
  auto& r = it->second;
  if (!fresh) return r;
  auto& db = extract_.database();
  auto columns =
      db.prepare("SELECT name FROM versoir_column WHERE table_name = ?1 AND taken = 'yes' ORDER BY position");
  columns.bind(1, std::string_view(table));
  while (columns.step()) r.columns.emplace_back(columns.text(0));
  auto lobs = db.prepare("SELECT 1 FROM versoir_lob WHERE table_name = ?1 LIMIT 1");
  lobs.bind(1, std::string_view(table));
  r.large_values = lobs.step();
  if (r.large_values)
    r.pieces = db.prepare(
        "SELECT bytes FROM versoir_lob WHERE table_name = ?1 AND row = ?2 AND column_name = ?3 ORDER BY "
        "chunk");
  r.hasher.emplace(table);
  std::string list = "_row";
  for (const auto& c : r.columns) list += ", " + core::sql_name(c);
  r.rows = db.prepare(fmt::format("SELECT {} FROM main.{} WHERE _row BETWEEN ?1 AND ?2 ORDER BY _row", list,
                                  core::sql_name(table)));
  r.expected = db.prepare("SELECT digest FROM versoir_block WHERE table_name = ?1 AND block = ?2");
  return r;
}

const std::vector<std::string>& BlockProof::columns(const std::string& table) {
  return reading(table).columns;
}

std::optional<Sha256> BlockProof::large_value(const std::string& table, Reading& r, std::size_t column) {
  auto& pieces = *r.pieces;
  pieces.bind(1, std::string_view(table)).bind(2, r.rows->integer(0));
  pieces.bind(3, std::string_view(r.columns[column]));
  std::optional<core::Sha256Hasher> content;
  while (pieces.step()) {
    if (!content) content.emplace();
    content->update(pieces.blob(0));
  }
  pieces.reset();
  return content ? std::optional(content->finish()) : std::nullopt;
}

/// Of the row where the statement stands.
Sha256 BlockProof::digest(const std::string& table, Reading& r) {
  auto& hasher = *r.hasher;
  hasher.forget();  // what a row that could not be read to its end left
  auto& row = *r.rows;
  for (std::size_t i = 0; i < r.columns.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    switch (sqlite3_column_type(row.raw(), at)) {
      case SQLITE_INTEGER:
        hasher.add(extract::Tag::integer, std::to_string(row.integer(at)));
        continue;
      case SQLITE_BLOB:
        hasher.add(extract::Tag::blob, row.blob(at));
        continue;
      case SQLITE_NULL:
        break;
      default:
        hasher.add(extract::Tag::text, row.text(at));
        continue;
    }
    if (const auto whole = r.large_values ? large_value(table, r, i) : std::nullopt)
      hasher.add(extract::Tag::lob,
                 {reinterpret_cast<const char*>(whole->bytes.data()), whole->bytes.size()});
    else
      hasher.add(extract::Tag::null, {});
  }
  return hasher.finish();
}

bool BlockProof::holds(const std::string& table, std::uint64_t block) {
  auto& r = reading(table);
  r.expected->bind(1, std::string_view(table)).bind(2, static_cast<std::int64_t>(block));
  const std::string expected(r.expected->step() ? r.expected->text(0) : std::string_view());
  r.expected->reset();
  const auto first = static_cast<std::int64_t>(block * extract::rows_per_block + 1);
  r.rows->bind(1, first).bind(2, first + static_cast<std::int64_t>(extract::rows_per_block) - 1);
  core::Sha256Hasher content;
  while (r.rows->step()) content.update(digest(table, r).span());
  r.rows->reset();
  return content.finish().hex() == expected;
}

std::optional<Sha256> BlockProof::row_digest(const std::string& table, std::int64_t row) {
  auto& r = reading(table);
  r.rows->bind(1, row).bind(2, row);
  std::optional<Sha256> found;
  if (r.rows->step()) found = digest(table, r);
  r.rows->reset();
  return found;
}

}  // namespace versoir::consult
