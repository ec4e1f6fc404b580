// A zip writer of its own on zlib (APPNOTE 6.3.2): one pass, local headers completed in place.
#include "core/zip_stream.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string>
#include <unistd.h>
#include <zlib.h>

namespace versoir::core {

namespace {

constexpr std::uint32_t all_ones = 0xFFFFFFFF;
constexpr std::uint64_t zip32_most = 0xFFFFFFFE, zip32_entries = 0xFFFE;
constexpr std::uint16_t dos_date = (0 << 9) | (1 << 5) | 1;  // 1 January 1980: the archive is reproducible
constexpr std::uint16_t utf8_names = 0x0800;
constexpr std::uint32_t file_mode = 0100644u << 16, folder_mode = (0040755u << 16) | 0x10;
constexpr int level = 6;

/// Little-endian fields, one after the other.
class Fields {
 public:
  Fields& u16(std::uint64_t v) { return put(v, 2); }
  Fields& u32(std::uint64_t v) { return put(v, 4); }
  Fields& u64(std::uint64_t v) { return put(v, 8); }
  Fields& text(std::string_view v) {
    bytes_ += v;
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  Fields& put(std::uint64_t v, int size) {
    for (int i = 0; i < size; ++i) bytes_ += static_cast<char>((v >> (8 * i)) & 0xFF);
    return *this;
  }
  std::string bytes_;
};

UniqueFd open_new(const std::filesystem::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd) throw_errno("create", path.string());
  return fd;
}

}  // namespace

struct ZipStream::State {
  std::filesystem::path path, partial, listing;
  UniqueFd fd, list;  ///< the central directory is kept in a file of its own until the end
  std::string buffer, listed;
  std::uint64_t written = 0;  ///< to `fd`, the buffer not counted
  std::uint64_t list_bytes = 0, entries = 0;
  z_stream deflater{};
  bool deflating = false, open = false;
  std::string name;
  Method method = Method::deflate;
  std::optional<std::uint64_t> announced;  ///< size of the entry; none when it is only known at its end
  std::uint64_t at = 0, size = 0, packed = 0;
  std::uint32_t crc = 0;
  std::filesystem::path from;  ///< the last file that slices came from, and
  UniqueFd from_fd;
  std::string piece;

