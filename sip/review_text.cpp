// The archivist's report from its facts, in short, for a terminal.
#include "core/display.hpp"
#include "core/i18n.hpp"
#include "sip/review.hpp"
#include "sip/review_words.hpp"
#include "sip/sampling.hpp"

#include <fmt/format.h>

namespace versoir::sip {

using core::Json;
using core::msg;
using core::tr;
using namespace words;

namespace {

/// TextLines for a terminal.
class TextLines {
 public:
  void line(const std::string& text) { out_ += text + '\n'; }
  void line(const core::Message& m) { line(m.text()); }
  void item(const core::Message& m) { line("  " + m.text()); }
  void blank() { out_ += '\n'; }
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

void forecast_lines(TextLines& out, const Json& f) {
  const auto codes = text(f, "codes");
  if (!text(f, "first").empty()) {
    const auto units = units_text(number(f, "units"));
    const auto first = date(text(f, "first")), last = date(text(f, "last"));
    const auto actions = actions_text(f);
    out.item(actions.empty()
                 ? msg("{0}, {1}: ends from {2} to {3}", codes, units, first, last)
                 : msg("{0}, {1}: ends from {2} to {3}; {4}", codes, units, first, last, actions));
  }
  if (const auto note = elapsed_text(f); !note.empty()) out.item(msg("{0}: {1}", codes, note));
  if (const auto note = without_end_text(f); !note.empty()) out.item(msg("{0}: {1}", codes, note));
}

void sampling_lines(TextLines& out, const Json& s) {
  out.item(msg("Selection: {0}", sampling_text(s)));
  if (const auto validation = sampling_validation_text(s); !validation.empty()) out.line("    " + validation);
  for (const auto& c : member(s, "criteria"))
    out.item(msg("  {0}: {1}", count(c, "kept"), criterion_label(text(c, "text"))));
}

std::string left_out_text(const Json& counts) {
  return core::ntr("{0} left out", "{0} left out", number(counts, "leftOut"));
}

void profile_lines(TextLines& out, const Json& p) {
  out.blank();
  out.line(text(p, "label"));
  out.item(core::nmsg("{0} record transferred, {1}", "{0} records transferred, {1}", number(p, "kept"),
                      left_out_text(p)));
  for (const auto& r : member(p, "reasons"))
    out.item(is_deferred(r) ? core::nmsg("  {0} deferred: {1}", "  {0} are deferred: {1}",
                                         number(r, "records"), text(r, "reason"))
                            : msg("  {0}: {1}", count(r, "records"), text(r, "reason")));
  out.item(msg("Extreme dates: {0}", span_text(p)));
  if (const auto n = number(p, "withoutDates"); n > 0)
    out.item(core::nmsg("{0} archive unit without any date", "{0} archive units without any date", n));
  for (const auto& r : member(p, "rules"))
    out.item(msg("{0} ({1}), {2}: {3}; confidence: {4}; source: {5}; {6}", text(r, "code"), text(r, "ruleId"),
                 duration_and_start(r), text(r, "label"), rule_confidence(r), source_text(r),
                 validation_label(r)));
  if (const auto& s = member(p, "sampling"); s.is_object()) sampling_lines(out, s);
  for (const auto& f : member(p, "forecast")) forecast_lines(out, f);
}

void extract_lines(TextLines& out, const Json& extract) {
  out.item(msg("Extract {0} of {1}, {2}; consistency: {3}; {4}, {5}", text(extract, "name"),
               date(text(extract, "finished")), kind_text(text(extract, "kind")),
               extract::consistency_label(text(extract, "consistency")),
               core::ntr("{0} row", "{0} rows", number(extract, "rows")),
               core::ntr("{0} anomaly", "{0} anomalies", number(extract, "anomalies"))));
  out.item(msg("Root of the extract: {0}", text(extract, "root")));
}

void filing_lines(TextLines& out, const Json& filing) {
  out.item(msg("Filing plan: {0}", text(filing, "title")));
  for (const auto& n : member(filing, "nodes"))
    out.line(fmt::format("    {}  {}", text(n, "id"), node_title(n)));
}

void dossier_lines(TextLines& out, const Json& dossier) {
  out.item(msg("Dossier of versement {0}, kept for good; {1} from {2}", text(dossier, "versement"),
               core::ntr("{0} file of evidence", "{0} files of evidence", number(dossier, "packed")),
               text(dossier, "pack")));
  if (text(dossier, "access_rule").empty())
    out.item(msg("No access rule: [dossier] access_rule is not set, and the lists name people."));
  else
    out.item(msg("Access rule: {0}", text(dossier, "access_rule")));
  for (const auto& d : member(dossier, "documents"))
    out.line(fmt::format("    {} | {} | {}", text(d, "part"), text(d, "title"),
                         core::show_size(number(d, "size"))));
}

void attachment_lines(TextLines& out, const Json& facts) {
  for (const auto& a : member(facts, "attachments"))
    out.item(msg("{0}: attached to the node {1} ({2}) of the filing plan {3}", text(a, "profile"),
                 text(a, "node"), text(a, "title"), text(a, "source")));
}

void confirmed_lines(TextLines& out, const Json& facts) {
  for (const auto& codes : member(facts, "confirmed"))
    out.item(msg("{0}: {1}; {2}", text(codes, "label"), codes_text(codes, true), confirmation_label(codes)));
}

void lot_lines(TextLines& out, const Json& facts) {
  out.blank();
  out.line(tr("Lots"));
  for (const auto& l : member(facts, "lots"))
    out.item(msg("{0}: {1}, {2}, check: {3}, state: {4}", text(l, "id"), records_text(number(l, "records")),
                 size_text(l), check_text(text(l, "check")), state_text(l)));
}

void drawn_lines(TextLines& out, const Json& facts) {
  if (!member(facts, "records").is_object()) return;
  out.blank();
  out.line(tr("Records as they will be read"));
  out.line("  " + drawn_text(facts));
  for (const auto& r : member(member(facts, "records"), "records"))
    out.item(msg("{0} | {1} {2}", text(r, "title"), text(r, "profile"), text(r, "key")));
}

void sample_lines(TextLines& out, const Json& facts) {
  out.blank();
  out.line(tr("Sample of the units"));
  const auto none = tr("none");
  for (const auto& u : member(facts, "sample"))
    out.item(msg("{0} | {1} – {2} | {3} {4}, then {5} | {6} {7}", text(u, "title"),
                 date_or(text(u, "start"), none), date_or(text(u, "end"), none), text(u, "appraisalRule"),
                 date_or(text(u, "appraisalEnd"), none), action_label(text(u, "finalAction")),
                 text(u, "accessRule"), date_or(text(u, "accessEnd"), none)));
}

}  // namespace

std::string review_text(const Json& facts) {
  TextLines out;
  const auto& totals = member(facts, "totals");
  out.line(msg("Report on versement {0}", text(facts, "versement")));
  out.item(msg("{0}, {1}", text(facts, "establishment"), application_text(facts)));
  if (is_filing(facts))
    filing_lines(out, member(facts, "filing"));
  else if (is_dossier(facts))
    dossier_lines(out, member(facts, "dossier"));
  else
    extract_lines(out, member(facts, "extract"));
  out.item(core::nmsg("{0} record transferred, {1}, {2}", "{0} records transferred, {1}, {2}",
                      number(totals, "kept"), left_out_text(totals), lots_text(number(totals, "lots"))));
  if (anything_built(facts))
    out.line(fmt::format("  {}, {}, {}", units_text(number(totals, "units")),
                         objects_text(number(totals, "objects")), core::show_size(number(totals, "size"))));
  if (const auto closed = closed_text(facts); !closed.empty()) out.line("  " + closed);
  for (const auto& profile : member(facts, "profiles")) profile_lines(out, profile);
  attachment_lines(out, facts);
  confirmed_lines(out, facts);
  if (const auto& files = member(facts, "files"); files.is_object())
    out.item(msg("Attached files: {0}, {1}", core::ntr("{0} file", "{0} files", number(files, "files")),
                 core::show_size(number(files, "bytes"))));
  lot_lines(out, facts);
  const bool of_extract = !is_filing(facts) && !is_dossier(facts);
  if (of_extract) sample_lines(out, facts);
  drawn_lines(out, facts);
  out.blank();
  if (of_extract) out.line(evidence_text(member(facts, "dictionary")));
  for (const auto& [badge, sentence] : situation_texts(facts)) out.line(sentence);
  out.line(authorises_text(facts));
  if (const auto next = next_step(facts); !next.empty()) out.line(next);
  return std::move(out).take();
}

}  // namespace versoir::sip
