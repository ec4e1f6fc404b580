// The HTTP surface of the sandbox: VITAM's paths, headers, statuses and error bodies.
#include "vitam/sandbox/sandbox.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "trust/timestamp.hpp"
#include "vitam/sandbox/access.hpp"
#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/logbook.hpp"
#include "vitam/sandbox/operations.hpp"
#include "vitam/sandbox/referential_service.hpp"
#include "vitam/sandbox/reply.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <mutex>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;
using core::ServerRequest;
using core::ServerResponse;

namespace {

constexpr std::array<std::string_view, 4> faults{"fatal", "garbage-atr", "drop", "unavailable"};

ServerResponse page(int status, std::string_view words) {
  ServerResponse r;
  r.status = status;
  r.headers["Content-Type"] = "text/html";
  r.body = "<html><body>" + std::string(words) + "</body></html>";
  return r;
}

std::string header(const ServerRequest& r, const std::string& name) {
  const auto at = r.headers.find(name);
  return at == r.headers.end() ? std::string() : core::trim(at->second.substr(0, at->second.find(',')));
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

bool is_id(std::string_view id) {
  return id.size() == 36 && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

/// The piece between `before` and `after`, when the path has this shape.
std::optional<std::string> id_in(std::string_view path, std::string_view before, std::string_view after) {
  if (!path.starts_with(before) || !path.ends_with(after) || path.size() < before.size() + after.size())
    return std::nullopt;
  std::string id(path.substr(before.size(), path.size() - before.size() - after.size()));
  return id.find('/') == std::string::npos ? std::optional(id) : std::nullopt;
}

void state_headers(ServerResponse& r, const OperationState& s) {
  r.headers["X-Global-Execution-State"] = s.state;
  r.headers["X-Global-Execution-Status"] = s.status;
  r.headers["X-Context-Id"] = s.context == "BLANK_TEST" ? "INGEST_TEST" : "INGEST";
}

}  // namespace

struct Sandbox::State {
  State(Options o, const core::Clock& c)
      : options(std::move(o)),
        clock(c),
        operations(options.folder / "operations", check::Referentials::read(options.referentials),
                   options.fault, clock),
        deposited(operations, options.folder, options.referentials, options.tenant, clock),
        server(server_options(), [this](ServerRequest& r) { return answer(r); }) {
    if (!options.tsa_certificate.empty()) start_timestamps();
  }

  [[nodiscard]] core::ServerOptions server_options() const {
    auto o = options.server;
    if (o.spool.empty()) o.spool = options.folder / "incoming";
    return o;
  }

  void start_timestamps() {
    responder = std::make_unique<trust::TsaResponder>(options.tsa_certificate, options.tsa_key,
                                                      options.folder / "tsa-serial");
    core::ServerOptions o;
    o.port = options.tsa_port;
    o.spool = options.folder / "incoming";
    tsa = std::make_unique<core::HttpServer>(o, [this](ServerRequest& r) { return stamp(r); });
  }

  ServerResponse stamp(const ServerRequest& r) {
    if (r.method != "POST" || path_of(r) != "/tsa") return page(404, "not found");
    if (header(r, "Content-Type") != "application/timestamp-query")
      return page(415, "not a time-stamp query");
    const std::string query = r.body_file.empty() ? r.body : core::read_file(r.body_file, 1u << 20);
    ServerResponse response;
    response.headers["Content-Type"] = "application/timestamp-reply";
    const std::scoped_lock lock(tsa_mutex);  // one serial number after the other
    response.body = responder->answer(query);
    return response;
  }

  static std::string_view path_of(const ServerRequest& r) {
    return std::string_view(r.target).substr(0, r.target.find('?'));
  }

  ServerResponse answer(ServerRequest& r) {
    if (options.fault == "unavailable") return page(503, "Service Unavailable");
    const auto path = path_of(r);
    if (path == "/ingest-external/v1/status" || path == "/access-external/v1/status" ||
        path == "/admin-external/v1/status")
      return r.method == "GET" ? no_content() : not_allowed();
    // The tenant is looked at before anything else, and its refusals are not VitamErrors.
    const auto tenant = integer(header(r, "X-Tenant-Id"));
    if (!tenant) return page(412, "X-Tenant-Id");
    if (*tenant != options.tenant) return page(401, "X-Tenant-Id");
    if (path == "/ingest-external/v1/ingests") return r.method == "POST" ? ingest(r) : not_allowed();
    if (const auto id = id_in(path, "/ingest-external/v1/ingests/", "/archivetransferreply"))
      return r.method == "GET" ? product(*id, operations.reply(*id)) : not_allowed();
    if (const auto id = id_in(path, "/ingest-external/v1/ingests/", "/manifests"))
      return r.method == "GET" ? product(*id, operations.manifest(*id)) : not_allowed();
    if (const auto id = id_in(path, "/admin-external/v1/operations/", ""))
      return r.method == "GET" || r.method == "HEAD" ? operation(*id) : not_allowed();
    if (path.starts_with("/access-external/")) return access(r);
    if (auto shown = deposited.answer(r)) return std::move(*shown);
    if (auto shown = answer_referential(options.referentials, r)) return std::move(*shown);
    return vitam_error(404, "000200", "sandbox", "Network", "no such resource");
  }

  /// An access contract must be named; those of accesscontracts.json, when the folder has it, and no others.
  ServerResponse access(const ServerRequest& r) {
    const auto contract = header(r, "X-Access-Contract-Id");
    if (contract.empty() || !knows_access_contract(options.referentials, contract))
      return vitam_error(401, "020100", "access-external", "Security",
                         "access contract absent, unknown or inactive");
    if (auto logged = answer_logbook(operations, options.tenant, r)) return std::move(*logged);
    if (auto shown = deposited.answer(r)) return std::move(*shown);
    return vitam_error(404, "000200", "sandbox", "Network", "no such resource");
  }

  static ServerResponse no_content() {
    ServerResponse r;
    r.status = 204;
    return r;
  }
  static ServerResponse not_allowed() {
    return vitam_error(405, "000200", "sandbox", "Network", "method not allowed");
  }

  ServerResponse ingest(ServerRequest& r) {
    if (header(r, "Content-Type") != "application/octet-stream")
      return vitam_error(415, "000200", "ingest-external", "Network",
                         "only application/octet-stream is taken");
    if (const auto action = header(r, "X-Action"); action != "RESUME" && action != "NEXT")
      return vitam_error(412, "040101", "ingest-external", "Business", "X-Action must be RESUME or NEXT");
    const auto context = header(r, "X-Context-Id");
    if (!check::parse_workflow(context)) return unknown_workflow();
    const auto algorithm = header(r, "X-Manifest-Digest-Algo"), value = header(r, "X-Manifest-Digest-Value");
    std::optional<std::string> digest;
    if (!algorithm.empty() || !value.empty()) digest = algorithm + ':' + value;
    const auto id = operations.add(r.body_file, context, digest, header(r, "X-Application-Id"));
    ServerResponse response;
    response.status = 202;
    response.cut = options.fault == "drop";
    response.headers["X-Request-Id"] = id;
    response.headers["X-Global-Execution-State"] = "PAUSE";
    response.headers["X-Global-Execution-Status"] = "UNKNOWN";
    return response;
  }

  ServerResponse unknown_workflow() const {
    ServerResponse r;
    const auto id = Operations::new_id();
    r.status = 503;
    r.headers["Content-Type"] = "application/xml";
    r.headers["X-Request-Id"] = id;
    r.headers["X-Global-Execution-State"] = "COMPLETED";
    r.headers["X-Global-Execution-Status"] = "FATAL";
    r.body = reply_for_unknown_workflow(id, clock.now());
    return r;
  }

  static ServerResponse product(const std::string& id, std::optional<std::string> bytes) {
    if (!is_id(id))
      return vitam_error(412, "040101", "ingest-external", "Business", "not an operation identifier");
    if (!bytes) return vitam_error(404, "040102", "ingest-external", "IO", "not available");
    ServerResponse r;
    r.headers["Content-Type"] = "application/octet-stream";
    r.body = std::move(*bytes);
    return r;
  }

  ServerResponse operation(const std::string& id) const {
    if (!is_id(id))
      return vitam_error(412, "020121", "access-external", "Business", "not an operation identifier");
    auto state = operations.find(id);
    if (!state) state = deposited.exported(id);
    if (!state) return vitam_error(404, "040109", "access-external", "Business", "no such operation");
    const core::Json item{{"itemId", id},
                          {"globalState", state->state},
                          {"globalStatus", state->status},
                          {"message", state->context}};
    ServerResponse r;
    r.status = state->state == "COMPLETED" ? 200 : 202;
    state_headers(r, *state);
    r.headers["Content-Type"] = "application/json";
    r.body = core::Json{{"httpCode", r.status},
                        {"$hits", {{"total", 1}, {"offset", 0}, {"limit", 1}, {"size", 1}}},
                        {"$results", core::Json::array({item})},
                        {"$context", core::Json::object()}}
                 .dump();
    return r;
  }

  Options options;
  const core::Clock& clock;
  Operations operations;
  Access deposited;
  std::unique_ptr<trust::TsaResponder> responder;
  std::mutex tsa_mutex;
  core::HttpServer server;
  std::unique_ptr<core::HttpServer> tsa;
};

Sandbox::Sandbox(Options options, const core::Clock& clock) {
  if (!options.fault.empty() && std::find(faults.begin(), faults.end(), options.fault) == faults.end())
    throw Error(Exit::usage, msg("the sandbox knows no failure \"{0}\"", options.fault))
        .hint(msg("fatal, garbage-atr, drop, unavailable"));
  s_ = std::make_unique<State>(std::move(options), clock);
}

Sandbox::~Sandbox() { stop(); }

void Sandbox::start() {
  s_->server.start();
  if (s_->tsa) s_->tsa->start();
}

std::uint16_t Sandbox::port() const { return s_->server.port(); }
std::uint16_t Sandbox::tsa_port() const { return s_->tsa ? s_->tsa->port() : 0; }

void Sandbox::stop() {
  s_->server.stop();
  if (s_->tsa) s_->tsa->stop();
}

}  // namespace versoir::vitam::sandbox