  void flush() {
    write_all(fd.get(), buffer, partial);
    written += buffer.size();
    buffer.clear();
  }
  void put(std::string_view bytes) {
    buffer += bytes;
    if (buffer.size() >= (1u << 20)) flush();
  }
  void flush_list() {
    write_all(list.get(), listed, listing);
    list_bytes += listed.size();
    listed.clear();
  }
  /// Deflated bytes can take five more for each 16 kB, and a few.
  [[nodiscard]] bool narrow() const { return announced && *announced + *announced / 1000 + 64 < zip32_most; }
  [[nodiscard]] std::uint16_t compression() const { return method == Method::store ? 0 : 8; }
  /// The local header has room for 64-bit sizes where the size is not known before it ends.
  [[nodiscard]] std::string local_header() const {
    Fields f;
    f.u32(0x04034B50).u16(narrow() ? 20 : 45).u16(utf8_names).u16(compression()).u16(0).u16(dos_date);
    f.u32(crc).u32(narrow() ? packed : all_ones).u32(narrow() ? size : all_ones);
    f.u16(name.size()).u16(narrow() ? 0 : 20).text(name);
    if (!narrow()) f.u16(1).u16(16).u64(size).u64(packed);
    return f.bytes();
  }
  void list_entry(bool folder) {
    Fields extra;
    if (size > zip32_most) extra.u64(size);
    if (packed > zip32_most) extra.u64(packed);
    if (at > zip32_most) extra.u64(at);
    const auto wide = extra.bytes().size();
    const auto needed = narrow() && wide == 0 ? 20 : 45;
    Fields f;
    f.u32(0x02014B50).u16((3 << 8) | needed).u16(needed).u16(utf8_names).u16(compression());
    f.u16(0).u16(dos_date).u32(crc);
    f.u32(packed > zip32_most ? all_ones : packed).u32(size > zip32_most ? all_ones : size);
    f.u16(name.size()).u16(wide ? wide + 4 : 0).u16(0).u16(0).u16(0);
    f.u32(folder ? folder_mode : file_mode).u32(at > zip32_most ? all_ones : at).text(name);
    if (wide) f.u16(1).u16(wide).text(extra.bytes());
    listed += f.bytes();
    ++entries;
    if (listed.size() >= (1u << 16)) flush_list();
  }
  void start_entry(std::string_view entry, Method how, std::optional<std::uint64_t> size_then) {
    if (open) throw Error(Exit::unexpected, msg("zip: {0} is begun within {1}", entry, name));
    if (entry.empty() || entry.size() > 0xFFFF)
      throw Error(Exit::unexpected, msg("zip: a name of {0} bytes", entry.size()));
    name = entry;
    method = how;
    announced = size_then;
    at = written + buffer.size();
    size = packed = 0;
    crc = 0;
    put(local_header());
  }
  void deflate_bytes(std::string_view bytes, int flush_mode) {
    std::array<char, 65536> out;
    // zlib counts in 32 bits.
    do {
      const auto part = std::min<std::size_t>(bytes.size(), 1u << 30);
      deflater.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      deflater.avail_in = static_cast<uInt>(part);
      bytes.remove_prefix(part);
      int result = Z_OK;
      do {
        deflater.next_out = reinterpret_cast<Bytef*>(out.data());
        deflater.avail_out = static_cast<uInt>(out.size());
        result = ::deflate(&deflater, bytes.empty() ? flush_mode : Z_NO_FLUSH);
        if (result == Z_STREAM_ERROR) throw Error(Exit::unexpected, msg("zlib: deflate failed"));
        const auto n = out.size() - deflater.avail_out;
        packed += n;
        put({out.data(), n});
      } while (deflater.avail_out == 0);
    } while (!bytes.empty());
  }
  /// Completes what was written at `where`, which has not left the buffer when the entry is small.
  void overwrite(std::uint64_t where, std::string_view bytes) {
    if (where >= written) {
      buffer.replace(where - written, bytes.size(), bytes);
      return;
    }
    flush();
    while (!bytes.empty()) {
      const auto n = ::pwrite(fd.get(), bytes.data(), bytes.size(), static_cast<off_t>(where));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) throw_errno("write", partial.string());
      bytes.remove_prefix(static_cast<std::size_t>(n));
      where += static_cast<std::uint64_t>(n);
    }
  }
};

ZipStream::ZipStream(const std::filesystem::path& path) : s_(std::make_unique<State>()) {
  s_->path = path;
  s_->partial = path;
  s_->partial += ".partial";
  s_->listing = path;
  s_->listing += ".list.partial";
  s_->fd = open_new(s_->partial);
  s_->list = open_new(s_->listing);
}

ZipStream::~ZipStream() {
  if (s_->deflating) deflateEnd(&s_->deflater);
  std::error_code ec;
  if (s_->list) std::filesystem::remove(s_->listing, ec);
  if (s_->fd) std::filesystem::remove(s_->partial, ec);
}

void ZipStream::folder(std::string_view name) {
  s_->start_entry(name, Method::store, 0);
  s_->list_entry(true);
}

void ZipStream::begin(std::string_view name) { start(name, Method::deflate, std::nullopt); }

void ZipStream::begin(std::string_view name, Method method, std::uint64_t size) { start(name, method, size); }

