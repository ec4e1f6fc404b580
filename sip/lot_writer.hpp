// Writes the manifest and the objects of one lot into a working folder, record by record, and packs them.
#pragma once
#include "core/file.hpp"
#include "core/format.hpp"
#include "core/progress.hpp"
#include "extract/store.hpp"
#include "records/record.hpp"
#include "records/rendition.hpp"
#include "records/selection.hpp"
#include "sip/attached_file.hpp"
#include "sip/built_lot.hpp"
#include "sip/content.hpp"
#include "sip/lot_lists.hpp"
#include "sip/seda.hpp"
#include "sip/settings.hpp"
#include "sip/sinks.hpp"
#include "sip/slice_list.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// Collects findings, a thousand word for word; beyond, they are counted. A lot may hold a hundred thousand
/// of the same.
class FindingLog {
 public:
  void take(std::vector<core::Finding>& from);
  void add(core::Finding finding);
  [[nodiscard]] std::vector<core::Finding> finish() &&;

 private:
  std::vector<core::Finding> list_;
  std::uint64_t more_ = 0;
};

/// The node of the filing plan that the lot is attached to, nullptr when it stands by itself.
[[nodiscard]] const Attachment* attachment_of(const Settings& settings, const profiles::ArchiveDef& archive);

class LotWriter {
 public:
  /// `configuration`: folder that paths of the settings are relative to. `work`: its own folder.
  LotWriter(extract::Extract& extract, const profiles::Application& app, const profiles::ArchiveDef& archive,
            const Plan& plan, const PlannedLot& lot, const Settings& settings,
            const std::filesystem::path& configuration, const std::filesystem::path& work);

  /// The records of the lot, in the order of its list, with their files.
  void run(LotLists lists, core::Progress& progress);
  /// Packs manifest.xml, then content/ in the order of the manifest.
  Built pack(const std::filesystem::path& sip);
  [[nodiscard]] FindingLog& findings() noexcept { return log_; }

 private:
  /// An object that is in the spool and not yet in the manifest.
  struct Spooled {
    DataObject object;
    std::string_view extension;
    std::uint64_t offset;
  };

  Spooled spool(const std::function<void(core::ByteSink&)>& write, std::string_view extension,
                std::string file_name, const core::Format& format);
  /// Declares objects as one group, gives its id.
  std::string add_group(std::vector<Spooled> spooled,
                        core::ZipStream::Method method = core::ZipStream::Method::deflate);

  records::Described describe_holder(const profiles::UnitDef& unit, const profiles::Row& facts,
                                     const std::string& fallback);
  profiles::Row facts_of_lot(const Extent& extent) const;
  void open_root(const Extent& extent);
  void write_documentation(const Extent& extent);
  void enter_group(const profiles::Row& facts);
  void write_record(const records::Key& key, const KeptRow& row);
  /// `stem`: the name of the record's files, without extension.
  std::string add_record(const records::Record& record, const std::string& stem);
  void write_table(const records::Record& record, const std::string& stem);
  /// A unit that holds one object and says nothing else.
  void write_item(const std::string& title, Spooled spooled);
  void write_files(const KeptRow& row);
  void write_file(const AttachedFile& file);
  /// What the manifest mended or left out.
  void take_writer_findings();
  void warn(std::string code, core::Message message, std::string where);

  extract::Extract& extract_;
  const profiles::Application& app_;
  const profiles::ArchiveDef& archive_;
  const profiles::RecordDef& record_;
  const Plan& plan_;
  const PlannedLot& lot_;
  const Settings& settings_;
  std::filesystem::path configuration_, work_;
  records::RecordReader reader_;
  records::FactReader facts_;
  core::AtomicFile objects_file_;
  HashingSink objects_;
  core::AtomicFile manifest_file_;
  HashingSink manifest_;
  ManifestWriter writer_;
  records::RecordProvenance provenance_;
  const Attachment* attachment_;
  core::Format xml_format_, html_format_;
  std::vector<AttachedFile> files_;
  std::size_t next_file_ = 0;
  SliceList slices_;
  std::optional<std::string> group_;
  std::vector<core::Finding> scratch_;
  FindingLog log_;
};

}  // namespace versoir::sip
