// The HTTP surface of the sandbox: what every request goes through, then the service that its path names.
#include "vitam/sandbox/sandbox.hpp"

#include "core/error.hpp"
#include "vitam/sandbox/access.hpp"
#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/deposits.hpp"
#include "vitam/sandbox/endpoints.hpp"
#include "vitam/sandbox/faults.hpp"
#include "vitam/sandbox/ingest_service.hpp"
#include "vitam/sandbox/logbook.hpp"
#include "vitam/sandbox/operation_service.hpp"
#include "vitam/sandbox/operations.hpp"
#include "vitam/sandbox/referential_import.hpp"
#include "vitam/sandbox/referential_service.hpp"
#include "vitam/sandbox/sanity.hpp"
#include "vitam/sandbox/security.hpp"
#include "vitam/sandbox/tsa.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::Error;
using core::ServerRequest;
using core::ServerResponse;

namespace {

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

Script fixed_script(const Options& options) {
  auto script = options.script;
  if (options.fault.empty()) return script;
  for (auto& rule : Script::of_word(options.fault).rules) script.rules.push_back(std::move(rule));
  return script;
}

ServerResponse no_content() {
  ServerResponse r;
  r.status = 204;
  return r;
}

ServerResponse not_found() { return vitam_error(404, "000200", "sandbox", "Network", "no such resource"); }

}  // namespace

struct Sandbox::State {
  State(Options o, const core::Clock& c)
      : options(std::move(o)),
        clock(c),
        faults(options.script_file, fixed_script(options)),
        operations(options.folder / "operations", check::Referentials::read(options.referentials),
                   options.purge_after, clock),
        deposits(options.folder / "deposits.jsonl"),
        ingest(operations, deposits, options.upload, options.force_chunked, clock),
        security(Security::read(options.referentials)),
        imports(options.referentials, [this] { read_referentials(); }),
        server(server_options(), [this](ServerRequest& r) { return answer(r); }) {
    deposited.try_emplace(options.tenant, operations, options.folder, options.referentials, options.tenant,
                          options.cold, clock);
    for (const auto other : options.more_tenants)
      deposited.try_emplace(other, operations, options.folder / ("tenant-" + std::to_string(other)),
                            options.referentials, other, options.cold, clock);
    if (!options.tsa_certificate.empty())
      tsa = std::make_unique<TimestampServer>(options.tsa_certificate, options.tsa_key, options.folder,
                                              options.tsa_port);
  }

  [[nodiscard]] core::ServerOptions server_options() const {
    auto o = options.server;
    if (o.spool.empty()) o.spool = options.folder / "incoming";
    return o;
  }

  void read_referentials() {
    operations.use(check::Referentials::read(options.referentials));
    auto read = Security::read(options.referentials);
    const std::scoped_lock lock(security_mutex);
    security = std::move(read);
  }

  /// The fault that was asked for, around the true answer.
  ServerResponse answer(const ServerRequest& r) {
    const auto question = question_of(r.method, path_of(r));
    Fault fault;
    try {
      fault = faults.next(question);
    } catch (const Error& e) {
      return vitam_error(500, "000200", "sandbox", "Network", e.what());
    }
    const bool nothing_done = fault.cut == Cut::before || fault.answer;
    if (nothing_done && question == Question::post_ingests) ingest.note_lost(r);
    ServerResponse cut;
    cut.cut = true;
    if (fault.cut == Cut::before) return cut;
    if (fault.answer) return wrong_answer(*fault.answer, clock.now());
    auto given = platform(r, fault);
    given.cut = given.cut || fault.cut == Cut::after;
    return given;
  }

