// The archivist's report from its facts, as a page that stands alone.
#include "core/display.hpp"
#include "core/file.hpp"
#include "core/html.hpp"
#include "extract/anomalies.hpp"
#include "sip/page_contents.hpp"
#include "sip/review.hpp"
#include "sip/review_words.hpp"
#include "sip/sampling.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace versoir::sip {

using core::Json;
using core::msg;
using core::tr;
using namespace words;

namespace {

using Rows = std::vector<std::vector<std::string>>;

/// Writes the page section by section.
class Page {
 public:
  Page(core::ByteSink& sink, const Json& facts, const RecordSample* records)
      : facts_(facts),
        records_(records),
        sink_(sink),
        page_(whole_, core::language_tag(), msg("Report on versement {0}", text(facts, "versement")).text()) {
  }

  void write() {
    page_.heading(1, msg("Report on versement {0}", text(facts_, "versement")).text());
    for (const auto& [badge, sentence] : situation_texts(facts_)) page_.badge(badge, sentence);
    const auto contents_at = whole_.text.size();
    head();
    if (is_filing(facts_))
      filing();
    else if (is_dossier(facts_))
      dossier();
    else
      source();
    attachments();
    confirmed();
    for (const auto& profile : member(facts_, "profiles")) archive_profile(profile);
    rules();
    files();
    lots();
    remarks();
    if (!is_filing(facts_) && !is_dossier(facts_)) sample();
    if (records_) drawn_records();
    confidence();
    section(tr("What the visa will authorise"));
    page_.paragraph(authorises_text(facts_));
    page_.close();
    const std::string_view all = whole_.text;
    sink_.write(all.substr(0, contents_at));
    sink_.write(contents_.markup());
    sink_.write(all.substr(contents_at));
  }

 private:
  using Facts = std::vector<std::pair<std::string, std::string>>;

  void section(const std::string& title, const std::string& id = {}) {
    page_.heading(2, title, contents_.add(title, id));
  }

  void table(const std::string& caption, const std::vector<std::string>& header, const Rows& rows) {
    if (!rows.empty()) page_.table(caption, header, rows);
  }

  static std::string agreements(const Json& platform) {
    std::set<std::string> names;
    for (const auto& name : platform.at("agreements")) names.insert(name.get<std::string>());
    std::string list;
    for (const auto& name : names) list += (list.empty() ? "" : ", ") + name;
    return list;
  }

  void head() {
    const auto& totals = member(facts_, "totals");
    const auto& platform = member(facts_, "platform");
    const auto& agencies = member(facts_, "agencies");
    section(tr("In short"));
    page_.facts(
        Facts{{tr("Establishment"), text(facts_, "establishment")},
              {tr("Application"), application_text(facts_)},
              {tr("Originating agency"), text(agencies, "originating")},
              {tr("Transferring agency"), text(agencies, "transferring")},
              {tr("Archival agency"), text(agencies, "archival")},
              {tr("Platform"), msg("{0}, tenant {1} ({2})", text(platform, "name"),
                                   number(platform, "tenant"), platform_kind_label(text(platform, "kind")))
                                   .text()},
              {tr("Address of the platform"), text(platform, "ingestUrl")},
              {tr("Its trust anchors (SHA-256)"), text(platform, "ingestUrl").empty() ? std::string()
                                                  : text(platform, "caSha256").empty()
                                                      ? tr("those of the system")
                                                      : text(platform, "caSha256")},
              {tr("Ingest contracts"), agreements(platform)},
              {tr("Planned on"), date(text(facts_, "created"))},
              {tr("Attempt"), count(facts_, "attempt")},
              {tr("Records transferred"), count(totals, "kept")},
              {tr("Records left out"), count(totals, "leftOut")},
              {tr("Lots"), count(totals, "lots")},
              {tr("Archive units"), built(count(totals, "units"))},
              {tr("Digital objects"), built(count(totals, "objects"))},
              {tr("Size of the packages"), built(core::show_size(number(totals, "size")))},
              {tr("Size of the objects"), built(core::show_size(number(totals, "bytes")))},
              {"SEDA", text(facts_, "seda")}});
    if (const auto closed = closed_text(facts_); !closed.empty()) page_.paragraph(closed);
  }

  /// A figure of the packages, once there are some.
  [[nodiscard]] std::string built(std::string figure) const {
    return anything_built(facts_) ? std::move(figure) : tr("not built yet");
  }

