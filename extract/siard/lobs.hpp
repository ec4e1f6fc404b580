// Where the large values of an archive go while it is written, and what their cells say of them.
#pragma once
#include "core/file.hpp"
#include "core/zip_stream.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace versoir::extract {

/// What the cell of a large value says: bytes of a binary, characters of a text.
struct LobFact {
  std::uint64_t length = 0;
  std::string digest;  ///< raw bytes
};

/// Facts in the order in which they were put, kept on the disk: an archive may have millions.
class LobLedger {
 public:
  explicit LobLedger(const std::filesystem::path& folder);
  void put(const LobFact& fact);
  void rewind();  ///< from now on take() gives them, from the first
  [[nodiscard]] LobFact take();

 private:
  std::filesystem::path file_;
  core::UniqueFd fd_;
  std::string buffer_;
  std::size_t at_ = 0;
};

/// Names and writes the files of large values, inside the archive or in a folder beside it. The layout beside
/// is that of chapter 7 of the specification: a folder per column, in it segments of 10 000 files.
class LobPlace {
 public:
  /// `beside`: the folder for files outside; nullopt: inside `zip`.
  LobPlace(core::ZipStream& zip, std::optional<std::filesystem::path> beside, std::string algorithm);

  [[nodiscard]] bool outside() const noexcept { return beside_.has_value(); }
  /// The value of the attribute file of a cell. Numbers count from 0.
  [[nodiscard]] std::string cell_file(std::size_t table, std::size_t column, std::uint64_t row,
                                      bool text) const;
  /// lobFolder of a column, relative to that of the database; "" inside.
  [[nodiscard]] std::string column_folder(std::size_t table, std::size_t column) const;
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }  ///< values, so far
  /// Writes one value: `give` calls its argument with each piece.
  [[nodiscard]] LobFact write(std::size_t table, std::size_t column, std::uint64_t row, bool text,
                              const std::function<void(const std::function<void(std::string_view)>&)>& give);

 private:
  core::ZipStream& zip_;
  std::optional<std::filesystem::path> beside_;
  std::string algorithm_;
  std::uint64_t written_ = 0;
};

}  // namespace versoir::extract
