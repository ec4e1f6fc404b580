// versoir consult serve: the pages of the consultation, on this machine for one person, or behind the reverse
// proxy of an establishment.
#include "cli/consult_seal.hpp"
#include "cli/context.hpp"
#include "cli/source_options.hpp"
#include "consult/masking.hpp"
#include "consult/web_service.hpp"
#include "core/error.hpp"
#include "core/http_server.hpp"
#include "core/text.hpp"

#include <map>
#include <mutex>
#include <pwd.h>
#include <set>
#include <thread>

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

/// Addresses name an extract by its application; the second one of the same application gets a number.
std::string free_name(const std::string& application, std::set<std::string>& taken) {
  std::string name = application;
  for (int n = 2; !taken.insert(name).second; ++n) name = fmt::format("{}-{}", application, n);
  return name;
}

std::list<consult::ServedExtract> open_extracts(Context& c) {
  std::list<consult::ServedExtract> extracts;
  std::set<std::string> taken;
  for (const auto& path : c.words.list("EXTRACT")) {
    auto archive = open_archive(c, c.input(path));
    auto seal = consult_seal(c, archive.extract());
    for (const auto& reason : seal.reasons) c.out.warn(reason);
    const auto name = free_name(archive.extract().run().application, taken);
    auto rules = establishment_rules(c, archive.application());
    extracts.emplace_back(name, std::move(archive), std::move(seal), 0, std::move(rules));
  }
  return extracts;
}

std::uint32_t uid_of(const std::string& account) {
  passwd record{};
  passwd* found = nullptr;
  std::string buffer(16384, '\0');
  if (::getpwnam_r(account.c_str(), &record, buffer.data(), buffer.size(), &found) != 0 || !found)
    throw Error(Exit::configuration,
                msg("[consultation] proxy_account: there is no account {0} here.", account));
  return record.pw_uid;
}

consult::BehindProxy proxy_of(const core::Config& config) {
  consult::BehindProxy proxy;
  const auto hosts = config.get("consultation", "host");
  for (std::size_t at = 0; at < hosts.size();) {
    const auto end = std::min(hosts.find(',', at), hosts.size());
    if (auto host = core::trim(hosts.substr(at, end - at)); !host.empty())
      proxy.hosts.push_back(std::move(host));
    at = end + 1;
  }
  proxy.account = uid_of(config.get("consultation", "proxy_account"));
  proxy.identity_header = config.get("consultation", "identity_header");
  proxy.groups_header = config.get_or("consultation", "groups_header", "");
  proxy.logout = config.get_or("consultation", "logout", "");
  if (!proxy.logout.empty() && !proxy.logout.starts_with("https://"))
    throw Error(Exit::configuration, msg("[consultation] logout is an address that begins with https://."));
  return proxy;
}

/// What roles name and nothing has: a role that was misspelt shows less than was meant, never more.
void warn_of_roles(Context& c, const consult::Roles& roles,
                   const std::list<consult::ServedExtract>& extracts) {
  std::set<std::string> zones, served;
  for (const auto& e : extracts) {
    served.insert(e.run().application);
    zones.merge(consult::zones_of(e.application()));
  }
  for (const auto& [role, zone] : roles.unknown_zones(zones))
    c.out.warn(msg("[role.{0}] names the zone {1}, which no profile has.", role, zone));
  for (const auto& [role, application] : roles.unknown_extracts(served))
    c.out.warn(msg("[role.{0}] opens {1}, which is not served here.", role, application));
}

consult::WebOptions web_options(Context& c) {
  consult::WebOptions options;
  const bool behind_proxy = c.words.has("behind-proxy");
  if (std::filesystem::exists(c.config_file())) {
    const auto& config = c.config();
    options.establishment = config.get_or("establishment", "name", "");
    options.reasons = consult::between_semicolons(config.get_or("consultation", "reasons", ""));
    options.contact = config.get_or("consultation", "contact", "");
    options.roles = consult::Roles::read(config);
    if (behind_proxy) options.proxy = proxy_of(config);
  } else if (behind_proxy) {
    throw Error(Exit::configuration, msg("Behind a proxy, versoir.conf must say who may see what."));
  }
  options.reader = account_name();
  options.idle = std::chrono::minutes(c.words.integer("idle", 1, 1440));
  return options;
}

