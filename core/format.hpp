// Format identification with PRONOM identifiers, as Siegfried does it for VITAM: signatures of bytes, of zip
// members and of OLE2 streams, then plain text, then the extension. What it knows is in core/formats.tsv.
#pragma once
#include "core/file.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

struct Format {
  std::string puid, mime, name;
};

/// From the first bytes, taken for the whole file, and the name; an empty head means that only the name is
/// known. nullopt when unknown.
[[nodiscard]] std::optional<Format> identify(std::string_view head, std::string_view file_name);

/// The format of that identifier; nullopt when the table does not hold it, and then nothing can be concluded
/// about a file declared with it.
[[nodiscard]] std::optional<Format> format_of_puid(std::string_view puid);

/// What a match rests on, strongest first. Siegfried reports the last two with a warning.
enum class FormatBasis { container, signature, text, extension };

struct FormatMatch {
  std::string puid, name, version;
  std::string mime;  ///< the first MIME type of the format; may be empty
  FormatBasis basis = FormatBasis::signature;
  bool extension_mismatch = false;  ///< the format has extensions, the file another one
};

struct Identification {
  /// Best first; several only when nothing decides between them. Empty: Siegfried's UNKNOWN.
  std::vector<FormatMatch> matches;
  bool empty_file = false;
  /// The search was cut short (too much work, a container too large or damaged): another tool may see more.
  bool incomplete = false;
};

/// Identifies content that comes in pieces, in memory bounded by the two windows; a zip or OLE2 file larger
/// than the head goes to a temporary file without a name, up to `spool_limit`.
class FormatProbe {
 public:
  static constexpr std::size_t head_size = 4u << 20;
  static constexpr std::size_t tail_size = 256u << 10;
  static constexpr std::uint64_t spool_limit = 2ull << 30;

  FormatProbe();
  ~FormatProbe();
  FormatProbe(FormatProbe&&) noexcept;
  FormatProbe& operator=(FormatProbe&&) noexcept;

  /// Throws Error(Exit::disk) when the temporary file cannot be written.
  void feed(std::string_view bytes);
  /// `file_name`: only its extension counts. Leaves the probe ready for the next file.
  [[nodiscard]] Identification finish(std::string_view file_name);

 private:
  struct State;
  std::unique_ptr<State> s_;
};

/// Streams the file through a probe. Throws Error(Exit::disk).
[[nodiscard]] Identification identify_file(const std::filesystem::path& path);

}  // namespace versoir::core
