// A proxy that only knows CONNECT, on the loopback interface: passes bytes on, and remembers whom it was
// asked for.
#pragma once
#include "core/file.hpp"

#include <catch2/catch.hpp>

#include <arpa/inet.h>
#include <atomic>
#include <mutex>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace versoir::tests {

class ConnectProxy {
 public:
  /// `answer`: what it says to a CONNECT; other than 200 it then closes.
  explicit ConnectProxy(std::string answer = "HTTP/1.1 200 Connection established\r\nX-Proxy: here\r\n\r\n")
      : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    auto address = loopback(0);
    REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener_.get(), 8) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { accept_all(stop); });
  }
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<std::string> asked() {
    const std::scoped_lock lock(mutex_);
    return asked_;
  }

 private:
  static sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in a{};
    a.sin_family = AF_INET;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a.sin_port = htons(port);
    return a;
  }

  void accept_all(const std::stop_token& stop) {
    std::vector<std::jthread> tunnels;
    while (!stop.stop_requested()) {
      pollfd waiting{listener_.get(), POLLIN, 0};
      if (::poll(&waiting, 1, 50) <= 0) continue;
      tunnels.emplace_back([this](const std::stop_token& s, int fd) { tunnel(s, core::UniqueFd(fd)); },
                           ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    }
  }

  void tunnel(const std::stop_token& stop, core::UniqueFd client) {
    std::string head;
    char c = 0;
    while (!head.ends_with("\r\n\r\n") && ::read(client.get(), &c, 1) == 1) head += c;
    {
      const std::scoped_lock lock(mutex_);
      asked_.push_back(head.substr(0, head.find('\r')));
    }
    if (::write(client.get(), answer_.data(), answer_.size()) < 0 ||
        answer_.find(" 200 ") == std::string::npos)
      return;
    const auto colon = head.find(':'), end = head.find(' ', colon);
    const auto port = std::stoi(head.substr(colon + 1, end - colon - 1));
    const core::UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    auto address = loopback(static_cast<std::uint16_t>(port));
    if (::connect(server.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
    while (!stop.stop_requested()) {
      pollfd both[2] = {{client.get(), POLLIN, 0}, {server.get(), POLLIN, 0}};
      if (::poll(both, 2, 50) <= 0) continue;
      if (both[0].revents != 0 && !pass(client.get(), server.get())) return;
      if (both[1].revents != 0 && !pass(server.get(), client.get())) return;
    }
  }

  static bool pass(int from, int to) {
    char buffer[16384];
    const auto n = ::read(from, buffer, sizeof buffer);
    for (ssize_t done = 0; done < n;) {
      const auto written = ::write(to, buffer + done, static_cast<std::size_t>(n - done));
      if (written <= 0) return false;
      done += written;
    }
    return n > 0;
  }

  std::string answer_;
  core::UniqueFd listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::vector<std::string> asked_;
  std::jthread thread_;  ///< last: joined first
};

}  // namespace versoir::tests
