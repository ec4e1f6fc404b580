// versoir.conf: INI with named sections; an unknown section or key is an error with its line.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::core {

/// One key that the configuration may hold. `section` may end with ".*": [platform.NAME].
/// `key` "*" accepts any key of the section (mappings such as [rules]).
struct ConfigKey {
  std::string_view section, key;
  std::string_view description;  ///< English message id, feeds versoir.conf(5)
  std::string_view fallback;     ///< default as text, empty when none
};

/// Every key that Versoir knows: the catalogue behind the parser, the manual and `versoir init`.
[[nodiscard]] std::span<const ConfigKey> config_keys();

class Config {
 public:
  /// Throws Error(Exit::configuration) with file:line for syntax, unknown section or key, duplicate key.
  static Config read(const std::filesystem::path& file);
  static Config parse(std::string_view text, const std::filesystem::path& origin);

  [[nodiscard]] std::optional<std::string> find(std::string_view section, std::string_view key) const;
  /// Value or the catalogue's default; Error(Exit::configuration) naming [section] key when neither exists.
  [[nodiscard]] std::string get(std::string_view section, std::string_view key) const;
  [[nodiscard]] std::string get_or(std::string_view section, std::string_view key,
                                   std::string_view fallback) const;
  [[nodiscard]] std::int64_t get_int(std::string_view section, std::string_view key) const;
  [[nodiscard]] bool get_bool(std::string_view section,
                              std::string_view key) const;  ///< yes/no/oui/non/true/false
  /// A path, relative to the folder of the configuration file.
  [[nodiscard]] std::filesystem::path get_path(std::string_view section, std::string_view key) const;
  [[nodiscard]] std::optional<std::filesystem::path> find_path(std::string_view section,
                                                               std::string_view key) const;
  [[nodiscard]] bool has_section(std::string_view section) const;
  /// All keys of a section in file order.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> section(std::string_view section) const;
  /// Names after the dot of sections "prefix.NAME".
  [[nodiscard]] std::vector<std::string> names(std::string_view prefix) const;
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

 private:
  struct Item {
    std::string section, key, value;
    std::size_t line;
  };
  std::filesystem::path file_;
  std::vector<Item> items_;
};

}  // namespace versoir::core
