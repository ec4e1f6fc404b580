// The control file of a folder of CSV files: one fact a line, so that a script can write it with PROMPT or
// COPY.
#include "extract/csv_control.hpp"

#include "core/csv.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "extract/values.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <set>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Message;
using core::msg;

namespace {

constexpr std::uint64_t largest_control = std::uint64_t{64} << 20;
constexpr std::string_view format = "versoir-csv/1";

/// kind, table, column, value
struct Line {
  std::string kind, table, column, value;
  std::size_t number = 0;
};

[[noreturn]] void refuse(std::size_t line, Message why) {
  throw Error(Exit::source_data, msg("{0}, line {1} cannot be understood.", csv_control_name, line))
      .because(std::move(why));
}

std::vector<Line> split(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::vector<Line> out;
  core::CsvReader reader(text, csv_control_name);
  std::vector<std::optional<std::string>> fields;
  try {
    for (auto number = reader.line(); reader.next(fields); number = reader.line()) {
      if (fields.size() == 1 && !fields[0]) continue;  // SQL*Plus likes blank lines
      if (fields.size() != 4)
        refuse(number, core::nmsg("{0} field instead of {1}", "{0} fields instead of {1}", fields.size(), 4));
      out.push_back({fields[0].value_or(""), fields[1].value_or(""), fields[2].value_or(""),
                     fields[3].value_or(""), number});
    }
  } catch (const Error& e) {
    if (e.code() == Exit::source_data) throw;
    throw Error(Exit::source_data, e.message());
  }
  return out;
}

std::uint64_t number_of(const Line& line) {
  std::uint64_t n = 0;
  const auto* end = line.value.data() + line.value.size();
  const auto [at, error] = std::from_chars(line.value.data(), end, n);
  if (error != std::errc() || at != end || line.value.empty())
    refuse(line.number, msg("{0} is not a whole number", line.value));
  return n;
}

bool yes_or_no(const Line& line) {
  if (line.value == "yes") return true;
  if (line.value != "no") refuse(line.number, msg("{0} is neither yes nor no", line.value));
  return false;
}

class Parser {
 public:
  explicit Parser(CsvCharset charset) : control_{{}, std::move(charset), {}, {}} {}

  void take(Line line) {
    for (auto* text : {&line.table, &line.column, &line.value}) *text = decoded(*text);
    if (const auto it = facts_.find(line.kind); it != facts_.end()) {
      if (!line.table.empty() || !line.column.empty())
        refuse(line.number, msg("{0} is a fact of the whole database", line.kind));
      if (!seen_.insert(line.kind).second) refuse(line.number, msg("{0} is said twice", line.kind));
      return it->second(line);
    }
    if (line.kind == "table") return add_table(line);
    auto& table = known_table(line);
    if (const auto it = of_tables_.find(line.kind); it != of_tables_.end()) {
      if (!line.column.empty()) refuse(line.number, msg("{0} is a fact of a whole table", line.kind));
      return it->second(table, line);
    }
    if (line.kind == "type" || line.kind == "left") return add_column(table, line);
    const auto it = of_columns_.find(line.kind);
    if (it == of_columns_.end()) refuse(line.number, msg("there is no kind of fact named {0}", line.kind));
    it->second(table, known_column(table, line), line);
  }

  CsvControl finish(std::size_t last) {
    for (const char* fact : {"system", "consistency"})
      if (!seen_.contains(fact))
        throw Error(Exit::source_data, msg("{0} does not say {1}.", csv_control_name, fact));
    if (!seen_.contains("end"))
      throw Error(Exit::source_data,
                  msg("{0} stops at line {1} without the line that ends it: the export did not finish.",
                      csv_control_name, last))
          .hint(msg("Run the script again in an empty folder and look at the first error it shows."));
    for (const auto& t : control_.tables) check(t);
    return std::move(control_);
  }

 private:
  using Fact = std::function<void(const Line&)>;
  using TableFact = std::function<void(CsvTable&, const Line&)>;
  using ColumnFact = std::function<void(CsvTable&, CsvColumn&, const Line&)>;

  Fact text_fact(std::string Provenance::*field) {
    return [this, field](const Line& line) { control_.provenance.*field = line.value; };
  }
  static ColumnFact measure(CsvMeasure::Unit unit) {
    return [unit](CsvTable&, CsvColumn& column, const Line& line) {
      column.measure = CsvMeasure{unit, number_of(line)};
    };
  }

  [[nodiscard]] std::string decoded(const std::string& text) const {
    std::string out;
    control_.charset.append(out, text);
    return core::repair_utf8(out);
  }

