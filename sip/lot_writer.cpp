// See lot_writer.hpp.
#include "sip/lot_writer.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "records/table.hpp"
#include "sip/attachment.hpp"
#include "sip/sampling.hpp"
#include "sip/seda_text.hpp"

#include <algorithm>
#include <array>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

namespace {

constexpr std::size_t most_findings = 1'000;
constexpr std::string_view xml_head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
constexpr std::string_view html_head = "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n";

core::Format format_of(std::string_view head, std::string_view file_name) {
  const auto format = core::identify(head, file_name);
  return format ? *format : core::Format{};
}

/// The name of a file without its folders.
std::string name_alone(const std::string& file) { return file.substr(file.find_last_of('/') + 1); }

std::string without_extension(const std::string& name) {
  const auto dot = name.rfind('.');
  return dot == std::string::npos || dot == 0 ? name : name.substr(0, dot);
}

}  // namespace

void FindingLog::take(std::vector<Finding>& from) {
  for (auto& finding : from) {
    if (list_.size() < most_findings)
      list_.push_back(std::move(finding));
    else
      ++more_;
  }
  from.clear();
}

void FindingLog::add(Finding finding) {
  std::vector<Finding> one;
  one.push_back(std::move(finding));
  take(one);
}

std::vector<Finding> FindingLog::finish() && {
  if (more_ > 0)
    list_.push_back(
        {Severity::warning, "findings-more", msg("{0} more findings are not listed.", more_), {}});
  return std::move(list_);
}

const Attachment* attachment_of(const Settings& settings, const profiles::ArchiveDef& archive) {
  const auto at = settings.attachments.find(archive.id);
  return at == settings.attachments.end() ? nullptr : &at->second;
}

LotWriter::LotWriter(extract::Extract& extract, const profiles::Application& app,
                     const profiles::ArchiveDef& archive, const Plan& plan, const PlannedLot& lot,
                     const Settings& settings, const fs::path& configuration, const fs::path& work)
    : extract_(extract),
      app_(app),
      archive_(archive),
      record_(*app.find_record(archive.record)),
      plan_(plan),
      lot_(lot),
      settings_(settings),
      configuration_(configuration),
      work_(work),
      reader_(extract.database(), app),
      facts_(extract.database(), app, archive),
      objects_file_(work / "objects"),
      objects_(objects_file_),
      manifest_file_(work / "manifest.xml"),
      manifest_(manifest_file_),
      writer_(head_of(plan, lot, archive.label, settings), manifest_, work),
      provenance_{app.id, plan.extract_root, core::format_instant(extract.run().finished), app.label},
      attachment_(attachment_of(settings, archive)),
      xml_format_(format_of(xml_head, "record.xml")),
      html_format_(format_of(html_head, "record.html")),
      slices_(work) {}

void LotWriter::run(LotLists lists, core::Progress& progress) {
  files_ = std::move(lists.files);
  open_root(lists.extent);
  write_documentation(lists.extent);
  read_kept(lists.kept, [&](const KeptRow& row) {
    write_record(records::Key::parse(row.key), row);
    take_writer_findings();
    progress.advance(1);
    return true;
  });
  if (next_file_ != files_.size())
    throw Error(Exit::lot_state, msg("{0} lists files in another order than kept.csv.", files_list));
  if (group_) writer_.close_unit();
  writer_.close_unit();
  if (attachment_) writer_.close_unit();
  writer_.finish();
  take_writer_findings();
}

void LotWriter::take_writer_findings() {
  auto told = writer_.take_findings();
  log_.take(told);
}

Built LotWriter::pack(const fs::path& sip) {
  Built built;
  const auto manifest = manifest_.take();
  built.manifest = manifest.sha512;
  built.units = writer_.units();
  built.objects = writer_.objects();
  manifest_file_.commit();
  objects_file_.commit();
  built.bytes = slices_.pack(sip, work_ / "manifest.xml", work_ / "objects");
  return built;
}

LotWriter::Spooled LotWriter::spool(const std::function<void(core::ByteSink&)>& write,
                                    std::string_view extension, std::string file_name,
                                    const core::Format& format) {
  Spooled spooled{{}, extension, objects_file_.written()};
  write(objects_);
  const auto digest = objects_.take();
  auto& object = spooled.object;
  object.digest = digest.sha512;
  object.size = digest.size;
  object.mime = format.mime;
  object.puid = format.puid;
  object.format_name = format.name;
  object.file_name = std::move(file_name);
  object.last_modified = extract_.run().finished;
  return spooled;
}

