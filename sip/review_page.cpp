// The archivist's report from its facts: a page that stands alone, and the same in short for a terminal.
#include "core/file.hpp"
#include "core/html.hpp"
#include "sip/review.hpp"

#include <algorithm>

namespace versoir::sip {

using core::Json;
using core::msg;
using core::tr;

namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr unsigned private_mode = 0640;  // names of people

const Json& member(const Json& object, const char* key) {
  static const Json nothing;
  const auto at = object.find(key);
  return at == object.end() ? nothing : *at;
}

std::string text(const Json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::uint64_t number(const Json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_number_integer() && value.get<std::int64_t>() >= 0 ? value.get<std::uint64_t>() : 0;
}

/// 230 000: groups of three, narrow no-break space.
std::string count(std::uint64_t n) {
  const auto digits = std::to_string(n);
  std::string grouped;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += "\u202f";
    grouped += digits[i];
  }
  return grouped;
}
std::string count(const Json& object, const char* key) { return count(number(object, key)); }

std::string size(std::uint64_t bytes) {
  const auto tenths = [&](std::uint64_t unit) {
    return fmt::format("{}.{}", bytes / unit, bytes % unit * 10 / unit);
  };
  if (bytes >= 1'000'000'000) return msg("{0} GB", tenths(1'000'000'000)).text();
  if (bytes >= 1'000'000) return msg("{0} MB", tenths(1'000'000)).text();
  if (bytes >= 1'000) return msg("{0} kB", tenths(1'000)).text();
  return msg("{0} bytes", bytes).text();
}

std::string date(const std::string& iso) {
  const auto parsed = core::parse_date(iso);
  return parsed ? core::format_date_fr(*parsed) : std::string();
}
std::string date_or(const std::string& iso, const std::string& otherwise) {
  auto shown = date(iso);
  return shown.empty() ? otherwise : shown;
}

std::string action_label(const std::string& action) {
  if (action == "Keep") return tr("keep");
  if (action == "Destroy") return tr("destroy");
  if (action == "RestrictAccess") return tr("restrict access");
  if (action == "Transfer") return tr("transfer");
  if (action == "Copy") return tr("copy");
  return action;
}

std::string category_label(const std::string& category) {
  if (category == "StorageRule") return tr("current use");
  if (category == "AppraisalRule") return tr("retention and final action");
  if (category == "AccessRule") return tr("access by the public");
  if (category == "DisseminationRule") return tr("online dissemination");
  if (category == "ReuseRule") return tr("re-use");
  if (category == "ClassificationRule") return tr("classification");
  if (category == "HoldRule") return tr("hold");
  return category;
}

std::string confidence_label(const std::string& confidence) {
  if (confidence == "H") return tr("high");
  if (confidence == "M") return tr("medium");
  if (confidence == "L") return tr("low: to be confirmed");
  return tr("not stated");
}

std::string kind_label(const std::string& kind) {
  if (kind == "final") return tr("final");
  if (kind == "rehearsal") return tr("rehearsal: proves nothing about the closing state of the application");
  return kind;
}

std::string platform_kind_label(const std::string& kind) {
  return kind == "production" ? tr("production: what is sent is archived")
                              : tr("rehearsal: nothing is archived for good");
}

std::string duration_label(const Json& rule) {
  const auto& duration = member(rule, "duration");
  if (!duration.is_number_integer()) return tr("unlimited");
  const auto n = duration.get<unsigned long>();
  const auto unit = text(rule, "unit");
  if (unit == "day") return core::ntr("{0} day", "{0} days", n);
  if (unit == "month") return core::ntr("{0} month", "{0} months", n);
  return core::ntr("{0} year", "{0} years", n);
}

std::string state_text(const std::string& name) {
  if (name == "planned") return state_label(LotState::planned);
  if (name == "built") return state_label(LotState::built);
  return state_label(LotState::checked);
}

std::string check_text(const std::string& verdict) { return verdict.empty() ? tr("not checked") : verdict; }

