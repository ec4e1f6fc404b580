// One table: what each element may hold, what it must, what excludes what.
#include "check/unit_members.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace versoir::check {

using core::msg;

namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 10> of_a_person{"FirstName",  "BirthName",  "FullName",   "GivenName",
                                                       "Gender",     "BirthDate",  "BirthPlace", "DeathDate",
                                                       "DeathPlace", "Nationality"};
constexpr std::array<std::string_view, 7> of_any_agent{"Corpname", "Identifier", "Function", "Activity",
                                                       "Position", "Role",       "Mandate"};
constexpr std::array<std::string_view, 8> of_gps{"GpsVersionID",    "GpsAltitude",    "GpsAltitudeRef",
                                                 "GpsLatitude",     "GpsLatitudeRef", "GpsLongitude",
                                                 "GpsLongitudeRef", "GpsDateStamp"};
constexpr std::array<std::string_view, 6> agents{"Writer",      "Addressee", "Recipient",
                                                 "Transmitter", "Sender",    "AuthorizedAgent"};

constexpr std::array<std::string_view, 1> custodial{"CustodialHistoryItem"}, event{"EventDateTime"},
    signing{"SigningRole"};
constexpr std::array<std::string_view, 2> persistent{"PersistentIdentifierType",
                                                     "PersistentIdentifierContent"};

bool holds(Names names, std::string_view name) { return std::ranges::find(names, name) != names.end(); }

/// The members that an element must have.
Names wanted_in(std::string_view element) {
  if (element == "CustodialHistory") return custodial;
  if (element == "Event") return event;
  if (element == "SigningInformation") return signing;
  if (element == "PersistentIdentifier") return persistent;
  return {};
}

bool is_judged(std::string_view element) {
  return holds(agents, element) || element == "Gps" || !wanted_in(element).empty();
}

}  // namespace

void UnitMembers::open(std::string_view element) {
  members_.clear();
  element_.clear();
  if (is_judged(element)) element_ = element;
}

void UnitMembers::member(std::string_view name) {
  if (element_.empty() || std::ranges::find(members_, name) != members_.end()) return;
  if (members_.size() < 32) members_.emplace_back(name);  // more than any of them has
}

std::optional<core::Message> UnitMembers::close() {
  if (element_.empty()) return std::nullopt;
  for (const auto name : wanted_in(element_))
    if (std::ranges::find(members_, name) == members_.end()) return msg("{0} holds no {1}.", element_, name);
  const bool agent = holds(agents, element_);
  if (!agent && element_ != "Gps") return std::nullopt;
  const auto known = [&](std::string_view name) {
    return agent ? holds(of_a_person, name) || holds(of_any_agent, name) : holds(of_gps, name);
  };
  const auto stranger = std::ranges::find_if_not(members_, known);
  if (stranger != members_.end())
    return msg("{0} cannot hold {1}: the platform takes no element of one's own there.", element_, *stranger);
  const auto person =
      std::ranges::find_if(members_, [](const auto& name) { return holds(of_a_person, name); });
  if (agent && person != members_.end() &&
      std::ranges::find(members_, std::string_view("Corpname")) != members_.end())
    return msg("{0} is a person ({1}) and a body (Corpname) at once.", element_, *person);
  return std::nullopt;
}

}  // namespace versoir::check
