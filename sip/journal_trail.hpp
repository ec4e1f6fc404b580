// What the journals say became of versements, held against what the folders hold: a file that is taken away
// leaves no trace in its folder.
#pragma once
#include "core/error.hpp"
#include "sip/versement.hpp"
#include "sip/visa.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace versoir::sip {

/// What the journals know of a closing.json: this very text as the beginning of a closing, or as its end.
enum class ClosingTrace { none, started, closed };

/// What the journals know of a reply: nothing, or that it was read as an acceptance or not.
enum class ReplyTrace { none, accepted, refused };

/// A role register as the journal knows it: SHA-512 of its text, instant of the line.
struct SignedRegister {
  std::string sha512, time;
};

/// The last word of the journals about each decision and each sending. Lines are read as they stand: the
/// chain is verified elsewhere (trust::verify_journal).
class JournalTrail {
 public:
  /// Every journal-*.jsonl of the workspace, sorted: each has a word.
  [[nodiscard]] static std::vector<std::filesystem::path> files(const std::filesystem::path& workspace);
  /// Replays files(). Throws Error(Exit::journal_broken).
  [[nodiscard]] static JournalTrail read(const std::filesystem::path& workspace);

  /// Versements of which a decision or a sending was written down, sorted.
  [[nodiscard]] std::vector<std::string> versements() const;
  /// Whether the end of a planning of this versement was written down.
  [[nodiscard]] bool planned(const std::string& versement) const { return tables_.contains(versement); }
  /// Decisions written down whose file is missing or another one: a revocation that disappears would let the
  /// approval before it hold again. Each finding names its file.
  [[nodiscard]] std::vector<core::Finding> missing_decisions(const Versement& versement) const;
  /// Files of sendings that are missing or say something else; `lot` empty: all lots of the versement.
  [[nodiscard]] std::vector<core::Finding> missing_transfers(const Versement& versement,
                                                             const MessageIdentifier& lot = {}) const;
  /// Files of the lot that are none of those of which the journals wrote the digest down; a file of which
  /// they wrote none is not held.
  [[nodiscard]] std::vector<core::Finding> altered_states(const Versement& versement,
                                                          const MessageIdentifier& lot) const;
  /// The signature file of this name at the root of the workspace (of an extract's seal, of a checkpoint) is
  /// there and not the one that was written down.
  [[nodiscard]] std::vector<core::Finding> altered_signature(const std::filesystem::path& workspace,
                                                             const std::string& name) const;
  /// Checkpoints of which this journal speaks and whose file or signature is missing or another one: without
  /// them the end of the journal could be cut off.
  [[nodiscard]] std::vector<core::Finding> missing_checkpoints(const std::filesystem::path& workspace,
                                                               const std::string& journal) const;
  /// Extracts that were sealed and are no longer in the workspace.
  [[nodiscard]] std::vector<std::string> missing_extracts(const std::filesystem::path& workspace) const;
  /// SHA-256 of the last annotation that was signed beside an extract, by the root of its first generation;
  /// "" when none was, or when a purge left some out since.
  [[nodiscard]] std::string last_annotation(const std::string& origin) const;
  /// This very page is the last report that was written of the versement.
  [[nodiscard]] bool knows_review(const std::string& versement, const std::string& sha512) const;
  /// That report was made of this check of the lot: a check made since may say something else.
  [[nodiscard]] bool reviewed_check(const std::string& versement, const MessageIdentifier& lot,
                                    const std::string& report_sha512) const;
  /// The role register that was signed last under this name, and when; nullptr when none was.
  [[nodiscard]] const SignedRegister* last_register(const std::string& name) const;
  /// A planning of this versement was written down.
  [[nodiscard]] bool knows_plan(const std::string& versement) const { return tables_.contains(versement); }
  /// Lists and tables of the plan that are there and not those of its last planning.
  [[nodiscard]] std::vector<core::Finding> altered_tables(const Versement& versement) const;
  /// Answers of a platform in the folder of a lot of which the journals know no sending.
  [[nodiscard]] std::vector<core::Finding> unknown_transfers(const Versement& versement,
                                                             const MessageIdentifier& lot) const;
  /// What was last written down of this very reply of the platform.
  [[nodiscard]] ReplyTrace reply(const Versement& versement, const MessageIdentifier& lot,
                                 const std::string& atr_sha512) const;
  /// What was last written down of a check of this lot is this report, and does not refuse it.
  [[nodiscard]] bool knows_check(const MessageIdentifier& lot, const std::string& report_sha512) const;
  /// closing.json of a lot, or of the versement itself (`lot` ""), by its digest.
  [[nodiscard]] ClosingTrace closing(const Versement& versement, const std::string& lot,
                                     const std::string& sha512) const;
  /// closing.json files that are missing or say something else than what ended.
  [[nodiscard]] std::vector<core::Finding> missing_closings(const Versement& versement) const;
  /// Folders (names in the workspace) that a line withdrew and no later line made again: what is left of them
  /// is left by an interruption.
  [[nodiscard]] const std::set<std::string>& withdrawn() const noexcept { return withdrawn_; }
  /// Files of evidence, eliminations and decisions about warnings (events that carry "files") under `folder`,
  /// relative to the workspace, that are missing or other ones.
  [[nodiscard]] std::vector<core::Finding> missing_files(const std::filesystem::path& workspace,
                                                         const std::string& folder) const;
  /// These very bytes were written down under this name, relative to the workspace.
  [[nodiscard]] bool knows_file(const std::string& name, const std::string& sha512) const;
  /// A list of these very bytes was about to be published under this name.
  [[nodiscard]] bool began_file(const std::string& name, const std::string& sha512) const;
  /// These very bytes were written down as this decision, and its second signature, if it has one.
  [[nodiscard]] bool knows(const Versement& versement, const VisaFile& visa) const;

