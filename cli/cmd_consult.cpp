// versoir consult: find a person in an extract, read the record, without the application.
#include "cli/commands.hpp"
#include "cli/consult_seal.hpp"
#include "cli/consult_trace.hpp"
#include "cli/context.hpp"
#include "consult/archive.hpp"
#include "consult/query.hpp"
#include "core/display.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "records/rendition.hpp"

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& w : words) text += (text.empty() ? "" : " ") + w;
  return text;
}

/// How a hit is named on the command line: record:key.
std::string reference(const consult::Hit& hit) { return hit.record + ":" + hit.key.text(); }

/// Columns that hold something for somebody: the width of a terminal is scarce.
void show_filled_columns(Context& c, const std::vector<std::string>& header,
                         const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::string> kept;
  std::vector<std::vector<std::string>> cells(rows.size());
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return row[i].empty(); })) continue;
    kept.push_back(header[i]);
    for (std::size_t r = 0; r < rows.size(); ++r) cells[r].push_back(rows[r][i]);
  }
  c.out.table(kept, cells);
}

void show_hits(Context& c, const std::vector<consult::Hit>& hits) {
  std::string search;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  const auto flush = [&] {
    if (!rows.empty()) show_filled_columns(c, header, rows);
    rows.clear();
  };
  for (const auto& hit : hits) {
    core::Json shown = core::Json::object();
    for (const auto& [label, value] : hit.shown) shown[label] = value;
    c.out.event("hit",
                {{"record", hit.record}, {"key", hit.key.text()}, {"rank", hit.rank}, {"shown", shown}});
    if (hit.search != search) {
      flush();
      search = hit.search;
      header.assign(1, core::tr("record"));
      for (const auto& [label, value] : hit.shown) header.push_back(label);
    }
    std::vector<std::string> row{reference(hit)};
    for (const auto& [label, value] : hit.shown) row.push_back(value);
    rows.push_back(std::move(row));
  }
  flush();
}

int run_search(Context& c) {
  const auto limit = static_cast<std::size_t>(c.words.integer("limit", 1, 1000));
  auto archive = open_archive(c, c.input(c.words.get("EXTRACT")));
  const auto query = joined(c.words.list("WORDS"));
  auto hits = archive.search(query, limit + 1);  // one more tells whether others exist
  const bool more = hits.size() > limit;
  if (more) hits.pop_back();
  ConsultTrace(c, archive.extract())
      .searched(hits.size());  // first: nothing is shown that is not written down
  if (!hits.empty() && hits.front().rank >= consult::near_rank)
    c.out.result(msg("Nothing answers exactly what was typed. Near it:"));
  show_hits(c, hits);
  c.out.summary({{"hits", hits.size()}, {"more", more}});
  if (more)
    c.out.result(core::nmsg("{0} shown, there are others: say more of the person, or raise --limit.",
                            "{0} shown, there are others: say more of the person, or raise --limit.", limit));
  if (!hits.empty())
    for (const auto& date : consult::understand(query).impossible)
      c.out.warn(msg("{0} is no date of the calendar: it was left out of the search.", date));
  if (hits.empty()) {
    const auto& run = archive.extract().run();
    c.out.result(
        msg("Not found in the extract {0} of {1}.", run.application_label, core::show_date(run.finished)));
    for (const auto& advice : archive.advice(query)) {
      c.out.result(fmt::format("  → {}", advice.text()));
      c.out.event("advice", {{"message", advice.english()}});
    }
    return static_cast<int>(Exit::not_found);
  }
  return 0;
}

/// What stands after "etudiant:": the key as search prints it, or the number alone as people remember it.
records::Key key_after(const std::string& text) {
  const bool number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
  return records::Key::parse(number ? "[" + text + "]" : text);
}

