// The records of a CSV file of any size, read with constant memory; every defect is told with its line.
#pragma once
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

namespace versoir::extract {

/// Receives the fields of a record.
class CsvFields {
 public:
  virtual ~CsvFields() = default;
  /// The next bytes of a field, quotes resolved; an empty field has none.
  virtual void bytes(std::size_t field, std::string_view text) = 0;
  virtual void end_field(std::size_t field, bool quoted) = 0;
};

/// RFC 4180 read strictly: LF or CRLF after each record, the last one included (a file without it is cut),
/// quotes only around whole fields. Defects are Error(Exit::source_data) with file name and line.
class CsvStream {
 public:
  /// From the start of the file, past a UTF-8 byte order mark; or from `offset`, where line `line` begins.
  explicit CsvStream(const std::filesystem::path& file, std::uint64_t offset = 0, std::uint64_t line = 1);

  /// One record of exactly `width` fields; false at the end of the file.
  bool record(std::size_t width, CsvFields& fields, const std::stop_token& stop = {});

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }          ///< where the next byte stands
  [[nodiscard]] std::uint64_t offset() const noexcept { return base_ + at_; }  ///< of the next byte
  /// From now on every byte that is read goes to this hasher too. Only at the start of the file.
  void digest_into(core::Sha256Hasher& hasher);

 private:
  bool fill();
  [[nodiscard]] int peek() { return at_ < buffer_.size() || fill() ? byte() : -1; }
  [[nodiscard]] int byte() const noexcept { return static_cast<unsigned char>(buffer_[at_]); }
  void quoted_field(std::size_t field, CsvFields& fields);
  void plain_field(std::size_t field, CsvFields& fields);
  /// After a field: true when another one follows, false at the end of the record.
  bool separator();
  [[noreturn]] void refuse(core::Message what) const;

  std::string name_;
  core::UniqueFd fd_;
  std::string buffer_;
  std::uint64_t base_ = 0;  ///< offset in the file of the buffer's first byte
  std::size_t at_ = 0;
  std::uint64_t line_, record_line_ = 1;
  core::Sha256Hasher* hasher_ = nullptr;
  std::stop_token stop_;
};

}  // namespace versoir::extract
