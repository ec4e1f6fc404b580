// The words of the archivist's report: facts read from their JSON, named in the user's language.
#pragma once
#include "core/json.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace versoir::sip::words {

using core::Json;

[[nodiscard]] const Json& member(const Json& object, const char* key);
[[nodiscard]] std::string text(const Json& object, const char* key);
[[nodiscard]] std::uint64_t number(const Json& object, const char* key);
[[nodiscard]] std::string count(const Json& object, const char* key);
[[nodiscard]] std::string date(const std::string& iso);
[[nodiscard]] std::string date_or(const std::string& iso, const std::string& otherwise);
[[nodiscard]] std::string lots_text(std::uint64_t n);
[[nodiscard]] std::string records_text(std::uint64_t n);
[[nodiscard]] std::string units_text(std::uint64_t n);
[[nodiscard]] std::string objects_text(std::uint64_t n);
[[nodiscard]] std::string action_label(const std::string& action);
[[nodiscard]] std::string category_label(const std::string& category);
/// Of a rule: who of the establishment validated it, or that nobody did.
[[nodiscard]] std::string validation_label(const core::Json& rule);
/// Of codes to confirm: those that are held for what is to confirm, or the others, with their labels; who
/// confirmed them, or that nobody did.
[[nodiscard]] std::string codes_text(const core::Json& codes, bool held);
[[nodiscard]] std::string confirmation_label(const core::Json& codes);
/// How the records that are shown were drawn, and how to draw the same ones again.
[[nodiscard]] std::string drawn_text(const core::Json& facts);
/// What a selection among records gives, or that none is decided.
[[nodiscard]] std::string sampling_text(const core::Json& sampling);
/// Who validated it, or what follows from nobody having done so.
[[nodiscard]] std::string sampling_validation_text(const core::Json& sampling);
/// That only records declared closed are in the versement; "" for an ordinary one.
[[nodiscard]] std::string closed_text(const core::Json& facts);
[[nodiscard]] std::string confidence_label(const std::string& confidence);
[[nodiscard]] std::string kind_text(const std::string& kind);
[[nodiscard]] std::string platform_kind_label(const std::string& kind);
[[nodiscard]] std::string duration_label(const Json& rule);
/// What the establishment decided of the start dates of the rule, "" when nothing.
[[nodiscard]] std::string start_label(const Json& rule);
/// The duration, whether it is the establishment's in the place of the profile's, and start_label.
[[nodiscard]] std::string duration_and_start(const Json& rule);
/// Where the duration comes from, and how sure it is: of what the establishment set, the profile's source and
/// confidence say nothing.
[[nodiscard]] std::string source_text(const Json& rule);
[[nodiscard]] std::string rule_confidence(const Json& rule);
[[nodiscard]] std::string state_text(const Json& lot);
[[nodiscard]] std::string check_text(const std::string& verdict);
[[nodiscard]] std::string span_text(const Json& profile);
[[nodiscard]] std::string actions_text(const Json& forecast);
/// Why some units of a rule have no end date, said in full: they can never be destroyed.
[[nodiscard]] std::string without_end_text(const Json& forecast);
/// Retention that is over on the day of the plan: the platform could propose these units for destruction at
/// once.
[[nodiscard]] std::string elapsed_text(const Json& forecast);
/// A package that is not built has no size, rather than none of it.
[[nodiscard]] std::string size_text(const Json& lot);
/// The sentence that the visa will put into law.
[[nodiscard]] std::string authorises_text(const Json& facts);
/// Where the versement stands, and what can still be decided: a badge and its sentence for each group of
/// lots.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> situation_texts(const Json& facts);
/// The command that comes next, "" when nothing is to be done.
[[nodiscard]] std::string next_step(const Json& facts);
[[nodiscard]] std::string evidence_text(const Json& dictionary);
/// A versement that transfers the dossier of another one.
[[nodiscard]] bool is_dossier(const Json& facts);
/// A versement that transfers a filing plan.
[[nodiscard]] bool is_filing(const Json& facts);
/// The application whose data are transferred, or that there is none.
[[nodiscard]] std::string application_text(const Json& facts);
/// A reason that the archivist can lift: plan --closed.
[[nodiscard]] bool is_deferred(const Json& reason);
/// Of a filing plan's node: set off by its depth, in a table as on a terminal.
[[nodiscard]] std::string node_title(const Json& node);
/// At least one package exists.
[[nodiscard]] bool anything_built(const Json& facts);

}  // namespace versoir::sip::words
