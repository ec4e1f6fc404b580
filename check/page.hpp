// The report of a control as a page that people read and print.
#pragma once
#include "check/checker.hpp"
#include "core/file.hpp"

#include <span>

namespace versoir::check {

/// One section for each report, in the user's language.
void write_page(core::ByteSink& sink, std::span<const Report> reports);

}  // namespace versoir::check
