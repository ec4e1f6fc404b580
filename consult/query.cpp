// Reading of a search: dates as French officers write them, everything else by what its characters are.
#include "consult/query.hpp"

#include "consult/index.hpp"
#include "core/clock.hpp"
#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace versoir::consult {

namespace {

bool all_digits(std::string_view s) {
  return !s.empty() && s.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::string> date_token(int y, int m, int d) {
  if (!core::parse_date(fmt::format("{:04}-{:02}-{:02}", y, m, d))) return std::nullopt;
  return fmt::format("{:04}{:02}{:02}", y, m, d);
}

/// Day, month and year as they were typed. A year of two digits is of either century.
struct Parts {
  std::string day, month, year;
};

void take_parts(const Parts& parts, std::string_view typed, Query& q) {
  const int d = std::stoi(parts.day), m = std::stoi(parts.month), y = std::stoi(parts.year);
  const auto years = parts.year.size() == 2 ? std::vector<int>{1900 + y, 2000 + y} : std::vector<int>{y};
  bool real = false;
  for (const int year : years) {
    // Day and month swapped count as written when only that makes a date.
    const auto written = date_token(year, m, d), swapped = d == m ? std::nullopt : date_token(year, d, m);
    if (written) q.written.push_back(*written);
    if (swapped) (written ? q.swapped : q.written).push_back(*swapped);
    real = real || written || swapped;
  }
  if (!real) q.impossible.emplace_back(typed);
}

/// False when the word is no date; what has its form and is none is noted as impossible.
bool take_date(std::string_view word, Query& q) {
  std::vector<std::string> parts(1);
  for (char c : word) {
    if (c == '/' || c == '-' || c == '.')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  if (!std::all_of(parts.begin(), parts.end(),
                   [](const std::string& p) { return all_digits(p) && p.size() <= 4; }))
    return false;
  if (parts.size() == 1) {
    if (word.size() == 4 && (word.starts_with("19") || word.starts_with("20"))) q.written.emplace_back(word);
    return false;  // a number as well
  }
  if (parts.size() != 3) return false;
  if (parts[0].size() == 4) std::swap(parts[0], parts[2]);
  if (parts[0].size() > 2 || parts[1].size() > 2 || (parts[2].size() != 4 && parts[2].size() != 2))
    return false;
  take_parts({parts[0], parts[1], parts[2]}, word, q);
  return true;
}

/// Number of a French month, whole or shortened to what still names it; 0 when it is none.
int month_of(std::string_view word) {
  static constexpr std::array months{"JANVIER", "FEVRIER", "MARS",      "AVRIL",   "MAI",      "JUIN",
                                     "JUILLET", "AOUT",    "SEPTEMBRE", "OCTOBRE", "NOVEMBRE", "DECEMBRE"};
  const auto folded = core::fold_name(word);
  for (std::size_t i = 0; i < months.size(); ++i) {
    const std::string_view month = months[i];
    const std::size_t least = month.starts_with("JUI") ? 4 : 3;
    if (folded.size() >= std::min(least, month.size()) && month.starts_with(folded))
      return static_cast<int>(i) + 1;
  }
  return 0;
}

/// "14 mars 1987", "1er avril 87": three words at `at`.
bool take_long_date(const std::vector<std::string_view>& words, std::size_t at, Query& q) {
  if (at + 2 >= words.size()) return false;
  auto day = words[at];
  if (day.ends_with("er")) day.remove_suffix(2);
  const auto year = words[at + 2];
  const int month = month_of(words[at + 1]);
  if (!all_digits(day) || day.size() > 2 || !all_digits(year) || (year.size() != 2 && year.size() != 4) ||
      !month)
    return false;
  const auto full = year.size() == 4
                        ? std::vector<std::string>{std::string(year)}
                        : std::vector<std::string>{"19" + std::string(year), "20" + std::string(year)};
  bool real = false;
  for (const auto& y : full)
    if (const auto token = date_token(std::stoi(y), month, std::stoi(std::string(day)))) {
      q.written.push_back(*token);
      real = true;
    }
  if (!real) q.impossible.push_back(fmt::format("{} {} {}", words[at], words[at + 1], year));
  return true;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    if (end > at) words.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

}  // namespace

Query understand(std::string_view text) {
  Query q;
  const auto words = split(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto word = words[i];
    if (take_long_date(words, i, q)) {
      i += 2;
    } else if (word.find_first_of("0123456789") == std::string_view::npos) {
      for (auto& w : name_words(core::fold_name(word))) q.words.push_back(std::move(w));
    } else if (!take_date(word, q)) {
      q.numbers.push_back(bare_number(word));
      q.grouped += word;
    }
  }
  return q;
}

}  // namespace versoir::consult
