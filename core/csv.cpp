// RFC 4180 in and out; nothing between commas is NULL, "" is an empty string.
#include "core/csv.hpp"

#include "core/error.hpp"

namespace versoir::core {

namespace {

void append_field(std::string& line, std::string_view field, char separator) {
  const bool quote = field.empty() || field.find(separator) != std::string_view::npos ||
                     field.find_first_of("\"\r\n") != std::string_view::npos || field.front() == ' ' ||
                     field.back() == ' ';
  if (!quote) {
    line += field;
    return;
  }
  line += '"';
  for (char c : field) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

/// Apostrophes, if any, then what begins a formula.
bool formula_after(std::string_view cell, std::size_t least_apostrophes) {
  const auto at = cell.find_first_not_of('\'');
  return at != std::string_view::npos && at >= least_apostrophes &&
         std::string_view("=+-@\t\r").find(cell[at]) != std::string_view::npos;
}

}  // namespace

std::string guard_formula(std::string_view cell) {
  return formula_after(cell, 0) ? "'" + std::string(cell) : std::string(cell);
}

std::string unguard_formula(std::string_view cell) {
  return std::string(formula_after(cell, 1) ? cell.substr(1) : cell);
}

void CsvWriter::append(std::string_view field) {
  if (reader_ == CsvFor::people && formula_after(field, 0))
    append_field(line_, guard_formula(field), separator_);
  else
    append_field(line_, field, separator_);
}

void CsvWriter::row(std::span<const std::optional<std::string>> fields) {
  line_.clear();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i) line_ += separator_;
    if (fields[i]) append(*fields[i]);
  }
  line_ += line_end_;
  sink_.write(line_);
}

void CsvWriter::row(std::initializer_list<std::string_view> fields) {
  line_.clear();
  bool first = true;
  for (auto f : fields) {
    if (!first) line_ += separator_;
    append(f);
    first = false;
  }
  line_ += line_end_;
  sink_.write(line_);
}

bool CsvReader::next(std::vector<std::optional<std::string>>& fields) {
  fields.clear();
  if (at_ >= text_.size()) return false;
  const std::size_t started = line_;
  for (;;) {
    std::optional<std::string> field;
    if (at_ < text_.size() && text_[at_] == '"') {
      ++at_;
      field.emplace();
      for (;;) {
        if (at_ >= text_.size())
          throw Error(Exit::disk, msg("{0}, line {1}: a quote is not closed.", origin_, started));
        const char c = text_[at_++];
        if (c == '"') {
          if (at_ < text_.size() && text_[at_] == '"') {
            *field += '"';
            ++at_;
            continue;
          }
          break;
        }
        if (c == '\n') ++line_;
        *field += c;
      }
      if (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\r' && text_[at_] != '\n')
        throw Error(Exit::disk, msg("{0}, line {1}: text after a closing quote.", origin_, line_));
    } else {
      const std::size_t start = at_;
      while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r')
        ++at_;
      if (at_ > start) field = std::string(text_.substr(start, at_ - start));
    }
    fields.push_back(std::move(field));
    if (at_ >= text_.size()) return true;
    const char c = text_[at_++];
    if (c == separator_) {
      if (at_ >= text_.size()) {
        fields.emplace_back();
        return true;
      }
      continue;
    }
    if (c == '\r' && at_ < text_.size() && text_[at_] == '\n') ++at_;
    ++line_;
    return true;
  }
}

}  // namespace versoir::core
