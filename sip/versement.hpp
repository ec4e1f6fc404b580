// A versement on disk: versements/<id>/ with its plan, lots, visas; where a lot stands is what its folder
// holds.
#pragma once
#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "sip/seda.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// Strong type: `<prefix>-<profile code>-<10 hex>-<nnnn>`, [A-Za-z0-9_-].
struct MessageIdentifier {
  std::string value;
  auto operator<=>(const MessageIdentifier&) const = default;
};

enum class LotState {
  planned,
  built,
  checked,
  approved,
  refused,
  sending,
  sent,
  in_doubt,
  accepted,
  accepted_with_warnings,
  rejected,
  verified,
  closed,
  abandoned  ///< closed without having been transferred
};
[[nodiscard]] std::string_view state_name(LotState s) noexcept;  ///< as spelt in JSON
[[nodiscard]] std::optional<LotState> parse_state(std::string_view name) noexcept;
[[nodiscard]] std::string state_label(LotState s);  ///< translated, for people

struct PlannedLot {
  MessageIdentifier id;
  std::string profile;  ///< archive profile id
  int number = 0;       ///< 1..n in its profile
  std::uint64_t records = 0;
};
/// plan.json
struct Plan {
  std::string versement;
  int attempt = 1;
  core::Instant created{};
  std::filesystem::path extract;  ///< relative to the workspace
  std::string extract_root, extract_sha512, extract_kind, application, profile_digest;
  std::string platform, platform_kind;  ///< name in versoir.conf; "rehearsal" or "production"
  std::int64_t tenant = 0;
  SedaVersion seda = SedaVersion::v2_2;
  std::vector<PlannedLot> lots;
  /// Everything the build needs from the configuration, frozen when planned (agencies, agreements, rule
  /// ids...).
  core::Json settings;
  std::uint64_t kept = 0, left_out = 0;
  /// What the planning has to say; not kept in plan.json.
  std::vector<core::Finding> findings;
  /// Of kept.csv and left-out.csv: a list edited by hand is refused.
  std::string kept_sha512, left_out_sha512;

  /// What the selections (tri) gave, one object per archive profile that has one (docs/formats/versement.md).
  core::Json sampling = core::Json::array();
  /// The list of `plan --closed`: {name, sha512, records}; null without.
  core::Json closed;

  /// Logical code → {bounded: units that start from a bound}, of the rules whose start dates the
  /// establishment decided; null without.
  core::Json starts;
  /// Codes of the extract that the archive profiles rest on, and who confirmed them, one object for each
  /// (docs/formats/versement.md); null when they rest on none.
  core::Json confirmed;
  /// {title, nodes} when the versement transfers the filing plan itself; null otherwise. `extract` is then
  /// the file of the filing plan in the versement's folder, `extract_root` its SHA-256.
  core::Json filing;

  /// SHA-512 of tableau.csv and tableau.html: {csv, html}; null without. Known by the planning only, which
  /// tells the journal: they are in the user's language, and plan.json is the same in all.
  core::Json tables;

  /// {sha512, files, bytes} of files.csv, when files are attached to records; null without.
  core::Json files;

  [[nodiscard]] const PlannedLot* find(const MessageIdentifier& id) const;
  [[nodiscard]] bool is_filing() const noexcept { return !filing.is_null(); }
  /// {versement, pack} when the versement transfers the dossier of another one (sip/dossier.hpp); null
  /// otherwise. `extract` is then the last list of digests of the pack, `extract_root` its SHA-256.
  core::Json dossier;
  [[nodiscard]] bool is_dossier() const noexcept { return !dossier.is_null(); }
  /// Its records come from an extract.
  [[nodiscard]] bool is_of_extract() const noexcept { return !is_filing() && !is_dossier(); }
};
/// The platform's workflow for the lots of a plan: DEFAULT_WORKFLOW or FILING_SCHEME (X-Context-Id).
[[nodiscard]] std::string_view context_id(const Plan& plan) noexcept;

/// [A-Za-z0-9_-]{1,40}
[[nodiscard]] bool is_versement_id(std::string_view id) noexcept;

/// Permissions of files that name people, or count so few that they may tell of one.
constexpr unsigned private_mode = 0640;

/// Paths of one versement and its lots. Pure names; nothing is created.
class Versement {
 public:
  /// Throws Error(Exit::usage) when the id cannot name a versement: it becomes a folder.
  Versement(std::filesystem::path workspace, std::string id);
  /// Throws Error(Exit::lot_state) when there is no plan.json.
  [[nodiscard]] Plan plan() const;
  void write_plan(const Plan& plan) const;
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] std::filesystem::path folder() const;
  [[nodiscard]] std::filesystem::path file(std::string_view name) const;  ///< "kept.csv"...
  [[nodiscard]] std::filesystem::path lot(const MessageIdentifier& id) const;
  [[nodiscard]] std::filesystem::path sip(const MessageIdentifier& id) const;  ///< .../sip.zip
  [[nodiscard]] const std::filesystem::path& workspace() const noexcept { return workspace_; }

 private:
  std::filesystem::path workspace_;
  std::string id_;
};
/// Ids of all versements of a workspace, sorted.
[[nodiscard]] std::vector<std::string> list_versements(const std::filesystem::path& workspace);

/// What stands in a lot's folder, read cheaply (no digest recomputed, no signature verified: `verify` does
/// that).
struct LotFacts {
  MessageIdentifier id;
  LotState state = LotState::planned;
  std::optional<core::Json> check, sending, operation, receipt;
  std::optional<core::Json> closing;
  bool closed = false;        ///< closing.json says that the SIP was removed
  std::string check_verdict;  ///< "", OK, WARNING, KO
  std::string reply_code;     ///< of the ATR, "" without
  std::uint64_t size = 0, units = 0, objects = 0;
};
/// `decision` = latest visa decision that covers the lot ("approve", "refuse", "revoke", "").
[[nodiscard]] LotFacts lot_facts(const Versement& v, const PlannedLot& lot, std::string_view decision);

/// The platform named an operation for this lot: what becomes of it is no longer decided here.
[[nodiscard]] bool has_left(const Versement& v, const PlannedLot& lot);

}  // namespace versoir::sip
