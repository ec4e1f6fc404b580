// Lists of record keys that an archivist writes: one key a line, or a CSV with a column "key" (left-out.csv,
// kept.csv), perhaps "profile" and "reference", saved by a text editor or by a spreadsheet.
#pragma once
#include "core/exit.hpp"
#include "records/record.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace versoir::sip {

class KeyList {
 public:
  /// Throws Error(`refusal`) when the file cannot be read, holds no key, or a key that is none.
  static KeyList read(const std::filesystem::path& file, core::Exit refusal);

  [[nodiscard]] bool contains(std::string_view profile, const records::Key& key) const;
  /// The same, and remembers that the key was met, and whether its record is planned.
  bool meet(std::string_view profile, const records::Key& key, bool planned = false);
  /// What the list cites for a record (column "reference"), on one line; "" when it cites nothing.
  [[nodiscard]] std::string reference(std::string_view profile, const records::Key& key) const;
  /// Lines that no record met, as (profile, key); the profile is "" where the list does not say it.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> unmet() const;
  /// Lines that a record met which is not planned.
  [[nodiscard]] std::size_t unplanned() const;
  /// At least one line does not say its profile.
  [[nodiscard]] bool anonymous() const noexcept { return anonymous_; }

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] const std::string& sha512() const noexcept { return sha512_; }
  [[nodiscard]] std::size_t size() const noexcept { return lines_.size(); }

 private:
  struct Line {
    bool met = false, planned = false;
    std::string reference;
  };

  void add(const std::string& profile, const std::string& written, std::string reference, core::Exit refusal);
  void read_csv(std::string_view text, char separator, core::Exit refusal);
  void read_lines(std::string_view text, core::Exit refusal);

  std::filesystem::path file_;
  std::string sha512_;
  std::map<std::pair<std::string, std::string>, Line> lines_;  ///< by profile and key
  bool anonymous_ = false;
};

}  // namespace versoir::sip
