// The rows of one table of an archive, streamed.
#pragma once
#include "core/json.hpp"
#include "core/xml.hpp"
#include "core/zip_archive.hpp"
#include "extract/siard/archive.hpp"
#include "extract/siard/lob_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace versoir::extract {

/// One leaf of one row.
struct SiardCell {
  enum class State { null, text, file, collected } state = State::null;
  std::string text;  ///< as the XML has it: escapes of SIARD still in it; of a collected one, JSON
  LobCell lob;       ///< of a file
};

/// Reads tableN.xml row by row. Errors are Error(Exit::source_data), with file and line: not XML, a document
/// type, an element that the metadata do not describe, a cell that comes twice.
class SiardRows {
 public:
  SiardRows(const core::ZipArchive& zip, const SiardTableRead& table);
  /// The next row, false at the end, when the content was found whole. `cells`: one for each leaf.
  bool next(std::vector<SiardCell>& cells);
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] long line() const noexcept { return line_; }

 private:
  struct Node {
    std::vector<std::size_t> children;  ///< by number - 1; 0 = none
    std::optional<std::size_t> leaf;
  };
  void read_children(std::size_t node, std::vector<SiardCell>& cells);
  void read_leaf(std::size_t leaf, std::vector<SiardCell>& cells);
  [[nodiscard]] core::Json read_elements();
  [[noreturn]] void refuse(core::Message why) const;
  const SiardTableRead& table_;
  std::vector<Node> nodes_;
  core::XmlReader reader_;
  std::uint64_t rows_ = 0;
  long line_ = 0;
  bool begun_ = false;
};

}  // namespace versoir::extract
