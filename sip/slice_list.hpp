// What goes into a SIP, in the order of its manifest, and the SIP that is packed from it.
#pragma once
#include "core/zip_stream.hpp"
#include "sip/spool.hpp"

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace versoir::sip {

/// The objects of one lot stand one after the other in one file; this says which bytes of it are which entry.
/// A lot may hold millions: the list waits in a file too.
class SliceList {
 public:
  /// Two lists in one folder do not disturb each other.
  explicit SliceList(const std::filesystem::path& folder) : spool_(folder, "slices") {}

  /// `uri`: the name of the entry, as the manifest says it.
  void add(std::string_view uri, std::uint64_t offset, std::uint64_t size,
           core::ZipStream::Method method = core::ZipStream::Method::deflate);
  /// Writes manifest.xml, then the entries in the order in which they were added. Gives the bytes of these,
  /// before deflating. Throws Error(Exit::disk).
  std::uint64_t pack(const std::filesystem::path& sip, const std::filesystem::path& manifest,
                     const std::filesystem::path& objects);

 private:
  Spool spool_;
};

}  // namespace versoir::sip
