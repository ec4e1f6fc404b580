// Preparing a bordereau: what was transferred, and what the establishment says has served its time.
#include "core/csv.hpp"
#include "core/digest.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "sip/elimination.hpp"
#include "sip/kept.hpp"
#include "sip/work_folder.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Date;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::string_view bordereau_format = "versoir-elimination/1";

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
                core::show_date(line_.dua_end)));
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

/// What the extract knows of a table, a column, or of what it left of a table.
struct SpecFacts {
  std::optional<std::uint64_t> rows;  ///< nullopt: the table was not copied, nobody counted it
  std::vector<std::string> columns;   ///< of T.*: the columns that were not copied
};

const extract::TableFacts* find_table(const extract::Extract& extract, const std::string& name) {
  const auto& tables = extract.tables();
  const auto at = std::ranges::find(tables, name, &extract::TableFacts::name);
  return at == tables.end() ? nullptr : &*at;
}

/// A decision or the profile names the table, and says that it is not copied.
bool is_left(extract::Extract& extract, const std::string& table) {
  auto decided = extract.database().prepare(
      "SELECT 1 FROM versoir_decision WHERE table_name = ?1 AND taken = 0 AND coalesce(column_name, '') = "
      "''");
  decided.bind(1, std::string_view(table));
  if (decided.step()) return true;
  const auto app = extract.profile();
  const auto* t = app.find_table(table);
  return t && !t->take;
}

std::vector<std::string> left_columns(extract::Extract& extract, const std::string& table) {
  auto st = extract.database().prepare(
      "SELECT json_extract(value, '$.name') FROM versoir_table, json_each(source_columns) WHERE "
      "versoir_table.name = ?1 AND upper(json_extract(value, '$.name')) NOT IN (SELECT upper(name) FROM "
      "versoir_column WHERE table_name = ?1 AND taken = 'yes') ORDER BY 1");
  st.bind(1, std::string_view(table));
  std::vector<std::string> names;
  while (st.step()) names.emplace_back(st.text(0));
  return names;
}

bool has_column(extract::Extract& extract, const std::string& table, const std::string& column) {
  auto st = extract.database().prepare(
      "SELECT 1 FROM versoir_column WHERE table_name = ?1 AND name = ?2 UNION ALL SELECT 1 FROM "
      "versoir_table, json_each(source_columns) WHERE versoir_table.name = ?1 AND "
      "json_extract(json_each.value, '$.name') = ?2");
  st.bind(1, std::string_view(table));
  st.bind(2, std::string_view(column));
  return st.step();
}

/// nullopt: the extract knows nothing of it, and the bordereau cannot name it.
std::optional<SpecFacts> facts_of(extract::Extract& extract, const std::string& spec) {
  const auto dot = spec.find('.');
  const auto name = spec.substr(0, dot);
  const auto* table = find_table(extract, name);
  if (dot == std::string::npos) {
    if (table) return SpecFacts{table->source_rows, {}};
    return is_left(extract, name) ? std::optional<SpecFacts>(SpecFacts{}) : std::nullopt;
  }
  if (!table) return std::nullopt;
  const auto column = spec.substr(dot + 1);
  if (column == "*") {
    SpecFacts facts{table->left_rows, left_columns(extract, name)};
    return facts.columns.empty() && table->left_rows == 0 ? std::nullopt : std::optional(facts);
  }
  return has_column(extract, name, column) ? std::optional(SpecFacts{table->source_rows, {}}) : std::nullopt;
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
  /// A record that several versements transferred counts once.
  [[nodiscard]] std::uint64_t distinct() const noexcept { return distinct_.size(); }

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
      distinct_.insert(core::sha256(row.profile + '\0' + row.key));
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
  std::set<core::Sha256> distinct_;  ///< digests: keys of 230 000 records take no more than these
};

