// See tsa.hpp.
#include "vitam/sandbox/tsa.hpp"

#include "core/file.hpp"
#include "trust/timestamp.hpp"
#include "vitam/sandbox/answers.hpp"

#include <mutex>

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;
using core::ServerRequest;
using core::ServerResponse;

struct TimestampServer::State {
  State(const fs::path& certificate, const fs::path& key, const fs::path& folder, std::uint16_t port)
      : responder(certificate, key, folder / "tsa-serial"),
        server(options(folder, port), [this](ServerRequest& r) { return stamp(r); }) {}

  static core::ServerOptions options(const fs::path& folder, std::uint16_t port) {
    core::ServerOptions o;
    o.port = port;
    o.spool = folder / "incoming";
    return o;
  }

  ServerResponse stamp(const ServerRequest& r) {
    if (r.method != "POST" || path_of(r) != "/tsa") return page(404, "not found");
    if (header_of(r, "Content-Type") != "application/timestamp-query")
      return page(415, "not a time-stamp query");
    const std::string query = r.body_file.empty() ? r.body : core::read_file(r.body_file, 1u << 20);
    ServerResponse response;
    response.headers["Content-Type"] = "application/timestamp-reply";
    const std::scoped_lock lock(mutex);  // one serial number after the other
    response.body = responder.answer(query);
    return response;
  }

  trust::TsaResponder responder;
  std::mutex mutex;
  core::HttpServer server;
};

TimestampServer::TimestampServer(const fs::path& certificate, const fs::path& key, const fs::path& folder,
                                 std::uint16_t port)
    : s_(std::make_unique<State>(certificate, key, folder, port)) {}
TimestampServer::~TimestampServer() = default;
void TimestampServer::start() { s_->server.start(); }
void TimestampServer::stop() { s_->server.stop(); }
std::uint16_t TimestampServer::port() const { return s_->server.port(); }

}  // namespace versoir::vitam::sandbox
