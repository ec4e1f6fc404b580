// Eliminations: the bordereau d'élimination of what may leave a source, the visa of the archives authority
// (Code du patrimoine, R212-14: nothing is destroyed without), the certificate of destruction. Versoir
// prepares and registers; it deletes nothing in a source. docs/formats/elimination.md.
#pragma once
#include "core/clock.hpp"
#include "core/config.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "extract/store.hpp"
#include "sip/versement.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// The day that papers are dated against, universal time.
[[nodiscard]] core::Date today(const core::Clock& clock);

/// A lot whose acceptance was proven by its reply: the caller's word, from vitam.
struct AcceptedLot {
  std::string versement, lot, profile, operation, reply_code;
  std::uint64_t units = 0;                   ///< archive units transferred, of the receipt
  std::string extract_root, profile_digest;  ///< of the plan: the extract that was transferred

  /// Transferred from these very rows, read by this very profile: only then may its records be read again in
  /// the extract.
  [[nodiscard]] bool is_of(const extract::Extract& extract) const {
    return extract_root == extract.root().hex() && profile_digest == extract.run().profile_digest;
  }
};

/// What the establishment says may be destroyed without having been transferred: [elimination.NAME].
struct EndedLine {
  std::string name, title, dua;
  std::vector<std::string> tables;  ///< T, T.C, or T.* for what the extract left of T
  core::Date dua_end{}, from{}, to{};
};
/// Lines of this application. Error(Exit::configuration), with every defect: a missing key, a DUA that has
/// not ended on `today`, extreme dates in the wrong order or after its end.
[[nodiscard]] std::vector<EndedLine> read_ended_lines(const core::Config& config,
                                                      const std::string& application, core::Date today);

/// NAMEs of the sections [prefix.NAME] of this application. One without application, or of an application
/// that no section describes, is a cause in `e`: a mistyped name must not make it disappear.
[[nodiscard]] std::vector<std::string> sections_of_application(const core::Config& config,
                                                               std::string_view prefix,
                                                               const std::string& application,
                                                               core::Error& e);

enum class EliminationState { prepared, visa, destroyed };
[[nodiscard]] std::string_view state_name(EliminationState s) noexcept;
[[nodiscard]] std::string state_label(EliminationState s);  ///< translated

/// Paths of one elimination: eliminations/<id>/.
class Elimination {
 public:
  /// Throws Error(Exit::usage) when the id cannot name a folder.
  Elimination(std::filesystem::path workspace, std::string id);
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] std::filesystem::path folder() const { return workspace_ / "eliminations" / id_; }
  [[nodiscard]] std::filesystem::path file(std::string_view name) const { return folder() / name; }
  [[nodiscard]] EliminationState state() const;  ///< Error(Exit::lot_state) when nothing was prepared
  [[nodiscard]] core::Json bordereau() const;
  /// It rests on rehearsal extracts or platforms, and proves nothing. A bordereau that does not say is one.
  [[nodiscard]] bool is_rehearsal() const;
  [[nodiscard]] std::optional<core::Json> visa() const;
  [[nodiscard]] std::optional<core::Json> destruction() const;

 private:
  std::filesystem::path workspace_;
  std::string id_;
};
/// Those that have a bordereau, sorted.
[[nodiscard]] std::vector<std::string> list_eliminations(const std::filesystem::path& workspace);

struct EliminationRequest {
  std::string establishment, service;  ///< as the bordereau names them
  bool rehearsal = false;              ///< of rehearsal extracts or platforms: proves nothing
  bool replace = false;
};
/// bordereau.json, .csv, .html and annexe.csv (the records transferred, names included): units of the
/// accepted lots, and the lines whose DUA has ended; tables and columns must be those of the extract. Nothing
/// at all is Error(Exit::not_found). Refused when a visa is registered (Exit::lot_state).
core::Json prepare_elimination(const Elimination& elimination, extract::Extract& extract,
                               const std::vector<AcceptedLot>& lots, const std::vector<EndedLine>& ended,
                               const EliminationRequest& request, const core::Clock& clock);

/// A paper that came back: who, when, under which reference, and the scan or the signed file itself.
struct RegisteredPaper {
  std::string reference, authority, place;
  std::string backups;  ///< of a destruction: which still hold the data
  core::Date date{};
  std::filesystem::path document;
};
/// Whether the journal wrote these very bytes down under this name.
using KnownFile = std::function<bool(const std::filesystem::path&)>;
/// visa.json and the document. The date lies between the bordereau and today; the bordereau is the one that
/// the journal knows. A visa.json that is there without its line in the journal, of this very paper, is one
/// that a crash left: it stays, and the caller writes the line. Error(Exit::lot_state | Exit::usage |
/// Exit::evidence_broken).
void register_visa(const Elimination& elimination, const RegisteredPaper& paper, const KnownFile& known,
                   const core::Clock& clock);
/// destruction.json and the document: not before the visa. As register_visa.
void register_destruction(const Elimination& elimination, const RegisteredPaper& paper,
                          const KnownFile& known, const core::Clock& clock);

/// Each file against the digests that bordereau.json, visa.json and destruction.json hold.
[[nodiscard]] std::vector<core::Finding> verify_elimination(const Elimination& elimination);

/// Of a bordereau, for the page and the CSV.
void write_bordereau_page(const std::filesystem::path& file, const core::Json& bordereau);
void write_bordereau_csv(const std::filesystem::path& file, const core::Json& bordereau);

}  // namespace versoir::sip
