// Recomputes an extract: counts, row digests, blocks, sums, roots.
#include "core/text.hpp"
#include "extract/digests.hpp"
#include "extract/source.hpp"
#include "extract/store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <map>
#include <set>

namespace versoir::extract {

using core::Finding;
using core::Message;
using core::msg;
using core::Severity;

namespace {

using Findings = std::vector<Finding>;

void add(Findings& out, Message message, std::string where) {
  out.push_back({Severity::error, "EXTRACT_ALTERED", std::move(message), std::move(where)});
}

class TableVerifier {
 public:
  TableVerifier(Extract& extract, const TableFacts& table, core::Progress& progress, Findings& out)
      : db_(extract.database()),
        table_(table),
        progress_(progress),
        out_(out),
        one_moment_(extract.run().consistency == consistency_name(Consistency::snapshot)) {}

  void run() {
    read_expected();
    if (columns_.empty())
      return add(out_, msg("The columns of table {0} are not described.", table_.name), table_.name);
    scan();
    for (const auto& [number, digest] : expected_)
      add(out_, msg("Block {0} of table {1} is missing.", number, table_.name), where(number));
    if (rows_ != table_.copied_rows ||
        (one_moment_ && table_.source_rows != table_.copied_rows + table_.left_rows))
      add(out_,
          core::nmsg("The table {1} has {0} row, {2} were copied of {3} in the source.",
                     "The table {1} has {0} rows, {2} were copied of {3} in the source.", rows_, table_.name,
                     table_.copied_rows, table_.source_rows),
          table_.name);
    else if (table_.source_rows != table_.copied_rows + table_.left_rows)
      out_.push_back(
          {Severity::warning, "COUNT_DIFFERS",
           core::nmsg("The table {1} had {0} row when it was counted and {2} when it was copied.",
                      "The table {1} had {0} rows when they were counted and {2} when they were copied.",
                      table_.source_rows, table_.name, table_.copied_rows),
           table_.name});
    if (sum_.hex() != table_.sum)
      add(out_, msg("The sum of the row digests of table {0} is not the recorded one.", table_.name),
          table_.name);
    if (tree_.root() != table_.root)
      add(out_, msg("The root of table {0} is not the recorded one.", table_.name), table_.name);
  }

 private:
  std::string where(std::uint64_t block) const { return fmt::format("{} block {}", table_.name, block); }

  void read_expected() {
    auto columns = db_.prepare(
        "SELECT name FROM versoir_column WHERE table_name = ?1 AND taken = 'yes' ORDER BY position");
    columns.bind(1, std::string_view(table_.name));
    while (columns.step()) columns_.emplace_back(columns.text(0));
    auto blocks = db_.prepare("SELECT block, digest FROM versoir_block WHERE table_name = ?1");
    blocks.bind(1, std::string_view(table_.name));
    while (blocks.step()) expected_[static_cast<std::uint64_t>(blocks.integer(0))] = blocks.text(1);
    auto lobs = db_.prepare("SELECT DISTINCT column_name FROM versoir_lob WHERE table_name = ?1");
    lobs.bind(1, std::string_view(table_.name));
    while (lobs.step()) lob_columns_.emplace(lobs.text(0));
  }

  void scan() {
    std::string list = "_row";
    for (const auto& c : columns_) list += ", " + core::sql_name(c);
    // main: a TEMP view may stand before the table (see shadow_absent).
    auto rows =
        db_.prepare(fmt::format("SELECT {} FROM main.{} ORDER BY _row", list, core::sql_name(table_.name)));
    lob_chunks_.emplace(
        db_.prepare("SELECT bytes FROM versoir_lob WHERE table_name = ?1 AND row = ?2 AND "
                    "column_name = ?3 ORDER BY chunk"));
    RowHasher hasher(table_.name);
    while (rows.step()) {
      // Blocks go by row number, so that a missing row spoils its own block and not those after it.
      const auto row = rows.integer(0);
      const auto block = static_cast<std::uint64_t>(row - 1) / rows_per_block;
      if (rows_ > 0 && block != block_) end_block();
      block_ = block;
      for (std::size_t i = 0; i < columns_.size(); ++i) add_value(hasher, rows, static_cast<int>(i) + 1, row);
      const auto digest = hasher.finish();
      sum_.add(digest);
      content_.update(digest.span());
      ++rows_;
      progress_.advance(1);
    }
    if (rows_ > 0) end_block();
  }

