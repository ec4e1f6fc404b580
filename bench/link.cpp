// A TCP relay of a given speed towards the server, and a watch on what passes:
//   bench_link SERVER_PORT [MEGABITS_PER_SECOND]     0 or absent: as fast as it goes
// Listens on a free port of the loopback and prints it; then, for each connection that ends, a line: bytes
// towards the server, and milliseconds from the first of them to the last.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

/// A token bucket that all connections share, as they share a wire. Its depth is what a network card sends at
/// once.
class Bucket {
 public:
  explicit Bucket(double bytes_per_second) : rate_(bytes_per_second), at_(Clock::now()) {}
  void take(std::size_t bytes) {
    if (rate_ <= 0) return;
    Clock::time_point due;
    {
      const std::scoped_lock lock(mutex_);
      const auto now = Clock::now();
      at_ =
          std::max(at_, now - depth) + std::chrono::duration_cast<Clock::duration>(
                                           std::chrono::duration<double>(static_cast<double>(bytes) / rate_));
      due = at_;
    }
    std::this_thread::sleep_until(due);
  }

 private:
  static constexpr std::chrono::milliseconds depth{5};
  double rate_;
  std::mutex mutex_;
  Clock::time_point at_;
};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

struct Passed {
  std::uint64_t bytes = 0;
  Clock::time_point first, last;
};

/// Without copying: the relay must cost next to nothing beside what is measured.
Passed relay(int from, int to, Bucket* bucket) {
  constexpr std::size_t piece = std::size_t{256} << 10;
  std::array<int, 2> pipe{};
  Passed passed;
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return passed;
  ::fcntl(pipe[1], F_SETPIPE_SZ, static_cast<int>(piece));
  for (;;) {
    const auto n = ::splice(from, nullptr, pipe[1], nullptr, piece, SPLICE_F_MOVE);
    if (n <= 0) break;
    if (passed.bytes == 0) passed.first = Clock::now();
    if (bucket) bucket->take(static_cast<std::size_t>(n));
    std::size_t left = static_cast<std::size_t>(n);
    while (left > 0) {
      const auto out = ::splice(pipe[0], nullptr, to, nullptr, left, SPLICE_F_MOVE);
      if (out <= 0) break;
      left -= static_cast<std::size_t>(out);
    }
    passed.bytes += static_cast<std::uint64_t>(n);
    passed.last = Clock::now();
  }
  ::shutdown(to, SHUT_WR);
  ::close(pipe[0]);
  ::close(pipe[1]);
  return passed;
}

void serve(int client, int port, Bucket& bucket) {
  const int server = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto address = loopback(port);
  const int yes = 1;
  ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    std::jthread back([=] { relay(server, client, nullptr); });
    const auto passed = relay(client, server, &bucket);
    std::printf(
        "%llu %lld\n", static_cast<unsigned long long>(passed.bytes),
        static_cast<long long>(
            std::chrono::duration_cast<std::chrono::milliseconds>(passed.last - passed.first).count()));
    std::fflush(stdout);
  }
  ::close(server);
  ::close(client);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("see the head of bench/link.cpp\n", stderr), 2;
  static Bucket bucket(argc > 2 ? std::atof(argv[2]) * 1e6 / 8 : 0);
  const int server_port = std::atoi(argv[1]);
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 16) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return std::perror("listen"), 1;
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  for (;;) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client < 0) return 1;
    std::thread([client, server_port] { serve(client, server_port, bucket); }).detach();
  }
}
