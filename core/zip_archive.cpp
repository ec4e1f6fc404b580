// The central directory of a zip (APPNOTE 6.3.2), and what it leads to, inflated by zlib.
#include "core/zip_archive.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace versoir::core {

namespace {

constexpr std::uint64_t directory_most = 256ull << 20;
constexpr std::size_t end_size = 22, locator_size = 20, end64_size = 56, entry_size = 46, local_size = 30;
/// Deflate cannot do better than 1032 to 1 (https://zlib.net/zlib_tech.html).
constexpr std::uint64_t deflate_best = 1032;

std::uint64_t little_endian(std::string_view bytes, std::size_t at, int size) {
  std::uint64_t v = 0;
  for (int i = size; i-- > 0;)
    v = v << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return v;
}

struct Directory {
  std::uint64_t offset = 0, size = 0, entries = 0;
};

}  // namespace

struct ZipArchive::State {
  std::filesystem::path path;
  Exit code = Exit::disk;
  UniqueFd fd;
  std::uint64_t size = 0;
  std::vector<ZipEntry> entries;
  std::map<std::string, std::size_t, std::less<>> by_name;

  [[nodiscard]] Error refuse(Message why) const {
    return Error(code, msg("{0} is not a zip archive that can be read.", path.string()))
        .because(std::move(why));
  }
  [[nodiscard]] Error refuse_entry(const ZipEntry& e, Message why) const {
    return Error(code, msg("{0}: the entry {1} cannot be read.", path.string(), e.name))
        .because(std::move(why));
  }
  std::size_t read_at(std::uint64_t at, char* to, std::size_t room) const {
    for (;;) {
      const auto n = ::pread(fd.get(), to, room, static_cast<off_t>(at));
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) throw_errno("read", path.string());
    }
  }
  [[nodiscard]] std::string bytes(std::uint64_t at, std::size_t length) const {
    if (at > size || length > size - at) throw refuse(msg("the file is cut short"));
    std::string out(length, '\0');
    for (std::size_t done = 0; done < length;) {
      const auto n = read_at(at + done, out.data() + done, length - done);
      if (n == 0) throw refuse(msg("the file is cut short"));
      done += n;
    }
    return out;
  }
  [[nodiscard]] Directory find_directory() const;
  void read_directory(const Directory& d);
  void refuse_overlaps() const;
};

Directory ZipArchive::State::find_directory() const {
  if (size < end_size) throw refuse(msg("the file is cut short"));
  const auto tail_size = static_cast<std::size_t>(std::min<std::uint64_t>(size, end_size + 0xFFFF));
  const auto tail = bytes(size - tail_size, tail_size);
  std::size_t at = tail.size() - end_size;
  // The comment of the archive follows; what looks like the end within it is not.
  while (!(little_endian(tail, at, 4) == 0x06054B50 &&
           little_endian(tail, at + 20, 2) == tail.size() - at - end_size)) {
    if (at == 0)
      throw refuse(msg("it has no central directory: the file is cut short, or is something else"));
    --at;
  }
  Directory d{little_endian(tail, at + 16, 4), little_endian(tail, at + 12, 4),
              little_endian(tail, at + 10, 2)};
  const auto end_at = size - tail_size + at;
  if (end_at >= locator_size) {
    const auto locator = bytes(end_at - locator_size, locator_size);
    if (little_endian(locator, 0, 4) == 0x07064B50) {
      const auto end64 = bytes(little_endian(locator, 8, 8), end64_size);
      if (little_endian(end64, 0, 4) != 0x06064B50)
        throw refuse(msg("its zip64 directory is not where it says"));
      d = {little_endian(end64, 48, 8), little_endian(end64, 40, 8), little_endian(end64, 32, 8)};
    }
  }
  if (d.offset > end_at || d.size > end_at - d.offset)
    throw refuse(msg("its central directory is not where it says"));
  if (d.size > directory_most || d.entries > d.size / entry_size)
    throw refuse(msg("its central directory says {0} entries in {1} bytes", d.entries, d.size));
  return d;
}

