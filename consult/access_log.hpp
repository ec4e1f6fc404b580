// Who looked at whom, when and why: a journal of its own, chained as the others, which the readers of records
// cannot change unseen.
#pragma once
#include "core/clock.hpp"
#include "core/file.hpp"
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
  std::string reader = {};        ///< "" = the account for which the log was opened
  std::string zones = {};         ///< what the reader's roles let him see: "identity results"
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
  std::string zones;                                 ///< what the reader could see
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
            const core::Clock& clock, trust::Circumstances circumstances = {});
  [[nodiscard]] const std::filesystem::path& file() const noexcept { return journal_.file(); }
  void session(bool opened, const std::string& reader = {});
  void searched(const std::string& application, std::size_t shown, const std::string& reader = {});
  /// `page` without its query: what was asked about whom is not known to concern anybody.
  void refused(const std::string& reader, const std::string& page, const std::string& why);
  void log_read(const std::string& reader, const AccessedRecord& about, std::size_t shown, bool exported);
  void shown(const AccessedRecord& what, const AccessReason& why);
  void earlier_shown(const AccessedRecord& what, const AccessReason& why);
  void source_shown(const AccessedRecord& what, const AccessReason& why);
  void list_shown(const AccessedList& what, const AccessReason& why);
  void document_made(const AccessedRecord& what, const AccessReason& why, const MadeDocument& made);
  /// Documents made with this code, oldest first. Reads the whole log.
  [[nodiscard]] std::vector<AccessLine> documents_of_code(std::string_view code) const;
  /// A code that somebody typed: of which record it is, when it was found.
  void code_checked(const std::optional<AccessedRecord>& found, const std::string& code,
                    const AccessReason& why);

 private:
  void write(const char* event, core::Json object, const AccessReason& why);
  void write(const char* event, const AccessedRecord& what, const AccessReason& why, core::Json more);
  [[nodiscard]] const std::string& who(const std::string& reader) const {
    return reader.empty() ? reader_ : reader;
  }
  std::string reader_;
  trust::Journal journal_;
};

[[nodiscard]] std::filesystem::path access_log_file(const std::filesystem::path& workspace,
                                                    const std::string& node);
/// How an event is called on screens and in lists; the identifier itself when it is an unknown one.
[[nodiscard]] std::string access_label(const std::string& event);
/// What a line is about: "etudiant:[1001]", or a list and what was asked of it.
[[nodiscard]] std::string access_object(const AccessLine& line);
/// Who, when, what, why as CSV for programs.
void write_access_csv(core::ByteSink& sink, const std::vector<AccessLine>& lines);
/// Lines about records and lists (sheets, sources, documents, codes, rows), oldest first: those that `wanted`
/// keeps. The chain is verified before: Error(Exit::journal_broken).
[[nodiscard]] std::vector<AccessLine> read_access_log(const std::filesystem::path& file,
                                                      const std::function<bool(const AccessLine&)>& wanted);

}  // namespace versoir::consult
