// A folder of CSV files as a source, for sites that open no connection: what the server declared is compared
// with what came, before a row is copied.
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "extract/adapters.hpp"
#include "extract/csv_control.hpp"
#include "extract/csv_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <set>
#include <unistd.h>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;
using core::Severity;

namespace {

using Columns = std::vector<const CsvColumn*>;

Columns exported(const CsvTable& table) {
  Columns out;
  for (const auto& c : table.columns)
    if (c.exported) out.push_back(&c);
  return out;
}

/// Values of a binary column: pairs of digits, in whatever pieces they come.
class HexDecoder {
 public:
  /// False on anything but digits.
  bool append(std::string* out, std::string_view digits) {
    for (char c : digits) {
      const int value = core::hex_digit(c);
      if (value < 0) return false;
      if (high_ < 0) {
        high_ = value;
        continue;
      }
      if (out) *out += static_cast<char>(high_ * 16 + value);
      high_ = -1;
    }
    return true;
  }
  /// False when half a byte is left.
  bool end() { return std::exchange(high_, -1) < 0; }

 private:
  int high_ = -1;
};

[[noreturn]] void refuse_hexadecimal(const CsvStream& stream, const CsvColumn& column) {
  throw Error(Exit::source_data, msg("{0}, line {1}: the value of {2} is not in hexadecimal.", stream.name(),
                                     stream.line(), column.column.name));
}

/// The names of the first line.
class Header final : public CsvFields {
 public:
  void bytes(std::size_t, std::string_view text) override { name_.append(text); }
  void end_field(std::size_t, bool) override { names.push_back(std::exchange(name_, {})); }
  std::vector<std::string> names;

 private:
  std::string name_;
};

void read_header(CsvStream& stream, const Columns& columns, const CsvCharset& charset) {
  Header header;
  bool whole = false;
  try {
    whole = stream.record(columns.size(), header);
  } catch (const Error& e) {
    throw Error(Exit::source_data,
                msg("{0}: the header is not what the control file declares.", stream.name()))
        .because(e);
  }
  if (!whole) throw Error(Exit::source_data, msg("{0}, line {1}: the header is missing.", stream.name(), 1));
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string name;
    charset.append(name, header.names[i]);
    if (name != columns[i]->column.name)
      throw Error(Exit::source_data,
                  msg("{0}: the header is not what the control file declares.", stream.name()))
          .because(msg("column {0} is {1} in the file and {2} in the control file", i + 1, name,
                       columns[i]->column.name));
  }
}

/// Measures what a file holds, without keeping any of it.
class Measuring final : public CsvFields {
 public:
  Measuring(const CsvStream& stream, const Columns& columns, const CsvCharset& charset)
      : stream_(stream), columns_(columns), charset_(charset), totals_(columns.size()) {}

  void bytes(std::size_t field, std::string_view text) override {
    const auto& column = *columns_[field];
    if (column.hexadecimal && !hex_.append(nullptr, text)) refuse_hexadecimal(stream_, column);
    if (!column.measure) return;
    switch (column.measure->unit) {
      case CsvMeasure::Unit::characters:
        totals_[field] += charset_.characters(text);
        break;
      case CsvMeasure::Unit::utf16:
        totals_[field] += charset_.units(text);
        break;
      case CsvMeasure::Unit::bytes:
        totals_[field] += text.size();
        break;
    }
  }
  void end_field(std::size_t field, bool) override {
    if (columns_[field]->hexadecimal && !hex_.end()) refuse_hexadecimal(stream_, *columns_[field]);
  }
  void compare() const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto& c = *columns_[i];
      if (!c.measure) continue;
      const auto found = c.hexadecimal ? totals_[i] / 2 : totals_[i];
      if (found != c.measure->total)
        throw Error(Exit::source_data,
                    msg("{0}: the values of {1} measure {2} in the file, {3} on the server.", stream_.name(),
                        c.column.name, found, c.measure->total))
            .hint(msg("Something changed them on the way: a line that was folded, a long value that was cut, "
                      "another character set."));
    }
  }

 private:
  const CsvStream& stream_;
  const Columns& columns_;
  const CsvCharset& charset_;
  HexDecoder hex_;
  std::vector<std::uint64_t> totals_;
};

