// See csv_records.hpp.
#include "sip/csv_records.hpp"

#include "core/csv.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

#include <algorithm>
#include <cerrno>
#include <exception>
#include <unistd.h>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The lines of a file, in bounded memory.
class Lines {
 public:
  Lines(const fs::path& file, core::Sha512Hasher* hasher)
      : file_(file), hasher_(hasher), fd_(core::open_read(file)), buffer_(1u << 16, '\0') {}

  /// Appends the next line to `out`, with its end; false when there is none left.
  bool append(std::string& out, std::size_t started) {
    const auto before = out.size();
    while (at_ < size_ || fill()) {
      const std::string_view rest(buffer_.data() + at_, size_ - at_);
      const auto end = rest.find('\n');
      const auto piece = rest.substr(0, end == std::string_view::npos ? end : end + 1);
      if (out.size() + piece.size() > longest_record)
        throw Error(Exit::disk,
                    msg("{0}, line {1}: a record is longer than {2} bytes: a quote is perhaps not closed.",
                        file_.string(), started, longest_record));
      out += piece;
      at_ += piece.size();
      if (end != std::string_view::npos) break;
    }
    if (out.size() > before) ++number_;
    return out.size() > before;
  }
  /// What is left goes through the hasher.
  void finish() {
    while (fill()) {
    }
  }
  [[nodiscard]] std::size_t number() const noexcept { return number_; }

 private:
  bool fill() {
    at_ = size_ = 0;
    for (;;) {
      const auto n = ::read(fd_.get(), buffer_.data(), buffer_.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) core::throw_errno("read", file_.string());
      size_ = static_cast<std::size_t>(n);
      if (hasher_) hasher_->update(std::string_view(buffer_.data(), size_));
      return size_ > 0;
    }
  }

  const fs::path& file_;
  core::Sha512Hasher* hasher_;
  core::UniqueFd fd_;
  std::string buffer_;
  std::size_t at_ = 0, size_ = 0, number_ = 0;
};

void read_lines(Lines& lines, const fs::path& file, char separator,
                const std::function<bool(CsvFields&, std::size_t)>& visit) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  std::string record;
  CsvFields fields;
  bool inside_quotes = false;
  for (std::size_t started = 1, before = 0; lines.append(record, started);) {
    if (lines.number() == 1 && record.starts_with(byte_order_mark)) record.erase(0, byte_order_mark.size());
    // A quoted field may hold line ends: the record is whole when its quotes are even.
    if (std::count(record.begin() + static_cast<std::ptrdiff_t>(std::min(before, record.size())),
                   record.end(), '"') %
            2 !=
        0)
      inside_quotes = !inside_quotes;
    before = record.size();
    if (inside_quotes) continue;
    core::CsvReader reader(record, file.string(), separator);
    const bool some = reader.next(fields);
    for (auto& field : fields)
      if (field) field = core::unguard_formula(*field);
    if (some && !visit(fields, started)) return;
    record.clear();
    before = 0;
    started = lines.number() + 1;
  }
  if (!record.empty()) throw Error(Exit::disk, msg("{0}: a quote is not closed.", file.string()));
}

}  // namespace

void read_records(const fs::path& file, char separator,
                  const std::function<bool(CsvFields&, std::size_t)>& visit) {
  Lines lines(file, nullptr);
  read_lines(lines, file, separator, visit);
}

void read_rows(const fs::path& file, const std::function<bool(CsvFields&)>& visit) {
  read_records(file, ',', [&](auto& fields, std::size_t line) { return line == 1 || visit(fields); });
}

void read_planned_rows(const fs::path& file, std::string_view planned_sha512,
                       const std::function<bool(CsvFields&)>& visit) {
  core::Sha512Hasher hasher;
  Lines lines(file, &hasher);
  std::exception_ptr fault;
  try {
    read_lines(lines, file, ',', [&](auto& fields, std::size_t line) { return line == 1 || visit(fields); });
  } catch (const Error&) {
    fault = std::current_exception();
  }
  lines.finish();
  if (hasher.finish().hex() != planned_sha512)
    throw Error(Exit::lot_state, msg("{0} is not the list that was planned.", file.string()))
        .hint(msg("Plan again with --replace; the list is never edited by hand."));
  if (fault) std::rethrow_exception(fault);
}

}  // namespace versoir::sip
