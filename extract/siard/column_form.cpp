// Types of SQL:2008 for the columns of an extract.
#include "extract/siard/column_form.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <set>

namespace versoir::extract {

namespace {

/// A reader keeps whole numbers of fewer digits as INTEGER; those of an extract that are kept as text stay
/// text.
constexpr std::size_t digits_kept_as_text = 19;
/// Above, the length of a column of texts makes it one of large texts, as the SIARD Suite decides too.
constexpr std::size_t longest_varchar = 4000;

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// The first number between the parentheses of a type, 0 when there is none.
std::size_t declared_length(std::string_view type) {
  const auto open = type.find('(');
  std::size_t length = 0;
  if (open != std::string_view::npos)
    std::from_chars(type.data() + open + 1, type.data() + type.size(), length);
  return length;
}

std::string type_word(std::string_view type) {
  std::string out;
  for (const char c : type.substr(0, type.find('(')))
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

bool says_large_text(std::string_view type) {
  constexpr std::array words{"CLOB", "NCLOB", "LONG", "TEXT", "LONGTEXT", "MEDIUMTEXT", "XMLTYPE"};
  return std::ranges::find(words, type_word(type)) != words.end();
}

bool says_float(std::string_view type) {
  const auto word = type_word(type);
  return word.find("FLOAT") != std::string::npos || word.find("DOUBLE") != std::string::npos ||
         word == "REAL";
}

}  // namespace

std::string_view SiardColumn::xml_type() const noexcept {
  switch (form) {
    case SiardForm::boolean:
      return "xs:boolean";
    case SiardForm::date:
      return "dateType";
    case SiardForm::timestamp:
      return "dateTimeType";
    case SiardForm::hex:
      return "xs:hexBinary";
    case SiardForm::clob:
      return "clobType";
    case SiardForm::blob:
      return "blobType";
    case SiardForm::text:
      return "xs:string";
    case SiardForm::plain:
      break;
  }
  if (type == "DOUBLE PRECISION") return "xs:double";
  return type.starts_with("DECIMAL") ? "xs:decimal" : "xs:integer";
}

ColumnSurvey::ColumnSurvey(SiardColumn column, Storage storage)
    : column_(std::move(column)),
      declared_(declared_column(column_.name, column_.source_type)),
      storage_(storage) {}

void ColumnSurvey::add_integer(std::int64_t value) noexcept {
  least_ = values_ ? std::min(least_, value) : value;
  most_ = values_ ? std::max(most_, value) : value;
  values_ = true;
}

void ColumnSurvey::add_binary(std::size_t bytes) noexcept {
  values_ = true;
  longest_ = std::max(longest_, bytes);
}

void ColumnSurvey::add_text(std::string_view value) {
  values_ = true;
  longest_ = std::max(longest_, characters(value));
  if (numbers_ && (declared_.kind == ColumnKind::number || declared_.kind == ColumnKind::integer)) {
    const auto digits = value.substr(value.starts_with('-'));
    const auto point = std::min(digits.find('.'), digits.size());
    const auto part = digits.substr(std::min(point + 1, digits.size()));
    const auto canonical = canonical_number(value);
    numbers_ = canonical && *canonical == value;  // "007" of a column of texts would come back as 7
    whole_ = std::max(whole_, point);
    scale_ = std::max(scale_, part.size());
  }
  if (dates_ && (declared_.kind == ColumnKind::date || declared_.kind == ColumnKind::timestamp)) {
    // Only what reads back as itself: a value that could not be kept as a date may look like one.
    const auto canonical = canonical_timestamp(value);
    dates_ = canonical && *canonical == value;
    if (!dates_) return;
    (value.ends_with('Z') ? zoned_ : local_) = true;
    const auto time = value.substr(11, value.size() - 11 - value.ends_with('Z'));
    midnight_ = midnight_ && time == "00:00:00";
    if (time.size() > 9) fraction_ = std::max(fraction_, time.size() - 9);
  }
}

void ColumnSurvey::conclude_integer(SiardColumn& c) const {
  c.form = SiardForm::plain;
  if (declared_.kind == ColumnKind::boolean && least_ >= 0 && most_ <= 1) {
    c.form = SiardForm::boolean;
    c.type = "BOOLEAN";
    return;
  }
  const auto within = [&](std::int64_t low, std::int64_t high) { return least_ >= low && most_ <= high; };
  const bool small =
      within(std::numeric_limits<std::int16_t>::min(), std::numeric_limits<std::int16_t>::max());
  const bool medium =
      within(std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max());
  const auto word = type_word(c.source_type);
  const bool sized = declared_.precision > 0;
  if (small && (word == "SMALLINT" || (sized && declared_.precision <= 4)))
    c.type = "SMALLINT";
  else if (medium && (word == "INTEGER" || word == "INT" || (sized && declared_.precision <= 9)))
    c.type = "INTEGER";
  else
    c.type = "BIGINT";
}

void ColumnSurvey::conclude_number(SiardColumn& c) const {
  c.form = SiardForm::plain;
  if (says_float(c.source_type)) {
    c.type = "DOUBLE PRECISION";
    return;
  }
  const auto declared_scale = static_cast<std::size_t>(std::max(declared_.scale, 0));
  const auto declared_whole = declared_.precision - declared_.scale;
  const auto scale = std::max(scale_, declared_scale);
  auto whole = std::max(whole_, static_cast<std::size_t>(std::max(declared_whole, 0)));
  if (scale == 0) whole = std::max(whole, digits_kept_as_text);
  c.type = scale ? fmt::format("DECIMAL({},{})", whole + scale, scale) : fmt::format("DECIMAL({})", whole);
}

bool ColumnSurvey::conclude_date(SiardColumn& c) const {
  if (!dates_ || (zoned_ && local_)) return false;
  if (declared_.kind == ColumnKind::date && midnight_ && !zoned_) {
    c.form = SiardForm::date;
    c.type = "DATE";
    return true;
  }
  c.form = SiardForm::timestamp;
  c.type = fmt::format("{}({})", zoned_ ? "TIMESTAMP WITH TIME ZONE" : "TIMESTAMP",
                       std::max<std::size_t>(fraction_, 6));
  return true;
}

void ColumnSurvey::conclude_text(SiardColumn& c) const {
  const auto declared = declared_length(c.source_type);
  const bool text = declared_.kind == ColumnKind::text;
  const auto length = std::max(longest_, text ? declared : 0);
  if (pieces_ || length > longest_varchar || says_large_text(c.source_type)) {
    c.form = SiardForm::clob;
    c.type = "CLOB";
    return;
  }
  c.form = SiardForm::text;
  const auto word = type_word(c.source_type);
  const bool fixed =
      declared >= longest_ && declared > 0 &&
      (word == "CHAR" || word == "CHARACTER" || word == "NCHAR" || word == "NATIONAL CHARACTER");
  c.type = fmt::format("{}({})", fixed ? "CHAR" : "VARCHAR", std::max<std::size_t>(length, 1));
}

void ColumnSurvey::conclude_binary(SiardColumn& c) const {
  const auto declared = declared_length(c.source_type);
  const bool small = !pieces_ && declared > 0 && declared <= inline_binary && longest_ <= declared;
  c.form = small ? SiardForm::hex : SiardForm::blob;
  c.type = small ? fmt::format("VARBINARY({})", declared) : "BLOB";
}

SiardColumn ColumnSurvey::conclude(bool key) const {
  SiardColumn c = column_;
  c.nullable = !key || nulls_;
  c.has_pieces = pieces_;
  const auto kind = declared_.kind;
  if (storage_ == Storage::integer)
    conclude_integer(c);
  else if (storage_ == Storage::blob)
    conclude_binary(c);
  else if ((kind == ColumnKind::number || kind == ColumnKind::integer) && numbers_ && !pieces_)
    conclude_number(c);
  else if (pieces_ || (kind != ColumnKind::date && kind != ColumnKind::timestamp) || !conclude_date(c))
    conclude_text(c);
  return c;
}

std::vector<SiardColumn> survey_table(Extract& extract, const std::string& table,
                                      const std::vector<std::string>& key,
                                      const std::function<void(std::uint64_t)>& on_rows) {
  auto& db = extract.database();
  std::vector<ColumnSurvey> surveys;
  std::vector<std::string> names;
  std::string list;
  auto known = db.prepare(
      "SELECT name, label, source_type, storage FROM versoir_column WHERE table_name = ?1 AND taken = 'yes' "
      "ORDER BY position");
  known.bind(1, std::string_view(table));
  while (known.step()) {
    SiardColumn c;
    c.name = known.text(0);
    c.label = known.text(1);
    c.source_type = known.text(2);
    const auto storage = known.text(3);
    names.push_back(c.name);
    list += (list.empty() ? "" : ", ") + core::sql_name(c.name);
    surveys.emplace_back(std::move(c), storage == "INTEGER" ? Storage::integer
                                       : storage == "BLOB"  ? Storage::blob
                                                            : Storage::text);
  }
  if (surveys.empty())
    throw core::Error(core::Exit::extract_invalid,
                      core::msg("The columns of table {0} are not described.", table));
  std::set<std::string> in_pieces;
  auto pieces = db.prepare("SELECT DISTINCT column_name FROM versoir_lob WHERE table_name = ?1");
  pieces.bind(1, std::string_view(table));
  while (pieces.step()) in_pieces.emplace(pieces.text(0));
  auto rows = db.prepare(fmt::format("SELECT {} FROM main.{}", list, core::sql_name(table)));
  std::uint64_t read = 0;
  while (rows.step()) {
    for (std::size_t i = 0; i < surveys.size(); ++i) {
      const int n = static_cast<int>(i);
      switch (sqlite3_column_type(rows.raw(), n)) {
        case SQLITE_NULL:
          surveys[i].add_null();
          break;
        case SQLITE_INTEGER:
          surveys[i].add_integer(rows.integer(n));
          break;
        case SQLITE_BLOB:
          surveys[i].add_binary(rows.blob(n).size());
          break;
        default:
          surveys[i].add_text(rows.text(n));
      }
    }
    if (++read % 4096 == 0) on_rows(4096);
  }
  on_rows(read % 4096);
  std::vector<SiardColumn> out;
  for (std::size_t i = 0; i < surveys.size(); ++i) {
    if (in_pieces.contains(names[i])) surveys[i].add_pieces();
    out.push_back(surveys[i].conclude(std::ranges::find(key, names[i]) != key.end()));
  }
  return out;
}

}  // namespace versoir::extract