/// Puts rows together and hands them on; values above `large_value` leave in pieces while they are read.
class Filling final : public CsvFields {
 public:
  Filling(const CsvStream& stream, const Columns& columns, const CsvControl& control,
          const std::vector<std::string>& wanted, RowSink& sink)
      : stream_(stream),
        columns_(columns),
        control_(control),
        target_(columns.size(), nowhere),
        cells_(wanted.size()),
        filler_(wanted.size(), sink) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto it = std::ranges::find(wanted, columns[i]->column.name);
      if (it != wanted.end()) target_[i] = static_cast<std::size_t>(it - wanted.begin());
    }
  }

  void bytes(std::size_t field, std::string_view text) override {
    if (target_[field] == nowhere) return;
    if (!columns_[field]->hexadecimal)
      control_.charset.append(row_, text);
    else if (!hex_.append(&row_, text))
      refuse_hexadecimal(stream_, *columns_[field]);
    while (row_.size() - start_ > large_value) {
      filler_.piece(target_[field], std::string_view(row_).substr(start_, large_value));
      row_.erase(start_, large_value);
      large_ = true;
    }
  }
  void end_field(std::size_t field, bool quoted) override {
    if (target_[field] == nowhere) return;
    if (columns_[field]->hexadecimal && !hex_.end()) refuse_hexadecimal(stream_, *columns_[field]);
    auto& cell = cells_[target_[field]];
    if (large_) {
      filler_.piece(target_[field], std::string_view(row_).substr(start_));
      row_.resize(start_);
      cell = {start_, 0, RowBlock::Cell::State::large};
    } else if (row_.size() == start_ && !(quoted && control_.provenance.has_empty_texts)) {
      cell = {start_, 0, RowBlock::Cell::State::null};
    } else {
      cell = {start_, static_cast<std::uint32_t>(row_.size() - start_), RowBlock::Cell::State::value};
    }
    start_ = row_.size();
    large_ = false;
  }
  void end_row(std::string_view position) {
    auto& block = filler_.block();
    for (const auto& cell : cells_) {
      switch (cell.state) {
        case RowBlock::Cell::State::null:
          block.add_null();
          break;
        case RowBlock::Cell::State::large:
          block.add_large();
          break;
        case RowBlock::Cell::State::value:
          block.add(std::string_view(row_).substr(cell.offset, cell.size));
          break;
      }
    }
    row_.clear();
    start_ = 0;
    filler_.end_row(position);
  }
  void flush() { filler_.flush(); }

 private:
  static constexpr std::size_t nowhere = static_cast<std::size_t>(-1);
  const CsvStream& stream_;
  const Columns& columns_;
  const CsvControl& control_;
  std::vector<std::size_t> target_;  ///< of each field of the file: its place in the request
  std::vector<RowBlock::Cell> cells_;
  std::string row_;
  std::size_t start_ = 0;  ///< of the value at hand in row_
  bool large_ = false;
  HexDecoder hex_;
  BlockFiller filler_;
};

std::string sha256_of(const fs::path& file) {
  const auto fd = core::open_read(file);
  core::Sha256Hasher hasher;
  std::string buffer(std::size_t{1} << 18, '\0');
  for (;;) {
    const auto n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) core::throw_errno("read", file.string());
    if (n == 0) return hasher.finish().hex();
    hasher.update(std::string_view(buffer).substr(0, static_cast<std::size_t>(n)));
  }
}

