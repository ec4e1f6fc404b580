// Making of the certified extract of one person.
#include "consult/person.hpp"

#include "consult/generation.hpp"
#include "consult/origin.hpp"
#include "consult/person_rows.hpp"
#include "core/csv.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "extract/seal.hpp"
#include "records/rendition.hpp"

#include <algorithm>

namespace versoir::consult {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

std::string cell_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object())
    return value.contains("blob") ? value.at("blob").get<std::string>() : "(fichier à part)";
  return value.dump();
}

std::string table_csv(const Json& table) {
  core::StringSink sink;
  core::CsvWriter csv(sink, core::CsvFor::programs, ',', "\r\n");
  std::vector<std::optional<std::string>> cells{"_row", "_sha256"};
  for (const auto& c : table.at("columns")) cells.emplace_back(c.at("name").get<std::string>());
  csv.row(cells);
  for (const auto& row : table.at("rows")) {
    cells = {std::to_string(row.at("row").get<std::int64_t>()), row.at("digest").get<std::string>()};
    for (const auto& value : row.at("values"))
      cells.push_back(value.is_null() ? std::nullopt : std::optional(cell_text(value)));
    csv.row(cells);
  }
  return std::move(sink.text);
}

/// Tables and columns of the person in words, and the codes that their values are of.
std::string dictionary_csv(const std::vector<const profiles::Table*>& tables,
                           const profiles::Application& app) {
  core::StringSink sink;
  core::CsvWriter csv(sink, core::CsvFor::programs, ',', "\r\n");
  csv.row({"table", "colonne", "libelle", "type", "liste_de_codes", "code", "signification"});
  for (const auto* table : tables) {
    csv.row({table->name, "", table->label, "", "", "", ""});
    for (const auto& c : table->columns) {
      csv.row({table->name, c.name, c.label, c.type, c.code_list, "", ""});
      const auto* list = c.code_list.empty() ? nullptr : app.find_code_list(c.code_list);
      for (std::size_t i = 0; list && i < list->values.size(); ++i)
        csv.row({table->name, c.name, "", "", c.code_list, list->values[i].value, list->values[i].label});
    }
  }
  return std::move(sink.text);
}

Json annotations_json(const Annotations& annotations, const records::Record& record) {
  auto list = Json::array();
  for (const auto* a : annotations.of(record.def->id, record.key.text()))
    list.push_back({{"number", a->number},
                    {"kind", std::string(annotation_kind_name(a->kind))},
                    {"values", a->values},
                    {"text", a->text},
                    {"paper", a->paper},
                    {"made", a->made},
                    {"by", a->by},
                    {"withdrawn", a->withdrawn}});
  return list;
}

Json seal_facts(const extract::Extract& extract, const std::string& sealed_by) {
  const auto seal = extract::seal_file(extract.path());
  if (!fs::exists(seal)) return nullptr;
  return {{"file", seal.filename().string()},
          {"sha512", core::digest_file(seal).sha512.hex()},
          {"by", sealed_by}};
}

}  // namespace

std::vector<PersonFile> person_files(extract::Extract& extract, const profiles::Application& app,
                                     const records::Record& record, const Annotations& annotations,
                                     const PersonRequest& request, const core::Clock& clock) {
  const auto subject = tables_of_subject(app, *record.def);
  if (subject.empty())
    throw Error(Exit::not_found,
                msg("The profile does not tell which tables hold rows of {0}.", record.def->label));
  std::vector<PersonFile> files;
  BlockProof proof(extract);
  auto tables = Json::array(), counts = Json::array();
  std::vector<const profiles::Table*> known;
  for (const auto& facts : extract.tables()) {
    const auto column = subject.find(facts.name);
    const auto* table = column == subject.end() ? nullptr : app.find_table(facts.name);
    if (!table) continue;
    auto rows = parts::person_table(
        extract, proof, *table, column->second, record.key.values.front(),
        [&](std::int64_t row, const std::string& name, std::string&& bytes) {
          files.push_back({fmt::format("tables/{}.{}.{}.bin", core::slug(facts.name), row, core::slug(name)),
                           std::move(bytes)});
        });
    if (rows.at("rows").empty()) continue;
    known.push_back(table);
    counts.push_back({{"name", facts.name}, {"label", table->label}, {"rows", rows.at("rows").size()}});
    files.push_back({fmt::format("tables/{}.csv", core::slug(facts.name)), table_csv(rows)});
    tables.push_back(std::move(rows));
  }
  const auto& run = extract.run();
  const auto root = extract.root().hex();
  files.push_back(
      {"lignes.json", core::canonical_json({{"format", "versoir-person-rows/1"}, {"tables", tables}})});
  auto today = record;
  static_cast<void>(amend(today, app, annotations));
  const auto* sheet = app.find_sheet(record.def->id);
  const records::RecordProvenance provenance{run.application, root, core::format_instant(run.finished),
                                             app.label};
  core::StringSink xml;
  records::write_xml(today, provenance, xml);
  files.push_back({"dossier.xml", std::move(xml.text)});
  files.push_back(
      {"dossier.json", core::pretty_json({{"dossier", records::to_json(today)},
                                          {"annotations", annotations_json(annotations, record)}})});
  files.push_back({"dossier.txt", records::to_text(today, sheet)});
  files.push_back({"dictionnaire.csv", dictionary_csv(known, app)});
  auto listed = Json::array();
  std::ranges::sort(files, {}, &PersonFile::name);
  for (const auto& f : files)
    listed.push_back({{"name", f.name}, {"size", f.bytes.size()}, {"sha512", core::sha512(f.bytes).hex()}});
  files.push_back({person_manifest, core::pretty_json({{"format", "versoir-person/1"},
                                                       {"establishment", request.establishment},
                                                       {"application", run.application},
                                                       {"applicationLabel", run.application_label},
                                                       {"extract",
                                                        {{"name", extract.path().filename().string()},
                                                         {"root", root},
                                                         {"originRoot", origin_root(extract)},
                                                         {"finished", core::format_instant(run.finished)},
                                                         {"kind", run.kind},
                                                         {"seal", seal_facts(extract, request.sealed_by)}}},
                                                       {"record", record.def->id},
                                                       {"key", record.key.text()},
                                                       {"made", core::format_instant(clock.now())},
                                                       {"by", request.reader},
                                                       {"reference", request.reference},
                                                       {"tables", counts},
                                                       {"files", listed}})});
  return files;
}

void write_person_folder(const fs::path& folder, const std::vector<PersonFile>& files,
                         const std::function<void(const fs::path&)>& finish) {
  if (fs::exists(folder))
    throw Error(Exit::usage, msg("{0} is there already: name a new folder.", folder.string()));
  const auto parent = folder.has_parent_path() ? folder.parent_path() : fs::path(".");
  const core::TemporaryDirectory work(parent);
  const auto made = work.path() / "person";
  fs::create_directory(made);
  fs::permissions(made, fs::perms::owner_all);
  for (const auto& f : files) {
    fs::create_directories((made / f.name).parent_path());
    core::write_file(made / f.name, f.bytes, 0600);
  }
  if (finish) finish(made);
  core::publish_folder(made, folder);
}

}  // namespace versoir::consult