void ZipStream::start(std::string_view name, Method method, std::optional<std::uint64_t> size) {
  s_->start_entry(name, method, size);
  s_->open = true;
  if (method == Method::store) return;
  const int ready = s_->deflating
                        ? deflateReset(&s_->deflater)
                        : deflateInit2(&s_->deflater, level, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  if (ready != Z_OK) throw Error(Exit::unexpected, msg("zlib: deflate failed"));
  s_->deflating = true;
}

void ZipStream::write(std::string_view bytes) {
  if (!s_->open) throw Error(Exit::unexpected, msg("zip: content without an entry"));
  if (bytes.empty()) return;
  s_->size += bytes.size();
  s_->crc = static_cast<std::uint32_t>(
      crc32_z(s_->crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  if (s_->method == Method::store) {
    s_->packed += bytes.size();
    s_->put(bytes);
  } else {
    s_->deflate_bytes(bytes, Z_NO_FLUSH);
  }
}

void ZipStream::end() {
  if (s_->announced && s_->size != *s_->announced)
    throw Error(Exit::unexpected,
                msg("zip: {0} has {1} bytes and was to have {2}", s_->name, s_->size, *s_->announced));
  if (s_->method == Method::deflate) s_->deflate_bytes({}, Z_FINISH);
  s_->open = false;
  s_->overwrite(s_->at, s_->local_header());
  s_->list_entry(false);
}

void ZipStream::add(std::string_view name, std::string_view bytes, Method method) {
  begin(name, method, bytes.size());
  write(bytes);
  end();
}

void ZipStream::add_slice(std::string_view name, const std::filesystem::path& file, std::uint64_t offset,
                          std::uint64_t length, Method method) {
  auto& s = *s_;
  if (!s.from_fd || s.from != file) {
    s.from_fd = open_read(file);
    s.from = file;
  }
  begin(name, method, length);
  s.piece.resize(1u << 18);
  while (length > 0) {
    const auto n = ::pread(s.from_fd.get(), s.piece.data(), std::min<std::uint64_t>(s.piece.size(), length),
                           static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", file.string());
    if (n == 0) throw Error(Exit::disk, msg("{0} is shorter than it was.", file.string()));
    write(std::string_view(s.piece).substr(0, static_cast<std::size_t>(n)));
    offset += static_cast<std::uint64_t>(n);
    length -= static_cast<std::uint64_t>(n);
  }
  end();
}

std::uint64_t ZipStream::position() const noexcept { return s_->written + s_->buffer.size(); }

void ZipStream::read_back(ByteSink& to) {
  s_->flush();
  std::string piece(1u << 20, '\0');
  for (std::uint64_t at = 0; at < s_->written;) {
    const auto want = std::min<std::uint64_t>(piece.size(), s_->written - at);
    const auto n = ::pread(s_->fd.get(), piece.data(), want, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) throw_errno("read", s_->partial.string());
    to.write(std::string_view(piece).substr(0, static_cast<std::size_t>(n)));
    at += static_cast<std::uint64_t>(n);
  }
}

void ZipStream::commit() {
  auto& s = *s_;
  if (s.open) throw Error(Exit::unexpected, msg("zip: {0} is not ended", s.name));
  s.flush_list();
  const auto start = position();
  if (::lseek(s.list.get(), 0, SEEK_SET) < 0) throw_errno("read", s.listing.string());
  std::string piece(1u << 16, '\0');
  for (;;) {
    const auto n = ::read(s.list.get(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", s.listing.string());
    if (n == 0) break;
    s.put(std::string_view(piece).substr(0, static_cast<std::size_t>(n)));
  }
  const auto end = position();
  const bool wide = s.entries > zip32_entries || start > zip32_most || s.list_bytes > zip32_most;
  Fields f;
  if (wide) {
    f.u32(0x06064B50).u64(44).u16((3 << 8) | 45).u16(45).u32(0).u32(0);
    f.u64(s.entries).u64(s.entries).u64(s.list_bytes).u64(start);
    f.u32(0x07064B50).u32(0).u64(end).u32(1);
  }
  const auto count = s.entries > zip32_entries ? 0xFFFF : s.entries;
  f.u32(0x06054B50).u16(0).u16(0).u16(count).u16(count);
  f.u32(s.list_bytes > zip32_most ? all_ones : s.list_bytes);
  f.u32(start > zip32_most ? all_ones : start).u16(0);
  s.put(f.bytes());
  s.flush();
  publish_file(s.partial, s.path);
  s.fd = {};
}

}  // namespace versoir::core
