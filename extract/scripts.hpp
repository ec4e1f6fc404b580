// Inside the room: the two dialects of the export scripts.
#pragma once
#include "profiles/model.hpp"

#include <string>
#include <vector>

namespace versoir::extract {

/// A table that the profile does not know and a decision takes: its columns are those of the server.
struct DecidedTable {
  std::string name;
  std::vector<std::string> left;  ///< columns left by a decision
};
/// What a script exports.
struct ScriptPlan {
  profiles::Application profile;  ///< with what was decided on the tables that it knows
  std::vector<DecidedTable> decided;
};

[[nodiscard]] std::string psql_script(const ScriptPlan& plan, const std::string& schema);
[[nodiscard]] std::string sqlplus_script(const ScriptPlan& plan, const std::string& schema);

/// Replaces each @word@ by its value.
[[nodiscard]] std::string fill_in(std::string text,
                                  std::initializer_list<std::pair<std::string_view, std::string>> words);

}  // namespace versoir::extract
