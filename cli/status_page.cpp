// Gathers what the workspace holds, and writes the page.
#include "cli/status_page.hpp"

#include "core/display.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/html.hpp"
#include "core/i18n.hpp"
#include "sip/kept.hpp"
#include "sip/visa.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::msg;
using core::tr;

namespace {

using YearCounts = std::map<int, StageCounts>;  ///< 0: without a date

void count_lot(StageCounts& counts, Stage stage, std::uint64_t n) {
  counts.at(static_cast<std::size_t>(stage)) += n;
}

std::vector<std::string> count_cells(const std::string& label, const StageCounts& counts) {
  std::vector<std::string> cells{label};
  for (const auto n : counts) cells.push_back(core::show_count(n));
  return cells;
}

std::vector<std::string> stage_header(const std::string& first) {
  std::vector<std::string> header{first};
  for (std::size_t s = 0; s < stage_count; ++s) header.push_back(stage_label(static_cast<Stage>(s)));
  return header;
}

/// A chart, and the same figures to read, copy or hear.
void chart_and_table(core::HtmlPage& page, const std::string& id, const std::string& title,
                     const std::string& first,
                     const std::vector<std::pair<std::string, StageCounts>>& columns) {
  page.heading(2, title);
  const auto chart = stage_chart(id, title, columns);
  if (chart.empty()) {
    page.paragraph(tr("There is nothing yet."));
    return;
  }
  page.raw(chart);
  std::vector<std::vector<std::string>> rows;
  for (const auto& [label, counts] : columns) rows.push_back(count_cells(label, counts));
  page.table(title, stage_header(first), rows, core::HtmlPage::RowHeader::first);
}

void extracts_section(Context& c, core::HtmlPage& page) {
  std::vector<fs::path> files;
  std::error_code ec;
  for (fs::directory_iterator it(c.workspace(), ec), end; !ec && it != end; it.increment(ec))
    if (it->path().extension() == ".extract") files.push_back(it->path());
  std::sort(files.begin(), files.end());
  std::vector<std::vector<std::string>> rows;
  for (const auto& path : files) try {
      const auto extract = extract::Extract::open(path);
      const auto& run = extract.run();
      std::uint64_t copied = 0;
      for (const auto& t : extract.tables()) copied += t.copied_rows;
      rows.push_back({path.filename().string(), run.application_label, extract::kind_label(run.kind),
                      core::show_instant(run.finished), core::show_count(copied),
                      core::show_count(run.anomalies)});
    } catch (const core::Error& e) {
      rows.push_back({path.filename().string(), e.message().text(), "", "", "", ""});
    }
  page.heading(2, tr("Extracts"));
  if (rows.empty())
    page.paragraph(tr("There is nothing yet."));
  else
    page.table(tr("Extracts"),
               std::vector<std::string>{tr("extract"), tr("application"), tr("kind"), tr("finished"),
                                        tr("rows"), tr("anomalies")},
               rows, core::HtmlPage::RowHeader::first);
}

/// One versement: its lots by stage, its records by year, and its row of the table.
struct Gathered {
  std::vector<std::pair<std::string, StageCounts>> lots;
  YearCounts years;
  std::vector<std::vector<std::string>> rows;
};

void gather_versement(Context& c, const std::string& id, Gathered& all) {
  const sip::Versement versement(c.workspace(), id);
  const auto plan = versement.plan();
  const auto visas = sip::list_visas(versement);
  std::map<std::string, Stage> stages;
  StageCounts lots{};
  std::uint64_t size = 0, records = 0;
  for (const auto& lot : plan.lots) {
    const auto facts = sip::lot_facts(versement, lot, sip::latest_decision(visas, lot.id));
    const auto stage = stage_of(facts.state);
    stages[lot.id.value] = stage;
    count_lot(lots, stage, 1);
    size += facts.size;
    records += lot.records;
  }
  sip::read_kept(versement.file("kept.csv"), [&](const sip::KeptRow& row) {
    const auto stage = stages.find(row.lot);
    if (stage != stages.end())
      count_lot(all.years[row.end ? static_cast<int>(row.end->year()) : 0], stage->second, 1);
    return true;
  });
  all.lots.emplace_back(id, lots);
  all.rows.push_back({id, plan.platform, std::to_string(plan.tenant), core::show_count(plan.lots.size()),
                      core::show_count(records), core::show_size(size), core::show_count(visas.size())});
}

void versements_section(Context& c, core::HtmlPage& page) {
  Gathered all;
  std::vector<std::vector<std::string>> unread;
  for (const auto& id : sip::list_versements(c.workspace())) try {
      gather_versement(c, id, all);
    } catch (const core::Error& e) {
      unread.push_back({id, e.message().text()});
    }
  std::vector<std::pair<std::string, StageCounts>> years;
  for (const auto& [year, counts] : all.years)
    if (year != 0) years.emplace_back(std::to_string(year), counts);
  if (const auto undated = all.years.find(0); undated != all.years.end())
    years.emplace_back(tr("no date"), undated->second);
  chart_and_table(page, "years", tr("Records by year of their end and by state"), tr("year"), years);
  chart_and_table(page, "lots", tr("Lots of each versement by state"), tr("versement"), all.lots);
  if (!all.rows.empty())
    page.table(tr("Versements"),
               std::vector<std::string>{tr("versement"), tr("platform"), tr("tenant"), tr("lots"),
                                        tr("records"), tr("size"), tr("visas")},
               all.rows, core::HtmlPage::RowHeader::first);
  if (!unread.empty())
    page.table(tr("What cannot be read"), std::vector<std::string>{tr("versement"), tr("reason")}, unread,
               core::HtmlPage::RowHeader::first);
}

}  // namespace

void write_status_page(Context& c, const fs::path& file) {
  if (const auto kind = file.extension(); kind != ".html" && kind != ".htm")
    throw core::Error(core::Exit::usage, msg("--html {0}: a page ends with .html.", file.string()));
  core::StringSink text;
  core::HtmlPage page(text, core::language_tag(), tr("Where the work stands"));
  page.heading(1, tr("Where the work stands"));
  page.paragraph(
      msg("Read from the files on {0} by versoir {1}.", core::show_instant(c.clock.now()), program_version())
          .text());
  extracts_section(c, page);
  versements_section(c, page);
  page.close();
  core::write_file(file, text.text, 0600);  // no name of a person, but what the establishment transfers
}

}  // namespace versoir::cli
