// The values of a table: do they fit their types, are the large ones what their cells say.
#pragma once
#include "extract/siard/archive.hpp"
#include "extract/siard/check_notes.hpp"
#include "extract/siard/lob_reader.hpp"
#include "extract/siard/rows.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

namespace versoir::extract {

class SiardValueCheck {
 public:
  /// `on_bytes` is called while large values are read, and may throw to stop.
  SiardValueCheck(const LobReader& lobs, SiardNotes& notes, std::function<void()> on_bytes)
      : lobs_(lobs), notes_(notes), on_bytes_(std::move(on_bytes)) {}
  void row(const SiardTableRead& table, const std::vector<SiardCell>& cells, std::uint64_t number);
  [[nodiscard]] std::uint64_t large_values() const noexcept { return large_values_; }
  /// Entries of the archive that a cell named.
  [[nodiscard]] const std::set<std::string>& named() const noexcept { return named_; }

 private:
  void check_text(const SiardTableRead& table, const SiardLeaf& leaf, const SiardCell& cell,
                  std::uint64_t number);
  void check_large(const SiardTableRead& table, const SiardLeaf& leaf, const SiardCell& cell,
                   std::uint64_t number);
  const LobReader& lobs_;
  SiardNotes& notes_;
  std::function<void()> on_bytes_;
  std::set<std::string> named_;
  std::uint64_t large_values_ = 0;
};

}  // namespace versoir::extract