/// What the platform holds of a record, for several threads.
class TransferredUnits {
 public:
  TransferredUnits(Context& c, const std::list<consult::ServedExtract>& extracts) : c_(c) {
    for (const auto& e : extracts) applications_.emplace(e.run().application, e.application());
  }
  std::vector<consult::TransferredUnit> of(const std::string& application, const std::string& record,
                                           const std::string& key) {
    const std::scoped_lock lock(mutex_);  // one reads the workspace at a time
    const auto it = applications_.find(application);
    return it == applications_.end() ? std::vector<consult::TransferredUnit>{}
                                     : transferred_units(c_, it->second, record, key);
  }

 private:
  Context& c_;
  std::mutex mutex_;
  std::map<std::string, profiles::Application> applications_;
};

void say_where(Context& c, const core::HttpServer& server, const consult::WebService& service) {
  if (c.words.has("behind-proxy")) {
    const auto& socket = c.words.get("behind-proxy");
    c.out.result(msg("Listening for the reverse proxy on {0}. Ctrl-C ends.", socket));
    c.out.event("ready", {{"socket", socket}});
  } else {
    c.out.result(msg("Open this address in the browser of this machine; it is good once. Ctrl-C ends."));
    c.out.result(fmt::format("http://127.0.0.1:{}{}", server.port(), service.entry_path()));
    c.out.event("ready", {{"port", server.port()}, {"path", service.entry_path()}});
  }
  std::fflush(stdout);
}

int run_serve(Context& c) {
  auto options = web_options(c);
  const auto node = std::filesystem::exists(c.config_file()) ? c.journal_node() : std::string("main");
  auto extracts = open_extracts(c);  // before the log: what cannot be opened leaves no log of accesses
  warn_of_roles(c, options.roles, extracts);
  TransferredUnits units(c, extracts);
  options.transferred = [&](const std::string& application, const std::string& record,
                            const std::string& key) { return units.of(application, record, key); };
  consult::AccessLog log(consult::access_log_file(c.workspace(), node), node, options.reader, c.clock,
                         c.circumstances());
  consult::WebService service(std::move(extracts), std::move(options), log, c.clock);
  core::ServerOptions listening;
  if (c.words.has("behind-proxy"))
    listening.socket = c.words.get("behind-proxy");
  else
    listening.port = static_cast<std::uint16_t>(c.words.integer("port", 0, 65535));
  listening.body_limit = 64u << 10;  // forms
  core::HttpServer server(listening, [&](core::ServerRequest& request) { return service.handle(request); });
  server.start();
  if (listening.socket.empty()) service.listens_on(server.port());
  say_where(c, server, service);
  while (!c.stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  server.stop();
  return 0;
}

}  // namespace

std::vector<CommandDef> consult_serve_commands() {
  return {
      {.name = "consult serve",
       .summary = mark("show extracts as pages in the browser of this machine"),
       .details = mark("Listens on this machine only, for the one person who opens the address that it "
                       "prints. No other software and no network are needed. Who opens which "
                       "record, and why when [consultation] reasons asks it, goes into "
                       "consultation-<node>.jsonl. The seal of each extract is "
                       "verified when it is opened, the rows of a sheet when it is shown. With "
                       "--behind-proxy, listens on a Unix socket for the reverse proxy of the establishment, "
                       "which says who reads; sections [role.NAME] of versoir.conf say what each reader "
                       "sees."),
       .example = "versoir consult serve apogee.extract harpege.extract",
       .arguments = {{mark("EXTRACT"), mark("an extract file"), true, true}},
       .options = {{"behind-proxy", mark("SOCKET"),
                    mark("listen there for the reverse proxy, for many readers")},
                   {"port", mark("N"), mark("port on the loopback interface, 0 = any"), "0"},
                   {"idle", mark("N"), mark("minutes without a page after which the session ends"), "480"}},
       .exits = {Exit::extract_invalid, Exit::configuration, Exit::journal_broken},
       .run = run_serve}};
}

}  // namespace versoir::cli