/// Where a reading goes on, and in which file: "OFFSET LINE SHA256". An offset means nothing in another file.
struct Place {
  std::uint64_t offset = 0, line = 1;
};
Place place_of(std::string_view position, const CsvTable& table) {
  Place place;
  const auto last = position.rfind(' ');
  const auto digest = position.substr(last == std::string_view::npos ? 0 : last + 1);
  const bool bound = core::Sha256::from_hex(digest).has_value();
  if (bound) {
    if (digest != table.digest)
      throw Error(Exit::extract_changed,
                  msg("{0} is not the file that the interrupted copy was reading.", table.file))
          .hint(msg("Start the copy again with --restart, or bring the first folder back."));
    position = position.substr(0, last);
  }
  const auto* end = position.data() + position.size();
  const auto first = std::from_chars(position.data(), end, place.offset);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == ' ') {
    const auto second = std::from_chars(first.ptr + 1, end, place.line);
    if (bound && second.ec == std::errc() && second.ptr == end) return place;
  }
  throw Error(Exit::extract_invalid, msg("The position kept by an interrupted copy cannot be read."))
      .hint(msg("Start the copy again with --restart."));
}

class CsvSource final : public Source {
 public:
  explicit CsvSource(fs::path folder) : folder_(std::move(folder)) {
    auto control = read_csv_control(folder_);
    for (auto& table : control.tables) {
      if (table.file.empty()) continue;
      check_file(table, control.charset);
      // Nobody declared it: the file as it is now, so that another one of the same size is seen.
      table.digest = table.sha256 ? *table.sha256 : sha256_of(folder_ / table.file);
    }
    control_ = std::make_shared<const CsvControl>(std::move(control));
  }
  CsvSource(fs::path folder, std::shared_ptr<const CsvControl> control)
      : folder_(std::move(folder)), control_(std::move(control)) {}

  Provenance provenance() override {
    auto p = control_->provenance;
    // The files too: the control file alone binds nothing.
    auto bound = core::read_file(folder_ / csv_control_name);
    if (fs::exists(folder_ / csv_digests_name)) bound += core::read_file(folder_ / csv_digests_name);
    for (const auto& t : control_->tables)
      if (!t.file.empty()) bound += fmt::format("{} {}\n", t.file, t.digest);
    const auto declared = p.snapshot;
    p.snapshot = "sha256:" + core::sha256(std::string_view(bound)).hex();
    if (!declared.empty()) p.snapshot += " " + declared;
    return p;
  }

  Consistency consistency() const override { return control_->consistency; }

  std::vector<SourceTable> catalogue() override {
    std::vector<SourceTable> out;
    for (const auto& t : control_->tables) {
      auto& table = out.emplace_back();
      table.name = t.name;
      table.comment = t.comment;
      for (const auto& c : t.columns) table.columns.push_back(c.column);
      for (const auto& [at, name] : t.key) table.key.push_back(name);
      table.estimated_rows = t.rows;
      if (!t.file.empty()) table.bytes = fs::file_size(folder_ / t.file);
    }
    return out;
  }

  std::uint64_t count(const std::string& table) override { return *exported_table(table).rows; }

  void read(const ReadRequest& request, RowSink& sink, std::stop_token stop) override {
    const auto& table = exported_table(request.table.name);
    for (const auto& name : request.columns) require_exported(table, name);
    check_content(table, stop);
    const auto columns = exported(table);
    const auto place = request.after.empty() ? Place{} : place_of(request.after, table);
    CsvStream stream(folder_ / table.file, place.offset, place.line);
    if (place.offset == 0) read_header(stream, columns, control_->charset);
    Filling filling(stream, columns, *control_, request.columns, sink);
    while (stream.record(columns.size(), filling, stop)) {
      if (stop.stop_requested()) throw_interrupted();
      position_.clear();
      fmt::format_to(std::back_inserter(position_), "{} {} {}", stream.offset(), stream.line(), table.digest);
      filling.end_row(position_);
    }
    filling.flush();
  }

  std::unique_ptr<Source> sibling() override { return std::make_unique<CsvSource>(folder_, control_); }

