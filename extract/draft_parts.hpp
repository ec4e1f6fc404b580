// Inside the drafting of a profile: what is known of each table before its files are written.
#pragma once
#include "extract/draft.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract::draft {

/// Names given once each, in the small letters that records.xml asks for. '_' and '-' are one character: that
/// is how fields become elements.
class Names {
 public:
  /// `wanted` folded into [a-z][a-z0-9_]*, with a number behind it when it is taken.
  std::string give(std::string_view wanted);
  void reserve(std::string name) { taken_.insert(std::move(name)); }

 private:
  std::set<std::string> taken_;
};

struct Column {
  const SourceColumn* source = nullptr;
  std::string label;
  std::string field;  ///< its name in records.xml, one in its table
  std::optional<DraftGuess::As> guess;
  profiles::Sensitivity sensitivity = profiles::Sensitivity::none;
  bool in_list = false;  ///< can stand in a list of columns of tables.xml
  std::string left;      ///< why it is not taken; "" when it is
  [[nodiscard]] bool taken() const noexcept { return left.empty(); }
  /// May stand in a sheet: a secret is copied until somebody decides, and not shown.
  [[nodiscard]] bool readable() const noexcept { return taken() && guess != DraftGuess::As::secret; }
};
struct Table;
/// A reference between two drafted tables.
struct Link {
  std::size_t from = 0, to = 0;                  ///< tables
  std::vector<std::size_t> columns, to_columns;  ///< of each, in the same order
};
struct Table {
  const SourceTable* source = nullptr;
  std::string label, record;
  std::vector<Column> columns;
  std::vector<std::size_t> key;    ///< usable in a record and in tables.xml; empty: the number of the row
  std::vector<std::size_t> shown;  ///< columns by which people know a row: at most six
  bool person = false;
};
struct Drafting {
  DraftRequest request;
  std::vector<Table> tables;  ///< that are taken
  std::vector<Link> links;
  std::vector<std::size_t> searches;                             ///< tables
  std::vector<std::pair<const SourceTable*, std::string>> left;  ///< tables, and why
  ProfileDraft result;
};

// Names and guesses (draft_guess.cpp).
[[nodiscard]] std::string readable(std::string_view name);
/// The label of a comment: its text in one line, cut at a word when it is long.
[[nodiscard]] std::string short_comment(std::string_view comment);
void guess_columns(Table& table);
[[nodiscard]] std::vector<std::size_t> shown_columns(const Table& table);
/// A column by which people call a row: name, label, title, code.
[[nodiscard]] bool is_label_like(const Column& column);

// Files (draft_tables.cpp, draft_records.cpp, draft_notes.cpp).
[[nodiscard]] std::string tables_file(const Drafting& d);
[[nodiscard]] std::string records_file(const Drafting& d);
[[nodiscard]] std::string consult_file(const Drafting& d);
[[nodiscard]] std::string notes_file(const Drafting& d);
[[nodiscard]] std::string archive_model(const Drafting& d);

/// SELECT list of the key of a record, and the condition that finds its row by the parameters of that key.
[[nodiscard]] std::vector<std::string> key_names(const Table& table);  ///< "cle", or "cle_1" "cle_2"
[[nodiscard]] std::string key_list(const Table& table);
[[nodiscard]] std::string key_condition(const Table& table);
/// Text as an attribute, a comment or an element of XML has it.
[[nodiscard]] std::string xml_words(std::string_view text);
[[nodiscard]] std::string comment_words(std::string_view text);

}  // namespace versoir::extract::draft
