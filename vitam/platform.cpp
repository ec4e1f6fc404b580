// [platform.NAME] of the configuration.
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "trust/client_key.hpp"
#include "trust/pkcs11.hpp"
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
  // A password in a URL would reach logs and the signed visa; a query has no place in a base.
  if (url.find_first_of("@?#") != std::string::npos)
    throw Error(Exit::configuration,
                msg("[{0}] {1} = {2}: scheme, host, port and path only", section, key, url));
  return url;
}

/// "https://Host/a" and "https://host:443/a" are one place.
std::string canonical_url(const std::string& url) {
  constexpr std::string_view scheme = "https://";
  const auto rest = std::string_view(url).substr(scheme.size());
  const auto path = std::min(rest.find('/'), rest.size());
  std::string host(rest.substr(0, path));
  for (char& c : host)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto colon = host.rfind(':');
  if (colon == std::string::npos || host.find(']', colon) != std::string::npos) host += ":443";
  return std::string(scheme) + host + std::string(rest.substr(path));
}

std::string read_anchors(const std::filesystem::path& file, const std::string& section) {
  try {
    auto bytes = core::read_file(file, 16u << 20);
    if (!bytes.empty()) return bytes;
    throw Error(Exit::configuration, msg("[{0}] ca: {1} is empty", section, file.string()));
  } catch (const Error& e) {
    if (e.code() == Exit::configuration) throw;
    throw Error(Exit::configuration, msg("[{0}] ca: {1} cannot be read", section, file.string())).because(e);
  }
}

const std::string& require_section(const Config& config, const std::string& section) {
  if (config.has_section(section)) return section;
  std::string known;
  for (const auto& other : config.names("platform")) known += (known.empty() ? "" : ", ") + other;
  throw Error(Exit::configuration, msg("the configuration has no section [{0}]", section))
      .hint(msg("Known platforms: {0}.", known.empty() ? "-" : known));
}

std::int64_t tenant_of(const Config& config, const std::string& section) {
  const auto tenant = config.get_int(section, "tenant");
  if (tenant < 0) throw Error(Exit::configuration, msg("[{0}] tenant: not a tenant number", section));
  return tenant;
}

std::string digest_of_anchors(const std::string& bytes) {
  return bytes.empty() ? std::string() : core::sha256(bytes).hex();
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

std::size_t number_of(const Config& config, const std::string& section, std::string_view key,
                      std::int64_t least, std::int64_t most) {
  const auto value = config.get_int(section, key);
  if (value < least || value > most)
    throw Error(Exit::configuration,
                msg("[{0}] {1} = {2}: from {3} to {4}", section, key, value, least, most));
  return static_cast<std::size_t>(value);
}

/// VITAM refuses a header that holds anything else, whatever the header (its SanityChecker).
std::string header_value(const Config& config, const std::string& section, std::string_view key) {
  auto value = config.get_or(section, key, "");
  const auto plain = [](unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view(" ()-=*.?;,+/:&_").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (value.size() > 5000 || value.find("..") != std::string::npos || !std::ranges::all_of(value, plain))
    throw Error(Exit::configuration,
                msg("[{0}] {1} = {2}: the platform takes letters without accents, digits and few signs only",
                    section, key, value));
  return value;
}

/// http://host:port alone: the user and password of a proxy have no place in a configuration, a trace, a log.
std::string proxy_of(const Config& config, const std::string& section) {
  const auto url = config.get_or(section, "proxy", "");
  if (url.empty()) return url;
  constexpr std::string_view scheme = "http://";
  const auto rest = url.starts_with(scheme) ? url.substr(scheme.size()) : std::string();
  if (rest.empty() || rest.find_first_of("@?#/ ") != std::string::npos)
    throw Error(Exit::configuration, msg("[{0}] proxy = {1}: http://host:port, and nothing more", section,
                                         rest.find('@') == std::string::npos ? url : "…"));
  return url;
}

/// The key of the client: files, or a card.
void read_client_key(Platform& p, const Config& config, const std::string& section) {
  const auto key = config.get_or(section, "key", "");
  if (!key.starts_with("pkcs11:")) {
    p.tls.certificate = config.get_path(section, "certificate");
    p.tls.key = config.find_path(section, "key").value_or("");
    if (const auto file = config.find_path(section, "password_file"))
      p.tls.key_password = read_password(*file);
    return;
  }
  static_cast<void>(trust::parse_pkcs11_uri(key));  // told now, not at the first request
  trust::KeySource card;
  card.pkcs11 = key;
  card.pkcs11_module = config.get_path(section, "pkcs11_module");
  card.certificate = config.find_path(section, "certificate").value_or("");
  card.password_file = config.find_path(section, "password_file").value_or("");
  p.card = std::move(card);
}

}  // namespace

Platform read_platform(const Config& config, std::string_view name) {
  const std::string section = "platform." + std::string(name);
  require_section(config, section);
  Platform p;
  p.name = name;
  p.kind = config.get(section, "kind");
  if (p.kind != "rehearsal" && p.kind != "production")
    throw Error(Exit::configuration, msg("[{0}] kind = {1}: rehearsal or production", section, p.kind));
  p.ingest_url = base_url(config, section, "ingest_url");
  p.access_url = base_url(config, section, "access_url");
  p.tenant = tenant_of(config, section);
  p.access_contract = header_value(config, section, "access_contract");
  p.tls.ca = config.find_path(section, "ca").value_or("");
  if (!p.tls.ca.empty()) p.tls.ca_bytes = read_anchors(p.tls.ca, section);
  read_client_key(p, config, section);
  p.tls.proxy = proxy_of(config, section);
  p.poll_first = seconds_of(config, section, "poll_first");
  p.poll_max = std::max(p.poll_first, seconds_of(config, section, "poll_max"));
  p.doubt_grace = seconds_of(config, section, "doubt_grace");
  p.parallel = number_of(config, section, "parallel", 1, 64);
  p.read_back = number_of(config, section, "read_back", 0, 1000);
  p.drop_folder = config.find_path(section, "drop_folder").value_or("");
  p.drop_above = number_of(config, section, "drop_above", 0, 1'000'000) * 1'000'000;
  return p;
}

std::unique_ptr<core::HttpClient> connect_to(
    const Platform& platform, const std::function<std::optional<std::string>(const std::string&)>& ask) {
  auto tls = platform.tls;
  if (platform.card) {
    auto source = *platform.card;
    source.ask = ask;
    tls.client_key = trust::load_client_key(source);
  }
  return core::make_curl_client(std::move(tls));
}

sip::Target target_of(const Platform& p) {
  return {p.name, p.tenant, canonical_url(p.ingest_url), digest_of_anchors(p.tls.ca_bytes)};
}

sip::Target read_target(const Config& config, std::string_view name) {
  const std::string section = "platform." + std::string(name);
  require_section(config, section);
  const auto ca = config.find_path(section, "ca");
  return {std::string(name), tenant_of(config, section),
          canonical_url(base_url(config, section, "ingest_url")),
          ca ? digest_of_anchors(read_anchors(*ca, section)) : std::string()};
}

}  // namespace versoir::vitam
