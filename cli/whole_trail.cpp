// Nothing is decided on a journal that does not verify.
#include "cli/whole_trail.hpp"

#include "core/error.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

sip::JournalTrail whole_trail(Context& c) {
  const auto file = c.journal_file();
  const auto report = trust::verify_journal(file);
  if (!report.intact()) {
    Error e(Exit::journal_broken, msg("The journal {0} does not verify: nothing was done.", file.string()));
    for (const auto& f : report.findings)
      if (f.severity == core::Severity::error) std::move(e).because(f.message);
    throw std::move(e).hint(msg("versoir verify says more; restore the journal from a copy."));
  }
  return sip::JournalTrail::read(c.workspace());
}

}  // namespace versoir::cli
