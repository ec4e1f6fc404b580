// See tcp_proxy.hpp. One thread for each connection: few are open at a time.
#include "tcp_proxy.hpp"

#include "core/file.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace versoir::tests {

namespace {

constexpr int poll_ms = 50;  ///< how long a stop may take

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

const sockaddr* as_address(const sockaddr_in& a) { return reinterpret_cast<const sockaddr*>(&a); }

core::UniqueFd make_socket() {
  core::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) throw std::runtime_error("socket");
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void reset_on_close(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

bool send_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const auto n = ::send(fd, bytes, size, MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

struct TcpProxy::State {
  State(std::uint16_t port, std::uint16_t server, Gate g) : server_port(server), gate(std::move(g)) {
    const auto address = loopback(port);
    if (::bind(listener.get(), as_address(address), sizeof address) != 0 || ::listen(listener.get(), 64) != 0)
      throw std::runtime_error("the proxy cannot listen on port " + std::to_string(port));
    acceptor = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
  }

  void accept_all(const std::stop_token& stop) {
    std::vector<std::jthread> connections;
    for (std::size_t number = 0; !stop.stop_requested();) {
      pollfd wait{listener.get(), POLLIN, 0};
      if (::poll(&wait, 1, poll_ms) <= 0) continue;
      core::UniqueFd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) continue;
      connections.emplace_back([this, number, fd = std::move(client)](const std::stop_token& s) mutable {
        serve(number, std::move(fd), s);
      });
      ++number;
    }
    for (auto& c : connections) c.request_stop();
  }

  void serve(std::size_t number, core::UniqueFd client, const std::stop_token& stop) const {
    auto server = make_socket();
    const auto address = loopback(server_port);
    if (::connect(server.get(), as_address(address), sizeof address) != 0) return;
    std::array<Piece, 2> pieces{Piece{number, Way::to_server, 0, 0}, Piece{number, Way::to_client, 0, 0}};
    std::array<pollfd, 2> waits{pollfd{client.get(), POLLIN, 0}, pollfd{server.get(), POLLIN, 0}};
    while (!stop.stop_requested()) {
      if (::poll(waits.data(), waits.size(), poll_ms) <= 0) continue;
      for (std::size_t i = 0; i < 2; ++i)
        if (waits[i].revents != 0 && !pass(waits[i].fd, waits[1 - i].fd, pieces[i])) return;
    }
  }

  /// One piece from one side to the other; false when the connection has ended.
  bool pass(int from, int to, Piece& piece) const {
    std::array<char, 16384> bytes;
    const auto n = ::recv(from, bytes.data(), bytes.size(), 0);
    if (n < 0 && errno == EINTR) return true;
    if (n <= 0) return false;
    piece.size = static_cast<std::size_t>(n);
    const auto passage = gate(piece);
    piece.before += passage.bytes;
    if (!send_all(to, bytes.data(), passage.bytes)) return false;
    if (passage.then == Then::reset) {
      reset_on_close(from);
      reset_on_close(to);
    }
    return passage.then == Then::go_on;
  }

  std::uint16_t server_port;
  Gate gate;
  core::UniqueFd listener = make_socket();
  std::jthread acceptor;  ///< last: joined first
};

TcpProxy::TcpProxy(std::uint16_t port, std::uint16_t server_port, Gate gate)
    : s_(std::make_unique<State>(port, server_port, std::move(gate))) {}

TcpProxy::~TcpProxy() = default;

std::uint16_t TcpProxy::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(s_->listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

}  // namespace versoir::tests