  /// é and €, as the server's client wrote them: no two of the character sets write both alike. The euro is
  /// not in ISO-8859-1.
  void take_probe(const Line& line) const {
    const bool latin1 = control_.charset.name() == "ISO-8859-1";
    if (latin1 ? line.value.starts_with("é") : line.value == "é€") return;
    throw Error(Exit::source_data,
                msg("{0}, line {1}: the files are not in the character set {2} that they declare.",
                    csv_control_name, line.number, control_.charset.name()))
        .hint(msg("Set NLS_LANG and the charset at the head of the script to the same, then export again."));
  }

  void take_consistency(const Line& line) {
    for (auto c : {Consistency::snapshot, Consistency::per_table, Consistency::per_chunk})
      if (line.value == consistency_name(c)) {
        control_.consistency = c;
        return;
      }
    refuse(line.number, msg("the consistency is snapshot, per-table or per-chunk, not {0}", line.value));
  }

  void add_table(const Line& line) {
    if (line.table.empty()) refuse(line.number, msg("the table has no name"));
    if (control_.find(line.table)) refuse(line.number, msg("the table {0} is named twice", line.table));
    // A name, never a path: nothing outside the folder is read.
    if (line.value.find('/') != std::string::npos || line.value.starts_with('.'))
      refuse(line.number, msg("{0} is not the name of a file of the folder", line.value));
    if (!line.value.empty() && !files_.insert(line.value).second)
      refuse(line.number, msg("the file {0} is named twice", line.value));
    control_.tables.emplace_back();
    control_.tables.back().name = line.table;
    control_.tables.back().file = line.value;
  }
  CsvTable& known_table(const Line& line) {
    const auto it = std::ranges::find(control_.tables, line.table, &CsvTable::name);
    if (it == control_.tables.end())
      refuse(line.number, msg("the table {0} was not announced before", line.table));
    return *it;
  }
  static auto find_column(CsvTable& table, const std::string& name) {
    return std::ranges::find_if(table.columns, [&](const CsvColumn& c) { return c.column.name == name; });
  }
  CsvColumn& known_column(CsvTable& table, const Line& line) {
    const auto it = find_column(table, line.column);
    if (it == table.columns.end())
      refuse(line.number, msg("the column {0} was not announced before", line.column));
    return *it;
  }
  void add_column(CsvTable& table, const Line& line) {
    if (line.column.empty()) refuse(line.number, msg("the column has no name"));
    if (find_column(table, line.column) != table.columns.end())
      refuse(line.number, msg("the column {0} is named twice", line.column));
    CsvColumn column{declared_column(line.column, line.value), line.kind == "type", false, {}};
    if (column.exported && table.file.empty())
      refuse(line.number, msg("the table {0} has no file", table.name));
    table.columns.push_back(std::move(column));
  }

  static void check(const CsvTable& table) {
    if (table.file.empty()) return;
    if (table.width() == 0)
      throw Error(Exit::source_data,
                  msg("{0} names no column of the table {1}.", csv_control_name, table.name));
    if (!table.rows)
      throw Error(Exit::source_data,
                  msg("{0} does not say how many rows the table {1} has.", csv_control_name, table.name));
    for (const auto& c : table.columns)
      if (c.exported && c.column.kind == SourceColumn::Kind::binary && !c.hexadecimal)
        throw Error(Exit::source_data,
                    msg("{0} does not say that the binary column {1}.{2} is in hexadecimal.",
                        csv_control_name, table.name, c.column.name));
  }

