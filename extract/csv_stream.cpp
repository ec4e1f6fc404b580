// The records of a CSV file of any size, read with constant memory.
#include "extract/csv_stream.hpp"

#include "extract/adapters.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::size_t buffer_bytes = std::size_t{1} << 18;

/// The bytes that end or spoil a field without quotes.
constexpr std::array<bool, 256> special = [] {
  std::array<bool, 256> out{};
  for (char c : {',', '"', '\r', '\n'}) out[static_cast<unsigned char>(c)] = true;
  return out;
}();

}  // namespace

CsvStream::CsvStream(const std::filesystem::path& file, std::uint64_t offset, std::uint64_t line)
    : name_(file.filename().string()), fd_(core::open_read(file)), base_(offset), line_(line) {
  if (offset > 0) {
    if (lseek(fd_.get(), static_cast<off_t>(offset), SEEK_SET) < 0) core::throw_errno("lseek", file.string());
  } else if (fill() && std::string_view(buffer_).starts_with("\xEF\xBB\xBF")) {
    at_ = 3;
  }
}

void CsvStream::digest_into(core::Sha256Hasher& hasher) {
  hasher_ = &hasher;
  hasher_->update(std::string_view(buffer_));
}

bool CsvStream::fill() {
  if (stop_.stop_requested()) throw_interrupted();
  base_ += buffer_.size();
  at_ = 0;
  buffer_.resize(buffer_bytes);
  ssize_t n = 0;
  do n = ::read(fd_.get(), buffer_.data(), buffer_.size());
  while (n < 0 && errno == EINTR);
  buffer_.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  if (n < 0) core::throw_errno("read", name_);
  if (hasher_) hasher_->update(std::string_view(buffer_));
  return n > 0;
}

bool CsvStream::record(std::size_t width, CsvFields& fields, const std::stop_token& stop) {
  stop_ = stop;
  // SQL*Plus leaves blank lines; only in a table of one column is one a value.
  while (width > 1 && (peek() == '\n' || peek() == '\r')) separator();
  if (peek() < 0) return false;
  record_line_ = line_;
  std::size_t field = 0;
  for (;;) {
    if (peek() == '"')
      quoted_field(field, fields);
    else
      plain_field(field, fields);
    const bool more = separator();
    ++field;
    if (more == (field < width)) {
      if (!more) return true;
      continue;
    }
    if (more) refuse(msg("{0}, line {1}: more than {2} fields.", name_, record_line_, width));
    refuse(core::nmsg("{1}, line {2}: {0} field instead of {3}.", "{1}, line {2}: {0} fields instead of {3}.",
                      field, name_, record_line_, width));
  }
}

void CsvStream::quoted_field(std::size_t field, CsvFields& fields) {
  const auto opened = line_;
  ++at_;
  for (;;) {
    if (peek() < 0) refuse(msg("{0}, line {1}: a quote is not closed.", name_, opened));
    const auto rest = std::string_view(buffer_).substr(at_);
    const auto text = rest.substr(0, rest.find('"'));
    if (!text.empty()) fields.bytes(field, text);
    line_ += static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
    at_ += text.size();
    if (text.size() == rest.size()) continue;
    ++at_;
    if (peek() != '"') break;
    fields.bytes(field, "\"");
    ++at_;
  }
  const int next = peek();
  if (next >= 0 && next != ',' && next != '\r' && next != '\n')
    refuse(msg("{0}, line {1}: text after a closing quote.", name_, line_));
  fields.end_field(field, true);
}

void CsvStream::plain_field(std::size_t field, CsvFields& fields) {
  for (;;) {
    const auto start = at_;
    while (at_ < buffer_.size() && !special[static_cast<unsigned char>(buffer_[at_])]) ++at_;
    if (at_ > start) fields.bytes(field, std::string_view(buffer_).substr(start, at_ - start));
    if (at_ < buffer_.size()) break;
    if (!fill()) break;
  }
  if (at_ < buffer_.size() && buffer_[at_] == '"')
    refuse(msg("{0}, line {1}: a quote inside a field that has none around it.", name_, line_));
  fields.end_field(field, false);
}

bool CsvStream::separator() {
  int c = peek();
  if (c == ',') {
    ++at_;
    return true;
  }
  if (c == '\r') {
    ++at_;
    c = peek();
    if (c >= 0 && c != '\n')
      refuse(msg("{0}, line {1}: a carriage return without line feed, outside quotes.", name_, line_));
  }
  // A value cut in its middle would otherwise pass for a shorter value.
  if (c < 0) refuse(msg("{0}, line {1}: the last line has no end, the file is cut.", name_, line_));
  ++at_;
  ++line_;
  return false;
}

void CsvStream::refuse(core::Message what) const { throw Error(Exit::source_data, std::move(what)); }

}  // namespace versoir::extract
