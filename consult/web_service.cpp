// The door: Host, method, who reads, what his roles give, origin of what is posted. Then the page asked for.
#include "consult/web_service.hpp"

#include "consult/web_pages.hpp"
#include "consult/web_routes.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/i18n.hpp"

#include <algorithm>
#include <ctime>

namespace versoir::consult {

using core::ServerResponse;
using core::tr;

namespace {

constexpr std::size_t most_refusals = 1000;
constexpr auto refusal_again = std::chrono::minutes(10);
constexpr std::size_t longest_reader = 128;

ServerResponse plain(int status, std::string_view text) {
  return {status, safe_headers("text/plain; charset=utf-8"), std::string(text) + "\n"};
}

ServerResponse without_session(int status, const std::string& establishment, const std::string& title,
                               const std::string& what, const std::string& then) {
  PageFrame frame;
  frame.title = title;
  frame.establishment = establishment;
  Markup m;
  m.element("h1", title).element("p", what);
  if (!then.empty()) m.element("p", then);
  return page_response(status, frame, m);
}

ServerResponse start_again(int status, const std::string& establishment, const std::string& what) {
  return without_session(
      status, establishment, tr("No session"), what,
      tr("Start versoir consult serve again, and open the address that it prints: it is good once."));
}

/// As directories name people. A header that came twice has a comma, and names nobody.
bool is_reader_name(std::string_view text) {
  return !text.empty() && text.size() <= longest_reader && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("._@+-").find(c) != std::string::npos;
  });
}

int status_of(core::Exit code) {
  if (code == core::Exit::usage) return 400;
  return code == core::Exit::not_found ? 409 : 500;
}

double cpu_milliseconds() {
  timespec t{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

}  // namespace

WebService::WebService(std::list<ServedExtract> extracts, WebOptions options, AccessLog& log,
                       const core::Clock& clock)
    : extracts_(std::move(extracts)),
      options_(std::move(options)),
      log_(log),
      clock_(clock),
      sessions_(clock, options_.idle),
      reasons_(clock, std::chrono::minutes(30)) {
  if (!options_.proxy) return;
  if (options_.roles.empty())
    throw core::Error(core::Exit::configuration,
                      core::msg("Behind a proxy, versoir.conf must say who may see what."))
        .hint(core::msg("A section [role.NAME] names users or groups, extracts and zones."));
  hosts_ = options_.proxy->hosts;
}

void WebService::listens_on(std::uint16_t port) {
  for (const char* name : {"127.0.0.1", "localhost", "[::1]"})
    hosts_.push_back(fmt::format("{}:{}", name, port));
}

std::string WebService::entry_path() const { return "/enter?token=" + sessions_.entry_token(); }

bool WebService::is_ours(const std::string& host) const {
  return std::ranges::find(hosts_, host) != hosts_.end();
}

core::Date WebService::today() const {
  return core::Date(std::chrono::floor<std::chrono::days>(clock_.now()));
}

/// __Host-: a browser takes it from nobody else, and only over TLS, which the proxy ends.
std::string WebService::cookie_of(const std::string& value, const char* more) const {
  return fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/{}{}",
                     options_.proxy ? "__Host-versoir" : "versoir", value, options_.proxy ? "; Secure" : "",
                     more);
}

ServerResponse WebService::handle(const core::ServerRequest& raw) {
  const auto begin = std::chrono::steady_clock::now();
  const auto cpu = cpu_milliseconds();
  auto response = guarded(raw);
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
  response.headers["Server-Timing"] =
      fmt::format("app;dur={:.3f}, cpu;dur={:.3f}", taken.count(), cpu_milliseconds() - cpu);
  return response;
}

