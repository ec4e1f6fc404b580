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

  /// Names are reused: what was read must still be there, under this name or as a part that was closed since,
  /// and not shorter.
  void require_same(const JournalFiles& files) {
    struct stat now {};
    if (::fstat(files.current(), &now) != 0) core::throw_errno("stat", file.string());
    if (read > 0 && (!files.holds(device, number) ||
                     files.closed_bytes() + static_cast<std::uint64_t>(now.st_size) < read))
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
  const JournalFiles files(s_->file);
  s_->require_same(files);
  s_->read =
      continue_scan(s_->scan, files, s_->file, s_->read, [&](const JournalScan&, std::string_view line) {
        visit(core::parse_json(line, s_->file.filename().string(), Exit::journal_broken));
      });
  if (!s_->scan.broken()) return;
  throw Error(Exit::journal_broken,
              msg("The journal {0} does not verify: nothing was done.", s_->file.lexically_normal().string()))
      .because(s_->scan.findings.front().message)
      .hint(msg("versoir verify says more; restore the journal from a copy."));
}

}  // namespace versoir::trust