  void source() {
    const auto& extract = member(facts_, "extract");
    section(tr("Where the data come from"));
    page_.facts(Facts{{tr("Extract"), text(extract, "name")},
                      {tr("Kind"), kind_text(text(extract, "kind"))},
                      {tr("Consistency"), extract::consistency_label(text(extract, "consistency"))},
                      {tr("Database"), text(extract, "system") + " " + text(extract, "systemVersion")},
                      {tr("Copied on"), date(text(extract, "finished"))},
                      {tr("Tables"), count(extract, "tables")},
                      {tr("Rows"), count(extract, "rows")},
                      {tr("Values that could not be kept as declared"), count(extract, "anomalies")},
                      {tr("Root of the extract (SHA-256)"), text(extract, "root")},
                      {tr("Digest of the file (SHA-512)"), text(extract, "sha512")},
                      {tr("Digest of the profile"), text(extract, "profileDigest")}});
    Rows rows;
    for (const auto& a : member(extract, "anomalyKinds"))
      rows.push_back(
          {text(a, "table"), text(a, "column"), extract::anomaly_label(text(a, "kind")), count(a, "times")});
    table(tr("Anomalies noted while copying"), {tr("table"), tr("column"), tr("kind"), tr("times")}, rows);
  }

  void filing() {
    const auto& plan = member(facts_, "filing");
    section(tr("The filing plan"));
    page_.facts(Facts{{tr("Title"), text(plan, "title")},
                      {tr("Digest of the file (SHA-256)"), text(plan, "root")},
                      {tr("Digest of the file (SHA-512)"), text(plan, "sha512")}});
    page_.paragraph(tr("Its nodes carry no rule: what is attached to them inherits none."));
    Rows rows;
    for (const auto& n : member(plan, "nodes"))
      rows.push_back({text(n, "id"), node_title(n), text(n, "level"), text(n, "description")});
    table(tr("Nodes, in their order"), {tr("identifier"), tr("title"), tr("level"), tr("description")}, rows);
  }

  void dossier() {
    const auto& dossier = member(facts_, "dossier");
    section(tr("The dossier of the versement"));
    const auto rule = text(dossier, "access_rule");
    page_.facts(Facts{{tr("Versement"), text(dossier, "versement")},
                      {tr("Pack of evidence"), text(dossier, "pack")},
                      {tr("Files of evidence, in one archive"), count(dossier, "packed")},
                      {tr("Digest of its last list (SHA-256)"), text(dossier, "list")},
                      {tr("Final action"), action_label("Keep")},
                      {tr("Access rule"), rule.empty() ? tr("none: the lists name people") : rule}});
    Rows rows;
    for (const auto& d : member(dossier, "documents"))
      rows.push_back({text(d, "part"), text(d, "title"), core::show_size(number(d, "size")),
                      text(d, "sha512").substr(0, 16)});
    table(tr("Documents to read"), {tr("part"), tr("title"), tr("size"), "SHA-512"}, rows);
  }

  void attachments() {
    Rows rows;
    for (const auto& a : member(facts_, "attachments"))
      rows.push_back({text(a, "profile"), text(a, "node"), text(a, "title"), text(a, "source"),
                      text(a, "systemId").empty() ? text(a, "keyName") : text(a, "systemId")});
    if (rows.empty()) return;
    section(tr("Where the lots stand in the filing plan"));
    table(tr("Nodes under which lots are attached"),
          {tr("archive profile"), tr("node"), tr("title"), tr("filing plan"), tr("found by")}, rows);
  }

  void confirmed() {
    Rows rows;
    for (const auto& codes : member(facts_, "confirmed"))
      rows.push_back({text(codes, "label"), codes_text(codes, true), codes_text(codes, false),
                      text(codes, "source"), text(codes, "validator"), confirmation_label(codes)});
    if (rows.empty()) return;
    section(tr("Codes that the archive profiles rest on"));
    for (const auto& codes : member(facts_, "confirmed"))
      if (member(codes, "confirmed") != Json(true))
        page_.badge("warning", msg("{0}: {1}", text(codes, "label"), confirmation_label(codes)).text());
    table(tr("Codes of the establishment's own nomenclature"),
          {tr("held for"), tr("codes"), tr("codes that are not"), tr("source"), tr("to be confirmed by"),
           tr("confirmation")},
          rows);
  }

  void archive_profile(const Json& profile) {
    section(text(profile, "label"), text(profile, "id"));
    if (const auto description = text(profile, "description"); !description.empty())
      page_.paragraph(description);
    page_.facts(Facts{{tr("Records transferred"), count(profile, "kept")},
                      {tr("Records left out"), count(profile, "leftOut")},
                      {tr("Of which deferred"), count(profile, "deferred")},
                      {tr("Extreme dates"), span_text(profile)},
                      {tr("Units without any date"), count(profile, "withoutDates")},
                      {tr("Agreement"), text(profile, "agreement")},
                      {tr("Rules written on the units"), codes_of(member(profile, "rules"))}});
    Rows reasons, deferrals;
    for (const auto& r : member(profile, "reasons"))
      (is_deferred(r) ? deferrals : reasons).push_back({text(r, "reason"), count(r, "records")});
    table(tr("Left out, and why"), {tr("reason"), tr("records")}, reasons);
    table(tr("Deferred until declared closed, and why"), {tr("reason"), tr("records")}, deferrals);
    if (const auto& s = member(profile, "sampling"); s.is_object()) sampling(s);
    for (const auto& forecast : member(profile, "forecast")) forecast_section(forecast);
  }