std::string span_text(const Json& profile) {
  const auto from = date(text(profile, "start")), to = date(text(profile, "end"));
  if (from.empty() && to.empty()) return tr("no date");
  return msg("from {0} to {1}", from, to).text();
}

std::string actions_text(const Json& forecast) {
  std::string list;
  for (const auto& [action, units] : member(forecast, "actions").items()) {
    if (!list.empty()) list += ", ";
    list += msg("{0}: {1}", action_label(action), count(units.get<std::uint64_t>())).text();
  }
  return list;
}

/// Why some units of a rule have no end date, said in full: they can never be destroyed.
std::string without_end_text(const Json& forecast) {
  const auto n = number(forecast, "withoutEnd");
  if (n == 0) return {};
  if (member(forecast, "unlimited") == Json(true))
    return core::ntr("{0} unit has no end date: the rule is unlimited.",
                     "{0} units have no end date: the rule is unlimited.", n);
  if (text(forecast, "category") == "AppraisalRule")
    return core::ntr(
        "{0} unit has no start date for this rule: the platform will never propose to destroy it.",
        "{0} units have no start date for this rule: the platform will never propose to destroy them.", n);
  return core::ntr("{0} unit has no start date for this rule: the platform will not compute its end.",
                   "{0} units have no start date for this rule: the platform will not compute its end.", n);
}

/// Retention that is over on the day of the plan: the platform could propose these units for destruction at
/// once.
std::string elapsed_text(const Json& forecast) {
  const auto n = number(forecast, "elapsed");
  if (n == 0 || text(forecast, "category") != "AppraisalRule") return {};
  return core::ntr("{0} unit had already reached the end of its retention on the day of the plan.",
                   "{0} units had already reached the end of their retention on the day of the plan.", n);
}

/// The sentence that the visa will put into law.
std::string authorises_text(const Json& facts) {
  const auto& totals = member(facts, "totals");
  const auto& platform = member(facts, "platform");
  return msg("A visa of approval authorises the transfer, once and as they are now, of {0} lots ({1} archive "
             "units, {2} "
             "objects, {3}) to platform {4}, tenant {5}, during the validity of the visa. It authorises no "
             "destruction.",
             count(totals, "lots"), count(totals, "units"), count(totals, "objects"),
             size(number(totals, "size")), text(platform, "name"), number(platform, "tenant"))
      .text();
}

std::string ready_text(const Json& facts) {
  const auto blocking = member(facts, "blocking").size();
  if (blocking == 0)
    return tr("Every lot is built and its check is favourable: the versement can be decided.");
  return core::ntr(
      "{0} lot cannot be approved as it stands: not built, not checked, or check unfavourable.",
      "{0} lots cannot be approved as they stand: not built, not checked, or check unfavourable.", blocking);
}

std::string evidence_text(const Json& dictionary) {
  const auto& evidence = member(dictionary, "columnsByEvidence");
  return msg("Columns copied whose meaning is confirmed: {0}, inferred: {1}, unknown: {2}; not copied by "
             "decision: {3}.",
             count(evidence, "confirmed"), count(evidence, "inferred"), count(evidence, "unknown"),
             count(dictionary, "columnsNotTaken"))
      .text();
}

/// Writes the page section by section.
class Page {
 public:
  Page(core::ByteSink& sink, const Json& facts)
      : facts_(facts),
        // TRANSLATORS: the BCP 47 code of your language; it becomes the lang attribute of pages.
        page_(sink, tr("en"), msg("Report on versement {0}", text(facts, "versement")).text()) {}

  void write() {
    page_.heading(1, msg("Report on versement {0}", text(facts_, "versement")).text());
    page_.badge(member(facts_, "blocking").empty() ? "ok" : "warning", ready_text(facts_));
    head();
    source();
    for (const auto& profile : member(facts_, "profiles")) archive_profile(profile);
    lots();
    remarks();
    sample();
    confidence();
    page_.heading(2, tr("What the visa will authorise"));
    page_.paragraph(authorises_text(facts_));
    page_.close();
  }

