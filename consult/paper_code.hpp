// From the code of a paper back to what it says: the document of a record whose code it is.
#pragma once
#include "consult/archive.hpp"
#include "consult/document.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::consult {

struct CodeMatch {
  const profiles::DocumentDef* document = nullptr;
  std::string row, choice;         ///< of which row of the record, and how people call it
  bool before_annotation = false;  ///< it bears an identity that annotations have changed since
  std::optional<DocumentOverride> override_by;
};

/// The document of this record, made today, whose code it is: with the annotations, then as it was before
/// them, then with each of these decisions about unpublished results. nullopt: the paper does not say what
/// the extract says.
[[nodiscard]] std::optional<CodeMatch> match_code(Archive& archive, const records::Record& sealed,
                                                  std::string_view code,
                                                  const std::vector<DocumentOverride>& decisions = {});
/// Twenty hexadecimal digits, whatever separates them.
[[nodiscard]] bool is_code(std::string_view typed);
/// What a paper calls "Dossier": "etudiant:[1001]" in its two parts; nullopt when it is none.
[[nodiscard]] std::optional<std::pair<std::string, records::Key>> read_reference(std::string_view typed);

}  // namespace versoir::consult
