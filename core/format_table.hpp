// The format table of core/formats.tsv, parsed.
#pragma once
#include "core/format_pattern.hpp"

#include <array>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace versoir::core {

/// A member of a zip or a stream of an OLE2 file that must be there, and what it must hold.
struct ContainerPart {
  std::string path;
  std::vector<BytePattern> patterns;  ///< all of them; none = presence is enough
};
struct ContainerSignature {
  std::size_t format = 0;
  std::vector<ContainerPart> parts;
};
struct ByteSignature {
  std::size_t format = 0;
  std::vector<BytePattern> patterns;
  std::vector<std::size_t> cheapest_first;  ///< their indexes: those with an upper limit before the others
};

struct FormatEntry {
  std::string puid, name, version;
  std::vector<std::string> mimes, extensions, over;
  bool has_signature = false;
};

struct FormatTable {
  std::vector<FormatEntry> formats;
  std::vector<ByteSignature> bytes;
  std::vector<ContainerSignature> zip, ole2;
  std::unordered_map<std::string, std::size_t> by_puid;
  std::unordered_map<std::string, std::vector<std::size_t>> by_extension;
  /// Extensions that PRONOM gives to formats that are not in the table.
  std::unordered_set<std::string> other_extensions;
  /// Indexes in `bytes` of the signatures that a file beginning with that byte can answer.
  std::array<std::vector<std::size_t>, 256> by_first_byte;

  /// Throws std::invalid_argument naming the line.
  static FormatTable parse(std::string_view tsv);
};

/// The table that the program holds, parsed on first use.
const FormatTable& format_table();

}  // namespace versoir::core
