// What a depositor can do about a defect, by VITAM's event code.
#pragma once
#include "core/i18n.hpp"

#include <string_view>

namespace versoir::check {

/// `name`: a code without its status (Event::name()). Empty when there is nothing to advise.
[[nodiscard]] core::Message advice_for(std::string_view name);

}  // namespace versoir::check
