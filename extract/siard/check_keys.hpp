// Keys and references of an archive against its rows, without holding them in memory.
#pragma once
#include "core/sqlite.hpp"
#include "extract/siard/archive.hpp"
#include "extract/siard/check_notes.hpp"
#include "extract/siard/rows.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace versoir::extract {

/// Takes the rows of every table, one after the other, then says what does not hold (T_6.0-1). The values of
/// keys are kept as SHA-256, in a file.
class SiardKeyCheck {
 public:
  SiardKeyCheck(const SiardDatabase& db, const std::filesystem::path& scratch, SiardNotes& notes);
  /// Keys that name what is not described (V_KEYS) are told here, and not judged.
  void begin_table(const SiardTableRead& table);
  void row(const std::vector<SiardCell>& cells, std::uint64_t number);
  void end_table();
  void conclude();

 private:
  /// A list of columns of one table whose values are kept.
  struct Watched {
    const SiardTableRead* table = nullptr;
    std::vector<std::size_t> leaves;
    bool unique = false, primary = false;
    std::string name;           ///< of the key
    std::size_t target = none;  ///< of a reference: what it points at
  };
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  void watch_table(const SiardTableRead& table);
  [[nodiscard]] std::size_t watch(const SiardTableRead& table, const std::vector<std::string>& columns,
                                  bool unique, std::string name);
  [[nodiscard]] std::string table_of(std::size_t watched) const;
  const SiardDatabase& db_;
  SiardNotes& notes_;
  core::Database keys_;
  std::vector<Watched> watched_;
  std::vector<std::pair<std::size_t, core::Statement>> inserts_;  ///< of the table at hand
};

}  // namespace versoir::extract
