// For this room and for the pages of consultation: a record as people read it, in French whoever runs the
// program (it is data, not messages).
#pragma once
#include "records/record.hpp"
#include "records/rendition.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace versoir::records::parts {

/// Numbers as extracts write them: digits, a minus before, a point inside a decimal. At least one digit.
[[nodiscard]] bool all_digits(std::string_view text);
[[nodiscard]] bool is_integer(std::string_view text);
[[nodiscard]] bool is_decimal(std::string_view text);

/// A value for people: the label of a code, 25/11/2026, 12,5, one line. "" for NULL.
[[nodiscard]] std::string people_value(const Cell& cell);

/// Visible cells that hold something: (label, value).
[[nodiscard]] std::vector<std::pair<std::string, std::string>> people_facts(const RowNode& row);

/// The rows of one child node, in the order of the profile. `rows` may be empty.
struct Section {
  const profiles::Node* node;
  std::vector<const RowNode*> rows;
  bool plain = false;  ///< nothing below the rows that these readers see
  /// Rows without children of their own: a table.
  [[nodiscard]] bool flat() const { return plain; }
};
[[nodiscard]] std::vector<Section> sections(const RowNode& row, Readers readers = Readers::officers);

/// Columns that hold something in at least one row, and the rows under them.
struct Table {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
};
[[nodiscard]] Table table_of(const Section& section);

/// What the sheet calls the record, else its kind; for the archive, its kind and its first visible values.
[[nodiscard]] std::string title_of(const Record& record, const profiles::SheetDef* sheet,
                                   Readers readers = Readers::officers);
/// Sections in the order of the sheet's tabs, then those that it does not name: nothing of a record is
/// hidden.
[[nodiscard]] std::vector<const Section*> ordered(const std::vector<Section>& all,
                                                  const profiles::SheetDef* sheet);

/// What names one row among its sisters: its first two visible values.
[[nodiscard]] std::string row_title(const RowNode& row);

}  // namespace versoir::records::parts
