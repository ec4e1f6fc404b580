// The page that asks why a record is opened, and what comes back from it.
#include "consult/web_pages.hpp"
#include "core/text.hpp"

#include <charconv>

namespace versoir::consult {

using core::ServerResponse;
using core::tr;

namespace {

constexpr std::size_t longest_reference = 200;

bool leads_to_a_record(const std::string& target) {
  return target.starts_with("/list/rows?") || target.starts_with("/sheet?") ||
         target.starts_with("/source?") || target.starts_with("/document?") ||
         target.starts_with("/document.pdf?") || target.starts_with("/earlier?") ||
         target.starts_with("/person?");
}

}  // namespace

std::string person_of(const WebRequest& request) {
  if (request.path.starts_with("/list/")) return request.get("app") + " list " + request.get("list");
  return request.get("app") + " " + request.get("record") + " " + request.get("key");
}

ServerResponse Pages::ask_reason(const std::string& target) {
  const auto title = tr("Why this record is opened");
  auto f = frame(title);
  f.crumbs = {{"/", tr("Search")}, {"", title}};
  Markup m;
  m.element("h1", title);
  m.element("p",
            tr("Records of persons are opened for a reason only. What you choose is written down with your "
               "name, the date and the number of the record; it holds for half an hour for this person."));
  m.raw("<form method=\"post\" action=\"/reason\">\n<fieldset><legend>")
      .text(tr("Reason"))
      .raw("</legend>\n");
  for (std::size_t i = 0; i < visit_.rights.reasons().size(); ++i) {
    m.raw("<p><input type=\"radio\" name=\"reason\" required id=\"reason").text(std::to_string(i));
    m.raw("\" value=\"").text(std::to_string(i)).raw("\"><label for=\"reason").text(std::to_string(i));
    m.raw("\">").text(visit_.rights.reasons()[i]).raw("</label></p>\n");
  }
  m.raw("</fieldset>\n<p><label for=\"reference\">")
      .text(tr("Reference of the request (number, date; no name)"));
  m.raw(
      "</label><input id=\"reference\" name=\"reference\" type=\"text\" maxlength=\"200\" "
      "autocomplete=\"off\"></p>\n");
  m.raw("<input type=\"hidden\" name=\"form\" value=\"").text(session_.form).raw("\">\n");
  m.raw("<input type=\"hidden\" name=\"to\" value=\"").text(target).raw("\">\n");
  m.raw("<p><button>").text(tr("Open the record")).raw("</button></p>\n</form>\n");
  return page_response(200, f, m);
}

ServerResponse Pages::reason_again() {
  return failure(409, tr("This page cannot be shown"),
                 request_.path.starts_with("/list/")
                     ? tr("The reason that was given is too old: show the list again.")
                     : tr("The reason that was given is too old: open the record again."));
}

ServerResponse Pages::ask_whether(const std::string& target) {
  const auto title = tr("Open this record?");
  auto f = frame(title);
  f.crumbs = {{"/", tr("Search")}, {"", title}};
  Markup m;
  m.element("h1", title);
  m.element("p", tr("Another site leads here. If you go on, what you open is written down with your name."));
  m.raw("<p>").link(target, tr("Open the record")).raw("</p>\n");
  return page_response(200, f, m);
}

ServerResponse Pages::take_reason() {
  const auto field = [&](const char* name) {
    const auto it = request_.form.find(name);
    return it == request_.form.end() ? std::string() : it->second;
  };
  const auto to = field("to"), chosen = field("reason");
  core::ServerRequest there;
  there.method = "GET";
  there.target = to;
  const auto target = leads_to_a_record(to) ? read_web_request(there) : std::nullopt;
  std::size_t n = 0;
  const auto* end = chosen.data() + chosen.size();
  const auto [stop, error] = std::from_chars(chosen.data(), end, n);
  const bool in_list =
      !chosen.empty() && error == std::errc{} && stop == end && n < visit_.rights.reasons().size();
  const auto reference = core::trim(field("reference"));
  if (!target || !in_list || reference.size() > longest_reference)
    return failure(400, tr("This form cannot be taken"), tr("Choose a reason in the list, and try again."));
  service_.reasons_.give(session_.id, person_of(*target), {visit_.rights.reasons()[n], reference});
  return redirect_response(to);
}

}  // namespace versoir::consult
