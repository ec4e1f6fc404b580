// Which lots of a versement one command sends or follows, and which have a dry run first.
#pragma once
#include "cli/context.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace versoir::cli {

/// Lots that are to be sent or followed now, those that the platform has already first.
struct Chosen {
  std::vector<sip::MessageIdentifier> lots;
  std::size_t under_way = 0, excluded = 0, waiting = 0;
};

/// With --watch a lot that nobody approved yet is waited for; otherwise asking for it says so.
[[nodiscard]] Chosen choose_lots(Context& c, const sip::Versement& versement, const sip::Plan& plan);

/// no, first, each or only: --blank-test, else the configuration's; a filing plan has no dry run of its own.
[[nodiscard]] std::string blank_mode(Context& c, const std::string& platform, const sip::Plan& plan);

}  // namespace versoir::cli
