// Scripts that a database administrator runs where no connection is opened to Versoir: they write the folder
// that the csv: source reads.
#pragma once
#include "extract/decisions.hpp"
#include "profiles/model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

enum class ScriptKind { psql, sqlplus };
/// "psql" or "sqlplus".
[[nodiscard]] std::optional<ScriptKind> script_kind(std::string_view name) noexcept;

/// A whole script for the tables and columns that the profile takes, as `decisions` complete it. `schema`:
/// their owner; "" = the profile's, else the server's default. The script finds out by itself what the server
/// has: absent optional tables and columns are left out, absent others stop it before anything is written; of
/// a table that only a decision takes, it takes the columns that are there and not left by a decision.
[[nodiscard]] std::string make_script(const profiles::Application& profile, ScriptKind kind,
                                      const std::string& schema, const std::vector<Decision>& decisions = {});

/// The name of the file of a table. Throws Error(Exit::profile_invalid) when its name cannot be one.
[[nodiscard]] std::string csv_file_name(const std::string& table);

}  // namespace versoir::extract
