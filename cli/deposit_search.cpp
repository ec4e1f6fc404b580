// See deposit_search.hpp.
#include "cli/deposit_search.hpp"

#include "core/display.hpp"
#include "core/error.hpp"
#include "vitam/ingest.hpp"

#include <algorithm>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// The folder of a lot of this workspace that was sent under this identifier.
std::optional<fs::path> sent_folder(Context& c, const std::string& message) {
  for (const auto& id : sip::list_versements(c.workspace())) {
    const auto folder = sip::Versement(c.workspace(), id).lot({message});
    if (fs::exists(folder / "operation.json")) return folder;
  }
  return std::nullopt;
}

bool is_message_identifier(const std::string& text) {
  return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [](unsigned char ch) {
    return std::isalnum(ch) || ch == '-' || ch == '_' || ch == '.';
  });
}

}  // namespace

vitam::OperationId operation_of_message(Context& c, vitam::Client& client, const std::string& message) {
  if (!is_message_identifier(message))
    throw Error(Exit::usage, msg("\"{0}\" is not the identifier of a lot.", message))
        .hint(msg("versoir status lists them."));
  if (const auto folder = sent_folder(c, message)) return vitam::kept_operation(*folder).value();
  const auto found = client.find_ingests(message);
  const auto accepted = std::ranges::find_if(
      found, [](const vitam::LoggedOperation& o) { return o.outcome == "OK" || o.outcome == "WARNING"; });
  if (accepted != found.end()) return accepted->id;
  if (!found.empty()) return found.front().id;
  throw Error(Exit::not_found,
              msg("Neither this workspace nor the platform knows an ingest of {0}.", message))
      .hint(msg("versoir vitam operations lists those of the platform."));
}

std::optional<vitam::OperationId> asked_operation(Context& c, vitam::Client& client) {
  if (const auto operation = c.words.find("operation")) return vitam::OperationId{*operation};
  if (const auto message = c.words.find("message")) return operation_of_message(c, client, *message);
  return std::nullopt;
}

/// The reply to a lot: the one of its folder, or as the platform gives it, put into `temporary`.
fs::path reply_of(Context& c, vitam::Client& client, const std::string& message, const fs::path& temporary) {
  if (const auto folder = sent_folder(c, message); folder && fs::exists(*folder / "atr.xml"))
    return *folder / "atr.xml";
  auto file = temporary / "atr.xml";
  client.archive_transfer_reply(operation_of_message(c, client, message), file);
  return file;
}

std::string asked_unit(Context& c, vitam::Client& client, const std::string& unit) {
  const auto message = c.words.find("message");
  if (!message) return unit;
  const core::TemporaryDirectory temporary;
  std::string found;
  const auto reply =
      vitam::read_atr_file(reply_of(c, client, *message, temporary.path()), [&](const auto& row) {
        if (row.kind == vitam::AtrRow::Kind::unit && row.id == unit) found = row.system_id;
      });
  if (found.empty())
    throw Error(Exit::not_found, msg("The reply to {0} gives no system identifier for {1}.", *message, unit))
        .hint(msg("{1} is looked for among the {0} units of its manifest: AU1, AU2...", reply.units, unit));
  return found;
}

std::vector<OptionDef> search_options() {
  return {{"operation", mark("ID"), mark("units that this ingest made (#opi)")},
          {"message", mark("ID"), mark("units of the lot with this MessageIdentifier")},
          {"xml-id", mark("ID"), mark("with --message: units by their identifier in the manifest"), nullptr,
           true},
          {"identifier", mark("ID"), mark("units that the originating agency calls so")},
          {"title", mark("WORDS"), mark("units whose title holds these words")},
          {"roots", nullptr, mark("only units that have no unit above them")}};
}

vitam::UnitSearch asked_units(Context& c, vitam::Client& client) {
  vitam::UnitSearch search;
  const auto xml_ids = c.words.list("xml-id");
  if (!xml_ids.empty() && !c.words.has("message"))
    throw Error(Exit::usage,
                msg("--xml-id needs --message: identifiers of a manifest are those of one SIP."));
  if (const auto operation = asked_operation(c, client)) search.operation = operation->value;
  for (const auto& id : xml_ids) search.ids.push_back(asked_unit(c, client, id));
  search.identifier = c.words.get("identifier");
  search.title = c.words.get("title");
  search.roots = c.words.has("roots");
  if (search.empty())
    throw Error(Exit::usage, msg("Say which units: --operation, --message, --identifier or --title."));
  return search;
}

void name_all_units(Context& c, vitam::Client& client, vitam::UnitSearch& search) {
  if (!search.ids.empty()) return;
  if (search.operation.empty())
    throw Error(Exit::usage, msg("Of one question the platform gives {0} units at most.",
                                 core::show_count(vitam::units_of_one_question)))
        .hint(msg("Name one ingest, by --operation or --message: its units are then all had."));
  const core::TemporaryDirectory temporary;
  auto reply = temporary.path() / "atr.xml";
  if (const auto message = c.words.find("message"))
    reply = reply_of(c, client, *message, temporary.path());
  else
    client.archive_transfer_reply({search.operation}, reply);
  static_cast<void>(vitam::read_atr_file(reply, [&](const vitam::AtrRow& row) {
    if (row.kind == vitam::AtrRow::Kind::unit && vitam::is_operation_id(row.system_id))
      search.ids.push_back(row.system_id);
  }));
}

}  // namespace versoir::cli
