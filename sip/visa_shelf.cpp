// See visa_shelf.hpp.
#include "sip/visa_shelf.hpp"

#include <algorithm>
#include <sys/stat.h>

namespace versoir::sip {

namespace fs = std::filesystem;

namespace {

/// What a change of any visa or signature changes too. The time of change of an inode cannot be set back.
std::string shelf_marks(const fs::path& folder) {
  std::vector<std::string> marks;
  std::error_code ec;
  for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
    const auto name = it->path().filename().string();
    struct stat facts {};
    if (!name.starts_with("visa-") || ::stat(it->path().c_str(), &facts) != 0) continue;
    marks.push_back(fmt::format("{} {} {} {} {}.{} {}.{}", name, facts.st_dev, facts.st_ino, facts.st_size,
                                facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, facts.st_ctim.tv_sec,
                                facts.st_ctim.tv_nsec));
  }
  if (ec) return {};  // list_visas() tells it
  std::ranges::sort(marks);
  std::string all;
  for (const auto& mark : marks) all += mark + '\n';
  return all;
}

}  // namespace

const std::vector<VisaFile>& VisaShelf::now() {
  // Before the reading: what changes meanwhile is seen at the next question.
  auto marks = shelf_marks(versement_.folder());
  if (marks != seen_ || marks.empty()) {
    visas_ = list_visas(versement_);
    seen_ = std::move(marks);
  }
  return visas_;
}

}  // namespace versoir::sip
