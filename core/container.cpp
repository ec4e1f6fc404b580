// Containers read as VITAM's stream reader sees them, on libarchive.
#include "core/container.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace versoir::core {

namespace {

constexpr std::size_t block_size = 1u << 18;
constexpr std::size_t zip_local_header = 30;
constexpr std::size_t header_search = 4096;

Container kind_of(std::string_view head) {
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return Container::zip;
  if (head.starts_with("\x1F\x8B")) return Container::tar_gzip;
  if (head.starts_with("BZh")) return Container::tar_bzip2;
  if (head.size() >= 262 && head.substr(257, 5) == "ustar") return Container::tar;
  return Container::other;
}

unsigned little16(const unsigned char* p) { return p[0] | static_cast<unsigned>(p[1]) << 8; }

}  // namespace

struct ContainerReader::State {
  std::filesystem::path path;
  UniqueFd fd;
  Container kind = Container::other;
  Handle<archive, archive_read_free> reader;
  archive_entry* entry = nullptr;
  std::string window;  ///< bytes around a local header

  [[noreturn]] void damaged(const char* why) const {
    throw Error(Exit::sip_unreadable,
                msg("{0}: the archive is damaged: {1}", path.filename().string(), why ? why : "?"));
  }

  /// What libarchive does not tell of a zip entry. VITAM's stream reader cannot take an encrypted entry,
  /// another method than stored or deflated, nor a stored entry followed by a data descriptor; and its names
  /// are UTF-8, whereas libarchive drops those that the locale cannot write.
  void read_local_header(Entry& into) {
    // libarchive says where it started to look for the local header.
    const auto from = archive_read_header_position(reader.get());
    window.resize(header_search);
    const auto got = from < 0 ? -1 : ::pread(fd.get(), window.data(), window.size(), from);
    window.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    const auto at = window.find("PK\x03\x04");
    if (at == std::string::npos || window.size() - at < zip_local_header) {
      into.readable = false;
      return;
    }
    const auto* const h = reinterpret_cast<const unsigned char*>(window.data()) + at;
    const unsigned flags = little16(&h[6]), method = little16(&h[8]);
    const std::size_t length = little16(&h[26]), start = at + zip_local_header;
    std::string name = window.substr(start, length);
    const auto rest = length - name.size();
    name.resize(length);
    if (rest == 0 ||
        ::pread(fd.get(), name.data() + (length - rest), rest,
                from + static_cast<std::int64_t>(start + length - rest)) == static_cast<ssize_t>(rest))
      into.path = std::move(name);
    const bool encrypted = flags & 0x0001, unknown_method = method != 0 && method != 8;
    const bool stored_then_described = method == 0 && (flags & 0x0008);
    into.directory = into.path.ends_with('/');
    if (!into.directory && (encrypted || unknown_method || stored_then_described)) into.readable = false;
  }
};

ContainerReader::ContainerReader(const std::filesystem::path& path) : s_(std::make_unique<State>()) {
  s_->path = path;
  s_->fd = open_read(path);
  std::string head(512, '\0');
  const auto n = ::pread(s_->fd.get(), head.data(), head.size(), 0);
  if (n < 0) throw_errno("read", path.string());
  head.resize(static_cast<std::size_t>(n));
  s_->kind = kind_of(head);
  s_->reader.reset(archive_read_new());
  archive* a = s_->reader.get();
  if (!a) throw Error(Exit::unexpected, msg("libarchive cannot start."));
  switch (s_->kind) {
    case Container::zip:
      archive_read_support_format_zip_streamable(a);
      break;
    case Container::tar:
      archive_read_support_format_tar(a);
      break;
    case Container::tar_gzip:
      archive_read_support_filter_gzip(a);
      archive_read_support_format_tar(a);
      break;
    case Container::tar_bzip2:
      archive_read_support_filter_bzip2(a);
      archive_read_support_format_tar(a);
      break;
    case Container::other:
      return;
  }
  if (::lseek(s_->fd.get(), 0, SEEK_SET) < 0) throw_errno("lseek", path.string());
  if (archive_read_open_fd(a, s_->fd.get(), block_size) != ARCHIVE_OK) s_->damaged(archive_error_string(a));
}

ContainerReader::~ContainerReader() = default;

Container ContainerReader::kind() const noexcept { return s_->kind; }

bool ContainerReader::next(Entry& entry) {
  if (s_->kind == Container::other) return false;
  archive* a = s_->reader.get();
  const int code = archive_read_next_header(a, &s_->entry);
  if (code == ARCHIVE_EOF) return false;
  if (code != ARCHIVE_OK && code != ARCHIVE_WARN) s_->damaged(archive_error_string(a));
  const char* name = archive_entry_pathname_utf8(s_->entry);
  if (!name) name = archive_entry_pathname(s_->entry);
  entry.path = name ? name : "";
  entry.directory = archive_entry_filetype(s_->entry) == AE_IFDIR || entry.path.ends_with('/');
  entry.size =
      archive_entry_size_is_set(s_->entry) ? static_cast<std::uint64_t>(archive_entry_size(s_->entry)) : 0;
  const bool regular =
      archive_entry_filetype(s_->entry) == AE_IFREG || archive_entry_filetype(s_->entry) == 0;
  entry.readable = entry.directory || (regular && archive_entry_is_encrypted(s_->entry) <= 0);
  if (s_->kind == Container::zip) s_->read_local_header(entry);
  return true;
}

void ContainerReader::read(const std::function<void(std::string_view)>& consume, std::uint64_t limit) {
  archive* a = s_->reader.get();
  std::uint64_t total = 0;
  const void* data = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  for (;;) {
    const int code = archive_read_data_block(a, &data, &size, &offset);
    if (code == ARCHIVE_EOF) return;
    if (code != ARCHIVE_OK) s_->damaged(archive_error_string(a));
    total += size;
    if (total > limit)
      throw Error(Exit::sip_unreadable, msg("{0}: an entry holds more than the {1} bytes that are read.",
                                            s_->path.filename().string(), limit));
    consume({static_cast<const char*>(data), size});
  }
}

}  // namespace versoir::core
