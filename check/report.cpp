// check.json: docs/formats/check.md.
#include "check/advice.hpp"
#include "check/checker.hpp"
#include "core/text.hpp"

namespace versoir::check {

using core::Json;

namespace {

Json events_of(const std::vector<Event>& events) {
  Json list = Json::array();
  for (const auto& e : events) {
    Json item{{"step", e.step},
              {"code", e.code},
              {"status", status_name(e.status)},
              {"message", core::repair_utf8(e.message.english())}};
    if (!e.where.empty()) item["where"] = core::repair_utf8(e.where);
    list.push_back(std::move(item));
  }
  return list;
}

Json manifest_of(const Manifest& m) {
  return {{"seda", m.seda},
          {"sha512", m.digest.hex()},
          {"message_identifier", m.message_identifier},
          {"archival_agreement", m.archival_agreement},
          {"archival_profile", m.archival_profile},
          {"originating_agency", m.originating_agency},
          {"submission_agency", m.submission_agency},
          {"archival_agency", m.archival_agency},
          {"transferring_agency", m.transferring_agency}};
}

}  // namespace

Json Report::findings_json() const {
  Json list = Json::array();
  const auto* first = decisive();
  std::size_t shown = 0;
  for (const auto& e : events) shown += e.status != Status::ok && e.name() != e.step;
  for (const auto* e : findings()) {
    const bool reached = list.size() < shown;
    list.push_back({{"event", e->name()},
                    {"status", status_name(e->status)},
                    {"message", core::repair_utf8(e->message.text())},
                    {"where", core::repair_utf8(e->where)},
                    {"advice", advice_for(e->name()).text()},
                    {"decides", e == first},
                    {"hidden", !reached}});
  }
  return list;
}

Json Report::to_json(const core::Clock& clock) const {
  Json taken_for_granted = Json::array();
  for (const auto& a : assumptions) taken_for_granted.push_back(a.english());
  return {{"format", "versoir-check/1"},
          {"sip", {{"name", core::repair_utf8(name)}, {"sha512", sip.sha512.hex()}, {"size", sip.size}}},
          {"verdict", status_name(status)},
          {"event", decisive() ? decisive()->name() : std::string()},
          {"events", events_of(events)},
          {"hidden", events_of(hidden)},
          {"counts", {{"units", units}, {"groups", groups}, {"objects", objects}, {"bytes", bytes}}},
          {"manifest", manifest_of(manifest)},
          {"referentials", with_referentials},
          {"assumptions", taken_for_granted},
          {"tool", "versoir " VERSOIR_VERSION},
          {"date", core::format_instant(clock.now())}};
}

}  // namespace versoir::check