 private:
  friend class FollowedTrail;
  /// Lines that the trail is made of.
  [[nodiscard]] static bool counts(const core::Json& line);
  struct Decision {
    std::string sha512, signature, second;
  };
  struct Transfer {
    bool started = false, receipt = false, accepted = false;
    std::string sip_sha512, operation, atr_sha512;
  };
  struct ClosingLines {
    std::string started, closed;  ///< digests of closing.json
  };
  void take(const core::Json& line);
  void take_transfer(const std::string& event, const core::Json& object, const core::Json& line);
  void take_files(const core::Json& object);
  void take_receipt(const std::string& lot);
  void take_states(const core::Json& object);
  void take_second(const core::Json& object);
  void take_root_file(bool checkpoint, const core::Json& object);
  void take_check(const core::Json& object, const core::Json& line);

  std::map<std::pair<std::string, int>, Decision> decisions_;             ///< versement, number
  std::map<std::pair<std::string, std::string>, Transfer> transfers_;     ///< versement, lot
  std::map<std::pair<std::string, std::string>, ClosingLines> closings_;  ///< versement, lot
  std::map<std::string, std::map<std::string, std::string>> tables_;      ///< versement → file → digest
  std::set<std::string> checkpoints_;                                     ///< files, of all journals
  std::map<std::string, std::string> extracts_;                           ///< sealed here → root
  struct Review {
    std::string sha512;
    std::map<std::string, std::string> checks;  ///< lot → digest of the check that it shows
    bool tells_checks = false;                  ///< reports written before do not say
  };
  std::map<std::string, Review> reviews_;            ///< versement → digest, the last
  std::map<std::string, std::string> annotations_;   ///< origin → digest, the last
  std::map<std::string, SignedRegister> registers_;  ///< name → the last
  std::map<std::string, std::string> signatures_;    ///< name at the root of the workspace → digest
  /// Lot → file → every digest that was written down of it: an interruption leaves the one before.
  std::map<std::string, std::map<std::string, std::set<std::string>>> states_;
  std::set<std::string> withdrawn_;
  std::map<std::string, std::string> begun_;  ///< as files_, before they were published
  std::map<std::string, std::string> files_;  ///< name in the workspace → digest, the last one written down
  std::map<std::string, std::string>
      checks_;  ///< lot → digest of the report that accepts it, "" when refused
};

}  // namespace versoir::sip
