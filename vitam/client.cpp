// VITAM's external API over the HTTP port: what is sent, and what each answer means.
#include "vitam/client.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "vitam/exchange.hpp"
#include "vitam/refused.hpp"

#include <algorithm>
#include <set>

namespace versoir::vitam {

namespace {

using core::Error;
using core::Exit;
using core::HttpResponse;
using core::msg;

std::string member(const core::Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

/// The useful sentence of a VitamError, "" for the pages of a proxy and empty bodies.
std::string description_of(const std::string& body) {
  if (body.empty() || body.size() > 1'000'000) return {};
  try {
    const auto json = core::parse_json(body, "VitamError", Exit::reply_unreadable);
    if (!json.is_object()) return {};
    std::string text = member(json, "description");
    if (text.empty()) text = member(json, "message");
    const std::string code = member(json, "code");
    if (!code.empty()) text += (text.empty() ? "" : " ") + ('(' + code + ')');
    return text;
  } catch (const Error&) {
    return {};
  }
}

/// What the depositor can look at, by status (VITAM answers 401 to nearly every refusal).
std::optional<core::Message> advice_for(int status) {
  switch (status) {
    case 401:
    case 403:
      return msg(
          "Check with the platform: the client certificate, the application context, its security profile, "
          "the tenant and the contracts.");
    case 404:
      return msg("Check the URL of the service and its path prefix.");
    case 412:
      return msg("Check the tenant number; the platform also refuses headers with unusual characters.");
    case 415:
      return msg("The platform does not take this kind of body: report it.");
    case 503:
      return msg("The platform is closed or does not know the workflow: try again later.");
    default:
      return std::nullopt;
  }
}

[[noreturn]] void refused(core::Message doing, const HttpResponse& response,
                          Exit code = Exit::platform_refused) {
  const std::string text = description_of(response.body);
  Error e = text.empty() ? Error(code, msg("the platform answered HTTP {0}", response.status))
                         : Error(code, msg("the platform answered HTTP {0}: {1}", response.status, text));
  e.while_doing(std::move(doing));
  if (const auto advice = advice_for(response.status)) throw std::move(e).hint(*advice);
  throw e;
}

/// A proxy in front of a platform under maintenance: the question can be asked again.
bool temporary(int status) { return status == 502 || status == 503 || status == 504; }

}  // namespace

bool is_operation_id(std::string_view id) {
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

void throw_refused(core::Message doing, const core::HttpResponse& response) {
  refused(std::move(doing), response,
          temporary(response.status) ? Exit::platform_unreachable : Exit::platform_refused);
}

void throw_refused(core::Message doing, const core::HttpResponse& response, core::Exit code) {
  refused(std::move(doing), response, code);
}

Client::Client(core::HttpClient& http, Platform platform) : http_(http), platform_(std::move(platform)) {}

core::HttpRequest Client::request(std::string method, std::string url) const {
  return question(platform_, std::move(method), std::move(url));
}

OperationStatus Client::status(const OperationId& id) {
  const auto response =
      http_.perform(request("HEAD", platform_.access_url + "/admin-external/v1/operations/" + id.value));
  OperationStatus s;
  s.state = response.header("X-Global-Execution-State");
  s.status = response.header("X-Global-Execution-Status");
  if ((response.status == 200 || response.status == 202) && !s.state.empty()) return s;
  // An operation that the process engine dropped, about one hour after its end: 204, 404 or 500.
  if (response.status == 204 || response.status == 404 || response.status == 500) return {"", "UNKNOWN"};
  refused(msg("while asking for the state of operation {0}", id.value), response,
          temporary(response.status) ? Exit::platform_unreachable : Exit::platform_refused);
}

core::Json Client::detail(const OperationId& id) {
  auto r = request("GET", platform_.access_url + "/admin-external/v1/operations/" + id.value);
  r.headers["Content-Type"] = "application/json";
  const auto response = http_.perform(r);
  if (response.status != 200 && response.status != 202)
    refused(msg("while asking for the detail of operation {0}", id.value), response);
  return core::parse_json(response.body, r.url, Exit::reply_unreadable);
}

void Client::archive_transfer_reply(const OperationId& id, const std::filesystem::path& to) {
  auto r = request(
      "GET", platform_.ingest_url + "/ingest-external/v1/ingests/" + id.value + "/archivetransferreply");
  r.headers["Accept"] = "application/octet-stream";  // anything else is a 406
  r.response_limit = std::uint64_t{1} << 32;         // as many events as the SIP has units
  core::AtomicFile file(to);
  r.on_received = [&file](std::string_view piece) { file.write(piece); };
  const auto response = http_.perform(r);
  if (response.status == 200) return file.commit();
  refused(msg("while asking for the reply to operation {0}", id.value), response,
          response.status == 404       ? Exit::not_found
          : temporary(response.status) ? Exit::platform_unreachable
                                       : Exit::platform_refused);
}

namespace {

/// Past that offset VITAM's answers cannot be relied on.
constexpr std::size_t referential_page = 1000, referential_most = 10'000;

/// The field that names a record of a referential.
std::string key_of(const std::string& referential) {
  return referential == "rules" ? "RuleId" : referential == "formats" ? "PUID" : "Identifier";
}

/// The records of one answer, and how many the platform says there are.
struct Page {
  core::Json records;
  std::optional<std::size_t> total;
};

Page read_page(const std::string& body, const std::string& url) {
  auto answer = core::parse_json(body, url, Exit::reply_unreadable);
  const auto results = answer.is_object() ? answer.find("$results") : answer.end();
  if (!answer.is_object() || results == answer.end() || !results->is_array() ||
      !std::ranges::all_of(*results, [](const core::Json& record) { return record.is_object(); }))
    throw Error(Exit::reply_unreadable, msg("{0}: the answer holds no list of records.", url));
  Page page{std::move(*results), std::nullopt};
  if (const auto hits = answer.find("$hits"); hits != answer.end() && hits->is_object())
    if (const auto total = hits->find("total"); total != hits->end() && total->is_number_unsigned())
      page.total = total->get<std::size_t>();
  return page;
}

/// Records of successive pages, each once.
class Gathered {
 public:
  Gathered(std::string key, std::string url) : key_(std::move(key)), url_(std::move(url)) {}

  void add(Page page) {
    total_ = page.total;
    for (auto& record : page.records) {
      const auto name = member(record, key_.c_str());
      if (!name.empty() && !names_.insert(name).second)
        throw Error(Exit::reply_unreadable,
                    msg("{0}: the record {1} comes twice: the pages of the platform overlap.", url_, name))
            .hint(msg("The referential may be changing just now: try again."));
      all_.push_back(std::move(record));
    }
    last_ = page.records.size();
    if (total_.value_or(0) > referential_most || (all_.size() >= referential_most && !complete()))
      throw Error(Exit::reply_unreadable, msg("{0}: more than {1} records, which the platform does not give.",
                                              url_, referential_most));
  }
  /// A platform may give fewer in a page than it is asked for: only its own total, or an empty page, is the
  /// end.
  [[nodiscard]] bool complete() const { return last_ == 0 || (total_ && all_.size() >= *total_); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }

  core::Json take() && {
    if (total_ && all_.size() != *total_)
      throw Error(Exit::reply_unreadable,
                  msg("{0}: the platform announces {1} records and gives {2}.", url_, *total_, all_.size()))
          .hint(msg("The referential may be changing just now: try again."));
    return std::move(all_);
  }

 private:
  std::string key_, url_;
  core::Json all_ = core::Json::array();
  std::set<std::string> names_;
  std::optional<std::size_t> total_;
  std::size_t last_ = 0;
};

}  // namespace

core::Json Client::referential(const std::string& name) {
  const auto key = key_of(name);
  auto r = request("GET", platform_.access_url + "/admin-external/v1/" + name);
  r.headers["Content-Type"] = "application/json";
  if (!platform_.access_contract.empty()) r.headers["X-Access-Contract-Id"] = platform_.access_contract;
  Gathered gathered(key, r.url);
  do {
    r.body =
        core::Json{{"$query", core::Json::object()},
                   {"$filter",
                    {{"$limit", referential_page}, {"$offset", gathered.size()}, {"$orderby", {{key, 1}}}}},
                   {"$projection", core::Json::object()}}
            .dump();
    const auto response = http_.perform(r);
    if (response.status != 200) {
      try {
        refused(msg("while asking for the referential {0}", name), response,
                temporary(response.status) ? Exit::platform_unreachable : Exit::platform_refused);
      } catch (const Error& e) {
        throw RefusedByPlatform(e, response.status);
      }
    }
    gathered.add(read_page(response.body, r.url));
  } while (!gathered.complete());
  return std::move(gathered).take();
}

ProfileGrammar Client::profile_grammar(const std::string& identifier) {
  // As one segment of a path these would lead elsewhere, however they are written.
  if (identifier.empty() || identifier == "." || identifier == "..") return {};
  auto r = request("GET",
                   platform_.access_url + "/admin-external/v1/profiles/" + core::percent_encoded(identifier));
  r.headers["Accept"] = "application/octet-stream";
  r.response_limit = 64u << 20;
  auto response = http_.perform(r);
  if (response.status == 200 && !response.body.empty()) return {true, std::move(response.body)};
  if (response.status == 200 || response.status == 404) return {true, {}};
  // A server may take no such name in an address, also well written: what the profile has is then not known.
  if ((response.status == 400 || response.status == 412) && !is_operation_id(identifier)) return {};
  refused(msg("while asking for the archival profile {0}", identifier), response,
          temporary(response.status) ? Exit::platform_unreachable : Exit::platform_refused);
}

std::vector<core::Finding> Client::ping() {
  std::vector<core::Finding> findings;
  for (const auto& [base, service] : {std::pair{platform_.ingest_url, "ingest-external"},
                                      std::pair{platform_.access_url, "admin-external"}}) {
    const std::string url = base + '/' + service + "/v1/status";
    try {
      const auto response = http_.perform(request("GET", url));
      if (response.status == 204 || response.status == 200) continue;
      findings.push_back({core::Severity::error, "PLATFORM_DOWN",
                          msg("{0} answers HTTP {1}", url, response.status), service});
    } catch (const Error& e) {
      if (e.code() == Exit::configuration) throw;
      findings.push_back({core::Severity::error, "PLATFORM_UNREACHABLE", e.message(), service});
    }
  }
  return findings;
}

}  // namespace versoir::vitam
