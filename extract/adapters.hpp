// Inside the room: the sources behind the port.
#pragma once
#include "extract/source.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::extract {

[[nodiscard]] std::unique_ptr<Source> open_sqlite(const std::string& file);
[[nodiscard]] std::unique_ptr<Source> open_postgresql(const SourceUri& uri, std::string_view schema);

/// What libpq takes: "host=… dbname=…" as it is, or the URI that began with "postgresql:".
[[nodiscard]] std::string postgresql_conninfo(const SourceUri& uri);
/// Throws Error(Exit::usage) when libpq cannot read the text or when it holds a password.
void check_postgresql_conninfo(const SourceUri& uri);
/// host, port, dbname, user and service only.
[[nodiscard]] std::string redact_postgresql(const SourceUri& uri);

/// A block grows to this much before it is handed on: memory is bounded by bytes, not by a number of rows.
inline constexpr std::size_t block_bytes = 1u << 20;
inline constexpr std::size_t block_rows = 1024;

/// Fills blocks cell by cell and hands them on when they are full.
class BlockFiller {
 public:
  BlockFiller(std::size_t columns, const std::function<void(RowBlock&&)>& emit)
      : columns_(columns), emit_(emit) {
    reset();
  }
  void cell(std::optional<std::string> value) {
    bytes_ += value ? value->size() : 0;
    block_.cells.push_back(std::move(value));
  }
  void end_row() {
    if (bytes_ >= block_bytes || block_.rows() >= block_rows) flush();
  }
  void flush() {
    if (block_.cells.empty()) return;
    emit_(std::move(block_));
    reset();
  }

 private:
  void reset() {
    block_ = RowBlock{};
    block_.columns = columns_;
    bytes_ = 0;
  }
  std::size_t columns_;
  const std::function<void(RowBlock&&)>& emit_;
  RowBlock block_;
  std::size_t bytes_ = 0;
};

}  // namespace versoir::extract
