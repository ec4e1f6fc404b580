// The list of what a copy noted without stopping.
#include "extract/anomalies.hpp"

#include "core/csv.hpp"
#include "core/display.hpp"
#include "core/i18n.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::extract {

using core::msg;
using core::tr;

namespace {

using Cell = std::optional<std::string>;

Cell cell(std::string_view text) { return text.empty() ? Cell() : Cell(text); }

/// Text that a spreadsheet shows as it is.
bool shown_as_text(std::string_view bytes) {
  return core::is_utf8(bytes) &&
         std::ranges::none_of(bytes, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// The note of an extract is English, as its other facts; here it is told in the user's language.
std::string note_text(std::string_view kind, std::string_view note) {
  constexpr std::string_view nothing = "refers to no row of ";
  if (kind == "orphan" && note.starts_with(nothing))
    return msg("refers to no row of {0}", note.substr(nothing.size())).text();
  if (kind == "duplicate") return tr("an earlier row has the same declared key");
  if (kind == "encoding") return tr("what is no text became U+FFFD, the bytes are beside");
  if (note == "not a number") return tr("not a number");
  if (note.starts_with("not an integer")) return tr("not an integer of 64 bits");
  if (note.starts_with("not a date")) return tr("not a date of the years 0001 to 9999");
  return std::string(note);
}

/// The declared key of rows, as NAME=value; one table after the other.
class Keys {
 public:
  explicit Keys(core::Database& db) : db_(db) {}

  std::string of(std::string_view table, std::int64_t row) {
    if (!query_ || table != table_) turn_to(table);
    if (names_.empty()) return "";
    query_->bind(1, row);
    std::string out;
    if (query_->step())
      for (std::size_t i = 0; i < names_.size(); ++i)
        out += fmt::format("{}{}={}", out.empty() ? "" : "; ", names_[i],
                           core::value_text(query_->value(static_cast<int>(i))));
    query_->reset();
    return out;
  }

 private:
  void turn_to(std::string_view table) {
    table_ = table;
    names_.clear();
    auto columns = db_.prepare(
        "SELECT name FROM versoir_column WHERE table_name = ?1 AND key_position > 0 AND taken = 'yes' ORDER "
        "BY "
        "key_position");
    columns.bind(1, table);
    std::string list;
    while (columns.step()) {
      names_.emplace_back(columns.text(0));
      list += (list.empty() ? "" : ", ") + core::sql_name(names_.back());
    }
    query_.emplace(db_.prepare(
        names_.empty() ? std::string("SELECT ?1")
                       : fmt::format("SELECT {} FROM {} WHERE _row = ?1", list, core::sql_name(table))));
  }

  core::Database& db_;
  std::string table_;
  std::vector<std::string> names_;
  std::optional<core::Statement> query_;
};

}  // namespace

std::string anomaly_label(std::string_view kind) {
  if (kind == "type") return tr("not of its type");
  if (kind == "encoding") return tr("bytes that are no text");
  if (kind == "class") return tr("stored otherwise");
  if (kind == "duplicate") return tr("key that occurs twice");
  if (kind == "orphan") return tr("reference to nothing");
  return std::string(kind);
}

std::uint64_t export_anomalies(Extract& extract, core::ByteSink& out) {
  auto& db = extract.database();
  out.write("\xef\xbb\xbf");
  core::CsvWriter csv(out, core::CsvFor::people, ';');
  csv.row(std::vector<Cell>{tr("table"), tr("row"), tr("key"), tr("column"), tr("kind"), tr("text"),
                            tr("hexadecimal"), tr("note")});
  std::uint64_t lines = 0;
  Keys keys(db);
  auto list = db.prepare(
      "SELECT table_name, row, column_name, kind, raw, note FROM versoir_anomaly ORDER BY table_name, row, "
      "column_name");
  for (; list.step(); ++lines) {
    const std::string table(list.text(0));
    const auto row = list.integer(1);
    const std::string raw(list.is_null(4) ? std::string_view() : list.blob(4));
    const bool text = shown_as_text(raw);
    csv.row(std::vector<Cell>{table, std::to_string(row), cell(keys.of(table, row)), cell(list.text(2)),
                              anomaly_label(list.text(3)), text ? cell(raw) : Cell(),
                              text ? Cell() : Cell(core::value_text(core::Blob{raw})),
                              cell(note_text(list.text(3), list.text(5)))});
  }
  auto more = db.prepare(
      "SELECT i.table_name, i.column_name, i.kind, i.rows, (SELECT count(*) FROM versoir_anomaly a WHERE "
      "a.table_name "
      "= i.table_name AND a.column_name = i.column_name AND a.kind = i.kind) AS listed FROM "
      "versoir_integrity i "
      "WHERE i.rows > listed ORDER BY 1, 2, 3");
  for (; more.step(); ++lines)
    csv.row(std::vector<Cell>{std::string(more.text(0)), Cell(), Cell(), cell(more.text(1)),
                              anomaly_label(more.text(2)), Cell(), Cell(),
                              msg("{0} in all, the first {1} are listed",
                                  core::show_count(static_cast<std::uint64_t>(more.integer(3))),
                                  core::show_count(static_cast<std::uint64_t>(more.integer(4))))
                                  .text()});
  return lines;
}

}  // namespace versoir::extract
