// Rows that are written once and for all, whatever the size: code lists above all, read from samples/lists.
#pragma once
#include "output.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace versoir::samples {

/// What a file of samples/lists holds. Its lines:
///   # a comment
///   !without-key TABLE TABLE         these have no primary key: a planted row is there twice
///   @TABLE COLUMN COLUMN COLUMN=O    begins a table; COLUMN=O is the same in every row
///   @TABLE COLUMN:NUMBER(8)          a column that the dictionary lacks: its name and type are ours
///   value | value | value            a row; nothing between two bars is NULL
class Lists {
 public:
  /// With `probed`, adds the columns that the dictionary lacks: a site that has such a table must decide on
  /// it before a final extraction. Drops the keys that do not hold and the tables without columns.
  void complete(std::vector<TableSpec>& tables, bool probed) const;
  void write(Output& out) const;  ///< all that the output has a place for

 private:
  friend Lists read_lists(const std::filesystem::path& file);
  struct Table {
    std::string name;
    std::vector<std::string> columns;
    std::vector<std::pair<std::string, std::string>> constants;
    std::vector<ColumnSpec> own;  ///< those with a type
    std::vector<std::vector<std::string>> rows;
  };
  std::vector<Table> tables_;
  std::vector<std::string> without_key_;
};
/// core::Error(Exit::unexpected) with the line when it is not understood.
[[nodiscard]] Lists read_lists(const std::filesystem::path& file);

}  // namespace versoir::samples
