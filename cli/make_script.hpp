// versoir extract --make-script.
#pragma once
#include "cli/context.hpp"

namespace versoir::cli {

int make_script(Context& c);

}  // namespace versoir::cli
