// The options of the commands that read a source, and what they open.
#pragma once
#include "cli/context.hpp"
#include "extract/decisions.hpp"
#include "extract/source.hpp"
#include "profiles/model.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace versoir::cli {

/// How the source is reached and what is decided on it: of extract, inspect and schedule.
[[nodiscard]] std::vector<OptionDef> source_options();
/// How a copy is made: of extract, and of schedule, which hands them on.
[[nodiscard]] std::vector<OptionDef> copy_option_table();

struct OpenedSource {
  extract::SourceUri uri;
  extract::Access access;
  std::unique_ptr<extract::Source> source;
};
[[nodiscard]] profiles::Application chosen_profile(Context& c);
[[nodiscard]] OpenedSource open_source(Context& c, const std::string& uri,
                                       const profiles::Application& profile);
/// The decision file: --decisions, which must exist unless it is about to be made (Error(Exit::usage)), or
/// decisions-<application>.csv in the workspace.
[[nodiscard]] std::filesystem::path decision_file(Context& c, const profiles::Application& profile,
                                                  bool must_exist = true);
/// Account and machine, for the journal and the extract.
[[nodiscard]] std::string account_name();
[[nodiscard]] std::string host_name();

}  // namespace versoir::cli
