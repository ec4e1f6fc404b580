// Files of a tool that preserves nothing: whole or absent for who reads them, but the disk is not waited for.
// Private to the sandbox.
#pragma once
#include "core/file.hpp"
#include "core/json.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>

namespace versoir::vitam::sandbox {

/// Written beside, then renamed: a process that dies leaves the old content; a machine that dies may not.
class QuickFile final : public core::ByteSink {
 public:
  explicit QuickFile(std::filesystem::path path);
  void write(std::string_view bytes) override;
  /// Throws Error(Exit::disk) when something could not be written.
  void commit();

 private:
  std::filesystem::path path_, partial_;
  std::ofstream out_;
};

void write_quickly(const std::filesystem::path& path, const core::Json& value);

}  // namespace versoir::vitam::sandbox
