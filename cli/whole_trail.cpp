// Nothing is decided on journals that do not verify.
#include "cli/whole_trail.hpp"

#include "core/error.hpp"

#include <algorithm>

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

namespace {

void require_whole_journals(Context& c) {
  auto files = sip::JournalTrail::files(c.workspace());
  // Every journal has a word in the trail; ours must be there.
  if (const auto own = c.workspace() / c.journal_file().filename();
      std::ranges::find(files, own) == files.end())
    files.push_back(own);
  for (const auto& file : files) {
    const auto report = trust::verify_journal(file);
    if (report.intact()) continue;
    Error e(Exit::journal_broken,
            msg("The journal {0} does not verify: nothing was done.", file.lexically_normal().string()));
    for (const auto& f : report.findings)
      if (f.severity == core::Severity::error) std::move(e).because(f.message);
    throw std::move(e).hint(msg("versoir verify says more; restore the journal from a copy."));
  }
}

}  // namespace

sip::JournalTrail whole_trail(Context& c) {
  require_whole_journals(c);
  return sip::JournalTrail::read(c.workspace());
}

const sip::JournalTrail& VerifiedTrail::now() {
  if (!verified_) require_whole_journals(c_);
  verified_ = true;
  return followed_.now();
}

}  // namespace versoir::cli
