// versoir vitam units and unit: what the platform shows of what was deposited.
#include "cli/context.hpp"
#include "cli/deposit_search.hpp"
#include "cli/platform_link.hpp"
#include "cli/vitam_commands.hpp"
#include "core/display.hpp"
#include "core/error.hpp"

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;
using core::text_of;
using core::tr;

namespace {

std::string dates_of(const Json& unit) {
  const auto start = core::show_date(text_of(unit, "StartDate")),
             end = core::show_date(text_of(unit, "EndDate"));
  if (start.empty() && end.empty()) return {};
  return start + " – " + end;
}

std::string joined(const Json& list) {
  std::string all;
  if (list.is_string()) return list.get<std::string>();
  if (list.is_array())
    for (const auto& item : list)
      if (item.is_string()) all += (all.empty() ? "" : ", ") + item.get<std::string>();
  return all;
}

int run_units(Context& c) {
  auto link = open_platform(c, chosen_platform(c));
  vitam::Client client(*link.http, link.platform);
  vitam::Access access(*link.http, link.platform);
  auto search = asked_units(c, client);
  const auto limit = static_cast<std::size_t>(c.words.integer("limit", 1, 1'000'000));
  if (limit > vitam::units_of_one_question) name_all_units(c, client, search);
  std::vector<std::vector<std::string>> rows;
  std::size_t shown = 0;
  const auto total = access.units(search, limit, [&](const Json& unit) {
    ++shown;
    c.out.event("unit", {{"unit", unit}});
    if (c.out.json()) return;  // there may be many
    rows.push_back({text_of(unit, "#id"), text_of(unit, "DescriptionLevel"), text_of(unit, "Title"),
                    dates_of(unit), text_of(unit, "#object").empty() ? "" : tr("yes")});
  });
  if (!rows.empty()) c.out.table({tr("Unit"), tr("Level"), tr("Title"), tr("Dates"), tr("Objects")}, rows);
  c.out.result(core::nmsg("{0} archive unit.", "{0} archive units.", shown));
  if (total > shown) c.out.say(msg("→ The platform has {0} of them: --limit shows more.", total));
  if (shown == 0)
    c.out.say(msg("→ The access contract {0} may not show them: versoir vitam ping tells what it opens.",
                  link.platform.access_contract));
  c.out.summary({{"units", shown}, {"total", total}});
  return static_cast<int>(shown == 0 ? Exit::not_found : Exit::ok);
}

void show_fact(Context& c, const core::Message& name, const std::string& value) {
  if (!value.empty()) c.out.result(msg("{0}: {1}", name.text(), value));
}

void show_unit(Context& c, const Json& unit) {
  show_fact(c, msg("Archive unit"), text_of(unit, "#id"));
  show_fact(c, msg("Title"), text_of(unit, "Title"));
  show_fact(c, msg("Level"), text_of(unit, "DescriptionLevel"));
  show_fact(c, msg("Dates"), dates_of(unit));
  show_fact(c, msg("Identifier of the originating agency"),
            joined(unit.value("OriginatingAgencyArchiveUnitIdentifier", Json())));
  show_fact(c, msg("Originating agency"), text_of(unit, "#originating_agency"));
  show_fact(c, msg("Ingest"), text_of(unit, "#opi"));
  show_fact(c, msg("Units above"), joined(unit.value("#unitups", Json())));
  show_fact(c, msg("Object group"), text_of(unit, "#object"));
}

/// Each rule that holds for the unit, and where it comes from.
void show_rules(Context& c, const Json& rules, const std::string& own) {
  std::vector<std::vector<std::string>> rows;
  if (rules.is_object())
    for (const auto& category : rules.items()) {
      if (!category.value().is_object()) continue;
      const auto from = [&](const Json& item) {
        const auto origin = text_of(item, "UnitId");
        return origin == own ? tr("the unit itself") : origin;
      };
      const auto list = category.value().value("Rules", Json::array());
      for (const auto& rule : list)
        rows.push_back({category.key(), text_of(rule, "Rule"), core::show_date(text_of(rule, "StartDate")),
                        core::show_date(text_of(rule, "EndDate")), from(rule)});
      const auto properties = category.value().value("Properties", Json::array());
      for (const auto& property : properties)
        if (property.is_object())
          rows.push_back({category.key(),
                          fmt::format("{} = {}", text_of(property, "PropertyName"),
                                      joined(property.value("PropertyValue", Json()))),
                          "", "", from(property)});
    }
  if (rows.empty()) return;
  c.out.result("");
  c.out.table({tr("Category"), tr("Rule"), tr("Start"), tr("End"), tr("From")}, rows);
}

void show_objects(Context& c, const std::vector<vitam::ObjectVersion>& versions) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& v : versions)
    rows.push_back(
        {v.usage, std::to_string(v.version), v.format, v.size ? core::show_size(*v.size) : "", v.file_name});
  if (rows.empty()) return;
  c.out.result("");
  c.out.table({tr("Usage"), tr("Version"), tr("Format"), tr("Size"), tr("File")}, rows);
}

int run_unit(Context& c) {
  auto link = open_platform(c, chosen_platform(c));
  vitam::Client client(*link.http, link.platform);
  vitam::Access access(*link.http, link.platform);
  const auto id = asked_unit(c, client, c.words.get("UNIT"));
  const auto unit = access.unit(id);
  if (!unit)
    throw Error(Exit::not_found, msg("The platform shows no archive unit {0}.", id))
        .hint(msg("The access contract {0} may not show it.", link.platform.access_contract));
  const auto rules = access.inherited_rules(id);
  const auto group = text_of(*unit, "#object").empty() ? std::nullopt : access.object_group(id);
  show_unit(c, *unit);
  show_rules(c, rules, id);
  if (group) show_objects(c, vitam::versions_of(*group));
  c.out.event("unit", {{"unit", *unit}, {"rules", rules}, {"group", group ? *group : Json()}});
  c.out.summary({{"unit", id}});
  return 0;
}

}  // namespace

std::vector<CommandDef> vitam_units_commands() {
  auto options = search_options();
  options.push_back({"limit", mark("N"), mark("units to show, at most"), "100"});
  options.push_back(platform_option());
  options.push_back(trace_option());
  return {{.name = "vitam units",
           .summary = mark("the archive units that the platform shows of what was deposited"),
           .details = mark(
               "By the ingest or the lot that brought them, by the identifier of the originating agency, "
               "by words of the title; several of these must all hold. The access contract "
               "decides what is shown. Of one question platforms give 10,000 units; with a larger --limit "
               "those of one ingest are asked for by the identifiers that its reply gives."),
           .example = "versoir vitam units --identifier 20800007",
           .arguments = {},
           .options = options,
           .exits = {Exit::configuration, Exit::platform_unreachable, Exit::platform_refused,
                     Exit::reply_unreadable, Exit::not_found},
           .run = run_units},
          {.name = "vitam unit",
           .summary = mark("one archive unit as the platform has it, with its rules and its objects"),
           .details = mark("The rules that hold for it, and the unit from which each comes; the usages and "
                           "versions of its object group."),
           .example = "versoir vitam unit AU1 --message USA-DIP-0123456789-0001",
           .arguments = {{mark("UNIT"), mark("SystemId, or with --message the identifier in the manifest")}},
           .options = {{"message", mark("ID"),
                        mark("MessageIdentifier of the lot whose manifest names the unit")},
                       platform_option(),
                       trace_option()},
           .exits = {Exit::configuration, Exit::platform_unreachable, Exit::platform_refused,
                     Exit::reply_unreadable, Exit::not_found},
           .run = run_unit}};
}

}  // namespace versoir::cli
