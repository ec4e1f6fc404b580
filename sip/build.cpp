// Builds one lot in a folder of its own and publishes it whole: seal, build.json, and sip.zip last.
#include "sip/build.hpp"

#include "core/file.hpp"
#include "core/format.hpp"
#include "core/text.hpp"
#include "core/zip.hpp"
#include "records/record.hpp"
#include "records/rendition.hpp"
#include "records/selection.hpp"
#include "sip/attachment.hpp"
#include "sip/built_lot.hpp"
#include "sip/content.hpp"
#include "sip/kept.hpp"
#include "sip/sampling.hpp"
#include "sip/settings.hpp"
#include "sip/sinks.hpp"
#include "sip/start_policy.hpp"
#include "trust/seal.hpp"

#include <array>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::msg;
using core::Severity;

namespace {

/// Findings kept word for word; beyond, they are counted. A lot may hold a hundred thousand of the same.
constexpr std::size_t most_findings = 1'000;

class FindingLog {
 public:
  void take(std::vector<Finding>& from) {
    for (auto& finding : from) {
      if (list_.size() < most_findings)
        list_.push_back(std::move(finding));
      else
        ++more_;
    }
    from.clear();
  }
  void add(Finding finding) {
    std::vector<Finding> one;
    one.push_back(std::move(finding));
    take(one);
  }
  [[nodiscard]] std::vector<Finding> finish() && {
    if (more_ > 0)
      list_.push_back(
          {Severity::warning, "findings-more", msg("{0} more findings are not listed.", more_), {}});
    return std::move(list_);
  }

 private:
  std::vector<Finding> list_;
  std::uint64_t more_ = 0;
};

core::Format format_of(std::string_view head, std::string_view file_name) {
  const auto format = core::identify(head, file_name);
  return format ? *format : core::Format{};
}

/// The node of the filing plan that the lot is attached to, nullptr when it stands by itself.
const Attachment* attachment_of(const Settings& settings, const profiles::ArchiveDef& archive) {
  const auto at = settings.attachments.find(archive.id);
  return at == settings.attachments.end() ? nullptr : &at->second;
}

/// Writes the manifest and the objects of one lot into a working folder.
class LotWriter {
 public:
  LotWriter(extract::Extract& extract, const profiles::Application& app, const profiles::ArchiveDef& archive,
            const Plan& plan, const PlannedLot& lot, const Settings& settings, const fs::path& work)
      : extract_(extract),
        app_(app),
        archive_(archive),
        record_(*app.find_record(archive.record)),
        plan_(plan),
        lot_(lot),
        settings_(settings),
        work_(work),
        reader_(extract.database(), app),
        facts_(extract.database(), app, archive),
        objects_file_(work / "objects"),
        objects_(objects_file_),
        manifest_file_(work / "manifest.xml"),
        manifest_(manifest_file_),
        writer_(head_of(plan, lot, archive.label, settings), manifest_, work),
        provenance_{app.id, plan.extract_root, core::format_instant(extract.run().finished)} {}

  void run(const fs::path& kept, const Extent& extent, core::Progress& progress) {
    open_root(extent);
    write_documentation(extent);
    std::uint64_t left = lot_.records;
    read_kept(kept, [&](const KeptRow& row) {
      if (row.lot != lot_.id.value) return true;
      write_record(records::Key::parse(row.key), row);
      take_writer_findings();
      progress.advance(1);
      return --left > 0;
    });
    if (group_) writer_.close_unit();
    writer_.close_unit();
    if (attachment_) writer_.close_unit();
    writer_.finish();
    take_writer_findings();
  }

  /// Packs manifest.xml, then content/ in the order of the manifest.
  Built pack(const fs::path& sip) {
    Built built;
    const auto manifest = manifest_.take();
    built.manifest = manifest.sha512;
    built.units = writer_.units();
    built.objects = writer_.objects();
    manifest_file_.commit();
    objects_file_.commit();
    core::ZipWriter zip(sip);
    zip.add_slice("manifest.xml", work_ / "manifest.xml", 0, manifest.size);
    for (const auto& slice : slices_) {
      zip.add_slice(slice.uri, work_ / "objects", slice.offset, slice.size);
      built.bytes += slice.size;
    }
    zip.commit();
    return built;
  }

  [[nodiscard]] FindingLog& findings() noexcept { return log_; }

 private:
  struct Slice {
    std::string uri;
    std::uint64_t offset, size;
  };

