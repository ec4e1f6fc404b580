// HTTP client on libcurl: TLS always verified, bodies streamed, failures sorted by what may have arrived.
#include "core/http_client.hpp"

#include "core/error.hpp"
#include "core/handle.hpp"
#include "core/http_transfer.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <exception>
#include <fstream>
#include <mutex>
#include <utility>

namespace versoir::core {

bool CaseLess::operator()(std::string_view a, std::string_view b) const noexcept {
  return std::lexicographical_compare(
      a.begin(), a.end(), b.begin(), b.end(),
      [](unsigned char x, unsigned char y) { return std::tolower(x) < std::tolower(y); });
}

std::string HttpResponse::header(std::string_view name) const {
  const auto it = headers.find(std::string(name));
  return it == headers.end() ? std::string() : it->second;
}

namespace {

constexpr long expect_wait_ms = 3000;
constexpr long stalled_seconds = 300;  ///< an upload at less than a byte per second for so long is given up

void start_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      throw Error(Exit::unexpected, msg("libcurl cannot start"));
  });
}

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const Handle<char, curl_free> owned(text);
  return text;
}

struct Peer {
  std::string scheme, host, port;
  [[nodiscard]] std::string name() const { return port.empty() ? host : host + ':' + port; }
  [[nodiscard]] bool loopback() const {
    return host == "localhost" || host == "[::1]" || host.starts_with("127.");
  }
};

