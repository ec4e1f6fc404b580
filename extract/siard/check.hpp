// Controls of a SIARD archive: every requirement of the specification that a program can judge, by its
// identifier, and what its readers found out since.
#pragma once
#include "core/error.hpp"
#include "core/progress.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// A requirement: its identifier in eCH-0165 2.2 (G_, P_, M_, T_), or ours (V_).
struct SiardRequirement {
  std::string_view id;
  const char* what = "";  ///< English, a message id
};
/// All of them, in the order in which they are judged.
[[nodiscard]] std::span<const SiardRequirement> siard_requirements();

struct SiardVerdict {
  SiardRequirement requirement;
  enum class Result { passed, warned, failed, skipped } result = Result::skipped;
  std::uint64_t errors = 0, warnings = 0;  ///< all of them, more than are listed
};
[[nodiscard]] std::string_view verdict_name(SiardVerdict::Result r) noexcept;  ///< "passed", "warned"…

struct SiardCheckReport {
  std::string version, database, producer;
  std::uint64_t tables = 0, rows = 0, large_values = 0;
  std::vector<SiardVerdict> verdicts;
  std::vector<core::Finding> findings;  ///< code: the requirement; at most 50 for each
  [[nodiscard]] std::uint64_t errors() const noexcept;
  [[nodiscard]] std::uint64_t warnings() const noexcept;
};

/// Looks at everything and stops at nothing: what cannot be judged, because something before it is missing,
/// is skipped. Memory grows with the number of entries of the archive, not with its rows (keys are kept in a
/// file of `scratch`). Throws only Error(Exit::disk) when the file cannot be opened, and
/// Error(Exit::interrupted).
[[nodiscard]] SiardCheckReport check_siard(const std::filesystem::path& file,
                                           const std::filesystem::path& scratch, core::Progress& progress,
                                           std::stop_token stop);

/// The report as a page that stands alone.
[[nodiscard]] std::string siard_check_page(const SiardCheckReport& report, const std::filesystem::path& file);

}  // namespace versoir::extract
