// See slice_list.hpp. One slice a line: offset, size, method (s or d), name.
#include "sip/slice_list.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::ZipStream;

namespace {

std::uint64_t take_number(std::string_view& line) {
  std::uint64_t number = 0;
  const auto end = std::from_chars(line.data(), line.data() + line.size(), number).ptr;
  line.remove_prefix(static_cast<std::size_t>(end - line.data()) + 1);
  return number;
}

/// Puts what the lines say into a zip.
class Packing final : public core::ByteSink {
 public:
  Packing(ZipStream& zip, const fs::path& objects) : zip_(zip), objects_(objects) {}
  void write(std::string_view bytes) override {
    for (std::size_t end; (end = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(end + 1)) {
      line_ += bytes.substr(0, end);
      entry(line_);
      line_.clear();
    }
    line_ += bytes;
  }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  void entry(std::string_view line) {
    const auto offset = take_number(line), size = take_number(line);
    const auto method = line.front() == 's' ? ZipStream::Method::store : ZipStream::Method::deflate;
    zip_.add_slice(line.substr(2), objects_, offset, size, method);
    bytes_ += size;
  }
  ZipStream& zip_;
  const fs::path& objects_;
  std::string line_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

void SliceList::add(std::string_view uri, std::uint64_t offset, std::uint64_t size,
                    ZipStream::Method method) {
  spool_.write(
      fmt::format("{} {} {} {}\n", offset, size, method == ZipStream::Method::store ? 's' : 'd', uri));
}

std::uint64_t SliceList::pack(const fs::path& sip, const fs::path& manifest, const fs::path& objects) {
  ZipStream zip(sip);
  zip.add_slice("manifest.xml", manifest, 0, fs::file_size(manifest));
  Packing packing(zip, objects);
  spool_.replay(packing);
  zip.commit();
  return packing.bytes();
}

}  // namespace versoir::sip
