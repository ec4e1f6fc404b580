// The HTTP client: what leaves, what comes back, and what is in doubt when a connection breaks. Real TLS on
// the loopback interface.
#include "http_peers.hpp"

using namespace versoir::core;
using namespace versoir::tests::peers;

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

TEST_CASE("a redirect is an answer, not something to follow") {
  Echo echo(plain());
  CHECK(make_curl_client({})->perform(request("GET", echo.url(false, "/redirect"))).status == 302);
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