void ZipArchive::State::read_directory(const Directory& d) {
  const auto all = bytes(d.offset, static_cast<std::size_t>(d.size));
  entries.reserve(static_cast<std::size_t>(d.entries));
  std::size_t at = 0;
  for (std::uint64_t i = 0; i < d.entries; ++i) {
    const auto damaged = [&] { return refuse(msg("entry {0} of its central directory is damaged", i + 1)); };
    if (all.size() - at < entry_size || little_endian(all, at, 4) != 0x02014B50) throw damaged();
    const auto name_size = little_endian(all, at + 28, 2), extra_size = little_endian(all, at + 30, 2),
               comment_size = little_endian(all, at + 32, 2);
    if (all.size() - at - entry_size < name_size + extra_size + comment_size) throw damaged();
    ZipEntry e;
    e.flags = static_cast<std::uint16_t>(little_endian(all, at + 8, 2));
    e.method = static_cast<std::uint16_t>(little_endian(all, at + 10, 2));
    e.crc = static_cast<std::uint32_t>(little_endian(all, at + 16, 4));
    e.packed = little_endian(all, at + 20, 4);
    e.size = little_endian(all, at + 24, 4);
    e.offset = little_endian(all, at + 42, 4);
    e.name = all.substr(at + entry_size, name_size);
    const auto extra = std::string_view(all).substr(at + entry_size + name_size, extra_size);
    for (std::size_t x = 0; extra.size() - x >= 4;) {
      const auto id = little_endian(extra, x, 2), length = little_endian(extra, x + 2, 2);
      if (extra.size() - x - 4 < length) break;
      const auto field = extra.substr(x + 4, length);
      std::size_t used = 0;
      const auto widen = [&](std::uint64_t& v) {
        if (v != 0xFFFFFFFF || field.size() < used + 8) return;
        v = little_endian(field, used, 8);
        used += 8;
      };
      if (id == 1) widen(e.size), widen(e.packed), widen(e.offset);
      x += 4 + length;
    }
    if (e.offset > size || e.packed > size - e.offset) throw damaged();
    by_name[e.name] = entries.size();
    entries.push_back(std::move(e));
    at += entry_size + name_size + extra_size + comment_size;
  }
  refuse_overlaps();
}

void ZipArchive::State::refuse_overlaps() const {
  std::vector<const ZipEntry*> order;
  for (const auto& e : entries) order.push_back(&e);
  std::ranges::sort(order, {}, &ZipEntry::offset);
  for (std::size_t i = 1; i < order.size(); ++i) {
    const auto& before = *order[i - 1];
    if (order[i]->offset < before.offset + local_size + before.packed)
      throw refuse(msg("the entries {0} and {1} overlap", before.name, order[i]->name));
  }
}

ZipArchive::ZipArchive(const std::filesystem::path& path, Exit code) : s_(std::make_unique<State>()) {
  s_->path = path;
  s_->code = code;
  s_->fd = open_read(path);
  struct stat facts {};
  if (::fstat(s_->fd.get(), &facts) != 0) throw_errno("read", path.string());
  if (!S_ISREG(facts.st_mode)) throw s_->refuse(msg("it is no file"));
  s_->size = static_cast<std::uint64_t>(facts.st_size);
  s_->read_directory(s_->find_directory());
}
ZipArchive::~ZipArchive() = default;
ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;

const std::filesystem::path& ZipArchive::path() const noexcept { return s_->path; }
std::uint64_t ZipArchive::file_size() const noexcept { return s_->size; }
const std::vector<ZipEntry>& ZipArchive::entries() const noexcept { return s_->entries; }

const ZipEntry* ZipArchive::find(std::string_view name) const {
  const auto it = s_->by_name.find(name);
  return it == s_->by_name.end() ? nullptr : &s_->entries[it->second];
}

std::string ZipArchive::read(const ZipEntry& entry, std::uint64_t limit) const {
  if (entry.size > limit)
    throw s_->refuse_entry(entry, msg("it has {0} bytes, more than the limit of {1}", entry.size, limit));
  ZipContent content(*this, entry);
  std::string out(static_cast<std::size_t>(entry.size), '\0');
  std::size_t done = 0;
  while (done < out.size()) {
    const auto n = content.read(out.data() + done, out.size() - done);
    if (n == 0) break;
    done += n;
  }
  char more = 0;
  static_cast<void>(content.read(&more, 1));  // checks what is only known at the end
  return out;
}

