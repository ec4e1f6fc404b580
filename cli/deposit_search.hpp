// Which units a command is about: by what the command line says, by our own papers or by the platform's
// logbook.
#pragma once
#include "cli/command.hpp"
#include "cli/context.hpp"
#include "vitam/access.hpp"
#include "vitam/atr.hpp"
#include "vitam/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace versoir::cli {

/// The ingest of a MessageIdentifier: as the folder of the lot says, else as the platform's logbook does (the
/// accepted one first). Error(Exit::not_found) when neither knows it.
[[nodiscard]] vitam::OperationId operation_of_message(Context& c, vitam::Client& client,
                                                      const std::string& message);
/// --operation, else that of --message; nullopt without either.
[[nodiscard]] std::optional<vitam::OperationId> asked_operation(Context& c, vitam::Client& client);
/// The reply that gives the platform's identifiers: the one that was kept, else the platform's.
[[nodiscard]] vitam::Atr reply_of(Context& c, vitam::Client& client, const std::string& message);
/// The SystemId of a unit: itself, or with --message of a unit of that SIP by its identifier in the manifest.
[[nodiscard]] std::string asked_unit(Context& c, vitam::Client& client, const std::string& unit);

/// --operation, --message, --xml-id, --identifier, --title, --roots, declared once.
[[nodiscard]] std::vector<OptionDef> search_options();
/// What they say. Error(Exit::usage) when they say nothing.
[[nodiscard]] vitam::UnitSearch asked_units(Context& c, vitam::Client& client);

/// Of one ingest: the SystemIds that its reply gives, so that it can be asked for past what a platform gives
/// of one question. Error(Exit::usage) when no ingest is named.
void name_all_units(Context& c, vitam::Client& client, vitam::UnitSearch& search);

}  // namespace versoir::cli
