// The profile of an application that nobody described yet, drafted from the catalogue of its database.
#pragma once
#include "core/error.hpp"
#include "extract/source.hpp"
#include "profiles/model.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// What a column seems to be, by its name alone. Somebody who knows the application confirms it or not.
struct DraftGuess {
  enum class As { surname, given_name, full_name, birth_date, number, sensitive, secret } as = As::surname;
  std::string table, column;
  profiles::Sensitivity sensitivity = profiles::Sensitivity::none;
};
[[nodiscard]] std::string_view guess_name(DraftGuess::As as) noexcept;  ///< "surname", "given_name"…

struct DraftRequest {
  std::string application;  ///< identifier of the profile: draft_identifier() makes one
  std::string label;        ///< as people call the application
  std::string schema;       ///< owner of the tables in the source, may be empty
  /// Tables and TABLE.COLUMNs that are left, by name or pattern (fnmatch(3), whatever the case), and why. No
  /// query of the draft asks for them. One that names nothing is Error(Exit::usage).
  std::vector<std::string> leave;
  std::string reason;
};

struct ProfileDraft {
  std::string application;
  std::map<std::string, std::string> files;  ///< by name; they extract and consult as they are
  std::string archive_model;                 ///< where an archive profile may begin; no part of the profile
  std::vector<DraftGuess> guesses;           ///< to be confirmed
  std::vector<std::string> searched;         ///< tables with a search
  bool people = false;                       ///< the searches are on what seem to be persons
  std::size_t tables = 0, references = 0;    ///< taken, and drafted as related rows
  std::vector<core::Message> left;           ///< tables and columns that a profile cannot name: for inspect
};

/// Takes every table and column, with labels from the comments (or made of the names), keys, declared foreign
/// keys, a record and a sheet for each table with the rows that it names and those that name it, and
/// searches. What nobody confirmed says so. Views are left: their rows are those of other tables.
[[nodiscard]] ProfileDraft draft_profile(const DraftRequest& request,
                                         const std::vector<SourceTable>& catalogue);

/// An identifier of a profile made of any name: small letters, digits and hyphens, a letter first.
[[nodiscard]] std::string draft_identifier(std::string_view name);
/// Whether somebody may give this one: Error(Exit::usage) otherwise.
void check_identifier(std::string_view application);

}  // namespace versoir::extract