 private:
  using Facts = std::vector<std::pair<std::string, std::string>>;

  void table(const std::string& caption, const std::vector<std::string>& header, const Rows& rows) {
    if (!rows.empty()) page_.table(caption, header, rows);
  }

  void head() {
    const auto& totals = member(facts_, "totals");
    const auto& platform = member(facts_, "platform");
    const auto& agencies = member(facts_, "agencies");
    page_.heading(2, tr("In short"));
    page_.facts(
        Facts{{tr("Establishment"), text(facts_, "establishment")},
              {tr("Application"), text(member(facts_, "application"), "label")},
              {tr("Originating agency"), text(agencies, "originating")},
              {tr("Transferring agency"), text(agencies, "transferring")},
              {tr("Archival agency"), text(agencies, "archival")},
              {tr("Platform"), msg("{0}, tenant {1} ({2})", text(platform, "name"),
                                   number(platform, "tenant"), platform_kind_label(text(platform, "kind")))
                                   .text()},
              {tr("Planned on"), date(text(facts_, "created"))},
              {tr("Attempt"), count(facts_, "attempt")},
              {tr("Records transferred"), count(totals, "kept")},
              {tr("Records left out"), count(totals, "leftOut")},
              {tr("Lots"), count(totals, "lots")},
              {tr("Archive units"), count(totals, "units")},
              {tr("Digital objects"), count(totals, "objects")},
              {tr("Size of the packages"), size(number(totals, "size"))},
              {tr("Size of the objects"), size(number(totals, "bytes"))},
              {"SEDA", text(facts_, "seda")}});
  }

  void source() {
    const auto& extract = member(facts_, "extract");
    page_.heading(2, tr("Where the data come from"));
    page_.facts(Facts{{tr("Extract"), text(extract, "name")},
                      {tr("Kind"), kind_label(text(extract, "kind"))},
                      {tr("Consistency"), text(extract, "consistency")},
                      {tr("Database"), text(extract, "system") + " " + text(extract, "systemVersion")},
                      {tr("Copied on"), date(text(extract, "finished"))},
                      {tr("Tables"), count(extract, "tables")},
                      {tr("Rows"), count(extract, "rows")},
                      {tr("Anomalies of the copy"), count(extract, "anomalies")},
                      {tr("Root of the extract (SHA-256)"), text(extract, "root")},
                      {tr("Digest of the file (SHA-512)"), text(extract, "sha512")},
                      {tr("Digest of the profile"), text(extract, "profileDigest")}});
    Rows rows;
    for (const auto& a : member(extract, "anomalyKinds"))
      rows.push_back({text(a, "table"), text(a, "column"), text(a, "kind"), count(a, "times")});
    table(tr("Anomalies noted while copying"), {tr("table"), tr("column"), tr("kind"), tr("times")}, rows);
  }

  void archive_profile(const Json& profile) {
    page_.heading(2, text(profile, "label"), text(profile, "id"));
    if (const auto description = text(profile, "description"); !description.empty())
      page_.paragraph(description);
    page_.facts(Facts{{tr("Records transferred"), count(profile, "kept")},
                      {tr("Records left out"), count(profile, "leftOut")},
                      {tr("Extreme dates"), span_text(profile)},
                      {tr("Units without any date"), count(profile, "withoutDates")},
                      {tr("Agreement"), text(profile, "agreement")}});
    Rows reasons;
    for (const auto& r : member(profile, "reasons"))
      reasons.push_back({text(r, "reason"), count(r, "records")});
    table(tr("Left out, and why"), {tr("reason"), tr("records")}, reasons);
    rules(profile);
    for (const auto& forecast : member(profile, "forecast")) forecast_section(forecast);
  }

