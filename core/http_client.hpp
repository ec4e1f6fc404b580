// HTTP client port and its libcurl implementation.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

/// Header names compare without case.
struct CaseLess {
  bool operator()(std::string_view a, std::string_view b) const noexcept;
};
using Headers = std::map<std::string, std::string, CaseLess>;

struct HttpRequest {
  std::string method = "GET", url;
  Headers headers;
  std::string body;  ///< sent with its Content-Length, also on GET (VITAM's queries need it)
  /// When set, the body is streamed from this descriptor, chunked, with Expect: 100-continue; `body_size`
  /// only feeds the progress. `on_sent` sees each piece before it leaves (the caller hashes it), then an
  /// empty one before the body is ended: what it throws keeps the body from ever being whole at the peer.
  int body_fd = -1;
  std::uint64_t body_size = 0;
  std::function<void(std::string_view)> on_sent;
  /// When set, takes the body of an answer 2xx piece by piece instead of HttpResponse::body; other answers
  /// stay there. What it throws ends the transfer.
  std::function<void(std::string_view)> on_received;
  std::chrono::seconds timeout{60};           ///< 0 = none; streamed bodies use a low-speed guard instead
  std::uint64_t response_limit = 1ull << 30;  ///< of the body, kept or streamed
};

struct HttpResponse {
  int status = 0;
  Headers headers;
  std::string body;
  [[nodiscard]] std::string header(std::string_view name) const;  ///< "" when absent
};

/// Failures are Error: Exit::platform_unreachable when no byte of the body had left (safe to retry),
/// Exit::transfer_in_doubt when some had. HTTP statuses are not failures here.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual HttpResponse perform(const HttpRequest& request) = 0;
};

/// TLS of one peer. Verification cannot be switched off. TLS 1.2 at least.
struct TlsClientOptions {
  std::filesystem::path ca;  ///< PEM anchors; empty = system bundle
  std::string ca_bytes;      ///< content of `ca`, when it was read and judged before: then this counts
  std::filesystem::path certificate, key;  ///< client certificate in PEM, or PKCS#12 in `certificate`
  std::string key_password;
  /// Instead of the two above: puts certificate and key into the SSL_CTX (OpenSSL) of each new connection,
  /// for keys that no file holds. What it throws comes out of perform().
  std::function<void(void* ssl_context)> client_key;
  std::string proxy;  ///< http://host:port, a tunnel (CONNECT) to https peers; "" = as the environment says
  std::chrono::seconds connect_timeout{15};
};
[[nodiscard]] std::unique_ptr<HttpClient> make_curl_client(TlsClientOptions options);

}  // namespace versoir::core
