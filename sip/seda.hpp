// SEDA 2.1, 2.2, 2.3: the element table that orders what we write, and the streaming manifest writer.
// We emit the intersection of the published schemas and VITAM's copies (strict writer).
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/file.hpp"
#include "records/selection.hpp"

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

enum class SedaVersion { v2_1, v2_2, v2_3 };
[[nodiscard]] std::string_view seda_namespace(SedaVersion v) noexcept;
[[nodiscard]] std::string_view seda_name(SedaVersion v) noexcept;  ///< "2.2"
[[nodiscard]] std::optional<SedaVersion> parse_seda(std::string_view text);

/// One row of the element table: where an element stands in its parent, how often, in which versions.
/// Elements that share an order in one parent form a group that repeats or mixes: Rule and StartDate, units
/// and references.
struct ElementRule {
  std::string_view parent, name;
  int order;
  bool repeatable;
  bool in_2_1, in_2_2, in_2_3;
};
/// The table for the elements that we emit; shared by the writer, the tests and the "expected" messages.
[[nodiscard]] std::span<const ElementRule> element_table();

/// A binary object of the SIP.
struct DataObject {
  std::string id;   ///< BDO12
  std::string uri;  ///< content/BDO12.xml
  core::Sha512 digest;
  std::uint64_t size = 0;  ///< 0: Size is not written (xs:positiveInteger)
  std::string mime, puid, format_name;
  std::string file_name;
  std::optional<core::Instant> last_modified;
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
/// byte. Extreme dates that the platform would refuse (year above 8999, end before start) are left out.
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
  /// Opens an archive unit, returns its id. Its object group, if any, is referenced at once.
  std::string open_unit(const UnitContent& content, std::string_view object_group = {});
  void close_unit();
  /// Closes everything and writes management metadata and tail.
  void finish();
  [[nodiscard]] std::uint64_t units() const noexcept;
  [[nodiscard]] std::uint64_t objects() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> s_;
};

}  // namespace versoir::sip
