// Inside the room: the sources behind the port.
#pragma once
#include "extract/source.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

[[nodiscard]] std::unique_ptr<Source> open_sqlite(const std::string& file);
[[nodiscard]] std::unique_ptr<Source> open_csv(const std::string& folder);
[[nodiscard]] std::unique_ptr<Source> open_siard(const std::string& file);
[[nodiscard]] std::unique_ptr<Source> open_odbc(const SourceUri& uri, const Access& access);
[[nodiscard]] std::unique_ptr<Source> open_postgresql(const SourceUri& uri, const Access& access);

/// What libpq takes: "host=… dbname=…" as it is, or the URI that began with "postgresql:".
[[nodiscard]] std::string postgresql_conninfo(const SourceUri& uri);
/// Throws Error(Exit::usage) when libpq cannot read the text or when it holds a password.
void check_postgresql_conninfo(const SourceUri& uri);
/// host, port, dbname, user and service only.
[[nodiscard]] std::string redact_postgresql(const SourceUri& uri);

/// A block grows to this much before it is handed on: memory is bounded by bytes, not by a number of rows.
/// Small enough to stay in a core's cache from the reading to the digests.
inline constexpr std::size_t block_bytes = std::size_t{1} << 16;
inline constexpr std::size_t block_rows = 256;

/// Fills blocks cell by cell and hands them on when they are full.
class BlockFiller {
 public:
  BlockFiller(std::size_t columns, RowSink& sink) : columns_(columns), sink_(sink), block_(columns) {}

  [[nodiscard]] RowBlock& block() noexcept { return block_; }
  /// The row just filled is whole; `position` is where reading goes on after it.
  void end_row(std::string_view position) {
    block_.position.assign(position);
    if (block_.bytes() >= block_bytes || block_.rows() >= block_rows) flush();
  }
  /// A piece of a large value of the row to come: the rows before it go first.
  void piece(std::size_t column, std::string_view bytes) {
    flush();
    sink_.piece(column, bytes);
  }
  void flush() {
    if (block_.rows() == 0) return;
    // The next block will be much like this one.
    const auto rows = block_.rows(), bytes = block_.bytes();
    sink_.rows(std::move(block_));
    block_ = RowBlock(columns_);
    block_.reserve(rows + 1, bytes + bytes / 8);
  }

 private:
  std::size_t columns_;
  RowSink& sink_;
  RowBlock block_;
};

/// A position made of several values (those of a key): each with its length, so that any text can stand in
/// it.
void append_position(std::string& position, std::string_view value);
[[nodiscard]] std::string join_position(std::span<const std::string> values);
/// Throws Error(Exit::extract_invalid) on what join_position did not write.
[[nodiscard]] std::vector<std::string> split_position(std::string_view position);

/// Puts a question to a source: all its rows as text, NULL as nullopt. What differs between the drivers of
/// one database ends here.
using Ask = std::function<std::vector<std::vector<std::optional<std::string>>>(const std::string& sql)>;
/// The first value of the first row, "" for none.
[[nodiscard]] std::string ask_one(const Ask& ask, const std::string& sql);

/// Of tables in the order of their names; null when it is none of them.
[[nodiscard]] SourceTable* find_table(std::vector<SourceTable>& tables, std::string_view name);
/// A key of which a column may be NULL identifies nothing.
void drop_weak_keys(std::vector<SourceTable>& tables);
/// The finding that the clocks differ, if they do; `server` as YYYY-MM-DDTHH:MM:SS in UTC.
void compare_clocks(const std::string& server, core::Instant now, std::vector<core::Finding>& out);

/// What to do about a table that another session locks.
[[nodiscard]] core::Message locked_hint();
/// What to do about a statement that was cut short.
[[nodiscard]] core::Message cancelled_hint();

/// What is thrown when the stop token asked for it.
[[noreturn]] void throw_interrupted();

}  // namespace versoir::extract
