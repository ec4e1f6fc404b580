// What the platform gives back: objects, their digests verified as they come, and DIPs. See access.hpp.
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "vitam/access.hpp"
#include "vitam/exchange.hpp"
#include "vitam/refused.hpp"

namespace versoir::vitam {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr int cold_storage = 460;
constexpr const char* octet_stream = "application/octet-stream";

/// What a digest of the group can be compared with.
class ObjectDigest {
 public:
  explicit ObjectDigest(std::string algorithm) : algorithm_(std::move(algorithm)) {}
  void add(std::string_view piece) {
    sha512_.update(piece);
    if (algorithm_ == "SHA-256") sha256_.update(piece);
    size_ += piece.size();
  }
  [[nodiscard]] ReceivedObject take() {
    ReceivedObject r;
    r.sha512 = sha512_.finish().hex();
    r.size = size_;
    if (algorithm_ == "SHA-512") r.digest = r.sha512;
    if (algorithm_ == "SHA-256") r.digest = sha256_.finish().hex();
    return r;
  }

 private:
  std::string algorithm_;
  core::Sha512Hasher sha512_;
  core::Sha256Hasher sha256_;
  std::uint64_t size_ = 0;
};

}  // namespace

ReceivedObject Access::receive_object(const std::string& unit, const ObjectVersion& version,
                                      const std::function<void(std::string_view)>& consume) {
  auto r = ask("GET", "/access-external/v1/units/" + path_segment(unit) + "/objects");
  r.headers["Accept"] = octet_stream;
  r.headers["X-Qualifier"] = version.usage;
  r.headers["X-Version"] = std::to_string(version.version);
  r.response_limit = ~std::uint64_t{0};
  ObjectDigest digest(version.algorithm);
  r.on_received = [&](std::string_view piece) {
    digest.add(piece);
    consume(piece);
  };
  const auto response = http_.perform(r);
  if (response.status == 200) return digest.take();
  const auto name = version.usage + '_' + std::to_string(version.version);
  if (response.status == cold_storage)
    throw Error(Exit::temporary,
                msg("The object {0} of {1} is on a storage that cannot give it at once (HTTP {2}).", name,
                    unit, cold_storage))
        .hint(msg("versoir vitam object --wait asks the platform to make it ready, waits for it and fetches "
                  "it."));
  if (response.status == 404)
    throw Error(Exit::not_found, msg("The platform has no object {0} of {1} to give.", name, unit));
  throw_refused(msg("while fetching the object {0} of {1}", name, unit), response);
}

namespace {

constexpr const char* requests_path = "/access-external/v1/accessRequests";

Json reference_of(const AccessRequest& request) {
  return {{"accessRequestId", request.id}, {"storageStrategyId", request.strategy}};
}

}  // namespace

std::optional<AccessRequest> Access::request_object(const std::string& unit, const ObjectVersion& version) {
  auto r = ask("POST", "/access-external/v1/units/" + path_segment(unit) + "/objects/accessRequests",
               Json::object());
  r.headers["X-Qualifier"] = version.usage;
  r.headers["X-Version"] = std::to_string(version.version);
  const auto response = http_.perform(r);
  if (response.status != 200)
    throw_refused(msg("while asking for {0} of {1} to be made ready", version.usage, unit), response);
  const auto answer = core::parse_json(response.body, r.url, Exit::reply_unreadable);
  const auto& results = results_of(answer, r.url);
  if (results.empty()) return std::nullopt;
  AccessRequest request{core::text_of(results.front(), "accessRequestId"),
                        core::text_of(results.front(), "storageStrategyId")};
  if (request.id.empty() || request.strategy.empty() || !is_plain_value(request.id) ||
      !is_plain_value(request.strategy))
    throw Error(Exit::reply_unreadable, msg("{0}: the answer names no access request.", r.url));
  return request;
}

