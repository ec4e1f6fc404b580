// What the commands of consultation share: whose seals count, one person from words.
#pragma once
#include "cli/context.hpp"
#include "consult/archive.hpp"
#include "consult/seal_state.hpp"
#include "consult/web_service.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace versoir::cli {

/// Judged as versoir.conf says; without [trust] anchors and roles, it is not judged.
[[nodiscard]] consult::SealState consult_seal(Context& c, extract::Extract& extract);
/// The extract with its annotations, verified as versoir.conf says; a defect of theirs is told.
[[nodiscard]] consult::Archive open_archive(Context& c, const std::filesystem::path& extract);
/// Annotations of an extract that is open.
[[nodiscard]] consult::Annotations read_annotations(Context& c, extract::Extract& extract);
/// The profile with what [durations] and [start.RULE] decide of its rules.
[[nodiscard]] profiles::Application establishment_rules(Context& c, const profiles::Application& app);
/// Units of a record that a platform accepted, rehearsals included: the label of these says so.
[[nodiscard]] std::vector<consult::TransferredUnit> transferred_units(Context& c,
                                                                      const profiles::Application& app,
                                                                      const std::string& record,
                                                                      const std::string& key);
/// The record of `find_one`, as the extract holds it. Error(Exit::not_found) says when it
/// was eliminated, and under which visa.
[[nodiscard]] records::Record record_as_sealed(consult::Archive& archive, const std::string& record,
                                               const records::Key& key);
/// Nothing is printed that is not proven: the seal, then every row behind the record, then the annotations.
[[nodiscard]] consult::SealState require_proven(Context& c, consult::Archive& archive,
                                                consult::Provenance& provenance,
                                                const records::Record& record);
/// "etudiant:[12]" names a record; anything else is searched, and must give one person:
/// Error(Exit::not_found) shows those that match.
[[nodiscard]] std::pair<std::string, records::Key> find_one(Context& c, consult::Archive& archive,
                                                            const std::string& text);

}  // namespace versoir::cli
