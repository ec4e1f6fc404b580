// Preparing a bordereau and registering the papers that answer it.
#include "sip/elimination.hpp"

#include "core/csv.hpp"
#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "sip/kept.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Date;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::msg;

namespace {

constexpr std::string_view bordereau_format = "versoir-elimination/1";

std::string sha512_of(const fs::path& file) { return core::digest_file(file).sha512.hex(); }

std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (auto name = core::trim(text.substr(0, comma)); !name.empty()) names.push_back(std::move(name));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return names;
}

/// Reads one section and tells what is wrong with it.
class EndedReader {
 public:
  EndedReader(const core::Config& config, std::string name, Error& error)
      : config_(config), section_("elimination." + name), error_(error) {
    line_.name = std::move(name);
  }
  EndedLine read(Date today) {
    line_.title = text("title");
    line_.dua = text("dua");
    line_.tables = split_names(text("tables"));
    line_.dua_end = date("dua_end");
    line_.from = date("from");
    line_.to = date("to");
    if (!complete_) return line_;
    if (line_.dua_end >= today)
      wrong(msg("[{0}] dua_end = {1}: the DUA has not ended, nothing of it may be eliminated.", section_,
                core::format_date(line_.dua_end)));
    if (line_.from > line_.to || line_.to > line_.dua_end)
      wrong(msg("[{0}]: from, to and dua_end must follow one another.", section_));
    return line_;
  }

 private:
  std::string text(const char* key) {
    auto value = config_.get_or(section_, key, "");
    if (value.empty()) wrong(msg("[{0}] {1} is not set.", section_, key));
    return value;
  }
  Date date(const char* key) {
    const auto value = text(key);
    const auto parsed = core::parse_date(value);
    if (!value.empty() && !parsed)
      wrong(msg("[{0}] {1} = {2}: not a date such as 2026-01-31.", section_, key, value));
    return parsed.value_or(Date{});
  }
  void wrong(core::Message m) {
    complete_ = false;
    std::move(error_).because(std::move(m));
  }
  const core::Config& config_;
  std::string section_;
  Error& error_;
  EndedLine line_;
  bool complete_ = true;
};

/// What the extract knows of a table or column: the bordereau names nothing else.
std::optional<std::uint64_t> rows_of(extract::Extract& extract, const std::string& spec) {
  const auto dot = spec.find('.');
  const auto table = spec.substr(0, dot);
  auto& db = extract.database();
  auto known = db.prepare(
      "SELECT source_rows FROM versoir_table WHERE name = ?1 UNION ALL SELECT NULL FROM versoir_decision "
      "WHERE "
      "table_name = ?1 AND taken = 0");
  known.bind(1, std::string_view(table));
  const bool copied = known.step();
  if (dot == std::string::npos) {
    if (copied) return known.is_null(0) ? 0 : static_cast<std::uint64_t>(known.integer(0));
    const auto app = extract.profile();
    const auto* t = app.find_table(table);
    return t && !t->take ? std::optional<std::uint64_t>(0) : std::nullopt;
  }
  if (!copied) return std::nullopt;
  const auto rows = known.is_null(0) ? 0 : static_cast<std::uint64_t>(known.integer(0));
  const auto column = spec.substr(dot + 1);
  if (column == "*") return rows;
  auto has = db.prepare(
      "SELECT 1 FROM versoir_column WHERE table_name = ?1 AND name = ?2 UNION ALL SELECT 1 FROM "
      "versoir_table, "
      "json_each(source_columns) WHERE versoir_table.name = ?1 AND json_extract(json_each.value, '$.name') = "
      "?2");
  has.bind(1, std::string_view(table));
  has.bind(2, std::string_view(column));
  return has.step() ? std::optional(rows) : std::nullopt;
}

/// Lines of the records transferred, one per versement and archive profile, and the annex that names them.
class TransferredLines {
 public:
  TransferredLines(const fs::path& workspace, const profiles::Application& app, core::ByteSink& annex)
      : workspace_(workspace), app_(app), csv_(annex, core::CsvFor::people, ';') {
    csv_.row({"versement", "lot", "operation", "profil", "cle", "intitule", "debut", "fin"});
  }
  Json take(const std::vector<AcceptedLot>& lots) {
    std::map<std::pair<std::string, std::string>, std::vector<const AcceptedLot*>> groups;
    for (const auto& lot : lots) groups[{lot.versement, lot.profile}].push_back(&lot);
    Json lines = Json::array();
    for (const auto& [key, group] : groups) lines.push_back(line(key.first, key.second, group));
    return lines;
  }
  [[nodiscard]] std::uint64_t records() const noexcept { return records_; }

