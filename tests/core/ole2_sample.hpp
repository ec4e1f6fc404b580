// Makes small OLE2 compound files, laid out by MS-CFB: version 3, 512-byte sectors, short streams in the mini
// stream.
#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace versoir::tests {

inline void put_number(std::string& bytes, std::size_t at, std::uint64_t n, int width) {
  for (int i = 0; i < width; ++i) bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(n >> (8 * i));
}

inline std::string ole2_sample(const std::vector<std::pair<std::string, std::string>>& streams) {
  constexpr std::uint32_t end = 0xFFFFFFFE, unused = 0xFFFFFFFF;
  std::vector<std::uint32_t> fat, mini_fat;
  std::string sectors, mini;
  const auto store = [&](std::string bytes) {  // a chain of sectors; its first one
    if (bytes.empty()) return end;
    bytes.resize((bytes.size() + 511) / 512 * 512);
    const auto first = static_cast<std::uint32_t>(fat.size());
    for (std::size_t i = 0; i < bytes.size() / 512; ++i)
      fat.push_back(static_cast<std::uint32_t>(fat.size()) + 1);
    fat.back() = end;
    sectors += bytes;
    return first;
  };
  std::string directory;
  const auto entry = [&](const std::string& name, int type, std::uint32_t right, std::uint32_t child,
                         std::uint32_t first, std::uint64_t size) {
    std::string e(128, '\0');
    for (std::size_t i = 0; i < name.size(); ++i) e[2 * i] = name[i];
    put_number(e, 64, 2 * (name.size() + 1), 2);
    e[66] = static_cast<char>(type);
    put_number(e, 68, unused, 4);
    put_number(e, 72, right, 4);
    put_number(e, 76, child, 4);
    put_number(e, 116, first, 4);
    put_number(e, 120, size, 8);
    directory += e;
  };
  std::vector<std::uint32_t> firsts;
  for (const auto& [name, content] : streams) {
    if (content.size() >= 4096) {
      firsts.push_back(store(content));
      continue;
    }
    firsts.push_back(static_cast<std::uint32_t>(mini_fat.size()));
    mini += content;
    mini.resize((mini.size() + 63) / 64 * 64);
    while (mini_fat.size() < mini.size() / 64)
      mini_fat.push_back(static_cast<std::uint32_t>(mini_fat.size()) + 1);
    if (!mini_fat.empty()) mini_fat.back() = end;
  }
  const auto mini_first = store(mini);
  entry("Root Entry", 5, unused, streams.empty() ? unused : 1, mini_first, mini.size());
  for (std::size_t i = 0; i < streams.size(); ++i)
    entry(streams[i].first, 2, i + 1 < streams.size() ? static_cast<std::uint32_t>(i) + 2 : unused, unused,
          firsts[i], streams[i].second.size());
  const auto directory_first = store(directory);
  std::string table(mini_fat.size() * 4, '\0');
  for (std::size_t i = 0; i < mini_fat.size(); ++i) put_number(table, 4 * i, mini_fat[i], 4);
  const auto mini_fat_first = store(table);
  const auto fat_first = static_cast<std::uint32_t>(fat.size());
  fat.push_back(0xFFFFFFFD);
  std::string fat_bytes(512, '\xFF');
  for (std::size_t i = 0; i < fat.size() && i < 128; ++i) put_number(fat_bytes, 4 * i, fat[i], 4);
  sectors += fat_bytes;

  std::string header(512, '\0');
  header.replace(0, 8, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
  put_number(header, 24, 0x3E, 2);
  put_number(header, 26, 3, 2);
  put_number(header, 28, 0xFFFE, 2);
  put_number(header, 30, 9, 2);
  put_number(header, 32, 6, 2);
  put_number(header, 44, 1, 4);
  put_number(header, 48, directory_first, 4);
  put_number(header, 56, 4096, 4);
  put_number(header, 60, mini_fat_first, 4);
  put_number(header, 64, 1, 4);
  put_number(header, 68, end, 4);
  for (std::size_t i = 0; i < 109; ++i) put_number(header, 76 + 4 * i, i == 0 ? fat_first : unused, 4);
  return header + sectors;
}

}  // namespace versoir::tests
