// Every page that exists, what it needs, and the one place where a reader is refused.
#pragma once
#include "consult/web_pages.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace versoir::consult {

enum Need : unsigned {
  needs_nothing = 0,
  needs_extract = 1u << 0,  ///< a role that opens the extract named in the request
  needs_persons = 1u << 1,  ///< which sees identities in it
  needs_reason = 1u << 2,   ///< is about one person: a reason is asked before
  needs_print = 1u << 3,
  needs_export = 1u << 4,        ///< from the extract named in the request, or else from some extract
  needs_logs = 1u << 5,          ///< of some extract: the page shows the lines of these only
  needs_some_persons = 1u << 6,  ///< of some extract: the page shows those of these only
};

struct Route {
  std::string_view method, path;
  unsigned needs;
  core::ServerResponse (Pages::*page)();
};
/// nullptr when there is no such page: what is not in the table is not served.
[[nodiscard]] const Route* find_route(std::string_view method, std::string_view path);

/// Why a page is not for this reader, as he and the log are told it.
struct Refusal {
  std::string what;  ///< in the reader's language
  std::string why;   ///< for the log
};
/// Asked once for every request, whatever link or address it comes from. `extract` is the one that the
/// request names, nullptr when none such is served; `together`: it names them all.
[[nodiscard]] std::optional<Refusal> refusal(const Route& route, const Rights& rights,
                                             const ServedExtract* extract, bool together);

/// Value of "app" that names every extract which the reader may open.
inline constexpr std::string_view all_extracts = "*";

}  // namespace versoir::consult
