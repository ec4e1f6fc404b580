// The platform's referentials as far as controls need them: agencies, rules, ingest contracts.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::check {

struct Agency {
  std::string identifier, name;
};
struct Rule {
  std::string id, type, value;
  std::optional<int> duration;  ///< nullopt = unlimited or undefined
  std::string measurement;      ///< DAY, MONTH, YEAR
};
struct IngestContract {
  std::string identifier, name;
  bool active = true;
  bool master_mandatory = true;
  bool every_format = true;
  bool unidentified_format_allowed = false;
  std::vector<std::string> formats;   ///< PUIDs when every_format is false
  std::vector<std::string> profiles;  ///< archival profiles that it lists
};

/// A folder holding VITAM's own import formats: agencies.csv (Identifier,Name,Description), rules.csv (RuleId,RuleType,
/// RuleValue,RuleDescription,RuleDuration,RuleMeasurement), ingestcontracts.json.
class Referentials {
 public:
  /// Throws Error(Exit::configuration) naming file and line.
  static Referentials read(const std::filesystem::path& folder);
  [[nodiscard]] const Agency* agency(std::string_view id) const;
  [[nodiscard]] const Rule* rule(std::string_view id) const;
  [[nodiscard]] const IngestContract* contract(std::string_view id) const;

 private:
  std::map<std::string, Agency, std::less<>> agencies_;
  std::map<std::string, Rule, std::less<>> rules_;
  std::map<std::string, IngestContract, std::less<>> contracts_;
};

}  // namespace versoir::check
