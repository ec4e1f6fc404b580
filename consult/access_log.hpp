// Who looked at whom, when and why: a journal of its own, chained as the others, which the readers of records
// cannot change unseen.
#pragma once
#include "core/clock.hpp"
#include "core/json.hpp"
#include "trust/journal.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace versoir::consult {

/// A record as the log names it: numbers and codes, never a name.
struct AccessedRecord {
  std::string application, extract_root, record, key;
};
/// A ready-made list as the log names it: what was asked, how many records answer.
struct AccessedList {
  std::string application, extract_root, list;
  core::Json parameters;
  std::uint64_t rows = 0;
  bool exported = false;
};
struct AccessReason {
  std::string reason, reference;  ///< chosen in the list; free text (number of a request)
};

/// A document, so that a code alone finds it again.
struct MadeDocument {
  std::string document, code;
  std::string row;            ///< of the record, as the document names it
  std::string paper, reason;  ///< of a decision to print unpublished results
};

/// One line of the log, read again.
struct AccessLine {
  std::string time, event, reader;
  AccessedRecord what;
  AccessReason why;
  std::string document, code;                        ///< of a document that was made
  std::string row, override_paper, override_reason;  ///< of such a document
  std::string list, parameters;  ///< of a list: its name, canonical JSON of what was asked
  std::uint64_t rows = 0;        ///< records that answered
};

/// `consultation-<node>.jsonl`. What was typed in a search is not kept: a count is. Every call is on the disk
/// when it returns, and throws when it cannot be: nothing is shown that is not written down. May be used by
/// several threads.
class AccessLog {
 public:
  /// Error(Exit::journal_broken) when the log that is there is broken. The clock outlives this.
  AccessLog(const std::filesystem::path& file, const std::string& node, std::string reader,
            const core::Clock& clock);
  void session(bool opened);
  void searched(const std::string& application, std::size_t shown);
  void shown(const AccessedRecord& what, const AccessReason& why);
  void earlier_shown(const AccessedRecord& what, const AccessReason& why);
  void source_shown(const AccessedRecord& what, const AccessReason& why);
  void list_shown(const AccessedList& what, const AccessReason& why);
  void document_made(const AccessedRecord& what, const AccessReason& why, const MadeDocument& made);
  /// Documents made with this code, oldest first. Reads the whole log.
  [[nodiscard]] std::vector<AccessLine> documents_of_code(std::string_view code) const;
  /// A code that somebody typed: of which record it is, when it was found.
  void code_checked(const std::optional<AccessedRecord>& found, const std::string& code);

 private:
  void write(const char* event, const AccessedRecord& what, const AccessReason& why, core::Json more);
  std::string reader_;
  trust::Journal journal_;
};

[[nodiscard]] std::filesystem::path access_log_file(const std::filesystem::path& workspace,
                                                    const std::string& node);
/// Lines about records and lists (sheets, sources, documents, rows), oldest first: those that `wanted` keeps.
/// The chain is verified before: Error(Exit::journal_broken).
[[nodiscard]] std::vector<AccessLine> read_access_log(const std::filesystem::path& file,
                                                      const std::function<bool(const AccessLine&)>& wanted);

}  // namespace versoir::consult
