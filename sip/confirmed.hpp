// Codes of the establishment's nomenclature that a plan rests on, and who confirmed them: [confirmed.<id>].
#pragma once
#include "core/config.hpp"
#include "core/sqlite.hpp"
#include "profiles/model.hpp"
#include "sip/settings_reader.hpp"
#include "sip/versement.hpp"

#include <vector>

namespace versoir::sip {

/// Reads [confirmed.<id>] of what these archive profiles rest on: codes, validation. What is written wrongly
/// is reported; that a production platform needs the section is said once the codes are known.
void read_confirmed(SettingsReader& reader, const std::vector<const profiles::ArchiveDef*>& archives,
                    Settings& settings);

/// Compares what is confirmed with the codes of the extract, and writes both in `plan.confirmed`. A
/// difference, or codes that nobody confirmed, is Error(Exit::configuration) for a production platform, a
/// finding for a rehearsal.
void compare_confirmed(core::Database& db, const profiles::Application& app,
                       const std::vector<const profiles::ArchiveDef*>& archives, const Settings& settings,
                       const std::filesystem::path& configuration, Plan& plan);

/// Why what is confirmed does not stand beside the codes of the extract; empty when it does.
[[nodiscard]] std::vector<core::Message> confirmation_defects(
    core::Database& db, const profiles::Application& app,
    const std::vector<const profiles::ArchiveDef*>& archives, const Settings& settings);

/// What a build for a production platform refuses: codes that the plan or the configuration of today does not
/// have confirmed.
[[nodiscard]] std::vector<core::Message> unconfirmed(const core::Config& config,
                                                     const profiles::ArchiveDef& archive,
                                                     const Settings& planned);

}  // namespace versoir::sip
