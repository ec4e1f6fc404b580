// How long a record is kept, by which rule, from when and until when, and what becomes of it: as the archive
// profiles say it of the units that are transferred.
#pragma once
#include "core/sqlite.hpp"
#include "profiles/model.hpp"
#include "records/record.hpp"
#include "records/selection.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace versoir::consult {

/// One archive profile in whose selection the record is.
struct RetentionLine {
  const profiles::ArchiveDef* archive = nullptr;
  std::vector<records::RuleOutcome> rules;
  std::vector<core::Finding> findings;  ///< a start that is not known, a date that is out of the calendar
};

/// Reads the rules of records on one connection, whose profile's views exist. One thread at a time. The first
/// question about a kind of records reads the keys of the whole selection once.
class Retention {
 public:
  /// `app`: the profile, with what the establishment decided of its rules (durations, start dates).
  Retention(core::Database& db, profiles::Application app);
  ~Retention();
  /// Lines live as long as this object. Empty when no archive profile selects the record.
  [[nodiscard]] std::vector<RetentionLine> of(const profiles::RecordDef& record, const records::Key& key);

 private:
  struct Selected;
  [[nodiscard]] Selected& selected(const profiles::ArchiveDef& archive);

  core::Database& db_;
  profiles::Application app_;
  std::map<std::string, std::unique_ptr<Selected>> selected_;
};

/// The words of a final action, of a category, of the confidence in a rule; translated.
[[nodiscard]] std::string final_action_label(std::string_view action);
[[nodiscard]] std::string rule_category_label(profiles::RuleCategory category);
[[nodiscard]] std::string confidence_label(std::string_view confidence);

}  // namespace versoir::consult
