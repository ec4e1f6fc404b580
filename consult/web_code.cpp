// A paper comes back: its code is compared with the extracts that are served.
#include "consult/paper_code.hpp"
#include "consult/web_pages.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace versoir::consult {

using core::msg;
using core::ServerResponse;
using core::tr;

namespace {

constexpr std::size_t longest_code = 60;

void write_code_form(Markup& m, const std::string& code, const std::string& reference) {
  m.raw("<form class=\"search\" method=\"get\" action=\"/verifier\">\n<div><label for=\"code\">");
  m.text(tr("Verification code of the paper"))
      .raw("</label><input id=\"code\" name=\"code\" type=\"text\" required ");
  m.raw("maxlength=\"60\" autocomplete=\"off\" value=\"")
      .text(code)
      .raw("\"></div>\n<div><label for=\"dossier\">");
  m.text(tr("Record, as the paper names it (Dossier)"))
      .raw("</label><input id=\"dossier\" name=\"dossier\" type=\"text\" ");
  m.raw("maxlength=\"200\" autocomplete=\"off\" value=\"").text(reference).raw("\"></div>\n<div><button>");
  m.text(tr("Check")).raw("</button></div>\n</form>\n");
}

void write_match(Markup& m, const CodeMatch& match, const OpenRecord& open, const std::string& reference) {
  const bool whole = open.mask().printed_beyond(*match.document).empty();
  m.badge("ok", tr("The paper says what the extract says."));
  m.facts({{tr("Document"), match.document->label},
           {tr("Of"), whole ? match.choice : std::string()},
           {tr("Record"), reference},
           {tr("Decision to print unpublished results"), match.override_by ? match.override_by->paper : ""}});
  if (match.before_annotation)
    m.badge("warning",
            tr("It bears the identity of before an annotation: a new one would bear the identity of today."));
  m.element("p",
            tr("Compare what the paper shows with these facts: a code can be copied onto another paper."));
}

}  // namespace

ServerResponse Pages::check_code() {
  const auto code = core::trim(request_.get("code")), typed = core::trim(request_.get("dossier"));
  auto f = frame(tr("Check the code of a paper"));
  f.crumbs = {{"/", tr("Search")}, {"", f.title}};
  Markup m;
  m.element("h1", f.title);
  m.element("p",
            tr("Every document made here bears a code of twenty digits, and the record it is about. The same "
               "extract gives the same code for ever."));
  write_code_form(m, code, typed);
  if (code.empty()) return page_response(200, f, m);
  m.raw("<div role=\"status\">\n");
  if (code.size() > longest_code || !is_code(code)) {
    m.badge("warning", tr("This is no verification code: twenty digits, 0 to 9 and a to f.")).raw("</div>\n");
    return page_response(200, f, m);
  }
  // Made here, the log knows which record it is of, and which decision it rests on.
  auto made = service_.log_.documents_of_code(code);
  const auto extracts = open_extracts();
  std::erase_if(made, [&](const AccessLine& line) {  // of what the reader may not open, nothing is said
    return std::ranges::none_of(extracts,
                                [&](const auto* e) { return e->run().application == line.what.application; });
  });
  std::vector<DocumentOverride> decisions;
  for (const auto& line : made)
    if (!line.override_paper.empty()) decisions.push_back({line.override_paper, line.override_reason});
  auto reference = read_reference(typed);
  if (!reference && typed.empty() && !made.empty())
    reference = read_reference(made.front().what.record + ":" + made.front().what.key);
  if (!reference) {
    m.badge("warning", tr("Which record? Copy what the paper calls “Dossier”: this code was not made here."))
        .raw("</div>\n");
    return page_response(200, f, m);
  }
  const auto name = reference->first + ":" + reference->second.text();
  for (auto* extract : extracts) {
    if (!made.empty() && typed.empty() && made.front().what.application != extract->run().application)
      continue;
    auto open = open_record(extract, reference->first, reference->second.text());
    if (!open) continue;
    service_.log_.code_checked(accessed(*open), code, given_reason(extract));
    if (!open->proven()) {
      m.badge("error",
              tr("The seal or the rows of this record are not verified: nothing can be said of the paper."));
      continue;
    }
    if (const auto match = match_code(open->reading->archive, open->as_sealed(), code, decisions)) {
      write_match(m, *match, *open, name);
      m.raw("</div>\n");
      return page_response(200, f, m);
    }
    m.badge("error",
            tr("No document of this record has this code: the paper says something else than the extract."));
    m.raw("</div>\n");
    return page_response(200, f, m);
  }
  service_.log_.code_checked(std::nullopt, code, given_reason());
  m.badge("warning", msg("No extract that is served has the record {0}.", name).text()).raw("</div>\n");
  return page_response(200, f, m);
}

}  // namespace versoir::consult
