// A drafted profile: judged as any other before it is written, whole or not at all.
#pragma once
#include "cli/context.hpp"
#include "extract/draft.hpp"

#include <filesystem>
#include <string_view>

namespace versoir::cli {

inline constexpr std::string_view archive_model_name = "profil-archive.xml.modele";

/// What somebody confirmed is not written over: Error(Exit::usage) when `folder` has one of the files.
void require_room(const extract::ProfileDraft& draft, const std::filesystem::path& folder);
/// Writes the files into `folder`, which has none of them. Throws Error(Exit::profile_invalid), and writes
/// nothing, when they do not load or a query of theirs does not compile: a defect of ours.
void write_draft(const extract::ProfileDraft& draft, const std::filesystem::path& folder);
/// What was drafted, what is to be confirmed, what could not be named.
void show_draft(Context& c, const extract::ProfileDraft& draft, const std::filesystem::path& folder);

}  // namespace versoir::cli