  void take_writer_findings() {
    auto told = writer_.take_findings();
    log_.take(told);
  }

  /// Spools an object, declares it, gives its group.
  std::string add_object(const std::function<void(core::ByteSink&)>& write, std::string_view extension,
                         std::string file_name, const core::Format& format) {
    const auto offset = objects_file_.written();
    write(objects_);
    const auto digest = objects_.take();
    DataObject object;
    object.digest = digest.sha512;
    object.size = digest.size;
    object.mime = format.mime;
    object.puid = format.puid;
    object.format_name = format.name;
    object.file_name = std::move(file_name);
    object.last_modified = extract_.run().finished;
    auto group = writer_.add_object(object, extension);
    slices_.push_back({object.uri, offset, digest.size});
    return group;
  }

  records::Described describe_holder(const profiles::UnitDef& unit, const profiles::Row& facts,
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

  profiles::Row facts_of_lot(const Extent& extent) const {
    return holder_facts(settings_, extract_.run(), archive_, lot_.number,
                        lots_of_profile(plan_, lot_.profile), extent);
  }

  void open_root(const Extent& extent) {
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

  void write_documentation(const Extent& extent) {
    writer_.open_unit(unit_content(
        describe_holder(archive_.documentation, facts_of_lot(extent), "Documentation des données"),
        settings_));
    for (const auto& item : documentation_items(app_, record_)) {
      const std::string file_name(item.file_name);
      const auto format = format_of(item.extension == "xml" ? xml_head : std::string_view(), file_name);
      const auto group = add_object(item.write, item.extension, file_name, format);
      UnitContent content;
      content.described.level = "Item";
      content.described.title = std::string(item.title);
      writer_.open_unit(content, group);
      writer_.close_unit();
    }
    writer_.close_unit();
  }

  void enter_group(const profiles::Row& facts) {
    auto group = group_of(archive_, facts);
    if (group == group_) return;
    if (group_) writer_.close_unit();
    group_ = std::move(group);
    if (group_) writer_.open_unit(unit_content(describe_holder(*archive_.group, facts, *group_), settings_));
  }

  void write_record(const records::Key& key, const KeptRow& row) try {
    const auto facts = facts_.read(key);
    enter_group(facts);
    auto described = describe_record(app_, archive_, facts, key, scratch_);
    log_.take(scratch_);
    cite_decision(described, row.decision);
    if (archive_.sampling) set_final_action(described, row.final_action);  // as planned, never decided again
    std::string object_group;
    if (archive_.unit.object) object_group = add_record(key, described.file_name);
    auto content = unit_content(std::move(described), settings_);
    content.system_id = system_id(key);
    writer_.open_unit(content, object_group);
    writer_.close_unit();
  } catch (Error& e) {
    e.while_doing(msg("while writing record {0} of {1}", key.text(), archive_.id));
    throw;
  }

  std::string add_record(const records::Key& key, std::string file_name) {
    const auto record = reader_.read(record_, key);
    if (!record)
      throw Error(Exit::sip_build, msg("The record is selected, but its own query finds nothing."));
    if (file_name.empty()) file_name = record_.id + "-" + core::slug(system_id(key)) + ".xml";
    return add_object([&](core::ByteSink& sink) { records::write_xml(*record, provenance_, sink); }, "xml",
                      std::move(file_name), xml_format_);
  }

  static constexpr std::string_view xml_head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

  extract::Extract& extract_;
  const profiles::Application& app_;
  const profiles::ArchiveDef& archive_;
  const profiles::RecordDef& record_;
  const Plan& plan_;
  const PlannedLot& lot_;
  const Settings& settings_;
  fs::path work_;
  records::RecordReader reader_;
  records::FactReader facts_;
  core::AtomicFile objects_file_;
  HashingSink objects_;
  core::AtomicFile manifest_file_;
  HashingSink manifest_;
  ManifestWriter writer_;
  records::RecordProvenance provenance_;
  const Attachment* attachment_ = attachment_of(settings_, archive_);
  core::Format xml_format_ = format_of(xml_head, "record.xml");
  std::vector<Slice> slices_;
  std::optional<std::string> group_;
  std::vector<Finding> scratch_;
  FindingLog log_;
};

void check_extract(const extract::Extract& extract, const Plan& plan) {
  if (extract.root().hex() == plan.extract_root && extract.run().profile_digest == plan.profile_digest)
    return;
  throw Error(Exit::extract_altered,
              msg("The extract {0} is not the one of the plan: its root is {1}, the plan's is {2}.",
                  extract.path().string(), extract.root().hex(), plan.extract_root))
      .hint(msg("Plan again with --replace, or bring back the extract that was planned."));
}

void check_kept(const Versement& versement, const Plan& plan) {
  const auto file = versement.file("kept.csv");
  if (core::digest_file(file).sha512.hex() == plan.kept_sha512) return;
  throw Error(Exit::lot_state, msg("{0} is not the list that was planned.", file.string()))
      .hint(msg("Plan again with --replace; the list is never edited by hand."));
}

/// Extreme dates of the lot; its records must all be there.
Extent measure(const Versement& versement, const PlannedLot& lot) {
  Extent extent;
  std::uint64_t found = 0;
  read_kept(versement.file("kept.csv"), [&](const KeptRow& row) {
    if (row.lot != lot.id.value) return found == 0;  // rows of a lot follow one another
    extent.add(row.start, row.end);
    ++found;
    return true;
  });
  if (found != lot.records)
    throw Error(Exit::lot_state, msg("The plan announces {0} records for the lot {1}, kept.csv lists {2}.",
                                     lot.records, lot.id.value, found));
  return extent;
}

const profiles::ArchiveDef& archive_of(const profiles::Application& app, const PlannedLot& lot) {
  const auto* archive = app.find_archive(lot.profile);
  if (!archive)
    throw Error(Exit::profile_invalid,
                msg("The application {0} has no archive profile {1}.", app.id, lot.profile));
  return *archive;
}

BuildReport write_lot(extract::Extract& extract, const Versement& versement, const Plan& plan,
                      const PlannedLot& lot, trust::Signer& seal, trust::TimestampAuthority* tsa,
                      const core::Clock& clock, core::Progress& progress) {
  const auto settings = Settings::from_json(plan.settings);
  auto app = extract.profile();
  apply_durations(app, settings.durations);
  apply_starts(app, settings.starts);
  const auto& archive = archive_of(app, lot);
  const auto extent = measure(versement, lot);
  // Beside the lots, on the same file system: a rename publishes, and the lot's folder never holds half a
  // SIP.
  const core::TemporaryDirectory work(versement.folder());
  LotWriter writer(extract, app, archive, plan, lot, settings, work.path());
  progress.begin(lot.id.value, lot.records, "records");
  writer.run(versement.file("kept.csv"), extent, progress);
  progress.end();
  auto built = writer.pack(work.path() / "sip.zip");
  if (built.bytes > settings.max_bytes)
    writer.findings().add(
        {Severity::warning, "lot-large",
         msg("The objects make {0} bytes, more than the {1} of the plan.", built.bytes, settings.max_bytes),
         lot.id.value});
  built.sip = trust::seal_file(work.path() / "sip.zip", seal, clock, tsa);
  BuildReport report{built.sip, built.units, built.objects, built.bytes,
                     std::move(writer.findings()).finish()};
  publish(work.path(), versement, lot, built, report.findings);
  return report;
}

}  // namespace

BuildReport build_lot(extract::Extract& extract, const core::Config& config, const Versement& versement,
                      const Plan& plan, const MessageIdentifier& lot_id, trust::Signer& seal,
                      trust::TimestampAuthority* tsa, bool replace, const core::Clock& clock,
                      core::Progress& progress) {
  const auto* lot = plan.find(lot_id);
  if (!lot)
    throw Error(Exit::usage, msg("The versement {0} has no lot {1}.", plan.versement, lot_id.value))
        .hint(msg("versoir status lists its lots."));
  check_extract(extract, plan);
  const auto app = extract.profile();
  require_validated(config, app, archive_of(app, *lot), plan);
  const auto settings = Settings::from_json(plan.settings);
  if (const auto* attachment = attachment_of(settings, archive_of(app, *lot)))
    require_attachment(*attachment, lot->profile, versement.workspace(), config.file(), settings);
  if (!replace)
    if (auto report = still_built(versement, lot_id)) return std::move(*report);
  refuse_built_again(versement, *lot);
  check_kept(versement, plan);
  try {
    return write_lot(extract, versement, plan, *lot, seal, tsa, clock, progress);
  } catch (Error& e) {
    e.while_doing(msg("while building lot {0}", lot_id.value));
    throw;
  }
}

}  // namespace versoir::sip
