// The script for SQL*Plus, taken apart: each statement that Oracle's SQL engine would be given, by the script
// itself, by its PL/SQL block or by the second script that this block writes, held against the list of what
// Oracle refuses.
#include "extract/make_script.hpp"
#include "oracle_refused.hpp"
#include "sites.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

using namespace versoir;
using namespace versoir::tests;

namespace {

/// A quoted text of PL/SQL that opens at `at`, 'it''s' or q'[it's]'; `at` ends up behind it.
std::string plsql_text(std::string_view block, std::size_t& at) {
  if (block.substr(at).starts_with("q'[")) {
    const auto end = block.find("]'", at);
    const std::string out(block.substr(at + 3, end - at - 3));
    at = end + 2;
    return out;
  }
  std::string out;
  for (++at; at < block.size(); ++at) {
    if (block[at] == '\'' && !block.substr(at + 1).starts_with('\'')) break;
    if (block[at] == '\'') ++at;
    out += block[at];
  }
  ++at;
  return out;
}

bool opens_text(std::string_view block, std::size_t at) {
  return block[at] == '\'' || block.substr(at).starts_with("q'[");
}
/// The end of a parenthesis that opens at `at`.
std::size_t closing(std::string_view block, std::size_t at) {
  for (int depth = 0; at < block.size();) {
    if (opens_text(block, at)) {
      static_cast<void>(plsql_text(block, at));
      continue;
    }
    depth += block[at] == '(' ? 1 : block[at] == ')' ? -1 : 0;
    if (depth == 0) return at;
    ++at;
  }
  FAIL("a parenthesis without its end");
  return at;
}
std::string without_comments(std::string_view script) {
  std::string out;
  for (std::size_t at = 0; at < script.size();) {
    if (script.substr(at).starts_with("--")) {
      at = std::min(script.find('\n', at), script.size());
    } else if (opens_text(script, at)) {
      const auto from = at;
      static_cast<void>(plsql_text(script, at));
      out += script.substr(from, at - from);
    } else {
      out += script[at++];
    }
  }
  return out;
}

/// What an argument of p(...) writes, whatever its conditions: its texts, with X for what is computed.
std::string written(std::string_view argument) {
  const auto in_name = [&](std::size_t at) {
    return at < argument.size() && (std::isalnum(static_cast<unsigned char>(argument[at])) ||
                                    argument[at] == '_' || argument[at] == '.');
  };
  std::string out;
  for (std::size_t at = 0; at < argument.size();) {
    if (opens_text(argument, at)) {
      out += plsql_text(argument, at);
      continue;
    }
    if (!in_name(at)) {
      ++at;
      continue;
    }
    const auto from = at;
    while (in_name(at)) ++at;
    const auto word = argument.substr(from, at - from);
    if (word == "THEN" || word == "ELSE") {
      out += ' ';
    } else if (word != "CASE" && word != "END") {
      out += 'X';
      // The texts among the arguments of a function are not written as they are.
      if (at < argument.size() && argument[at] == '(') at = closing(argument, at) + 1;
    }
  }
  return out;
}

bool is_command(std::string_view line) {
  return std::ranges::any_of(
      std::vector<std::string_view>{"SET ", "SPOOL", "PROMPT", "WHENEVER", "@", "HOST", "EXIT"},
      [&](std::string_view word) { return line.starts_with(word); });
}
std::string without_end(std::string sql) {
  while (!sql.empty() && (sql.back() == ';' || std::isspace(static_cast<unsigned char>(sql.back()))))
    sql.pop_back();
  return sql;
}

struct Statements {
  std::vector<std::string> own, queries, generated, patterns;
  [[nodiscard]] std::vector<std::string> all() const {
    std::vector<std::string> out;
    for (const auto* part : {&own, &queries, &generated, &patterns})
      out.insert(out.end(), part->begin(), part->end());
    return out;
  }
};

/// The queries of the block: of its cursors, and those into variables.
void take_queries(const std::string& block, Statements& out) {
  for (auto at = block.find("SELECT "); at != std::string::npos; at = block.find("SELECT ", at + 1)) {
    // Those inside texts are written, not run: counted by what opens before them.
    std::size_t i = 0;
    while (i < at)
      if (opens_text(block, i))
        static_cast<void>(plsql_text(block, i));
      else
        ++i;
    if (i != at) continue;
    std::size_t before = block.find_last_not_of(" \n", at - 1);
    if (block[before] == '(') {
      out.queries.push_back(block.substr(at, closing(block, before) - at));
      continue;
    }
    auto sql = block.substr(at, block.find(';', at) - at);
    const auto into = sql.find(" INTO ");
    REQUIRE(into != std::string::npos);
    sql.erase(into, sql.find(" FROM", into) - into);
    out.queries.push_back(sql);
  }
}

/// What the block writes into the second script, statement by statement.
void take_generated(const std::string& block, Statements& out) {
  std::string sql;
  for (auto at = block.find(" p("); at != std::string::npos; at = block.find(" p(", at + 1)) {
    if (block.substr(at).starts_with(" p(line VARCHAR2)")) continue;
    const auto end = closing(block, at + 2);
    const auto line = written(std::string_view(block).substr(at + 3, end - at - 3));
    if (sql.empty() && is_command(line)) continue;
    sql += line + "\n";
    if (!line.ends_with(';')) continue;
    out.generated.push_back(without_end(std::exchange(sql, "")));
  }
  CHECK(sql.empty());
  // Renderings and measures: what stands in a SELECT for a column, with % or X for its name.
  for (const std::string opening : {"pattern := ", "THEN 'SUM("})
    for (auto at = block.find(opening); at != std::string::npos; at = block.find(opening, at + 1)) {
      auto from = at + opening.size() - (opening.ends_with("SUM(") ? 5 : 0);
      auto text = opening.ends_with("SUM(")
                      ? written(std::string_view(block).substr(from, block.find(" WHEN ", from) - from))
                      : plsql_text(block, from);
      std::ranges::replace(text, '%', 'C');
      out.patterns.push_back("SELECT " + text + " FROM T");
    }
}

Statements statements_of(const std::string& text) {
  Statements out;
  const auto script = without_comments(text);
  const auto begin = script.find("\nDECLARE\n"), end = script.find("\n/\n");
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  std::istringstream lines(script.substr(0, begin) + script.substr(end + 2));
  for (std::string line; std::getline(lines, line);)
    if (line.ends_with(';')) out.own.push_back(without_end(line));
  const auto block = script.substr(begin, end - begin);
  take_queries(block, out);
  take_generated(block, out);
  return out;
}

/// `concatenation` is on the list for SQL that must mean the same elsewhere; this script is for Oracle alone,
/// and asks IS NOT NULL before it puts texts together.
std::vector<std::string> refused_in(const std::string& sql) {
  auto names = found_in(sql);
  std::erase(names, "concatenation");
  return names;
}

std::string script_of_two_tables() {
  return extract::make_script(profile_of(table("PERSONNE", column("NUM", "NUMBER(8)") + column("NOM")) +
                                         table("NOTE", column("NUM"))),
                              extract::ScriptKind::sqlplus, "APOGEE");
}

}  // namespace

