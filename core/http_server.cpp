// HTTP server on Boost.Beast, the only file that includes it: one thread per connection, bodies spooled as
// they arrive.
#include "core/http_server.hpp"

#include "core/activity.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <type_traits>
#include <unistd.h>

namespace versoir::core {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using local = asio::local::stream_protocol;

constexpr std::size_t memory_most = 1u << 20;
constexpr std::uint32_t header_most = 64u << 10;
constexpr std::size_t connections_most = 256;
constexpr std::size_t write_piece = 64u << 10;

/// One connection: its thread, and what the sweeper and stop() need to end it from outside. Only the
/// descriptor is touched from there, under the lock that also covers its closing.
struct Connection {
  explicit Connection(const ServerOptions& options) : options_(options), activity_(options.now()) {}

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

/// A body on its way in: memory first, a file when it is large or binary.
class Body {
 public:
  Body(const std::filesystem::path& spool, std::atomic<std::uint64_t>& counter, bool to_file)
      : spool_(spool), counter_(counter) {
    if (to_file && can_spool()) open_file();
  }
  ~Body() {
    if (path_.empty()) return;
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);  // gone already when the handler moved it
  }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  /// False when there is no room for it.
  [[nodiscard]] bool add(std::string_view piece) {
    if (path_.empty() && memory_.size() + piece.size() > memory_most) {
      if (!can_spool()) return false;
      open_file();
      write(memory_);
      memory_ = {};
    }
    if (path_.empty())
      memory_ += piece;
    else
      write(piece);
    return true;
  }
  void hand_over(ServerRequest& request) {
    file_ = UniqueFd();
    request.body = std::move(memory_);
    request.body_file = path_;
  }

 private:
  [[nodiscard]] bool can_spool() const { return !spool_.empty(); }
  void open_file() {
    const auto name = "body-" + std::to_string(::getpid()) + '-' + std::to_string(++counter_);
    path_ = spool_ / name;
    file_ = UniqueFd(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_) {
      const std::string failed = path_.string();
      path_.clear();
      throw_errno("create", failed);
    }
  }
  void write(std::string_view piece) {
    while (!piece.empty()) {
      const ssize_t n = ::write(file_.get(), piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw_errno("write", path_.string());
      piece.remove_prefix(static_cast<std::size_t>(n));
    }
  }

  const std::filesystem::path& spool_;
  std::atomic<std::uint64_t>& counter_;
  std::string memory_;
  std::filesystem::path path_;
  UniqueFd file_;
};

struct ClientIdentity {
  std::string subject, fingerprint;
  std::optional<std::uint32_t> uid = {};
};

ClientIdentity identity_of(local::socket& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return {};
  return {{}, {}, peer.uid};
}

ClientIdentity identity_of(SSL* ssl) {
  const Handle<X509, X509_free> certificate(SSL_get1_peer_certificate(ssl));
  if (!certificate) return {};
  ClientIdentity identity;
  const Handle<BIO, BIO_free> text(BIO_new(BIO_s_mem()));
  constexpr unsigned long readable = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  if (text && X509_NAME_print_ex(text.get(), X509_get_subject_name(certificate.get()), 0, readable) >= 0) {
    char* data = nullptr;
    const long size = BIO_get_mem_data(text.get(), &data);
    if (size > 0) identity.subject.assign(data, static_cast<std::size_t>(size));
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate.get(), EVP_sha256(), digest.data(), &size) == 1)
    for (unsigned i = 0; i < size; ++i) identity.fingerprint += fmt::format("{:02x}", digest[i]);
  return identity;
}

bool has_no_body(int status) { return status == 204 || status == 304 || (status >= 100 && status < 200); }

/// Everything that one connection does, on a plain or a TLS stream.
template <class Stream>
class Session {
 public:
  Session(Stream& stream, const ServerOptions& options, const HttpServer::Handler& handler,
          std::atomic<std::uint64_t>& counter, ClientIdentity identity, Connection& connection)
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
  using Parser = http::request_parser<http::buffer_body>;

