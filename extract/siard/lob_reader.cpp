// Large values inside an archive and beside it.
#include "extract/siard/lob_reader.hpp"

#include "core/file.hpp"
#include "core/named_digest.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Message;
using core::msg;

namespace {

class EntryContent final : public LobContent {
 public:
  EntryContent(const core::ZipArchive& zip, const core::ZipEntry& entry)
      : entry_(entry), content_(zip, entry) {}
  std::uint64_t size() const override { return entry_.size; }
  std::size_t read(char* to, std::size_t room) override { return content_.read(to, room); }

 private:
  const core::ZipEntry& entry_;
  core::ZipContent content_;
};

class FileContent final : public LobContent {
 public:
  FileContent(core::UniqueFd fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {
    struct stat facts {};
    if (::fstat(fd_.get(), &facts) != 0) core::throw_errno("read", name_);
    size_ = static_cast<std::uint64_t>(facts.st_size);
  }
  std::uint64_t size() const override { return size_; }
  std::size_t read(char* to, std::size_t room) override {
    for (;;) {
      const auto n = ::read(fd_.get(), to, room);
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) core::throw_errno("read", name_);
    }
  }

 private:
  core::UniqueFd fd_;
  std::string name_;
  std::uint64_t size_ = 0;
};

/// %XX of a URI; a sequence that is none stays.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? core::hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? core::hex_digit(text[i + 2]) : -1;
    if (low < 0) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

bool absolute(std::string_view path) {
  return path.starts_with('/') || path.find(':') != std::string_view::npos ||
         path.find('\\') != std::string_view::npos;
}

std::string under(std::string folder, std::string_view name) {
  if (!folder.empty() && !folder.ends_with('/')) folder += '/';
  return folder.append(name);
}

void add_place(std::vector<std::string>& places, const std::string& path) {
  if (absolute(path)) return;
  const auto plain = fs::path(path).lexically_normal().generic_string();
  if (plain.empty() || plain == "." || plain.starts_with("..") || plain.find('\0') != std::string::npos)
    return;
  if (std::ranges::find(places, plain) == places.end()) places.push_back(plain);
}

/// A folder beside the archive. Some count from its own folder, some take the archive for a folder, and then
/// begin with ../
void add_outside(std::vector<std::string>& places, const std::string& path) {
  add_place(places, path);
  if (path.starts_with("../")) add_place(places, path.substr(3));
}

}  // namespace

LobPlaces lob_places(const SiardDatabase& db, const SiardTableRead& table, const SiardLeaf& leaf,
                     std::string_view file) {
  LobPlaces out;
  const auto name = percent_decoded(file);
  std::string folders;
  for (const auto& f : leaf.lob_folders) folders = under(std::move(folders), f);
  const auto nearest = leaf.lob_folders.empty() ? std::string() : leaf.lob_folders.back();
  add_place(out.inside, name);
  add_place(out.inside, under(db.lob_folder, name));
  add_place(out.inside, under("content", name));
  add_place(out.inside, under(under(db.lob_folder, folders), name));
  add_place(out.inside, under(folders, name));
  add_place(out.inside, under(table.folder, under(folders, name)));
  if (nearest.empty() && db.lob_folder.empty()) return out;
  add_outside(out.outside, under(under(db.lob_folder, folders), name));
  add_outside(out.outside, under(under(db.lob_folder, nearest), name));
  add_outside(out.outside, under(nearest, name));
  add_outside(out.outside, under(db.lob_folder, name));
  return out;
}

std::unique_ptr<LobContent> LobReader::open(const SiardTableRead& table, const SiardLeaf& leaf,
                                            std::string_view file, std::string* inside) const {
  const auto places = lob_places(db_, table, leaf, file);
  // A column with a folder of its own keeps its files outside, unless they say that they are of the content.
  const bool outside_first = !leaf.lob_folders.empty() && !file.starts_with("content/");
  const auto in_archive = [&]() -> std::unique_ptr<LobContent> {
    for (const auto& p : places.inside)
      if (const auto* entry = zip_.find(p); entry && !entry->folder()) {
        if (inside) *inside = p;
        return std::make_unique<EntryContent>(zip_, *entry);
      }
    return nullptr;
  };
  const auto beside = [&]() -> std::unique_ptr<LobContent> {
    auto folder = zip_.path().parent_path();
    if (folder.empty()) folder = ".";
    for (const auto& p : places.outside) {
      try {
        return std::make_unique<FileContent>(core::open_beneath(folder, p), (folder / p).string());
      } catch (const core::Error&) {  // not there: the next place
      }
    }
    return nullptr;
  };
  auto found = outside_first ? beside() : in_archive();
  if (!found) found = outside_first ? in_archive() : beside();
  return found;
}

LobMeasure LobReader::read(LobContent& content, const LobCell& cell,
                           const std::function<void(std::string_view)>& piece) {
  LobMeasure out;
  auto hasher = cell.digest.empty() ? std::nullopt : core::NamedHasher::of(cell.algorithm);
  std::string buffer(1u << 18, '\0');
  while (const auto n = content.read(buffer.data(), buffer.size())) {
    const auto bytes = std::string_view(buffer).substr(0, n);
    out.bytes += n;
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte & 0xC0) != 0x80) ++out.characters, ++out.units;
      if (byte >= 0xF0) ++out.units;
    }
    if (hasher) hasher->update(bytes);
    piece(bytes);
  }
  if (hasher) out.digest = hasher->finish();
  return out;
}

std::vector<Message> LobReader::faults(const LobCell& cell, const LobMeasure& measure, bool text) {
  std::vector<Message> out;
  if (!cell.length.empty()) {
    const auto said = core::trim(cell.length);
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), length);
    const bool number = error == std::errc() && end == said.data() + said.size();
    const bool fits =
        length == measure.bytes || (text && (length == measure.characters || length == measure.units));
    if (!number || !fits) out.push_back(msg("its length is {0}, and {1} is written", measure.bytes, said));
  }
  if (!measure.digest.empty() && !core::same_digest(cell.digest, measure.digest))
    out.push_back(msg("its {0} is not the one that is written", cell.algorithm));
  return out;
}

}  // namespace versoir::extract
