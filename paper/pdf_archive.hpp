// Inside the room: what makes a PDF file last: metadata, language, colour profile, an identifier of its
// bytes.
#pragma once
#include "paper/paper.hpp"

#include <string>
#include <string_view>

namespace versoir::paper {

/// `pdf`, as Cairo wrote it, along PDF/A-2b.
[[nodiscard]] std::string lasting_pdf(std::string_view pdf, const Paper& paper);

}  // namespace versoir::paper
