// See warnings.hpp.
#include "vitam/warnings.hpp"

#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::msg;
using core::Severity;
using core::text_of;

namespace {

constexpr std::string_view warnings_format = "versoir-warnings/1";

std::string_view verdict_name(WarningsVerdict v) {
  return v == WarningsVerdict::accepted ? "accepted" : "contested";
}

std::string in_workspace(const sip::Versement& versement, const fs::path& file) {
  return file.lexically_relative(versement.workspace()).generic_string();
}

}  // namespace

fs::path warnings_file(const fs::path& lot_folder) { return lot_folder / "warnings.json"; }

std::optional<WarningsDecision> read_warnings_decision(const fs::path& lot_folder) {
  const auto file = warnings_file(lot_folder);
  if (!fs::exists(file)) return std::nullopt;
  const auto json = core::read_json(file);
  const auto decided = core::parse_instant(text_of(json, "decided"));
  const auto verdict = text_of(json, "verdict");
  if (text_of(json, "format") != warnings_format || !decided ||
      (verdict != "accepted" && verdict != "contested"))
    throw Error(Exit::evidence_broken, msg("{0} is no decision about warnings.", file.string()));
  return WarningsDecision{verdict == "accepted" ? WarningsVerdict::accepted : WarningsVerdict::contested,
                          text_of(json, "reason"), text_of(json, "by"), *decided,
                          text_of(json, "atr_sha512")};
}

std::vector<AtrEventKind> warning_kinds(const Atr& atr) {
  auto kinds = atr.kinds;
  std::ranges::stable_sort(kinds, std::greater{}, &AtrEventKind::count);
  if (kinds.empty()) kinds.push_back({"", "", 1, {}});
  return kinds;
}

void decide_warnings(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                     WarningsVerdict verdict, const std::string& reason, const std::string& by,
                     trust::Journal& journal, const core::Clock& clock) {
  if (core::trim(reason).empty())
    throw Error(Exit::usage, msg("A decision about warnings needs its reason: --reason \"…\"."));
  const auto folder = versement.lot(lot);
  const auto atr = read_atr(folder);
  if (atr.reply_code != "WARNING" || !fs::exists(folder / "receipt.json"))
    throw Error(Exit::lot_state, msg("The lot {0} was not accepted with warnings.", lot.value));
  const auto reply = core::digest_file(folder / "atr.xml").sha512.hex();
  Json codes = Json::array();
  for (const auto& kind : warning_kinds(atr)) codes.push_back({{"code", kind.code}, {"count", kind.count}});
  const auto file = warnings_file(folder);
  core::write_json(file, {{"format", warnings_format},
                          {"versement", versement.id()},
                          {"lot", lot.value},
                          {"operation", atr.operation},
                          {"atr_sha512", reply},
                          {"verdict", verdict_name(verdict)},
                          {"reason", reason},
                          {"by", by},
                          {"decided", core::format_instant(clock.now())},
                          {"warnings", codes}});
  // The file first: a line about a file that was never written would make evidence look lost. Without its
  // line the decision does not count, and is made again.
  journal.append("WARNINGS_DECIDED",
                 {{"versement", versement.id()},
                  {"lot", lot.value},
                  {"atr_sha512", reply},
                  {"files", Json::array({{{"file", in_workspace(versement, file)},
                                          {"sha512", core::digest_file(file).sha512.hex()}}})}},
                 verdict == WarningsVerdict::accepted ? trust::Outcome::ok : trust::Outcome::warning,
                 {{"verdict", verdict_name(verdict)}});
}

std::vector<Finding> open_warnings(const sip::Versement& versement, const sip::MessageIdentifier& lot,
                                   const sip::JournalTrail& trail) {
  const auto folder = versement.lot(lot);
  if (!fs::exists(folder / "receipt.json") ||
      text_of(core::read_json(folder / "receipt.json"), "reply_code") != "WARNING")
    return {};
  const auto open = [&](const char* code, core::Message m) {
    return std::vector<Finding>{{Severity::error, code, std::move(m), lot.value}};
  };
  const auto decision = read_warnings_decision(folder);
  if (!decision)
    return open("warnings-open", msg("the platform accepted it with warnings, and nobody decided on them: "
                                     "versoir warnings {0}",
                                     versement.id()));
  const auto file = warnings_file(folder);
  if (decision->atr_sha512 != core::digest_file(folder / "atr.xml").sha512.hex())
    return open("warnings-other", msg("the decision about its warnings is about another reply"));
  if (!trail.knows_file(in_workspace(versement, file), core::digest_file(file).sha512.hex()))
    return open("warnings-trail", msg("the journal knows nothing of the decision about its warnings"));
  if (decision->verdict == WarningsVerdict::contested)
    return open("warnings-contested", msg("its warnings are contested: {0}", decision->reason));
  return {};
}

}  // namespace versoir::vitam
