// The copy itself: source → extract file, with counts, digests, anomalies; whole or absent.
#pragma once
#include "core/clock.hpp"
#include "core/progress.hpp"
#include "extract/decisions.hpp"
#include "extract/source.hpp"
#include "extract/store.hpp"
#include "profiles/model.hpp"
#include "trust/signer.hpp"
#include "trust/timestamp.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>

namespace versoir::extract {

struct CopyOptions {
  Kind kind = Kind::rehearsal;
  bool replace = false;             ///< overwrite an existing extract
  bool restart = false;             ///< throw away what an interrupted copy left, instead of going on from it
  std::string source_label;         ///< redacted URI for the provenance
  std::string host, account;        ///< who copies, and from where
  std::vector<Decision> decisions;  ///< on what the profile does not know
  unsigned readers = 1;             ///< tables read at once, where the source allows it
  std::uint64_t rows_per_second = 0;  ///< 0 = as fast as it goes
  /// Work that a kill may cost: what is written is made durable after so many bytes or seconds.
  std::uint64_t commit_bytes = std::uint64_t{64} << 20;
  std::chrono::seconds commit_every{15};
  /// Seals the finished file before it takes its name. Without a signer the extract has no seal.
  trust::Signer* signer = nullptr;
  trust::TimestampAuthority* tsa = nullptr;
  /// Opens the source anew, in a snapshot of its own: the second look of a final extract.
  std::function<std::unique_ptr<Source>()> reopen;
};
struct CopyReport {
  std::vector<TableFacts> tables;
  /// Optional tables and columns that are absent, anomalies, tables and columns of the source that the
  /// profile ignores.
  std::vector<core::Finding> notes;
  std::uint64_t rows = 0, anomalies = 0;  ///< anomalies: values that could not be kept in their declared type
  std::uint64_t integrity = 0;            ///< rows that break a key or a reference which the profile declares
  std::uint64_t left_tables = 0;          ///< of the source, not copied
  std::uint64_t left_rows = 0;            ///< of the copied tables, read and not kept
  std::uint64_t left_columns = 0;         ///< of the copied tables, not copied
  Consistency consistency = Consistency::snapshot;
  bool resumed = false;
};

/// Copies every table and column that the profile takes. A missing non-optional table or column is
/// Error(Exit::source_missing) naming all of them, before anything is read. In a snapshot, a count that
/// differs between the source's COUNT(*) and the rows received is Error(Exit::extract_changed).
///
/// Written under `<target>.partial`, renamed at the end. A copy that stops (an error, the stop token, a kill)
/// leaves there what can be gone on from, and the next call does: table by table, and inside a table where
/// the source can restart. A final extract is published only when a second look at the whole source has found
/// the same rows. A copy that could not be sealed keeps its rows: the next call only seals.
CopyReport copy(Source& source, const profiles::Application& profile, const std::filesystem::path& target,
                const CopyOptions& options, const core::Clock& clock, core::Progress& progress,
                std::stop_token stop);

}  // namespace versoir::extract