ServerResponse WebService::guarded(const core::ServerRequest& raw) {
  const bool post_method = raw.method == "POST";
  if (raw.method != "GET" && raw.method != "HEAD" && !post_method) {
    auto refused = plain(405, "method not allowed");
    refused.headers["Allow"] = "GET, HEAD, POST";
    return refused;
  }
  const auto request = read_web_request(raw);
  if (!request) return plain(400, "malformed request");
  // A page of another site that has its name lead to this machine sends its own name here.
  if (!is_ours(request->header("Host"))) return plain(421, "this is not the address of the service");
  if (request->path == "/style.css" && !post_method)
    return {200, safe_headers("text/css; charset=utf-8"), std::string(web_style())};
  return options_.proxy ? from_proxy(raw, *request) : from_workstation(raw, *request);
}

ServerResponse WebService::from_workstation(const core::ServerRequest& raw, const WebRequest& request) {
  if (request.path == "/enter" && request.method != "POST") return enter(request);
  const auto cookie = request.cookies.find("versoir");
  const auto session = cookie == request.cookies.end() ? std::nullopt : sessions_.find(cookie->second);
  if (!session)
    return start_again(403, options_.establishment,
                       tr("This page is for whoever opened the address that the program printed."));
  const Identity who{options_.reader, {}};
  auto rights =
      options_.roles.empty() ? Rights::everything(options_.reasons) : options_.roles.of(who, today());
  if (rights.none()) return unknown_reader(who, rights);
  return answer(raw, request, {*session, options_.reader, std::move(rights)});
}

/// What the header says only counts when the kernel says that the proxy's account is at the other end.
ServerResponse WebService::from_proxy(const core::ServerRequest& raw, const WebRequest& request) {
  const auto& proxy = *options_.proxy;
  if (raw.peer_uid != proxy.account) return plain(403, "only the reverse proxy is answered here");
  Identity who{request.header(proxy.identity_header), {}};
  if (!is_reader_name(who.user))
    return without_session(403, options_.establishment, tr("Who reads is not known"),
                           tr("The portal did not say who you are, or not in a usable way."),
                           options_.contact.empty() ? tr("Tell whoever runs the consultation.")
                                                    : core::msg("Tell {0}.", options_.contact).text());
  if (!proxy.groups_header.empty())
    for (auto& group : between_semicolons(request.header(proxy.groups_header)))
      who.groups.insert(std::move(group));
  auto rights = options_.roles.of(who, today());
  if (rights.none()) return unknown_reader(who, rights);
  const auto cookie = request.cookies.find("__Host-versoir");
  auto [session, fresh] =
      sessions_.of(cookie == request.cookies.end() ? std::string() : cookie->second, who.user);
  if (fresh) log_.session(true, who.user);
  const auto id = session.id;
  auto response = answer(raw, request, {std::move(session), who.user, std::move(rights)});
  if (fresh && !response.headers.contains("Set-Cookie")) response.headers["Set-Cookie"] = cookie_of(id);
  return response;
}

ServerResponse WebService::unknown_reader(const Identity& who, const Rights& rights) {
  note_refusal(who.user, "/", rights.ended() ? "ended" : "no role");
  const auto what = rights.ended()
                        ? core::msg("The right of {0} to consult ended on {1}.", who.user,
                                    core::format_date_fr(*rights.ended()))
                              .text()
                        : core::msg("No role of this consultation is given to {0}.", who.user).text();
  return without_session(403, options_.establishment, tr("You may not consult here"), what,
                         options_.contact.empty()
                             ? tr("Ask whoever runs the consultation.")
                             : core::msg("To be given one, ask: {0}.", options_.contact).text());
}

/// Once in a while for the same reader and page: somebody who insists does not fill the disk.
void WebService::note_refusal(const std::string& reader, const std::string& page, const std::string& why) {
  {
    const std::scoped_lock lock(refusals_mutex_);
    const auto now = clock_.now();
    std::erase_if(refusals_, [&](const auto& entry) { return now - entry.second >= refusal_again; });
    if (refusals_.size() >= most_refusals || !refusals_.emplace(reader + " " + page + " " + why, now).second)
      return;
  }
  log_.refused(reader, page, why);
}

