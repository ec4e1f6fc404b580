// A TCP relay that adds a delay to what goes each way, as a distant server would.
//   bench_delay SOCKET MILLISECONDS        listens on a free port of the loopback, prints it; relays to
//   SOCKET
#include <arpa/inet.h>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

/// Bytes on their way: each leaves `delay` after it came, however many there are. Bounded, as a network is.
class Wire {
 public:
  void push(std::vector<char> bytes, Clock::time_point due) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return held_ < limit; });
    held_ += bytes.size();
    queue_.emplace_back(due, std::move(bytes));
    changed_.notify_all();
  }
  bool pop(std::vector<char>& bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !queue_.empty(); });
    auto [due, front] = std::move(queue_.front());
    queue_.pop_front();
    held_ -= front.size();
    changed_.notify_all();
    lock.unlock();
    std::this_thread::sleep_until(due);
    bytes = std::move(front);
    return !bytes.empty();  // an empty one is the end
  }

 private:
  static constexpr std::size_t limit = std::size_t{4} << 20;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<Clock::time_point, std::vector<char>>> queue_;
  std::size_t held_ = 0;
};

void relay(int from, int to, std::chrono::microseconds delay) {
  Wire wire;
  std::jthread writer([&] {
    for (std::vector<char> bytes; wire.pop(bytes);)
      for (std::size_t at = 0; at < bytes.size();) {
        const auto n = ::write(to, bytes.data() + at, bytes.size() - at);
        if (n <= 0) break;
        at += static_cast<std::size_t>(n);
      }
    ::shutdown(to, SHUT_WR);
  });
  for (;;) {
    std::vector<char> bytes(64 * 1024);
    const auto n = ::read(from, bytes.data(), bytes.size());
    if (n <= 0) break;
    bytes.resize(static_cast<std::size_t>(n));
    wire.push(std::move(bytes), Clock::now() + delay);
  }
  wire.push({}, Clock::now());
}

void serve(int client, std::string path, std::chrono::microseconds delay) {
  const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    std::jthread back([=] { relay(server, client, delay); });
    relay(client, server, delay);
  }
  ::close(server);
  ::close(client);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("see the head of bench/delay.cpp\n", stderr), 2;
  const std::chrono::microseconds one_way(std::atol(argv[2]) * 500);
  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener, 16) != 0 ||
      ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return std::perror("listen"), 1;
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  for (;;) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client < 0) return 1;
    const int yes = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    std::thread(serve, client, std::string(argv[1]), one_way).detach();
  }
}