Peer peer_of(const std::string& url) {
  const Handle<CURLU, curl_url_cleanup> parsed(curl_url());
  if (!parsed || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    throw Error(Exit::configuration, msg("\"{0}\" is not a URL", url));
  Peer peer{url_part(parsed.get(), CURLUPART_SCHEME), url_part(parsed.get(), CURLUPART_HOST),
            url_part(parsed.get(), CURLUPART_PORT)};
  if (peer.scheme != "https" && peer.scheme != "http")
    throw Error(Exit::configuration, msg("\"{0}\" is neither an https nor an http URL", url));
  return peer;
}

bool is_pkcs12(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return in.get() == 0x30;  // DER SEQUENCE; PEM is text
}

bool safe_method(const std::string& method) {
  return method == "GET" || method == "HEAD";
}  // RFC 9110 §9.2.1

void check_header(const std::string& name, const std::string& value) {
  const auto plain = [](unsigned char c) { return c == '\t' || (c >= 0x20 && c < 0x7F); };
  if (name.empty() || !std::all_of(name.begin(), name.end(), plain) || name.find(':') != std::string::npos ||
      !std::all_of(value.begin(), value.end(), plain))
    throw Error(Exit::configuration, msg("the HTTP header {0} may only hold ASCII characters", name));
}

class CurlClient final : public HttpClient {
 public:
  explicit CurlClient(TlsClientOptions options) : options_(std::move(options)) {
    start_curl_once();
    curl_.reset(curl_easy_init());
    if (!curl_) throw Error(Exit::unexpected, msg("libcurl cannot start"));
    pkcs12_ = !options_.certificate.empty() && is_pkcs12(options_.certificate);
  }

  HttpResponse perform(const HttpRequest& request) override {
    const std::scoped_lock lock(mutex_);  // one transfer at a time on the handle
    const Peer peer = peer_of(request.url);
    if (peer.scheme == "http" && (options_.client_key || !options_.certificate.empty()) && !peer.loopback())
      throw Error(Exit::configuration,
                  msg("{0} asks for http, and a client certificate needs https", peer.name()));
    Transfer transfer{request, curl_.get()};
    curl_easy_reset(curl_.get());
    error_text_.fill('\0');
    const auto headers = header_list(request);
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_HTTPHEADER, headers.get());
    set_transport(peer);
    set_tls();
    set_method(request);
    set_callbacks(transfer);
    const CURLcode result = curl_easy_perform(curl_.get());
    if (key_failure_) std::rethrow_exception(std::exchange(key_failure_, nullptr));
    if (transfer.failure) std::rethrow_exception(transfer.failure);
    if (result != CURLE_OK) fail(peer, transfer, result);
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    transfer.response.status = static_cast<int>(status);
    return std::move(transfer.response);
  }

 private:
  using List = Handle<curl_slist, curl_slist_free_all>;

  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode result = curl_easy_setopt(curl_.get(), option, value);
    if (result != CURLE_OK)
      throw Error(Exit::unexpected, msg("libcurl refuses option {0}: {1}", static_cast<int>(option),
                                        curl_easy_strerror(result)));
  }

  static void append(List& list, const std::string& line) {
    curl_slist* longer = curl_slist_append(list.get(), line.c_str());
    if (!longer) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  }

  static List header_list(const HttpRequest& request) {
    List list;
    for (const auto& [name, value] : request.headers) {
      check_header(name, value);
      append(list, value.empty() ? name + ';' : name + ": " + value);
    }
    const bool upload = request.body_fd >= 0;
    if (upload) append(list, "Transfer-Encoding: chunked");
    append(list, upload ? "Expect: 100-continue" : "Expect:");
    if (!request.headers.contains("Content-Type"))
      append(list, "Content-Type:");  // no form type of libcurl's own
    return list;
  }

  void set_transport(const Peer& peer) {
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);  // neither VITAM nor a TSA redirects: a redirect is an answer to look at
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(options_.connect_timeout.count()));
    set(CURLOPT_EXPECT_100_TIMEOUT_MS, expect_wait_ms);
    set(CURLOPT_ERRORBUFFER, error_text_.data());
    if (!options_.proxy.empty()) {
      // The proxy of the configuration, for every peer: the environment's exceptions do not count.
      set(CURLOPT_PROXY, options_.proxy.c_str());
      set(CURLOPT_NOPROXY, "");
      set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    } else if (peer.loopback()) {
      set(CURLOPT_NOPROXY, "*");
    }
  }

  void set_tls() {
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!options_.ca.empty()) {
      if (options_.ca_bytes.empty()) {
        set(CURLOPT_CAINFO, options_.ca.c_str());
      } else {
        curl_blob anchors{const_cast<char*>(options_.ca_bytes.data()), options_.ca_bytes.size(),
                          CURL_BLOB_NOCOPY};  // libcurl only reads it, and options_ outlives the handle
        set(CURLOPT_CAINFO_BLOB, &anchors);
      }
      set(CURLOPT_CAPATH,
          static_cast<const char*>(nullptr));  // these anchors instead of the system's, not besides
    }
    if (options_.client_key) {
      set(CURLOPT_SSL_CTX_FUNCTION, &CurlClient::on_context);
      set(CURLOPT_SSL_CTX_DATA, this);
      return;
    }
    if (options_.certificate.empty()) return;
    set(CURLOPT_SSLCERT, options_.certificate.c_str());
    set(CURLOPT_SSLCERTTYPE, pkcs12_ ? "P12" : "PEM");
    if (!options_.key_password.empty()) set(CURLOPT_KEYPASSWD, options_.key_password.c_str());
    if (pkcs12_) return;
    const auto& key = options_.key.empty() ? options_.certificate : options_.key;
    set(CURLOPT_SSLKEY, key.c_str());
    set(CURLOPT_SSLKEYTYPE, "PEM");
  }

  /// Called by libcurl for each new connection. No exception crosses it.
  static CURLcode on_context(CURL*, void* context, void* self) {
    auto& client = *static_cast<CurlClient*>(self);
    try {
      client.options_.client_key(context);
      return CURLE_OK;
    } catch (...) {
      client.key_failure_ = std::current_exception();
      return CURLE_SSL_CERTPROBLEM;
    }
  }

  /// However long the whole takes, as long as something moves.
  void set_low_speed_guard() {
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, stalled_seconds);
  }

  void set_method(const HttpRequest& request) {
    if (request.body_fd >= 0) {
      set(CURLOPT_UPLOAD, 1L);
      set_low_speed_guard();
    } else {
      if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
      if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
        set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        set(CURLOPT_POSTFIELDS, request.body.c_str());
      }
      if (request.on_received)
        set_low_speed_guard();
      else
        set(CURLOPT_TIMEOUT, static_cast<long>(request.timeout.count()));
    }
    if (request.method != "HEAD" || !request.body.empty()) set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    // libcurl repeats a request when a connection kept from before turns out dead. Never for what changes the
    // peer's state: a body would leave twice.
    if (!safe_method(request.method)) set(CURLOPT_FRESH_CONNECT, 1L);
  }

  void set_callbacks(Transfer& transfer) {
    set(CURLOPT_READFUNCTION, &Transfer::on_read);
    set(CURLOPT_READDATA, &transfer);
    set(CURLOPT_WRITEFUNCTION, &Transfer::on_write);
    set(CURLOPT_WRITEDATA, &transfer);
    set(CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    set(CURLOPT_HEADERDATA, &transfer);
  }

  [[nodiscard]] bool body_left(const Transfer& transfer) const {
    if (safe_method(transfer.request.method)) return false;  // asking again changes nothing
    if (transfer.request.body_fd >= 0) return transfer.sent > 0;
    curl_off_t left = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_SIZE_UPLOAD_T, &left);
    return left > 0;
  }

  [[noreturn]] void fail(const Peer& peer, const Transfer& transfer, CURLcode result) const {
    const char* text = error_text_[0] ? error_text_.data() : curl_easy_strerror(result);
    if (body_left(transfer))
      throw Error(Exit::transfer_in_doubt,
                  msg("the exchange with {0} broke after part of the data had left: {1}", peer.name(), text))
          .hint(msg("Ask the platform what it received before sending again."));
    if (transfer.too_large)
      throw Error(Exit::reply_unreadable, msg("the answer of {0} is larger than the limit of {1} bytes",
                                              peer.name(), transfer.request.response_limit));
    switch (result) {
      case CURLE_SSL_CERTPROBLEM:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_URL_MALFORMAT:
      case CURLE_UNSUPPORTED_PROTOCOL:
        throw Error(Exit::configuration, msg("{0} cannot be called: {1}", peer.name(), text))
            .hint(msg("Check the certificate, key, password and authority files of the configuration."));
      case CURLE_PEER_FAILED_VERIFICATION:
        throw Error(Exit::platform_unreachable,
                    msg("{0} does not prove its identity: {1}", peer.name(), text))
            .hint(msg("Check that the configured authority is the one that issued its certificate."));
      default:
        throw Error(Exit::platform_unreachable, msg("{0} cannot be reached: {1}", peer.name(), text))
            .hint(msg("Nothing was transferred: trying again later is safe."));
    }
  }

  TlsClientOptions options_;
  bool pkcs12_ = false;
  std::mutex mutex_;
  std::exception_ptr key_failure_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  Handle<CURL, curl_easy_cleanup> curl_;
};

}  // namespace

std::unique_ptr<HttpClient> make_curl_client(TlsClientOptions options) {
  return std::make_unique<CurlClient>(std::move(options));
}

}  // namespace versoir::core
