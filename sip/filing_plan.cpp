// Reads a filing plan: its grammar, then what a grammar cannot say (identifiers, parents, circles).
#include "sip/filing_plan.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/nearest.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "profiles/loader.hpp"

#include <algorithm>
#include <map>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::Message;
using core::msg;

namespace {

constexpr std::uint64_t largest_file = 16u << 20;
/// VITAM reads manifests with a parser that stops at 256 levels of elements; a plan never comes near.
constexpr std::size_t deepest = 200;
constexpr std::size_t issues_told = 20;

/// Nodes as the file gives them, then in the order of the tree.
class Reading {
 public:
  explicit Reading(std::string_view origin) : origin_(origin) {}

  void take(const core::XmlElement& root) {
    for (const auto* e : root.all("node")) take_node(*e);
    check_parents();
    if (!defects_.empty()) return;
    for (const auto& node : nodes_)
      if (node.parent.empty()) place(node, 0);
    for (const auto& node : nodes_)
      if (!placed_[node.id])
        defect(msg("{0}: the parents of the node {1} form a circle", at(node.line), node.id));
  }

  void defect(Message what) { defects_.push_back(std::move(what)); }
  [[nodiscard]] std::string at(long line) const { return fmt::format("{}:{}", origin_, line); }
  void finish() const {
    if (defects_.empty()) return;
    Error e(Exit::configuration, msg("The filing plan {0} is wrong.", origin_));
    for (const auto& d : defects_) std::move(e).because(d);
    throw std::move(e).hint(msg("docs/formats/filing-plan.md says how it is written."));
  }
  [[nodiscard]] std::vector<FilingNode> ordered() && { return std::move(ordered_); }

 private:
  void take_node(const core::XmlElement& e) {
    FilingNode node;
    node.id = e.attribute_or("id", "");
    node.parent = e.attribute_or("parent", "");
    node.title = core::trim(e.attribute_or("title", ""));
    node.level = e.attribute_or("level", "RecordGrp");
    node.description = e.child_text("description");
    node.line = e.line;
    const auto [first, added] = lines_.emplace(node.id, e.line);
    if (!added)
      defect(msg("{0}: the node {1} is there twice, the first time on line {2}", at(e.line), node.id,
                 first->second));
    children_[node.parent].push_back(nodes_.size());
    nodes_.push_back(std::move(node));
  }

  void check_parents() {
    std::vector<std::string> known;
    for (const auto& node : nodes_) known.push_back(node.id);
    for (const auto& node : nodes_) {
      if (node.parent.empty() || lines_.contains(node.parent)) continue;
      const auto near = core::nearest(node.parent, known);
      defect(near ? msg("{0}: the node {1} has a parent {2} that does not exist; did you mean {3}?",
                        at(node.line), node.id, node.parent, *near)
                  : msg("{0}: the node {1} has a parent {2} that does not exist", at(node.line), node.id,
                        node.parent));
    }
  }

  void place(const FilingNode& node, std::size_t depth) {
    if (depth == deepest)
      return defect(msg("{0}: the node {1} lies deeper than {2} levels", at(node.line), node.id, deepest));
    placed_[node.id] = true;
    ordered_.push_back(node);
    ordered_.back().depth = depth;
    if (const auto inside = children_.find(node.id); inside != children_.end())
      for (const auto child : inside->second) place(nodes_[child], depth + 1);
  }

  std::string origin_;
  std::vector<FilingNode> nodes_, ordered_;
  std::map<std::string, long> lines_;
  std::map<std::string, std::vector<std::size_t>> children_;
  std::map<std::string, bool> placed_;
  std::vector<Message> defects_;
};

}  // namespace

FilingPlan FilingPlan::read(const std::filesystem::path& file) {
  return parse(core::read_file(file, largest_file), file.string());
}

FilingPlan FilingPlan::parse(std::string_view xml, std::string_view origin) {
  const auto root = core::parse_xml(xml, origin, Exit::configuration);
  const auto grammar = core::Grammar::from_text(profiles::embedded_schema("filing-plan.rng"),
                                                "filing-plan.rng", profiles::embedded_schema);
  Reading reading(origin);
  const auto issues = grammar.validate(xml, issues_told);
  for (const auto& issue : issues) reading.defect(msg("{0}: {1}", reading.at(issue.line), issue.message));
  if (issues.empty()) reading.take(root);
  reading.finish();
  FilingPlan plan;
  plan.title = core::trim(root.attribute_or("title", ""));
  plan.nodes = std::move(reading).ordered();
  return plan;
}

const FilingNode* FilingPlan::find(std::string_view id) const {
  const auto at = std::ranges::find(nodes, id, &FilingNode::id);
  return at == nodes.end() ? nullptr : &*at;
}

std::string FilingPlan::unit_id(const FilingNode& node) const {
  return "AU" + std::to_string(&node - nodes.data() + 1);
}

std::vector<std::string> FilingPlan::ids() const {
  std::vector<std::string> list;
  for (const auto& node : nodes) list.push_back(node.id);
  return list;
}

}  // namespace versoir::sip