  void rules(const Json& profile) {
    Rows rows;
    for (const auto& r : member(profile, "rules"))
      rows.push_back({text(r, "code"), text(r, "ruleId"), category_label(text(r, "category")),
                      text(r, "label"), duration_label(r), text(r, "trigger"), text(r, "source"),
                      confidence_label(text(r, "confidence")), text(r, "validator")});
    table(tr("Rules written on the units"),
          {tr("rule"), tr("RuleId of the platform"), tr("category"), tr("label"), tr("duration"),
           tr("counted from"), tr("source"), tr("confidence"), tr("to be validated by")},
          rows);
  }

  void forecast_section(const Json& f) {
    page_.heading(3, msg("{0}: {1}", category_label(text(f, "category")), text(f, "codes")).text());
    Facts list{{tr("Units"), count(f, "units")}};
    if (!text(f, "first").empty())
      list.emplace_back(tr("End dates"),
                        msg("from {0} to {1}", date(text(f, "first")), date(text(f, "last"))).text());
    if (const auto actions = actions_text(f); !actions.empty())
      list.emplace_back(tr("Final action"), actions);
    page_.facts(list);
    if (const auto note = elapsed_text(f); !note.empty()) page_.badge("info", note);
    if (const auto note = without_end_text(f); !note.empty())
      page_.badge(member(f, "unlimited") == Json(true) ? "info" : "warning", note);
    std::vector<std::pair<std::string, double>> bars;
    for (const auto& d : member(f, "decades"))
      bars.emplace_back(msg("{0}–{1}", number(d, "decade"), number(d, "decade") + 9).text(),
                        static_cast<double>(number(d, "units")));
    if (!bars.empty()) page_.bars(tr("Units by decade of their forecast end date"), bars);
  }

  void lots() {
    page_.heading(2, tr("Lots"));
    Rows rows;
    for (const auto& l : member(facts_, "lots"))
      rows.push_back({text(l, "id"), text(l, "profile"), count(l, "records"), count(l, "units"),
                      count(l, "objects"), size(number(l, "size")), check_text(text(l, "check")),
                      state_text(text(l, "state")), text(l, "sha512")});
    table(tr("One lot is one package (SIP), accepted or rejected as a whole"),
          {tr("lot"), tr("archive profile"), tr("records"), tr("units"), tr("objects"), tr("size"),
           tr("check"), tr("state"), "SHA-512"},
          rows);
  }

  void remarks() {
    for (const auto& [key, title] : {std::pair{"buildRemarks", tr("Remarks of the build")},
                                     std::pair{"checkRemarks", tr("Remarks of the check")}}) {
      Rows rows;
      for (const auto& r : member(facts_, key))
        rows.push_back({text(r, "code"), text(r, "severity"), count(r, "times"), text(r, "example")});
      table(title, {tr("code"), tr("severity"), tr("times"), tr("example")}, rows);
    }
  }

  void sample() {
    page_.heading(2, tr("Sample of the units"));
    page_.paragraph(tr(
        "Taken at equal distances in the list; the whole list is kept.csv, what is left out left-out.csv."));
    Rows rows;
    const auto none = tr("none");
    for (const auto& u : member(facts_, "sample"))
      rows.push_back({text(u, "title"), text(u, "profile"), date_or(text(u, "start"), none),
                      date_or(text(u, "end"), none), text(u, "appraisalRule"),
                      date_or(text(u, "appraisalEnd"), none), action_label(text(u, "finalAction")),
                      text(u, "accessRule"), date_or(text(u, "accessEnd"), none)});
    table(tr("Units as they will be described"),
          {tr("title"), tr("archive profile"), tr("start"), tr("end"), tr("retention"), tr("until"),
           tr("then"), tr("access"), tr("closed until")},
          rows);
  }

  void confidence() {
    const auto& dictionary = member(facts_, "dictionary");
    page_.heading(2, tr("How far this report can be trusted"));
    page_.paragraph(evidence_text(dictionary));
    Rows rows;
    for (const auto& t : member(dictionary, "tablesNotTaken"))
      rows.push_back({text(t, "table"), text(t, "label"), text(t, "reason")});
    table(tr("Tables of the application that are not copied"), {tr("table"), tr("label"), tr("reason")},
          rows);
    Rows assumed;
    for (const auto& a : member(facts_, "assumptions"))
      if (a.is_string()) assumed.push_back({tr(a.get<std::string>().c_str())});
    table(tr("What the check assumed"), {tr("assumption")}, assumed);
  }

