// A sandbox that took in a SIP of three units, and the platform as a client's configuration names it.
#pragma once
#include "core/json.hpp"
#include "running_sandbox.hpp"
#include "vitam/access.hpp"
#include "vitam/atr.hpp"
#include "vitam/sandbox/reply.hpp"

#include <string>

namespace versoir::tests {

/// AU1 (rules, dates) > AU2 (the object) and AU3 (no inheritance of the appraisal rule).
inline SmallSip deposited_sip(const std::string& message = "DEP-1") {
  SmallSip sip(message);
  sip.replace("<Title>Dossier</Title>",
              "<Title>Dossier</Title>\n          <OriginatingAgencyArchiveUnitIdentifier>ETU-1"
              "</OriginatingAgencyArchiveUnitIdentifier>");
  sip.replace(
      "</ArchiveUnit>\n      </ArchiveUnit>",
      "</ArchiveUnit>\n        <ArchiveUnit id=\"AU3\"><Management><AppraisalRule>"
      "<PreventInheritance>true</PreventInheritance><FinalAction>Destroy</FinalAction></AppraisalRule>"
      "<AccessRule><Rule>ACC-1</Rule><StartDate>2020-06-30</StartDate></AccessRule></Management>"
      "<Content><DescriptionLevel>Item</DescriptionLevel><Title>Annexe</Title></Content></ArchiveUnit>"
      "\n      </ArchiveUnit>");
  return sip;
}

struct Deposited : RunningSandbox {
  explicit Deposited(bool deposit = true) {
    if (!deposit) return;
    operation = post_sip(deposited_sip());
    REQUIRE(wait(operation).header("X-Global-Execution-Status") == "OK");
    atr = whole_reply(reply(operation).body, "atr");
  }
  [[nodiscard]] vitam::Platform platform() const {
    vitam::Platform p;
    p.name = "sandbox";
    p.kind = "rehearsal";
    p.ingest_url = p.access_url = base();
    p.tenant = 3;
    p.access_contract = "AC-TEST";
    p.tls = tls();
    p.poll_first = std::chrono::seconds(0);
    return p;
  }
  [[nodiscard]] core::HttpRequest select(const std::string& path, const core::Json& body,
                                         const std::string& contract = "AC-TEST") const {
    auto r = ask("GET", path);
    r.headers["X-Access-Contract-Id"] = contract;
    r.headers["Content-Type"] = "application/json";
    r.body = body.dump();
    return r;
  }
  core::Json answer(const core::HttpRequest& r, int status = 200) {
    const auto response = send(r);
    INFO(response.body);
    REQUIRE(response.status == status);
    return core::parse_json(response.body, r.url);
  }
  /// The identifiers in the manifest of the units that a condition selects.
  std::string units(const core::Json& conditions, const core::Json& roots = core::Json::array(),
                    const std::string& contract = "AC-TEST") {
    const auto found = answer(
        select("/access-external/v1/units",
               {{"$roots", roots}, {"$query", conditions}, {"$projection", core::Json::object()}}, contract));
    std::string names;
    for (const auto& unit : found.at("$results"))
      for (const auto& [local, id] : atr.units)
        if (id == core::text_of(unit, "#id")) names += (names.empty() ? "" : " ") + local;
    return names;
  }
  [[nodiscard]] std::string id(const std::string& local) const { return atr.units.at(local); }
  /// Where the platform keeps the one object.
  [[nodiscard]] fs::path stored_object() const {
    return work.path() / "sandbox" / "operations" / operation / "SIP" / "content" / "BO1.txt";
  }

  std::string operation;
  WholeAtr atr;
};

}  // namespace versoir::tests