int run_show(Context& c) {
  auto archive = open_archive(c, c.input(c.words.get("EXTRACT")));
  ConsultTrace trace(c, archive.extract());
  trace.require_reason();
  const auto [name, key] = find_one(c, archive, joined(c.words.list("PERSON")));
  auto record = record_as_sealed(archive, name, key);
  if (archive.is_searched(name)) trace.shown(name, key.text());
  if (!consult::amend(record, archive.application(), archive.annotations()).empty())
    c.out.warn(msg("The identity is that of the annotations: versoir consult annotate tells them."));
  const auto& run = archive.extract().run();
  const records::RecordProvenance provenance{run.application, archive.extract().root().hex(),
                                             core::format_instant(run.finished), archive.application().label};
  const auto* sheet = archive.application().find_sheet(name);
  const std::string format = c.words.get("format");
  core::StringSink sink;
  if (format == "text")
    sink.write(records::to_text(record, sheet));
  else if (format == "html")
    records::write_html(record, provenance, sink, sheet);
  else
    records::write_xml(record, provenance, sink);
  c.out.event("record", {{"record", name}, {"key", key.text()}, {"content", records::to_json(record)}});
  if (c.words.has("output")) {
    core::write_file(c.words.get("output"), sink.text, 0600);
    c.out.result(msg("Written: {0}", c.words.get("output")));
  } else {
    c.out.result(sink.text);
    if (format == "text")
      c.out.result(msg("From the extract {0} of {1}, root {2}.", run.application_label,
                       core::show_date(run.finished), provenance.extract_root.substr(0, 16)));
  }
  c.out.summary({{"record", name}, {"key", key.text()}});
  return 0;
}

}  // namespace

std::pair<std::string, records::Key> find_one(Context& c, consult::Archive& archive,
                                              const std::string& text) {
  for (const auto& record : archive.records())
    if (text.starts_with(record + ":")) return {record, key_after(text.substr(record.size() + 1))};
  constexpr std::size_t shown = 20;
  auto hits = archive.search(text, shown + 1);
  // A near answer may be somebody else: it is shown, never taken.
  if (hits.size() == 1 && hits[0].rank < consult::near_rank) return {hits[0].record, hits[0].key};
  if (hits.empty()) {
    Error e(Exit::not_found, msg("Nobody matches '{0}'.", text));
    for (const auto& advice : archive.advice(text)) e = std::move(e).hint(advice);
    throw std::move(e);
  }
  const bool more = hits.size() > shown;
  if (more) hits.pop_back();
  show_hits(c, hits);
  throw Error(Exit::not_found,
              more ? msg("More than {0} records match '{1}'.", shown, text)
                   : core::nmsg("{0} record matches '{1}'.", "{0} records match '{1}'.", hits.size(), text))
      .hint(msg("Give the reference of the one you mean, for instance {0}.", reference(hits[0])));
}

std::vector<CommandDef> consult_commands() {
  return {{.name = "consult search",
           .summary = mark("find a person in an extract by name, number or birth date"),
           .details = mark("Birth and usual names, with or without accents, hyphens and particles, in any "
                           "order; student or staff number; birth "
                           "date as 14/03/1987, 14/3/87, 14 mars 1987, 1987-03-14 or 1987."),
           .example = "versoir consult search apogee.extract kermarrec 14/03/1987",
           .arguments = {{mark("EXTRACT"), mark("an extract file")},
                         {mark("WORDS"), mark("what you know of the person"), true, true}},
           .options = {{"limit", mark("N"), mark("hits shown, at most"), "50"}},
           .exits = {Exit::extract_invalid, Exit::not_found},
           .run = run_search},
          {.name = "consult show",
           .summary = mark("show a record: registrations, results, diplomas, career"),
           .details = mark("The person is named by the reference that a search prints, or by words that "
                           "match one person only."),
           .example = "versoir consult show apogee.extract 'etudiant:[1001]'",
           .arguments = {{mark("EXTRACT"), mark("an extract file")},
                         {mark("PERSON"), mark("a reference, or words that match one person"), true, true}},
           .options = with_reason(
               {{"format", mark("KIND"), mark("form of the record"), "text", false, "text|html|xml"},
                {"output", mark("FILE"), mark("write there instead of the terminal")}}),
           .exits = {Exit::extract_invalid, Exit::not_found},
           .run = run_show}};
}

}  // namespace versoir::cli
