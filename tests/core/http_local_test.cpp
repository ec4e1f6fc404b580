// The HTTP server on a Unix socket: who may connect, who is told to be at the other end, what it replaces.
#include "http_peers.hpp"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace versoir::core;
using namespace versoir::tests::peers;

namespace {

ServerOptions on(const fs::path& socket) {
  ServerOptions o;
  o.socket = socket;
  return o;
}

std::string ask_socket(const fs::path& socket, const std::string& question) {
  const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(socket.string().size() < sizeof address.sun_path);
  socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
  REQUIRE(::write(fd.get(), question.data(), question.size()) == static_cast<ssize_t>(question.size()));
  ::shutdown(fd.get(), SHUT_WR);
  std::string answer;
  std::array<char, 4096> piece{};
  for (ssize_t n; (n = ::read(fd.get(), piece.data(), piece.size())) > 0;)
    answer.append(piece.data(), static_cast<std::size_t>(n));
  return answer;
}

Exit start_of(HttpServer& server) {
  try {
    server.start();
  } catch (const Error& e) {
    return e.code();
  }
  return Exit::ok;
}

}  // namespace

TEST_CASE("a Unix socket is served, and the kernel says who asks") {
  const TemporaryDirectory dir;
  const auto socket = dir.path() / "http.sock";
  Echo echo(on(socket));
  CHECK(ask_socket(socket, "GET /here HTTP/1.0\r\n\r\n").find("GET /here") != std::string::npos);
  struct stat there {};
  REQUIRE(::stat(socket.c_str(), &there) == 0);
  CHECK((there.st_mode & 0777) == 0660);
  REQUIRE(echo.seen.size() == 1);
  CHECK(echo.seen[0].peer_uid == static_cast<std::uint32_t>(::getuid()));
  echo.server.stop();
  CHECK_FALSE(fs::exists(socket));
}

TEST_CASE("nobody is told to be at the other end of a connection over TCP") {
  Echo echo(plain());
  CHECK(make_curl_client({})->perform(request("GET", echo.url(false, "/g"))).status == 200);
  CHECK_FALSE(echo.seen.at(0).peer_uid.has_value());
}

TEST_CASE("a socket left behind is replaced, one that answers and any other file are not") {
  const TemporaryDirectory dir;
  const auto socket = dir.path() / "http.sock";
  {
    const UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socket.string().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  REQUIRE(fs::exists(socket));
  Echo echo(on(socket));
  CHECK_FALSE(ask_socket(socket, "GET / HTTP/1.0\r\n\r\n").empty());
  HttpServer second(on(socket), [](ServerRequest&) { return ServerResponse{}; });
  CHECK(start_of(second) == Exit::configuration);
  CHECK_FALSE(ask_socket(socket, "GET / HTTP/1.0\r\n\r\n").empty());
  const auto file = dir.path() / "notes.txt";
  write_file(file, "notes");
  HttpServer third(on(file), [](ServerRequest&) { return ServerResponse{}; });
  CHECK(start_of(third) == Exit::configuration);
  CHECK(read_file(file) == "notes");
  HttpServer long_name(on(dir.path() / std::string(200, 'x')),
                       [](ServerRequest&) { return ServerResponse{}; });
  CHECK(start_of(long_name) == Exit::configuration);
}
