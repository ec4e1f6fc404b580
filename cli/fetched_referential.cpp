// Which platform, which folder, and the fetch itself.
#include "cli/fetched_referential.hpp"

#include "cli/platform_link.hpp"
#include "core/error.hpp"

namespace versoir::cli {

using core::msg;

std::string platform_named(Context& c, const std::string& name_or_url) {
  std::string wanted = name_or_url;
  while (wanted.ends_with('/')) wanted.pop_back();
  for (const auto& name : c.config().names("platform")) {
    if (name == wanted) return name;
    for (const auto* key : {"access_url", "ingest_url"}) {
      auto url = c.config().get_or("platform." + name, key, "");
      while (url.ends_with('/')) url.pop_back();
      if (!url.empty() && url == wanted) return name;
    }
  }
  return {};
}

std::filesystem::path fetched_folder(const Context& c, const std::string& platform) {
  return c.in_workspace(std::filesystem::path("referential") / platform);
}

std::vector<vitam::FetchedReferential> fetch_platform(Context& c, const std::string& platform,
                                                      const std::filesystem::path& folder) {
  auto link = open_platform(c, platform);
  vitam::Client client(*link.http, link.platform);
  c.out.say(msg("Asking {0} for its referentials…", platform));
  return vitam::fetch_referentials(client, folder, c.clock);
}

}  // namespace versoir::cli
