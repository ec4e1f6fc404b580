// See retention.hpp.
#include "consult/retention.hpp"

#include "core/i18n.hpp"

#include <fmt/format.h>

namespace versoir::consult {

using profiles::RuleCategory;

/// The keys of an archive profile's selection, once, in a TEMP table: a selection may read whole tables.
struct Retention::Selected {
  core::Statement among;
  records::FactReader facts;
};

Retention::Retention(core::Database& db, profiles::Application app) : db_(db), app_(std::move(app)) {}
Retention::~Retention() = default;

Retention::Selected& Retention::selected(const profiles::ArchiveDef& archive) {
  const auto it = selected_.find(archive.id);
  if (it != selected_.end()) return *it->second;
  const auto table = fmt::format("temp.{}", core::sql_name("versoir_selected_" + archive.id));
  const auto* record = app_.find_record(archive.record);
  std::string names, columns, same;
  for (std::size_t i = 0; i < record->key.size(); ++i) {
    names += fmt::format("{}k{}", i ? ", " : "", i);
    same += fmt::format("{}k{} = ?{}", i ? " AND " : "", i, i + 1);
  }
  db_.exec(fmt::format("CREATE TABLE {} ({}, PRIMARY KEY ({})) WITHOUT ROWID", table, names, names));
  db_.exec(fmt::format("INSERT OR IGNORE INTO {} ({}) {}", table, names, archive.select));
  return *selected_
              .emplace(archive.id, std::unique_ptr<Selected>(new Selected{
                                       db_.prepare(fmt::format("SELECT 1 FROM {} WHERE {}", table, same)),
                                       records::FactReader(db_, app_, archive)}))
              .first->second;
}

std::vector<RetentionLine> Retention::of(const profiles::RecordDef& record, const records::Key& key) {
  std::vector<RetentionLine> lines;
  for (const auto& archive : app_.archives) {
    if (archive.record != record.id) continue;
    auto& known = selected(archive);
    for (std::size_t i = 0; i < key.values.size(); ++i)
      known.among.bind(static_cast<int>(i) + 1, key.values[i]);
    const bool in = known.among.step();
    known.among.reset();
    if (!in) continue;
    RetentionLine line;
    line.archive = &archive;
    auto described = records::describe(app_, archive, archive.unit, known.facts.read(key), line.findings);
    line.rules = std::move(described.rules);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string final_action_label(std::string_view action) {
  if (action == "Keep") return core::tr("kept for ever");
  if (action == "Destroy") return core::tr("may be eliminated, under the visa of the archives authority");
  if (action == "RestrictAccess") return core::tr("access is restricted");
  if (action == "Transfer") return core::tr("transferred");
  if (action == "Copy") return core::tr("copied");
  return std::string(action);
}

std::string rule_category_label(RuleCategory category) {
  switch (category) {
    case RuleCategory::storage:
      return core::tr("current use (DUC)");
    case RuleCategory::appraisal:
      return core::tr("administrative use (DUA)");
    case RuleCategory::access:
      return core::tr("communicability");
    case RuleCategory::dissemination:
      return core::tr("dissemination");
    case RuleCategory::reuse:
      return core::tr("reuse");
    case RuleCategory::classification:
      return core::tr("classification");
    case RuleCategory::hold:
      return core::tr("hold");
  }
  return {};
}

std::string confidence_label(std::string_view confidence) {
  if (confidence == "H") return core::tr("text read, sure");
  if (confidence == "M") return core::tr("practice that was published: to be validated");
  if (confidence == "L") return core::tr("weak: to be validated before any decision");
  return std::string(confidence);
}

}  // namespace versoir::consult
