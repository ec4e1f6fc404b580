// See holdings.hpp. Codes: VITAM's CHECK_MANIFEST.
#include "vitam/sandbox/holdings.hpp"

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"
#include "vitam/sandbox/reply.hpp"

#include <algorithm>
#include <optional>

namespace versoir::vitam::sandbox {

namespace {

using check::Event;
using check::Status;
using check::Workflow;
using core::Exit;
using core::msg;
using core::XmlReader;

constexpr const char* step = "STP_INGEST_CONTROL_SIP";

struct Match {
  std::string system_id;
  Workflow workflow;
};

/// Records hang below a filing plan, a filing plan below a holding tree.
int rank(Workflow w) { return w == Workflow::holding_scheme ? 2 : w == Workflow::filing_scheme ? 1 : 0; }

/// Units of one manifest that something of `wanted` designates.
class Search {
 public:
  Search(const std::vector<AttachedUnit>& wanted, std::vector<std::vector<Match>>& found,
         const HeldOperation& operation)
      : wanted_(wanted), found_(found), operation_(operation) {}

  void run() {
    auto reader = XmlReader::from_file(operation_.manifest, Exit::sip_unreadable);
    while (reader.next()) {
      if (reader.node() == XmlReader::Node::end && reader.name() == "ArchiveUnit") {
        close();
        continue;
      }
      if (reader.node() != XmlReader::Node::start) continue;
      if (reader.name() == "ArchiveUnit")
        open_.push_back({reader.attribute("id").value_or(""), reader.depth(), false, {}});
      else if (!open_.empty())
        take(reader);
    }
  }

 private:
  struct Unit {
    std::string id;
    int depth;
    bool stands_for_another;
    std::vector<std::size_t> keys;  ///< of `wanted` that a leaf of its Content answers
  };

  void take(XmlReader& reader) {
    auto& unit = open_.back();
    const std::string name(reader.name());
    const auto inside = reader.depth() - unit.depth;
    if (inside == 1) in_content_ = name == "Content";
    if (name == "UpdateOperation" && inside == 2) unit.stands_for_another = true;
    if (!in_content_ || inside != 2 || !asked(name)) return;
    const auto text = core::trim(reader.element_text());
    for (std::size_t i = 0; i < wanted_.size(); ++i)
      if (wanted_[i].system_id.empty() && wanted_[i].key_name == name &&
          core::trim(wanted_[i].key_value) == text)
        unit.keys.push_back(i);
  }

  [[nodiscard]] bool asked(const std::string& name) const {
    return std::ranges::any_of(wanted_, [&](const AttachedUnit& w) { return w.key_name == name; });
  }

  void close() {
    if (open_.empty()) return;
    const auto unit = std::move(open_.back());
    open_.pop_back();
    if (unit.stands_for_another) return;
    const auto id = system_id("aeaq", operation_.id, unit.id);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const bool designated = wanted_[i].system_id.empty()
                                  ? std::ranges::find(unit.keys, i) != unit.keys.end()
                                  : wanted_[i].system_id == id;
      if (designated) found_[i].push_back({id, operation_.workflow});
    }
  }

  const std::vector<AttachedUnit>& wanted_;
  std::vector<std::vector<Match>>& found_;
  const HeldOperation& operation_;
  std::vector<Unit> open_;
  bool in_content_ = false;
};

Event defect(const AttachedUnit& unit, const char* code, core::Message why) {
  return {step, std::string("CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.") + code + ".KO", Status::ko,
          std::move(why), unit.id};
}

std::string name_of(const AttachedUnit& unit) {
  return unit.system_id.empty() ? unit.key_name + " = " + unit.key_value : unit.system_id;
}

std::optional<Event> judge(const AttachedUnit& unit, const std::vector<Match>& found, Workflow workflow) {
  if (found.empty())
    return defect(unit, "NOT_FOUND_ATTACHMENT", msg("No unit of the platform is {0}.", name_of(unit)));
  if (found.size() > 1)
    return defect(unit, "TOO_MANY_FOUND_ATTACHMENT",
                  msg("{0} units of the platform are {1}: which one is meant?", found.size(), name_of(unit)));
  if (rank(found.front().workflow) < rank(workflow))
    return defect(unit, "UNAUTHORIZED_ATTACHMENT",
                  msg("The unit of the platform is below what is attached to it: {0}.", name_of(unit)));
  return std::nullopt;
}

}  // namespace

Resolved resolve(const std::vector<AttachedUnit>& wanted, Workflow workflow,
                 const std::vector<HeldOperation>& held) {
  std::vector<std::vector<Match>> found(wanted.size());
  for (const auto& operation : held) Search(wanted, found, operation).run();
  Resolved resolved;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (auto event = judge(wanted[i], found[i], workflow))
      resolved.defects.push_back(std::move(*event));
    else
      resolved.units[wanted[i].id] = found[i].front().system_id;
  }
  return resolved;
}

void refuse_attachments(check::Report& report, std::vector<Event> defects) {
  const auto first = std::ranges::find(report.events, std::string(step), &Event::step);
  report.events.erase(first, report.events.end());
  for (auto& event : defects) report.events.push_back(std::move(event));
  report.events.push_back({step,
                           std::string(step) + ".KO",
                           Status::ko,
                           msg("The platform would stop here and reject the SIP."),
                           {}});
  report.status = Status::ko;
}

}  // namespace versoir::vitam::sandbox
