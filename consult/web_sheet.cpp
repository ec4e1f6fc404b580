// The sheet of a person: the record as a page, what proves nothing marked, each row with the way to its
// source.
#include "consult/web_pages.hpp"
#include "core/display.hpp"
#include "records/people.hpp"

#include <algorithm>
#include <map>

namespace versoir::consult {

using core::msg;
using core::ServerResponse;
using core::tr;
using profiles::RowMark;
using records::RowNode;
using records::parts::Section;

namespace {

constexpr std::size_t farthest_neighbour = 500;

/// Writes the rows of a record under one another. Knows where it stands, so that each row can be named.
class SheetWriter {
 public:
  SheetWriter(Markup& m, const Mask& mask, std::function<std::string(const std::string&)> source)
      : m_(m), mask_(mask), sheet_(mask.sheet()), source_(std::move(source)) {}

  void root(const RowNode& row) {
    m_.facts(records::parts::people_facts(row));
    source_link("");
    for (const auto* section : sections_) write(*section, row, "", {}, 2);
  }
  void order(const std::vector<const Section*>& sections) { sections_ = sections; }

 private:
  using Path = std::vector<std::string>;

  void write(const Section& section, const RowNode& above, const std::string& way, Path path, int level) {
    path.push_back(section.node->name);
    const auto masked = mask_.hides(*section.node);
    if (section.rows.empty() && level > 2 && !masked) return;
    m_.element(level == 2 ? fmt::format("h2 id=\"{}\"", section.node->name) : fmt::format("h{}", level),
               section.node->label);
    if (masked) {
      m_.element("p class=\"masked\"", mask_.text(*masked));
    } else if (section.rows.empty()) {
      m_.element("p", tr("Nothing."));
    } else if (section.flat() && section.node->list) {
      table(section, above, way, path);
    } else {
      for (const auto* row : section.rows) one(section, *row, way_of(above, *row, way), path, level);
    }
  }

  /// A row that has rows under it: a heading, facts, then those rows.
  void one(const Section& section, const RowNode& row, const std::string& way, const Path& path, int level) {
    const int below = std::min(level + 1, 6);
    const auto* mark = mark_of(row, path);
    if (section.node->list) m_.element(fmt::format("h{}", below), records::parts::row_title(row));
    if (mark) badge(*mark);
    if (mark && mark->cancelled) m_.raw("<del>\n");
    m_.facts(records::parts::people_facts(row));
    if (mark && mark->cancelled) m_.raw("</del>\n");
    source_link(way);
    for (const auto& child : records::parts::sections(row))
      write(child, row, way, path, section.node->list ? std::min(below + 1, 6) : below);
  }