std::string LotWriter::add_group(std::vector<Spooled> spooled, core::ZipStream::Method method) {
  std::vector<DataObject> objects;
  std::vector<std::string_view> extensions;
  for (auto& one : spooled) {
    objects.push_back(std::move(one.object));
    extensions.push_back(one.extension);
  }
  auto group = writer_.add_group(objects, extensions);
  for (std::size_t i = 0; i < objects.size(); ++i)
    slices_.add(objects[i].uri, spooled[i].offset, objects[i].size, method);
  return group;
}

records::Described LotWriter::describe_holder(const profiles::UnitDef& unit, const profiles::Row& facts,
                                              const std::string& fallback) {
  auto described = records::describe(app_, archive_, unit, facts, scratch_);
  log_.take(scratch_);
  described.title = core::trim(described.title);
  if (described.title.empty()) described.title = fallback;
  if (described.start && described.end && *described.end < *described.start) {
    described.start.reset();
    described.end.reset();
  }
  return described;
}

profiles::Row LotWriter::facts_of_lot(const Extent& extent) const {
  return holder_facts(settings_, extract_.run(), archive_, lot_.number, lots_of_profile(plan_, lot_.profile),
                      extent);
}

void LotWriter::open_root(const Extent& extent) {
  auto described = describe_holder(archive_.root, facts_of_lot(extent), archive_.label);
  if (!described.description.empty()) described.description += ' ';
  const auto day = std::chrono::floor<std::chrono::days>(extract_.run().finished);
  described.description += fmt::format(
      "Données extraites de l'application {} le {} ; empreinte SHA-256 de l'extraction : {}.",
      extract_.run().application_label, core::format_date_fr(core::Date{day}), plan_.extract_root);
  auto content = unit_content(std::move(described), settings_);
  content.originating_agency = settings_.originating_agency;
  if (attachment_) writer_.open_unit(existing_unit(*attachment_));
  writer_.open_unit(content);
}

void LotWriter::write_documentation(const Extent& extent) {
  writer_.open_unit(unit_content(
      describe_holder(archive_.documentation, facts_of_lot(extent), "Documentation des données"), settings_));
  for (const auto& item : documentation_items(app_, record_)) {
    const std::string file_name(item.file_name);
    const auto format = format_of(item.extension == "xml" ? xml_head : std::string_view(), file_name);
    const auto group = add_group({spool(item.write, item.extension, file_name, format)});
    UnitContent content;
    content.described.level = "Item";
    content.described.title = std::string(item.title);
    writer_.open_unit(content, group);
    writer_.close_unit();
  }
  writer_.close_unit();
}

void LotWriter::enter_group(const profiles::Row& facts) {
  auto group = group_of(archive_, facts);
  if (group == group_) return;
  if (group_) writer_.close_unit();
  group_ = std::move(group);
  if (group_) writer_.open_unit(unit_content(describe_holder(*archive_.group, facts, *group_), settings_));
}

void LotWriter::write_record(const records::Key& key, const KeptRow& row) try {
  const auto facts = facts_.read(key);
  enter_group(facts);
  auto described = describe_record(app_, archive_, facts, key, scratch_);
  log_.take(scratch_);
  cite_decision(described, row.decision);
  if (archive_.sampling) set_final_action(described, row.final_action);  // as planned, never decided again
  std::optional<records::Record> record;
  std::string object_group, stem;
  if (archive_.unit.object) {
    record = reader_.read(record_, key);
    if (!record)
      throw Error(Exit::sip_build, msg("The record is selected, but its own query finds nothing."));
    stem = described.file_name;
    if (stem.ends_with(".xml")) stem.resize(stem.size() - 4);
    stem = token(stem);  // once: all that is named after it says the same name as the manifest
    if (stem.empty()) stem = record_.id + "-" + core::slug(system_id(key));
    object_group = add_record(*record, stem);
  }
  auto content = unit_content(std::move(described), settings_);
  content.system_id = system_id(key);
  writer_.open_unit(content, object_group);
  if (record && !archive_.unit.table.empty()) write_table(*record, stem);
  write_files(row);
  writer_.close_unit();
} catch (Error& e) {
  e.while_doing(msg("while writing record {0} of {1}", key.text(), archive_.id));
  throw;
}