  /// False when the connection ends.
  bool one_exchange() {
    Parser parser;
    parser.header_limit(header_most);
    parser.body_limit(options_.body_limit);
    beast::error_code ec;
    connection_.progress();
    http::read_header(stream_, buffer_, parser, ec);
    connection_.progress();
    if (ec == http::error::header_limit) return refuse(431);
    if (ec == http::error::body_limit) return refuse(413);
    if (ec && ec.category() == http::make_error_code(http::error::bad_method).category() &&
        ec != http::error::end_of_stream && ec != http::error::partial_message)
      return refuse(400);
    if (ec) return false;
    return answer(parser);
  }

  bool answer(Parser& parser) {
    const bool head = parser.get().method() == http::verb::head;
    ServerResponse response;
    bool keep = parser.keep_alive();
    try {
      const auto type = parser.get()[http::field::content_type];
      const auto length = parser.content_length();
      Body body(options_.spool, counter_,
                type.starts_with("application/octet-stream") || (length && *length > memory_most));
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
    if (!beast::iequals(parser.get()[http::field::expect], "100-continue")) return true;
    beast::error_code ec;
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::write(stream_, asio::buffer(go_on.data(), go_on.size()), ec);
    return !ec;
  }

  /// 0 = whole, -1 = the peer left, else the status to refuse with.
  int read_body(Parser& parser, Body& body) {
    std::array<char, 65536> piece;
    while (!parser.is_done()) {
      parser.get().body().data = piece.data();
      parser.get().body().size = piece.size();
      beast::error_code ec;
      http::read(stream_, buffer_, parser, ec);
      connection_.progress();
      if (ec == http::error::body_limit) return 413;
      if (ec && ec != http::error::need_buffer) return -1;
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

  bool write(ServerResponse response, unsigned version, bool keep, bool head) {
    if (!response.body_file.empty()) {
      auto message = head_of<http::file_body>(response, version, keep);
      beast::error_code ec;
      message.body().open(response.body_file.c_str(), beast::file_mode::scan, ec);
      if (ec) return false;  // it was there a moment ago: a closed connection says more than half a file
      message.content_length(message.body().size());
      return send(message, head) && keep;
    }
    auto message = head_of<http::string_body>(response, version, keep);
    if (!has_no_body(response.status)) {
      message.body() = std::move(response.body);
      message.content_length(message.body().size());
    }
    return send(message, head) && keep;
  }

  template <class Content>
  static http::response<Content> head_of(const ServerResponse& response, unsigned version, bool keep) {
    http::response<Content> message;
    message.version(version);
    message.result(static_cast<unsigned>(response.status));
    message.set(http::field::server, "versoir");
    for (const auto& [name, value] : response.headers) message.set(name, value);
    message.keep_alive(keep);
    return message;
  }

  template <class Content>
  bool send(http::response<Content>& message, bool head) {
    http::response_serializer<Content> serializer(message);
    beast::error_code ec;
    if (head) {
      http::write_header(stream_, serializer, ec);
    } else {
      // In pieces: a peer that reads slowly is not an idle one.
      serializer.limit(write_piece);
      while (!ec && !serializer.is_done()) {
        http::write_some(stream_, serializer, ec);
        connection_.progress();
      }
    }
    return !ec;
  }

  /// After a refusal in the middle of a body: closing at once would reset the connection, and the peer might
  /// never read the answer. What it still sends is thrown away, within bounds.
  void drain() {
    beast::error_code ec;
    std::array<char, 65536> piece;
    for (std::size_t left = 16u << 20; left > 0 && !ec;) {
      pollfd waiting{connection_.fd, POLLIN, 0};
      if (::poll(&waiting, 1, static_cast<int>(options_.sweep_every.count())) <= 0) return;
      left -= std::min(left, stream_.read_some(asio::buffer(piece), ec));
    }
  }

  Stream& stream_;
  const ServerOptions& options_;
  const HttpServer::Handler& handler_;
  std::atomic<std::uint64_t>& counter_;
  ClientIdentity identity_;
  Connection& connection_;
  beast::flat_buffer buffer_;
};

[[noreturn]] void bad_file(const std::filesystem::path& path, const beast::error_code& why) {
  throw Error(Exit::configuration, msg("the server cannot use {0}: {1}", path.string(), why.message()));
}

asio::ssl::context make_tls(const ServerOptions& options) {
  asio::ssl::context tls(asio::ssl::context::tls_server);
  SSL_CTX* raw = tls.native_handle();
  if (SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) != 1)
    throw Error(Exit::unexpected, msg("OpenSSL refuses TLS 1.2"));
  // No resumption: each connection shows its certificate.
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(raw, 0);
  beast::error_code ec;
  tls.use_certificate_chain_file(options.certificate.string(), ec);
  if (ec) bad_file(options.certificate, ec);
  tls.use_private_key_file(options.key.string(), asio::ssl::context::pem, ec);
  if (ec) bad_file(options.key, ec);
  tls.load_verify_file(options.client_ca.string(), ec);
  if (ec) bad_file(options.client_ca, ec);
  tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
  return tls;
}

}  // namespace

struct HttpServer::State {
  State(ServerOptions o, Handler h)
      : options(std::move(o)), handler(std::move(h)), acceptor(context), local_acceptor(context) {}

