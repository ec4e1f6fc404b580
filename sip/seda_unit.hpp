// What the manifest says of one archive unit: its management (rules, attachment) and its description, as
// items that the writer orders. Private to sip.
#pragma once
#include "sip/seda.hpp"
#include "sip/seda_item.hpp"

#include <vector>

namespace versoir::sip {

/// Management: the rules of each category, and the unit of the platform that this one stands for. Without
/// children when there is nothing to say. Error(Exit::sip_build) on what cannot be written.
[[nodiscard]] Item management_item(const UnitContent& unit);

/// Content. A language is said of a unit that has an object and says none. Error(Exit::sip_build) without a
/// title, or on a level or type of keyword that SEDA does not list.
[[nodiscard]] Item content_item(const UnitContent& unit, bool has_object);

/// Values that the cleaning changed by more than blanks: the reader of the report must know that the manifest
/// does not say what the application said.
void tell_mended(const UnitContent& unit, std::vector<core::Finding>& findings);

}  // namespace versoir::sip
