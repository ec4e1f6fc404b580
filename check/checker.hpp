// VITAM's ingest controls, in VITAM's order, with VITAM's event codes.
#pragma once
#include "check/referentials.hpp"
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/i18n.hpp"
#include "core/json.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace versoir::check {

enum class Status { ok, warning, ko, fatal };
[[nodiscard]] std::string_view status_name(Status s) noexcept;  ///< OK, WARNING, KO, FATAL

/// The platform's workflow, chosen by the depositor (X-Context-Id).
enum class Workflow { default_workflow, blank_test, filing_scheme, holding_scheme };
[[nodiscard]] std::optional<Workflow> parse_workflow(std::string_view context_id);  ///< DEFAULT_WORKFLOW...

/// One event as VITAM would log it.
struct Event {
  std::string step;  ///< STP_INGEST_CONTROL_SIP
  std::string code;  ///< CHECK_SEDA.NOT_XSD_VALID.KO (outcome detail)
  Status status = Status::ok;
  core::Message message;
  std::string where;  ///< manifest line, unit or object id, entry name

  /// The code without its status, beginning with a step or an action that the platform names in its logbook.
  [[nodiscard]] std::string name() const;
};

/// A data object or unit of the manifest, as an ATR needs it.
struct ManifestObject {
  std::string id, group, version, uri;
};
struct Manifest {
  std::string seda;  ///< "2.2"
  std::string message_identifier, archival_agreement, archival_profile;
  std::string originating_agency, submission_agency, archival_agency, transferring_agency;
  std::vector<std::string> units;
  std::vector<ManifestObject> objects;
  core::Sha512 digest;  ///< of the manifest file
};

struct Report {
  Status status = Status::ok;
  /// Each defect, then one per step reached (code `<step>.<status>`). A step keeps its first hundred defects.
  std::vector<Event> events;
  /// Defects that the platform would not reach, since it stops before: what to mend at the same time.
  std::vector<Event> hidden;
  std::vector<core::Message> assumptions;  ///< what the verdict takes for granted
  core::FileDigest sip;
  std::string name;  ///< file name of the SIP
  bool with_referentials = false;
  std::uint64_t units = 0, groups = 0, objects = 0, bytes = 0;
  Manifest manifest;  ///< as far as it was read
  /// The defect that decides the verdict: the first of the worst status, rather one that stops the platform;
  /// nullptr when all is well.
  [[nodiscard]] const Event* decisive() const;
  /// The defects: those of `events` without the events of the steps, then `hidden`.
  [[nodiscard]] std::vector<const Event*> findings() const;
  /// The defects as `--json` gives them, in the user's language: docs/formats/check.md.
  [[nodiscard]] core::Json findings_json() const;
  /// check.json: docs/formats/check.md.
  [[nodiscard]] core::Json to_json(const core::Clock& clock) const;
};

/// Controls a SIP file. `referentials` may be null: the verdict then rests on the listed assumptions.
/// `manifest_digest_header` is what a depositor announced, "<algorithm>:<value>" (X-Manifest-Digest-Algo and
/// -Value, either part may be empty), or a SHA-512 value alone. Never throws on a bad SIP: that is a KO.
/// By `clock` events of a unit's log are past or future.
/// Throws only when the file itself cannot be opened (Exit::disk).
[[nodiscard]] Report check_sip(const std::filesystem::path& sip, const Referentials* referentials,
                               const std::optional<std::string>& manifest_digest_header = std::nullopt,
                               Workflow workflow = Workflow::default_workflow,
                               const core::Clock& clock = core::SystemClock());

/// SEDA versions whose grammar is compiled in: profiles/schemas/seda-vitam-2.x.rng.
[[nodiscard]] std::vector<std::string> known_seda_versions();

}  // namespace versoir::check