  CsvControl control_;
  std::set<std::string> seen_, files_;
  const std::map<std::string_view, Fact> facts_{
      {"format", [](const Line&) {}},
      {"charset", [](const Line&) {}},
      {"started", [](const Line&) {}},
      {"finished", [](const Line&) {}},
      {"end", [](const Line&) {}},
      {"system", text_fact(&Provenance::system)},
      {"version", text_fact(&Provenance::version)},
      {"database_charset", text_fact(&Provenance::charset)},
      {"database", text_fact(&Provenance::database)},
      {"user", text_fact(&Provenance::user)},
      {"schema", text_fact(&Provenance::schema)},
      {"snapshot", text_fact(&Provenance::snapshot)},
      {"probe", [this](const Line& line) { take_probe(line); }},
      {"consistency", [this](const Line& line) { take_consistency(line); }},
      {"empty_strings", [this](const Line& line) { control_.provenance.has_empty_texts = yes_or_no(line); }}};
  const std::map<std::string_view, TableFact> of_tables_{
      {"comment", [](CsvTable& t, const Line& line) { t.comment = line.value; }},
      {"rows", [](CsvTable& t, const Line& line) { t.rows = number_of(line); }},
      {"size", [](CsvTable& t, const Line& line) { t.size = number_of(line); }},
      {"sha256", [](CsvTable& t, const Line& line) {
         if (!core::Sha256::from_hex(line.value))
           refuse(line.number, msg("{0} is not a SHA-256 in lower-case hexadecimal", line.value));
         t.sha256 = line.value;
       }}};
  const std::map<std::string_view, ColumnFact> of_columns_{
      {"nullable", [](CsvTable&, CsvColumn& c, const Line& line) { c.column.nullable = yes_or_no(line); }},
      {"key", [](CsvTable& t, CsvColumn& c,
                 const Line& line) { t.key[static_cast<int>(number_of(line))] = c.column.name; }},
      {"encoding",
       [](CsvTable&, CsvColumn& c, const Line& line) {
         if (line.value != "hexadecimal")
           refuse(line.number, msg("binary values come in hexadecimal, not in {0}", line.value));
         c.hexadecimal = true;
       }},
      {"characters", measure(CsvMeasure::Unit::characters)},
      {"utf16", measure(CsvMeasure::Unit::utf16)},
      {"bytes", measure(CsvMeasure::Unit::bytes)}};
};

CsvCharset charset_of(const std::vector<Line>& lines) {
  if (lines.empty() || lines.front().kind != "kind" || lines.front().value != "value")
    throw Error(Exit::source_data,
                msg("{0} does not begin with the line kind,table,column,value.", csv_control_name));
  if (lines.size() < 2 || lines[1].kind != "format" || lines[1].value != format)
    throw Error(Exit::source_data,
                msg("The second line of {0} does not say the format {1}.", csv_control_name, format));
  const auto line = std::ranges::find(lines, "charset", &Line::kind);
  if (line == lines.end())
    throw Error(Exit::source_data, msg("{0} does not say {1}.", csv_control_name, "charset"));
  auto charset = CsvCharset::named(line->value);
  if (!charset)
    throw Error(Exit::source_data, msg("The character set {0} cannot be read.", line->value))
        .hint(msg("Known character sets: UTF-8, ISO-8859-1, ISO-8859-15, windows-1252."));
  return *charset;
}

/// What `sha256sum *.csv > SHA256SUMS` wrote, for the tables whose digest the control file does not say.
void take_digests(const fs::path& file, std::string_view control_text, CsvControl& control) {
  if (!fs::exists(file)) return;
  const auto text = core::read_file(file, largest_control);
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    if (line.size() < 67 || !core::Sha256::from_hex(line.substr(0, 64)) || line[64] != ' ')
      throw Error(Exit::source_data,
                  msg("{0}, line {1} is not a line of sha256sum.", csv_digests_name, number));
    auto name = line.substr(66);
    if (name.starts_with("./")) name.remove_prefix(2);
    if (name == csv_control_name && core::sha256(control_text).hex() != line.substr(0, 64))
      throw Error(Exit::source_data, msg("{0} does not have the SHA-256 that was declared.", name))
          .hint(msg("The file was changed or cut on its way: carry the folder over again."));
    const auto table = std::ranges::find(control.tables, name, &CsvTable::file);
    if (table != control.tables.end() && !table->sha256) table->sha256 = std::string(line.substr(0, 64));
  }
}

}  // namespace

std::size_t CsvTable::width() const {
  return static_cast<std::size_t>(std::ranges::count(columns, true, &CsvColumn::exported));
}

const CsvTable* CsvControl::find(std::string_view table) const {
  const auto it = std::ranges::find(tables, table, &CsvTable::name);
  return it == tables.end() ? nullptr : &*it;
}

CsvControl read_csv_control(const fs::path& folder) {
  std::string text;
  try {
    text = core::read_file(folder / csv_control_name, largest_control);
  } catch (const Error& e) {
    throw Error(Exit::source_unreachable,
                msg("The folder {0} has no {1} that can be read.", folder.string(), csv_control_name))
        .because(e)
        .hint(msg("versoir extract --make-script writes the script that makes such a folder."));
  }
  auto lines = split(text);
  Parser parser(charset_of(lines));
  for (auto& line : std::span(lines).subspan(1)) parser.take(std::move(line));
  auto control = parser.finish(lines.back().number);
  if (control.provenance.charset.empty()) control.provenance.charset = control.charset.name();
  take_digests(folder / csv_digests_name, text, control);
  return control;
}

}  // namespace versoir::extract
