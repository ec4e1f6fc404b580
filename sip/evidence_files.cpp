// See evidence_files.hpp.
#include "sip/evidence_files.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace versoir::sip {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t hex_digits = 2 * core::Sha512::size;

}  // namespace

std::string manifest_name(int n) { return fmt::format("manifest-{}.txt", n); }
std::string token_name(int n) { return fmt::format("manifest-{}.tst", n); }
std::string anchors_name(int n) { return fmt::format("trust/tsa-anchors-{}.pem", n); }
std::string renewal_name(int n) { return fmt::format("renewal-{}.txt", n); }

std::optional<int> number_after(std::string_view name, std::string_view prefix, std::string_view suffix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size())
    return std::nullopt;
  const auto digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
  int n = 0;
  const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (ec != std::errc() || end != digits.data() + digits.size() || n < 1) return std::nullopt;
  return n;
}

int last_manifest(const fs::path& pack) {
  int last = 0;
  for (const auto& entry : fs::directory_iterator(pack))
    if (const auto n = number_after(entry.path().filename().string(), "manifest-", ".txt"))
      last = std::max(last, *n);
  return last;
}

std::vector<std::string> renewal_parts(int n) {
  std::vector<std::string> names;
  for (const auto& name : {anchors_name(n), renewal_name(n), token_name(n)}) {
    names.push_back(name);
    names.push_back(name + ".partial");
  }
  names.push_back(manifest_name(n) + ".partial");
  return names;
}

Listing list_files(const fs::path& folder) {
  Listing files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).generic_string()] =
          core::digest_file(entry.path()).sha512.hex();
  return files;
}

std::string manifest_text(const Listing& files) {
  std::string text;
  for (const auto& [name, digest] : files) text += digest + " *" + name + "\n";
  return text;
}

Listing read_manifest(const fs::path& file) {
  Listing files;
  const auto text = core::read_file(file);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    at = end + 1;
    if (line.size() < hex_digits + 3 || line.substr(hex_digits, 2) != " *")
      throw core::Error(core::Exit::evidence_broken,
                        core::msg("{0} is not a list of digests.", file.filename().string()));
    files[line.substr(hex_digits + 2)] = line.substr(0, hex_digits);
  }
  return files;
}

}  // namespace versoir::sip
