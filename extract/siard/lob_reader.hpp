// Large values of an archive: where they are, and whether they are what their cells say.
#pragma once
#include "core/error.hpp"
#include "core/zip_archive.hpp"
#include "extract/siard/archive.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// What the cell of a large value says. Attributes that are not there are empty.
struct LobCell {
  std::string file, length, algorithm, digest;
};

/// The bytes of one large value.
class LobContent {
 public:
  virtual ~LobContent() = default;
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  virtual std::size_t read(char* to, std::size_t room) = 0;
};

/// What was read of it.
struct LobMeasure {
  std::uint64_t bytes = 0;
  std::uint64_t characters = 0, units = 0;  ///< code points, and UTF-16 units: producers count either
  std::string digest;                       ///< raw; "" when the cell names no algorithm that is known
};

/// The places where producers of all versions put such a file, from the one that the standard says:
/// docs/formats/siard.md. Inside, a path from the root of the archive; outside, one under its folder.
struct LobPlaces {
  std::vector<std::string> inside, outside;
};
[[nodiscard]] LobPlaces lob_places(const SiardDatabase& db, const SiardTableRead& table,
                                   const SiardLeaf& leaf, std::string_view file);

class LobReader {
 public:
  LobReader(const core::ZipArchive& zip, const SiardDatabase& db) : zip_(zip), db_(db) {}

  /// Opens it; null when it is nowhere. Nothing outside the folder of the archive is ever opened, and no link
  /// is followed. `inside`, when given, receives the entry that was found.
  [[nodiscard]] std::unique_ptr<LobContent> open(const SiardTableRead& table, const SiardLeaf& leaf,
                                                 std::string_view file, std::string* inside = nullptr) const;
  /// Reads it to its end, giving each piece.
  [[nodiscard]] static LobMeasure read(LobContent& content, const LobCell& cell,
                                       const std::function<void(std::string_view)>& piece);
  /// What is wrong with it: nothing, when the length is that of the bytes, the characters or the UTF-16
  /// units, and the digest is right or not said.
  [[nodiscard]] static std::vector<core::Message> faults(const LobCell& cell, const LobMeasure& measure,
                                                         bool text);

 private:
  const core::ZipArchive& zip_;
  const SiardDatabase& db_;
};

}  // namespace versoir::extract