  const Json& facts_;
  core::HtmlPage page_;
};

/// Lines for a terminal.
class Lines {
 public:
  void line(const std::string& text) { out_ += text + '\n'; }
  void line(const core::Message& m) { line(m.text()); }
  void item(const core::Message& m) { line("  " + m.text()); }
  void blank() { out_ += '\n'; }
  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  std::string out_;
};

void profile_lines(Lines& out, const Json& p) {
  out.blank();
  out.line(text(p, "label"));
  out.item(msg("{0} records transferred, {1} left out", count(p, "kept"), count(p, "leftOut")));
  for (const auto& r : member(p, "reasons"))
    out.item(msg("  {0}: {1}", count(r, "records"), text(r, "reason")));
  out.item(msg("Extreme dates: {0}", span_text(p)));
  if (number(p, "withoutDates") > 0) out.item(msg("{0} units without any date", count(p, "withoutDates")));
  for (const auto& r : member(p, "rules"))
    out.item(msg("{0} ({1}), {2}: {3}; confidence: {4}; source: {5}", text(r, "code"), text(r, "ruleId"),
                 duration_label(r), text(r, "label"), confidence_label(text(r, "confidence")),
                 text(r, "source")));
  for (const auto& f : member(p, "forecast")) {
    if (!text(f, "first").empty())
      out.item(msg("{0}, {1} units: ends from {2} to {3} {4}", text(f, "codes"), count(f, "units"),
                   date(text(f, "first")), date(text(f, "last")), actions_text(f)));
    if (const auto note = elapsed_text(f); !note.empty()) out.line("  " + text(f, "codes") + ": " + note);
    if (const auto note = without_end_text(f); !note.empty()) out.line("  " + text(f, "codes") + ": " + note);
  }
}

void lot_lines(Lines& out, const Json& facts) {
  out.blank();
  out.line(tr("Lots"));
  for (const auto& l : member(facts, "lots"))
    out.item(msg("{0}: {1} records, {2}, check: {3}, {4}", text(l, "id"), count(l, "records"),
                 size(number(l, "size")), check_text(text(l, "check")), state_text(text(l, "state"))));
}

void sample_lines(Lines& out, const Json& facts) {
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
  Lines out;
  const auto& totals = member(facts, "totals");
  const auto& extract = member(facts, "extract");
  out.line(msg("Report on versement {0}", text(facts, "versement")));
  out.item(msg("{0}, {1}", text(facts, "establishment"), text(member(facts, "application"), "label")));
  out.item(msg("Extract {0} of {1}, {2}; consistency: {3}; {4} rows, {5} anomalies", text(extract, "name"),
               date(text(extract, "finished")), kind_label(text(extract, "kind")),
               text(extract, "consistency"), count(extract, "rows"), count(extract, "anomalies")));
  out.item(msg("Root of the extract: {0}", text(extract, "root")));
  out.item(msg("{0} records transferred, {1} left out, {2} lots, {3}", count(totals, "kept"),
               count(totals, "leftOut"), count(totals, "lots"), size(number(totals, "size"))));
  for (const auto& profile : member(facts, "profiles")) profile_lines(out, profile);
  lot_lines(out, facts);
  sample_lines(out, facts);
  out.blank();
  out.line(evidence_text(member(facts, "dictionary")));
  out.line(ready_text(facts));
  out.line(authorises_text(facts));
  return std::move(out).take();
}

void write_review_html(const Versement& versement, const Json& facts) {
  core::AtomicFile file(versement.file("review.html"), private_mode);
  core::FileSink sink(file);
  Page(sink, facts).write();
  file.commit();
}

}  // namespace versoir::sip
