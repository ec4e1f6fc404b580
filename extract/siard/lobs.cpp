// Files of large values, written.
#include "extract/siard/lobs.hpp"

#include "core/error.hpp"
#include "core/named_digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace versoir::extract {

namespace {

constexpr std::uint64_t files_per_segment = 10'000;
constexpr std::size_t longest_digest = 32;
constexpr std::size_t record = 8 + 1 + longest_digest;

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

LobLedger::LobLedger(const std::filesystem::path& folder) : file_(folder / "lobs") {
  fd_ = core::UniqueFd(::open(file_.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!fd_) core::throw_errno("create", file_.string());
}

void LobLedger::put(const LobFact& fact) {
  for (int i = 0; i < 8; ++i) buffer_ += static_cast<char>(fact.length >> (8 * i) & 0xFF);
  buffer_ += static_cast<char>(fact.digest.size());
  buffer_ += fact.digest;
  buffer_.append(longest_digest - fact.digest.size(), '\0');
  if (buffer_.size() < record * 1024) return;
  core::write_all(fd_.get(), buffer_, file_);
  buffer_.clear();
}

void LobLedger::rewind() {
  core::write_all(fd_.get(), buffer_, file_);
  buffer_.clear();
  at_ = 0;
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) core::throw_errno("read", file_.string());
}

LobFact LobLedger::take() {
  if (at_ == buffer_.size()) {
    buffer_.resize(record * 1024);
    std::size_t filled = 0;
    for (;;) {
      const auto n = ::read(fd_.get(), buffer_.data() + filled, buffer_.size() - filled);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) core::throw_errno("read", file_.string());
      if (n == 0) break;
      filled += static_cast<std::size_t>(n);
    }
    buffer_.resize(filled);
    at_ = 0;
  }
  if (buffer_.size() - at_ < record)
    throw core::Error(core::Exit::extract_changed, core::msg("The extract changed while it was exported."));
  LobFact fact;
  for (int i = 7; i >= 0; --i)
    fact.length = fact.length << 8 | static_cast<unsigned char>(buffer_[at_ + static_cast<std::size_t>(i)]);
  fact.digest = buffer_.substr(at_ + 9, static_cast<unsigned char>(buffer_[at_ + 8]));
  at_ += record;
  return fact;
}

LobPlace::LobPlace(core::ZipStream& zip, std::optional<std::filesystem::path> beside, std::string algorithm)
    : zip_(zip), beside_(std::move(beside)), algorithm_(std::move(algorithm)) {}

std::string LobPlace::cell_file(std::size_t table, std::size_t column, std::uint64_t row, bool text) const {
  const auto* extension = text ? "txt" : "bin";  // DBPTK opens no other
  if (beside_)
    return fmt::format("seg_{}/t{}_c{}_r{}.{}", row / files_per_segment, table, column + 1, row + 1,
                       extension);
  return fmt::format("content/schema0/table{}/lob{}/record{}.{}", table, column, row, extension);
}

std::string LobPlace::column_folder(std::size_t table, std::size_t column) const {
  return beside_ ? fmt::format("s0_t{}_c{}/", table, column + 1) : std::string();
}

LobFact LobPlace::write(std::size_t table, std::size_t column, std::uint64_t row, bool text,
                        const std::function<void(const std::function<void(std::string_view)>&)>& give) {
  const auto name = cell_file(table, column, row, text);
  auto hasher = core::NamedHasher::of(algorithm_);
  if (!hasher)
    throw core::Error(core::Exit::usage, core::msg("The digest {0} is not available here.", algorithm_));
  std::optional<core::AtomicFile> file;
  if (beside_) {
    const auto path = *beside_ / column_folder(table, column) / name;
    std::filesystem::create_directories(path.parent_path());
    file.emplace(path);
  } else {
    zip_.begin(name);
  }
  LobFact fact;
  give([&](std::string_view piece) {
    hasher->update(piece);
    fact.length += text ? characters_of(piece) : piece.size();
    if (file)
      file->write(piece);
    else
      zip_.write(piece);
  });
  if (file)
    file->commit();
  else
    zip_.end();
  fact.digest = hasher->finish();
  ++written_;
  return fact;
}

}  // namespace versoir::extract
