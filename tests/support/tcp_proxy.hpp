// A proxy between a client and a server of this machine that sees nothing but bytes, and can stop passing
// them on at any one of them.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

namespace versoir::tests {

class TcpProxy {
 public:
  enum class Way { to_server, to_client };
  struct Piece {
    std::size_t connection = 0;  ///< in the order in which they were opened
    Way way = Way::to_server;
    std::uint64_t before = 0;  ///< bytes of this connection that went this way
    std::size_t size = 0;
  };
  enum class Then { go_on, close, reset };
  struct Passage {
    std::size_t bytes = 0;  ///< of the piece, from its first
    Then then = Then::go_on;
  };
  /// Asked before each piece is passed on; called from several threads.
  using Gate = std::function<Passage(const Piece&)>;

  /// Listens on 127.0.0.1, `port` 0 = any free one. Throws std::runtime_error when it cannot.
  TcpProxy(std::uint16_t port, std::uint16_t server_port, Gate gate);
  ~TcpProxy();
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::tests
