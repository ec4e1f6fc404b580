// One reading of the archive: names, sizes, digests and formats of its files, the manifest put aside. Private
// to check.
#pragma once
#include "check/content.hpp"
#include "core/container.hpp"
#include "core/i18n.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::check {

struct FileFacts {
  std::string_view path;
  std::uint64_t size = 0;
  std::uint32_t content = 0;  ///< its number in ContainerFacts::contents
};

struct ContainerFacts {
  bool accepted = false;                ///< one of the kinds of container that VITAM takes
  std::deque<FileFacts> files;          ///< those in a folder, each path once (the last entry wins)
  std::vector<std::string> root_files;  ///< the first two
  std::string last_root_file;
  std::optional<std::string> manifest_name;
  std::filesystem::path manifest;          ///< copy of the manifest
  std::optional<std::string> unsafe_name;  ///< first entry whose name the workspace refuses
  std::optional<core::Message> damage;     ///< the archive could not be read to its end
  bool damaged_before_unsafe = false;
  std::uint64_t bytes = 0;  ///< of `files`

  /// Its number in `files`, NumberTable::none when there is no such file.
  [[nodiscard]] std::uint32_t number_of(std::string_view path) const;
  [[nodiscard]] const FileFacts* find(std::string_view path) const;
  /// SHA-512, or those that the manifest names when it comes first.
  [[nodiscard]] std::optional<ComputedDigest> digest(const FileFacts& file, DigestName algorithm) const {
    return contents.digest(file.content, algorithm);
  }
  [[nodiscard]] const FormatAnswer& formats(const FileFacts& file) const {
    return contents.formats(file.content);
  }

  ContentFacts contents;
  TextPool paths;
  NumberTable by_path;
};

/// Hash of names and identifiers: 64 bits are enough to tell the entries of one SIP apart.
[[nodiscard]] std::uint64_t name_hash(std::string_view name) noexcept;

/// Reads the whole archive once. `folder` receives the manifest; `on_manifest` is told as soon as it is
/// there, and again (for another file) when a later entry of that name replaces it: the one before then goes
/// away. Never throws on a bad archive.
[[nodiscard]] ContainerFacts read_container(
    const std::filesystem::path& sip, const std::filesystem::path& folder,
    const std::function<void(const std::filesystem::path&)>& on_manifest = {});

/// Reads it again and gives the content of the files that `wanted` names.
void reread_container(const std::filesystem::path& sip,
                      const std::function<bool(std::string_view path)>& wanted,
                      const std::function<void(std::string_view path, std::string_view piece)>& piece,
                      const std::function<void(std::string_view path)>& done);

}  // namespace versoir::check
