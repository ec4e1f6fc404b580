// Siegfried's order: containers, then bytes, then text, then the extension alone; priorities drop the general
// format when a particular one answers too.
#include "core/format.hpp"

#include "core/error.hpp"
#include "core/format_container.hpp"
#include "core/format_search.hpp"
#include "core/format_table.hpp"
#include "core/i18n.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <fcntl.h>
#include <span>
#include <unistd.h>

namespace versoir::core {

namespace {

constexpr std::string_view zip_mark{"PK\x03\x04", 4};
constexpr std::string_view ole2_mark{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8};
constexpr std::string_view plain_text = "x-fmt/111", plain_zip = "x-fmt/263";

std::string extension_of(std::string_view name) {
  name = name.substr(name.rfind('/') + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string ext(name.substr(dot + 1));
  std::transform(ext.begin(), ext.end(), ext.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return ext;
}

/// ASCII, UTF-8, UTF-16 with a mark, or an 8-bit set: no control character but those that texts hold.
bool looks_like_text(std::string_view head) {
  if (head.empty()) return false;
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return true;
  const auto control = [](char c) {
    const auto b = static_cast<unsigned char>(c);
    return (b == 0x7F) | ((b < 0x20) & (static_cast<unsigned char>(b - 0x07) > 0x06) & (b != 0x1B));
  };
  constexpr std::size_t block = 256;  // without a way out inside, so that the compiler takes many at once
  for (; head.size() >= block; head.remove_prefix(block)) {
    int controls = 0;
    for (std::size_t i = 0; i < block; ++i) controls |= control(head[i]);
    if (controls) return false;
  }
  return std::ranges::none_of(head, control);
}

struct Windows {
  std::string_view head, tail;
  std::uint64_t size = 0;
  int fd = -1;  ///< the whole file when it is not in `head`
};

/// One identification: collects what matches, then decides.
class Decision {
 public:
  Decision(const Windows& file, std::string_view file_name)
      : file_(file), extension_(extension_of(file_name)) {
    if (const auto at = table_.by_extension.find(extension_); at != table_.by_extension.end())
      by_name_ = at->second;
  }

  Identification run() {
    Identification answer;
    answer.empty_file = file_.size == 0;
    if (!answer.empty_file) {
      look_inside();
      if (found_.empty()) match_bytes();
    }
    if (!found_.empty())
      conclude(answer);
    else
      fall_back(answer);
    answer.incomplete = incomplete_ || budget_.steps == 0;
    return answer;
  }

 private:
  void look_inside() {
    const bool zip = file_.head.starts_with(zip_mark);
    if (!zip && !file_.head.starts_with(ole2_mark)) return;
    const bool whole = file_.fd >= 0 || file_.size == file_.head.size();
    const ContainerBytes bytes{file_.head, file_.fd, file_.size};
    auto inside = !whole ? ContainerMatches{{}, false}
                  : zip  ? match_zip(bytes, budget_)
                         : match_ole2(bytes, budget_);
    found_ = std::move(inside.formats);
    basis_ = FormatBasis::container;
    incomplete_ = !inside.readable;
    // Siegfried calls a zip that no signature knows a plain zip, without looking at the rest; what it cannot
    // open is left to the signatures of bytes.
    if (zip && inside.readable && found_.empty()) {
      found_.push_back(table_.by_puid.at(std::string(plain_zip)));
      basis_ = FormatBasis::signature;
    }
  }

  void match_bytes() {
    basis_ = FormatBasis::signature;
    PatternSearch search(file_.head, file_.tail, budget_);
    const auto first = static_cast<unsigned char>(file_.head.front());
    for (const auto index : table_.by_first_byte[first]) match_signature(table_.bytes[index], search);
    std::ranges::sort(found_);
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
  }

  void match_signature(const ByteSignature& s, PatternSearch& search) {
    for (const auto i : s.cheapest_first)
      if (!search.finds(s.patterns[i])) {
        // Its start is there: the rest may lie between the two windows of a large file.
        if (i > 0 && file_.size > file_.head.size() && search.finds(s.patterns[0]))
          in_part_.push_back(s.format);
        return;
      }
    found_.push_back(s.format);
  }

  [[nodiscard]] bool beats(std::size_t stronger, std::size_t weaker) const {
    const auto& over = table_.formats[stronger].over;
    return std::ranges::find(over, table_.formats[weaker].puid) != over.end();
  }

  void conclude(Identification& answer) {
    std::vector<std::size_t> best;
    for (const auto f : found_)
      if (std::ranges::none_of(found_, [&](std::size_t other) { return beats(other, f); })) best.push_back(f);
    if (best.empty()) best = found_;  // a circle of priorities
    std::ranges::stable_partition(best, [&](std::size_t f) { return named(f); });
    if (named(best.front())) std::erase_if(best, [&](std::size_t f) { return !named(f); });
    for (const auto f : best) add(answer, f, basis_);
    incomplete_ =
        incomplete_ || std::ranges::any_of(in_part_, [&](std::size_t f) { return beats(f, best.front()); });
  }

  /// No signature answers. Text is only looked for when the extension names nothing, or names plain text.
  void fall_back(Identification& answer) {
    const auto text = table_.by_puid.at(std::string(plain_text));
    const bool may_be_text = by_name_.empty() || named(text);
    if (may_be_text && looks_like_text(file_.head)) {
      if (by_name_.empty() && table_.other_extensions.contains(extension_)) {
        incomplete_ = true;  // PRONOM gives this extension to a format that the table does not hold
        return;
      }
      return add(answer, text, FormatBasis::text);
    }
    std::vector<std::size_t> candidates;
    for (const auto f : by_name_)
      if (!table_.formats[f].has_signature && f != text) candidates.push_back(f);
    if (candidates.size() == 1) add(answer, candidates.front(), FormatBasis::extension);
    if (candidates.empty() && table_.other_extensions.contains(extension_)) incomplete_ = true;
  }

  [[nodiscard]] bool named(std::size_t f) const { return std::ranges::find(by_name_, f) != by_name_.end(); }

  void add(Identification& answer, std::size_t f, FormatBasis basis) const {
    const auto& e = table_.formats[f];
    answer.matches.push_back({e.puid, e.name, e.version, e.mimes.empty() ? std::string() : e.mimes.front(),
                              basis, !e.extensions.empty() && !named(f)});
  }

  const FormatTable& table_ = format_table();
  const Windows& file_;
  std::string extension_;
  std::vector<std::size_t> by_name_, found_, in_part_;
  FormatBasis basis_ = FormatBasis::signature;
  PatternBudget budget_;
  bool incomplete_ = false;
};

UniqueFd temporary_file() {
  const auto folder = std::filesystem::temp_directory_path();
  UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!fd) throw_errno("open", folder.string());
  return fd;
}

}  // namespace

struct FormatProbe::State {
  std::string head, tail;
  std::uint64_t size = 0;
  UniqueFd spool;

