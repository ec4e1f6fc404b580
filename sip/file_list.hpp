// Files that the establishment attaches to records: the list and the folder of [files.<archive profile>], a
// site's export of its electronic documents or scanned papers.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/sqlite.hpp"
#include "records/record.hpp"
#include "sip/defects.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// One line of the list.
struct ListedFile {
  std::size_t line = 0;
  std::string file;   ///< relative to the folder, as written
  std::string title;  ///< "" where the list gives none
  std::optional<core::Date> date;
};

/// The list, indexed by key in a temporary file: memory does not grow with it. The CSV (comma or semicolon,
/// UTF-8) has columns `key` (as in kept.csv, or bare when it is one value), `file`, and perhaps `title` and
/// `date`.
class FileList {
 public:
  /// Looks at every line and every file. What is wrong goes to `defects`, each with its line: columns, keys,
  /// dates, a file that is missing, empty, a link or no file, the same file twice for one record.
  FileList(const std::filesystem::path& list, const std::filesystem::path& folder, Defects& defects);

  /// The files of a record, in the order of the list; the lines are remembered as met.
  [[nodiscard]] std::vector<ListedFile> of(const records::Key& key);
  /// Lines whose key of() was never asked for.
  void each_unmet(const std::function<void(std::size_t line, std::string_view key)>& visit);
  /// Files that more than one record has.
  [[nodiscard]] std::uint64_t shared();
  [[nodiscard]] std::uint64_t size() const noexcept { return lines_; }

 private:
  void read(const std::filesystem::path& list, Defects& defects);
  void look(const std::filesystem::path& list, const std::filesystem::path& folder, Defects& defects);

  core::TemporaryDirectory temporary_;
  core::Database database_;
  std::uint64_t lines_ = 0;
  std::optional<core::Statement> find_, meet_;
};

}  // namespace versoir::sip
