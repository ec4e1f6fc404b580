// See platform_link.hpp.
#include "cli/platform_link.hpp"

#include "cli/secret.hpp"
#include "core/http_trace.hpp"

namespace versoir::cli {

using core::msg;

PlatformLink open_platform(Context& c, const std::string& name) {
  PlatformLink link;
  link.platform = vitam::read_platform(c.config(), name);
  link.http = vitam::connect_to(link.platform, secret_typed);
  if (const auto file = c.words.find("trace")) {
    link.http = core::trace_client(std::move(link.http), *file, c.clock);
    c.out.say(msg("The exchanges with {0} are written to {1}.", name, *file));
  }
  return link;
}

std::string chosen_platform(Context& c) {
  return c.words.has("platform") ? c.words.get("platform") : c.config().get("transfer", "platform");
}

OptionDef platform_option() {
  return {"platform", mark("NAME"), mark("platform of the configuration (default: [transfer] platform)")};
}

OptionDef trace_option() {
  return {"trace", mark("FILE"),
          mark("append what is exchanged with the platform to this file, without secrets or contents")};
}

}  // namespace versoir::cli
