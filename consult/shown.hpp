// A value of a list as an officer reads it.
#pragma once
#include "profiles/model.hpp"

#include <string>
#include <string_view>

namespace versoir::consult {

/// 29/02/2000 for a date, the label of a code; anything else as it is stored.
[[nodiscard]] std::string shown_value(std::string_view value, const profiles::Field& field,
                                      const profiles::Application& app);

}  // namespace versoir::consult
