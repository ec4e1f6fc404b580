// Reader of the OLE2 directory; field offsets from MS-CFB 2.2 (header), 2.3 (FAT), 2.6 (directory).
#include "core/ole2.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace versoir::core {

namespace {

constexpr std::uint32_t last_sector = 0xFFFFFFFA;  // this and above are marks, not sectors
constexpr std::uint32_t none = 0xFFFFFFFF;
constexpr std::size_t max_entries = 10'000, max_fat_sectors = 40'000, max_mini_stream = 4u << 20;
constexpr std::size_t directory_entry_size = 128;

std::uint32_t u32(std::string_view bytes, std::size_t at) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < 4 && at + i < bytes.size(); ++i)
    n |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  return n;
}

std::uint16_t u16(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(u32(bytes, at));
}

/// Names are UTF-16LE; those that signatures ask for are ASCII, another character becomes '?'.
std::string entry_name(std::string_view entry) {
  std::string name;
  const std::size_t length = std::min<std::size_t>(u16(entry, 64), 64);
  for (std::size_t i = 0; i + 2 < length + 1 && i + 1 < 64; i += 2) {
    const auto c = u16(entry, i);
    if (c == 0) break;
    if (i == 0 && c < 0x20) continue;
    name.push_back(c < 0x80 ? static_cast<char>(c) : '?');
  }
  return name;
}

}  // namespace

std::optional<Ole2File> Ole2File::open(ReadAt read) {
  Ole2File file(std::move(read));
  file.header_ = file.read_(0, 512);
  if (file.header_.size() < 512 || !file.header_.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
    return std::nullopt;
  const auto shift = u16(file.header_, 30);
  if (shift != 9 && shift != 12) return std::nullopt;
  file.sector_size_ = std::size_t{1} << shift;
  file.read_fat();
  const auto mini_fat = file.chain(u32(file.header_, 60), max_mini_stream);
  for (std::size_t i = 0; i + 4 <= mini_fat.size(); i += 4) file.mini_fat_.push_back(u32(mini_fat, i));
  file.read_directory(u32(file.header_, 48));
  return file;
}

std::string Ole2File::sector(std::uint32_t index) const {
  return read_((std::uint64_t{index} + 1) * sector_size_, sector_size_);
}

void Ole2File::read_fat() {
  for (std::size_t i = 0; i < 109; ++i)
    if (const auto s = u32(header_, 76 + 4 * i); s < last_sector) fat_sectors_.push_back(s);
  auto difat = u32(header_, 68);
  for (std::size_t turns = 0; difat < last_sector && turns < max_fat_sectors / 100; ++turns) {
    const auto bytes = sector(difat);
    if (bytes.size() < sector_size_) return;
    for (std::size_t i = 0; i + 4 < sector_size_; i += 4)
      if (const auto s = u32(bytes, i); s < last_sector && fat_sectors_.size() < max_fat_sectors)
        fat_sectors_.push_back(s);
    difat = u32(bytes, sector_size_ - 4);
  }
}

std::uint32_t Ole2File::next_sector(std::uint32_t index) const {
  const auto per_sector = sector_size_ / 4;
  if (index / per_sector >= fat_sectors_.size()) return none;
  const auto at =
      (std::uint64_t{fat_sectors_[index / per_sector]} + 1) * sector_size_ + (index % per_sector) * 4;
  const auto bytes = read_(at, 4);
  return bytes.size() == 4 ? u32(bytes, 0) : none;
}

std::string Ole2File::chain(std::uint32_t first, std::size_t limit) const {
  std::string bytes;
  for (auto s = first; s < last_sector && bytes.size() < limit; s = next_sector(s)) {
    const auto piece = sector(s);
    if (piece.empty()) break;
    bytes += piece;
  }
  if (bytes.size() > limit) bytes.resize(limit);
  return bytes;
}

void Ole2File::read_directory(std::uint32_t first) {
  const auto entries = chain(first, max_entries * directory_entry_size);
  const auto count = static_cast<std::uint32_t>(entries.size() / directory_entry_size);
  if (count == 0) return;
  const auto entry = [&](std::uint32_t i) {
    return std::string_view(entries).substr(i * directory_entry_size, directory_entry_size);
  };
  mini_stream_ = chain(u32(entry(0), 116), max_mini_stream);
  // Siblings are a tree (left 68, right 72), a storage's first child is at 76. Each entry is visited once.
  std::vector<bool> seen(count);
  std::vector<std::pair<std::uint32_t, std::string>> to_visit{{u32(entry(0), 76), ""}};
  seen[0] = true;
  while (!to_visit.empty()) {
    const auto [index, folder] = std::move(to_visit.back());
    to_visit.pop_back();
    if (index >= count || seen[index]) continue;
    seen[index] = true;
    const auto e = entry(index);
    const auto path = folder + entry_name(e);
    to_visit.emplace_back(u32(e, 68), folder);
    to_visit.emplace_back(u32(e, 72), folder);
    // A hostile tree could make paths as long as it is deep.
    if (e[66] == 1 && path.size() < 1000) to_visit.emplace_back(u32(e, 76), path + "/");
    if (e[66] == 2) streams_.push_back({path, u32(e, 120), u32(e, 116)});
  }
}

std::string Ole2File::content(const Stream& stream, std::size_t limit) const {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(stream.size, limit));
  if (stream.size >= mini_cutoff_) return chain(stream.first_sector, wanted);
  std::string bytes;
  for (auto s = stream.first_sector; s < mini_fat_.size() && bytes.size() < wanted; s = mini_fat_[s]) {
    const auto at = std::size_t{s} * mini_size_;
    if (at >= mini_stream_.size()) break;
    bytes += mini_stream_.substr(at, mini_size_);
  }
  if (bytes.size() > wanted) bytes.resize(wanted);
  return bytes;
}

}  // namespace versoir::core
