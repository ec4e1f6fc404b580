// The way to a platform of the configuration, with what the command line says of it.
#pragma once
#include "cli/command.hpp"
#include "cli/context.hpp"
#include "core/http_client.hpp"
#include "vitam/client.hpp"

#include <memory>
#include <string>

namespace versoir::cli {

struct PlatformLink {
  vitam::Platform platform;
  std::unique_ptr<core::HttpClient> http;
};
/// Reads [platform.NAME] and opens its client key, asking the PIN of a card on the terminal; with --trace
/// every exchange is written down. Throws Error(Exit::configuration | Exit::signing | Exit::disk).
[[nodiscard]] PlatformLink open_platform(Context& c, const std::string& name);

/// --platform, else [transfer] platform.
[[nodiscard]] std::string chosen_platform(Context& c);

/// --platform and --trace, declared once.
[[nodiscard]] OptionDef platform_option();
[[nodiscard]] OptionDef trace_option();

}  // namespace versoir::cli