TEST_CASE("no statement of the SQL*Plus script stands on the list of what Oracle refuses") {
  const auto found = statements_of(script_of_two_tables());
  // Nothing was passed over: else this would say nothing of it.
  CHECK(found.own.size() == 3);
  CHECK(found.queries.size() >= 12);
  CHECK(found.generated.size() >= 5);
  CHECK(found.patterns.size() >= 12);
  const auto all = found.all();
  for (const std::string part :
       {"ALTER SESSION SET TIME_ZONE", "SET TRANSACTION READ ONLY", "FROM all_constraints",
        "FROM all_tab_comments", "FROM product_component_version", "FROM nls_database_parameters", "UNISTR",
        "CONNECT BY LEVEL", "SELECT COUNT(*) AS n", "SYS_EXTRACT_UTC", "IS NOT NULL THEN", "XMLSERIALIZE",
        "DBMS_LOB.GETLENGTH", "TIMESTAMP(9) WITH TIME ZONE"}) {
    INFO(part);
    CHECK(std::ranges::any_of(all, [&](const auto& sql) { return sql.find(part) != std::string::npos; }));
  }
  for (const auto& sql : all) {
    INFO(sql);
    CHECK(refused_in(sql) == std::vector<std::string>{});
  }
}

TEST_CASE("what Oracle refuses is found wherever it stands in the SQL*Plus script") {
  const auto [from, to, name] = GENERATE(table<std::string, std::string, std::string>({
      {"SET TRANSACTION READ ONLY;", "SET TRANSACTION READ ONLY LIMIT 1;", "limit"},
      {"FROM all_tab_comments WHERE", "FROM all_tab_comments AS x WHERE", "as-table-alias"},
      {"INTO text FROM nls_database_parameters", "INTO text FROM nls_database_parameters AS x",
       "as-table-alias"},
      {"UNISTR('\\00E9\\20AC') FROM dual;", "UNISTR('\\00E9\\20AC');", "no-from"},
      {"tab || '\") a,');", "tab || '\") AS a,');", "as-subquery-alias"},
      {"'RAWTOHEX(%)'", "'%::TEXT'", "double-colon"},
      {"SUM(UTL_RAW.LENGTH(", "SUM(SUBSTRING(", "substring"},
      {"|| tab || '\";');", "|| tab || '\" OFFSET 1;');", "offset"},
  }));
  INFO(from);
  auto script = script_of_two_tables();
  const auto at = script.find(from);
  REQUIRE(at != std::string::npos);
  script.replace(at, from.size(), to);
  const auto all = statements_of(script).all();
  CHECK(std::ranges::any_of(all, [&, wanted = name](const auto& sql) {
    const auto names = refused_in(sql);
    return std::ranges::find(names, wanted) != names.end();
  }));
}