  void past_head(std::string_view bytes) {
    const bool container = head.starts_with(zip_mark) || head.starts_with(ole2_mark);
    if (container && size + bytes.size() <= spool_limit) {
      if (!spool) {
        spool = temporary_file();
        write_all(spool.get(), head, std::filesystem::temp_directory_path());
      }
      write_all(spool.get(), bytes, std::filesystem::temp_directory_path());
    } else {
      spool = UniqueFd();
    }
    if (tail.empty()) tail = head.substr(head.size() - tail_size);
    tail += bytes.substr(bytes.size() > tail_size ? bytes.size() - tail_size : 0);
    if (tail.size() > 2 * tail_size) tail.erase(0, tail.size() - tail_size);
    size += bytes.size();
  }
};

FormatProbe::FormatProbe() : s_(std::make_unique<State>()) {}
FormatProbe::~FormatProbe() = default;
FormatProbe::FormatProbe(FormatProbe&&) noexcept = default;
FormatProbe& FormatProbe::operator=(FormatProbe&&) noexcept = default;

void FormatProbe::feed(std::string_view bytes) {
  auto& s = *s_;
  const auto room = bytes.substr(0, head_size - s.head.size());
  s.head += room;
  s.size += room.size();
  bytes.remove_prefix(room.size());
  if (!bytes.empty()) s.past_head(bytes);
}

Identification FormatProbe::finish(std::string_view file_name) {
  auto& s = *s_;
  Windows windows{s.head, s.head, s.size, -1};
  if (s.size > s.head.size()) {
    windows.tail = s.tail;
    windows.fd = s.spool.get();
  }
  if (windows.tail.size() > tail_size) windows.tail.remove_prefix(windows.tail.size() - tail_size);
  auto answer = Decision(windows, file_name).run();
  s.head.clear();
  s.tail.clear();
  s.size = 0;
  s.spool = UniqueFd();
  return answer;
}

Identification identify_file(const std::filesystem::path& path) {
  const auto fd = open_read(path);
  FormatProbe probe;
  std::string buffer(1u << 16, '\0');
  for (;;) {
    const auto n = ::read(fd.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("read", path.string());
    if (n == 0) break;
    probe.feed(std::string_view(buffer).substr(0, static_cast<std::size_t>(n)));
  }
  return probe.finish(path.filename().string());
}

std::optional<Format> identify(std::string_view head, std::string_view file_name) {
  // A caller that knows only the name trusts it.
  if (head.empty() && extension_of(file_name) == "txt") return format_of_puid(plain_text);
  const Windows windows{head, head, head.size(), -1};
  const auto answer = Decision(windows, file_name).run();
  if (answer.matches.empty()) return std::nullopt;
  const auto& m = answer.matches.front();
  return Format{m.puid, m.mime, m.name};
}

std::optional<Format> format_of_puid(std::string_view puid) {
  const auto& table = format_table();
  const auto at = table.by_puid.find(std::string(puid));
  if (at == table.by_puid.end()) return std::nullopt;
  const auto& e = table.formats[at->second];
  return Format{e.puid, e.mimes.empty() ? std::string() : e.mimes.front(), e.name};
}

}  // namespace versoir::core
