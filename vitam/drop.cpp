// See drop.hpp.
#include "vitam/drop.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "vitam/approved_bytes.hpp"

#include <array>
#include <cerrno>
#include <unistd.h>

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::size_t copied_at_once = 1u << 20;

void copy_approved(const sip::ApprovedSip& sip, core::AtomicFile& to,
                   const std::function<void(std::uint64_t)>& copied) {
  rewind_sip(sip);
  ApprovedBytes bytes(sip, copied);
  std::string piece(copied_at_once, '\0');
  for (;;) {
    const auto n = ::read(sip.fd(), piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) core::throw_errno("read", sip.id().value);
    const std::string_view view(piece.data(), static_cast<std::size_t>(n));
    bytes(view);
    if (n == 0) return;
    to.write(view);
  }
}

}  // namespace

bool goes_through_folder(const Platform& platform, const sip::ApprovedSip& sip) {
  return !platform.drop_folder.empty() && sip.digest().size > platform.drop_above;
}

std::string drop_sip(const sip::ApprovedSip& sip, const fs::path& folder,
                     const std::function<void(std::uint64_t)>& copied) {
  auto name = sip.id().value + ".zip";
  const auto file = folder / name;
  if (!fs::is_directory(folder))
    throw Error(Exit::disk, msg("{0} is not a folder", folder.string()))
        .hint(msg("[platform.X] drop_folder names the folder from which the platform takes large SIPs: is it "
                  "mounted?"));
  if (fs::exists(file)) {
    if (core::digest_file(file) == sip.digest()) return name;
    throw Error(Exit::lot_state,
                msg("{0} is there already, with other bytes than those approved.", file.string()))
        .hint(msg("Nothing was sent. Ask who put it there; remove it, then send again."));
  }
  core::AtomicFile to(file, sip::private_mode);  // it names people
  copy_approved(sip, to, copied);
  to.commit();
  return name;
}

void take_back(const fs::path& folder, const std::string& name) {
  std::error_code gone;
  fs::remove(folder / name, gone);
}

}  // namespace versoir::vitam
