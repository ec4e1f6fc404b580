// HTTP client and server against each other and against raw sockets: real TLS on the loopback interface, with
// certificates made by openssl.
#include "core/activity.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/http_client.hpp"
#include "core/http_server.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <mutex>
#include <poll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace versoir::core;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view to_the_end("\0never", 6);  ///< for read_until: what no peer sends

void must_run(const std::string& command) {
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

ServerOptions plain(const fs::path& spool = {}) {
  ServerOptions o;
  o.spool = spool;
  return o;
}

ServerOptions secure(const Certificates& c, const fs::path& spool) {
  ServerOptions o;
  o.tls = true;
  o.certificate = c.file("server.pem");
  o.key = c.file("server.key");
  o.client_ca = c.file("ca.pem");
  o.spool = spool;
  return o;
}

TlsClientOptions client_of(const Certificates& c) {
  TlsClientOptions o;
  o.ca = c.file("ca.pem");
  o.certificate = c.file("client.pem");
  o.key = c.file("client.key");
  return o;
}

HttpRequest request(std::string method, std::string url, std::string body = {}) {
  HttpRequest r;
  r.method = std::move(method);
  r.url = std::move(url);
  r.body = std::move(body);
  return r;
}

Exit failure(HttpClient& client, const HttpRequest& r, std::string* text = nullptr) {
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

std::string read_until(int fd, std::string_view end) {
  std::string got;
  char piece[4096];
  while (got.find(end) == std::string::npos) {
    const ssize_t n = ::read(fd, piece, sizeof piece);
    if (n <= 0) break;
    got.append(piece, static_cast<std::size_t>(n));
  }
  return got;
}

void send_text(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

/// Sends bytes to a port and gives all that comes back until the peer closes.
std::string raw_exchange(std::uint16_t port, std::string_view bytes) {
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

fs::path big_file(const fs::path& dir, std::size_t size) {
  std::string bytes(size, '\0');
  std::uint32_t x = 12345;
  for (auto& c : bytes) {
    x = x * 1664525u + 1013904223u;
    c = static_cast<char>(x >> 24);
  }
  write_file(dir / "big", bytes);
  return dir / "big";
}

}  // namespace

TEST_CASE("header names compare without case") {
  HttpResponse r;
  r.headers["X-Request-Id"] = "1";
  CHECK(r.header("x-request-ID") == "1");
  CHECK(r.header("none").empty());
}

TEST_CASE("methods, targets, bodies and headers arrive, a body on GET included") {
  Echo echo(plain());
  const auto client = make_curl_client({});
  auto get = request("GET", echo.url(false, "/a?b=c"), "{\"query\":1}");
  get.headers = {{"Content-Type", "application/json"}, {"X-Tenant-Id", "0"}, {"Accept", "application/json"}};
  const auto answer = client->perform(get);
  CHECK(answer.status == 200);
  CHECK(answer.body == "GET /a?b=c\n{\"query\":1}");
  CHECK(answer.header("x-method") == "GET");
  CHECK(echo.seen.at(0).headers.at("x-tenant-id") == "0");
  CHECK(echo.seen.at(0).headers.at("content-type") == "application/json");
  CHECK(client->perform(request("POST", echo.url(false, "/p"), "x")).body == "POST /p\nx");
  CHECK_FALSE(echo.seen.at(1).headers.contains("Content-Type"));
  CHECK(client->perform(request("POST", echo.url(false, "/p"))).body == "POST /p\n");
  CHECK(client->perform(request("PUT", echo.url(false, "/p"), "y")).body == "PUT /p\ny");
  CHECK(client->perform(request("DELETE", echo.url(false, "/p"))).body == "DELETE /p\n");
}

TEST_CASE("HEAD and 204 have no body, and the connection goes on") {
  Echo echo(plain());
  const auto client = make_curl_client({});
  const auto head = client->perform(request("HEAD", echo.url(false, "/h")));
  CHECK(head.status == 200);
  CHECK(head.header("X-Method") == "HEAD");
  CHECK(head.body.empty());
  CHECK(head.header("Content-Length") == "8");  // of the body that GET would have had
  CHECK(client->perform(request("GET", echo.url(false, "/empty"))).status == 204);
  CHECK(client->perform(request("GET", echo.url(false, "/g"))).body == "GET /g\n");
}

TEST_CASE("a handler that throws gives 500 and does not tell why") {
  Echo echo(plain());
  const auto client = make_curl_client({});
  const auto answer = client->perform(request("GET", echo.url(false, "/boom")));
  CHECK(answer.status == 500);
  CHECK(answer.body.find("secret") == std::string::npos);
  CHECK(client->perform(request("GET", echo.url(false, "/g"))).status == 200);
}

TEST_CASE("a handler may cut the connection instead of answering") {
  Echo echo(plain());
  CHECK(failure(*make_curl_client({}), request("POST", echo.url(false, "/cut"), "x")) ==
        Exit::transfer_in_doubt);
  echo.server.stop();
  CHECK(echo.seen.size() == 1);
}

TEST_CASE("a redirect is an answer, not something to follow") {
  Echo echo(plain());
  CHECK(make_curl_client({})->perform(request("GET", echo.url(false, "/redirect"))).status == 302);
}

TEST_CASE("large and binary bodies are spooled to a file that goes away") {
  const TemporaryDirectory dir;
  Echo echo(plain(dir.path() / "spool"));
  const auto client = make_curl_client({});
  const std::string large(3u << 20, 'z');
  CHECK(client->perform(request("POST", echo.url(false, "/large"), large)).status == 200);
  CHECK(echo.digest == FileDigest{sha512(large), large.size()});
  auto small = request("POST", echo.url(false, "/small"), "abc");
  small.headers["Content-Type"] = "application/octet-stream";
  CHECK(client->perform(small).status == 200);
  CHECK(echo.digest == FileDigest{sha512("abc"), 3});
  echo.server.stop();
  CHECK(fs::is_empty(dir.path() / "spool"));
}

TEST_CASE("a 5 MB file goes up in chunks over TLS, seen piece by piece, with the client's identity") {
  const TemporaryDirectory dir;
  const Certificates certificates(dir.path());
  const auto path = big_file(dir.path(), 5'000'000);
  Echo echo(secure(certificates, dir.path() / "spool"));
  for (const bool pkcs12 : {false, true}) {
    auto options = client_of(certificates);
    if (pkcs12) {
      options.certificate = certificates.file("client.p12");
      options.key.clear();
      options.key_password = "secret";
    }
    const auto client = make_curl_client(options);
    const auto fd = open_read(path);
    auto upload = request("POST", echo.url(true, "/up"));
    upload.headers["Content-Type"] = "application/octet-stream";
    upload.body_fd = fd.get();
    Sha512Hasher hasher;
    std::uint64_t size = 0;
    upload.on_sent = [&](std::string_view piece) {
      hasher.update(piece);
      size += piece.size();
    };
    CHECK(client->perform(upload).status == 200);
    CHECK(echo.digest == digest_file(path));
    CHECK(size == 5'000'000);
    CHECK(hasher.finish() == digest_file(path).sha512);
    const auto& seen = echo.seen.back();
    CHECK(seen.headers.at("transfer-encoding") == "chunked");
    CHECK(seen.headers.at("expect") == "100-continue");
    CHECK(seen.client_subject == "CN=client,O=Test");
    must_run("openssl x509 -in " + certificates.file("client.pem") +
             " -noout -fingerprint -sha256 | tr -d : | tr A-F a-f"
             " | grep -q " +
             seen.client_fingerprint);
  }
}

TEST_CASE("a server that another authority certified is refused before anything leaves") {
  const TemporaryDirectory dir;
  const Certificates certificates(dir.path());
  Echo echo(secure(certificates, dir.path() / "spool"));
  auto options = client_of(certificates);
  options.ca = certificates.file("other.pem");
  std::string text;
  CHECK(failure(*make_curl_client(options), request("POST", echo.url(true, "/x"), "data"), &text) ==
        Exit::platform_unreachable);
  CHECK(text.find("127.0.0.1:" + std::to_string(echo.server.port())) != std::string::npos);
  CHECK(echo.seen.empty());
}

TEST_CASE("a client without certificate, or with one of another authority, is not served") {
  const TemporaryDirectory dir;
  const Certificates certificates(dir.path());
  Echo echo(secure(certificates, dir.path() / "spool"));
  TlsClientOptions none;
  none.ca = certificates.file("ca.pem");
  CHECK(failure(*make_curl_client(none), request("GET", echo.url(true, "/x"))) == Exit::platform_unreachable);
  auto stranger = client_of(certificates);
  stranger.certificate = certificates.file("stranger.pem");
  stranger.key = certificates.file("stranger.key");
  CHECK(failure(*make_curl_client(stranger), request("GET", echo.url(true, "/x"))) ==
        Exit::platform_unreachable);
  CHECK(echo.seen.empty());
}

TEST_CASE("protocols older than TLS 1.2 are not spoken") {
  const TemporaryDirectory dir;
  const Certificates certificates(dir.path());
  Echo echo(secure(certificates, dir.path() / "spool"));
  const std::string peer = "openssl s_client -connect 127.0.0.1:" + std::to_string(echo.server.port()) +
                           " -cert " + certificates.file("client.pem") + " -key " +
                           certificates.file("client.key") + " < /dev/null 2>&1 ";
  const auto succeeds = [](const std::string& command) { return std::system(command.c_str()) == 0; };
  CHECK(succeeds(peer + "-tls1_2 | grep -q 'Cipher is ECDHE'"));
  CHECK(succeeds(peer + "-tls1_1 -cipher DEFAULT:@SECLEVEL=0 | grep -q 'Cipher is (NONE)'"));
}

TEST_CASE("a wrong certificate file or password is a matter of configuration") {
  const TemporaryDirectory dir;
  const Certificates certificates(dir.path());
  Echo echo(secure(certificates, dir.path() / "spool"));
  auto options = client_of(certificates);
  options.certificate = certificates.file("client.p12");
  options.key.clear();
  options.key_password = "wrong";
  CHECK(failure(*make_curl_client(options), request("GET", echo.url(true, "/x"))) == Exit::configuration);
  options = client_of(certificates);
  options.ca = certificates.file("none.pem");
  CHECK(failure(*make_curl_client(options), request("GET", echo.url(true, "/x"))) == Exit::configuration);
  // With a client certificate, nothing goes in clear to another machine.
  CHECK(failure(*make_curl_client(client_of(certificates)), request("GET", "http://192.0.2.1/x")) ==
        Exit::configuration);
  auto server = secure(certificates, dir.path() / "spool");
  server.key = certificates.file("client.key");
  HttpServer mismatched(server, [](ServerRequest&) { return ServerResponse{}; });
  CHECK_THROWS_AS(mismatched.start(), Error);
}

TEST_CASE("URLs and headers that cannot be are refused") {
  const auto client = make_curl_client({});
  CHECK(failure(*client, request("GET", "file:///etc/passwd")) == Exit::configuration);
  CHECK(failure(*client, request("GET", "not a url")) == Exit::configuration);
  auto r = request("GET", "http://127.0.0.1:1/");
  r.headers["X-A"] = "a\r\nX-B: b";
  CHECK(failure(*client, r) == Exit::configuration);
  r.headers["X-A"] = "accès";
  CHECK(failure(*client, r) == Exit::configuration);
}

TEST_CASE("nothing listening is unreachable, and safe to try again") {
  std::uint16_t port = 0;
  {
    HttpServer gone({}, [](ServerRequest&) { return ServerResponse{}; });
    gone.start();
    port = gone.port();
  }
  const TemporaryDirectory dir;
  const auto fd = open_read(big_file(dir.path(), 1000));
  auto upload = request("POST", "http://127.0.0.1:" + std::to_string(port) + "/x");
  upload.body_fd = fd.get();
  std::string text;
  CHECK(failure(*make_curl_client({}), upload, &text) == Exit::platform_unreachable);
  CHECK(text.find("127.0.0.1:" + std::to_string(port)) != std::string::npos);
}

TEST_CASE("a connection closed before the body was asked for leaves no doubt") {
  RawServer server([](int fd) { read_until(fd, "\r\n\r\n"); });
  const TemporaryDirectory dir;
  const auto fd = open_read(big_file(dir.path(), 1000));
  auto upload = request("POST", server.url());
  upload.body_fd = fd.get();
  CHECK(failure(*make_curl_client({}), upload) == Exit::platform_unreachable);
}

TEST_CASE("a connection closed in the middle of an upload leaves the transfer in doubt") {
  RawServer server([](int fd) {
    read_until(fd, "\r\n\r\n");
    send_text(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    char piece[100000];
    for (std::size_t got = 0; got < 1'000'000;) {
      const ssize_t n = ::read(fd, piece, sizeof piece);
      if (n <= 0) break;
      got += static_cast<std::size_t>(n);
    }
  });
  const TemporaryDirectory dir;
  const auto fd = open_read(big_file(dir.path(), 20'000'000));
  auto upload = request("POST", server.url());
  upload.body_fd = fd.get();
  CHECK(failure(*make_curl_client({}), upload) == Exit::transfer_in_doubt);
}

TEST_CASE("a connection closed after the whole body, without an answer, leaves the transfer in doubt") {
  RawServer server([](int fd) {
    read_until(fd, "\r\n\r\n");
    send_text(fd, "HTTP/1.1 100 Continue\r\n\r\n");
    read_until(fd, "\r\n0\r\n\r\n");
  });
  const TemporaryDirectory dir;
  const auto fd = open_read(big_file(dir.path(), 1000));
  auto upload = request("POST", server.url());
  upload.body_fd = fd.get();
  CHECK(failure(*make_curl_client({}), upload) == Exit::transfer_in_doubt);
}

TEST_CASE("a refusal that answers the Expect spares the upload and is an answer") {
  RawServer server([](int fd) {
    read_until(fd, "\r\n\r\n");
    send_text(fd, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
    read_until(fd, to_the_end);
  });
  const TemporaryDirectory dir;
  const auto fd = open_read(big_file(dir.path(), 1000));
  auto upload = request("POST", server.url());
  upload.body_fd = fd.get();
  bool left = false;
  upload.on_sent = [&](std::string_view) { left = true; };
  const auto answer = make_curl_client({})->perform(upload);
  CHECK(answer.status == 401);
  CHECK(answer.body == "no");
  CHECK_FALSE(left);
}

TEST_CASE("what on_sent throws stops the upload and comes out unchanged") {
  const TemporaryDirectory dir;
  Echo echo(plain(dir.path() / "spool"));
  const auto fd = open_read(big_file(dir.path(), 5'000'000));
  auto upload = request("POST", echo.url(false, "/x"));
  upload.body_fd = fd.get();
  std::uint64_t size = 0;
  upload.on_sent = [&](std::string_view piece) {
    size += piece.size();
    if (piece.empty()) throw Error(Exit::visa_sip_changed, msg("changed"));
  };
  CHECK(failure(*make_curl_client({}), upload) == Exit::visa_sip_changed);
  echo.server.stop();
  CHECK(echo.seen.empty());  // the end never left: no handler saw a whole body
  CHECK(fs::is_empty(dir.path() / "spool"));
}

TEST_CASE("a question that breaks is safe to ask again, an order is in doubt") {
  for (const auto& [method, expected] :
       {std::pair{"GET", Exit::platform_unreachable}, std::pair{"POST", Exit::transfer_in_doubt}}) {
    RawServer server([](int fd) { read_until(fd, "{}"); });
    CHECK(failure(*make_curl_client({}), request(method, server.url(), "{}")) == expected);
  }
}

TEST_CASE("an answer above the limit is not taken in") {
  Echo echo(plain());
  auto r = request("GET", echo.url(false, "/0123456789"));
  r.response_limit = 10;
  CHECK(failure(*make_curl_client({}), r) == Exit::reply_unreadable);
}

TEST_CASE("the server refuses what it cannot take") {
  ServerOptions options = plain();
  options.body_limit = 2u << 20;
  Echo echo(options);
  const auto port = echo.server.port();
  CHECK(raw_exchange(port, "GARBAGE\r\n\r\n").starts_with("HTTP/1.1 400"));
  CHECK(raw_exchange(port, "GET / HTTP/1.1\r\nX: " + std::string(100000, 'x') + "\r\n\r\n")
            .starts_with("HTTP/1.1 431"));
  CHECK(
      raw_exchange(port, "POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n").starts_with("HTTP/1.1 413"));
  // Without a spool folder, a body above a mebibyte has nowhere to go.
  CHECK(raw_exchange(port, "POST / HTTP/1.1\r\nContent-Length: 1500000\r\n\r\n" + std::string(1500000, 'x'))
            .starts_with("HTTP/1.1 413"));
  CHECK(raw_exchange(port, "POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc").empty());  // cut: no answer
  CHECK(echo.seen.empty());
  CHECK(raw_exchange(port, "GET /ok HTTP/1.0\r\n\r\n").find("GET /ok") != std::string::npos);
}

TEST_CASE("the server answers Expect before the body comes, and keeps the connection") {
  Echo echo(plain());
  const auto got =
      raw_exchange(echo.server.port(),
                   "POST /a HTTP/1.1\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
                   "GET /b HTTP/1.1\r\n\r\n");
  CHECK(got.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"));
  CHECK(got.find("POST /a\nabcde") != std::string::npos);
  CHECK(got.find("GET /b\n") != std::string::npos);
}

TEST_CASE("stop ends idle connections and frees the port, a taken port is a matter of configuration") {
  auto echo = std::make_unique<Echo>(plain());
  const auto client = make_curl_client({});
  CHECK(client->perform(request("GET", echo->url(false, "/g"))).status == 200);  // leaves a connection open
  ServerOptions same = plain();
  same.port = echo->server.port();
  HttpServer second(same, [](ServerRequest&) { return ServerResponse{}; });
  try {
    second.start();
    FAIL("started");
  } catch (const Error& e) {
    CHECK(e.code() == Exit::configuration);
  }
  echo.reset();
  HttpServer third(same, [](ServerRequest&) { return ServerResponse{}; });
  third.start();
  CHECK(third.port() == same.port);
}

TEST_CASE("a connection inside a handler is not idle, however long that takes, nor just after") {
  using namespace std::chrono_literals;
  const Activity::Time start{};
  Activity activity(start);
  CHECK_FALSE(activity.idle(start + 120s, 120s));
  CHECK(activity.idle(start + 121s, 120s));
  activity.begin_work();
  CHECK_FALSE(activity.idle(start + 1000h, 120s));
  activity.progress(start + 1000h);  // the handler is done
  CHECK_FALSE(activity.idle(start + 1000h + 120s, 120s));
  CHECK(activity.idle(start + 1000h + 121s, 120s));
}

TEST_CASE("a peer that reads a long answer slowly is served to the end") {
  // Time is what this test says: sixty seconds for every piece read, against a limit of one hundred.
  using namespace std::chrono_literals;
  struct {
    std::mutex mutex;
    std::chrono::steady_clock::time_point now{};
    std::thread::id connection;
    std::uint64_t moved = 0;  // times that the thread of the connection told the time
  } shared;
  ServerOptions options;
  options.idle_most = 100s;
  options.sweep_every = 1ms;
  options.now = [&] {
    const std::scoped_lock lock(shared.mutex);
    if (std::this_thread::get_id() == shared.connection) ++shared.moved;
    return shared.now;
  };
  constexpr std::size_t size = 64u << 20;
  HttpServer server(options, [&](ServerRequest&) {
    const std::scoped_lock lock(shared.mutex);
    shared.connection = std::this_thread::get_id();
    return ServerResponse{200, {}, std::string(size, 'x'), false};
  });
  server.start();

  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const std::string question = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  REQUIRE(::write(fd.get(), question.data(), question.size()) == static_cast<ssize_t>(question.size()));

  std::string buffer(1u << 20, '\0');
  std::size_t got = 0;
  std::uint64_t seen = 0;
  for (;;) {
    std::size_t piece = 0;
    ssize_t n = 0;
    while (piece < 4u << 20 && (n = ::read(fd.get(), buffer.data(), buffer.size())) > 0)
      piece += static_cast<std::size_t>(n);
    got += piece;
    if (n <= 0) break;
    if (got > size - (16u << 20)) continue;  // the kernel may hold the rest
    // It does not hold this: the server writes as room is made.
    const auto moved = [&] {
      const std::scoped_lock lock(shared.mutex);
      return shared.moved != seen;
    };
    for (int i = 0; i < 10'000 && !moved(); ++i) std::this_thread::sleep_for(1ms);
    const std::scoped_lock lock(shared.mutex);
    seen = shared.moved;
    shared.now += 60s;
  }
  CHECK(got > size);
}
