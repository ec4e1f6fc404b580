// See plan_overlap.hpp.
#include "sip/plan_overlap.hpp"

#include "sip/kept.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace versoir::sip {

namespace {

/// Records as eight bytes each: a million of them are counted, and two that look alike only miscount by one.
std::uint64_t mark(const KeptRow& row) { return std::hash<std::string>{}(row.profile + '\n' + row.key); }

std::vector<std::uint64_t> marks_of(const Versement& versement) {
  std::vector<std::uint64_t> marks;
  read_kept(versement.file("kept.csv"), [&](const KeptRow& row) {
    marks.push_back(mark(row));
    return true;
  });
  std::ranges::sort(marks);
  return marks;
}

/// Two extracts of one application, the rehearsal and the final one for instance, hold the same people.
bool may_share_records(const Plan& a, const Plan& b) {
  return a.is_of_extract() && a.application == b.application && a.platform == b.platform;
}

core::Message told(std::uint64_t n, const std::string& id, bool same_extract) {
  if (same_extract)
    return core::nmsg(
        "{0} record of this plan is in the versement {1} too: sent with both, it would be twice "
        "on the platform.",
        "{0} records of this plan are in the versement {1} too: sent with both, they would be "
        "twice on the platform.",
        n, id);
  return core::nmsg(
      "{0} record of this plan has the key of a record of the versement {1}, made from another "
      "extract: sent with both, it would be twice on the platform.",
      "{0} records of this plan have the keys of records of the versement {1}, made from another "
      "extract: sent with both, they would be twice on the platform.",
      n, id);
}

std::uint64_t in_both(const Versement& other, const std::vector<std::uint64_t>& marks) {
  std::uint64_t n = 0;
  read_kept(other.file("kept.csv"), [&](const KeptRow& row) {
    n += std::ranges::binary_search(marks, mark(row)) ? 1 : 0;
    return true;
  });
  return n;
}

}  // namespace

std::vector<core::Finding> planned_twice(const Versement& versement, const Plan& plan) {
  std::vector<core::Finding> found;
  std::optional<std::vector<std::uint64_t>> marks;
  for (const auto& id : list_versements(versement.workspace())) {
    if (id == versement.id()) continue;
    try {
      const Versement other(versement.workspace(), id);
      const auto others = other.plan();
      if (!may_share_records(others, plan)) continue;
      if (!marks) marks = marks_of(versement);
      if (const auto n = in_both(other, *marks); n > 0)
        found.push_back({core::Severity::warning,
                         "PLANNED_TWICE",
                         told(n, id, others.extract_root == plan.extract_root),
                         {}});
    } catch (const core::Error&) {
      continue;
    }
  }
  return found;
}

}  // namespace versoir::sip