  void start();
  void stop();
  void accept_loop();
  void bind_port();
  void bind_socket();
  [[nodiscard]] bool is_local() const { return !options.socket.empty(); }
  template <class Acceptor>
  void accept_one(Acceptor& from);
  void sweep(bool everything);
  void serve(Connection& connection, tcp::socket socket);
  void serve(Connection& connection, local::socket socket);

  ServerOptions options;
  Handler handler;
  asio::io_context context;
  tcp::acceptor acceptor;
  local::acceptor local_acceptor;
  std::optional<asio::ssl::context> tls;
  UniqueFd wake;
  std::atomic<bool> stopping{false};
  std::atomic<std::uint64_t> counter{0};
  std::uint16_t port = 0;
  std::list<Connection> connections;  ///< only the accepting thread (then stop) touches the list
  std::jthread accepting;
};

void HttpServer::State::start() {
  if (options.tls) tls.emplace(make_tls(options));
  if (!options.spool.empty()) std::filesystem::create_directories(options.spool);
  if (is_local())
    bind_socket();
  else
    bind_port();
  wake = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  if (!wake) throw_errno("create", "eventfd");
  accepting = std::jthread([this] { accept_loop(); });
}

void HttpServer::State::bind_port() {
  beast::error_code ec;
  const auto address = asio::ip::make_address(options.address, ec);
  if (ec) throw Error(Exit::configuration, msg("\"{0}\" is not an address to listen on", options.address));
  const tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) acceptor.non_blocking(true, ec);
  if (ec)
    throw Error(Exit::configuration,
                msg("cannot listen on {0}:{1}: {2}", options.address, options.port, ec.message()))
        .hint(msg("Another program may use this port: choose another one."));
  port = acceptor.local_endpoint().port();
}

void HttpServer::State::bind_socket() {
  const auto path = options.socket.string();
  beast::error_code ec;
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    throw Error(Exit::configuration, msg("cannot listen on {0}: the path is too long", path));
  const local::endpoint endpoint(path);
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0) {
    local::socket trial(context);
    trial.connect(endpoint, ec);
    // Only what nobody listens on any more goes away: never a file that is no socket.
    if (!S_ISSOCK(there.st_mode) || ec != asio::error::connection_refused)
      throw Error(Exit::configuration, msg("cannot listen on {0}: something is there already", path))
          .hint(msg("Another program may use this socket: stop it, or choose another path."));
    ::unlink(path.c_str());
    ec.clear();
  }
  local_acceptor.open(endpoint.protocol(), ec);
  // Narrow before the name exists, then as wide as the mask of the process would not have it.
  if (!ec && ::fchmod(local_acceptor.native_handle(), 0600) != 0) throw_errno("chmod", path);
  if (!ec) local_acceptor.bind(endpoint, ec);
  if (!ec && ::chmod(path.c_str(), 0660) != 0) throw_errno("chmod", path);
  if (!ec) local_acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) local_acceptor.non_blocking(true, ec);
  if (ec) throw Error(Exit::configuration, msg("cannot listen on {0}: {1}", path, ec.message()));
}

