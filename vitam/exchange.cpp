// See exchange.hpp.
#include "vitam/exchange.hpp"

#include "core/error.hpp"

#include <algorithm>

namespace versoir::vitam {

namespace {

constexpr std::string_view user_agent = "versoir/0.1";  // VITAM's header filter takes few characters
constexpr std::chrono::seconds question_timeout{120};

}  // namespace

core::HttpRequest question(const Platform& platform, std::string method, std::string url) {
  core::HttpRequest r;
  r.method = std::move(method);
  r.url = std::move(url);
  r.timeout = question_timeout;
  r.headers = {{"X-Tenant-Id", std::to_string(platform.tenant)},
               {"User-Agent", std::string(user_agent)},
               {"Accept", "application/json"}};
  return r;
}

const core::Json& results_of(const core::Json& answer, const std::string& url) {
  const auto at = answer.is_object() ? answer.find("$results") : answer.end();
  if (!answer.is_object() || at == answer.end() || !at->is_array() ||
      !std::ranges::all_of(*at, [](const core::Json& record) { return record.is_object(); }))
    throw core::Error(core::Exit::reply_unreadable,
                      core::msg("{0}: the answer holds no list of records.", url));
  return *at;
}

std::uint64_t total_of(const core::Json& answer) {
  const auto hits = answer.is_object() ? answer.find("$hits") : answer.end();
  if (!answer.is_object() || hits == answer.end() || !hits->is_object()) return 0;
  const auto total = hits->find("total");
  return total != hits->end() && total->is_number_unsigned() ? total->get<std::uint64_t>() : 0;
}

const std::string& path_segment(const std::string& id) {
  if (!is_operation_id(id))
    throw core::Error(core::Exit::usage, core::msg("\"{0}\" is not an identifier of the platform", id))
        .hint(core::msg(
            "They are 36 lower-case letters and digits, as receipts and versoir vitam units give them."));
  return id;
}

}  // namespace versoir::vitam
