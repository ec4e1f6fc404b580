// The filing plan of an establishment (docs/formats/filing-plan.md): the nodes under which lots stand on the
// platform.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::sip {

/// "filing-plan": where a plan or a list names an archive profile, and as the kind of source of a versement.
inline constexpr std::string_view filing_profile = "filing-plan";
/// The plan as it was when the versement was planned, in the folder of the versement.
inline constexpr std::string_view filing_file = "filing-plan.xml";

struct FilingNode {
  std::string id, parent, title, level, description;
  std::size_t depth = 0;  ///< 0: at the root
  long line = 0;
};

struct FilingPlan {
  std::string title;
  /// Each after its parent and before its next sibling: the order of the manifest, siblings in that of the
  /// file.
  std::vector<FilingNode> nodes;

  /// Everything that is wrong at once, with lines: Error(Exit::configuration).
  static FilingPlan read(const std::filesystem::path& file);
  static FilingPlan parse(std::string_view xml, std::string_view origin);

  [[nodiscard]] const FilingNode* find(std::string_view id) const;
  /// Identifier of the node's unit in the manifest that transfers the plan: AU1 for the first one.
  [[nodiscard]] std::string unit_id(const FilingNode& node) const;
  [[nodiscard]] std::vector<std::string> ids() const;
};

}  // namespace versoir::sip
