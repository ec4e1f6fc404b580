// Inside the room: the two dialects of the export scripts.
#pragma once
#include "profiles/model.hpp"

#include <string>

namespace versoir::extract {

[[nodiscard]] std::string psql_script(const profiles::Application& profile, const std::string& schema);
[[nodiscard]] std::string sqlplus_script(const profiles::Application& profile, const std::string& schema);

/// Replaces each @word@ by its value.
[[nodiscard]] std::string fill_in(std::string text,
                                  std::initializer_list<std::pair<std::string_view, std::string>> words);

}  // namespace versoir::extract
