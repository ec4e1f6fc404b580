// Format identification of the files we produce, with PRONOM identifiers.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace versoir::core {

struct Format {
  std::string puid, mime, name;
};
/// From the first bytes (4 KiB are enough) and the file name's extension; nullopt when unknown.
/// Knows: XML 1.0 fmt/101, CSV x-fmt/18, plain text x-fmt/111, PDF/A, HTML5, JSON fmt/817, ZIP x-fmt/263,
/// SQLite fmt/729.
[[nodiscard]] std::optional<Format> identify(std::string_view head, std::string_view file_name);

}  // namespace versoir::core
