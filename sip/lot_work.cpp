// See lot_work.hpp.
#include "sip/lot_work.hpp"

#include "core/error.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>
#include <utility>

namespace versoir::sip {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view work_prefix = "building-", lock_suffix = ".lock";

fs::path work_folder(const Versement& versement, const std::string& lot) {
  return versement.file(std::string(work_prefix) + lot);
}

/// Lots of which something stands in the folder of the versement, sorted.
std::vector<std::string> lots_at_work(const Versement& versement) {
  std::vector<std::string> lots;
  std::error_code ec;
  for (fs::directory_iterator it(versement.folder(), ec), end; !ec && it != end; it.increment(ec)) {
    auto name = it->path().filename().string();
    if (!name.starts_with(work_prefix)) continue;
    name.erase(0, work_prefix.size());
    if (name.ends_with(lock_suffix)) name.resize(name.size() - lock_suffix.size());
    lots.push_back(std::move(name));
  }
  std::sort(lots.begin(), lots.end());
  lots.erase(std::unique(lots.begin(), lots.end()), lots.end());
  return lots;
}

}  // namespace

LotWork::LotWork(LotWork&& other) noexcept
    : lock_(std::move(other.lock_)), folder_(std::exchange(other.folder_, {})) {}

LotWork::LotWork(fs::path folder, core::FileLock lock) : lock_(std::move(lock)), folder_(std::move(folder)) {}

std::optional<LotWork> LotWork::begin(const Versement& versement, const MessageIdentifier& lot) {
  const auto folder = work_folder(versement, lot.value);
  auto lock = core::FileLock::try_lock_folder(folder);
  if (!lock) return std::nullopt;
  LotWork work(folder, std::move(*lock));
  std::error_code ec;
  fs::remove_all(folder, ec);
  if (!ec && !fs::create_directory(folder, ec) && !ec) ec = std::make_error_code(std::errc::file_exists);
  if (!ec) fs::permissions(folder, fs::perms::owner_all, ec);
  if (ec) {
    errno = ec.value();
    core::throw_errno("create", folder.string());
  }
  return work;
}

LotWork::~LotWork() {
  std::error_code ec;
  if (!folder_.empty()) fs::remove_all(folder_, ec);
}

std::vector<std::string> clear_abandoned_work(const Versement& versement) {
  std::vector<std::string> busy;
  for (auto& lot : lots_at_work(versement))
    if (!LotWork::begin(versement, {lot})) busy.push_back(std::move(lot));
  return busy;
}

}  // namespace versoir::sip
