// HTTP server on Boost.Beast: listening, one thread per connection, and their end.
#include "core/http_server.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"
#include "core/http_session.hpp"

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

constexpr std::size_t connections_most = 256;

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
  void serve(HttpConnection& connection, tcp::socket socket);
  void serve(HttpConnection& connection, local::socket socket);

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
  std::list<HttpConnection> connections;  ///< only the accepting thread (then stop) touches the list
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
    HttpConnection& connection = connections.emplace_back(options);
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

void HttpServer::State::serve(HttpConnection& connection, tcp::socket socket) {
  beast::error_code ec;
  if (tls) {
    asio::ssl::stream<tcp::socket&> stream(socket, *tls);
    stream.handshake(asio::ssl::stream_base::server, ec);
    if (!ec) {
      HttpSession session(stream, options, handler, counter, identity_of(stream.native_handle()), connection);
      session.run();
      // close_notify goes out; the peer's is not waited for.
      ::shutdown(socket.native_handle(), SHUT_RD);
      stream.shutdown(ec);
    }
  } else {
    HttpSession session(socket, options, handler, counter, {}, connection);
    session.run();
  }
  connection.forget_descriptor();  // before the descriptor's number can be given to another file
  socket.shutdown(tcp::socket::shutdown_both, ec);
  socket.close(ec);
}

void HttpServer::State::serve(HttpConnection& connection, local::socket socket) {
  beast::error_code ec;
  HttpSession session(socket, options, handler, counter, identity_of(socket), connection);
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
