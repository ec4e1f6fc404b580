// What one connection of the HTTP server does: requests read, answers written, on a plain, TLS or local
// stream. Private to core; only http_server.cpp includes it, and with it Boost.Beast.
#pragma once
#include "core/activity.hpp"
#include "core/http_body.hpp"
#include "core/http_server.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <utility>

namespace versoir::core {

/// One connection: its thread, and what the sweeper and stop() need to end it from outside. Only the
/// descriptor is touched from there, under the lock that also covers its closing.
struct HttpConnection {
  explicit HttpConnection(const ServerOptions& options) : options_(options), activity_(options.now()) {}

  std::mutex mutex;
  int fd = -1;
  std::atomic<bool> done{false};

  void progress() { activity_.progress(options_.now()); }
  void begin_work() { activity_.begin_work(); }
  [[nodiscard]] bool idle() const { return activity_.idle(options_.now(), options_.idle_most); }
  void shut() {
    const std::scoped_lock lock(mutex);
    if (fd >= 0) ::shutdown(fd, SHUT_RDWR);
  }
  void forget_descriptor() {
    const std::scoped_lock lock(mutex);
    fd = -1;
  }

  const ServerOptions& options_;
  Activity activity_;
  std::jthread thread;  ///< last: it is joined before the rest goes
};

/// Who is at the other end: by certificate (TLS), or by account (local socket).
struct ClientIdentity {
  std::string subject, fingerprint;
  std::optional<std::uint32_t> uid = {};
};

/// Everything that one connection does, on any stream of Boost.Asio.
template <class Stream>
class HttpSession {
 public:
  HttpSession(Stream& stream, const ServerOptions& options, const HttpServer::Handler& handler,
              std::atomic<std::uint64_t>& counter, ClientIdentity identity, HttpConnection& connection)
      : stream_(stream),
        options_(options),
        handler_(handler),
        counter_(counter),
        identity_(std::move(identity)),
        connection_(connection) {}

  void run() {
    while (one_exchange()) {
    }
  }

 private:
  static constexpr std::uint32_t header_most = 64u << 10;  ///< bytes of all headers of a request
  static constexpr std::size_t write_piece = 64u << 10;
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  /// False when the connection ends.
  bool one_exchange() {
    Parser parser;
    parser.header_limit(header_most);
    parser.body_limit(options_.body_limit);
    boost::beast::error_code ec;
    connection_.progress();
    boost::beast::http::read_header(stream_, buffer_, parser, ec);
    connection_.progress();
    if (ec == boost::beast::http::error::header_limit) return refuse(431);
    if (ec == boost::beast::http::error::body_limit) return refuse(413);
    if (ec &&
        ec.category() ==
            boost::beast::http::make_error_code(boost::beast::http::error::bad_method).category() &&
        ec != boost::beast::http::error::end_of_stream && ec != boost::beast::http::error::partial_message)
      return refuse(400);
    if (ec) return false;
    return answer(parser);
  }

  bool answer(Parser& parser) {
    const bool head = parser.get().method() == boost::beast::http::verb::head;
    ServerResponse response;
    bool keep = parser.keep_alive();
    try {
      const auto type = parser.get()[boost::beast::http::field::content_type];
      const auto length = parser.content_length();
      IncomingBody body(
          options_.spool, counter_,
          type.starts_with("application/octet-stream") || (length && *length > IncomingBody::memory_most));
      if (!parser.is_done()) {
        if (!say_continue(parser)) return false;
        const int refused = read_body(parser, body);
        if (refused < 0) return false;
        if (refused > 0) return refuse(refused);
      }
      ServerRequest request = describe(parser);
      body.hand_over(request);
      connection_.begin_work();
      response = handler_(request);
    } catch (const std::exception&) {
      // The reason may hold anything: the peer is told nothing. Handlers log what they want known.
      response = {500, {{"Content-Type", "text/plain; charset=utf-8"}}, "internal error\n", false};
      keep = keep && parser.is_done();
    }
    connection_.progress();
    if (response.cut) return false;
    return write(std::move(response), parser.get().version(), keep, head);
  }

