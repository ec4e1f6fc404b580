// Bodies of answers that go piece by piece from a file of the server to whoever asked.
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/http_client.hpp"
#include "core/http_server.hpp"
#include "exit_of.hpp"

#include <catch2/catch.hpp>

using namespace versoir::core;
using versoir::tests::exit_of;

namespace {

/// Serves one file of three megabytes, a refusal, and a file that is no longer there.
struct FileServer {
  FileServer()
      : server({}, [this](ServerRequest& r) {
          ServerResponse response;
          response.body_file = r.target == "/gone" ? folder.path() / "gone" : folder.path() / "large";
          if (r.target == "/refused") response = {404, {}, "no such thing", false};
          return response;
        }) {
    std::string bytes;
    for (int i = 0; bytes.size() < 3'000'000; ++i) bytes += std::to_string(i) + '\n';
    write_file(folder.path() / "large", bytes);
    server.start();
  }
  [[nodiscard]] HttpRequest ask(const std::string& target, std::string method = "GET") const {
    HttpRequest r;
    r.method = std::move(method);
    r.url = "http://127.0.0.1:" + std::to_string(server.port()) + target;
    return r;
  }
  TemporaryDirectory folder;
  HttpServer server;
  std::unique_ptr<HttpClient> client = make_curl_client({});
};

}  // namespace

TEST_CASE("a streamed answer goes to its taker in pieces, and is kept nowhere else") {
  FileServer s;
  auto r = s.ask("/large");
  Sha512Hasher hasher;
  std::size_t pieces = 0, largest = 0;
  r.on_received = [&](std::string_view piece) {
    hasher.update(piece);
    ++pieces;
    largest = std::max(largest, piece.size());
  };
  const auto response = s.client->perform(r);
  CHECK(response.status == 200);
  CHECK(response.body.empty());
  CHECK(hasher.finish() == digest_file(s.folder.path() / "large").sha512);
  CHECK(pieces > 10);
  CHECK(largest < 1'000'000);
  // Without a taker, as ever.
  CHECK(s.client->perform(s.ask("/large")).body == read_file(s.folder.path() / "large"));
}

TEST_CASE("the words of a refusal do not go where the file was to go") {
  FileServer s;
  auto r = s.ask("/refused");
  bool taken = false;
  r.on_received = [&](std::string_view) { taken = true; };
  const auto response = s.client->perform(r);
  CHECK(response.status == 404);
  CHECK(response.body == "no such thing");
  CHECK_FALSE(taken);
}

TEST_CASE("a taker that throws ends the transfer with its own words, the limit counts streamed bytes") {
  FileServer s;
  auto r = s.ask("/large");
  r.on_received = [](std::string_view) { throw Error(Exit::disk, msg("the disk is full")); };
  CHECK(exit_of([&] { s.client->perform(r); }) == Exit::disk);
  r.on_received = [](std::string_view) {};
  r.response_limit = 1'000'000;
  CHECK(exit_of([&] { s.client->perform(r); }) == Exit::reply_unreadable);
}

TEST_CASE("a file of the server: its length to a HEAD, a closed connection when it is gone") {
  FileServer s;
  const auto head = s.client->perform(s.ask("/large", "HEAD"));
  CHECK(head.status == 200);
  CHECK(head.header("Content-Length") ==
        std::to_string(std::filesystem::file_size(s.folder.path() / "large")));
  CHECK(exit_of([&] { s.client->perform(s.ask("/gone")); }) == Exit::platform_unreachable);
  CHECK(s.client->perform(s.ask("/large")).status == 200);
}
