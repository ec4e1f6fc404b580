// versoir vitam: talking to a platform outside of a transfer.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/error.hpp"
#include "vitam/client.hpp"

namespace versoir::cli {

using core::Exit;
using core::msg;

namespace {

int run_ping(Context& c) {
  const std::string name =
      c.words.has("platform") ? c.words.get("platform") : c.config().get("transfer", "platform");
  const auto platform = vitam::read_platform(c.config(), name);
  const auto http = core::make_curl_client(platform.tls);
  vitam::Client client(*http, platform);
  const auto findings = client.ping();
  for (const auto& f : findings) c.out.finding(f);
  if (findings.empty()) c.out.result(msg("The platform {0} answers.", name));
  c.out.summary({{"platform", name}, {"up", findings.empty()}});
  return static_cast<int>(findings.empty() ? Exit::ok : Exit::platform_unreachable);
}

}  // namespace

std::vector<CommandDef> vitam_commands() {
  return {{.name = "vitam ping",
           .summary = mark("ask the platform's services whether they are up"),
           .details = "",
           .example = "versoir vitam ping",
           .arguments = {},
           .options = {{"platform", "NAME",
                        mark("platform of the configuration (default: [transfer] platform)")}},
           .exits = {Exit::configuration, Exit::platform_unreachable},
           .run = run_ping}};
}

}  // namespace versoir::cli
