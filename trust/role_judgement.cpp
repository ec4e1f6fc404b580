// Who held a role, where and when: the register's answers, with the reason of each refusal.
#include "trust/roles.hpp"

#include <algorithm>
#include <iterator>

namespace versoir::trust {

using core::Instant;
using core::Message;
using core::msg;

namespace {

template <class T, class U>
bool admits(const std::vector<T>& list, const U& value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

/// The window and the place of the entry itself.
std::vector<Message> own_defects(const RoleEntry& entry, Place place, Instant when) {
  std::vector<Message> why;
  if (when < entry.from || when > entry.to)
    why.push_back(msg("The role of {0} holds from {1} to {2}, not on {3}.", entry.name,
                      core::format_instant(entry.from), core::format_instant(entry.to),
                      core::format_instant(when)));
  if (!admits(entry.platforms, place.platform) || !admits(entry.tenants, place.tenant))
    why.push_back(msg("The role of {0} is not for platform {1}, tenant {2}.", entry.name, place.platform,
                      place.tenant));
  return why;
}

}  // namespace

bool RoleEntry::is(const Certificate& c) const {
  if (certificate) return *certificate == c.fingerprint();
  return !subject.empty() && subject == c.subject() && issuer == c.issuer();
}

bool RoleRegister::is_producer(const Certificate& c) const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [&](const RoleEntry& e) { return e.role == Role::producer && e.is(c); });
}

namespace {

template <class Match>
std::vector<std::string> roles_in_office(const std::vector<RoleEntry>& entries, Instant when, Match match) {
  std::vector<std::string> roles;
  for (const auto& e : entries) {
    const std::string name(role_name(e.role));
    if (when >= e.from && when <= e.to && match(e) &&
        std::find(roles.begin(), roles.end(), name) == roles.end())
      roles.push_back(name);
  }
  return roles;
}

}  // namespace

std::vector<std::string> RoleRegister::roles_of_login(std::string_view login, Instant when) const {
  return roles_in_office(entries_, when, [&](const RoleEntry& e) {
    return std::find(e.logins.begin(), e.logins.end(), login) != e.logins.end();
  });
}

std::vector<std::string> RoleRegister::roles_of(const Certificate& c, Instant when) const {
  return roles_in_office(entries_, when, [&](const RoleEntry& e) { return e.is(c); });
}

const RoleEntry* RoleRegister::by_id(std::string_view id) const {
  const auto found =
      std::find_if(entries_.begin(), entries_.end(), [&](const RoleEntry& e) { return e.id == id; });
  return found == entries_.end() ? nullptr : &*found;
}

const RoleEntry* RoleRegister::find(const Certificate& c, Role role, Place place, Instant when) const {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const RoleEntry& e) {
    return e.role == role && e.is(c) && own_defects(e, place, when).empty();
  });
  return found == entries_.end() ? nullptr : &*found;
}

/// Parsing made sure that the chain ends.
std::vector<Message> RoleRegister::defects(const RoleEntry& entry, Place place, Instant when) const {
  auto why = own_defects(entry, place, when);
  if (!entry.delegation) return why;
  const auto& act = *entry.delegation;
  if (when < act.from || when > act.to)
    why.push_back(msg("The delegation to {0} ({1}) holds from {2} to {3}, not on {4}.", entry.name, act.act,
                      core::format_instant(act.from), core::format_instant(act.to),
                      core::format_instant(when)));
  // A delegation of signature is personal: it ends with the office of whoever gave it.
  if (const auto* by = by_id(act.by))
    for (auto& reason : defects(*by, place, when))
      why.push_back(
          msg("{0} acts by delegation of {1} ({2}): {3}", entry.name, by->name, act.act, reason.text()));
  return why;
}

RoleJudgement RoleRegister::judge(const Certificate& c, Role role, Place place, Instant when) const {
  RoleJudgement judgement;
  for (const auto& entry : entries_) {
    if (entry.role != role || !entry.is(c)) continue;
    auto why = defects(entry, place, when);
    if (why.empty()) return {Standing::held, &entry, {}};
    std::move(why.begin(), why.end(), std::back_inserter(judgement.reasons));
  }
  return judgement;
}

RoleJudgement RoleRegister::judge_signature(const Certificate& c, Role role, Place place,
                                            const SignedWhen& when) const {
  if (when.proven) return judge(c, role, place, *when.proven);
  auto now = judge(c, role, place, when.now);
  if (!when.claimed) {
    // Nothing says when it was signed: what does not hold today may have held then.
    if (now.standing == Standing::lacking && !now.reasons.empty()) now.standing = Standing::unproven;
    return now;
  }
  auto then = judge(c, role, place, *when.claimed);
  if (then.standing == Standing::lacking || now.standing == Standing::held) return then;
  now.standing = Standing::unproven;
  return now;
}

}  // namespace versoir::trust
