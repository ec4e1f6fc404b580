// What the export scripts of all dialects share.
#include "extract/make_script.hpp"

#include "core/error.hpp"
#include "extract/scripts.hpp"

#include <algorithm>

namespace versoir::extract {

std::optional<ScriptKind> script_kind(std::string_view name) noexcept {
  if (name == "psql") return ScriptKind::psql;
  if (name == "sqlplus") return ScriptKind::sqlplus;
  return std::nullopt;
}

std::string make_script(const profiles::Application& profile, ScriptKind kind, const std::string& schema) {
  const auto& owner = schema.empty() ? profile.schema : schema;
  return kind == ScriptKind::psql ? psql_script(profile, owner) : sqlplus_script(profile, owner);
}

std::string csv_file_name(const std::string& table) {
  // The name goes through two interpreters and a file system: only what means nothing to any of them.
  const auto plain = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  std::string out;
  for (char c : table) out += plain(c) ? c : '-';  // Oracle allows $ and #
  if (out.empty() || !plain(table.front()))
    throw core::Error(core::Exit::profile_invalid,
                      core::msg("No file can be named after the table {0}.", table));
  return out + ".csv";
}

std::string fill_in(std::string text, std::initializer_list<std::pair<std::string_view, std::string>> words) {
  for (const auto& [word, value] : words)
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + value.size()))
      text.replace(at, word.size(), value);
  return text;
}

}  // namespace versoir::extract
