// Collects reasons, then says them at once.
#include "sip/plan_refusals.hpp"

#include "core/nearest.hpp"

#include <algorithm>
#include <span>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::size_t refusals_told = 20, reasons_told = 3;

bool defers(const profiles::ArchiveDef& archive) {
  return std::any_of(archive.leave_out.begin(), archive.leave_out.end(),
                     [](const profiles::LeaveOut& l) { return l.deferred; });
}

void explain(Error& e, const Tally& tally) {
  const auto& id = tally.archive->id;
  if (tally.left_out == 0)
    std::move(e).because(msg("{0}: its selection finds no record at all.", id));
  else
    std::move(e).because(
        core::nmsg("{1}: {0} record left out.", "{1}: {0} records left out.", tally.left_out, id));
  for (const auto& [reason, count] :
       std::span(tally.reasons).first(std::min(reasons_told, tally.reasons.size())))
    std::move(e).because(core::nmsg("{1}: {0} record: {2}", "{1}: {0} records: {2}", count, id, reason));
}

/// Why no record answers to a line of a list of closed records.
core::Message unmet_reason(const profiles::Application& app, const profiles::ArchiveDef* archive,
                           const std::string& profile, const std::string& key) {
  if (archive && !defers(*archive))
    return msg("{0}: {1} defers no record, none of its records can be declared closed.", key, profile);
  if (archive || profile.empty()) return msg("{0}: no such record.", key);
  std::vector<std::string> known;
  for (const auto& a : app.archives) known.push_back(a.id);
  if (const auto near = core::nearest(profile, known))
    return msg("{0}: the application {1} has no archive profile {2}; did you mean {3}?", key, app.id, profile,
               *near);
  return msg("{0}: the application {1} has no archive profile {2}.", key, app.id, profile);
}

}  // namespace

void keep_deferring(std::vector<const profiles::ArchiveDef*>& archives, const KeyList& closed) {
  std::erase_if(archives, [](const auto* archive) { return !defers(*archive); });
  if (archives.empty())
    throw Error(Exit::usage,
                msg("None of these archive profiles defers records: there is nothing to close."));
  if (closed.anonymous() && archives.size() > 1)
    throw Error(Exit::usage,
                msg("{0} does not say of which archive profile its keys are.", closed.file().string()))
        .hint(msg("Name it with --profile, or give the list a column \"profile\"."));
}

void ClosedRefusals::add(core::Message reason) {
  if (reasons_.size() < refusals_told) reasons_.push_back(std::move(reason));
  ++count_;
}

void ClosedRefusals::add_unmet(const KeyList& list, const std::vector<std::string>& wanted,
                               const profiles::Application& app) {
  for (const auto& [profile, key] : list.unmet()) {
    const auto* archive = app.find_archive(profile);
    const bool elsewhere =
        archive && !wanted.empty() && std::find(wanted.begin(), wanted.end(), profile) == wanted.end();
    if (!elsewhere) add(unmet_reason(app, archive, profile, key));
  }
}

void ClosedRefusals::finish(const KeyList& list) const {
  if (count_ == 0) return;
  Error e(Exit::usage, core::nmsg("{0} key of {1} is not that of a deferred record: nothing is planned.",
                                  "{0} keys of {1} are not those of deferred records: nothing is planned.",
                                  count_, list.file().string()));
  for (const auto& reason : reasons_) std::move(e).because(reason);
  throw std::move(e).hint(msg(
      "The deferred records are in left-out.csv of an ordinary plan: its column \"deferred\" marks them."));
}

void Tally::leave(const std::string& reason) {
  ++left_out;
  const auto known = std::ranges::find(reasons, reason, &std::pair<std::string, std::uint64_t>::first);
  if (known == reasons.end())
    reasons.emplace_back(reason, 1);
  else
    ++known->second;
}

void refuse_empty(const std::vector<Tally>& tallies, const std::vector<std::string>& wanted, Plan& plan) {
  std::vector<const Tally*> refused;
  for (const auto& tally : tallies)
    if (tally.kept == 0 && (plan.kept == 0 || !wanted.empty())) refused.push_back(&tally);
  if (refused.empty()) {
    for (const auto& tally : tallies)
      if (tally.kept == 0)
        plan.findings.push_back({core::Severity::warning, "PROFILE_KEEPS_NOTHING",
                                 core::nmsg("The archive profile {1} keeps no record: {0} is left out.",
                                            "The archive profile {1} keeps no record: {0} are left out.",
                                            tally.left_out, tally.archive->id),
                                 tally.archive->id});
    return;
  }
  std::string names;
  for (const auto* tally : refused) names += (names.empty() ? "" : ", ") + tally->archive->id;
  Error e(Exit::profile_invalid, msg("Nothing is planned: no record is kept by {0}.", names));
  for (const auto* tally : refused) explain(e, *tally);
  throw std::move(e).hint(msg(
      "Look at the select and the leave-out of these archive profiles, or plan the others with --profile."));
}

}  // namespace versoir::sip
