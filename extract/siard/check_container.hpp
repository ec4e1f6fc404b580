// Controls of the zip and of the names within.
#pragma once
#include "core/zip_archive.hpp"
#include "extract/siard/archive.hpp"
#include "extract/siard/check_notes.hpp"

namespace versoir::extract {

void check_zip_entries(const core::ZipArchive& zip, SiardNotes& notes);
/// header/: the folder that says the version, the metadata and their schema.
void check_header(const core::ZipArchive& zip, const std::string& said_version, SiardNotes& notes);
/// Folders and files of content/ against the tables that are described.
void check_content_names(const core::ZipArchive& zip, const SiardDatabase& db, SiardNotes& notes);

}  // namespace versoir::extract
