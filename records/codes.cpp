// See codes.hpp.
#include "records/codes.hpp"

#include "core/text.hpp"
#include "records/query.hpp"

#include <map>

namespace versoir::records {

std::vector<FoundCode> codes_to_confirm(core::Database& db, const profiles::CodesToConfirm& codes) {
  const auto place = fmt::format("rules.xml:{} {}", codes.line, codes.id);
  auto statement = parts::prepare_select(db, codes.sql, place);
  if (statement.columns() != 3)
    parts::refuse(place,
                  core::msg("the query must give a code, its label, and 1 when it is held for what is to "
                            "confirm"));
  std::map<std::string, FoundCode> found;
  while (parts::step(db, statement, place)) {
    FoundCode code{core::trim(statement.text(0)), core::trim(statement.text(1)), statement.integer(2) == 1};
    if (code.code.empty()) continue;
    // Twice in a nomenclature, once held and once not: the profile's queries hold it where either is.
    const auto at = found.try_emplace(code.code, code).first;
    at->second.held = at->second.held || code.held;
  }
  std::vector<FoundCode> list;
  for (auto& [name, code] : found) list.push_back(std::move(code));
  return list;
}

}  // namespace versoir::records
