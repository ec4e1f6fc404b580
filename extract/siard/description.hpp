// header/metadata.xml of an archive that is written.
#pragma once
#include "extract/siard/export.hpp"
#include "extract/siard/table_content.hpp"
#include "profiles/model.hpp"

#include <string>
#include <vector>

namespace versoir::extract {

struct SiardForeignKey {
  std::string name, target;
  std::vector<std::string> columns, to;
};
/// What is said of a table beside its columns.
struct SiardKeys {
  std::vector<std::string> primary;
  std::vector<SiardForeignKey> foreign;
};

/// Keys that the profile declares and that the rows obey: an archive must not declare one that does not hold
/// (T_6.0-1). Those that are left out are told in `notes`.
[[nodiscard]] std::vector<std::string> usable_primary_key(Extract& extract, const profiles::Table& table,
                                                          std::vector<core::Finding>& notes);
[[nodiscard]] std::vector<SiardForeignKey> usable_foreign_keys(Extract& extract, const profiles::Table& table,
                                                               const std::vector<SiardTable>& tables,
                                                               std::vector<core::Finding>& notes);

struct SiardDescription {
  const profiles::Application& profile;
  const std::vector<SiardTable>& tables;
  const std::vector<SiardKeys>& keys;  ///< of each table
  const SiardOptions& options;
  std::string lob_folder;  ///< "" when large values are inside
  const LobPlace& lobs;
  std::string digest;  ///< of the package
};
[[nodiscard]] std::string siard_metadata(Extract& extract, const SiardDescription& what);

}  // namespace versoir::extract
