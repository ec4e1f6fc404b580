// The HTTP server: whom it serves, what it refuses, where large bodies go, and which connections it ends.
#include "core/activity.hpp"
#include "http_peers.hpp"

using namespace versoir::core;
using namespace versoir::tests::peers;

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