void HttpServer::State::accept_loop() {
  const int listening = is_local() ? local_acceptor.native_handle() : acceptor.native_handle();
  std::array<pollfd, 2> watched{{{listening, POLLIN, 0}, {wake.get(), POLLIN, 0}}};
  while (!stopping) {
    const int ready = ::poll(watched.data(), watched.size(), static_cast<int>(options.sweep_every.count()));
    if (stopping) return;
    if (ready > 0 && (watched[0].revents & POLLIN)) {
      if (is_local())
        accept_one(local_acceptor);
      else
        accept_one(acceptor);
    }
    sweep(false);
  }
}

template <class Acceptor>
void HttpServer::State::accept_one(Acceptor& from) {
  using Socket = typename Acceptor::protocol_type::socket;
  beast::error_code ec;
  Socket socket(context);
  from.accept(socket, ec);
  if (ec || connections.size() >= connections_most) return;  // the socket closes
  socket.non_blocking(false, ec);
  if constexpr (std::is_same_v<Socket, tcp::socket>) socket.set_option(tcp::no_delay(true), ec);
  try {
    Connection& connection = connections.emplace_back(options);
    connection.fd = socket.native_handle();
    connection.thread = std::jthread([this, &connection, s = std::move(socket)]() mutable {
      try {
        serve(connection, std::move(s));
      } catch (const std::exception&) {  // a connection that fails ends alone
      }
      connection.forget_descriptor();
      connection.done = true;
    });
  } catch (const std::exception&) {  // no thread to be had: this connection is not served
    if (!connections.empty() && !connections.back().thread.joinable()) connections.pop_back();
  }
}

void HttpServer::State::serve(Connection& connection, tcp::socket socket) {
  beast::error_code ec;
  if (tls) {
    asio::ssl::stream<tcp::socket&> stream(socket, *tls);
    stream.handshake(asio::ssl::stream_base::server, ec);
    if (!ec) {
      Session session(stream, options, handler, counter, identity_of(stream.native_handle()), connection);
      session.run();
      // close_notify goes out; the peer's is not waited for.
      ::shutdown(socket.native_handle(), SHUT_RD);
      stream.shutdown(ec);
    }
  } else {
    Session session(socket, options, handler, counter, {}, connection);
    session.run();
  }
  connection.forget_descriptor();  // before the descriptor's number can be given to another file
  socket.shutdown(tcp::socket::shutdown_both, ec);
  socket.close(ec);
}

void HttpServer::State::serve(Connection& connection, local::socket socket) {
  beast::error_code ec;
  Session session(socket, options, handler, counter, identity_of(socket), connection);
  session.run();
  connection.forget_descriptor();
  socket.shutdown(local::socket::shutdown_both, ec);
  socket.close(ec);
}

void HttpServer::State::sweep(bool everything) {
  for (auto it = connections.begin(); it != connections.end();) {
    if (everything || it->idle()) it->shut();
    it = (everything || it->done) ? connections.erase(it) : std::next(it);  // joins
  }
}

void HttpServer::State::stop() {
  if (!accepting.joinable()) return;
  stopping = true;
  const std::uint64_t one = 1;
  static_cast<void>(!::write(wake.get(), &one, sizeof one));
  accepting.join();
  beast::error_code ec;
  acceptor.close(ec);
  if (is_local()) {
    local_acceptor.close(ec);
    ::unlink(options.socket.c_str());
  }
  for (auto& connection : connections) connection.shut();
  sweep(true);
}

HttpServer::HttpServer(ServerOptions options, Handler handler)
    : s_(std::make_unique<State>(std::move(options), std::move(handler))) {}

HttpServer::~HttpServer() { stop(); }
void HttpServer::start() { s_->start(); }
std::uint16_t HttpServer::port() const { return s_->port; }
void HttpServer::stop() { s_->stop(); }

}  // namespace versoir::core