ServedExtract* WebService::asked(const WebRequest& request, const Rights& rights) {
  const auto name = request.get("app");
  const auto it = std::ranges::find_if(extracts_, [&](const ServedExtract& e) {
    return name.empty() ? rights.in(e.run().application) != nullptr : e.id == name;
  });
  if (it != extracts_.end()) return &*it;
  return name.empty() ? &extracts_.front() : nullptr;
}

ServerResponse WebService::answer(const core::ServerRequest& raw, const WebRequest& request,
                                  const Visit& visit) {
  Pages pages(*this, request, visit);
  try {
    const bool post_method = request.method == "POST";
    if (post_method && !is_own_form(request, visit.session))
      return plain(403, "this form does not come from a page of the service");
    const auto* route = find_route(request.method, request.path);
    if (!route) return pages.failure(404, tr("Page not found"), tr("There is no such page."));
    if (const auto refused =
            refusal(*route, visit.rights, asked(request, visit.rights), request.get("app") == all_extracts)) {
      note_refusal(visit.reader, request.path, refused->why);
      return pages.failure(403, tr("Not in your role"), refused->what);
    }
    if (route->needs & needs_reason) {
      // An address of a record that another site leads to would leave a trace of what the reader did not
      // mean.
      if (request.header("Sec-Fetch-Site") == "cross-site") return pages.ask_whether(raw.target);
      if (!visit.rights.reasons().empty() && !reasons_.find(visit.session.id, person_of(request)))
        return post_method ? pages.reason_again() : pages.ask_reason(raw.target);
    }
    return (pages.*route->page)();
  } catch (const core::Error& e) {
    return pages.failure(status_of(e.code()), tr("This page cannot be shown"), e.message().text());
  }
}

ServerResponse WebService::enter(const WebRequest& request) {
  const auto cookie = request.cookies.find("versoir");
  if (cookie != request.cookies.end() && sessions_.find(cookie->second)) return redirect_response("/");
  const auto session = sessions_.enter(request.get("token"));
  if (!session)
    return start_again(403, options_.establishment, tr("This address is wrong, or was used before."));
  log_.session(true);
  auto response = redirect_response("/");
  response.headers["Set-Cookie"] = cookie_of(session->id);
  return response;
}

/// Three times the same question, since each answer fails in some browser: where the request comes from, what
/// the browser says of it, and the secret that only a page of this session holds.
bool WebService::is_own_form(const WebRequest& request, const WebSession& session) const {
  const auto form = request.form.find("form");
  const auto origin = (options_.proxy ? "https://" : "http://") + request.header("Host");
  const auto site = request.header("Sec-Fetch-Site");
  return request.header("Content-Type").starts_with("application/x-www-form-urlencoded") &&
         request.header("Origin") == origin && (site.empty() || site == "same-origin") &&
         form != request.form.end() && same_secret(form->second, session.form);
}

ServerResponse Pages::quit() {
  service_.sessions_.end(session_.id);
  service_.log_.session(false, visit_.reader);
  const auto& proxy = service_.options_.proxy;
  PageFrame f;
  f.title = tr("No session");
  f.establishment = service_.options_.establishment;
  Markup m;
  m.element("h1", tr("No session")).element("p", tr("The session is ended."));
  if (!proxy)
    m.element("p",
              tr("Start versoir consult serve again, and open the address that it prints: it is good once."));
  else if (!proxy->logout.empty())
    m.raw("<p>").link(proxy->logout, tr("Leave the portal of the establishment")).raw("</p>\n");
  else
    m.element("p", tr("You are still known to the portal of the establishment: leave it too, or close the "
                      "browser."));
  auto response = page_response(200, f, m);
  response.headers["Set-Cookie"] = service_.cookie_of("", "; Max-Age=0");
  return response;
}

}  // namespace versoir::consult
