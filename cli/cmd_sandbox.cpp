// versoir sandbox: a local stand-in for the platform, to rehearse with.
#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/error.hpp"
#include "vitam/sandbox/sandbox.hpp"

#include <thread>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::msg;

namespace {

/// The first one, then the others.
void take_tenants(const Context& c, vitam::sandbox::Options& options) {
  for (const auto& text : c.words.list("tenant")) {
    cli::Values one;
    one.add("tenant", text);
    options.more_tenants.push_back(one.integer("tenant", 0, 1'000'000));
  }
  options.tenant = options.more_tenants.front();
  options.more_tenants.erase(options.more_tenants.begin());
}

int run_sandbox(Context& c) {
  vitam::sandbox::Options options;
  options.folder = c.words.get("folder");
  fs::create_directories(options.folder);
  options.referentials = c.input(c.words.get("referentials"));
  take_tenants(c, options);
  options.fault = c.words.get("fault");
  if (c.words.has("script")) options.script_file = c.input(c.words.get("script"));
  if (c.words.has("upload-folder")) options.upload = c.input(c.words.get("upload-folder"));
  options.force_chunked = c.words.has("force-chunked");
  if (c.words.has("cold")) options.cold = std::chrono::seconds(c.words.integer("cold", 0, 1'000'000'000));
  options.purge_after = std::chrono::seconds(c.words.integer("purge-after", 0, 1'000'000'000));
  options.server.port = static_cast<std::uint16_t>(c.words.integer("port", 0, 65535));
  options.server.tls = true;
  options.server.certificate = c.input(c.words.get("certificate"));
  options.server.key = c.input(c.words.get("key"));
  options.server.client_ca = c.input(c.words.get("client-ca"));
  options.server.spool = options.folder / "incoming";
  fs::create_directories(options.server.spool);
  if (c.words.has("tsa-certificate")) {
    options.tsa_certificate = c.input(c.words.get("tsa-certificate"));
    options.tsa_key = c.input(c.words.get("tsa-key"));
    options.tsa_port = static_cast<std::uint16_t>(c.words.integer("tsa-port", 0, 65535));
  }
  vitam::sandbox::Sandbox sandbox(options, c.clock);
  sandbox.start();
  c.out.say(msg(
      "This sandbox is a rehearsal tool: it answers as a VITAM platform would and preserves nothing. Never "
      "deposit records here that exist nowhere else."));
  // A line that scripts wait for: the servers accept from here on.
  c.out.result(fmt::format("ready https://localhost:{}", sandbox.port()));
  if (sandbox.tsa_port()) c.out.result(fmt::format("ready-tsa http://127.0.0.1:{}/tsa", sandbox.tsa_port()));
  c.out.event("ready", {{"port", sandbox.port()}, {"tsa_port", sandbox.tsa_port()}, {"rehearsal", true}});
  std::fflush(stdout);
  while (!c.stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  sandbox.stop();
  return 0;
}

}  // namespace

std::vector<CommandDef> sandbox_commands() {
  return {
      {.name = "sandbox",
       .summary = mark("run a local stand-in for the platform, and a test time-stamping authority"),
       .details = mark("Receives SIPs over HTTPS with client certificates, unpacks and controls them, "
                       "answers as VITAM does. For rehearsals: "
                       "nothing is preserved. Stops on Ctrl-C."),
       .example = "versoir sandbox --port 8443 --referentials referentials --certificate pki/platform.pem "
                  "--key pki/platform.key "
                  "--client-ca pki/ca.pem",
       .arguments = {},
       .options =
           {{"port", mark("N"), mark("HTTPS port on the loopback interface, 0 = any"), "8443"},
            {"folder", mark("DIR"), mark("where operations are kept"), "sandbox"},
            {"referentials", mark("DIR"), mark("agencies.csv, rules.csv, ingestcontracts.json"),
             "referentials"},
            {"tenant", mark("N"), mark("a tenant it serves"), "0", true},
            {"certificate", mark("FILE"), mark("server certificate, PEM"), "pki/platform.pem"},
            {"key", mark("FILE"), mark("its private key, PEM"), "pki/platform.key"},
            {"client-ca", mark("FILE"), mark("authorities of the client certificates, PEM"), "pki/ca.pem"},
            {"tsa-certificate", mark("FILE"), mark("also answer RFC 3161 requests with this certificate")},
            {"tsa-key", mark("FILE"), mark("its private key, PEM")},
            {"tsa-port", mark("N"), mark("HTTP port of the time-stamping authority, 0 = any"), "0"},
            {"script", mark("FILE"),
             mark("failures on demand, in JSON: which request, when, and what goes wrong. Read again "
                  "whenever it "
                  "changes")},
            {"purge-after", "SECONDS",
             mark(
                 "the process engine then forgets an operation that ended; the logbook and the reply remain"),
             "3600"},
            {"cold", "SECONDS",
             mark("objects lie on a tape: each must be asked for, and can be fetched that long after")},
            {"upload-folder", mark("DIR"),
             mark("take SIPs that were put into this folder; they then go to its done or failed folder")},
            {"force-chunked", nullptr, mark("refuse SIPs that are sent without Transfer-Encoding: chunked")},
            {"fault", mark("KIND"),
             mark("rehearse a failure: the operation stops (fatal), a reply that is no ATR (garbage-atr), "
                  "the connection is cut (drop), the service is closed (unavailable)"),
             nullptr, false, "fatal|garbage-atr|drop|unavailable"}},
       .exits = {Exit::configuration},
       .run = run_sandbox}};
}

}  // namespace versoir::cli
