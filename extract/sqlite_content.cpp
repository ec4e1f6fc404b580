// What one transaction sees of a SQLite file.
#include "extract/sqlite_content.hpp"

#include "core/error.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <string_view>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::int64_t log_header = 32, frame_header = 24;
constexpr std::size_t read_bytes = std::size_t{1} << 20;
/// Somebody who commits without a pause must not keep a copy from beginning for ever.
constexpr int most_attempts = 1000;

std::uint32_t number(std::string_view bytes, std::size_t at, bool big_endian = true) {
  std::uint32_t n = 0;
  for (std::size_t i = 0; i < 4; ++i)
    n |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i]))
         << (8 * (big_endian ? 3 - i : i));
  return n;
}

void add_to(std::array<std::uint32_t, 2>& sum, std::string_view bytes, bool big_endian) {
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    sum[0] += number(bytes, at, big_endian) + sum[1];
    sum[1] += number(bytes, at + 4, big_endian) + sum[0];
  }
}

/// A file that SQLite has open.
class OpenFile {
 public:
  OpenFile(sqlite3* db, int which) {
    if (sqlite3_file_control(db, "main", which, &file_) != SQLITE_OK) file_ = nullptr;
    if (file_ && !file_->pMethods) file_ = nullptr;
  }
  [[nodiscard]] explicit operator bool() const noexcept { return file_ != nullptr; }
  [[nodiscard]] std::int64_t size() const {
    sqlite3_int64 n = 0;
    if (file_->pMethods->xFileSize(file_, &n) != SQLITE_OK) fail();
    return n;
  }
  /// False when the file ends before.
  [[nodiscard]] bool read(std::string& out, std::size_t size, std::int64_t offset) const {
    out.resize(size);
    const int code = file_->pMethods->xRead(file_, out.data(), static_cast<int>(size), offset);
    if (code == SQLITE_IOERR_SHORT_READ) return false;
    if (code != SQLITE_OK) fail();
    return true;
  }

 private:
  [[noreturn]] static void fail() {
    throw Error(Exit::source_unreachable, msg("The SQLite file cannot be read to the end."));
  }
  sqlite3_file* file_ = nullptr;
};

OpenFile log_of(sqlite3* db) {
  // The log is opened by the first reading after the file went into WAL mode.
  sqlite3_exec(db, "SELECT count(*) FROM sqlite_schema", nullptr, nullptr, nullptr);
  return OpenFile(db, SQLITE_FCNTL_JOURNAL_POINTER);
}

}  // namespace

SqliteContent::SqliteContent(sqlite3* db, const std::function<void()>& begin,
                             const std::function<void()>& end)
    : db_(db), mark_(last_commit({})) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    begin();
    const auto now = last_commit(mark_);
    if (now == mark_) return;
    end();
    mark_ = now;
  }
  throw Error(Exit::temporary,
              msg("The SQLite file is written to so often that no moment of it can be known."))
      .hint(msg("Copy the file with sqlite3's .backup command, and read the copy."));
}

SqliteContent::Mark SqliteContent::last_commit(const Mark& known) const {
  const auto log = log_of(db_);
  std::string header;
  if (!log || log.size() < log_header || !log.read(header, log_header, 0)) return {};
  const auto magic = number(header, 0);
  if ((magic & ~1U) != 0x377f0682U) return {};  // a rollback journal
  Mark mark;
  mark.big_endian = (magic & 1U) != 0;
  mark.page_size = number(header, 8);
  mark.salts = {number(header, 16), number(header, 20)};
  add_to(mark.checksum, std::string_view(header).substr(0, 24), mark.big_endian);
  if (mark.checksum != std::array{number(header, 24), number(header, 28)} || mark.page_size < 512 ||
      mark.page_size > 65536)
    return {};
  if (known.salts == mark.salts && known.page_size == mark.page_size) mark = known;
  auto sum = mark.checksum;
  const std::int64_t frame_bytes = frame_header + mark.page_size;
  std::string frame;
  for (auto n = mark.frames; log.read(frame, static_cast<std::size_t>(frame_bytes),
                                      log_header + frame_bytes * static_cast<std::int64_t>(n));) {
    ++n;
    const std::string_view bytes(frame);
    if (std::array{number(bytes, 8), number(bytes, 12)} != mark.salts) break;
    add_to(sum, bytes.substr(0, 8), mark.big_endian);
    add_to(sum, bytes.substr(frame_header), mark.big_endian);
    if (std::array{number(bytes, 16), number(bytes, 20)} != sum) break;
    if (const auto pages = number(bytes, 4); pages > 0) {  // a commit
      mark.pages = pages;
      mark.frames = n;
      mark.checksum = sum;
    }
  }
  return mark;
}

bool SqliteContent::same_log() const {
  const auto log = log_of(db_);
  std::string header;
  return log && log.read(header, log_header, 0) &&
         std::array{number(header, 16), number(header, 20)} == mark_.salts;
}

std::map<std::uint32_t, std::uint32_t> SqliteContent::logged_pages() const {
  std::map<std::uint32_t, std::uint32_t> out;
  if (mark_.frames == 0) return out;
  const auto log = log_of(db_);
  std::string header;
  for (std::uint32_t n = 0; n < mark_.frames; ++n) {
    if (!log || !log.read(header, frame_header,
                          log_header + (frame_header + std::int64_t{mark_.page_size}) * std::int64_t{n}))
      return {};
    out[number(header, 0)] = n;
  }
  return out;
}

core::Sha512 SqliteContent::digest() const {
  // The log begins anew only when all of it stands in the file already; then nobody writes to the file
  // either, as long as this transaction is open.
  if (const auto logged = logged_pages(); !logged.empty() && same_log()) {
    const auto out = digest(logged);
    if (same_log()) return out;
  }
  return digest({});
}

core::Sha512 SqliteContent::digest(const std::map<std::uint32_t, std::uint32_t>& logged) const {
  const OpenFile file(db_, SQLITE_FCNTL_FILE_POINTER);
  if (!file) throw Error(Exit::source_unreachable, msg("The SQLite file cannot be read to the end."));
  core::Sha512Hasher hasher;
  std::string bytes;
  const auto from_file = [&](std::int64_t at, std::int64_t end) {
    for (; at < end; at += static_cast<std::int64_t>(bytes.size())) {
      // A file shorter than its pages reads as zeros.
      static_cast<void>(
          file.read(bytes, static_cast<std::size_t>(std::min<std::int64_t>(read_bytes, end - at)), at));
      hasher.update(std::string_view(bytes));
    }
  };
  if (logged.empty()) {
    from_file(0, file.size());
    return hasher.finish();
  }
  const auto log = log_of(db_);
  const std::int64_t page_size = mark_.page_size;
  std::int64_t done = 0;
  for (const auto& [page, frame] : logged) {
    if (page > mark_.pages) break;  // the file was longer when it was written
    from_file(done * page_size, (page - 1) * page_size);
    if (!log || !log.read(bytes, mark_.page_size,
                          log_header + (frame_header + page_size) * std::int64_t{frame} + frame_header))
      return hasher.finish();  // the log began anew: digest() sees it too
    hasher.update(std::string_view(bytes));
    done = page;
  }
  from_file(done * page_size, mark_.pages * page_size);
  return hasher.finish();
}

}  // namespace versoir::extract