Json ended_json(extract::Extract& extract, const EndedLine& line, Error& unknown) {
  Json tables = Json::array();
  for (const auto& spec : line.tables) {
    const auto facts = facts_of(extract, spec);
    if (!facts) {
      std::move(unknown).because(
          msg("[elimination.{0}] tables: {1} is not in the extract.", line.name, spec));
      continue;
    }
    Json table = {{"name", spec}, {"rows", facts->rows ? Json(*facts->rows) : Json()}};
    if (spec.ends_with(".*")) table["columns"] = facts->columns;
    tables.push_back(std::move(table));
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

void require_preparable(const Elimination& elimination, bool replace) {
  if (!fs::exists(elimination.file("bordereau.json"))) return;
  if (elimination.state() != EliminationState::prepared)
    throw Error(Exit::lot_state,
                msg("The elimination {0} has its visa: it is not prepared again.", elimination.id()));
  if (!replace)
    throw Error(Exit::lot_state, msg("The elimination {0} is already prepared.", elimination.id()))
        .hint(msg("Use --replace to prepare it again, or give another name."));
}

/// A section of this application, or of one that the configuration knows: a mistyped name would hide it.
bool names_application(const core::Config& config, const std::string& section, const std::string& application,
                       Error& e) {
  const auto named = config.get_or(section, "application", "");
  if (named.empty())
    std::move(e).because(msg("[{0}] {1} is not set.", section, "application"));
  else if (named != application && !config.has_section("application." + named))
    std::move(e).because(
        msg("[{0}] application = {1}: there is no section [application.{1}].", section, named));
  return named == application;
}

}  // namespace

std::vector<std::string> sections_of_application(const core::Config& config, std::string_view prefix,
                                                 const std::string& application, Error& e) {
  std::vector<std::string> names;
  for (const auto& name : config.names(prefix))
    if (names_application(config, std::string(prefix) + "." + name, application, e)) names.push_back(name);
  return names;
}

std::vector<EndedLine> read_ended_lines(const core::Config& config, const std::string& application,
                                        Date today) {
  std::vector<EndedLine> lines;
  Error e(Exit::configuration, msg("What is to be eliminated is not well described."));
  for (const auto& name : sections_of_application(config, "elimination", application, e))
    lines.push_back(EndedReader(config, name, e).read(today));
  if (!e.causes().empty())
    throw std::move(e).hint(
        msg("Each [elimination.NAME] gives application, title, tables, dua, dua_end, from, to."));
  return lines;
}

Json prepare_elimination(const Elimination& elimination, extract::Extract& extract,
                         const std::vector<AcceptedLot>& lots, const std::vector<EndedLine>& ended,
                         const EliminationRequest& request, const core::Clock& clock) {
  require_preparable(elimination, request.replace);
  if (lots.empty() && ended.empty())
    throw Error(Exit::not_found,
                msg("Nothing may be eliminated: no lot is accepted, and no [elimination.NAME] says "
                    "what else has served its time."));
  const auto workspace = elimination.folder().parent_path().parent_path();
  const auto app = extract.profile();
  // Made apart: the list names people, and a bordereau is there with all its parts or not at all.
  const WorkFolder work(elimination.folder().string() + ".preparing");
  Error unknown(Exit::configuration, msg("What is to be eliminated is not in the extract."));
  core::AtomicFile annex(work.path() / "annexe.csv", private_mode);
  core::FileSink sink(annex);
  sink.write("\xEF\xBB\xBF");  // spreadsheets then read UTF-8
  TransferredLines transferred(workspace, app, sink);
  Json lines = transferred.take(lots);
  annex.commit();
  for (const auto& line : ended) lines.push_back(ended_json(extract, line, unknown));
  if (!unknown.causes().empty())
    throw std::move(unknown).hint(
        msg("Name a table, a column of a table that was copied, or TABLE.* for what was left of one."));
  const auto digest = [&](const char* name) { return core::digest_file(work.path() / name).sha512.hex(); };
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
                      {"distinct", transferred.distinct()},
                      {"sha512", digest("annexe.csv")}}}};
  write_bordereau_csv(work.path() / "bordereau.csv", bordereau);
  write_bordereau_page(work.path() / "bordereau.html", bordereau);
  Json files = Json::array();
  for (const auto* name : {"bordereau.csv", "bordereau.html", "annexe.csv"})
    files.push_back({{"file", name}, {"sha512", digest(name)}});
  bordereau["files"] = std::move(files);
  core::write_file(work.path() / "bordereau.json", core::pretty_json(bordereau), private_mode);
  fs::create_directories(elimination.folder());
  // The list that names the others comes last: without it there is no elimination.
  for (const auto* name : {"annexe.csv", "bordereau.csv", "bordereau.html", "bordereau.json"})
    core::publish_file(work.path() / name, elimination.file(name));
  return bordereau;
}

}  // namespace versoir::sip
