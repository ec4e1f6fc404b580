// The values of one archive unit, taken leaf by leaf, judged at the end of its Content. Private to check.
#pragma once
#include "check/manifest.hpp"
#include "check/ontology.hpp"
#include "check/unit_json.hpp"
#include "check/values.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::check {

[[nodiscard]] core::Message harm_message(Harm harm, std::string_view element);

struct UnitValues {
  std::string id;
  std::uint32_t index = none;
  bool pointer = false;
  std::string profile;             ///< ArchiveUnitProfile, "" when it names none
  std::shared_ptr<UnitJson> json;  ///< of a unit that a profile's schema judges, else null

  /// A leaf of Content or Management: its name, its parent's, its grandparent's.
  void take(std::string_view name, std::string_view parent, std::string_view grandparent,
            const std::string& text, const Ontology& ontology);

  /// CHECK_UNIT_SCHEMA (stops at its first failure, in VITAM's order), CHECK_CLASSIFICATION_LEVEL,
  /// UNITS_RULES_COMPUTE.
  void judge(const Referentials* referentials, ManifestModel& model) const;
  void judge_rules(const Referentials* referentials, ManifestModel& model) const;

 private:
  struct RuleUse {
    std::string category, id;
    bool reference = false;  ///< RefNonRuleId
    std::string start, hold_end;
  };
  void take_rule(std::string_view name, std::string_view category, const std::string& text);
  void judge_range(std::string_view name, const std::string& text);
  void judge_schema(ManifestModel& model) const;
  void judge_profile(const Referentials* referentials, ManifestModel& model) const;
  void judge_rule(const RuleUse& use, const Referentials& referentials, ManifestModel& model) const;
  [[nodiscard]] std::string place() const { return id; }

  bool has_level_ = false, has_title_ = false, has_empty_title_ = false, signature_ = false, signing_ = false;
  std::uint64_t size_ = 0;
  std::string start_, end_, level_;
  std::vector<RuleUse> rules_;
  /// First failure of each of the four controls, in order.
  std::optional<core::Message> harm_, typing_, schema_;
};

}  // namespace versoir::check
