// Answers that say no. Private to vitam.
#pragma once
#include "core/error.hpp"
#include "core/http_client.hpp"

namespace versoir::vitam {

/// Throws what an answer other than the expected one means: Error(Exit::platform_unreachable) for a service
/// that is closed for now, Error(Exit::platform_refused) otherwise, with VITAM's own words and what to look
/// at.
[[noreturn]] void throw_refused(core::Message doing, const core::HttpResponse& response);
/// The same with the code of the caller, who knows what may have been done with what it sent.
[[noreturn]] void throw_refused(core::Message doing, const core::HttpResponse& response, core::Exit code);

}  // namespace versoir::vitam