 private:
  Json line(const std::string& versement, const std::string& profile,
            const std::vector<const AcceptedLot*>& group) {
    std::map<std::string, std::string> operations;
    Json lots = Json::array();
    std::uint64_t units = 0;
    for (const auto* lot : group) {
      operations[lot->lot] = lot->operation;
      units += lot->units;
      lots.push_back({{"lot", lot->lot},
                      {"operation", lot->operation},
                      {"reply", lot->reply_code},
                      {"units", lot->units}});
    }
    std::optional<Date> from, to;
    std::uint64_t records = 0;
    read_kept(Versement(workspace_, versement).file("kept.csv"), [&](const KeptRow& row) {
      const auto operation = operations.find(row.lot);
      if (operation == operations.end()) return true;
      ++records;
      if (row.start && (!from || *row.start < *from)) from = row.start;
      if (row.end && (!to || *row.end > *to)) to = row.end;
      csv_.row({versement, row.lot, operation->second, row.profile, row.key, row.title,
                row.start ? core::format_date(*row.start) : "", row.end ? core::format_date(*row.end) : ""});
      return true;
    });
    records_ += records;
    const auto* archive = app_.find_archive(profile);
    return {{"kind", "transferred"},
            {"title", archive ? archive->label : profile},
            {"versement", versement},
            {"profile", profile},
            {"records", records},
            {"units", units},
            {"lots", std::move(lots)},
            {"from", from ? core::format_date(*from) : ""},
            {"to", to ? core::format_date(*to) : ""}};
  }
  const fs::path& workspace_;
  const profiles::Application& app_;
  core::CsvWriter csv_;
  std::uint64_t records_ = 0;
};

Json ended_json(extract::Extract& extract, const EndedLine& line, Error& unknown) {
  Json tables = Json::array();
  for (const auto& spec : line.tables) {
    const auto rows = rows_of(extract, spec);
    if (!rows)
      std::move(unknown).because(
          msg("[elimination.{0}] tables: {1} is not in the extract.", line.name, spec));
    tables.push_back({{"name", spec}, {"rows", rows.value_or(0)}});
  }
  return {{"kind", "dua_ended"},
          {"name", line.name},
          {"title", line.title},
          {"tables", std::move(tables)},
          {"dua", line.dua},
          {"dua_end", core::format_date(line.dua_end)},
          {"from", core::format_date(line.from)},
          {"to", core::format_date(line.to)}};
}

/// Copies the paper beside its description; the name keeps only its extension.
Json keep_document(const Elimination& elimination, const fs::path& document, const std::string& stem) {
  auto extension = core::slug(document.extension().string());
  const auto name = stem + (extension.empty() ? "" : "." + extension);
  const auto bytes = core::read_file(document);
  if (bytes.empty()) throw Error(Exit::usage, msg("{0} is empty.", document.string()));
  core::write_file(elimination.file(name), bytes, private_mode);
  return {{"file", name}, {"sha512", core::sha512(bytes).hex()}, {"size", bytes.size()}};
}

void require_date(Date date, Date earliest, Date today, const core::Message& before) {
  if (date > today) throw Error(Exit::usage, msg("The date {0} is in the future.", core::format_date(date)));
  if (date < earliest) throw Error(Exit::usage, before);
}

Date paper_date(const Json& json, const char* key, const std::string& origin) {
  const auto date = core::parse_date(core::json_string(json, key, origin, Exit::evidence_broken));
  if (!date) throw Error(Exit::evidence_broken, msg("{0}: \"{1}\" is not a date.", origin, key));
  return *date;
}

void require_unchanged(const Elimination& elimination) {
  const auto findings = verify_elimination(elimination);
  if (findings.empty()) return;
  Error e(Exit::evidence_broken,
          msg("The elimination {0} is no longer what was registered.", elimination.id()));
  for (const auto& f : findings) std::move(e).because(f.message);
  throw std::move(e).hint(msg("Put the files back from a copy; versoir verify says more."));
}

void write_private(const fs::path& file, const Json& json) {
  core::write_file(file, core::pretty_json(json), private_mode);
}

}  // namespace

Date today(const core::Clock& clock) { return Date(std::chrono::floor<std::chrono::days>(clock.now())); }