  std::vector<core::Finding> probe(const std::vector<std::string>& tables, core::Instant) override {
    std::vector<core::Finding> out;
    for (const auto& name : tables) {
      try {
        check_content(exported_table(name), {});
      } catch (const Error& e) {
        out.push_back({Severity::error, "CSV_CONTENT", e.message(), name});
      }
    }
    if (control_->consistency != Consistency::snapshot)
      out.push_back({Severity::warning, "NOT_ONE_MOMENT",
                     msg("The files were not written in one read-only transaction: tables may not agree."),
                     ""});
    note_unknown_files(out);
    return out;
  }

 private:
  void check_file(const CsvTable& table, const CsvCharset& charset) const {
    const auto file = folder_ / table.file;
    std::error_code ec;
    if (!fs::is_regular_file(file, ec))
      throw Error(Exit::source_data, msg("The file {0} of the table {1} is not in the folder {2}.",
                                         table.file, table.name, folder_.string()));
    if (table.size && fs::file_size(file) != *table.size)
      throw Error(Exit::source_data,
                  msg("{0} has {1} bytes; {2} were declared.", table.file, fs::file_size(file), *table.size));
    CsvStream stream(file);
    read_header(stream, exported(table), charset);
  }

  const CsvTable& exported_table(const std::string& name) const {
    const auto* table = control_->find(name);
    if (table && !table->file.empty()) return *table;
    throw Error(Exit::source_missing, msg("The table {0} was not exported to {1}.", name, folder_.string()))
        .hint(msg("Make the script again with a profile that takes it, and run it again."));
  }
  void require_exported(const CsvTable& table, const std::string& name) const {
    for (const auto& c : table.columns)
      if (c.column.name == name && c.exported) return;
    throw Error(Exit::source_missing,
                msg("The column {0}.{1} was not exported to {2}.", table.name, name, folder_.string()))
        .hint(msg("Make the script again with a profile that takes it, and run it again."));
  }

  /// Reads the whole file once: form, digest, rows and measures, so that nothing of a wrong file is copied.
  void check_content(const CsvTable& table, const std::stop_token& stop) {
    if (checked_.contains(table.name)) return;
    const auto columns = exported(table);
    CsvStream stream(folder_ / table.file);
    core::Sha256Hasher hasher;
    stream.digest_into(hasher);
    read_header(stream, columns, control_->charset);
    Measuring measuring(stream, columns, control_->charset);
    std::uint64_t rows = 0;
    while (stream.record(columns.size(), measuring, stop)) ++rows;
    if (hasher.finish().hex() != table.digest) {
      if (!table.sha256)
        throw Error(Exit::extract_changed, msg("{0} changed since the folder was opened.", table.file))
            .hint(msg("Nothing may write to the folder while it is read."));
      throw Error(Exit::source_data, msg("{0} does not have the SHA-256 that was declared.", table.file))
          .hint(msg("The file was changed or cut on its way: carry the folder over again."));
    }
    if (control_->consistency == Consistency::snapshot) {
      if (rows != *table.rows)
        throw Error(Exit::source_data, msg("{0} holds {1} rows up to line {2}; the server counted {3}.",
                                           table.file, rows, stream.line(), *table.rows));
      measuring.compare();
    }
    checked_.insert(table.name);
  }

  void note_unknown_files(std::vector<core::Finding>& out) const {
    for (const auto& entry : fs::directory_iterator(folder_)) {
      const auto name = entry.path().filename().string();
      const bool known = name == csv_control_name || name == csv_digests_name ||
                         std::ranges::find(control_->tables, name, &CsvTable::file) != control_->tables.end();
      if (!known)
        out.push_back({Severity::info, "UNKNOWN_FILE",
                       msg("{0} is in the folder and the control file does not name it.", name), name});
    }
  }

  fs::path folder_;
  std::shared_ptr<const CsvControl> control_;
  std::set<std::string> checked_;
  std::string position_;
};

}  // namespace

std::unique_ptr<Source> open_csv(const std::string& folder) { return std::make_unique<CsvSource>(folder); }

}  // namespace versoir::extract
