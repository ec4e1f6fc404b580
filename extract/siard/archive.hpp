// A SIARD archive as it describes itself: any version, any producer.
#pragma once
#include "core/xml.hpp"
#include "core/zip_archive.hpp"
#include "extract/source.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace versoir::extract {

/// A value of a row, at the bottom of a column: a column of a predefined type, an attribute of a structured
/// one, an element of an array. docs/formats/siard.md says how it is named.
struct SiardLeaf {
  std::string name;           ///< unique in its table, as a profile may name it
  std::string original_name;  ///< as the archive names it
  std::string type;           ///< SQL type as the archive spells it
  std::string type_original;  ///< of the source database, "" when not said
  std::string description;
  bool nullable = true;
  std::vector<std::size_t> path;  ///< numbers of c, then of u or a, from 1
  std::vector<std::string>
      lob_folders;  ///< lobFolder of the column, then of the fields within, those that are said
  ColumnKind kind = ColumnKind::text;
  bool collected = false;   ///< an array of many elements: one value, a JSON array of them
  bool wall_clock = false;  ///< a date or timestamp without zone: its Z is a form of writing
};

struct SiardForeignReference {
  std::string name, schema, table;
  std::vector<std::pair<std::string, std::string>> columns;  ///< here, there
};

struct SiardTableRead {
  std::string name;  ///< unique in the archive, as a profile may name it
  std::string schema, original_name, description;
  std::string folder;  ///< content/schema0/table0/
  std::string file;    ///< content/schema0/table0/table0.xml
  std::uint64_t rows = 0;
  std::size_t column_count = 0;
  std::vector<std::string> columns;  ///< original names, in order
  std::vector<SiardLeaf> leaves;
  std::vector<std::string> primary_key;  ///< original names
  std::vector<std::vector<std::string>> candidate_keys;
  std::vector<SiardForeignReference> foreign_keys;
  long line = 0;  ///< of its description in header/metadata.xml
  /// The leaf of a column of a predefined type; null when there is none, or when the column has several.
  [[nodiscard]] const SiardLeaf* single_leaf(std::string_view original_column) const;
};

struct SiardDigest {
  std::string algorithm, value;
};

struct SiardDatabase {
  std::string version;  ///< "1.0", "2.0", "2.1", "2.2", or what the archive says
  std::string name, description, product, user, producer, origin, owner;
  std::string lob_folder;
  std::vector<SiardDigest> digests;
  std::vector<std::string> schemas;
  std::vector<SiardTableRead> tables;
  std::size_t users = 0;
};

inline constexpr std::string_view siard_metadata_name = "header/metadata.xml";

/// The version by the folders of header/, "1.0" when there is none.
[[nodiscard]] std::string siard_stamp(const core::ZipArchive& zip);

/// Throws Error(Exit::source_data), which says where, when the description is not one.
[[nodiscard]] SiardDatabase read_siard_metadata(const core::ZipArchive& zip);
[[nodiscard]] SiardDatabase describe_siard(const core::XmlElement& metadata, const core::ZipArchive& zip);
/// The metadata in UTF-8, whatever of UTF-8 and UTF-16 they are kept in (eCH-0165, 4.3 lets both).
[[nodiscard]] std::string siard_metadata_text(const core::ZipArchive& zip);
/// The metadata as a tree.
[[nodiscard]] core::XmlElement siard_metadata_tree(const core::ZipArchive& zip);

/// The SQL type without its lengths, in capitals: "CHARACTER VARYING", "TIMESTAMP WITH TIME ZONE".
[[nodiscard]] std::string siard_type_word(std::string_view type);
[[nodiscard]] ColumnKind siard_kind(std::string_view type);

/// A name as a profile may have it: letters, digits, _ $ #, a letter first; what is not such a character is
/// folded or becomes _.
[[nodiscard]] std::string profile_name(std::string_view original);

}  // namespace versoir::extract
