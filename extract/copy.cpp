// The copy itself: source → extract file, with counts, digests, anomalies; whole or absent.
#include "extract/copy.hpp"

#include "core/queue.hpp"
#include "extract/matching.hpp"
#include "extract/seal.hpp"
#include "extract/writer.hpp"
#include "profiles/loader.hpp"
#include "trust/seal.hpp"

#include <fmt/format.h>

#include <thread>

namespace versoir::extract {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;
using core::Severity;

namespace {

/// The loader has gone: the reader has nobody to read for.
struct Abandoned {};

constexpr std::size_t queued_blocks = 4;

/// Reads in a thread of its own while this one writes. Whichever side fails stops the other; the first cause
/// is the one that is thrown.
void stream(Source& source, const TakenTable& table, TableLoader& loader, core::Progress& progress,
            std::stop_token stop) {
  std::vector<std::string> columns;
  for (const auto& c : table.columns) columns.push_back(c.source->name);
  core::BoundedQueue<RowBlock> queue(queued_blocks);
  std::stop_source reading;
  const std::stop_callback forward(stop, [&] { reading.request_stop(); });
  std::jthread reader([&] {
    try {
      source.read(
          *table.source, columns,
          [&](RowBlock&& block) {
            if (!queue.push(std::move(block))) throw Abandoned{};
          },
          reading.get_token());
      queue.close();
    } catch (...) {
      queue.close(std::current_exception());
    }
  });
  try {
    while (auto block = queue.pop()) {
      if (stop.stop_requested()) throw Error(Exit::interrupted, msg("The copy was interrupted."));
      if (block->columns != columns.size())
        throw Error(Exit::source_data,
                    msg("The source gave {0} columns instead of {1}.", block->columns, columns.size()));
      const auto rows = block->rows();
      loader.add(std::move(*block));
      progress.advance(rows);
    }
  } catch (...) {
    queue.abandon();
    reading.request_stop();
    throw;
  }
}

class Copy {
 public:
  Copy(Source& source, const profiles::Application& profile, const CopyOptions& options,
       const core::Clock& clock, core::Progress& progress, std::stop_token stop)
      : source_(source),
        profile_(profile),
        options_(options),
        clock_(clock),
        progress_(progress),
        stop_(stop) {}

  CopyReport run(const fs::path& target) {
    const auto started = clock_.now();
    const auto provenance = source_.provenance();
    const auto catalogue = source_.catalogue();
    const auto matching = match(profile_, catalogue);
    if (options_.kind == Kind::final_) require_final(matching);
    report_.notes = matching.notes;
    ExtractWriter writer(target);
    for (const auto& table : matching.tables) copy_table(writer, table);
    for (const auto* table : matching.absent) writer.write_absent_table(*table);
    writer.write_profile(profile_.files);
    writer.write_run(run_facts(provenance, started));
    writer.publish();
    return std::move(report_);
  }

 private:
  /// A final extract is what is transferred: every table and column was decided on, and all are of one
  /// moment.
  void require_final(const Matching& matching) const {
    if (source_.consistency() != Consistency::snapshot)
      throw Error(Exit::usage, msg("A final extract needs a source read in one snapshot."));
    if (matching.undecided.empty()) return;
    Error error(Exit::profile_invalid,
                msg("A final extract needs a decision for every table and column of the source."));
    for (const auto& m : matching.undecided) std::move(error).because(m);
    throw error;
  }

  void copy_table(ExtractWriter& writer, const TakenTable& table) {
    TableFacts facts;
    facts.name = table.profile->name;
    facts.label = table.profile->label;
    try {
      facts.source_rows = source_.count(table.source->name);
      progress_.begin(facts.name, facts.source_rows, "rows");
      load(writer, table, facts);
      writer.create_indexes(table);
      progress_.end();
    } catch (Error& e) {
      e.while_doing(msg("while copying table {0}", facts.name));
      throw;
    }
    writer.write_table(facts, *table.source);
    report_.rows += facts.copied_rows;
    report_.tables.push_back(std::move(facts));
  }

  void load(ExtractWriter& writer, const TakenTable& table, TableFacts& facts) {
    std::vector<Storage> storage;
    for (const auto& c : table.columns) storage.push_back(storage_of(*c.source));
    for (bool loaded = false; !loaded;) {
      TableLoader loader(writer, table, storage);
      try {
        stream(source_, table, loader, progress_, stop_);
        loader.finish();
        loaded = true;
      } catch (const NotAnInteger& misfit) {
        // SQLite lets a text stand in an INTEGER column; a STRICT one does not: what came is kept, as text.
        loader.discard();
        storage[misfit.column] = Storage::text;
        progress_.begin(facts.name, facts.source_rows, "rows");
        continue;
      }
      facts.copied_rows = loader.rows();
      facts.sum = loader.sum();
      facts.root = loader.root();
      note_anomalies(facts.name, loader);
    }
    if (facts.copied_rows != facts.source_rows)
      throw Error(Exit::extract_changed,
                  msg("The table {0} had {1} rows when they were counted and {2} when they were copied.",
                      facts.name, facts.source_rows, facts.copied_rows))
          .hint(msg("Copy from a source that does not change: application closed, clone or restored dump."));
    writer.write_columns(table, storage);
  }

  void note_anomalies(const std::string& table, const TableLoader& loader) {
    for (const auto& [what, n] : loader.anomalies()) {
      const auto& [column, kind] = what;
      report_.anomalies += n;
      const auto where = table + "." + column;
      report_.notes.push_back(
          {Severity::warning, "ANOMALY",
           kind == "encoding"
               ? msg("{0}: {1} values hold bytes that are not text in the source's encoding.", where, n)
               : msg("{0}: {1} values are not of the declared type; they are kept as they are.", where, n),
           where});
    }
  }

  std::map<std::string, std::string> run_facts(const Provenance& p, core::Instant started) const {
    return {{"application", profile_.id},
            {"application_label", profile_.label},
            {"profile_version", profile_.version},
            {"profile_digest", profiles::profile_digest(profile_.files)},
            {"source", options_.source_label},
            {"system", p.system},
            {"system_version", p.version},
            {"charset", p.charset},
            {"database", p.database},
            {"user", p.user},
            {"schema", p.schema},
            {"snapshot", p.snapshot},
            {"consistency", std::string(consistency_name(source_.consistency()))},
            {"kind", std::string(kind_name(options_.kind))},
            {"started", core::format_instant(started)},
            {"finished", core::format_instant(clock_.now())},
            {"tool", "Versoir " VERSOIR_VERSION},
            {"anomalies", std::to_string(report_.anomalies)}};
  }

  Source& source_;
  const profiles::Application& profile_;
  const CopyOptions& options_;
  const core::Clock& clock_;
  core::Progress& progress_;
  std::stop_token stop_;
  CopyReport report_;
};

}  // namespace

CopyReport copy(Source& source, const profiles::Application& profile, const fs::path& target,
                const CopyOptions& options, const core::Clock& clock, core::Progress& progress,
                std::stop_token stop) {
  std::error_code ec;
  if (!options.replace && fs::exists(target, ec))
    throw Error(Exit::disk, msg("{0} already exists.", target.string()))
        .hint(msg("Give another name, or --replace to copy again over it."));
  auto report = Copy(source, profile, options, clock, progress, stop).run(target);
  // The seal of the extract that was replaced would accuse the new one of being altered.
  fs::remove(seal_file(target), ec);
  fs::remove(trust::seal_path(seal_file(target)), ec);
  return report;
}

}  // namespace versoir::extract
