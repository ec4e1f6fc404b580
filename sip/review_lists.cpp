// Reads kept.csv and left-out.csv once, for the archivist's report.
#include "sip/review_lists.hpp"

namespace versoir::sip {

using core::Json;

namespace {

constexpr std::uint64_t sample_size = 20;

Json kept_to_json(const KeptRow& row) {
  return {{"profile", row.profile},
          {"lot", row.lot},
          {"key", row.key},
          {"title", row.title},
          {"start", iso_or_empty(row.start)},
          {"end", iso_or_empty(row.end)},
          {"appraisalRule", row.appraisal_rule},
          {"appraisalEnd", iso_or_empty(row.appraisal_end)},
          {"finalAction", row.final_action},
          {"accessRule", row.access_rule},
          {"accessEnd", iso_or_empty(row.access_end)}};
}

}  // namespace

std::string iso_or_empty(const std::optional<core::Date>& date) {
  return date ? core::format_date(*date) : std::string();
}

void RuleStats::add(const std::optional<core::Date>& end, const std::string& action, core::Date today) {
  ++units;
  if (!action.empty()) ++actions[action];
  if (!end) {
    ++without_end;
    return;
  }
  if (*end <= today) ++elapsed;  // VITAM: the end date itself counts as reached
  if (!first || *end < *first) first = end;
  if (!last || *last < *end) last = end;
  ++decades[static_cast<int>(end->year()) / 10 * 10];
}

void ReviewLists::read(const Versement& versement, std::uint64_t kept) {
  std::uint64_t seen = 0;
  read_kept(versement.file("kept.csv"), [&](const KeptRow& row) {
    add(row);
    const auto taken = sample.size();
    if (taken < sample_size && seen >= taken * kept / sample_size) sample.push_back(kept_to_json(row));
    ++seen;
    return true;
  });
  read_rows(versement.file("left-out.csv"), [&](std::vector<std::optional<std::string>>& f) {
    if (f.size() < 3) return true;
    auto& stats = profiles[f[0].value_or("")];
    ++stats.left_out;
    const bool deferred = f.size() > 4 && !f[4].value_or("").empty();
    if (deferred) ++stats.deferred;
    ++stats.reasons[{deferred, f[2].value_or("")}];
    return true;
  });
}

void ReviewLists::add(const KeptRow& row) {
  auto& stats = profiles[row.profile];
  ++stats.kept;
  if (!row.start && !row.end) ++stats.without_dates;
  stats.extent.add(row.start, row.end);
  if (!row.appraisal_rule.empty())
    stats.rules[{"AppraisalRule", row.appraisal_rule}].add(row.appraisal_end, row.final_action, today);
  if (!row.access_rule.empty()) stats.rules[{"AccessRule", row.access_rule}].add(row.access_end, {}, today);
}

}  // namespace versoir::sip
