// A record for a terminal or a text file: facts aligned, lists as tables when they fit, as wrapped lines
// otherwise.
#include "records/people.hpp"
#include "records/rendition.hpp"

#include <algorithm>

namespace versoir::records {

namespace {

using parts::Section;
using parts::Table;

constexpr std::size_t page_width = 110;

/// Characters of UTF-8 text: continuation bytes are not counted.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string padded(std::string text, std::size_t to) {
  const auto w = width(text);
  if (w < to) text.append(to - w, ' ');
  return text;
}

class Page {
 public:
  void line(std::size_t indent, std::string_view text) {
    text_.append(indent, ' ').append(text);
    while (!text_.empty() && text_.back() == ' ') text_.pop_back();
    text_ += '\n';
  }
  void blank() { text_ += '\n'; }
  /// Words of `text` over several lines: the first one after `head`, the others after `hanging` blanks.
  void wrapped(const std::string& head, std::size_t hanging, std::string_view text) {
    std::string current = head;
    bool fresh = true;
    for (std::size_t i = 0; i < text.size();) {
      const auto end = std::min(text.find(' ', i), text.size());
      const auto word = text.substr(i, end - i);
      if (!fresh && width(current) + 1 + width(word) > page_width) {
        line(0, current);
        current.assign(hanging, ' ');
        fresh = true;
      }
      current.append(fresh ? "" : " ").append(word);
      fresh = false;
      i = end + 1;
    }
    line(0, current);
  }

  void facts(std::size_t indent, const std::vector<std::pair<std::string, std::string>>& facts) {
    std::size_t labels = 0;
    for (const auto& [label, value] : facts) labels = std::max(labels, width(label));
    for (const auto& [label, value] : facts)
      wrapped(std::string(indent, ' ') + padded(label, labels) + "  ", indent + labels + 2, value);
  }

  void table(std::size_t indent, const Table& table) {
    std::vector<std::size_t> widths;
    std::size_t total = indent;
    for (std::size_t i = 0; i < table.header.size(); ++i) {
      auto w = width(table.header[i]);
      for (const auto& row : table.rows) w = std::max(w, width(row[i]));
      widths.push_back(w);
      total += w + 2;
    }
    if (total > page_width + 2) return bullets(indent, table);
    table_line(indent, table.header, widths);
    std::vector<std::string> rule;
    for (const auto w : widths) rule.emplace_back(w, '-');
    table_line(indent, rule, widths);
    for (const auto& row : table.rows) table_line(indent, row, widths);
  }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  void table_line(std::size_t indent, const std::vector<std::string>& cells,
                  const std::vector<std::size_t>& widths) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) out += padded(cells[i], widths[i] + 2);
    line(indent, out);
  }

  /// Too wide for a table: one item per row, each value with its label, empty columns left out.
  /// No-break spaces stand where French typography wants them, so that no line begins with a sign.
  void bullets(std::size_t indent, const Table& table) {
    for (const auto& row : table.rows) {
      std::string item;
      for (std::size_t i = 0; i < row.size(); ++i)
        if (!row[i].empty()) item += (item.empty() ? "" : "\u00a0; ") + table.header[i] + "\u00a0: " + row[i];
      wrapped(std::string(indent, ' ') + "- ", indent + 2, item);
    }
  }

  std::string text_;
};

void write_row(Page& page, std::size_t indent, const RowNode& row, Readers readers);

void write_section(Page& page, std::size_t indent, const Section& section, bool say_empty, Readers readers) {
  if (section.rows.empty()) {
    if (!say_empty) return;
    page.blank();
    page.line(indent, section.node->label + "\u00a0: néant");
    return;
  }
  page.blank();
  const auto count = section.node->list ? " (" + std::to_string(section.rows.size()) + ")" : std::string();
  page.line(indent, section.node->label + count);
  if (section.flat() && section.node->list) return page.table(indent + 2, parts::table_of(section));
  for (const auto* row : section.rows) {
    if (section.node->list) page.line(indent + 2, "> " + parts::row_title(*row));
    write_row(page, indent + 4, *row, readers);
  }
}

void write_row(Page& page, std::size_t indent, const RowNode& row, Readers readers) {
  page.facts(indent, parts::people_facts(row));
  for (const auto& section : parts::sections(row, readers))
    write_section(page, indent, section, false, readers);
}

}  // namespace

std::string to_text(const Record& record, const profiles::SheetDef* sheet, Readers readers) {
  Page page;
  const auto title = parts::title_of(record, sheet, readers);
  page.line(0, title);
  page.line(0, std::string(width(title), '='));
  if (sheet) page.line(0, record.def->label);
  page.blank();
  page.facts(0, parts::people_facts(record.root));
  const auto sections = parts::sections(record.root, readers);
  for (const auto* section : parts::ordered(sections, sheet)) write_section(page, 0, *section, true, readers);
  return page.take();
}

}  // namespace versoir::records
