// See attached_file.hpp.
#include "sip/attached_file.hpp"

#include "core/error.hpp"
#include "sip/csv_records.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <unistd.h>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::size_t file_columns = 9, read_piece = 1u << 18;

std::optional<std::string> or_nothing(std::string text) {
  if (text.empty()) return std::nullopt;
  return text;
}

std::uint64_t number_in(const std::optional<std::string>& field, const fs::path& file) {
  std::uint64_t number = 0;
  const auto& text = field.value_or("");
  const auto end = text.data() + text.size();
  if (const auto [at, error] = std::from_chars(text.data(), end, number);
      text.empty() || error != std::errc() || at != end)
    throw Error(Exit::disk, msg("{0}: \"{1}\" is not a number.", file.string(), text));
  return number;
}

/// Digests what it hands on.
class DigestingSink final : public core::ByteSink {
 public:
  explicit DigestingSink(core::ByteSink* to) : to_(to) {}
  void write(std::string_view bytes) override {
    hasher_.update(bytes);
    size_ += bytes.size();
    if (to_) to_->write(bytes);
  }
  [[nodiscard]] core::FileDigest finish() { return {hasher_.finish(), size_}; }

 private:
  core::ByteSink* to_;
  core::Sha512Hasher hasher_;
  std::uint64_t size_ = 0;
};

}  // namespace

void write_files_header(core::CsvWriter& csv) {
  csv.row({"lot", "profile", "key", "line", "file", "title", "date", "size", "sha512"});
}

void write_file_row(core::CsvWriter& csv, const AttachedFile& row) {
  const std::array<std::optional<std::string>, file_columns> fields{
      row.lot,
      row.profile,
      row.key,
      std::to_string(row.line),
      row.file,
      or_nothing(row.title),
      row.date ? std::optional(core::format_date(*row.date)) : std::nullopt,
      std::to_string(row.size),
      row.sha512};
  csv.row(fields);
}

std::vector<AttachedFile> files_of_lot(const fs::path& file, std::string_view planned_sha512,
                                       std::string_view lot) {
  std::vector<AttachedFile> rows;
  read_planned_rows(file, planned_sha512, [&](CsvFields& f) {
    if (f.size() != file_columns)
      throw Error(Exit::disk,
                  msg("{0}: a line has {1} columns, not {2}.", file.string(), f.size(), file_columns));
    if (f[0] != lot) return rows.empty();  // rows of a lot follow one another
    AttachedFile row;
    row.lot = std::string(lot);
    row.profile = f[1].value_or("");
    row.key = f[2].value_or("");
    row.line = number_in(f[3], file);
    row.file = f[4].value_or("");
    row.title = f[5].value_or("");
    if (f[6]) row.date = core::parse_date(*f[6]);
    row.size = number_in(f[7], file);
    row.sha512 = f[8].value_or("");
    rows.push_back(std::move(row));
    return true;
  });
  return rows;
}

core::Identification copy_attached(const fs::path& folder, const std::string& name, core::ByteSink& to) {
  const auto fd = core::open_beneath(folder, name);
  core::FormatProbe probe;
  std::string buffer(read_piece, '\0');
  for (;;) {
    const auto n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) core::throw_errno("read", (folder / name).string());
    if (n == 0) break;
    const std::string_view piece(buffer.data(), static_cast<std::size_t>(n));
    probe.feed(piece);
    to.write(piece);
  }
  return probe.finish(name);
}

ReadFile read_attached(const fs::path& folder, const std::string& name, core::ByteSink* copy) {
  DigestingSink sink(copy);
  auto format = copy_attached(folder, name, sink);
  return {sink.finish(), std::move(format)};
}

}  // namespace versoir::sip
