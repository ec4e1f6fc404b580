// See web_routes.hpp.
#include "consult/web_routes.hpp"

#include "core/i18n.hpp"

#include <algorithm>
#include <array>

namespace versoir::consult {

using core::msg;
using core::tr;

namespace {

constexpr unsigned about_person = needs_extract | needs_persons | needs_reason;

constexpr std::array routes{
    Route{"GET", "/", needs_nothing, &Pages::home},
    Route{"GET", "/search", needs_extract | needs_persons, &Pages::results},
    Route{"GET", "/sheet", about_person, &Pages::sheet},
    Route{"GET", "/source", about_person, &Pages::source},
    Route{"GET", "/document", about_person | needs_print, &Pages::document},
    Route{"GET", "/document.pdf", about_person | needs_print, &Pages::document_pdf},
    Route{"GET", "/earlier", about_person, &Pages::earlier},
    Route{"GET", "/person", about_person | needs_export, &Pages::person},
    Route{"POST", "/person", about_person | needs_export, &Pages::person_file},
    Route{"GET", "/lists", needs_some_persons, &Pages::lists},
    Route{"GET", "/list", needs_extract | needs_persons, &Pages::list},
    Route{"GET", "/list/rows", about_person, &Pages::list_rows},
    Route{"POST", "/list/csv", about_person | needs_export, &Pages::list_csv},
    Route{"GET", "/verifier", needs_some_persons, &Pages::check_code},
    Route{"GET", "/about", needs_nothing, &Pages::about},
    Route{"GET", "/log", needs_nothing, &Pages::log},
    Route{"GET", "/log.csv", needs_logs | needs_export, &Pages::log_csv},
    Route{"POST", "/reason", needs_nothing, &Pages::take_reason},
    Route{"POST", "/quit", needs_nothing, &Pages::quit},
};

Refusal lacks(std::string what, std::string why) { return {std::move(what), std::move(why)}; }

std::optional<Refusal> refusal_in(const Route& route, const ExtractRights* in, const std::string& label) {
  if (!in) return lacks(msg("Your role does not open {0}.", label).text(), "extract");
  if ((route.needs & needs_persons) && !in->sees_persons())
    return lacks(msg("Your role does not see the persons of {0}.", label).text(), "persons");
  if ((route.needs & needs_print) && !in->print)
    return lacks(tr("Your role does not make documents to print."), "print");
  if ((route.needs & needs_export) && !in->exports)
    return lacks(tr("Your role does not take anything away as a file."), "export");
  return std::nullopt;
}

}  // namespace

const Route* find_route(std::string_view method, std::string_view path) {
  const auto wanted = method == "HEAD" ? std::string_view("GET") : method;
  const auto it =
      std::ranges::find_if(routes, [&](const Route& r) { return r.method == wanted && r.path == path; });
  return it == routes.end() ? nullptr : &*it;
}

std::optional<Refusal> refusal(const Route& route, const Rights& rights, const ServedExtract* extract,
                               bool together) {
  if ((route.needs & needs_logs) && !rights.any_logs())
    return lacks(tr("Your role does not see who looked at whom."), "logs");
  if ((route.needs & needs_some_persons) && !rights.any_persons())
    return lacks(tr("Your role does not search persons."), "persons");
  if ((route.needs & needs_export) && !rights.any_export())
    return lacks(tr("Your role does not take anything away as a file."), "export");
  if (!(route.needs & needs_extract)) return std::nullopt;
  if (together) {
    if (route.needs & needs_reason) return lacks(tr("This page is about one extract."), "together");
    if (!rights.together())
      return lacks(tr("Your role does not search several extracts in one question."), "together");
    return std::nullopt;  // the page takes those that the reader may open
  }
  if (!extract) return std::nullopt;  // the page says that there is no such extract
  return refusal_in(route, rights.in(extract->run().application), extract->run().application_label);
}

}  // namespace versoir::consult