  /// What every request goes through, in VITAM's order.
  ServerResponse platform(const ServerRequest& r, const Fault& fault) {
    const auto path = path_of(r);
    if (path == "/ingest-external/v1/status" || path == "/access-external/v1/status" ||
        path == "/admin-external/v1/status")
      return r.method == "GET" ? no_content() : not_allowed();
    // The tenant is looked at before anything else, and its refusals are not VitamErrors.
    const auto tenant = integer(header_of(r, "X-Tenant-Id"));
    if (!tenant) return page(412, "X-Tenant-Id");
    if (!knows(*tenant)) return page(401, "X-Tenant-Id");
    if (auto refused = refused_by_filters(r)) return std::move(*refused);
    if (auto options_list = answer_options(r)) return std::move(*options_list);
    if (path == "/ingest-external/v1/tenants" || path == "/access-external/v1/tenants" ||
        path == "/admin-external/v1/tenants")
      return r.method == "GET" ? json_answer(200, tenants()) : not_allowed();
    Caller caller{*tenant, {}};
    {
      const std::scoped_lock lock(security_mutex);
      if (auto refused = security.refuse(r, *tenant)) return std::move(*refused);
      caller.context = security.context_of(r);
    }
    return service(r, caller, fault);
  }

  ServerResponse service(const ServerRequest& r, const Caller& caller, const Fault& fault) {
    const auto path = path_of(r);
    const auto tenant = caller.tenant;
    if (path == "/ingest-external/v1/ingests")
      return r.method == "POST" ? ingest.post(r, caller, fault.operation) : not_allowed();
    if (const auto id = id_in(path, "/ingest-external/v1/ingests/", "/archivetransferreply"))
      return r.method == "GET" ? ingest.reply(*id, tenant, fault.reply) : not_allowed();
    if (const auto id = id_in(path, "/ingest-external/v1/ingests/", "/manifests"))
      return r.method == "GET" ? ingest.manifest(*id, tenant) : not_allowed();
    if (auto exported = deposited.at(tenant).answer_export(r)) return std::move(*exported);
    if (auto shown = answer_operations(operations, tenant, r)) return std::move(*shown);
    if (path.starts_with("/access-external/")) return access(r, tenant);
    if (auto shown = deposited.at(tenant).answer(r)) return std::move(*shown);
    if (auto imported = imports.answer(r)) return std::move(*imported);
    if (auto shown = answer_referential(options.referentials, r)) return std::move(*shown);
    return not_found();
  }

  /// An access contract must be named; those of accesscontracts.json, when the folder has it, and no others.
  ServerResponse access(const ServerRequest& r, std::int64_t tenant) {
    const auto contract = header_of(r, "X-Access-Contract-Id");
    if (contract.empty() || !knows_access_contract(options.referentials, contract))
      return vitam_error(401, "020100", "access-external", "Security",
                         "access contract absent, unknown or inactive");
    if (auto logged = answer_logbook(operations, tenant, r)) return std::move(*logged);
    if (auto shown = deposited.at(tenant).answer(r)) return std::move(*shown);
    return not_found();
  }

  [[nodiscard]] bool knows(std::int64_t tenant) const {
    return tenant == options.tenant ||
           std::ranges::find(options.more_tenants, tenant) != options.more_tenants.end();
  }
  [[nodiscard]] core::Json tenants() const {
    core::Json list = core::Json::array({options.tenant});
    for (const auto other : options.more_tenants) list.push_back(other);
    return list;
  }

  Options options;
  const core::Clock& clock;
  Faults faults;
  Operations operations;
  std::map<std::int64_t, Access> deposited;  ///< of each tenant
  Deposits deposits;
  IngestService ingest;
  std::mutex security_mutex;
  Security security;
  ReferentialImport imports;
  core::HttpServer server;
  std::unique_ptr<TimestampServer> tsa;
};

Sandbox::Sandbox(Options options, const core::Clock& clock)
    : s_(std::make_unique<State>(std::move(options), clock)) {}

Sandbox::~Sandbox() { stop(); }

void Sandbox::start() {
  s_->server.start();
  if (s_->tsa) s_->tsa->start();
}

std::uint16_t Sandbox::port() const { return s_->server.port(); }
std::uint16_t Sandbox::tsa_port() const { return s_->tsa ? s_->tsa->port() : 0; }
std::map<std::string, Received> Sandbox::received() const { return s_->deposits.counts(); }
void Sandbox::play(Script script) { s_->faults.play(std::move(script)); }

void Sandbox::stop() {
  s_->faults.stop();
  s_->server.stop();
  if (s_->tsa) s_->tsa->stop();
}

}  // namespace versoir::vitam::sandbox
