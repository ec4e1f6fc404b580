// See ingest_service.hpp.
#include "vitam/sandbox/ingest_service.hpp"

#include "check/checker.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "vitam/sandbox/answers.hpp"
#include "vitam/sandbox/reply.hpp"
#include "vitam/sandbox/sanity.hpp"
#include "vitam/sandbox/stored_sip.hpp"

#include <utility>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::ServerRequest;
using core::ServerResponse;

namespace {

constexpr std::string_view ingest_external = "ingest-external";

/// An operation that came to nothing has its number and its state all the same.
void add_failed_operation(ServerResponse& r) {
  r.headers["X-Request-Id"] = Operations::new_id();
  r.headers["X-Global-Execution-State"] = "COMPLETED";
  r.headers["X-Global-Execution-Status"] = "FATAL";
}

ServerResponse not_available() { return vitam_error(404, "040102", ingest_external, "IO", "not available"); }

ServerResponse as_bytes(std::string body) {
  ServerResponse r;
  r.headers["Content-Type"] = "application/octet-stream";
  r.body = std::move(body);
  return r;
}

std::optional<std::string> digest_in(const ServerRequest& r) {
  const auto algorithm = header_of(r, "X-Manifest-Digest-Algo"),
             value = header_of(r, "X-Manifest-Digest-Value");
  if (algorithm.empty() && value.empty()) return std::nullopt;
  return algorithm + ':' + value;
}

/// {"path": "name"}
std::string local_name(const ServerRequest& r) {
  try {
    return core::text_of(core::parse_json(body_of(r), "body"), "path");
  } catch (const core::Error&) {
    return {};
  }
}

/// Into a folder beside, over what an earlier ingest of that name left there.
void put_away(const fs::path& file, const char* folder) {
  fs::create_directories(file.parent_path() / folder);
  fs::rename(file, file.parent_path() / folder / file.filename());
}

}  // namespace

IngestService::IngestService(Operations& operations, Deposits& deposits, fs::path upload, bool force_chunked,
                             const core::Clock& clock)
    : operations_(operations),
      deposits_(deposits),
      upload_(std::move(upload)),
      force_chunked_(force_chunked),
      clock_(clock) {}

/// What VITAM looks at before the bytes.
std::optional<ServerResponse> IngestService::refuse(const ServerRequest& r) const {
  if (force_chunked_ && header_of(r, "Transfer-Encoding") != "chunked")
    return insane("Transfer-Encoding: chunked is imposed");
  const auto type = header_of(r, "Content-Type");
  if (type != "application/octet-stream" && type != "application/json")
    return vitam_error(415, "000200", ingest_external, "Network", "only application/octet-stream is taken");
  if (const auto action = header_of(r, "X-Action"); action != "RESUME" && action != "NEXT")
    return vitam_error(412, "040101", ingest_external, "Business", "X-Action must be RESUME or NEXT");
  return std::nullopt;
}

void IngestService::note_lost(const ServerRequest& r) {
  if (!r.body_file.empty())
    deposits_.note(message_identifier_of(r.body_file), {}, fs::file_size(r.body_file));
}

ServerResponse IngestService::post(const ServerRequest& r, const Caller& caller,
                                   const std::optional<OperationFault>& fault) {
  if (auto refused = refuse(r)) return std::move(*refused);
  if (header_of(r, "Content-Type") == "application/json") return local(r, caller, fault);
  return take(r, r.body_file, caller, fault);
}

ServerResponse IngestService::take(const ServerRequest& r, const fs::path& sip, const Caller& caller,
                                   const std::optional<OperationFault>& fault) {
  const auto identifier = message_identifier_of(sip);
  const auto bytes = fs::file_size(sip);
  ServerResponse response;
  const auto context = header_of(r, "X-Context-Id");
  if (!check::parse_workflow(context)) {
    deposits_.note(identifier, {}, bytes);
    return unknown_workflow();
  }
  const auto id = operations_.add({sip, context, digest_in(r), header_of(r, "X-Application-Id"),
                                   caller.tenant, header_of(r, "X-Action") == "NEXT", fault, caller.context});
  deposits_.note(identifier, id, bytes);
  response.status = 202;
  response.headers["X-Request-Id"] = id;
  response.headers["X-Global-Execution-State"] = "PAUSE";
  response.headers["X-Global-Execution-Status"] = "UNKNOWN";
  return response;
}

/// The file stays where it is until it was handed over; then it goes to done/ or to failed/.
ServerResponse IngestService::local(const ServerRequest& r, const Caller& caller,
                                    const std::optional<OperationFault>& fault) {
  const auto name = local_name(r);
  if (!is_safe_name(name)) {
    auto refused =
        vitam_error(400, "040111", ingest_external, "Business", "path: one safe name of the upload folder");
    add_failed_operation(refused);
    return refused;
  }
  const auto file = upload_ / name;
  std::error_code gone;
  if (upload_.empty() || !fs::is_regular_file(fs::symlink_status(file, gone))) {
    auto missing =
        vitam_error(500, "040110", ingest_external, "Business", "the file is missing or cannot be read");
    auto body = core::parse_json(missing.body, "answer");
    body["httpCode"] = 400;  // VITAM's own: the body does not say what the status line says
    missing.body = body.dump();
    add_failed_operation(missing);
    return missing;
  }
  fs::create_directories(upload_ / "done");
  const auto copy = upload_ / "done" / ('.' + Operations::new_id());
  fs::copy_file(file, copy);
  auto response = take(r, copy, caller, fault);
  fs::remove(copy, gone);  // nothing took it
  put_away(file, response.status == 202 ? "done" : "failed");
  return response;
}

ServerResponse IngestService::unknown_workflow() const {
  ServerResponse r;
  const auto id = Operations::new_id();
  r.status = 503;
  r.headers["Content-Type"] = "application/xml";
  add_failed_operation(r);
  r.headers["X-Request-Id"] = id;
  r.body = reply_for_unknown_workflow(id, clock_.now());
  return r;
}

ServerResponse IngestService::reply(const std::string& id, std::int64_t tenant, WrongReply wrong) const {
  if (!is_id(id))
    return vitam_error(412, "040101", ingest_external, "Business", "not an operation identifier");
  if (!operations_.is_of(id, tenant) || wrong == WrongReply::missing) return not_available();
  auto reply = operations_.reply(id);
  if (!reply) return not_available();
  if (wrong == WrongReply::garbage) return as_bytes("<html><body>502 Bad Gateway");
  if (wrong == WrongReply::truncated) return as_bytes(reply->substr(0, reply->size() / 2));
  if (wrong == WrongReply::other) {
    if (auto another = operations_.reply_of_another(id)) return as_bytes(std::move(*another));
    return as_bytes(reply_for_unknown_workflow(Operations::new_id(), clock_.now()));
  }
  return as_bytes(std::move(*reply));
}

ServerResponse IngestService::manifest(const std::string& id, std::int64_t tenant) const {
  if (!is_id(id))
    return vitam_error(412, "040101", ingest_external, "Business", "not an operation identifier");
  auto manifest = operations_.is_of(id, tenant) ? operations_.manifest(id) : std::nullopt;
  return manifest ? as_bytes(std::move(*manifest)) : not_available();
}

}  // namespace versoir::vitam::sandbox