  void add_value(RowHasher& hasher, const core::Statement& rows, int i, std::int64_t row) {
    switch (sqlite3_column_type(rows.raw(), i)) {
      case SQLITE_INTEGER:
        return hasher.add(Tag::integer, std::to_string(rows.integer(i)));
      case SQLITE_BLOB:
        return hasher.add(Tag::blob, rows.blob(i));
      case SQLITE_NULL:
        return add_null_or_lob(hasher, columns_[static_cast<std::size_t>(i) - 1], row);
      default:
        return hasher.add(Tag::text, rows.text(i));
    }
  }

  void add_null_or_lob(RowHasher& hasher, const std::string& column, std::int64_t row) {
    if (lob_columns_.contains(column)) {
      core::Sha256Hasher content;
      bool found = false;
      lob_chunks_->bind(1, std::string_view(table_.name));
      lob_chunks_->bind(2, row);
      lob_chunks_->bind(3, std::string_view(column));
      for (; lob_chunks_->step(); found = true) content.update(lob_chunks_->blob(0));
      lob_chunks_->reset();
      if (found) {
        const auto digest = content.finish();
        return hasher.add(Tag::lob,
                          {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()});
      }
    }
    hasher.add(Tag::null, {});
  }

  void end_block() {
    const auto digest = content_.finish();
    const auto it = expected_.find(block_);
    if (it == expected_.end() || it->second != digest.hex())
      add(out_,
          msg("Block {0} of table {1} (rows {2} to {3}) is not what was copied.", block_, table_.name,
              block_ * rows_per_block + 1, (block_ + 1) * rows_per_block),
          where(block_));
    if (it != expected_.end()) expected_.erase(it);
    tree_.add(trust::merkle_leaf(digest.span()));
  }

  core::Database& db_;
  const TableFacts& table_;
  core::Progress& progress_;
  Findings& out_;
  std::vector<std::string> columns_;
  std::map<std::uint64_t, std::string> expected_;
  std::set<std::string> lob_columns_;
  std::optional<core::Statement> lob_chunks_;
  DigestSum sum_;
  trust::MerkleBuilder tree_;
  core::Sha256Hasher content_;
  std::uint64_t rows_ = 0, block_ = 0;
  bool one_moment_;  ///< otherwise the table may have gained or lost rows since they were counted
};

/// The file holds the tables that it describes and no other.
void verify_table_list(Extract& extract, Findings& out) {
  std::set<std::string> described;
  for (const auto& t : extract.tables()) described.insert(t.name);
  auto st = extract.database().prepare(
      "SELECT name FROM main.sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'versoir\\_%' "
      "ESCAPE '\\' "
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  std::set<std::string> present;
  while (st.step()) present.emplace(st.text(0));
  for (const auto& name : present)
    if (!described.contains(name)) add(out, msg("The table {0} was not copied from the source.", name), name);
  for (const auto& name : described)
    if (!present.contains(name)) add(out, msg("The table {0} is missing.", name), name);
}

}  // namespace

std::vector<Finding> verify_content(Extract& extract, core::Progress& progress) {
  Findings out;
  verify_table_list(extract, out);
  for (const auto& table : extract.tables()) {
    progress.begin(table.name, table.copied_rows, "rows");
    try {
      TableVerifier(extract, table, progress, out).run();
    } catch (const core::Error& e) {  // a damaged page: the other tables are still looked at
      add(out, msg("The table {0} cannot be read: {1}", table.name, e.what()), table.name);
    }
    progress.end();
  }
  return out;
}

}  // namespace versoir::extract
