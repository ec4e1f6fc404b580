// [platform.NAME] of the configuration.
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "vitam/client.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace versoir::vitam {

namespace {

using core::Config;
using core::Error;
using core::Exit;
using core::msg;

std::string base_url(const Config& config, const std::string& section, std::string_view key) {
  std::string url = config.get(section, key);
  if (!url.starts_with("https://"))
    throw Error(Exit::configuration,
                msg("[{0}] {1} = {2}: a platform is reached by https only", section, key, url));
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string read_password(const std::filesystem::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) core::throw_errno("read", file.string());
  if ((facts.st_mode & 077) != 0)
    throw Error(Exit::configuration, msg("{0} can be read by others than its owner", file.string()))
        .hint(msg("Give it the mode 0600."));
  const std::string all = core::read_file(file, 4096);
  return all.substr(0, all.find_first_of("\r\n"));
}

std::chrono::seconds seconds_of(const Config& config, const std::string& section, std::string_view key) {
  const auto value = config.get_int(section, key);
  if (value < 0 || value > 86400)
    throw Error(Exit::configuration, msg("[{0}] {1} = {2}: not a number of seconds", section, key, value));
  return std::chrono::seconds(value);
}

}  // namespace

Platform read_platform(const Config& config, std::string_view name) {
  const std::string section = "platform." + std::string(name);
  if (!config.has_section(section)) {
    std::string known;
    for (const auto& other : config.names("platform")) known += (known.empty() ? "" : ", ") + other;
    throw Error(Exit::configuration, msg("the configuration has no section [{0}]", section))
        .hint(msg("Known platforms: {0}.", known.empty() ? "-" : known));
  }
  Platform p;
  p.name = name;
  p.kind = config.get(section, "kind");
  if (p.kind != "rehearsal" && p.kind != "production")
    throw Error(Exit::configuration, msg("[{0}] kind = {1}: rehearsal or production", section, p.kind));
  p.ingest_url = base_url(config, section, "ingest_url");
  p.access_url = base_url(config, section, "access_url");
  p.tenant = config.get_int(section, "tenant");
  if (p.tenant < 0) throw Error(Exit::configuration, msg("[{0}] tenant: not a tenant number", section));
  p.access_contract = config.get_or(section, "access_contract", "");
  p.tls.ca = config.find_path(section, "ca").value_or("");
  p.tls.certificate = config.get_path(section, "certificate");
  p.tls.key = config.find_path(section, "key").value_or("");
  if (const auto file = config.find_path(section, "password_file")) p.tls.key_password = read_password(*file);
  p.poll_first = seconds_of(config, section, "poll_first");
  p.poll_max = std::max(p.poll_first, seconds_of(config, section, "poll_max"));
  return p;
}

}  // namespace versoir::vitam
