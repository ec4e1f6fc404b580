// See quick_file.hpp.
#include "vitam/sandbox/quick_file.hpp"

#include "core/error.hpp"

namespace versoir::vitam::sandbox {

namespace fs = std::filesystem;

QuickFile::QuickFile(fs::path path)
    : path_(std::move(path)),
      partial_(path_.string() + ".partial"),
      out_(partial_, std::ios::binary | std::ios::trunc) {}

void QuickFile::write(std::string_view bytes) {
  out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void QuickFile::commit() {
  out_.close();
  if (!out_) core::throw_errno("write", path_.string());
  fs::rename(partial_, path_);
}

void write_quickly(const fs::path& path, const core::Json& value) {
  QuickFile file(path);
  file.write(core::pretty_json(value));
  file.commit();
}

}  // namespace versoir::vitam::sandbox
