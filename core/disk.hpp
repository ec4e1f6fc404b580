// Whether an error is the disk's own: what was read or written is then neither right nor wrong.
#pragma once
#include "core/error.hpp"

namespace versoir::core {

/// Full, read-only or broken. Exit::disk alone also says that a file is missing or not what it should be.
[[nodiscard]] bool is_disk_failure(const Error& e);

}  // namespace versoir::core
