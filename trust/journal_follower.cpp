// See journal_follower.hpp.
#include "trust/journal_follower.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "trust/journal_lines.hpp"

#include <sys/stat.h>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::msg;

struct JournalFollower::State {
  std::filesystem::path file;
  JournalScan scan = {};
  std::uint64_t read = 0;  ///< bytes, to the end of a whole line
  dev_t device = 0;
  ino_t number = 0;

  /// Names are reused: the same name must still be the same file, and not shorter.
  void require_same(int fd) {
    struct stat now {};
    if (::fstat(fd, &now) != 0) core::throw_errno("stat", file.string());
    const bool first = read == 0;
    if (!first &&
        (now.st_dev != device || now.st_ino != number || static_cast<std::uint64_t>(now.st_size) < read))
      throw Error(Exit::journal_broken,
                  msg("The journal {0} was replaced or cut while it was in use.", file.string()))
          .hint(msg("versoir verify says more; restore the journal from a copy."));
    device = now.st_dev;
    number = now.st_ino;
  }
};

JournalFollower::JournalFollower(std::filesystem::path file)
    : s_(std::make_unique<State>(State{std::move(file)})) {}
JournalFollower::~JournalFollower() = default;
JournalFollower::JournalFollower(JournalFollower&&) noexcept = default;
JournalFollower& JournalFollower::operator=(JournalFollower&&) noexcept = default;

void JournalFollower::read(const std::function<void(const core::Json&)>& visit) {
  const auto fd = core::open_read(s_->file);
  s_->require_same(fd.get());
  s_->read =
      continue_scan(s_->scan, fd.get(), s_->file, s_->read, [&](const JournalScan&, std::string_view line) {
        visit(core::parse_json(line, s_->file.filename().string(), Exit::journal_broken));
      });
  if (!s_->scan.broken()) return;
  throw Error(Exit::journal_broken,
              msg("The journal {0} does not verify: nothing was done.", s_->file.lexically_normal().string()))
      .because(s_->scan.findings.front().message)
      .hint(msg("versoir verify says more; restore the journal from a copy."));
}

}  // namespace versoir::trust
