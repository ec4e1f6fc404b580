// Imports of referentials: what an administrator posts becomes a file of the sandbox's folder. Private to the
// sandbox.
#pragma once
#include "check/referentials.hpp"
#include "core/http_server.hpp"

#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace versoir::vitam::sandbox {

/// Thread-safe: one import after the other.
class ReferentialImport {
 public:
  /// `imported` is told after each import that changed the folder.
  ReferentialImport(std::filesystem::path folder, std::function<void()> imported)
      : folder_(std::move(folder)), imported_(std::move(imported)) {}

  /// POST /admin-external/v1/{agencies, rules} (CSV, replaces all), POST of {ingestcontracts, contexts...}
  /// (JSON, adds), PUT profiles/{id} (its grammar): 201, or 400 with the reason and nothing changed. nullopt
  /// for another request.
  [[nodiscard]] std::optional<core::ServerResponse> answer(const core::ServerRequest& request);

 private:
  [[nodiscard]] core::ServerResponse import_csv(const std::string& file, const std::string& content);
  [[nodiscard]] core::ServerResponse import_json(const std::string& file, const char* prefix,
                                                 const std::string& content);
  [[nodiscard]] core::ServerResponse import_grammar(const std::string& identifier,
                                                    const std::string& content);
  /// Reads the folder as it would be; throws Error with the reason when that cannot be used.
  void try_out(const std::string& file, const std::string& content) const;
  void store(const std::string& file, const std::string& content);

  std::filesystem::path folder_;
  std::function<void()> imported_;
  std::mutex mutex_;
};

}  // namespace versoir::vitam::sandbox
