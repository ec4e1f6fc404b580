// versoir consult serve: the pages of the consultation, on this machine and for one person.
#include "cli/consult_seal.hpp"
#include "cli/context.hpp"
#include "cli/source_options.hpp"
#include "consult/web_service.hpp"
#include "core/http_server.hpp"
#include "core/text.hpp"

#include <set>
#include <thread>

namespace versoir::cli {

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
    extracts.emplace_back(name, std::move(archive), std::move(seal));
    auto& served = extracts.back();
    served.retention = std::make_unique<consult::Retention>(
        served.archive.extract().database(), establishment_rules(c, served.archive.application()));
  }
  return extracts;
}

std::vector<std::string> reasons_of(const core::Config& config) {
  std::vector<std::string> reasons;
  const auto text = config.get_or("consultation", "reasons", "");
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(';', at), text.size());
    if (auto reason = core::trim(text.substr(at, end - at)); !reason.empty())
      reasons.push_back(std::move(reason));
    at = end + 1;
  }
  return reasons;
}

int run_serve(Context& c) {
  consult::WebOptions options;
  std::vector<profiles::Application> applications;
  std::mutex workspace;
  std::string node = "main";
  if (std::filesystem::exists(c.config_file())) {
    options.establishment = c.config().get_or("establishment", "name", "");
    options.reasons = reasons_of(c.config());
    node = c.journal_node();
  }
  options.reader = account_name();
  options.idle = std::chrono::minutes(c.words.integer("idle", 1, 1440));
  options.transferred = [&](const std::string& application, const std::string& record,
                            const std::string& key) {
    const std::scoped_lock lock(workspace);  // one reads the workspace at a time
    for (const auto& app : applications)
      if (app.id == application) return transferred_units(c, app, record, key);
    return std::vector<consult::TransferredUnit>{};
  };
  const auto log_file = consult::access_log_file(c.workspace(), node);
  consult::AccessLog log(log_file, node, options.reader, c.clock);
  auto extracts = open_extracts(c);
  for (const auto& e : extracts) applications.push_back(e.archive.application());
  consult::WebService service(std::move(extracts), options, log, c.clock);
  core::ServerOptions listening;
  listening.port = static_cast<std::uint16_t>(c.words.integer("port", 0, 65535));
  listening.body_limit = 64u << 10;  // forms
  core::HttpServer server(listening, [&](core::ServerRequest& request) { return service.handle(request); });
  server.start();
  service.listens_on(server.port());
  c.out.result(msg("Open this address in the browser of this machine; it is good once. Ctrl-C ends."));
  c.out.result(fmt::format("http://127.0.0.1:{}{}", server.port(), service.entry_path()));
  c.out.event("ready", {{"port", server.port()}, {"path", service.entry_path()}});
  std::fflush(stdout);
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
                       "verified when it is opened, the rows of a sheet when it is shown."),
       .example = "versoir consult serve apogee.extract harpege.extract",
       .arguments = {{mark("EXTRACT"), mark("an extract file"), true, true}},
       .options = {{"port", mark("N"), mark("port on the loopback interface, 0 = any"), "0"},
                   {"idle", mark("N"), mark("minutes without a page after which the session ends"), "480"}},
       .exits = {core::Exit::extract_invalid, core::Exit::configuration, core::Exit::journal_broken},
       .run = run_serve}};
}

}  // namespace versoir::cli
