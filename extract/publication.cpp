// A finished copy takes its name, sealed when there is a signer.
#include "extract/publication.hpp"

#include "extract/seal.hpp"
#include "trust/seal.hpp"

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;
using core::Severity;

namespace {

/// What lay on the disk between two runs, and what is to be transferred, is read again before it is sealed: a
/// seal says that the file is what was copied.
void check_written(Extract& staged, core::Progress& progress) {
  Error error(Exit::extract_altered,
              msg("What stands in {0} is not what was copied.", staged.path().string()));
  for (const auto& f : verify_content(staged, progress))
    if (f.severity == Severity::error) std::move(error).because(f.message);
  if (error.causes().empty()) return;
  throw std::move(error).hint(
      msg("Look for a failing disk, or for who wrote in that folder; then start the copy again with "
          "--restart."));
}

/// The report of a copy that an earlier run finished.
void tell(const Extract& extract, CopyReport& report) {
  for (const auto& t : extract.tables()) {
    report.rows += t.copied_rows;
    report.left_rows += t.left_rows;
    report.tables.push_back(t);
  }
  report.anomalies = extract.run().anomalies;
  for (const auto c : {Consistency::snapshot, Consistency::per_table, Consistency::per_chunk})
    if (consistency_name(c) == extract.run().consistency) report.consistency = c;
}

}  // namespace

void publish(ExtractWriter& writer, const fs::path& target, const CopyOptions& options,
             const core::Clock& clock, core::Progress& progress, CopyReport& report) {
  auto staged = Extract::open(writer.partial());
  if (report.tables.empty()) tell(staged, report);
  if (options.kind == Kind::final_ || report.resumed) check_written(staged, progress);
  if (options.signer) {
    StagedSeal seal(staged, target, *options.signer, options.tsa, clock);
    return seal.publish([&] { writer.publish(); });
  }
  // The seal of the extract that is replaced would accuse the new one of being altered.
  std::error_code ec;
  fs::remove(seal_file(target), ec);
  fs::remove(trust::seal_path(seal_file(target)), ec);
  writer.publish();
}

}  // namespace versoir::extract
