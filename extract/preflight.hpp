// What can be known before a copy: everything that would stop it, its volume, and how long it may take.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "extract/decisions.hpp"
#include "extract/source.hpp"
#include "profiles/model.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace versoir::extract {

struct Forecast {
  struct Table {
    std::string name, label;
    std::optional<std::uint64_t> rows, bytes;  ///< by the source's statistics, else counted
    std::size_t columns = 0;
  };
  std::vector<Table> tables;
  std::uint64_t rows = 0, bytes = 0;      ///< sums of what is known
  std::optional<double> rows_per_second;  ///< measured on the largest table
  [[nodiscard]] std::optional<std::chrono::seconds> duration() const;
};
struct Preflight {
  std::vector<core::Finding> findings;   ///< all problems at once; an error forbids the copy
  std::vector<core::Message> undecided;  ///< what forbids a final copy only
  std::optional<Forecast> forecast;      ///< absent when what the profile takes is not all there
};

/// Looks at the source, the folder of `target` and the clocks. `measure`: counts what has no statistics, and
/// reads up to `sample_rows` rows of the largest table to know the rate.
[[nodiscard]] Preflight look_before(Source& source, const profiles::Application& profile,
                                    const std::vector<Decision>& decisions,
                                    const std::filesystem::path& target, const core::Clock& clock,
                                    bool measure, std::stop_token stop);

/// What the profile takes and the catalogue does not show, optional or not: for Source::probe_absent().
[[nodiscard]] std::vector<std::string> absent_tables(const profiles::Application& profile,
                                                     const std::vector<SourceTable>& catalogue);

inline constexpr std::uint64_t sample_rows = 20'000;

}  // namespace versoir::extract
