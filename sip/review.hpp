// What the archivist reads before deciding: the whole versement on one page, terminal and HTML.
#pragma once
#include "core/clock.hpp"
#include "core/json.hpp"
#include "extract/store.hpp"
#include "sip/review_sample.hpp"
#include "sip/settings.hpp"
#include "sip/versement.hpp"
#include "sip/visa.hpp"

#include <string>

namespace versoir::sip {

/// Facts of a versement gathered once: content, volumes, extreme dates, rules with forecast end dates, what
/// is left out and why, anomalies, checks, a sample of units, how far confidence goes (evidence of rules).
/// `target`: what the platform's name stands for today, as an approval will bind it.
[[nodiscard]] core::Json review_facts(const Versement& versement, const Plan& plan, extract::Extract& extract,
                                      const Target& target = {});
/// The same of a versement that transfers the dossier of another one: its documents.
[[nodiscard]] core::Json review_dossier_facts(const Versement& versement, const Plan& plan,
                                              const Target& target);
/// The same of a versement that transfers a filing plan: its nodes in the place of extract and profiles.
[[nodiscard]] core::Json review_filing_facts(const Versement& versement, const Plan& plan,
                                             const Target& target = {});
/// A rule: label, duration, RuleId of the platform, source, validation. `app` as the extract carries it:
/// where [durations] sets another duration, the fact is the establishment's, source and confidence with it,
/// and "instead" holds what the profile says.
[[nodiscard]] core::Json rule_facts(const profiles::Application& app, const Settings& settings,
                                    const std::string& code);
[[nodiscard]] std::string review_text(const core::Json& facts);
/// Writes review.html (same input, same bytes) in the given language, with these records as they will be
/// read; "records" of the facts then says which (RecordSample::to_json()).
void write_review_html(const Versement& versement, const core::Json& facts,
                       const RecordSample* records = nullptr);

}  // namespace versoir::sip
