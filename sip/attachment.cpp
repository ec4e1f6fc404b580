// Resolves nodes against a filing plan: a file, or the versement that transferred it with its receipt.
#include "sip/attachment.hpp"

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/nearest.hpp"
#include "sip/filing_plan.hpp"
#include "sip/settings_reader.hpp"
#include "sip/versement.hpp"

#include <optional>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// A filing plan and, when a versement of the workspace transferred it, what the platform answered.
struct Source {
  FilingPlan plan;
  std::string name;                               ///< as people know it
  std::map<std::string, std::string> system_ids;  ///< unit of the manifest → SystemId; of a versement only
  bool transferred = false;
};

/// The receipt of the one lot of a versement that transferred a filing plan.
void read_receipt(const Versement& versement, const Plan& plan, Source& source) {
  const auto& lot = plan.lots.at(0);
  const auto file = versement.lot(lot.id) / "receipt.json";
  if (!fs::exists(file))
    throw Error(Exit::configuration,
                msg("The versement {0} has no receipt: the platform has not accepted this filing plan.",
                    versement.id()))
        .hint(msg("Transfer it first: versoir send {0}", versement.id()));
  const auto receipt = core::read_json(file);
  const auto ids = receipt.find("systemIds");
  if (ids == receipt.end() || !ids->is_object())
    throw Error(Exit::configuration, msg("{0} gives no SystemId.", file.string()));
  for (const auto& item : ids->items())
    source.system_ids[item.key()] = core::json_string(*ids, item.key().c_str(), file.string());
}

Source open_versement(const std::string& id, const fs::path& workspace, const Settings& settings) {
  const Versement versement(workspace, id);
  const auto plan = versement.plan();
  if (!plan.is_filing() || plan.lots.empty())
    throw Error(Exit::configuration, msg("The versement {0} does not transfer a filing plan.", id));
  if (plan.platform != settings.platform || plan.tenant != settings.tenant)
    throw Error(Exit::configuration,
                msg("The filing plan of versement {0} is for platform {1}, tenant {2}; these lots go to "
                    "platform {3}, tenant {4}.",
                    id, plan.platform, plan.tenant, settings.platform, settings.tenant));
  Source source;
  const auto file = versement.file(filing_file);
  if (core::digest_file(file).sha512.hex() != plan.extract_sha512)
    throw Error(Exit::configuration, msg("{0} is not the filing plan that was planned.", file.string()));
  source.plan = FilingPlan::read(file);
  source.name = id;
  source.transferred = true;
  read_receipt(versement, plan, source);
  return source;
}

Source open_file(const std::string& name, const fs::path& configuration) {
  return {FilingPlan::read(configuration.parent_path() / name), name, {}, false};
}

/// The node, or nullptr once said why not.
const FilingNode* node_of(const Source& source, const std::string& archive, const std::string& node,
                          core::Message& why) {
  if (const auto* found = source.plan.find(node)) return found;
  const auto near = core::nearest(node, source.plan.ids());
  why = near ? msg("{0}: the filing plan {1} has no node {2}; did you mean {3}?", archive, source.name, node,
                   *near)
             : msg("{0}: the filing plan {1} has no node {2}.", archive, source.name, node);
  return nullptr;
}

std::string system_id_of(const Source& source, const FilingNode& node) {
  const auto at = source.system_ids.find(source.plan.unit_id(node));
  return at == source.system_ids.end() ? std::string() : at->second;
}

std::optional<Source> open_source(SettingsReader& reader, const fs::path& workspace, const Settings& s) {
  try {
    if (const auto id = reader.optional("filing", "versement"); !id.empty())
      return open_versement(id, workspace, s);
    if (const auto file = reader.optional("filing", "plan"); !file.empty())
      return open_file(file, reader.config().file());
    reader.report(
        msg("[attach] names nodes of a filing plan, and neither [filing] plan nor [filing] versement "
            "is set."));
  } catch (const Error& e) {
    reader.report(e.message());
    for (const auto& cause : e.causes()) reader.report(cause);
  }
  return std::nullopt;
}

}  // namespace

void read_attachments(SettingsReader& reader, const std::vector<const profiles::ArchiveDef*>& archives,
                      const fs::path& workspace, Settings& settings) {
  std::map<std::string, std::string> wanted;
  for (const auto* archive : archives)
    if (auto node = reader.optional("attach", archive->id.c_str()); !node.empty())
      wanted[archive->id] = std::move(node);
  if (wanted.empty()) return;
  const auto by = reader.config().get("filing", "attach_by");
  const bool by_system_id = by == "system-id";
  if (!by_system_id && by != "identifier")
    reader.report(msg("[filing] attach_by must be \"identifier\" or \"system-id\"."));
  const auto source = open_source(reader, workspace, settings);
  if (!source) return;
  if (by_system_id && !source->transferred)
    return reader.report(
        msg("[filing] attach_by = system-id needs [filing] versement: SystemIds are in the "
            "receipt of the filing plan."));
  for (const auto& [archive, id] : wanted) {
    core::Message why;
    const auto* node = node_of(*source, archive, id, why);
    if (!node) {
      reader.report(std::move(why));
      continue;
    }
    Attachment a{node->id, node->title, node->level, {}, {}, {}, {}};
    (source->transferred ? a.versement : a.plan) = source->name;
    if (by_system_id)
      a.system_id = system_id_of(*source, *node);
    else
      a.key_name = reader.config().get("filing", "metadata");
    if (by_system_id && a.system_id.empty())
      reader.report(msg("{0}: the receipt of versement {1} gives no SystemId for the node {2}.", archive,
                        source->name, id));
    settings.attachments[archive] = std::move(a);
  }
}

void require_attachment(const Attachment& a, const std::string& archive, const fs::path& workspace,
                        const fs::path& configuration, const Settings& settings) {
  const auto source = a.versement.empty() ? open_file(a.plan, configuration)
                                          : open_versement(a.versement, workspace, settings);
  const auto plan_again = msg("Put it back, or plan again: versoir plan --replace.");
  core::Message why;
  const auto* node = node_of(source, archive, a.node, why);
  if (!node) throw Error(Exit::configuration, why).hint(plan_again);
  if (!a.system_id.empty() && system_id_of(source, *node) != a.system_id)
    throw Error(Exit::configuration,
                msg("{0}: the receipt of versement {1} does not give the SystemId {2} for the node {3}.",
                    archive, source.name, a.system_id, a.node))
        .hint(plan_again);
}

UnitContent existing_unit(const Attachment& a) {
  UnitContent unit;
  unit.described.level = a.level;
  unit.described.title = a.title;
  unit.existing = ExistingUnit{a.system_id, a.key_name, a.node};
  return unit;
}

}  // namespace versoir::sip
