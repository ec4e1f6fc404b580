// The ledger to print and to open in a spreadsheet.
#include "core/csv.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "core/html.hpp"
#include "sip/ledger.hpp"

namespace versoir::sip {

using core::tr;

namespace {

std::string rows_text(const LedgerLine& line) {
  return line.rows ? core::show_count(*line.rows) : tr("not counted");
}

std::string transfer_text(const LedgerLine& line) {
  if (line.transferred.empty()) return {};
  return (line.whole_transfer ? tr("whole") : tr("in part")) + ", ATR " + line.transferred;
}

std::string verdict_text(const LedgerLine& line) { return line.remains() ? tr("REMAINS") : tr("settled"); }

std::vector<std::string> cells(const LedgerLine& line) {
  return {line.table,
          line.column,
          rows_text(line),
          transfer_text(line),
          core::show_date(line.consultation),
          line.eliminated,
          verdict_text(line)};
}

std::vector<std::string> header() {
  return {tr("table"),           tr("column"),     tr("rows"),   tr("transferred"),
          tr("consulted until"), tr("eliminated"), tr("verdict")};
}

}  // namespace

void write_ledger_csv(const std::filesystem::path& file, const Ledger& ledger) {
  core::AtomicFile out(file, private_mode);
  core::FileSink sink(out);
  sink.write("\xEF\xBB\xBF");  // spreadsheets then read UTF-8
  core::CsvWriter csv(sink, core::CsvFor::people, ';');
  const auto row = [&](const std::vector<std::string>& fields) {
    const std::vector<std::optional<std::string>> line(fields.begin(), fields.end());
    csv.row(line);
  };
  row(header());
  for (const auto& line : ledger.lines) row(cells(line));
  out.commit();
}

void write_ledger_page(const std::filesystem::path& file, const Ledger& ledger, const core::Clock& clock) {
  core::AtomicFile out(file, private_mode);
  core::FileSink sink(out);
  core::HtmlPage page(sink, core::language_tag(), core::msg("Decommissioning of {0}", ledger.label).text());
  page.heading(1, core::msg("Decommissioning of {0}", ledger.label).text());
  if (ledger.rehearsal) page.badge("warning", tr("REHEARSAL: this ledger is worth nothing."));
  const auto remainders = ledger.remainders();
  if (remainders.empty())
    page.badge("ok", tr("Nothing remains: the application may be turned off."));
  else
    page.badge("error",
               core::ntr("{0} remainder: the application may not be turned off.",
                         "{0} remainders: the application may not be turned off.", remainders.size()));
  page.facts(std::vector<std::pair<std::string, std::string>>{
      {tr("Extract"), ledger.extract + " (" + ledger.kind + ")"},
      {tr("Root of the extract"), ledger.root},
      {tr("Date"), core::show_instant(clock.now())}});
  if (const auto n = ledger.consulted_only())
    page.paragraph(
        core::ntr("{0} line is settled by the consultation alone: somebody must keep the extract.",
                  "{0} lines are settled by the consultation alone: somebody must keep the extract.", n));
  for (const auto& m : ledger.ignored) page.paragraph(core::msg("Does not count: {0}.", m.text()).text());
  if (!remainders.empty()) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& m : remainders) rows.push_back({m.text()});
    page.table(tr("What remains"), std::vector<std::string>{tr("what")}, rows);
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& line : ledger.lines) rows.push_back(cells(line));
  page.table(tr("Tables and columns of the application"), header(), rows);
  rows.clear();
  for (const auto& b : ledger.backups)
    rows.push_back(
        {b.name, b.description, b.place, core::show_date(b.destroyed), b.reference, b.defect.text()});
  page.table(tr("Backups"),
             std::vector<std::string>{tr("name"), tr("description"), tr("place"), tr("destroyed"),
                                      tr("reference"), tr("defect")},
             rows);
  rows.clear();
  for (const auto& l : ledger.lots)
    rows.push_back({l.versement, l.lot, l.operation, l.reply_code, core::show_count(l.units)});
  page.table(tr("Lots that the platform accepted"),
             std::vector<std::string>{tr("versement"), tr("lot"), tr("operation"), tr("reply"), tr("units")},
             rows);
  page.close();
  out.commit();
}

}  // namespace versoir::sip
