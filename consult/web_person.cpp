// Everything that is held of one person, to be handed over: asked on its sheet, given as one file.
#include "consult/person.hpp"
#include "consult/web_pages.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "core/zip_stream.hpp"

namespace versoir::consult {

using core::msg;
using core::ServerResponse;
using core::tr;

namespace {

/// Why this reader does not get the copy, though he may take files away; "" when he may. Nothing of it is
/// masked: its digests would no longer be those of the rows.
std::string copy_beyond_role(const OpenRecord& open) {
  const auto mask = open.mask();
  const auto zones = mask.copied_beyond();
  if (zones.empty()) return {};
  return msg("It says what is masked in your role: {0}.", zone_labels(zones, mask.sheet())).text();
}

std::string zip_of(const std::vector<PersonFile>& files) {
  const core::TemporaryDirectory work;
  const auto path = work.path() / "person.zip";
  core::ZipStream zip(path);
  for (const auto& f : files) zip.add(f.name, f.bytes);
  zip.commit();
  return core::read_file(path);
}

}  // namespace

void Pages::communication(Markup& m, const OpenRecord& open) const {
  if (!open.rights.exports) return;
  m.raw("<p class=\"noprint\">")
      .link(about_record("/person"), tr("Certified copy of all that is held of this person"));
  m.raw("</p>\n");
}

ServerResponse Pages::person() {
  auto open = open_record();
  if (!open) return no_record();
  const auto title = tr("Certified copy of all that is held of this person");
  if (const auto why = copy_beyond_role(*open); !why.empty())
    return failure(403, tr("Not in your role"), why);
  auto f = frame(title, &open->extract);
  f.crumbs = crumbs(*open);
  f.crumbs.push_back({about_record("/sheet"), open->title});
  f.crumbs.push_back({"", title});
  Markup m;
  m.element("h1", title);
  m.element(
      "p",
      tr("For a person who asks what is held of her or him (RGPD, article 15), or for a court: the record in "
         "words, every row of every table that holds rows of the person, their digests, the dictionary, the "
         "annotations. Read it before it is handed over: rows may also speak of other persons."));
  if (!open->proven()) {
    m.element("p", tr("It is not made: seal and rows are not both verified."));
    return page_response(409, f, m);
  }
  m.raw("<form method=\"post\" action=\"/person\">\n");
  const auto hidden = [&](const char* name, const std::string& value) {
    m.raw("<input type=\"hidden\" name=\"").text(name).raw("\" value=\"").text(value).raw("\">\n");
  };
  hidden("form", session_.form);
  hidden("app", open->extract.id);
  hidden("record", open->record.def->id);
  hidden("key", open->record.key.text());
  m.raw("<p><label for=\"reference\">").text(tr("Reference of the request (number, date; no name)"));
  m.raw(
      "</label><br><input id=\"reference\" name=\"reference\" type=\"text\" required "
      "maxlength=\"200\"></p>\n<p><button>");
  m.text(tr("Make the copy (ZIP)")).raw("</button></p>\n</form>\n");
  return page_response(200, f, m);
}

ServerResponse Pages::person_file() {
  auto open = open_record();
  if (!open) return failure(404, tr("Page not found"), tr("There is no such record in this extract."));
  if (const auto why = copy_beyond_role(*open); !why.empty())
    return failure(403, tr("Not in your role"), why);
  if (!open->proven())
    return failure(409, tr("This page cannot be shown"),
                   tr("It is not made: seal and rows are not both verified."));
  auto& archive = open->reading->archive;
  const auto reference = core::trim(request_.get("reference"));
  const auto files =
      person_files(archive.extract(), archive.application(), open->as_sealed(), archive.annotations(),
                   {visit_.reader, reference, open->extract.seal.sealed_by, service_.options_.establishment},
                   service_.clock_);
  auto why = given_reason();
  if (why.reference.empty()) why.reference = reference;
  service_.log_.document_made(
      accessed(*open), why,
      {"copie-certifiee", core::sha512(files.back().bytes).hex().substr(0, 20), "", "", ""});
  ServerResponse response{200, safe_headers("application/zip"), zip_of(files)};
  response.headers["Content-Disposition"] =
      "attachment; filename=\"" + core::slug(open->record.def->id + "-" + open->record.key.text()) + ".zip\"";
  return response;
}

}  // namespace versoir::consult
