// What a copy says of itself once its rows are there.
#include "extract/conclusion.hpp"

#include "extract/integrity.hpp"
#include "profiles/loader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace versoir::extract {

using core::msg;
using core::nmsg;
using core::Severity;

namespace {

void note_left_rows(ExtractWriter& writer, CopyReport& report) {
  auto st = writer.database().prepare(
      "SELECT table_name, reason, rows FROM versoir_left WHERE rows > 0 ORDER BY table_name, rule");
  while (st.step())
    report.notes.push_back({Severity::info, "ROWS_LEFT",
                            nmsg("{0} row is left: {1}", "{0} rows are left: {1}",
                                 static_cast<unsigned long>(st.integer(2)), std::string(st.text(1))),
                            std::string(st.text(0))});
}

void note_anomaly(const std::array<std::string, 3>& what, std::uint64_t n, CopyReport& report) {
  const auto& [table, column, kind] = what;
  if (kind != "encoding" && kind != "type" && kind != "class") return;
  report.anomalies += n;
  report.notes.push_back(
      {Severity::warning, "ANOMALY",
       kind == "encoding" ? core::nmsg("{0} value holds bytes that are not text in the source's encoding.",
                                       "{0} values hold bytes that are not text in the source's encoding.", n)
       : kind == "class"
           ? core::nmsg("{0} value is stored otherwise than its column says; it is kept as text.",
                        "{0} values are stored otherwise than their column says; they are kept as text.", n)
           : core::nmsg("{0} value is not of the declared type; it is kept as it is.",
                        "{0} values are not of the declared type; they are kept as they are.", n),
       table + "." + column});
}

std::map<std::string, std::string> run_facts(const CopyFacts& facts, const CopyReport& report,
                                             std::string started) {
  const auto& p = facts.provenance;
  const auto& profile = facts.profile;
  return {{"application", profile.id},
          {"application_label", profile.label},
          {"profile_version", profile.version},
          {"profile_digest", profiles::profile_digest(profile.files)},
          {"source", facts.options.source_label},
          {"system", p.system},
          {"system_version", p.version},
          {"charset", p.charset},
          {"database", p.database},
          {"user", p.user},
          {"schema", p.schema},
          {"snapshot", p.snapshot},
          {"empty_texts", p.has_empty_texts ? "kept" : "null"},
          {"consistency", std::string(consistency_name(report.consistency))},
          {"kind", std::string(kind_name(facts.options.kind))},
          {"started", std::move(started)},
          {"finished", core::format_instant(facts.clock.now())},
          {"tool", "Versoir " VERSOIR_VERSION},
          {"decisions", digest_of(facts.options.decisions)},
          {"left_tables", std::to_string(report.left_tables)},
          {"left_rows", std::to_string(report.left_rows)},
          {"left_columns", std::to_string(report.left_columns)},
          {"second_look", facts.options.kind == Kind::final_ ? "same" : "none"},
          {"anomalies", std::to_string(report.anomalies)}};
}

}  // namespace

std::string digest_of(const std::vector<Decision>& decisions) {
  std::string all;
  for (const auto& d : decisions)
    if (d.take) all += d.table + "." + d.column + (*d.take ? "=taken\n" : "=left\n");
  return core::sha256(std::string_view(all)).hex();
}

void conclude(ExtractWriter& writer, const Matching& matching, CopyFacts facts, CopyReport& report,
              std::stop_token stop) {
  record_integrity(writer, matching, facts.unique, report, std::move(stop));
  for (const auto* table : matching.absent) writer.write_uncopied_table(*table);
  for (const auto& table : facts.profile.tables)
    if (!table.take) writer.write_uncopied_table(table);
  report.left_tables = facts.catalogue_size - matching.tables.size();
  for (const auto& t : matching.tables) report.left_columns += t.source->columns.size() - t.columns.size();
  for (const auto& [what, n] : writer.anomalies()) note_anomaly(what, n, report);
  note_left_rows(writer, report);
  writer.write_profile(facts.profile.files);
  for (const auto& d : facts.options.decisions)
    if (d.take) writer.write_decision(d);
  report.consistency = facts.consistency;
  if (core::format_instant(facts.clock.now()) < writer.last_known_time())
    report.notes.push_back({Severity::warning, "CLOCK",
                            msg("The clock of this machine went backwards during the copy: the dates of this "
                                "extract are not reliable."),
                            ""});
  writer.end_session(core::format_instant(facts.clock.now()), facts.session_rows, "finished");
  writer.write_run(run_facts(facts, report, writer.first_started()));
  std::ranges::sort(report.tables, {}, &TableFacts::name);
}

}  // namespace versoir::extract
