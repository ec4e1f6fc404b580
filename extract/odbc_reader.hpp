// One reading of one table through ODBC: blocks of bound columns, long values apart.
#pragma once
#include "extract/adapters.hpp"
#include "extract/odbc_dialect.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace versoir::extract {

/// Memory for the bound buffers of one reading; and the bounds of what it gives in rows.
inline constexpr std::size_t odbc_budget = std::size_t{16} << 20;
inline constexpr std::size_t odbc_most_rows = 5000;
/// Rows a fetch when a row takes `width` bytes; `wanted` overrides the budget.
[[nodiscard]] std::size_t odbc_block_rows(std::size_t width, std::size_t wanted) noexcept;

class OdbcReader {
 public:
  OdbcReader(OdbcConnection& connection, OdbcDialect& dialect, const ReadRequest& request,
             std::size_t fetch_rows);
  void read(RowSink& sink, std::stop_token stop);

 private:
  /// An expression of the SELECT list and the buffer of its column.
  struct Item {
    std::string sql;
    OdbcForm form = OdbcForm::text;
    std::size_t width = 0;
    std::vector<char> bytes;
    std::vector<SQLLEN> lengths;
  };
  struct Column {
    std::size_t item = 0;
    std::optional<std::size_t> longer;  ///< the item that says so
    OdbcRendering rendering;
  };
  /// A value that does not come from a block: whole, or gone in pieces before its row.
  struct Apart {
    bool null = false, large = false;
    std::string value;
  };
  enum class Arrived { null, whole, cut };

  void plan();
  std::size_t add_item(std::string sql, OdbcForm form, std::size_t width);
  std::string select() const;

  void read_blocks(OdbcStatement& statement, BlockFiller& filler, std::stop_token stop);
  void bind_items(OdbcStatement& statement, std::size_t rows);
  void take_row(std::size_t row, BlockFiller& filler);
  Arrived arrived(const Item& item, std::size_t row, std::string_view& text) const;
  Apart read_apart(std::size_t column, std::size_t row, BlockFiller& filler);

  void read_rows(OdbcStatement& statement, BlockFiller& filler, std::stop_token stop);
  Apart take_value(OdbcStatement& statement, std::size_t item, std::size_t column, OdbcForm form,
                   BlockFiller& filler);

  OdbcConnection& connection_;
  OdbcDialect& dialect_;
  const ReadRequest& request_;
  std::size_t fetch_rows_;
  OdbcDialect::Place place_;
  OdbcDialect::Order order_;
  bool blocks_ = false;
  std::vector<Item> items_;
  std::vector<Column> columns_;
  std::vector<std::size_t> position_, where_;  ///< items of the order and of the place
  std::vector<std::string> place_values_;      ///< parameters of the statements below
  std::map<std::size_t, std::unique_ptr<OdbcStatement>> apart_;
  std::vector<std::string_view> texts_;  ///< of the row at hand, as null_ and where_row_is_
  std::vector<bool> null_;
  std::string where_row_is_;
  std::atomic<OdbcStatement*> active_ = nullptr;  ///< what a stop cancels
};

}  // namespace versoir::extract
