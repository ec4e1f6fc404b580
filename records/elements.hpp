// Elements of SEDA that a profile writes in SEDA's own names: templates expanded, repeated ones once for each
// of their rows. Private to records.
#pragma once
#include "profiles/loader.hpp"
#include "records/selection.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace versoir::records {

/// An element whose template gives nothing is left out, and so is one whose templates, all the way down, all
/// give nothing: its fixed words alone would say something untrue. Error(Exit::profile_invalid) for a name
/// that nothing has, or rows that are no JSON array of objects.
[[nodiscard]] std::vector<DescribedElement> expand_elements(const std::vector<profiles::ElementDef>& defs,
                                                            const profiles::Row& facts,
                                                            const std::string& archive);

}  // namespace versoir::records
