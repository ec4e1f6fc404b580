// Structured types and arrays of an archive as plain columns.
#pragma once
#include "core/xml.hpp"
#include "extract/siard/archive.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace versoir::extract {

inline constexpr std::size_t most_siard_leaves = 2000;  ///< SQLite has no table of more columns

/// Types that the schemas of an archive define, by schema and name; they point into the metadata.
using SiardTypes = std::map<std::pair<std::string, std::string>, const core::XmlElement*>;
[[nodiscard]] SiardTypes read_siard_types(const core::XmlElement& metadata);

/// Appends the leaves of a column: itself, COLUMN_ATTRIBUTE for each attribute of a structured type,
/// COLUMN_1 to COLUMN_n for the elements of an array, and so on downwards. An array of more than 100 elements
/// is one leaf.
void flatten_column(const core::XmlElement& column, std::size_t number, const std::string& schema,
                    const SiardTypes& types, std::vector<SiardLeaf>& out);

}  // namespace versoir::extract