std::string LotWriter::add_record(const records::Record& record, const std::string& stem) {
  std::vector<Spooled> objects;
  objects.push_back(spool([&](core::ByteSink& sink) { records::write_xml(record, provenance_, sink); }, "xml",
                          stem + ".xml", xml_format_));
  if (settings_.html.contains(archive_.id)) {
    const auto* sheet = app_.find_sheet(record_.id);
    objects.push_back(spool(
        [&](core::ByteSink& sink) {
          records::write_html(record, provenance_, sink, sheet, records::Readers::archive);
        },
        "html", stem + ".html", html_format_));
    objects.back().object.usage = "Dissemination";
  }
  return add_group(std::move(objects));
}

void LotWriter::write_item(const std::string& title, Spooled spooled) {
  UnitContent content;
  content.described.level = "Item";
  content.described.title = title;
  std::vector<Spooled> one;
  one.push_back(std::move(spooled));
  writer_.open_unit(content, add_group(std::move(one)));
  writer_.close_unit();
}

void LotWriter::write_table(const records::Record& record, const std::string& stem) {
  const auto& node = archive_.unit.table;
  const auto csv = stem + ".csv", description = csv + "-metadata.json";  // as CSVW looks for it
  write_item("Tableau (CSV)",
             spool([&](core::ByteSink& sink) { records::write_table_csv(record, node, sink); }, "csv", csv,
                   format_of({}, csv)));
  write_item("Description du tableau (CSVW)", spool(
                                                  [&](core::ByteSink& sink) {
                                                    records::write_table_description(record, node, csv,
                                                                                     provenance_, sink);
                                                  },
                                                  "json", description, format_of({}, description)));
}

void LotWriter::warn(std::string code, core::Message message, std::string where) {
  log_.add({Severity::warning, std::move(code), std::move(message), std::move(where)});
}

/// Each file is a unit of its own under the record's, whose rules it inherits.
void LotWriter::write_files(const KeptRow& row) {
  for (; next_file_ < files_.size() && files_[next_file_].key == row.key; ++next_file_)
    write_file(files_[next_file_]);
}

void LotWriter::write_file(const AttachedFile& file) {
  const auto& source = settings_.files.at(archive_.id);
  const auto folder = configuration_ / source.folder;
  const auto where = fmt::format("{}:{}", source.list, file.line);  // no name: it may be that of a person
  const auto name = name_alone(file.file);
  core::Identification format;
  auto spooled =
      spool([&](core::ByteSink& sink) { format = copy_attached(folder, file.file, sink); }, "", name, {});
  if (spooled.object.digest.hex() != file.sha512)
    throw Error(Exit::lot_state, msg("{0} is not the file that was planned.", (folder / file.file).string()))
        .hint(msg("Put the planned file back, or plan again: versoir plan --replace."));
  if (format.matches.empty()) {
    warn("file-format", msg("The format of the file is not known."), where);
  } else {
    const auto& match = format.matches.front();
    spooled.object.puid = match.puid;
    spooled.object.mime = match.mime;
    spooled.object.format_name = match.name;
  }
  const auto dot = name.rfind('.');
  const std::string extension = dot == std::string::npos ? std::string() : name.substr(dot + 1);
  spooled.extension = extension;
  spooled.object.last_modified.reset();  // when it was written is not known: the folder may be a copy
  UnitContent content;
  content.described.level = "Item";
  content.described.title = token(file.title.empty() ? without_extension(name) : file.title);
  if (content.described.title.empty()) content.described.title = "Fichier joint";
  if (token(name) != name)
    warn("file-name", msg("The name of the file holds what a manifest cannot say: it is cleaned there."),
         where);
  content.described.start = content.described.end = file.date;
  std::vector<Spooled> one;
  one.push_back(std::move(spooled));
  writer_.open_unit(content, add_group(std::move(one), core::ZipStream::Method::store));
  writer_.close_unit();
}

}  // namespace versoir::sip