  void sampling(const Json& s) {
    page_.heading(3, tr("Selection among the records (tri)"));
    page_.paragraph(sampling_text(s));
    if (const auto validation = sampling_validation_text(s); !validation.empty())
      page_.badge(member(s, "applied") == Json(true) ? "info" : "warning", validation);
    Rows criteria, strata;
    for (const auto& c : member(s, "criteria"))
      criteria.push_back({criterion_label(text(c, "text")), text(c, "text"), count(c, "kept"),
                          text(member(c, "list"), "sha512")});
    table(tr("Criteria: one is enough to keep a record"),
          {tr("criterion"), tr("as configured"), tr("records kept"), tr("SHA-512 of the list")}, criteria);
    for (const auto& stratum : member(s, "strata"))
      strata.push_back({text(stratum, "stratum").empty() ? tr("none") : text(stratum, "stratum"),
                        count(stratum, "population"), count(stratum, "kept")});
    table(tr("Population and records kept, by stratum"),
          {tr("stratum"), tr("population"), tr("records kept")}, strata);
  }

  static std::string codes_of(const Json& rules) {
    std::string codes;
    for (const auto& r : rules) codes += (codes.empty() ? "" : ", ") + text(r, "code");
    return codes;
  }

  /// Each once, whatever the number of archive profiles that write it: ten columns fit on no sheet of paper.
  void rules() {
    std::map<std::string, const Json*> by_code;
    for (const auto& profile : member(facts_, "profiles"))
      for (const auto& r : member(profile, "rules")) by_code.emplace(text(r, "code"), &r);
    if (by_code.empty()) return;
    section(tr("Rules written on the units"));
    for (const auto& [code, at] : by_code) {
      const auto& r = *at;
      page_.heading(3, msg("{0}: {1}", code, text(r, "label")).text());
      page_.facts(Facts{{tr("RuleId of the platform"), text(r, "ruleId")},
                        {tr("Category"), category_label(text(r, "category"))},
                        {tr("Duration"), duration_and_start(r)},
                        {tr("Counted from"), text(r, "trigger")},
                        {tr("Source"), source_text(r)},
                        {tr("Confidence"), rule_confidence(r)},
                        {tr("To be validated by"), text(r, "validator")},
                        {tr("Validation"), validation_label(r)}});
    }
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

  void files() {
    const auto& files = member(facts_, "files");
    if (!files.is_object()) return;
    section(tr("Attached files"));
    page_.paragraph(msg("{0}, {1}; each goes under the unit of its record, as it is.",
                        core::ntr("{0} file", "{0} files", number(files, "files")),
                        core::show_size(number(files, "bytes")))
                        .text());
    Rows kinds;
    for (const auto& k : member(files, "kinds"))
      kinds.push_back({text(k, "extension").empty() ? tr("none") : text(k, "extension"), count(k, "files"),
                       core::show_size(number(k, "bytes"))});
    table(tr("By extension"), {tr("extension"), tr("files"), tr("size")}, kinds);
    Rows first;
    for (const auto& f : member(files, "first"))
      first.push_back({text(f, "title"), text(f, "file"), date_or(text(f, "date"), ""),
                       core::show_size(number(f, "size"))});
    table(tr("The first of them"), {tr("title"), tr("file"), tr("date"), tr("size")}, first);
  }

  void lots() {
    section(tr("Lots"));
    Rows rows;
    for (const auto& l : member(facts_, "lots"))
      rows.push_back({text(l, "id"), text(l, "profile"), count(l, "records"), count(l, "units"),
                      count(l, "objects"), size_text(l), check_text(text(l, "check")), state_text(l),
                      text(l, "sha512")});
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
    section(tr("Sample of the units"));
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

  /// As the page that is transferred beside the XML, one level down: no data that the archive does not hold.
  void drawn_records() {
    section(tr("Records as they will be read"));
    page_.paragraph(drawn_text(facts_));
    records_->write(page_);
  }

  void confidence() {
    const auto& dictionary = member(facts_, "dictionary");
    section(tr("How far this report can be trusted"));
    if (!is_filing(facts_) && !is_dossier(facts_)) page_.paragraph(evidence_text(dictionary));
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
  const RecordSample* records_;
  core::ByteSink& sink_;
  core::StringSink whole_;  ///< the contents, which come first, are known last; samples keep it small
  PageContents contents_;
  core::HtmlPage page_;
};

}  // namespace

void write_review_html(const Versement& versement, const Json& facts, const RecordSample* records) {
  core::AtomicFile file(versement.file("review.html"), private_mode);
  core::FileSink sink(file);
  Page(sink, facts, records).write();
  file.commit();
}

}  // namespace versoir::sip
