// See confirmed.hpp.
#include "sip/confirmed.hpp"

#include "core/text.hpp"
#include "records/codes.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::Json;
using core::Message;
using core::msg;

namespace {

std::set<std::string> needed(const std::vector<const profiles::ArchiveDef*>& archives) {
  std::set<std::string> ids;
  for (const auto* archive : archives) ids.insert(archive->confirm.begin(), archive->confirm.end());
  return ids;
}

/// "ADM, ADMC": blanks around a code do not count, nor does an empty one.
std::set<std::string> split_codes(std::string_view text) {
  std::set<std::string> codes;
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (auto code = core::trim(text.substr(0, comma)); !code.empty()) codes.insert(std::move(code));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return codes;
}

std::optional<Confirmation> confirmation_of(const core::Config& config, const std::string& id) {
  const auto section = "confirmed." + id;
  auto validation = parse_validation(config.find(section, "validation").value_or(""));
  auto codes = split_codes(config.find(section, "codes").value_or(""));
  if (!validation || codes.empty()) return std::nullopt;
  return Confirmation{std::move(codes), std::move(*validation)};
}

using Codes = std::vector<records::FoundCode>;

std::string with_label(const records::FoundCode& code) {
  return code.label.empty() ? code.code : fmt::format("{} ({})", code.code, code.label);
}

std::string held_ones(const Codes& found) {
  std::vector<std::string> words;
  for (const auto& code : found)
    if (code.held) words.push_back(with_label(code));
  return fmt::format("{}", fmt::join(words, ", "));
}

/// Why these codes do not stand as they are. A confirmed code that the extract does not have matters to
/// nobody.
std::vector<Message> differences(const profiles::CodesToConfirm& codes, const Codes& found,
                                 const Confirmation* confirmation) {
  const auto section = "confirmed." + codes.id;
  if (!confirmation) {
    if (std::ranges::none_of(found, &records::FoundCode::held)) return {};
    return {msg(
        "[{0}] is not set: nobody has confirmed that \"{1}\" are the codes {2} (to be confirmed by: {3}).",
        section, codes.label, held_ones(found), codes.validator)};
  }
  std::vector<Message> reasons;
  for (const auto& code : found) {
    const bool named = confirmation->codes.contains(code.code);
    if (code.held && !named)
      reasons.push_back(msg("[{0}] codes does not name {1}, which the application holds for \"{2}\".",
                            section, with_label(code), codes.label));
    if (!code.held && named)
      reasons.push_back(msg("[{0}] codes names {1}, which the application does not hold for \"{2}\".",
                            section, with_label(code), codes.label));
  }
  return reasons;
}

Json facts_of(const profiles::CodesToConfirm& codes, const Codes& found, const Confirmation* confirmation,
              bool same) {
  Json json = {{"id", codes.id},         {"label", codes.label},
               {"source", codes.source}, {"validator", codes.validator},
               {"codes", Json::array()}, {"confirmed", same},
               {"validation", nullptr}};
  for (const auto& code : found)
    json["codes"].push_back({{"code", code.code}, {"label", code.label}, {"held", code.held}});
  if (confirmation)
    json["validation"] = {{"reference", confirmation->validation.reference},
                          {"who", confirmation->validation.who},
                          {"date", confirmation->validation.date}};
  return json;
}

}  // namespace

void read_confirmed(SettingsReader& reader, const std::vector<const profiles::ArchiveDef*>& archives,
                    Settings& settings) {
  for (const auto& id : needed(archives)) {
    const auto section = "confirmed." + id;
    if (!reader.config().has_section(section)) continue;
    if (split_codes(reader.required(section, "codes")).empty()) continue;
    if (auto confirmation = confirmation_of(reader.config(), id))
      settings.confirmed[id] = std::move(*confirmation);
    else
      reader.report(msg("[{0}] validation is not written as: reference; who; YYYY-MM-DD.", section));
  }
}

std::vector<Message> confirmation_defects(core::Database& db, const profiles::Application& app,
                                          const std::vector<const profiles::ArchiveDef*>& archives,
                                          const Settings& settings) {
  std::vector<Message> wrong;
  for (const auto& id : needed(archives)) {
    const auto& codes = *app.find_to_confirm(id);
    const auto at = settings.confirmed.find(id);
    const auto* confirmation = at == settings.confirmed.end() ? nullptr : &at->second;
    std::ranges::move(differences(codes, records::codes_to_confirm(db, codes), confirmation),
                      std::back_inserter(wrong));
  }
  return wrong;
}

void compare_confirmed(core::Database& db, const profiles::Application& app,
                       const std::vector<const profiles::ArchiveDef*>& archives, const Settings& settings,
                       const std::filesystem::path& configuration, Plan& plan) {
  std::vector<Message> wrong;
  for (const auto& id : needed(archives)) {
    const auto& codes = *app.find_to_confirm(id);
    const auto codes_found = records::codes_to_confirm(db, codes);
    const auto at = settings.confirmed.find(id);
    const auto* confirmation = at == settings.confirmed.end() ? nullptr : &at->second;
    auto reasons = differences(codes, codes_found, confirmation);
    if (!plan.confirmed.is_array()) plan.confirmed = Json::array();
    plan.confirmed.push_back(facts_of(codes, codes_found, confirmation, reasons.empty()));
    std::ranges::move(reasons, std::back_inserter(wrong));
  }
  if (wrong.empty()) return;
  if (settings.platform_kind != "production") {
    for (auto& reason : wrong)
      plan.findings.push_back(
          {core::Severity::warning, "CODES_NOT_CONFIRMED", std::move(reason), configuration.string()});
    return;
  }
  Error e(Exit::configuration,
          msg("The platform {0} is a production platform: codes that nobody confirmed are not transferred.",
              settings.platform));
  for (auto& reason : wrong) std::move(e).because(std::move(reason));
  throw std::move(e).hint(msg("Complete {0} and plan again.", configuration.string()));
}

std::vector<Message> unconfirmed(const core::Config& config, const profiles::ArchiveDef& archive,
                                 const Settings& planned) {
  std::vector<Message> found;
  for (const auto& id : archive.confirm) {
    const auto now = confirmation_of(config, id);
    const auto then = planned.confirmed.find(id);
    if (!now)
      found.push_back(msg("[{0}] is not set, or not as it must be written.", "confirmed." + id));
    else if (then == planned.confirmed.end() || then->second.codes != now->codes)
      found.push_back(msg("The plan was not made with the codes of [{0}].", "confirmed." + id));
  }
  return found;
}

}  // namespace versoir::sip
