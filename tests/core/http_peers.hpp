// Peers of an HTTP client or server over the loopback interface: a server that remembers what it saw, raw
// sockets, and certificates made by openssl.
#pragma once
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/http_client.hpp"
#include "core/http_server.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace versoir::tests::peers {

using namespace core;
namespace fs = std::filesystem;

inline constexpr std::string_view to_the_end("\0never", 6);  ///< for read_until: what no peer sends

inline void must_run(const std::string& command) {
  INFO(command);
  REQUIRE(std::system((command + " > /dev/null 2>&1").c_str()) == 0);
}

/// An authority with a server and a client certificate; another authority that signed nothing of use.
struct Certificates {
  explicit Certificates(const fs::path& d) : dir(d) {
    authority("ca");
    authority("other");
    leaf("server", "ca", "subjectAltName=IP:127.0.0.1,DNS:localhost");
    leaf("client", "ca", "extendedKeyUsage=clientAuth");
    leaf("stranger", "other", "extendedKeyUsage=clientAuth");
    must_run("openssl pkcs12 -export -in " + file("client.pem") + " -inkey " + file("client.key") + " -out " +
             file("client.p12") + " -passout pass:secret");
  }
  [[nodiscard]] std::string file(const std::string& name) const { return (dir / name).string(); }

 private:
  void authority(const std::string& name) const {
    must_run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=" +
             name + " -keyout " + file(name + ".key") + " -out " + file(name + ".pem"));
  }
  void leaf(const std::string& name, const std::string& issuer, const std::string& extension) const {
    write_file(dir / (name + ".ext"), extension + "\n");
    must_run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=Test/CN=" + name +
             " -keyout " + file(name + ".key") + " -out " + file(name + ".csr"));
    must_run("openssl x509 -req -days 2 -in " + file(name + ".csr") + " -CA " + file(issuer + ".pem") +
             " -CAkey " + file(issuer + ".key") + " -CAcreateserial -extfile " + file(name + ".ext") +
             " -out " + file(name + ".pem"));
  }
  fs::path dir;
};

/// A server that answers with what it saw, and remembers it.
struct Echo {
  explicit Echo(ServerOptions options)
      : server(std::move(options), [this](ServerRequest& r) {
          const std::scoped_lock lock(mutex);
          seen.push_back(r);
          if (!r.body_file.empty()) {
            digest = digest_file(r.body_file);
            spooled = r.body_file;
          }
          if (r.target == "/boom") throw std::runtime_error("a secret reason");
          if (r.target == "/empty") return ServerResponse{204, {}, "", false};
          if (r.target == "/redirect")
            return ServerResponse{302, {{"Location", "http://127.0.0.1:1/x"}}, "", false};
          return ServerResponse{
              200, {{"X-Method", r.method}}, r.method + ' ' + r.target + '\n' + r.body, r.target == "/cut"};
        }) {
    server.start();
  }
  std::string url(bool tls, const std::string& target) const {
    return (tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(server.port()) + target;
  }
  std::mutex mutex;
  std::vector<ServerRequest> seen;
  FileDigest digest;
  fs::path spooled;
  HttpServer server;
};

inline ServerOptions plain(const fs::path& spool = {}) {
  ServerOptions o;
  o.spool = spool;
  return o;
}

inline ServerOptions secure(const Certificates& c, const fs::path& spool) {
  ServerOptions o;
  o.tls = true;
  o.certificate = c.file("server.pem");
  o.key = c.file("server.key");
  o.client_ca = c.file("ca.pem");
  o.spool = spool;
  return o;
}

inline TlsClientOptions client_of(const Certificates& c) {
  TlsClientOptions o;
  o.ca = c.file("ca.pem");
  o.certificate = c.file("client.pem");
  o.key = c.file("client.key");
  return o;
}

inline HttpRequest request(std::string method, std::string url, std::string body = {}) {
  HttpRequest r;
  r.method = std::move(method);
  r.url = std::move(url);
  r.body = std::move(body);
  return r;
}

inline Exit failure(HttpClient& client, const HttpRequest& r, std::string* text = nullptr) {
  try {
    client.perform(r);
    return Exit::ok;
  } catch (const Error& e) {
    if (text) *text = e.message().english();
    return e.code();
  }
}

/// A raw listening socket that gives one connection to `act`.
class RawServer {
 public:
  explicit RawServer(std::function<void(int)> act)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_.get(), 4) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, act = std::move(act)] {
      const UniqueFd fd(::accept(listener_.get(), nullptr, nullptr));
      if (fd) act(fd.get());
    });
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/x"; }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

inline std::string read_until(int fd, std::string_view end) {
  std::string got;
  char piece[4096];
  while (got.find(end) == std::string::npos) {
    const ssize_t n = ::read(fd, piece, sizeof piece);
    if (n <= 0) break;
    got.append(piece, static_cast<std::size_t>(n));
  }
  return got;
}

inline void send_text(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// Sends bytes to a port and gives all that comes back until the peer closes.
inline std::string raw_exchange(std::uint16_t port, std::string_view bytes) {
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  send_text(fd.get(), bytes);
  ::shutdown(fd.get(), SHUT_WR);
  return read_until(fd.get(), to_the_end);
}

inline fs::path big_file(const fs::path& dir, std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t x = 12345;
  for (auto& c : bytes) {
    x = x * 1664525u + 1013904223u;
    c = static_cast<char>(x >> 24);
  }
  write_file(dir / "big", bytes);
  return dir / "big";
}

}  // namespace versoir::tests::peers
