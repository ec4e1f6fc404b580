// The report of the controls as a page.
#include "core/display.hpp"
#include "core/html.hpp"
#include "core/i18n.hpp"
#include "extract/siard/check.hpp"

#include <string>

namespace versoir::extract {

using core::tr;

namespace {

std::string result_text(SiardVerdict::Result r) {
  switch (r) {
    case SiardVerdict::Result::passed:
      return tr("holds");
    case SiardVerdict::Result::warned:
      return tr("holds, with warnings");
    case SiardVerdict::Result::failed:
      return tr("does not hold");
    case SiardVerdict::Result::skipped:
      break;
  }
  return tr("not judged");
}

}  // namespace

std::string siard_check_page(const SiardCheckReport& report, const std::filesystem::path& file) {
  core::StringSink sink;
  core::HtmlPage page(sink, core::language_tag(), tr("Controls of a SIARD archive"));
  page.heading(1, tr("Controls of a SIARD archive"));
  page.badge(report.errors()     ? "error"
             : report.warnings() ? "warning"
                                 : "ok",
             report.errors()     ? tr("The archive does not obey the standard.")
             : report.warnings() ? tr("The archive obeys the standard, with warnings.")
                                 : tr("The archive obeys the standard."));
  const std::vector<std::pair<std::string, std::string>> facts{
      {tr("file"), file.filename().string()},
      {tr("database"), report.database},
      {tr("version of SIARD"), report.version},
      {tr("made by"), report.producer},
      {tr("tables"), core::show_count(report.tables)},
      {tr("rows"), core::show_count(report.rows)},
      {tr("large values"), core::show_count(report.large_values)}};
  page.facts(facts);
  std::vector<std::vector<std::string>> verdicts, findings;
  for (const auto& v : report.verdicts)
    verdicts.push_back({std::string(v.requirement.id), tr(v.requirement.what), result_text(v.result),
                        core::show_count(v.errors), core::show_count(v.warnings)});
  const std::vector<std::string> verdict_header{tr("requirement"), tr("what it asks"), tr("result"),
                                                tr("errors"), tr("warnings")};
  page.table(tr("Requirements"), verdict_header, verdicts, core::HtmlPage::RowHeader::first);
  for (const auto& f : report.findings)
    findings.push_back({f.code, f.severity == core::Severity::error ? tr("error") : tr("warning"),
                        f.message.text(), f.where});
  const std::vector<std::string> finding_header{tr("requirement"), tr("severity"), tr("what was found"),
                                                tr("where")};
  if (!findings.empty()) page.table(tr("Findings"), finding_header, findings);
  page.close();
  return std::move(sink.text);
}

}  // namespace versoir::extract
