// The XML Schema of a table against the metadata.
#pragma once
#include "core/zip_archive.hpp"
#include "extract/siard/archive.hpp"
#include "extract/siard/check_notes.hpp"

namespace versoir::extract {

/// P_4.3-2 to P_4.3-9 and T_6.1-1 to T_6.1-4, from the schema of the archive itself. What an archive has
/// nothing of (an array, a structured type) obeys.
void check_table_schema(const std::string& xsd, const SiardTableRead& table, const core::XmlElement& metadata,
                        SiardNotes& notes);
/// The rows against that schema (T_6.0-2).
void check_rows_by_schema(const core::ZipArchive& zip, const std::string& xsd, const SiardTableRead& table,
                          SiardNotes& notes);
/// The metadata against the schema of their version (M_5.0-1): ours for 2.1 and 2.2, the one that the archive
/// carries for 1.0 and 2.0.
void check_metadata_by_schema(const core::ZipArchive& zip, const std::string& version, SiardNotes& notes);

}  // namespace versoir::extract
