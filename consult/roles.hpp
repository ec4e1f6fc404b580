// Who may see what: the roles of versoir.conf, and what they give together to one reader on one day.
#pragma once
#include "core/clock.hpp"
#include "core/config.hpp"
#include "core/error.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::consult {

/// Zones are the sensitivities of the profile (identity, contact, money, family, health, national-number,
/// judgement) and those that its sheets declare over whole sections (results). What is of no zone is seen by
/// whoever may open the extract.
inline constexpr std::string_view identity_zone = "identity";

/// A `[role.NAME]`.
struct Role {
  std::string name;
  std::set<std::string> users, groups;
  std::set<std::string> extracts;  ///< applications
  std::set<std::string> zones;
  bool print = false, exports = false, together = false, logs = false;
  std::optional<core::Date> until;  ///< last day
  std::vector<std::string> reasons;
};

/// Who asks, as the portal or the workstation says it.
struct Identity {
  std::string user;
  std::set<std::string> groups;
};

/// What the roles of one reader give together in one extract.
struct ExtractRights {
  bool every_zone = false;  ///< a workstation without roles: whoever opens the file reads it all
  std::set<std::string> zones;
  bool print = false, exports = false, logs = false;
  [[nodiscard]] bool sees(std::string_view zone) const {
    return zone.empty() || every_zone || zones.contains(std::string(zone));
  }
  /// Persons are searched and opened by their identity: without it nothing of them is.
  [[nodiscard]] bool sees_persons() const { return sees(identity_zone); }
  /// "identity results", for the log.
  [[nodiscard]] std::string zones_text() const;
};

/// What one reader may do today.
class Rights {
 public:
  /// Of whoever opens extracts on a workstation for which no role is declared.
  static Rights everything(std::vector<std::string> reasons);

  /// No role, or only ended ones.
  [[nodiscard]] bool none() const noexcept { return !everything_ && by_application_.empty(); }
  /// nullptr when no role of the reader opens the extracts of this application.
  [[nodiscard]] const ExtractRights* in(const std::string& application) const;
  /// May see in some extract its persons, who looked at whom, may take something away from some extract.
  [[nodiscard]] bool any_persons() const;
  [[nodiscard]] bool any_logs() const;
  [[nodiscard]] bool any_export() const;
  /// May search several extracts in one question.
  [[nodiscard]] bool together() const noexcept { return everything_ || together_; }
  /// Of which one is chosen before a record opens; empty: none is asked.
  [[nodiscard]] const std::vector<std::string>& reasons() const noexcept { return reasons_; }
  /// Last day of the role that ended last, for a reader who has none any more.
  [[nodiscard]] const std::optional<core::Date>& ended() const noexcept { return ended_; }

 private:
  friend class Roles;
  bool everything_ = false, together_ = false;
  ExtractRights whole_;
  std::map<std::string, ExtractRights> by_application_;
  std::vector<std::string> reasons_;
  std::optional<core::Date> ended_;
};

/// The roles of a configuration.
class Roles {
 public:
  Roles() = default;
  /// Error(Exit::configuration) for a date or a yes/no that is none, and for a role that nobody can have.
  static Roles read(const core::Config& config);

  [[nodiscard]] bool empty() const noexcept { return roles_.empty(); }
  [[nodiscard]] Rights of(const Identity& who, const core::Date& today) const;
  /// Zones that roles name and that are not among `known`: (role, zone), most likely misspelt.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> unknown_zones(
      const std::set<std::string>& known) const;
  /// Applications that roles name and that are not among `served`.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> unknown_extracts(
      const std::set<std::string>& served) const;

 private:
  std::vector<Role> roles_;
  std::vector<std::string> reasons_;  ///< [consultation] reasons, for roles without a list of their own
};

/// "a ; b": values between semicolons, without blanks around and without empty ones.
[[nodiscard]] std::vector<std::string> between_semicolons(std::string_view text);

}  // namespace versoir::consult