std::string Access::state_of(const AccessRequest& request) {
  const auto r = ask("GET", requests_path, Json::array({reference_of(request)}));
  const auto response = http_.perform(r);
  if (response.status != 200)
    throw_refused(msg("while asking for the access request {0}", request.id), response);
  const auto answer = core::parse_json(response.body, r.url, Exit::reply_unreadable);
  for (const auto& one : results_of(answer, r.url)) {
    const auto about = one.find("objectAccessRequest");
    if (about != one.end() && core::text_of(*about, "accessRequestId") == request.id)
      return core::text_of(one, "accessRequestStatus");
  }
  throw Error(Exit::reply_unreadable, msg("{0}: the answer is about other access requests.", r.url));
}

void Access::release(const AccessRequest& request) {
  const auto response = http_.perform(ask("DELETE", requests_path, reference_of(request)));
  if (response.status != 200)
    throw_refused(msg("while releasing the access request {0}", request.id), response);
}

ReceivedObject Access::fetch_object(const std::string& unit, const ObjectVersion& version,
                                    const std::filesystem::path& to) {
  if (version.digest.empty() || (version.algorithm != "SHA-512" && version.algorithm != "SHA-256"))
    throw Error(Exit::evidence_broken,
                msg("The platform declares no digest of {0} that can be verified (algorithm \"{1}\").",
                    version.id, version.algorithm))
        .hint(msg("SHA-512 and SHA-256 are. Nothing was fetched."));
  core::AtomicFile file(to, 0600);
  const auto received = receive_object(unit, version, [&](std::string_view piece) { file.write(piece); });
  if (received.digest != version.digest || (version.size && received.size != *version.size)) {
    Error e(Exit::evidence_broken,
            msg("What the platform gave for {0} is not the object that it declares.", version.id));
    if (version.size && received.size != *version.size)
      std::move(e).because(msg("{0} bytes were received, {1} are declared", received.size, *version.size));
    std::move(e).because(
        msg("{0}: {1} was received, {2} is declared", version.algorithm, received.digest, version.digest));
    throw std::move(e).hint(msg("No file was left. Fetch it again; if it stays so, tell the platform."));
  }
  file.commit();
  return received;
}

OperationId Access::request_dip(const UnitSearch& search, const DipWish& wish) {
  const Json query{{"$roots", Json::array()},
                   {"$query", search.query()},
                   {"$filter", Json::object()},
                   {"$projection", Json::object()}};
  Json order{{"dipExportType", "MINIMAL"},
             {"exportWithLogBookLFC", false},
             {"sedaVersion", wish.seda},
             {"dslRequest", query}};
  if (!wish.usages.empty()) order["dataObjectVersionToExport"] = {{"dataObjectVersions", wish.usages}};
  auto response = http_.perform(ask("POST", "/access-external/v2/dipexport", order));
  // A platform that has the first version only; it knows no choice of usages.
  if (response.status == 404 && wish.usages.empty())
    response = http_.perform(ask("POST", "/access-external/v1/dipexport", query));
  if (response.status != 202) throw_refused(msg("while asking for a DIP"), response);
  const OperationId id{core::trim(response.header("X-Request-Id"))};
  if (!is_operation_id(id.value))
    throw Error(Exit::reply_unreadable, msg("the platform makes a DIP without naming its operation"));
  return id;
}

std::uint64_t Access::fetch_dip(const OperationId& operation, const std::filesystem::path& to) {
  auto r = ask("GET", "/access-external/v1/dipexport/" + path_segment(operation.value) + "/dip");
  r.headers["Accept"] = octet_stream;
  r.response_limit = ~std::uint64_t{0};
  core::AtomicFile file(to, 0600);
  std::string beginning;
  r.on_received = [&](std::string_view piece) {
    if (beginning.size() < 2) beginning += piece.substr(0, 2);
    file.write(piece);
  };
  const auto response = http_.perform(r);
  if (response.status == 404)
    throw Error(Exit::not_found, msg("The platform has no DIP of operation {0} to give.", operation.value))
        .hint(msg("It is not ready yet, or it was purged: platforms keep DIPs for a few days."));
  if (response.status != 200) throw_refused(msg("while fetching the DIP {0}", operation.value), response);
  if (!beginning.starts_with("PK"))
    throw Error(Exit::reply_unreadable,
                msg("What the platform gave for the DIP {0} is not a zip.", operation.value));
  file.commit();
  return file.written();
}

}  // namespace versoir::vitam
