// The table of commands, and the parser that reads it: nothing guessed, nothing said twice.
#include "cli/command.hpp"

#include "core/error.hpp"
#include "core/i18n.hpp"

#include <catch2/catch.hpp>

#include <iomanip>
#include <set>
#include <sstream>

using namespace versoir;
using cli::parse;
using core::Exit;
using Words = std::vector<std::string>;

namespace {

/// What the refusal of this command line says.
std::string refusal(const Words& words) {
  try {
    static_cast<void>(parse(words));
  } catch (const core::Error& e) {
    CHECK(e.code() == Exit::usage);
    return e.render();
  }
  FAIL("accepted");
  return {};
}

/// As a shell would, for words between double quotes.
Words split(const std::string& line) {
  Words words;
  std::istringstream in(line);
  for (std::string word; (in >> std::ws) && !in.eof();) {  // std::ws alone does not fail at the end
    if (in.peek() == '"')
      in >> std::quoted(word);
    else
      in >> word;
    words.push_back(word);
  }
  return words;
}

}  // namespace

TEST_CASE("every command says what it does, gives an example that parses, and names its exits once") {
  std::set<std::string> names;
  for (const auto& c : cli::commands()) {
    INFO(c.name);
    CHECK(names.insert(c.name).second);
    CHECK(std::string(c.summary).size() > 10);
    REQUIRE(std::string(c.example).starts_with("versoir " + std::string(c.name)));
    auto words = split(c.example);
    words.erase(words.begin());
    CHECK(parse(words).command == &c);
    CHECK(std::set<Exit>(c.exits.begin(), c.exits.end()).size() == c.exits.size());
    CHECK(cli::help_text(&c).find(c.example) != std::string::npos);
  }
  CHECK(names.size() > 15);
}

TEST_CASE("no option is declared twice in one command, or hides a global one") {
  for (const auto& c : cli::commands()) {
    std::set<std::string> options;
    for (const auto& o : cli::global_options()) options.insert(o.name);
    for (const auto& o : c.options) {
      INFO(c.name << " --" << o.name);
      CHECK(options.insert(o.name).second);
      CHECK(std::string(o.name).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
            std::string::npos);
    }
    CHECK_FALSE(options.contains("yes"));  // a confirmation is typed: there is no --yes
  }
}

TEST_CASE("values are read as typed, defaults come from the table") {
  const auto call = parse({"--workspace", "w", "plan", "apogee.extract", "--id=été 2026", "--json"});
  REQUIRE(call.command);
  CHECK(std::string(call.command->name) == "plan");
  CHECK(call.values.get("workspace") == "w");
  CHECK(call.values.get("id") == "été 2026");
  CHECK(call.values.get("EXTRACT") == "apogee.extract");
  CHECK(call.values.has("json"));
  CHECK_FALSE(call.values.has("quiet"));
  CHECK(parse({"status"}).values.get("workspace") == ".");
}

TEST_CASE("words of two are one command, and a lone group asks which") {
  CHECK(std::string(parse({"consult", "search", "x.extract", "durand"}).command->name) == "consult search");
  const auto group = parse({"consult"});
  CHECK(group.command == nullptr);
  CHECK(group.group == "consult");
  CHECK(cli::group_help("consult").find("consult show") != std::string::npos);
}

TEST_CASE("help is asked in every usual way, and needs no argument") {
  for (const auto& words : {Words{"help", "plan"}, Words{"plan", "--help"}, Words{"plan", "-h"}}) {
    const auto call = parse(words);
    CHECK(call.help);
    REQUIRE(call.command);
    CHECK(std::string(call.command->name) == "plan");
  }
  CHECK(parse({"--version"}).version);
}

TEST_CASE("no abbreviation is guessed: the near word is proposed") {
  CHECK(refusal({"plan", "x", "--work", "y"}).find("--work") != std::string::npos);
  CHECK(refusal({"plan", "x", "--replase"}).find("--replace") != std::string::npos);
  CHECK(refusal({"extrac"}).find("versoir extract") != std::string::npos);
  CHECK(refusal({"consult", "serch"}).find("consult search") != std::string::npos);
  CHECK(refusal({"zzzzzzzz"}).find("Did you mean") == std::string::npos);
}

TEST_CASE("an option of another command is told with the commands that have it") {
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  const auto elsewhere = refusal({"plan", "x", "--seed", "3"});
  CHECK(has(elsewhere, "--seed is an option of: versoir review, versoir vitam compare."));
  const auto both = refusal({"build", "x", "--shards", "3"});
  CHECK(has(both, "Did you mean --shard?"));
  CHECK(has(both, "--shards is an option of: versoir schedule."));
  CHECK(has(refusal({"plan", "x", "--seeed", "3"}),
            "Did you mean --seed, an option of: versoir review, versoir vitam compare?"));
  CHECK(has(refusal({"--seed=3"}), "versoir review"));
  const auto many = refusal({"status", "--application", "x"});
  CHECK(has(many, "--application is an option of: versoir inspect, versoir extract"));
  const auto none = refusal({"plan", "x", "--zzzzzzzz"});
  CHECK_FALSE(has(none, "Did you mean"));
  CHECK_FALSE(has(none, "is an option of"));
}

TEST_CASE("what is missing, too much, doubled or out of a list is refused by name") {
  CHECK(refusal({"build"}).find("VERSEMENT") != std::string::npos);
  CHECK(refusal({"review", "a", "b"}).find("'b'") != std::string::npos);
  CHECK(refusal({"plan", "x", "--id", "a", "--id", "b"}).find("--id") != std::string::npos);
  CHECK(refusal({"plan", "x", "--id"}).find("needs a value") != std::string::npos);
  CHECK(refusal({"plan", "x", "--replace=yes"}).find("takes no value") != std::string::npos);
  CHECK(refusal({"status", "--lang", "de"}).find("fr, en") != std::string::npos);
}

TEST_CASE("whole numbers stay within their limits, and -1 does not wrap") {
  cli::Values v;
  for (const std::string text : {"-1", "11", "1.5", "", "ten", "99999999999999999999", "5 "}) {
    cli::Values one;
    one.add("limit", text);
    INFO(text);
    CHECK_THROWS_AS(one.integer("limit", 0, 10), core::Error);
  }
  v.add("limit", "10");
  CHECK(v.integer("limit", 0, 10) == 10);
}

TEST_CASE("no secret can be given on a command line") {
  for (const auto& c : cli::commands())
    for (const auto& o : c.options) {
      const std::string name = o.name;
      const bool secret = name.find("password") != std::string::npos ||
                          name.find("secret") != std::string::npos || name.find("pin") == 0;
      INFO(c.name << " --" << name);
      if (secret && o.value) CHECK((name.ends_with("-file") || name.ends_with("-command")));
    }
}
