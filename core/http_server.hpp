// The one HTTP server (Boost.Beast): sandbox over TLS with client certificates; consultation and test TSA in
// clear on the loopback interface, or on a Unix socket behind a reverse proxy.
#pragma once
#include "core/http_client.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace versoir::core {

struct ServerRequest {
  std::string method, target;  ///< target with its query
  Headers headers;
  std::string body;  ///< bodies up to 1 MiB
  std::filesystem::path
      body_file;               ///< larger or octet-stream bodies are spooled here; the handler may move it
  std::string client_subject;  ///< of the TLS client certificate, "" without
  std::string client_fingerprint;  ///< its SHA-256, lower-case hexadecimal
  /// Account of the program at the other end of a Unix socket, as the kernel says it (SO_PEERCRED).
  std::optional<std::uint32_t> peer_uid = {};
};
struct ServerResponse {
  int status = 200;
  Headers headers;
  std::string body;
  bool cut = false;                      ///< close the connection without answering: rehearsal of a failure
  std::filesystem::path body_file = {};  ///< sent instead of `body`, in pieces
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  ///< 0 = any free port
  /// A Unix socket instead of address and port, without TLS: made with mode 0660, removed by stop(). One that
  /// a program left behind is replaced; one where a program answers is not.
  std::filesystem::path socket = {};
  bool tls = false;
  std::filesystem::path certificate, key, client_ca;  ///< TLS: a client certificate is then required
  std::filesystem::path spool;                        ///< folder for large bodies
  std::uint64_t body_limit = 4ull << 30;
  std::chrono::milliseconds idle_most{120'000};  ///< a connection on which nothing moves is ended
  std::chrono::milliseconds sweep_every{1'000};  ///< how often that is looked at
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// Serves until stop(); one thread per connection, handler called concurrently. A handler that throws gives
/// 500.
class HttpServer {
 public:
  using Handler = std::function<ServerResponse(ServerRequest&)>;
  HttpServer(ServerOptions options, Handler handler);
  ~HttpServer();  ///< stops
  /// Binds and starts accepting in the background. Throws Error(Exit::configuration) when the port or the
  /// socket is taken.
  void start();
  [[nodiscard]] std::uint16_t port() const;
  void stop();

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::core