std::vector<EndedLine> read_ended_lines(const core::Config& config, const std::string& application,
                                        Date today) {
  std::vector<EndedLine> lines;
  Error e(Exit::configuration, msg("What is to be eliminated is not well described."));
  for (const auto& name : config.names("elimination"))
    if (config.get_or("elimination." + name, "application", "") == application)
      lines.push_back(EndedReader(config, name, e).read(today));
  if (!e.causes().empty())
    throw std::move(e).hint(
        msg("Each [elimination.NAME] gives application, title, tables, dua, dua_end, from, to."));
  return lines;
}

std::string_view state_name(EliminationState s) noexcept {
  switch (s) {
    case EliminationState::prepared:
      return "prepared";
    case EliminationState::visa:
      return "visa";
    case EliminationState::destroyed:
      return "destroyed";
  }
  return {};
}

std::string state_label(EliminationState s) {
  switch (s) {
    case EliminationState::prepared:
      return core::tr("waits for the visa");
    case EliminationState::visa:
      return core::tr("visa registered");
    case EliminationState::destroyed:
      return core::tr("destroyed");
  }
  return {};
}

Elimination::Elimination(fs::path workspace, std::string id)
    : workspace_(std::move(workspace)), id_(std::move(id)) {
  if (!is_versement_id(id_))
    throw Error(Exit::usage, msg("\"{0}\" cannot name an elimination.", id_))
        .hint(msg(
            "Use 1 to 40 letters, digits, underscores and hyphens, and begin with anything but a hyphen."));
}

EliminationState Elimination::state() const {
  if (!fs::exists(file("bordereau.json")))
    throw Error(Exit::lot_state, msg("There is no elimination {0} in this workspace.", id_))
        .hint(msg("versoir eliminate prepare makes one."));
  if (fs::exists(file("destruction.json"))) return EliminationState::destroyed;
  return fs::exists(file("visa.json")) ? EliminationState::visa : EliminationState::prepared;
}

Json Elimination::bordereau() const {
  static_cast<void>(state());
  return core::read_json(file("bordereau.json"), Exit::evidence_broken);
}

std::optional<Json> Elimination::visa() const {
  if (!fs::exists(file("visa.json"))) return std::nullopt;
  return core::read_json(file("visa.json"), Exit::evidence_broken);
}

std::optional<Json> Elimination::destruction() const {
  if (!fs::exists(file("destruction.json"))) return std::nullopt;
  return core::read_json(file("destruction.json"), Exit::evidence_broken);
}