  bool say_continue(const Parser& parser) {
    if (!boost::beast::iequals(parser.get()[boost::beast::http::field::expect], "100-continue")) return true;
    boost::beast::error_code ec;
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    boost::asio::write(stream_, boost::asio::buffer(go_on.data(), go_on.size()), ec);
    return !ec;
  }

  /// 0 = whole, -1 = the peer left, else the status to refuse with.
  int read_body(Parser& parser, IncomingBody& body) {
    std::array<char, 65536> piece;
    while (!parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      boost::beast::error_code ec;
      boost::beast::http::read(stream_, buffer_, parser, ec);
      connection_.progress();
      if (ec == boost::beast::http::error::body_limit) return 413;
      if (ec && ec != boost::beast::http::error::need_buffer) return -1;
      if (!body.add({piece.data(), piece.size() - parser.get().body().size})) return 413;
    }
    return 0;
  }

  ServerRequest describe(const Parser& parser) const {
    ServerRequest request;
    const auto& message = parser.get();
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) {
      std::string& value = request.headers[std::string(field.name_string())];
      if (!value.empty()) value += ", ";
      value += std::string(field.value());
    }
    request.client_subject = identity_.subject;
    request.client_fingerprint = identity_.fingerprint;
    request.peer_uid = identity_.uid;
    return request;
  }

  bool refuse(int status) {
    write({status, {{"Content-Type", "text/plain; charset=utf-8"}}, "refused\n", false}, 11, false, false);
    drain();
    return false;
  }

  static bool has_no_body(int status) {
    return status == 204 || status == 304 || (status >= 100 && status < 200);
  }

  bool write(ServerResponse response, unsigned version, bool keep, bool head) {
    if (!response.body_file.empty()) {
      auto message = head_of<boost::beast::http::file_body>(response, version, keep);
      boost::beast::error_code ec;
      message.body().open(response.body_file.c_str(), boost::beast::file_mode::scan, ec);
      if (ec) return false;  // it was there a moment ago: a closed connection says more than half a file
      message.content_length(message.body().size());
      return send(message, head) && keep;
    }
    auto message = head_of<boost::beast::http::string_body>(response, version, keep);
    if (!has_no_body(response.status)) {
      message.body() = std::move(response.body);
      message.content_length(message.body().size());
    }
    return send(message, head) && keep;
  }

  template <class Content>
  static boost::beast::http::response<Content> head_of(const ServerResponse& response, unsigned version,
                                                       bool keep) {
    boost::beast::http::response<Content> message;
    message.version(version);
    message.result(static_cast<unsigned>(response.status));
    message.set(boost::beast::http::field::server, "versoir");
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.keep_alive(keep);
    return message;
  }

  template <class Content>
  bool send(boost::beast::http::response<Content>& message, bool head) {
    boost::beast::http::response_serializer<Content> serializer(message);
    boost::beast::error_code ec;
    if (head) {
      boost::beast::http::write_header(stream_, serializer, ec);
    } else {
      // In pieces: a peer that reads slowly is not an idle one.
      serializer.limit(write_piece);
      while (!ec && !serializer.is_done()) {
        boost::beast::http::write_some(stream_, serializer, ec);
        connection_.progress();
      }
    }
    return !ec;
  }

  /// After a refusal in the middle of a body: closing at once would reset the connection, and the peer
  /// might never read the answer. What it still sends is thrown away, within bounds.
  void drain() {
    boost::beast::error_code ec;
    std::array<char, 65536> piece;
    for (std::size_t left = 16u << 20; left > 0 && !ec;) {
      pollfd waiting{connection_.fd, POLLIN, 0};
      if (::poll(&waiting, 1, static_cast<int>(options_.sweep_every.count())) <= 0) return;
      left -= std::min(left, stream_.read_some(boost::asio::buffer(piece), ec));
    }
  }

  Stream& stream_;
  const ServerOptions& options_;
  const HttpServer::Handler& handler_;
  std::atomic<std::uint64_t>& counter_;
  ClientIdentity identity_;
  HttpConnection& connection_;
  boost::beast::flat_buffer buffer_;
};

}  // namespace versoir::core
