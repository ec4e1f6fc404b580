// The SIP of a dossier de versement: its documents by nature, and the pack of evidence as one archive.
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/zip_stream.hpp"
#include "sip/attached_file.hpp"
#include "sip/built_lot.hpp"
#include "sip/dossier.hpp"
#include "sip/seda.hpp"
#include "sip/settings.hpp"
#include "sip/sinks.hpp"
#include "sip/slice_list.hpp"

#include <fmt/format.h>

#include <optional>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

std::string name_in(const fs::path& file) { return file.filename().string(); }

class DossierWriter {
 public:
  DossierWriter(const Versement& versement, const Plan& plan, const PlannedLot& lot, const fs::path& work)
      : versement_(versement),
        plan_(plan),
        settings_(Settings::from_json(plan.settings)),
        work_(work),
        objects_file_(work / "objects"),
        objects_(objects_file_),
        manifest_file_(work / "manifest.xml"),
        manifest_(manifest_file_),
        writer_(head_of(plan, lot, title(), settings_), manifest_, work),
        rows_(files_of_lot(versement.file(files_list), core::text_of(plan.files, "sha512"), lot.id.value)),
        slices_(work) {}

  Built write(const fs::path& sip) {
    writer_.open_unit(root());
    for (const auto& part : dossier_parts()) write_part(part);
    writer_.close_unit();
    writer_.finish();
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

 private:
  [[nodiscard]] std::string title() const {
    return fmt::format("Dossier de versement {}", core::text_of(plan_.dossier, "versement"));
  }

  UnitContent root() const {
    UnitContent unit;
    unit.described.level = "RecordGrp";
    unit.described.title = title();
    unit.described.description =
        "Visas, bordereaux, accusés, récépissés et preuves d’un versement, avec les éliminations qui l’ont "
        "suivi. Les documents se lisent un par un ; le dossier de preuves complet, en une archive, se "
        "vérifie "
        "avec OpenSSL comme sa notice le dit.";
    unit.described.start = unit.described.end =
        core::Date{std::chrono::floor<std::chrono::days>(plan_.created)};
    unit.originating_agency = settings_.originating_agency;
    // Kept for good: no rule of the platform is needed for that, only the final action (SEDA 2,
    // AppraisalRule).
    unit.rules.push_back({profiles::RuleCategory::appraisal, {}, {}, "Keep", false});
    if (const auto rule = settings_.rules.find(std::string(dossier_access)); rule != settings_.rules.end())
      unit.rules.push_back({profiles::RuleCategory::access, rule->second, unit.described.end, {}, false});
    return unit;
  }

  void write_part(const DossierPart& part) {
    std::vector<const AttachedFile*> files;
    for (const auto& row : rows_)
      if (row.key == part.id) files.push_back(&row);
    if (files.empty()) return;
    UnitContent unit;
    unit.described.level = part.id == evidence_part ? "Item" : "RecordGrp";
    unit.described.title = part.title;
    if (part.id == evidence_part) return write_pack(std::move(unit), files);
    writer_.open_unit(unit);
    for (const auto* file : files) write_file(*file);
    writer_.close_unit();
  }

  void write_file(const AttachedFile& file) {
    const auto offset = objects_file_.written();
    const auto read = copy_planned(file, objects_);
    const auto digest = objects_.take();
    const auto name = name_in(file.file);
    DataObject object;
    object.digest = digest.sha512;
    object.size = digest.size;
    object.file_name = name;
    if (!read.format.matches.empty()) {
      const auto& match = read.format.matches.front();
      object.puid = match.puid;
      object.mime = match.mime;
      object.format_name = match.name;
    }
    UnitContent unit;
    unit.described.level = "Item";
    unit.described.title = file.title;
    write_item(unit, std::move(object), offset, name);
  }

  /// The pack as it is, so that its lists of digests verify in the unpacked folder.
  void write_pack(UnitContent unit, const std::vector<const AttachedFile*>& files) {
    const auto packed = work_ / "preuves.zip";
    core::ZipStream zip(packed);
    for (const auto* row : files) {
      zip.begin(row->title, core::ZipStream::Method::deflate, row->size);
      static_cast<void>(copy_planned(*row, zip));
      zip.end();
    }
    zip.commit();
    const auto offset = objects_file_.written();
    const auto read = read_attached(work_, "preuves.zip", &objects_);
    const auto digest = objects_.take();
    fs::remove(packed);
    DataObject object;
    object.digest = digest.sha512;
    object.size = digest.size;
    object.file_name = "preuves.zip";
    if (!read.format.matches.empty()) {
      object.puid = read.format.matches.front().puid;
      object.mime = read.format.matches.front().mime;
      object.format_name = read.format.matches.front().name;
    }
    unit.described.description =
        "Archive ZIP du dossier evidence : décompressée, elle se vérifie par README.txt.";
    write_item(unit, std::move(object), offset, "preuves.zip");
  }

  void write_item(const UnitContent& unit, DataObject object, std::uint64_t offset, const std::string& name) {
    const auto dot = name.rfind('.');
    const std::string extension = dot == std::string::npos ? std::string() : name.substr(dot + 1);
    const auto group = writer_.add_object(object, extension);
    slices_.add(object.uri, offset, object.size);
    writer_.open_unit(unit, group);
    writer_.close_unit();
  }

  ReadFile copy_planned(const AttachedFile& file, core::ByteSink& sink) const {
    auto read = read_attached(versement_.workspace(), file.file, &sink);
    if (read.digest.sha512.hex() != file.sha512)
      throw Error(Exit::lot_state, msg("{0} is not the file that was planned.", file.file))
          .hint(msg("Put the planned file back, or plan again: versoir plan --replace."));
    return read;
  }

  const Versement& versement_;
  const Plan& plan_;
  const Settings settings_;
  const fs::path work_;
  core::AtomicFile objects_file_;
  HashingSink objects_;
  core::AtomicFile manifest_file_;
  HashingSink manifest_;
  ManifestWriter writer_;
  std::vector<AttachedFile> rows_;
  SliceList slices_;
};

}  // namespace

std::optional<BuildReport> build_dossier_lot(const Versement& versement, const Plan& plan,
                                             const MessageIdentifier& lot_id, trust::Signer& seal,
                                             trust::TimestampAuthority* tsa, bool replace,
                                             const core::Clock& clock) {
  return build_one_lot(versement, plan, lot_id, replace, [&](const PlannedLot& lot, const fs::path& work) {
    auto built = DossierWriter(versement, plan, lot, work).write(work / "sip.zip");
    return seal_and_publish(versement, lot, work, std::move(built), seal, tsa, clock);
  });
}

}  // namespace versoir::sip
