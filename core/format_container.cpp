// Looks into zip files (libzip) and OLE2 files for the parts that signatures ask for.
#include "core/format_container.hpp"

#include "core/handle.hpp"
#include "core/ole2.hpp"

#include <zip.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unistd.h>
#include <unordered_map>

namespace versoir::core {

namespace {

constexpr std::size_t member_limit = 1u << 20;

std::string read_at(const ContainerBytes& file, std::uint64_t offset, std::size_t length) {
  if (offset >= file.size) return {};
  length = static_cast<std::size_t>(std::min<std::uint64_t>(length, file.size - offset));
  if (file.fd < 0) return std::string(file.memory.substr(static_cast<std::size_t>(offset), length));
  std::string bytes(length, '\0');
  const auto got = ::pread(file.fd, bytes.data(), length, static_cast<off_t>(offset));
  bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return bytes;
}

/// libzip reserves memory for the members that the end record announces: only plausible numbers reach it.
bool plausible_zip(const ContainerBytes& file) {
  constexpr std::size_t window = 66'000;
  const auto start = file.size > window ? file.size - window : 0;
  const auto tail = read_at(file, start, window);
  const auto at = tail.rfind("PK\x05\x06");
  if (at == std::string::npos || at + 22 > tail.size()) return false;
  return !(tail[at + 10] == '\xFF' && tail[at + 11] == '\xFF') &&
         tail.find("PK\x06\x06") == std::string::npos;
}

using Archive = Handle<zip_t, zip_discard>;

Archive open_zip(const ContainerBytes& file) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = nullptr;
  if (file.fd < 0) {
    source = zip_source_buffer_create(file.memory.data(), file.memory.size(), 0, &error);
  } else if (const int copy = ::dup(file.fd); copy >= 0) {
    std::FILE* stream = ::fdopen(copy, "rb");
    if (stream) source = zip_source_filep_create(stream, 0, -1, &error);
    if (stream && !source) std::fclose(stream);
    if (!stream) ::close(copy);
  }
  Archive archive;
  if (source) {
    archive.reset(zip_open_from_source(source, ZIP_RDONLY, &error));
    if (!archive) zip_source_free(source);
  }
  zip_error_fini(&error);
  return archive;
}

std::optional<std::string> read_member(zip_t* archive, const std::string& path) {
  const auto index = zip_name_locate(archive, path.c_str(), ZIP_FL_ENC_GUESS);
  if (index < 0) return std::nullopt;
  std::string bytes;
  const Handle<zip_file_t, zip_fclose> member(zip_fopen_index(archive, static_cast<zip_uint64_t>(index), 0));
  if (!member) return bytes;
  char buffer[16384];
  while (bytes.size() < member_limit) {
    const auto got = zip_fread(member.get(), buffer, sizeof buffer);
    if (got <= 0) break;
    bytes.append(buffer, static_cast<std::size_t>(got));
  }
  return bytes;
}

/// Each part is read once, however many signatures ask for it. `has` answers cheaply whether it is there.
std::vector<std::size_t> match(const std::vector<ContainerSignature>& signatures, PatternBudget& budget,
                               const std::function<bool(const std::string&)>& has,
                               const std::function<std::optional<std::string>(const std::string&)>& read) {
  struct Part {
    std::optional<std::string> content;
    std::optional<PatternSearch> search;
  };
  std::map<std::string, Part> parts;
  const auto holds = [&](const ContainerPart& part) {
    if (part.patterns.empty() || !has(part.path)) return has(part.path);
    auto& known = parts[part.path];
    if (!known.search) {
      known.content = read(part.path);
      const std::string_view bytes = known.content ? *known.content : std::string_view();
      known.search.emplace(bytes, bytes, budget);
    }
    return known.content &&
           std::ranges::all_of(part.patterns, [&](const auto& p) { return known.search->finds(p); });
  };
  std::vector<std::size_t> found;
  for (const auto& s : signatures)
    if (std::ranges::all_of(s.parts, holds) && (found.empty() || found.back() != s.format))
      found.push_back(s.format);
  return found;
}

}  // namespace

ContainerMatches match_zip(const ContainerBytes& file, PatternBudget& budget) {
  if (!plausible_zip(file)) return {{}, false};
  const auto archive = open_zip(file);
  if (!archive) return {{}, false};
  return {match(
              format_table().zip, budget,
              [&](const std::string& path) {
                return zip_name_locate(archive.get(), path.c_str(), ZIP_FL_ENC_GUESS) >= 0;
              },
              [&](const std::string& path) { return read_member(archive.get(), path); }),
          true};
}

ContainerMatches match_ole2(const ContainerBytes& file, PatternBudget& budget) {
  const auto ole2 = Ole2File::open(
      [&file](std::uint64_t offset, std::size_t length) { return read_at(file, offset, length); });
  if (!ole2) return {{}, false};
  std::unordered_map<std::string, const Ole2File::Stream*> streams;
  for (const auto& s : ole2->streams()) streams.emplace(s.path, &s);
  return {match(
              format_table().ole2, budget, [&](const std::string& path) { return streams.contains(path); },
              [&](const std::string& path) -> std::optional<std::string> {
                return ole2->content(*streams.at(path), member_limit);
              }),
          true};
}

}  // namespace versoir::core
