// Reads versoir.conf for a plan: everything that is missing or wrong is told at once. Private to sip.
#pragma once
#include "core/config.hpp"
#include "core/error.hpp"
#include "sip/settings.hpp"

#include <optional>
#include <string>
#include <vector>

namespace versoir::sip {

/// Collects what is missing instead of stopping at the first.
class SettingsReader {
 public:
  explicit SettingsReader(const core::Config& config) : config_(config) {}

  std::string required(const std::string& section, const char* key);
  [[nodiscard]] std::string optional(const std::string& section, const char* key) const;
  void report(core::Message m) { missing_.push_back(std::move(m)); }
  [[nodiscard]] bool lacking() const noexcept { return !missing_.empty(); }
  [[nodiscard]] const core::Config& config() const noexcept { return config_; }
  /// Error(Exit::configuration) when something was reported.
  void finish() const;

 private:
  const core::Config& config_;
  std::vector<core::Message> missing_;
};

/// "Tableau de gestion 2026, 4.2; Mme Roux, archiviste; 2026-03-12"; nullopt when it is not written so.
[[nodiscard]] std::optional<Validation> parse_validation(const std::string& text);

}  // namespace versoir::sip