void ZipArchive::read_raw(std::uint64_t end, ByteSink& to) const {
  std::string piece(1u << 20, '\0');
  for (std::uint64_t at = 0; at < end;) {
    const auto n = s_->read_at(at, piece.data(), std::min<std::uint64_t>(piece.size(), end - at));
    if (n == 0) throw s_->refuse(msg("the file is cut short"));
    to.write(std::string_view(piece).substr(0, n));
    at += n;
  }
}

struct ZipContent::State {
  State(const ZipArchive::State& from, const ZipEntry& of) : archive(from), entry(of) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (inflating) inflateEnd(&inflater);
  }
  const ZipArchive::State& archive;
  const ZipEntry& entry;
  std::uint64_t at = 0, packed_left = 0, done = 0;
  std::uint32_t crc = 0;
  z_stream inflater{};
  bool inflating = false, ended = false;
  std::array<char, 65536> input;

  std::size_t fetch(char* to, std::size_t room) {
    const auto n = archive.read_at(at, to, std::min<std::uint64_t>(room, packed_left));
    if (n == 0 && packed_left > 0) throw archive.refuse_entry(entry, msg("the file is cut short"));
    at += n;
    packed_left -= n;
    return n;
  }
  std::size_t inflate_some(char* to, std::size_t room) {
    inflater.next_out = reinterpret_cast<Bytef*>(to);
    inflater.avail_out = static_cast<uInt>(room);
    while (!ended && inflater.avail_out == room) {
      if (inflater.avail_in == 0) {
        inflater.next_in = reinterpret_cast<Bytef*>(input.data());
        inflater.avail_in = static_cast<uInt>(fetch(input.data(), input.size()));
      }
      const int result = ::inflate(&inflater, Z_NO_FLUSH);
      if (result == Z_STREAM_END)
        ended = true;
      else if (result != Z_OK)
        throw archive.refuse_entry(entry, msg("its compressed content is damaged"));
    }
    return room - inflater.avail_out;
  }
};

ZipContent::ZipContent(const ZipArchive& archive, const ZipEntry& entry)
    : s_(std::make_unique<State>(*archive.s_, entry)) {
  const auto refuse = [&](Message why) { return archive.s_->refuse_entry(entry, std::move(why)); };
  if (entry.encrypted()) throw refuse(msg("it is encrypted"));
  if (entry.method != 0 && entry.method != 8)
    throw refuse(msg("its compression method is {0}", entry.method));
  const bool possible =
      entry.method == 0 ? entry.size == entry.packed : entry.size <= (entry.packed + 1) * deflate_best;
  if (!possible) throw refuse(msg("its {0} bytes cannot have come from {1}", entry.size, entry.packed));
  const auto local = archive.s_->bytes(entry.offset, local_size);
  if (little_endian(local, 0, 4) != 0x04034B50) throw refuse(msg("its local header is not where it says"));
  s_->at = entry.offset + local_size + little_endian(local, 26, 2) + little_endian(local, 28, 2);
  s_->packed_left = entry.packed;
  if (s_->at > archive.s_->size || entry.packed > archive.s_->size - s_->at)
    throw refuse(msg("the file is cut short"));
  if (entry.method == 8) {
    if (inflateInit2(&s_->inflater, -MAX_WBITS) != Z_OK)
      throw Error(Exit::unexpected, msg("zlib: inflate failed"));
    s_->inflating = true;
  }
}
ZipContent::~ZipContent() = default;
ZipContent::ZipContent(ZipContent&&) noexcept = default;

std::size_t ZipContent::read(char* to, std::size_t room) {
  if (room == 0) return 0;
  room = std::min<std::size_t>(room, 1u << 30);
  const auto n = s_->inflating ? s_->inflate_some(to, room) : s_->fetch(to, room);
  s_->done += n;
  s_->crc = static_cast<std::uint32_t>(crc32_z(s_->crc, reinterpret_cast<const Bytef*>(to), n));
  if (s_->done > s_->entry.size)
    throw s_->archive.refuse_entry(s_->entry,
                                   msg("its content is longer than the {0} bytes it says", s_->entry.size));
  if (n == 0) {
    if (s_->done != s_->entry.size)
      throw s_->archive.refuse_entry(
          s_->entry, msg("its content has {0} bytes instead of {1}", s_->done, s_->entry.size));
    if (s_->crc != s_->entry.crc)
      throw s_->archive.refuse_entry(s_->entry, msg("its checksum (CRC) is wrong"));
  }
  return n;
}

}  // namespace versoir::core
