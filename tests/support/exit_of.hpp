// How an action ends, as tests of every room look at it.
#pragma once
#include "core/error.hpp"

#include <functional>

namespace versoir::tests {

/// Exit code of a versoir::core::Error, ok when nothing is thrown.
inline core::Exit exit_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const core::Error& e) {
    return e.code();
  }
  return core::Exit::ok;
}

}  // namespace versoir::tests
