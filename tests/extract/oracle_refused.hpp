// The written list of what Oracle refuses (oracle-refused.tsv, docs/oracle-sql.md), to hold statements
// against.
#pragma once
#include "core/file.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <cctype>
#include <regex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace versoir::tests {

struct Refused {
  std::string name, expression, bad;
};

inline std::vector<Refused> refused_constructs() {
  std::vector<Refused> out;
  std::istringstream lines(core::read_file(source_dir() / "tests/extract/oracle-refused.tsv"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const auto first = line.find('\t'), second = line.find('\t', first + 1);
    REQUIRE(second != std::string::npos);
    out.push_back(
        {line.substr(0, first), line.substr(first + 1, second - first - 1), line.substr(second + 1)});
  }
  return out;
}

inline bool is_date(const std::string& text) {
  static const std::regex date(R"(\d{4}-\d{2}-\d{2}.*)");
  return std::regex_match(text, date);
}

/// Where a literal or a quoted name that opens at `from` ends, a doubled quote being part of it.
inline std::size_t end_of_quoted(const std::string& sql, std::size_t from) {
  const char quote = sql[from];
  for (auto i = from + 1; i < sql.size(); ++i)
    if (sql[i] == quote) {
      if (i + 1 < sql.size() && sql[i + 1] == quote)
        ++i;
      else
        return i;
    }
  return sql.size() - 1;
}

/// Words in upper case; names as they are; of literals only whether they are empty or a date.
inline std::string outline(const std::string& sql) {
  std::string out;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i] != '\'' && sql[i] != '"') {
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(sql[i])));
      continue;
    }
    const auto end = end_of_quoted(sql, i);
    const auto inside = sql.substr(i + 1, end - i - 1);
    if (sql[i] == '"')
      out += sql.substr(i, end - i + 1);
    else
      out += inside.empty() ? "''" : is_date(inside) ? "'@DATE@'" : "'X'";
    i = end;
  }
  return out;
}

/// Names of the constructs of the list that stand in a statement.
inline std::vector<std::string> found_in(const std::string& sql) {
  static const auto list = [] {
    std::vector<std::pair<std::string, std::regex>> compiled;
    for (const auto& r : refused_constructs()) compiled.emplace_back(r.name, std::regex(r.expression));
    return compiled;
  }();
  std::vector<std::string> names;
  const auto text = outline(sql);
  for (const auto& [name, expression] : list)
    if (std::regex_search(text, expression)) names.push_back(name);
  return names;
}

}  // namespace versoir::tests
