// The streaming writer of SEDA manifests, 2.1, 2.2 and 2.3. It emits what is valid in the published schemas,
// in VITAM's copies and in VITAM's ingest at once: the element table in its mode "written"
// (sip/seda_schema.hpp).
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "records/selection.hpp"
#include "sip/seda_schema.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::sip {

/// A binary object of the SIP.
struct DataObject {
  std::string id;   ///< BDO12
  std::string uri;  ///< content/BDO12.xml
  core::Sha512 digest;
  std::uint64_t size = 0;  ///< 0: Size is not written (xs:positiveInteger)
  std::string mime, puid, format_name;
  std::string file_name;
  std::optional<core::Instant> last_modified;
  std::string usage = "BinaryMaster";  ///< of DataObjectVersion, always version 1
};

/// Head and tail of an ArchiveTransfer.
struct MessageHead {
  SedaVersion version = SedaVersion::v2_2;
  std::string comment;
  core::Instant date{};
  std::string message_identifier;
  std::string archival_agreement;
  std::string archival_agency, transferring_agency;
  std::string originating_agency, submission_agency;
  std::string archival_profile;  ///< "" = none
  std::string acquisition_information, legal_status = "Public Archive";
  std::vector<std::string> related_transfers;
  std::string transfer_request_reply;  ///< "" = none
};

/// A unit to write: its description and rule ids already translated for the platform.
struct RuleLine {
  profiles::RuleCategory category;
  std::string rule_id;
  std::optional<core::Date> start;
  std::string final_action;
  bool prevent_inheritance = false;
};
/// Designates a unit that the platform holds already (VITAM's UpdateOperation): by its SystemId, or when that
/// is empty by a metadata that no other unit has with this value.
struct ExistingUnit {
  std::string system_id, key_name, key_value;
};
struct UnitContent {
  records::Described described;
  std::vector<RuleLine> rules;
  std::string originating_agency;  ///< written on the root unit
  std::string system_id;           ///< OriginatingSystemId: key in the application
  std::string file_plan_position;  ///< of the nodes of a filing plan
  /// The unit is not transferred: it stands for one that the units inside are attached to.
  std::optional<ExistingUnit> existing;
};

/// Streams a manifest: objects first (SEDA 5: all data objects precede the units), then units depth first.
/// Objects go straight to the sink, units to a spool file that finish() appends. Memory does not grow with
/// either (but for one bit per object). Ids are letter-prefixed counters: OG1, BDO1, AU1. Values are cleaned
/// (sip/seda_text.hpp). What cannot be written at all - no title, an unknown level, keyword type or final
/// action, an element that the version lacks - is Error(Exit::sip_build), thrown before the unit's first
/// byte. All that goes out passes through the automaton of the validator (sip/seda_machine.hpp): what would
/// not be valid is Error(Exit::unexpected) with its path, and no element closes incomplete. Extreme dates
/// that the platform would refuse (year above 8999, end before start) are left out.
class ManifestWriter {
 public:
  /// `spool_dir` holds the units' spool until finish().
  ManifestWriter(const MessageHead& head, core::ByteSink& sink, const std::filesystem::path& spool_dir);
  ~ManifestWriter();
  ManifestWriter(const ManifestWriter&) = delete;
  ManifestWriter& operator=(const ManifestWriter&) = delete;

  /// Declares an object in its own group; returns the group id for unit(). `object.id` and `uri` are assigned
  /// here: content/<id>.<extension>.
  std::string add_object(DataObject& object, std::string_view extension);
  /// The same for representations of one thing, each of another usage, the master first.
  std::string add_group(std::span<DataObject> objects, std::span<const std::string_view> extensions);
  /// Opens an archive unit, returns its id. Its object group, if any, is referenced at once; its physical
  /// objects join the group, which must then be the one declared last.
  std::string open_unit(const UnitContent& content, std::string_view object_group = {});
  void close_unit();
  /// Closes everything and writes management metadata and tail.
  void finish();
  [[nodiscard]] std::uint64_t units() const noexcept;
  [[nodiscard]] std::uint64_t objects() const noexcept;  ///< binary and physical
  /// What was mended or left out of the elements of profiles since the last call: `where` is the unit's
  /// title.
  [[nodiscard]] std::vector<core::Finding> take_findings();

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::sip
