// The platform's referentials as far as controls need them: agencies, rules, ingest contracts, archival
// profiles.
#pragma once
#include "check/json_schema.hpp"
#include "check/ontology.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::check {

struct Agency {
  std::string identifier, name;
};
struct Rule {
  std::string id, type, value;  ///< type is a SEDA element: AppraisalRule, AccessRule...
  std::optional<int> duration;  ///< nullopt = unlimited or undefined
  std::string measurement;      ///< DAY, MONTH, YEAR
  bool undefined = false;       ///< no duration at all: only a HoldRule may (an unlimited one says so)
};
struct IngestContract {
  std::string identifier, name;
  bool active = true;
  bool master_mandatory = true;
  bool every_format = true;
  bool unidentified_format_allowed = false;
  std::vector<std::string> formats;        ///< PUIDs when every_format is false
  bool every_version = false;              ///< any usage may be added to a group that the platform holds
  std::vector<std::string> versions;       ///< the usages that may, when every_version is false
  std::vector<std::string> profiles;       ///< archival profiles that it lists
  std::string parent_link = "AUTHORIZED";  ///< CheckParentLink: AUTHORIZED, UNAUTHORIZED, REQUIRED
  std::string management_contract;         ///< "" when it names none
};
struct ArchivalProfile {
  std::string identifier;
  bool active = true;
  std::string format;            ///< RNG or XSD
  std::filesystem::path file;    ///< the grammar; empty when the referentials do not hold it
  bool without_grammar = false;  ///< the referentials hold grammars, and this profile is known to have none
};
/// Profile of archive units (document type): a JSON schema that the unit's JSON follows.
struct UnitProfile {
  std::string identifier;
  bool active = true, has_schema = false;
  JsonSchema schema;
};

/// A folder holding VITAM's own import formats: agencies.csv (Identifier,Name,Description), rules.csv
/// (RuleId,RuleType, RuleValue,RuleDescription,RuleDuration,RuleMeasurement), ingestcontracts.json; and when
/// they are there profiles.json (archival profiles, their grammars in profiles/<Path>), context.json (the
/// application context that deposits), classification.json (allowList, authorizeNotDefined),
/// archive-unit-profiles.json, management-contracts.json, ontology.json, formats/formats.tsv or a DROID
/// signature file formats/*.xml (the formats that the platform knows), fetched.json (when and where they come
/// from). A BOM is skipped; "ingest-contracts.json" is taken as well. The duration is compared without case;
/// empty or absent fields of a contract take VITAM's defaults.
class Referentials {
 public:
  /// Throws Error(Exit::configuration) naming file and line.
  static Referentials read(const std::filesystem::path& folder);
  /// When they were fetched from the platform (fetched.json), "" when nothing says so.
  [[nodiscard]] const std::string& fetched() const noexcept { return fetched_; }
  [[nodiscard]] const Agency* agency(std::string_view id) const;
  [[nodiscard]] const Rule* rule(std::string_view id) const;
  [[nodiscard]] const IngestContract* contract(std::string_view id) const;
  [[nodiscard]] const ArchivalProfile* profile(std::string_view id) const;
  [[nodiscard]] bool has_profiles() const noexcept { return has_profiles_; }
  [[nodiscard]] const UnitProfile* unit_profile(std::string_view id) const;
  [[nodiscard]] bool has_unit_profiles() const noexcept { return has_unit_profiles_; }
  /// Nullopt when the referentials hold no such contract; else whether it is active.
  [[nodiscard]] std::optional<bool> management_contract_active(std::string_view id) const;
  [[nodiscard]] bool has_management_contracts() const noexcept { return has_management_contracts_; }
  [[nodiscard]] const Ontology& ontology() const noexcept { return ontology_; }
  [[nodiscard]] bool has_ontology() const noexcept { return has_ontology_; }
  /// Does the platform know this PRONOM identifier? Yes when no list of formats was given.
  [[nodiscard]] bool format_known(std::string_view puid) const;
  [[nodiscard]] bool has_formats() const noexcept { return !formats_.empty(); }
  [[nodiscard]] bool context_active() const noexcept { return context_active_; }
  /// False only when the context controls its contracts and does not list this one.
  [[nodiscard]] bool contract_in_context(std::string_view id) const;
  /// The same as a depositor of this application context and tenant meets them. As they are read, the
  /// contexts of the folder count together.
  [[nodiscard]] Referentials with_context(std::string_view identifier, std::int64_t tenant) const;
  [[nodiscard]] bool has_classification() const noexcept { return has_classification_; }
  /// `level` empty: is a unit without ClassificationLevel accepted?
  [[nodiscard]] bool classification_allowed(std::string_view level) const;

 private:
  void read_agencies(const std::filesystem::path& file);
  void read_rules(const std::filesystem::path& file);
  void read_contracts(const std::filesystem::path& file);
  void read_profiles(const std::filesystem::path& file);
  void read_context(const std::filesystem::path& file);
  void read_classification(const std::filesystem::path& file);
  void read_unit_profiles(const std::filesystem::path& file);
  void read_management_contracts(const std::filesystem::path& file);
  void read_ontology(const std::filesystem::path& file);
  void read_formats(const std::filesystem::path& folder);
  void read_origin(const std::filesystem::path& file);

  struct Context {
    std::string identifier;
    bool active = true, controls = false;
    std::map<std::int64_t, std::set<std::string, std::less<>>> contracts;  ///< by tenant
  };
  void take_context(const Context& context, std::optional<std::int64_t> tenant);

  std::vector<Context> contexts_;
  std::map<std::string, Agency, std::less<>> agencies_;
  std::map<std::string, Rule, std::less<>> rules_;
  std::map<std::string, IngestContract, std::less<>> contracts_;
  std::map<std::string, ArchivalProfile, std::less<>> profiles_;
  std::map<std::string, UnitProfile, std::less<>> unit_profiles_;
  std::map<std::string, bool, std::less<>> management_contracts_;
  std::set<std::string, std::less<>> context_contracts_, levels_, formats_;
  std::string fetched_;
  Ontology ontology_;
  bool has_unit_profiles_ = false, has_management_contracts_ = false, has_ontology_ = false,
       context_active_ = true;
  bool has_profiles_ = false, context_controls_ = false, has_classification_ = false,
       no_level_allowed_ = true;
};

}  // namespace versoir::check
