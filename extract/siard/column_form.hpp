// What a column of an extract becomes in a SIARD archive: decided by its declared type and by its values.
#pragma once
#include "extract/store.hpp"
#include "extract/values.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract {

/// How the cells of a column are written.
enum class SiardForm { plain, boolean, date, timestamp, text, hex, clob, blob };

struct SiardColumn {
  std::string name, label;
  std::string source_type;  ///< as the source declared it, "" when it declared none
  std::string type;         ///< SQL:2008, as SIARD spells it
  SiardForm form = SiardForm::text;
  bool nullable = true;
  bool has_pieces = false;  ///< some of its values are kept in pieces (versoir_lob)
  [[nodiscard]] bool large() const noexcept { return form == SiardForm::clob || form == SiardForm::blob; }
  /// Its type in the XML Schema of its table.
  [[nodiscard]] std::string_view xml_type() const noexcept;
};

/// A value that is longer stands in a file of its own, in bytes.
inline constexpr std::size_t inline_text = 4000, inline_binary = 2000;

/// What is seen of the values of one column. The type that follows is one that all of them have: a column of
/// dates in which one is no date becomes a column of texts, and its declared type stays in typeOriginal.
class ColumnSurvey {
 public:
  ColumnSurvey(SiardColumn column, Storage storage);
  void add_null() noexcept { nulls_ = true; }
  void add_integer(std::int64_t value) noexcept;
  void add_text(std::string_view value);
  void add_binary(std::size_t bytes) noexcept;
  void add_pieces() noexcept { pieces_ = true; }
  /// `key`: a column of a key that holds, which must not be NULL.
  [[nodiscard]] SiardColumn conclude(bool key) const;

 private:
  void conclude_integer(SiardColumn& c) const;
  void conclude_number(SiardColumn& c) const;
  bool conclude_date(SiardColumn& c) const;
  void conclude_text(SiardColumn& c) const;
  void conclude_binary(SiardColumn& c) const;
  SiardColumn column_;
  SourceColumn declared_;
  Storage storage_;
  bool nulls_ = false, pieces_ = false, values_ = false;
  std::int64_t least_ = 0, most_ = 0;
  std::size_t longest_ = 0;  ///< characters of texts, bytes of binaries
  bool numbers_ = true, dates_ = true, midnight_ = true, zoned_ = false, local_ = false;
  std::size_t whole_ = 1, scale_ = 0, fraction_ = 0;  ///< digits
};

/// The taken columns of a table, in the order of the extract, their values looked at. `on_rows` is told of
/// rows as they are read, and may throw to stop.
[[nodiscard]] std::vector<SiardColumn> survey_table(Extract& extract, const std::string& table,
                                                    const std::vector<std::string>& key,
                                                    const std::function<void(std::uint64_t)>& on_rows);

}  // namespace versoir::extract
