// Annotations: what changes about a person after the shutdown, signed one by one in a file beside the sealed
// extract, which itself never changes. docs/formats/annotations.md, docs/decisions/0043.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/json.hpp"
#include "profiles/model.hpp"
#include "records/record.hpp"
#include "trust/cades.hpp"
#include "trust/roles.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::consult {

enum class AnnotationKind { name, sex, rectification, hold, withdrawal };
[[nodiscard]] std::string_view annotation_kind_name(AnnotationKind kind) noexcept;
[[nodiscard]] std::optional<AnnotationKind> parse_annotation_kind(std::string_view name) noexcept;
[[nodiscard]] std::string annotation_kind_label(AnnotationKind kind);  ///< translated

struct Annotation {
  std::uint64_t number = 0;  ///< from 1, in the order of the file
  std::string record, key;   ///< "etudiant", "[1001]"
  AnnotationKind kind = AnnotationKind::rectification;
  std::map<std::string, std::string> values;  ///< field of the record's root row → value from now on
  std::string text;                           ///< what is stated, for people
  std::string paper;                          ///< the signed paper it rests on: reference and date
  std::uint64_t withdraws = 0;                ///< number of the annotation that a withdrawal takes back
  std::string made, by;                       ///< when (claimed), common name of the signer
  bool withdrawn = false;                     ///< a later one took it back: it has no effect
};

/// What an annotation is to say; its number, chain and signature are added.
struct NewAnnotation {
  std::string record, key;
  AnnotationKind kind = AnnotationKind::rectification;
  std::map<std::string, std::string> values;
  std::string text, paper;
  std::uint64_t withdraws = 0;
};

/// The annotations of one extract, verified.
class Annotations {
 public:
  enum class Verdict {
    none,        ///< there is no file
    verified,    ///< the chain is whole, each was signed by an archivist or producer of the role register
    not_judged,  ///< the chain is whole, the configuration does not say whom to trust
    broken       ///< changed, cut out or signed by nobody known: they have no effect, and no document is made
  };
  Annotations() = default;
  /// `origin`: root of the first generation of the extract, to which annotations are bound. Never throws for
  /// what the file holds: a defect is a reason.
  static Annotations read(const std::filesystem::path& extract, const std::string& origin,
                          const trust::TrustStore* store, const trust::RoleRegister* roles,
                          const core::Clock& clock);

  [[nodiscard]] Verdict verdict() const noexcept { return verdict_; }
  [[nodiscard]] const std::vector<core::Message>& reasons() const noexcept { return reasons_; }
  [[nodiscard]] bool usable() const noexcept { return verdict_ != Verdict::broken; }
  [[nodiscard]] const std::vector<Annotation>& all() const noexcept { return all_; }
  /// Of one record, oldest first, withdrawn ones included; none when they are broken.
  [[nodiscard]] std::vector<const Annotation*> of(std::string_view record, std::string_view key) const;
  [[nodiscard]] bool held(std::string_view record, std::string_view key) const;
  /// Fields of the record that are not what the extract says, and what they are from now on.
  [[nodiscard]] std::map<std::string, std::string> amended(std::string_view record,
                                                           std::string_view key) const;
  /// What tells these annotations from others: SHA-256 of the last line, "" without any.
  [[nodiscard]] const std::string& head() const noexcept { return head_; }

 private:
  Verdict verdict_ = Verdict::none;
  std::vector<core::Message> reasons_;
  std::vector<Annotation> all_;
  std::string head_;
};

/// `X.extract.annotations`.
[[nodiscard]] std::filesystem::path annotations_file(const std::filesystem::path& extract);

/// Checks against the profile what is to be said (fields of the sheet's amendable, something that withdraws
/// what is there), signs it and adds it to the file in one step, under a lock. Refused on a broken file
/// (Error(Exit::evidence_broken)), for what the profile does not let change (Error(Exit::usage)). Returns its
/// number.
std::uint64_t append_annotation(const std::filesystem::path& extract, const std::string& origin,
                                const profiles::Application& app, const Annotations& present,
                                const NewAnnotation& what, trust::Signer& signer,
                                trust::TimestampAuthority* tsa, const core::Clock& clock);

/// Writes the annotations of a purged generation: those of `removed` records are replaced by their digest
/// alone, which later ones are chained to, under the signature of whoever purges. `why`: elimination and
/// visa.
void carry_annotations(const std::filesystem::path& from, const std::filesystem::path& to,
                       const std::function<bool(const std::string& record, const std::string& key)>& removed,
                       const core::Json& why, trust::Signer& signer, const core::Clock& clock);

/// Puts the new values on the record's root row, codes resolved. Returns (label of the field, value that the
/// extract holds) of what is no more shown.
std::vector<std::pair<std::string, std::string>> amend(records::Record& record,
                                                       const profiles::Application& app,
                                                       const Annotations& annotations);

}  // namespace versoir::consult
