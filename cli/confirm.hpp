// A decision typed by a person: the identifier of what is decided, on the terminal itself.
#pragma once
#include "core/i18n.hpp"

#include <string>

namespace versoir::cli {

/// Asks on /dev/tty: a redirected standard input cannot confirm by accident. Throws Error(Exit::usage), its
/// message beginning with `nothing_done`, when there is no terminal or when anything but `expected` is typed.
void confirm_typed(const core::Message& question, const std::string& expected,
                   const core::Message& nothing_done);

/// The same for `--confirm ID`, when it was given.
void require_confirmed(const std::string& given, const std::string& expected,
                       const core::Message& nothing_done);

}  // namespace versoir::cli
