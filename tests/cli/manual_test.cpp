// The manual and the completion: whatever the table of commands declares is in both.
#include "cli/manual.hpp"

#include "core/config.hpp"

#include <catch2/catch.hpp>

using namespace versoir;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The line of the completion that lists the options of a command.
std::string completion_line(const std::string& script, const std::string& command) {
  const auto at = script.find("\n    '" + command + "') ");
  REQUIRE(at != std::string::npos);
  return script.substr(at + 1, script.find('\n', at + 1) - at - 1);
}

}  // namespace

TEST_CASE("the page of a command has its arguments, options, exit codes and example") {
  for (const auto& c : cli::commands()) {
    INFO(c.name);
    const auto page = cli::manual_page(c);
    CHECK(holds(page, cli::roff_text(c.summary)));
    CHECK(holds(page, cli::roff_text(c.details)));
    CHECK(holds(page, cli::roff_text(c.example)));
    for (const auto& a : c.arguments) CHECK(holds(page, cli::roff_text(a.help)));
    for (const auto& o : c.options) {
      INFO(o.name);
      CHECK(holds(page, "\\fB" + cli::roff_text(std::string("--") + o.name) + "\\fR"));
      CHECK(holds(page, cli::roff_text(o.help)));
    }
    for (const auto& o : cli::global_options()) CHECK(holds(page, cli::roff_text(o.help)));
    for (const auto& code : cli::exit_codes_of(c))
      CHECK(holds(page, "\\fB" + std::to_string(static_cast<int>(code.code)) + "\\fR\n"));
    for (const auto* section :
         {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES", "EXIT STATUS", "FILES", "SEE ALSO"})
      CHECK(holds(page, std::string(".SH ") + section + "\n"));
  }
}

TEST_CASE("the page of the program names every command and exit code, that of the configuration every key") {
  const auto program = cli::manual_program();
  for (const auto& c : cli::commands()) {
    INFO(c.name);
    CHECK(holds(program, "\\fB" + cli::roff_text(c.name) + "\\fR\n"));
    CHECK(holds(program, "\\fB" + cli::roff_text(cli::manual_name(c)) + "\\fR(1)"));
  }
  for (const auto& code : core::exit_codes) CHECK(holds(program, cli::roff_text(code.description)));
  const auto config = cli::manual_config();
  for (const auto& key : core::config_keys()) {
    INFO(key.section << " " << key.key);
    CHECK(holds(config, ".SS [" + cli::roff_text(key.section) + "]\n"));
    CHECK(holds(config, cli::roff_text(key.description)));
  }
}

TEST_CASE("no text becomes a request or an escape of roff") {
  CHECK(cli::roff_text(".so /etc/passwd") == "\\&.so /etc/passwd");
  CHECK(cli::roff_text("'br") == "\\&\\(aqbr");
  CHECK(cli::roff_text("a\n.pso x") == "a\n\\&.pso x");
  CHECK(cli::roff_text("\\fB") == "\\efB");
  CHECK(cli::roff_text("--lot 'é' \"x\"") == "\\-\\-lot \\(aqé\\(aq \\(dqx\\(dq");
}

TEST_CASE("the completion knows every command, option and list of values") {
  const auto script = cli::bash_completion();
  for (const auto& c : cli::commands()) {
    const auto line = completion_line(script, c.name);
    for (const auto& o : c.options) {
      INFO(c.name << " --" << o.name);
      const std::string name = std::string("--") + o.name;
      CHECK((holds(line, name + " ") || holds(line, name + "'")));
      const auto value = "\"" + std::string(c.name) + " " + name + "\")";
      CHECK(holds(script, value) == (o.value != nullptr));
    }
  }
  CHECK(holds(script, "_versoir_words='fr en'"));
}

TEST_CASE("what completion reads in a workspace is never expanded by the shell") {
  const auto script = cli::bash_completion();
  CHECK_FALSE(holds(script, "\n  eval"));
  for (std::size_t at = script.find("compgen"); at != std::string::npos;
       at = script.find("compgen", at + 1)) {
    const auto line = script.substr(at, script.find('\n', at) - at);
    INFO(line);
    CHECK((line.find(" -W, ") != std::string::npos || line.find("-W") == std::string::npos));
  }
}

TEST_CASE("verbose goes with the version only, and is a flag") {
  const auto call = cli::parse({"--version", "--verbose"});
  CHECK(call.version);
  CHECK(call.verbose);
  CHECK_FALSE(cli::parse({"--version"}).verbose);
  CHECK_THROWS(cli::parse({"status", "--verbose"}));
}
