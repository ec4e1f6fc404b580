// Secrets: one line, of a file that only its owner reads or of a command that succeeds.
#include "cli/secret.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "exit_of.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using tests::exit_of;
namespace fs = std::filesystem;

TEST_CASE("the first line of a private file is the secret") {
  const core::TemporaryDirectory dir;
  const auto file = dir.path() / "password";
  core::write_file(file, "pâté 12\r\nsecond line\n");
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  CHECK(cli::secret_of_file(file) == "pâté 12");
  for (const auto more : {fs::perms::group_read, fs::perms::others_read}) {
    fs::permissions(file, fs::perms::owner_read | more);
    CHECK(exit_of([&] { static_cast<void>(cli::secret_of_file(file)); }) == core::Exit::configuration);
  }
}

TEST_CASE("the first line of a command is the secret, and a failure is one") {
  CHECK(cli::secret_of_command("printf 'abc\\ndef\\n'") == "abc");
  for (const auto* command : {"false", "true", "printf ''", "echo x; exit 3"}) {
    INFO(command);
    CHECK(exit_of([&] { static_cast<void>(cli::secret_of_command(command)); }) == core::Exit::configuration);
  }
}

TEST_CASE("an error about a secret does not tell it") {
  const core::TemporaryDirectory dir;
  core::write_file(dir.path() / "password", "tr0ub4dor\n");
  try {
    static_cast<void>(cli::secret_of_command("cat '" + (dir.path() / "password").string() + "'; exit 3"));
    FAIL("accepted");
  } catch (const core::Error& e) {
    CHECK(e.render().find("tr0ub4dor") == std::string::npos);
  }
}
