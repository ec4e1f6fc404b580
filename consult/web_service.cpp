// The door: Host, method, session, origin of what is posted. Then the page that was asked.
#include "consult/web_service.hpp"

#include "consult/web_pages.hpp"
#include "core/error.hpp"
#include "core/i18n.hpp"

#include <algorithm>

namespace versoir::consult {

using core::ServerResponse;
using core::tr;

namespace {

constexpr const char* session_cookie = "versoir";

/// Pages about one person.
bool is_about_person(const std::string& path) {
  return path == "/sheet" || path == "/source" || path == "/document" || path == "/earlier" ||
         path == "/person" || path == "/list/rows";
}

ServerResponse plain(int status, std::string_view text) {
  return {status, safe_headers("text/plain; charset=utf-8"), std::string(text) + "\n"};
}

ServerResponse without_session(int status, const std::string& establishment, const std::string& what) {
  PageFrame frame;
  frame.title = tr("No session");
  frame.establishment = establishment;
  Markup m;
  m.element("h1", tr("No session")).element("p", what);
  m.element("p",
            tr("Start versoir consult serve again, and open the address that it prints: it is good once."));
  return page_response(status, frame, m);
}

}  // namespace

WebService::WebService(std::list<ServedExtract> extracts, WebOptions options, AccessLog& log,
                       const core::Clock& clock)
    : extracts_(std::move(extracts)),
      options_(std::move(options)),
      log_(log),
      clock_(clock),
      sessions_(clock, options_.idle),
      reasons_(clock, std::chrono::minutes(30)) {}

void WebService::listens_on(std::uint16_t port) {
  for (const char* name : {"127.0.0.1", "localhost", "[::1]"})
    hosts_.push_back(fmt::format("{}:{}", name, port));
}

std::string WebService::entry_path() const { return "/enter?token=" + sessions_.entry_token(); }

bool WebService::is_ours(const std::string& host) const {
  return std::ranges::find(hosts_, host) != hosts_.end();
}

ServerResponse WebService::handle(const core::ServerRequest& raw) {
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
  if (request->path == "/enter" && !post_method) return enter(*request);
  const auto cookie = request->cookies.find(session_cookie);
  const auto session = cookie == request->cookies.end() ? std::nullopt : sessions_.find(cookie->second);
  if (!session)
    return without_session(403, options_.establishment,
                           tr("This page is for whoever opened the address that the program printed."));
  try {
    if (post_method) return post(*request, *session);
    if (is_about_person(request->path) && !options_.reasons.empty() &&
        !reasons_.find(session->id, person_of(*request)))
      return Pages(*this, *request, *session).ask_reason(raw.target);
    return get(*request, *session);
  } catch (const core::Error& e) {
    const int status = e.code() == core::Exit::not_found ? 409 : 500;
    return Pages(*this, *request, *session)
        .failure(status, tr("This page cannot be shown"), e.message().text());
  }
}

ServerResponse WebService::enter(const WebRequest& request) {
  const auto cookie = request.cookies.find(session_cookie);
  if (cookie != request.cookies.end() && sessions_.find(cookie->second)) return redirect_response("/");
  const auto session = sessions_.enter(request.get("token"));
  if (!session)
    return without_session(403, options_.establishment, tr("This address is wrong, or was used before."));
  log_.session(true);
  auto response = redirect_response("/");
  response.headers["Set-Cookie"] =
      fmt::format("{}={}; HttpOnly; SameSite=Strict; Path=/", session_cookie, session->id);
  return response;
}

ServerResponse WebService::post(const WebRequest& request, const WebSession& session) {
  const auto form = request.form.find("form");
  const bool same_origin = request.header("Origin") == "http://" + request.header("Host");
  if (!request.header("Content-Type").starts_with("application/x-www-form-urlencoded") || !same_origin ||
      form == request.form.end() || !same_secret(form->second, session.form))
    return plain(403, "this form does not come from a page of the service");
  if (request.path == "/reason" && !options_.reasons.empty())
    return Pages(*this, request, session).take_reason();
  if (request.path == "/person") return Pages(*this, request, session).person_file();
  if (request.path == "/list/csv") return Pages(*this, request, session).list_csv();
  if (request.path != "/quit") return plain(404, "not found");
  sessions_.end(session.id);
  log_.session(false);
  auto response = without_session(200, options_.establishment, tr("The session is ended."));
  response.headers["Set-Cookie"] =
      fmt::format("{}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0", session_cookie);
  return response;
}

ServerResponse WebService::get(const WebRequest& request, const WebSession& session) {
  Pages pages(*this, request, session);
  if (request.path == "/") return pages.home();
  if (request.path == "/search") return pages.results();
  if (request.path == "/sheet") return pages.sheet();
  if (request.path == "/source") return pages.source();
  if (request.path == "/document") return pages.document();
  if (request.path == "/about") return pages.about();
  if (request.path == "/person") return pages.person();
  if (request.path == "/verifier") return pages.check_code();
  if (request.path == "/earlier") return pages.earlier();
  if (request.path == "/lists") return pages.lists();
  if (request.path == "/list") return pages.list();
  if (request.path == "/list/rows") return pages.list_rows();
  return pages.failure(404, tr("Page not found"), tr("There is no such page."));
}

}  // namespace versoir::consult
