// What the report says of lots, from what their folders hold.
#include "sip/review_lots.hpp"

#include "sip/versement.hpp"
#include "sip/visa.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Json;

namespace {

/// Neither sent nor ready for an approval.
bool blocks(const LotFacts& facts, const Versement& versement) {
  if (facts.sending || facts.operation) return false;
  return !fs::exists(versement.sip(facts.id)) ||
         (facts.check_verdict != "OK" && facts.check_verdict != "WARNING");
}

/// What builds and checks had to say, counted by code.
struct Remarks {
  struct Count {
    std::uint64_t times = 0;
    std::string severity, message;
  };
  std::map<std::string, Count> build, check;
  std::set<std::string> assumptions;

  static void add(std::map<std::string, Count>& to, const Json& item, const char* severity) {
    auto& count = to[core::text_of(item, "code")];
    if (count.times++ > 0) return;
    count.severity = core::text_of(item, severity);
    count.message = core::text_of(item, "message");
  }
  void read_build(const Json& json) {
    const auto findings = json.find("findings");
    if (findings == json.end() || !findings->is_array()) return;
    for (const auto& item : *findings)
      if (item.is_object()) add(build, item, "severity");
  }
  void read_check(const Json& json) {
    if (const auto events = json.find("events"); events != json.end() && events->is_array())
      for (const auto& item : *events)
        if (item.is_object() && core::text_of(item, "status") != "OK") add(check, item, "status");
    if (const auto list = json.find("assumptions"); list != json.end() && list->is_array())
      for (const auto& item : *list)
        if (item.is_string()) assumptions.insert(item.get<std::string>());
  }
  static Json to_json(const std::map<std::string, Count>& from) {
    Json list = Json::array();
    for (const auto& [code, count] : from)
      list.push_back(
          {{"code", code}, {"times", count.times}, {"severity", count.severity}, {"example", count.message}});
    return list;
  }
};

struct LotsFacts {
  Json lots = Json::array(), blocking = Json::array();
  std::uint64_t units = 0, objects = 0, size = 0, bytes = 0;
  Remarks remarks;

  void read(const Versement& versement, const Plan& plan) {
    const auto visas = list_visas(versement);
    for (const auto& lot : plan.lots) add(versement, lot, latest_decision(visas, lot.id));
  }

 private:
  void add(const Versement& versement, const PlannedLot& lot, std::string_view decision) {
    const auto facts = lot_facts(versement, lot, decision);
    const auto file = versement.lot(lot.id) / "build.json";
    const auto build = fs::exists(file) ? core::read_json(file) : Json::object();
    remarks.read_build(build);
    if (facts.check && !facts.check_verdict.empty()) remarks.read_check(*facts.check);
    if (blocks(facts, versement)) blocking.push_back(lot.id.value);
    units += facts.units;
    objects += facts.objects;
    size += facts.size;
    if (const auto at = build.find("bytes"); at != build.end() && at->is_number_unsigned())
      bytes += at->get<std::uint64_t>();
    lots.push_back({{"id", lot.id.value},
                    {"profile", lot.profile},
                    {"number", lot.number},
                    {"records", lot.records},
                    {"size", facts.size},
                    {"sha512", core::text_of(build, "sha512")},
                    {"units", facts.units},
                    {"objects", facts.objects},
                    {"check", facts.check_verdict},
                    {"reply", facts.reply_code},
                    {"state", state_name(facts.state)}});
  }
};

Json text_list(const std::set<std::string>& texts) {
  Json list = Json::array();
  for (const auto& text : texts) list.push_back(text);
  return list;
}

}  // namespace

void add_lots(const Versement& versement, const Plan& plan, Json& facts) {
  LotsFacts lots;
  lots.read(versement, plan);
  facts["totals"] = {{"kept", plan.kept},   {"leftOut", plan.left_out}, {"lots", plan.lots.size()},
                     {"units", lots.units}, {"objects", lots.objects},  {"size", lots.size},
                     {"bytes", lots.bytes}};
  facts["lots"] = std::move(lots.lots);
  facts["blocking"] = std::move(lots.blocking);
  facts["buildRemarks"] = Remarks::to_json(lots.remarks.build);
  facts["checkRemarks"] = Remarks::to_json(lots.remarks.check);
  facts["assumptions"] = text_list(lots.remarks.assumptions);
}

}  // namespace versoir::sip
