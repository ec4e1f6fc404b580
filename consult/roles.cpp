// See roles.hpp.
#include "consult/roles.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace versoir::consult {

using core::Error;
using core::Exit;
using core::msg;

namespace {

std::set<std::string> words_of(std::string_view text) {
  static constexpr std::string_view separators = " \t,;";
  std::set<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find_first_of(separators, at), text.size());
    if (end > at) words.emplace(text.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

bool yes_in(const core::Config& config, const std::string& section, const char* key) {
  return config.find(section, key) && config.get_bool(section, key);
}

Role read_role(const core::Config& config, const std::string& name) {
  const auto section = "role." + name;
  Role role;
  role.name = name;
  role.users = words_of(config.get_or(section, "users", ""));
  const auto groups = between_semicolons(config.get_or(section, "groups", ""));
  role.groups = {groups.begin(), groups.end()};
  role.extracts = words_of(config.get_or(section, "extracts", ""));
  role.zones = words_of(config.get_or(section, "zones", ""));
  role.print = yes_in(config, section, "print");
  role.exports = yes_in(config, section, "export");
  role.together = yes_in(config, section, "together");
  role.logs = yes_in(config, section, "logs");
  role.reasons = between_semicolons(config.get_or(section, "reasons", ""));
  if (const auto until = config.find(section, "until")) {
    role.until = core::parse_date(*until);
    if (!role.until)
      throw Error(Exit::configuration,
                  msg("[{0}] {1}: {2} is no date of the calendar.", section, "until", *until));
  }
  if (role.users.empty() && role.groups.empty())
    throw Error(Exit::configuration, msg("[{0}] names neither users nor groups.", section));
  if (role.extracts.empty())
    throw Error(Exit::configuration, msg("[{0}] opens no extract.", section))
        .hint(msg("extracts = apogee, for instance."));
  return role;
}

void add_reasons(std::vector<std::string>& to, const std::vector<std::string>& more) {
  for (const auto& reason : more)
    if (std::ranges::find(to, reason) == to.end()) to.push_back(reason);
}

}  // namespace

std::vector<std::string> between_semicolons(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find(';', at), text.size());
    if (auto one = core::trim(text.substr(at, end - at)); !one.empty()) out.push_back(std::move(one));
    at = end + 1;
  }
  return out;
}

std::string ExtractRights::zones_text() const {
  return every_zone ? "*" : fmt::format("{}", fmt::join(zones, " "));
}

Rights Rights::everything(std::vector<std::string> reasons) {
  Rights rights;
  rights.everything_ = true;
  rights.whole_ = {true, {}, true, true, true};
  rights.reasons_ = std::move(reasons);
  return rights;
}

const ExtractRights* Rights::in(const std::string& application) const {
  if (everything_) return &whole_;
  const auto it = by_application_.find(application);
  return it == by_application_.end() ? nullptr : &it->second;
}

bool Rights::any_persons() const {
  return everything_ ||
         std::ranges::any_of(by_application_, [](const auto& a) { return a.second.sees_persons(); });
}
bool Rights::any_logs() const {
  return everything_ || std::ranges::any_of(by_application_, [](const auto& a) { return a.second.logs; });
}
bool Rights::any_export() const {
  return everything_ || std::ranges::any_of(by_application_, [](const auto& a) { return a.second.exports; });
}

Roles Roles::read(const core::Config& config) {
  Roles roles;
  roles.reasons_ = between_semicolons(config.get_or("consultation", "reasons", ""));
  for (const auto& name : config.names("role")) roles.roles_.push_back(read_role(config, name));
  return roles;
}

Rights Roles::of(const Identity& who, const core::Date& today) const {
  Rights rights;
  for (const auto& role : roles_) {
    const bool his = role.users.contains(who.user) ||
                     std::ranges::any_of(who.groups, [&](const auto& g) { return role.groups.contains(g); });
    if (!his) continue;
    if (role.until && *role.until < today) {
      if (!rights.ended_ || *rights.ended_ < *role.until) rights.ended_ = role.until;
      continue;
    }
    for (const auto& application : role.extracts) {
      auto& in = rights.by_application_[application];
      in.zones.insert(role.zones.begin(), role.zones.end());
      in.print = in.print || role.print;
      in.exports = in.exports || role.exports;
      in.logs = in.logs || role.logs;
    }
    rights.together_ = rights.together_ || role.together;
    add_reasons(rights.reasons_, role.reasons.empty() ? reasons_ : role.reasons);
  }
  return rights;
}

std::vector<std::pair<std::string, std::string>> Roles::unknown_zones(
    const std::set<std::string>& known) const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& role : roles_)
    for (const auto& zone : role.zones)
      if (!known.contains(zone)) out.emplace_back(role.name, zone);
  return out;
}

std::vector<std::pair<std::string, std::string>> Roles::unknown_extracts(
    const std::set<std::string>& served) const {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& role : roles_)
    for (const auto& application : role.extracts)
      if (!served.contains(application)) out.emplace_back(role.name, application);
  return out;
}

}  // namespace versoir::consult
