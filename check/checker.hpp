// VITAM's ingest controls, in VITAM's order, with VITAM's event codes.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "check/referentials.hpp"
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"

namespace versoir::check {

enum class Status { ok, warning, ko, fatal };
[[nodiscard]] std::string_view status_name(Status s) noexcept;  ///< OK, WARNING, KO, FATAL

/// One event as VITAM would log it.
struct Event {
  std::string step;     ///< STP_INGEST_CONTROL_SIP
  std::string code;     ///< CHECK_SEDA.NOT_XSD_VALID.KO (outcome detail)
  Status status = Status::ok;
  core::Message message;
  std::string where;    ///< manifest line, unit or object id, entry name
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
  core::Sha512 digest;       ///< of the manifest file
};

struct Report {
  Status status = Status::ok;
  std::vector<Event> events;       ///< one per step reached, plus each defect
  std::vector<std::string> assumptions;  ///< what could not be decided without referentials (English ids)
  core::FileDigest sip;
  std::uint64_t units = 0, groups = 0, objects = 0, bytes = 0;
  Manifest manifest;               ///< as far as it was read
  /// check.json: {"format":"versoir-check/1","sip":{sha512,size,name},"verdict","events":[…],"counts":{…},
  /// "manifest":{…},"referentials","assumptions","tool","date"}
  [[nodiscard]] core::Json to_json(const core::Clock& clock) const;
};

/// Controls a SIP file. `referentials` may be null: the verdict then rests on the listed assumptions.
/// Never throws on a bad SIP: that is a KO. Throws only when the file itself cannot be opened (Exit::disk).
[[nodiscard]] Report check_sip(const std::filesystem::path& sip, const Referentials* referentials,
                               const std::optional<std::string>& manifest_digest_header = std::nullopt);

/// Grammar file for a SEDA version, compiled in: profiles/schemas/seda-2.x.rng.
[[nodiscard]] std::vector<std::string> known_seda_versions();

}  // namespace versoir::check