  void table(const Section& section, const RowNode& above, const std::string& way, const Path& path) {
    const auto table = records::parts::table_of(section);
    const bool marked =
        std::ranges::any_of(section.rows, [&](const RowNode* row) { return mark_of(*row, path) != nullptr; });
    m_.raw("<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"").text(section.node->label);
    m_.raw("\"><table>\n").element("caption", section.node->label).raw("<thead><tr>");
    if (marked) m_.element("th scope=\"col\"", tr("Remark"));
    for (const auto& h : table.header) m_.element("th scope=\"col\"", h);
    m_.element("th scope=\"col\" class=\"noprint\"", tr("Source")).raw("</tr></thead>\n<tbody>\n");
    for (std::size_t i = 0; i < section.rows.size(); ++i) {
      const auto* mark = mark_of(*section.rows[i], path);
      m_.raw("<tr>");
      if (marked) {
        m_.raw("<td>");
        if (mark) badge(*mark);
        m_.raw("</td>");
      }
      for (const auto& cell : table.rows[i]) {
        m_.raw("<td>");
        if (mark && mark->cancelled && !cell.empty())
          m_.element("del", cell);
        else
          m_.text(cell);
        m_.raw("</td>");
      }
      m_.raw("<td class=\"noprint\">");
      m_.link(source_(way_of(above, *section.rows[i], way)), tr("source")).raw("</td></tr>\n");
    }
    m_.raw("</tbody></table></div>\n");
  }

  static std::string way_of(const RowNode& above, const RowNode& row, const std::string& way) {
    std::size_t n = 0;
    for (const auto& child : above.children) {
      if (&child == &row) break;
      if (child.node == row.node) ++n;
    }
    return fmt::format("{}{}{}.{}", way, way.empty() ? "" : "/", row.node->name, n);
  }

  const RowMark* mark_of(const RowNode& row, const Path& path) const {
    if (!sheet_) return nullptr;
    for (const auto& mark : sheet_->marks) {
      const auto* cell = mark.path == path ? row.find(mark.when.field) : nullptr;
      if (cell && cell->value && std::ranges::find(mark.when.values, *cell->value) != mark.when.values.end())
        return &mark;
    }
    return nullptr;
  }

  void badge(const RowMark& mark) { m_.badge(mark.cancelled ? "error" : "warning", mark.label); }
  void source_link(const std::string& way) {
    m_.raw("<p class=\"noprint\">").link(source_(way), tr("source of these values")).raw("</p>\n");
  }

  Markup& m_;
  const Mask& mask_;
  const profiles::SheetDef* sheet_;
  std::function<std::string(const std::string&)> source_;
  std::vector<const Section*> sections_;
};

}  // namespace

void write_verified(Markup& m, const Verified& verified) {
  if (verified.holds())
    m.badge("ok", core::nmsg("{0} block of rows read again: it is what was sealed.",
                             "{0} blocks of rows read again: they are what was sealed.", verified.blocks)
                      .text());
  else
    m.badge("error", msg("Altered since it was sealed: {0}. No document is made of this record.",
                         fmt::format("{}", fmt::join(verified.altered, " ; ")))
                         .text());
  if (!verified.not_covered.empty())
    m.element("p class=\"note\"",
              msg("Too large to be verified when a page is shown, versoir extract --verify does it: {0}.",
                  fmt::format("{}", fmt::join(verified.not_covered, ", ")))
                  .text());
}

std::string Pages::about_record(std::string_view path, const std::string& at,
                                const std::string& document) const {
  return web_link(path, {{"app", request_.get("app")},
                         {"record", request_.get("record")},
                         {"key", request_.get("key")},
                         {"q", request_.get("q")},
                         {"n", request_.get("n")},
                         {"at", at},
                         {"document", document}});
}

std::optional<OpenRecord> Pages::open_record() {
  return open_record(asked_extract(), request_.get("record"), request_.get("key"));
}

std::optional<OpenRecord> Pages::open_record(ServedExtract* extract, const std::string& record,
                                             const std::string& key_text) {
  const auto is_searched = [&] {
    return std::ranges::any_of(extract->application().searches,
                               [&](const profiles::SearchDef& search) { return search.record == record; });
  };
  if (!extract || !is_searched()) return std::nullopt;
  std::optional<records::Key> key;
  try {
    key = records::Key::parse(key_text);
  } catch (const core::Error&) {
    return std::nullopt;
  }
  const auto* def = extract->application().find_record(record);
  if (!def || key->values.size() != def->key.size()) return std::nullopt;
  const auto& rights = rights_in(*extract);
  auto reading = extract->lease();
  auto found = reading->archive.show(record, *key);
  if (!found) return std::nullopt;
  const auto* sheet = extract->application().find_sheet(record);
  auto whole = *found;
  std::optional<records::Record> sealed;
  if (!amend(whole, extract->application(), extract->annotations()).empty()) sealed = std::move(*found);
  auto seen = whole;
  Mask(extract->application(), *def, sheet, rights).apply(seen);
  auto title = records::parts::title_of(seen, sheet);
  auto verified = reading->provenance.verify(whole);
  return OpenRecord{*extract,
                    std::move(reading),
                    rights,
                    sheet,
                    std::move(seen),
                    std::move(whole),
                    std::move(sealed),
                    std::move(title),
                    std::move(verified)};
}

std::vector<const records::Cell*> OpenRecord::set_aside() const {
  std::vector<const records::Cell*> cells;
  if (!sealed) return cells;
  for (std::size_t i = 0; i < sealed->root.cells.size() && i < whole.root.cells.size(); ++i)
    if (sealed->root.cells[i].value != whole.root.cells[i].value) cells.push_back(&sealed->root.cells[i]);
  return cells;
}

std::vector<Crumb> Pages::crumbs(const OpenRecord& open) const {
  std::vector<Crumb> out{{"/", tr("Search")}};
  if (const auto query = request_.get("q"); !query.empty()) {
    const auto page = request_.number("n", farthest_neighbour) / 20;
    out.push_back(
        {web_link("/search",
                  {{"app", open.extract.id}, {"q", query}, {"page", page ? std::to_string(page) : ""}}),
         msg("Results for {0}", query).text()});
  }
  return out;
}

/// The person before and the one after, in the list where the reader comes from.
void Pages::neighbours(Markup& m, OpenRecord& open) const {
  const auto query = request_.get("q");
  const auto here = request_.number("n", farthest_neighbour, farthest_neighbour + 1);
  if (query.empty() || here > farthest_neighbour) return;
  const auto first = here > 0 ? here - 1 : 0;
  const auto hits = open.reading->archive.search(query, here - first + 2, first);
  const auto at = here - first;
  if (at >= hits.size() || hits[at].key != open.record.key) return;
  const auto link = [&](std::size_t n) {
    return web_link("/sheet", {{"app", open.extract.id},
                               {"record", hits[n].record},
                               {"key", hits[n].key.text()},
                               {"q", query},
                               {"n", std::to_string(first + n)}});
  };
  m.raw("<nav class=\"noprint\" aria-label=\"").text(tr("Other persons of the list")).raw("\"><ul>\n");
  if (at > 0) m.raw("<li>").link(link(at - 1), tr("Person before")).raw("</li>\n");
  if (at + 1 < hits.size()) m.raw("<li>").link(link(at + 1), tr("Next person")).raw("</li>\n");
  m.raw("</ul></nav>\n");
}

/// How many zones are not seen, and the way to who looked at this person.
void Pages::say_masked(Markup& m, const OpenRecord& open) const {
  const auto hidden = hidden_zones(open.extract.application(), open.rights);
  if (!hidden.empty())
    m.element("p class=\"note\"",
              msg("Masked in your role: {0}.", fmt::format("{}", fmt::join(hidden, ", "))).text());
  if (!open.rights.logs) return;
  m.raw("<p class=\"noprint\">")
      .link(web_link(
                "/log",
                {{"app", open.extract.id}, {"record", open.record.def->id}, {"key", open.record.key.text()}}),
            tr("Who looked at this person"))
      .raw("</p>\n");
}

AccessedRecord Pages::accessed(const OpenRecord& open) {
  return {open.extract.run().application, open.extract.root(), open.record.def->id, open.record.key.text()};
}

AccessReason Pages::given_reason(const ServedExtract* extract) const {
  auto why = service_.reasons_.find(session_.id, person_of(request_)).value_or(AccessReason{});
  why.reader = visit_.reader;
  if (!extract) extract = service_.asked(request_, visit_.rights);
  if (extract)
    if (const auto* in = visit_.rights.in(extract->run().application); in && !in->every_zone)
      why.zones = in->zones_text();
  return why;
}

ServerResponse Pages::sheet() {
  auto open = open_record();
  if (!open) return no_record();
  service_.log_.shown(accessed(*open), given_reason());  // first: nothing is shown that is not written down
  auto f = frame(open->title, &open->extract);
  f.crumbs = crumbs(*open);
  f.crumbs.push_back({"", open->title});
  Markup m;
  m.element("h1", open->title).element("p", open->record.def->label);
  write_verified(m, open->verified);
  say_masked(m, *open);
  neighbours(m, *open);
  annotations(m, *open);
  const auto sections = records::parts::sections(open->record.root);
  const auto ordered = records::parts::ordered(sections, open->sheet);
  m.raw("<nav class=\"noprint\" aria-label=\"").text(tr("In this record")).raw("\"><ul>\n");
  for (const auto* section : ordered)
    m.raw("<li>").link("#" + section->node->name, section->node->label).raw("</li>\n");
  if (open->sheet && !open->sheet->documents.empty())
    m.raw("<li>").link("#documents", tr("Documents to print")).raw("</li>\n");
  m.raw("</ul></nav>\n");
  const auto mask = open->mask();
  SheetWriter writer(m, mask, [this](const std::string& way) {
    return web_link("/source", {{"app", request_.get("app")},
                                {"record", request_.get("record")},
                                {"key", request_.get("key")},
                                {"q", request_.get("q")},
                                {"n", request_.get("n")},
                                {"at", way}});
  });
  writer.order(ordered);
  writer.root(open->record.root);
  documents(m, *open);
  communication(m, *open);
  retention(m, *open);
  m.element("h2", tr("Provenance"));
  const auto& run = open->extract.run();
  m.facts({{tr("Application"), run.application_label},
           {tr("Extracted on"), core::show_date(run.finished)},
           {tr("Root of the extract"), open->extract.root()},
           {tr("Record"), open->record.def->id + ":" + open->record.key.text()},
           {tr("Shown on"), core::show_instant(service_.clock_.now())}});
  m.element("p",
            tr("What is shown is not an act. A document only counts once it is signed by whoever has the "
               "right to deliver it."));
  return page_response(200, f, m);
}

}  // namespace versoir::consult