std::vector<std::string> list_eliminations(const fs::path& workspace) {
  std::vector<std::string> ids;
  std::error_code ec;
  for (fs::directory_iterator it(workspace / "eliminations", ec), end; !ec && it != end; it.increment(ec)) {
    auto name = it->path().filename().string();
    if (is_versement_id(name) && it->is_directory()) ids.push_back(std::move(name));
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

Json prepare_elimination(const Elimination& elimination, extract::Extract& extract,
                         const std::vector<AcceptedLot>& lots, const std::vector<EndedLine>& ended,
                         const EliminationRequest& request, const core::Clock& clock) {
  if (fs::exists(elimination.file("bordereau.json"))) {
    if (elimination.state() != EliminationState::prepared)
      throw Error(Exit::lot_state,
                  msg("The elimination {0} has its visa: it is not prepared again.", elimination.id()));
    if (!request.replace)
      throw Error(Exit::lot_state, msg("The elimination {0} is already prepared.", elimination.id()))
          .hint(msg("Use --replace to prepare it again, or give another name."));
  }
  if (lots.empty() && ended.empty())
    throw Error(Exit::not_found,
                msg("Nothing may be eliminated: no lot is accepted, and no [elimination.NAME] says "
                    "what else has served its time."));
  const auto workspace = elimination.folder().parent_path().parent_path();
  const auto app = extract.profile();
  Error unknown(Exit::configuration, msg("What is to be eliminated is not in the extract."));
  core::StringSink annex;
  annex.write("\xEF\xBB\xBF");  // spreadsheets then read UTF-8
  TransferredLines transferred(workspace, app, annex);
  Json lines = transferred.take(lots);
  for (const auto& line : ended) lines.push_back(ended_json(extract, line, unknown));
  if (!unknown.causes().empty()) throw std::move(unknown);
  fs::create_directories(elimination.folder());
  core::write_file(elimination.file("annexe.csv"), annex.text, private_mode);
  Json bordereau = {{"format", bordereau_format},
                    {"elimination", elimination.id()},
                    {"application", app.id},
                    {"applicationLabel", app.label},
                    {"establishment", request.establishment},
                    {"service", request.service},
                    {"extract",
                     {{"name", extract.path().filename().string()},
                      {"root", extract.root().hex()},
                      {"kind", extract.run().kind}}},
                    {"rehearsal", request.rehearsal},
                    {"prepared", core::format_instant(clock.now())},
                    {"lines", std::move(lines)},
                    {"annex",
                     {{"file", "annexe.csv"},
                      {"records", transferred.records()},
                      {"sha512", core::sha512(annex.text).hex()}}}};
  write_bordereau_csv(elimination.file("bordereau.csv"), bordereau);
  write_bordereau_page(elimination.file("bordereau.html"), bordereau);
  Json files = Json::array();
  for (const auto* name : {"bordereau.csv", "bordereau.html", "annexe.csv"})
    files.push_back({{"file", name}, {"sha512", sha512_of(elimination.file(name))}});
  bordereau["files"] = std::move(files);
  write_private(elimination.file("bordereau.json"), bordereau);
  return bordereau;
}

void register_visa(const Elimination& elimination, const RegisteredPaper& paper, const core::Clock& clock) {
  if (elimination.state() != EliminationState::prepared)
    throw Error(Exit::lot_state, msg("The elimination {0} already has its visa.", elimination.id()));
  require_unchanged(elimination);
  const auto bordereau = elimination.bordereau();
  require_date(paper.date, paper_date(bordereau, "prepared", "bordereau.json"), today(clock),
               msg("The visa is dated before the bordereau that it approves."));
  const auto document = keep_document(elimination, paper.document, "visa-document");
  write_private(elimination.file("visa.json"),
                {{"format", "versoir-elimination-visa/1"},
                 {"elimination", elimination.id()},
                 {"bordereauSha512", sha512_of(elimination.file("bordereau.json"))},
                 {"authority", paper.authority},
                 {"reference", paper.reference},
                 {"date", core::format_date(paper.date)},
                 {"document", document},
                 {"registered", core::format_instant(clock.now())}});
}

void register_destruction(const Elimination& elimination, const RegisteredPaper& paper,
                          const core::Clock& clock) {
  const auto state = elimination.state();
  if (state == EliminationState::prepared)
    throw Error(Exit::lot_state,
                msg("The elimination {0} has no visa: nothing of it may be destroyed.", elimination.id()))
        .hint(msg("Code du patrimoine, R212-14. Register the visa first: versoir eliminate visa {0}.",
                  elimination.id()));
  if (state == EliminationState::destroyed)
    throw Error(Exit::lot_state, msg("The destruction of {0} is already registered.", elimination.id()));
  require_unchanged(elimination);
  require_date(paper.date, paper_date(elimination.visa().value(), "date", "visa.json"), today(clock),
               msg("The destruction is dated before the visa that allows it."));
  const auto document = keep_document(elimination, paper.document, "destruction-document");
  write_private(elimination.file("destruction.json"),
                {{"format", "versoir-elimination-destruction/1"},
                 {"elimination", elimination.id()},
                 {"visaSha512", sha512_of(elimination.file("visa.json"))},
                 {"executor", paper.authority},
                 {"place", paper.place},
                 {"reference", paper.reference},
                 {"date", core::format_date(paper.date)},
                 {"document", document},
                 {"registered", core::format_instant(clock.now())}});
}

std::vector<Finding> verify_elimination(const Elimination& elimination) {
  std::vector<Finding> findings;
  const auto require = [&](const std::string& name, const std::string& sha512) {
    const auto file = elimination.file(fs::path(name).filename().string());
    std::error_code ec;
    if (!fs::exists(file, ec))
      findings.push_back(
          {core::Severity::error, "elimination-missing", msg("{0} is missing.", name), elimination.id()});
    else if (sha512_of(file) != sha512)
      findings.push_back({core::Severity::error, "elimination-digest",
                          msg("{0} is no longer the file that was registered.", name), elimination.id()});
  };
  const auto bordereau = elimination.bordereau();
  for (const auto& f : bordereau.at("files")) require(f.at("file"), f.at("sha512"));
  if (const auto visa = elimination.visa()) {
    require("bordereau.json", core::text_of(*visa, "bordereauSha512"));
    require(visa->at("document").at("file"), visa->at("document").at("sha512"));
  }
  if (const auto done = elimination.destruction()) {
    require("visa.json", core::text_of(*done, "visaSha512"));
    require(done->at("document").at("file"), done->at("document").at("sha512"));
  }
  return findings;
}

}  // namespace versoir::sip
