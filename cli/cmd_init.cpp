// versoir init: a workspace with a commented configuration.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/config.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

#include <fmt/format.h>

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// Two sections of one kind that every workspace needs: their names are those that commands look for.
std::string signing_hint() {
  return fmt::format(
      "# {}\n#   [signing.producer]\n#   certificate = pki/producer.pem\n#   key = pki/producer.key\n#\n"
      "#   [signing.archivist]\n#   certificate = pki/archivist.pem\n#   key = pki/archivist.key\n\n",
      core::tr("One section for each person who signs: producer seals the extracts and the SIPs, archivist "
               "signs the visas; they are two different persons. For instance:"));
}

std::string template_text() {
  std::string text =
      "# versoir.conf\n# " +
      core::tr("Lines that begin with # are comments; an unknown section or key is an error.") + "\n";
  std::string_view section;
  for (const auto& k : core::config_keys()) {
    if (k.section != section) {
      section = k.section;
      text += fmt::format("\n{}#[{}]\n", section == "signing.*" ? signing_hint() : "", section);
    }
    if (!k.description.empty()) text += fmt::format("# {}\n", core::tr(k.description.data()));
    text += fmt::format("#{} = {}\n", k.key, k.fallback);
  }
  return text;
}

int run_init(Context& c) {
  if (std::filesystem::exists(c.config_file()))
    throw Error(Exit::configuration, msg("{0} exists already.", c.config_file().string()))
        .hint(msg("Edit it, or name another folder with --workspace."));
  core::write_file(c.config_file(), template_text());
  std::filesystem::create_directories(c.workspace() / "versements");
  c.out.result(msg("Written: {0}. Every key is described there.", c.config_file().string()));
  c.out.summary({{"config", c.config_file().string()}});
  return 0;
}

}  // namespace

std::vector<CommandDef> init_commands() {
  return {{.name = "init",
           .summary = mark("make a workspace: versoir.conf with every key described"),
           .details =
               mark("Fill in the establishment, the signing keys and the platform, then versoir vitam ping."),
           .example = "versoir init --workspace decommission",
           .arguments = {},
           .options = {},
           .exits = {Exit::configuration},
           .run = run_init,
           .makes_workspace = true}};
}

}  // namespace versoir::cli
