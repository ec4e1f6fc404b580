// Private to sip: the names of a pack of evidence, and its lists of digests.
#pragma once
#include "core/file.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

[[nodiscard]] std::string manifest_name(int n);
[[nodiscard]] std::string token_name(int n);
[[nodiscard]] std::string anchors_name(int n);
[[nodiscard]] std::string renewal_name(int n);
/// n of `<prefix>n<suffix>`, nullopt for any other name.
[[nodiscard]] std::optional<int> number_after(std::string_view name, std::string_view prefix,
                                              std::string_view suffix);
/// The number of the last list, 0 without.
[[nodiscard]] int last_manifest(const std::filesystem::path& pack);
/// What a renewal of number n writes before its list: without the list it is what an interruption left.
[[nodiscard]] std::vector<std::string> renewal_parts(int n);

/// Name in the pack → SHA-512, of every regular file under `folder`.
using Listing = std::map<std::string, std::string>;
[[nodiscard]] Listing list_files(const std::filesystem::path& folder);
/// As `openssl dgst -sha512 -r` writes it.
[[nodiscard]] std::string manifest_text(const Listing& files);
/// Error(Exit::evidence_broken) when it is no such list.
[[nodiscard]] Listing read_manifest(const std::filesystem::path& file);

}  // namespace versoir::sip
