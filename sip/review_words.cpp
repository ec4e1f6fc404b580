// Labels, counted things, and where a versement stands, for the page and for the terminal.
#include "sip/review_words.hpp"

#include "core/display.hpp"
#include "extract/store.hpp"
#include "sip/rule_duration.hpp"
#include "sip/versement.hpp"

#include <algorithm>

namespace versoir::sip::words {

using core::msg;
using core::tr;

const Json& member(const Json& object, const char* key) {
  static const Json nothing;
  const auto at = object.find(key);
  return at == object.end() ? nothing : *at;
}

std::string text(const Json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::uint64_t number(const Json& object, const char* key) {
  const auto& value = member(object, key);
  return value.is_number_integer() && value.get<std::int64_t>() >= 0 ? value.get<std::uint64_t>() : 0;
}

std::string count(const Json& object, const char* key) { return core::show_count(number(object, key)); }
std::string date(const std::string& iso) { return core::show_date(iso); }
std::string date_or(const std::string& iso, const std::string& otherwise) {
  auto shown = date(iso);
  return shown.empty() ? otherwise : shown;
}

std::string lots_text(std::uint64_t n) { return core::ntr("{0} lot", "{0} lots", n); }
std::string records_text(std::uint64_t n) { return core::ntr("{0} record", "{0} records", n); }
std::string units_text(std::uint64_t n) { return core::ntr("{0} archive unit", "{0} archive units", n); }
std::string objects_text(std::uint64_t n) { return core::ntr("{0} object", "{0} objects", n); }

std::string action_label(const std::string& action) {
  if (action == "Keep") return tr("keep");
  if (action == "Destroy") return tr("destroy");
  if (action == "RestrictAccess") return tr("restrict access");
  if (action == "Transfer") return tr("transfer");
  if (action == "Copy") return tr("copy");
  return action;
}

std::string category_label(const std::string& category) {
  if (category == "StorageRule") return tr("current use");
  if (category == "AppraisalRule") return tr("retention and final action");
  if (category == "AccessRule") return tr("access by the public");
  if (category == "DisseminationRule") return tr("online dissemination");
  if (category == "ReuseRule") return tr("re-use");
  if (category == "ClassificationRule") return tr("classification");
  if (category == "HoldRule") return tr("hold");
  return category;
}

std::string validation_label(const core::Json& rule) {
  const auto at = rule.find("validation");
  if (at == rule.end() || !at->is_object()) return tr("not validated by the establishment");
  const auto text = [&](const char* key) { return at->value(key, std::string()); };
  return msg("validated by {0} on {1}: {2}", text("who"), core::show_date(text("date")), text("reference"))
      .text();
}

std::string codes_text(const core::Json& codes, bool held) {
  std::string list;
  for (const auto& c : member(codes, "codes")) {
    if ((member(c, "held") == Json(true)) != held) continue;
    list += (list.empty() ? "" : ", ") + text(c, "code");
    if (const auto label = text(c, "label"); !label.empty()) list += " (" + label + ")";
  }
  return list.empty() ? tr("none") : list;
}

std::string confirmation_label(const core::Json& codes) {
  const auto& v = member(codes, "validation");
  const bool same = member(codes, "confirmed") == Json(true);
  if (!v.is_object()) return same ? tr("nothing to confirm") : tr("confirmed by nobody");
  if (!same)
    return msg("not those that {0} confirmed on {1}: {2}", text(v, "who"), date(text(v, "date")),
               text(v, "reference"))
        .text();
  return msg("confirmed by {0} on {1}: {2}", text(v, "who"), date(text(v, "date")), text(v, "reference"))
      .text();
}

std::string drawn_text(const core::Json& facts) {
  const auto& records = member(facts, "records");
  return msg("{0} of each archive profile, drawn at random with the seed {1}: versoir review {2} --seed {1} "
             "draws the "
             "same ones, another number others, --show a person.",
             records_text(number(records, "perProfile")), number(records, "seed"), text(facts, "versement"))
      .text();
}

std::string sampling_text(const core::Json& sampling) {
  if (member(sampling, "criteria").empty())
    return tr("No selection is decided: all records are to be kept at the end of their retention.");
  const auto population = number(sampling, "population"), kept = number(sampling, "kept");
  if (member(sampling, "applied") != Json(true))
    return core::nmsg("{0} of {1} records would be kept; until the selection is validated, all are.",
                      "{0} of {1} records would be kept; until the selection is validated, all are.", kept,
                      core::show_count(population))
        .text();
  return core::nmsg(
             "{0} of {1} records is to be kept at the end of its retention, the others may then be proposed "
             "for destruction, under visa of the supervising authority.",
             "{0} of {1} records are to be kept at the end of their retention, the others may then be "
             "proposed for destruction, under visa of the supervising authority.",
             kept, core::show_count(population))
      .text();
}

std::string sampling_validation_text(const core::Json& sampling) {
  if (member(sampling, "criteria").empty()) return {};
  return validation_label(sampling);
}

std::string closed_text(const core::Json& facts) {
  const auto& closed = member(facts, "closed");
  if (!closed.is_object()) return {};
  return msg("Only the {0} that the list {1} declares closed; SHA-512 of the list: {2}.",
             records_text(number(closed, "records")), text(closed, "name"), text(closed, "sha512"))
      .text();
}

std::string confidence_label(const std::string& confidence) {
  if (confidence == "H") return tr("high");
  if (confidence == "M") return tr("medium");
  if (confidence == "L") return tr("low: to be confirmed");
  return tr("not stated");
}

std::string kind_text(const std::string& kind) {
  if (kind == "rehearsal") return tr("rehearsal: proves nothing about the closing state of the application");
  return extract::kind_label(kind);
}

std::string platform_kind_label(const std::string& kind) {
  return kind == "production" ? tr("production: what is sent is archived")
                              : tr("rehearsal: nothing is archived for good");
}

std::string duration_label(const Json& rule) {
  const auto& duration = member(rule, "duration");
  if (!duration.is_number_integer()) return rule_duration_label({});
  const auto unit = text(rule, "unit");
  return rule_duration_label({duration.get<int>(), unit == "day"     ? core::TimeUnit::day
                                                   : unit == "month" ? core::TimeUnit::month
                                                                     : core::TimeUnit::year});
}

std::string start_label(const Json& rule) {
  const auto& start = member(rule, "start");
  if (!start.is_object()) return {};
  std::string label;
  if (member(start, "roundToYearEnd") == Json(true)) label = tr("from 31 December of the year");
  if (member(start, "bound") != Json(true)) return label;
  if (!label.empty()) label += "; ";
  const auto& approval = member(start, "approval");
  label +=
      approval.is_object()
          ? msg("start not known: bound of the archive profile, approved by {0} on {1} ({2})",
                text(approval, "who"), core::show_date(text(approval, "date")), text(approval, "reference"))
                .text()
          : tr("start not known: bound of the archive profile, approved by nobody in writing");
  if (member(start, "bounded").is_number_integer()) label += ": " + units_text(number(start, "bounded"));
  return label;
}

std::string duration_and_start(const Json& rule) {
  auto label = duration_label(rule);
  if (const auto& instead = member(rule, "instead"); instead.is_object())
    label += ", " + msg("duration of the establishment, instead of {0}", duration_label(instead)).text();
  const auto start = start_label(rule);
  return start.empty() ? label : label + ", " + start;
}

std::string source_text(const Json& rule) {
  if (!member(rule, "instead").is_object()) return text(rule, "source");
  const auto source = text(rule, "source");
  return source.empty() ? tr("[durations] of versoir.conf, validated by nobody") : source;
}

std::string rule_confidence(const Json& rule) {
  return member(rule, "instead").is_object() ? tr("decision of the establishment")
                                             : confidence_label(text(rule, "confidence"));
}

static std::optional<LotState> state_of(const Json& lot) { return parse_state(text(lot, "state")); }

std::string state_text(const Json& lot) {
  const auto state = state_of(lot);
  return state ? state_label(*state) : std::string();
}

std::string check_text(const std::string& verdict) { return verdict.empty() ? tr("not checked") : verdict; }

std::string span_text(const Json& profile) {
  const auto from = date(text(profile, "start")), to = date(text(profile, "end"));
  if (from.empty() && to.empty()) return tr("no date");
  return msg("from {0} to {1}", from, to).text();
}

std::string actions_text(const Json& forecast) {
  std::string list;
  for (const auto& [action, units] : member(forecast, "actions").items()) {
    if (!list.empty()) list += ", ";
    list += msg("{0}: {1}", action_label(action), core::show_count(units.get<std::uint64_t>())).text();
  }
  return list;
}

/// Why some units of a rule have no end date, said in full: they can never be destroyed.
std::string without_end_text(const Json& forecast) {
  const auto n = number(forecast, "withoutEnd");
  if (n == 0) return {};
  if (member(forecast, "unlimited") == Json(true))
    return core::ntr("{0} unit has no end date: the rule is unlimited.",
                     "{0} units have no end date: the rule is unlimited.", n);
  if (text(forecast, "category") == "AppraisalRule")
    return core::ntr(
        "{0} unit has no start date for this rule: the platform will never propose to destroy it.",
        "{0} units have no start date for this rule: the platform will never propose to destroy them.", n);
  return core::ntr("{0} unit has no start date for this rule: the platform will not compute its end.",
                   "{0} units have no start date for this rule: the platform will not compute its end.", n);
}

/// Retention that is over on the day of the plan: the platform could propose these units for destruction at
/// once.
std::string elapsed_text(const Json& forecast) {
  const auto n = number(forecast, "elapsed");
  if (n == 0 || text(forecast, "category") != "AppraisalRule") return {};
  return core::ntr("{0} unit had already reached the end of its retention on the day of the plan.",
                   "{0} units had already reached the end of their retention on the day of the plan.", n);
}

/// A package that is not built has no size, rather than none of it.
std::string size_text(const Json& lot) {
  return state_of(lot) == LotState::planned ? tr("not built") : core::show_size(number(lot, "size"));
}

namespace {

/// Lots by what can still be decided about them.
struct Situation {
  std::vector<std::string> blocking, waiting, approved, refused, sent, rejected;
  std::uint64_t lots = 0, built = 0;
  std::uint64_t decidable = 0, units = 0, objects = 0, size = 0;  ///< of what a visa would cover

  explicit Situation(const Json& facts) {
    for (const auto& id : member(facts, "blocking"))
      if (id.is_string()) blocking.push_back(id.get<std::string>());
    for (const auto& lot : member(facts, "lots")) add(lot);
  }
  [[nodiscard]] bool all(const std::vector<std::string>& group) const { return lots && group.size() == lots; }

 private:
  void add(const Json& lot) {
    ++lots;
    const auto id = text(lot, "id");
    const auto state = state_of(lot).value_or(LotState::planned);
    if (state != LotState::planned) ++built;
    const bool blocked = std::find(blocking.begin(), blocking.end(), id) != blocking.end();
    switch (state) {
      case LotState::planned:
      case LotState::built:
        return;
      case LotState::checked:
        waiting.push_back(id);
        break;
      case LotState::approved:
        approved.push_back(id);
        break;
      case LotState::refused:
        refused.push_back(id);
        if (blocked) return;
        break;
      case LotState::abandoned:
        return;
      case LotState::rejected:
        return rejected.push_back(id);
      case LotState::sending:
      case LotState::sent:
      case LotState::in_doubt:
      case LotState::accepted:
      case LotState::accepted_with_warnings:
      case LotState::verified:
      case LotState::closed:
        return sent.push_back(id);
    }
    ++decidable;
    units += number(lot, "units");
    objects += number(lot, "objects");
    size += number(lot, "size");
  }
};

}  // namespace

/// The sentence that the visa will put into law.
std::string authorises_text(const Json& facts) {
  const Situation s(facts);
  const auto& platform = member(facts, "platform");
  if (!s.blocking.empty())
    return tr("What a visa would authorise is known once every lot is built and checked.");
  if (s.decidable == 0) return tr("There is nothing left that a visa would authorise.");
  return msg("A visa of approval authorises the transfer, once and as they are now, of {0} ({1}, {2}, {3}) "
             "to "
             "platform {4}, tenant {5}, during the validity of the visa. It authorises no destruction.",
             lots_text(s.decidable), units_text(s.units), objects_text(s.objects), core::show_size(s.size),
             text(platform, "name"), number(platform, "tenant"))
      .text();
}

/// The first ones by name, the others by their number.
static std::string named(const std::vector<std::string>& ids) {
  constexpr std::size_t shown = 5;
  std::string list;
  for (std::size_t i = 0; i < ids.size() && i < shown; ++i) list += (i ? ", " : "") + ids[i];
  if (ids.size() > shown) list += ", " + core::ntr("and {0} other", "and {0} others", ids.size() - shown);
  return list;
}

/// Where the versement stands, and what can still be decided: a badge and its sentence for each group of
/// lots.
std::vector<std::pair<std::string, std::string>> situation_texts(const Json& facts) {
  const Situation s(facts);
  if (s.lots && s.built == 0)
    return {{"warning", core::nmsg("This versement is planned, not built yet: {0} record in {1}.",
                                   "This versement is planned, not built yet: {0} records in {1}.",
                                   number(member(facts, "totals"), "kept"), lots_text(s.lots))
                            .text()}};
  if (s.all(s.waiting))
    return {{"ok", tr("Every lot is built and its check is favourable: the versement can be decided.")}};
  if (s.all(s.sent)) return {{"info", tr("Every lot was sent: nothing is left to decide.")}};
  std::vector<std::pair<std::string, std::string>> list;
  const auto group = [&](const char* badge, const std::vector<std::string>& ids, const core::Message& m) {
    if (!ids.empty()) list.emplace_back(badge, m.text());
  };
  const auto n = [](const std::vector<std::string>& ids) { return ids.size(); };
  group("warning", s.blocking,
        core::nmsg("{0} lot cannot be approved as it stands: not built, not checked, or check unfavourable "
                   "({1}).",
                   "{0} lots cannot be approved as they stand: not built, not checked, or check unfavourable "
                   "({1}).",
                   n(s.blocking), named(s.blocking)));
  group("ok", s.waiting,
        core::nmsg("{0} lot can be decided ({1}).", "{0} lots can be decided ({1}).", n(s.waiting),
                   named(s.waiting)));
  group("info", s.approved,
        core::nmsg("{0} lot is approved and not sent yet ({1}).",
                   "{0} lots are approved and not sent yet ({1}).", n(s.approved), named(s.approved)));
  group(
      "info", s.refused,
      core::nmsg("{0} lot is refused ({1}).", "{0} lots are refused ({1}).", n(s.refused), named(s.refused)));
  group("info", s.sent,
        core::nmsg("{0} lot was already sent: nothing is left to decide about it ({1}).",
                   "{0} lots were already sent: nothing is left to decide about them ({1}).", n(s.sent),
                   named(s.sent)));
  group("warning", s.rejected,
        core::nmsg("{0} lot was rejected by the platform: plan again once the cause is removed ({1}).",
                   "{0} lots were rejected by the platform: plan again once the cause is removed ({1}).",
                   n(s.rejected), named(s.rejected)));
  return list;
}

/// The command that comes next, "" when nothing is to be done.
std::string next_step(const Json& facts) {
  const Situation s(facts);
  const auto id = text(facts, "versement");
  const auto& lots = member(facts, "lots");
  const auto any = [&](LotState state) {
    return std::any_of(lots.begin(), lots.end(), [&](const Json& l) { return state_of(l) == state; });
  };
  if (any(LotState::planned)) return msg("→ Next: versoir build {0}", id).text();
  if (any(LotState::built)) return msg("→ Next: versoir check {0}", id).text();
  if (!s.waiting.empty())
    return msg("→ Next: versoir approve {0}, or versoir refuse {0} --reason \"…\"", id).text();
  if (!s.approved.empty()) return msg("→ Next: versoir send {0}", id).text();
  if (any(LotState::sending) || any(LotState::in_doubt) || any(LotState::sent))
    return msg("→ Next: versoir send {0} follows what was sent to its reply", id).text();
  if (any(LotState::accepted) || any(LotState::accepted_with_warnings)) return tr("→ Next: versoir verify");
  return {};
}

std::string evidence_text(const Json& dictionary) {
  const auto& evidence = member(dictionary, "columnsByEvidence");
  return msg("Columns copied whose meaning is confirmed: {0}, inferred: {1}, unknown: {2}; not copied by "
             "decision: {3}.",
             count(evidence, "confirmed"), count(evidence, "inferred"), count(evidence, "unknown"),
             count(dictionary, "columnsNotTaken"))
      .text();
}

bool is_dossier(const Json& facts) { return member(facts, "dossier").is_object(); }

bool is_filing(const Json& facts) { return member(facts, "filing").is_object(); }

std::string application_text(const Json& facts) {
  if (is_dossier(facts)) return tr("none: dossier of a versement");
  return is_filing(facts) ? tr("none: filing plan") : text(member(facts, "application"), "label");
}

bool is_deferred(const Json& reason) { return member(reason, "deferred") == Json(true); }

std::string node_title(const Json& node) {
  std::string title;
  for (std::uint64_t i = 0; i < number(node, "depth"); ++i) title += "\u2014 ";
  return title + text(node, "title");
}

bool anything_built(const Json& facts) { return Situation(facts).built > 0; }

}  // namespace versoir::sip::words
