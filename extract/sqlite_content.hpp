// What one transaction sees of a SQLite file, as a digest: the file under the pages of its write-ahead log.
#pragma once
#include "core/digest.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>

struct sqlite3;

namespace versoir::extract {

/// Everything is read through the descriptors that SQLite holds: closing another descriptor of the file would
/// drop the locks of the whole process (POSIX.1-2017, fcntl), and a writer could commit in the middle of a
/// copy.
class SqliteContent {
 public:
  /// `db`: a connection to the file. `begin` begins the transaction, which may be that of another connection,
  /// with a first read; `end` ends one that began while somebody wrote, whose moment is not known.
  SqliteContent(sqlite3* db, const std::function<void()>& begin, const std::function<void()>& end);

  /// SHA-512 of the pages that the transaction sees, one after the other: that of the file when its log is
  /// empty or absent. The transaction must still be open.
  [[nodiscard]] core::Sha512 digest() const;

 private:
  /// The last transaction of the log that is whole (https://www.sqlite.org/fileformat2.html, section 4).
  struct Mark {
    std::array<std::uint32_t, 2> salts{}, checksum{};
    std::uint32_t frames = 0, pages = 0, page_size = 0;
    bool big_endian = false;
    bool operator==(const Mark&) const = default;
  };
  [[nodiscard]] Mark last_commit(const Mark& known) const;
  [[nodiscard]] bool same_log() const;
  /// Page → the frame that holds it.
  [[nodiscard]] std::map<std::uint32_t, std::uint32_t> logged_pages() const;
  [[nodiscard]] core::Sha512 digest(const std::map<std::uint32_t, std::uint32_t>& logged) const;

  sqlite3* db_;
  Mark mark_;
};

}  // namespace versoir::extract
