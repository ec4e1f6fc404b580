// Verdict first, then what stops the platform, then what would come next, then what is taken for granted.
#include "check/page.hpp"

#include "check/advice.hpp"
#include "core/html.hpp"
#include "core/text.hpp"

#include <string>
#include <utility>
#include <vector>

namespace versoir::check {

using core::tr;

namespace {

std::string_view badge_of(Status status) {
  if (status == Status::ok) return "ok";
  return status == Status::warning ? "warning" : "error";
}

std::string verdict_words(const Report& report) {
  switch (report.status) {
    case Status::ok:
      return tr("OK: the platform would take the SIP, under the assumptions below.");
    case Status::warning:
      return tr("WARNING: the platform would take the SIP with a warning, under the assumptions below.");
    case Status::ko:
      return tr("KO: the platform would reject the SIP.");
    case Status::fatal:
      return tr("FATAL: the platform would stop and wait for its operators.");
  }
  return {};
}

void write_findings(core::HtmlPage& page, const Report& report) {
  const auto found = report.findings();
  if (found.empty()) return;
  const auto* decisive = report.decisive();
  std::vector<std::vector<std::string>> rows;
  for (const auto* event : found) {
    const bool shown = event >= report.events.data() && event < report.events.data() + report.events.size();
    rows.push_back({event == decisive ? tr("decides the verdict")
                    : shown           ? ""
                                      : tr("hidden by the stop"),
                    std::string(status_name(event->status)), event->name(),
                    core::repair_utf8(event->message.text()), core::repair_utf8(event->where),
                    advice_for(event->name()).text()});
  }
  const std::vector<std::string> header{"",          tr("Status"),    tr("Event"), tr("Explanation"),
                                        tr("Place"), tr("What to do")};
  page.table(tr("Defects"), header, rows);
}

void write_report(core::HtmlPage& page, const Report& report) {
  page.heading(2, core::repair_utf8(report.name));
  page.badge(badge_of(report.status), verdict_words(report));
  const std::vector<std::pair<std::string, std::string>> facts{
      {"SHA-512", report.sip.sha512.hex()},
      {"SEDA", report.manifest.seda},
      {tr("Ingest contract"), core::repair_utf8(report.manifest.archival_agreement)},
      {tr("Originating agency"), core::repair_utf8(report.manifest.originating_agency)},
      {tr("Units"), std::to_string(report.units)},
      {tr("Object groups"), std::to_string(report.groups)},
      {tr("Objects"), std::to_string(report.objects)}};
  page.facts(facts);
  write_findings(page, report);
  page.heading(3, tr("Taken for granted"));
  for (const auto& a : report.assumptions) page.paragraph(a.text());
}

}  // namespace

void write_page(core::ByteSink& sink, std::span<const Report> reports) {
  core::HtmlPage page(sink, core::language_tag(), tr("What the platform would answer"));
  page.heading(1, tr("What the platform would answer"));
  for (const auto& report : reports) write_report(page, report);
  page.close();
}

}  // namespace versoir::check
