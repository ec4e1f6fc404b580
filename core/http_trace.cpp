// See http_trace.hpp.
#include "core/http_trace.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <set>
#include <sys/stat.h>
#include <vector>

namespace versoir::core {

namespace {

constexpr std::size_t shown_most = 2048;
constexpr std::size_t parsed_most = 1u << 20;
constexpr std::string_view hidden = "[...]";

/// Headers whose values say what the exchange was and nothing of anybody. A file name, a cookie or a personal
/// certificate is in none of these.
constexpr std::array<std::string_view, 24> shown_headers{"Accept",
                                                         "Connection",
                                                         "Content-Length",
                                                         "Content-Type",
                                                         "Date",
                                                         "Expect",
                                                         "Retry-After",
                                                         "Server",
                                                         "Transfer-Encoding",
                                                         "User-Agent",
                                                         "Via",
                                                         "X-Access-Contract-Id",
                                                         "X-Action",
                                                         "X-Application-Id",
                                                         "X-Context-Id",
                                                         "X-Global-Execution-State",
                                                         "X-Global-Execution-Status",
                                                         "X-Http-Method-Override",
                                                         "X-Manifest-Digest-Algo",
                                                         "X-Manifest-Digest-Value",
                                                         "X-Qualifier",
                                                         "X-Request-Id",
                                                         "X-Tenant-Id",
                                                         "X-Version"};

Json headers_json(const Headers& headers) {
  Json out = Json::object();
  const CaseLess less;
  for (const auto& [name, value] : headers) {
    const bool shown = std::ranges::any_of(
        shown_headers, [&](std::string_view known) { return !less(known, name) && !less(name, known); });
    out[repair_utf8(name)] = shown ? repair_utf8(value) : std::string(hidden);
  }
  return out;
}

/// Neither the name and password that an address could hold, nor its query.
std::string plain_url(const std::string& url) {
  std::string text = url.substr(0, url.find('?'));
  const auto host = text.find("://");
  if (host == std::string::npos) return text;
  const auto path = std::min(text.find('/', host + 3), text.size());
  if (const auto at = text.substr(0, path).rfind('@'); at != std::string::npos)
    text.erase(host + 3, at - host - 2);
  if (text.size() < url.size() && url.find('?') != std::string::npos) text += "?" + std::string(hidden);
  return text;
}

/// Texts that a question holds: the platform may repeat them in its refusal.
void collect_texts(const Json& json, std::set<std::string>& texts) {
  if (json.is_string()) {
    if (const auto& text = json.get_ref<const std::string&>(); text.size() > 2) texts.insert(text);
    return;
  }
  if (json.is_structured())
    for (const auto& item : json) collect_texts(item, texts);
}

std::string without(std::string text, const std::string& word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += hidden.size())
    text.replace(at, word.size(), hidden);
  return text;
}

void hide(Json& json, const std::vector<std::string>& words) {
  if (json.is_string()) {
    std::string text = json.get<std::string>();
    for (const auto& word : words) text = without(std::move(text), word);
    json = std::move(text);
  } else if (json.is_structured()) {
    for (auto& item : json) hide(item, words);
  }
}

std::optional<Json> parsed(const std::string& body) {
  if (body.empty() || body.size() > parsed_most) return std::nullopt;
  try {
    return parse_json(body, "body");
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// The words of a refusal; "" of anything else.
std::string refusal_text(const HttpRequest& request, const HttpResponse& response) {
  if (response.status < 400) return {};
  const auto answer = parsed(response.body);
  if (!answer || !answer->is_object() || !answer->contains("code")) return {};
  // The question comes back under $context in some refusals.
  Json shown = Json::object();
  for (const auto* key : {"httpCode", "code", "context", "state", "message", "description", "errors"})
    if (const auto at = answer->find(key); at != answer->end()) shown[key] = *at;
  std::set<std::string> texts;
  if (const auto question = parsed(request.body)) collect_texts(*question, texts);
  // Longest first: what holds another is hidden as a whole.
  std::vector<std::string> words(texts.begin(), texts.end());
  std::ranges::sort(words, [](const auto& a, const auto& b) { return a.size() > b.size(); });
  for (auto& item : shown) hide(item, words);
  std::string text = shown.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > shown_most) text = repair_utf8(text.substr(0, shown_most)) + std::string(hidden);
  return text;
}

/// Size and digest of what passes.
class Passing {
 public:
  void add(std::string_view piece) {
    hasher_.update(piece);
    size_ += piece.size();
  }
  [[nodiscard]] Json json() {
    Json out{{"size", size_}};
    if (size_ > 0) out["sha256"] = hasher_.finish().hex();
    return out;
  }

 private:
  Sha256Hasher hasher_;
  std::uint64_t size_ = 0;
};

class TracingClient final : public HttpClient {
 public:
  TracingClient(std::unique_ptr<HttpClient> client, const std::filesystem::path& file, const Clock& clock)
      : client_(std::move(client)),
        file_(file),
        clock_(clock),
        fd_(::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    // An older file may have been made by another tool, readable by all.
    if (!fd_ || ::fchmod(fd_.get(), 0600) != 0) throw_errno("open", file.string());
  }

  HttpResponse perform(const HttpRequest& request) override {
    Passing sent, received;
    HttpRequest traced = request;
    if (request.body_fd >= 0)
      traced.on_sent = [&](std::string_view piece) {
        if (request.on_sent) request.on_sent(piece);
        sent.add(piece);
      };
    else
      sent.add(request.body);
    if (request.on_received)
      traced.on_received = [&](std::string_view piece) {
        received.add(piece);
        request.on_received(piece);
      };
    Json line{{"time", format_instant(clock_.now())},
              {"method", request.method},
              {"url", plain_url(request.url)},
              {"headers", headers_json(request.headers)}};
    const auto started = std::chrono::steady_clock::now();
    const auto write = [&] {
      line["sent"] = sent.json();
      line["milliseconds"] =
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started)
              .count();
      write_all(fd_.get(), line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n', file_);
    };
    HttpResponse response;
    try {
      response = client_->perform(traced);
    } catch (const Error& e) {
      line["failure"] = {{"code", exit_name(e.code())}, {"message", e.message().english()}};
      write();
      throw;
    }
    received.add(response.body);
    line["status"] = response.status;
    line["answer"] = {{"headers", headers_json(response.headers)}, {"body", received.json()}};
    if (const auto text = refusal_text(request, response); !text.empty()) line["answer"]["refusal"] = text;
    write();
    return response;
  }

 private:
  std::unique_ptr<HttpClient> client_;
  std::filesystem::path file_;
  const Clock& clock_;
  UniqueFd fd_;
};

}  // namespace

std::unique_ptr<HttpClient> trace_client(std::unique_ptr<HttpClient> client,
                                         const std::filesystem::path& file, const Clock& clock) {
  return std::make_unique<TracingClient>(std::move(client), file, clock);
}

}  // namespace versoir::core
