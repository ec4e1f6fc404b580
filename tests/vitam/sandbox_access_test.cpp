// What the sandbox shows of what it took in, asked over TLS in VITAM's own query language.
#include "core/container.hpp"
#include "core/xml.hpp"
#include "deposited.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::Json;
using tests::Deposited;
using tests::SmallSip;

namespace {

Json eq(const std::string& field, const Json& value) { return Json{{"$eq", Json{{field, value}}}}; }

Json list(std::initializer_list<Json> items) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(item);
  return out;
}

const Json by_id{{"$projection", Json::object()}};

}  // namespace

TEST_CASE("units are found by ingest, identifier, title, level and place in the tree") {
  Deposited d;
  CHECK(d.units(list({eq("#opi", d.operation)})) == "AU1 AU2 AU3");
  CHECK(d.units(list({eq("#opi", "aeeaaaaaacnobodyknowsthisoperation00")})).empty());
  CHECK(d.units(list({eq("OriginatingAgencyArchiveUnitIdentifier", "ETU-1")})) == "AU1");
  CHECK(d.units(list({Json{{"$match", {{"Title", "Pièce"}}}}})) == "AU2");
  CHECK(d.units(list({eq("#id", d.id("AU3"))})) == "AU3");
  CHECK(d.units(list({Json{{"$in", {{"#id", {d.id("AU3"), d.id("AU1")}}}}}})) == "AU1 AU3");
  CHECK(d.units(list({eq("#max", 1)})) == "AU1");
  CHECK(d.units(list({Json{{"$and", list({eq("#opi", d.operation), eq("DescriptionLevel", "Item")})}}})) ==
        "AU2 AU3");
  CHECK(d.units(list({Json{{"$exists", "#object"}}})) == "AU2");
  CHECK(d.units(Json::array()) == "AU1 AU2 AU3");
}

TEST_CASE("roots and depth walk down the tree, and each needs the other") {
  Deposited d;
  const Json roots = Json::array({d.id("AU1")});
  const auto at_depth = [](Json condition, int depth) {
    condition["$depth"] = depth;
    return list({std::move(condition)});
  };
  CHECK(d.units(at_depth(eq("DescriptionLevel", "Item"), 1), roots) == "AU2 AU3");
  CHECK(d.units(at_depth(eq("Title", "Annexe"), 5), roots) == "AU3");
  CHECK(d.units(at_depth(eq("Title", "Dossier"), 0), roots) == "AU1");
  CHECK(d.units(at_depth(eq("Title", "Dossier"), 1), roots).empty());
  CHECK(d.units(at_depth(eq("DescriptionLevel", "Item"), 1), Json::array({d.id("AU2")})).empty());
  const auto refused = [&](const Json& conditions, const Json& from) {
    return d
        .answer(d.select("/access-external/v1/units",
                         {{"$roots", from}, {"$query", conditions}, {"$projection", Json::object()}}),
                400)
        .at("code");
  };
  CHECK(refused(list({eq("Title", "Annexe")}), roots) == "000601");
  CHECK(refused(at_depth(eq("Title", "Annexe"), 1), Json::array()) == "000601");
}

TEST_CASE("a page holds what the filter asks for, and the projection its fields") {
  Deposited d;
  const auto page =
      d.answer(d.select("/access-external/v1/units", {{"$query", Json::array()},
                                                      {"$filter", {{"$limit", 1}, {"$offset", 1}}},
                                                      {"$projection", {{"$fields", {{"Title", 1}}}}}}));
  CHECK(page.at("$hits") == Json{{"total", 3}, {"offset", 1}, {"limit", 1}, {"size", 1}});
  CHECK(page.at("$results") == list({Json{{"Title", "Pièce"}}}));
  const auto ordered = d.answer(
      d.select("/access-external/v1/units", {{"$query", Json::array()},
                                             {"$filter", {{"$limit", 1}, {"$orderby", {{"Title", 1}}}}},
                                             {"$projection", Json::object()}}));
  CHECK(ordered.at("$results").at(0).at("Title") == "Annexe");
  CHECK(ordered.at("$hits").at("total") == 3);
}

TEST_CASE("a unit has its content, its place, its rules with their ends, its group") {
  Deposited d;
  const auto unit =
      d.answer(d.select("/access-external/v1/units/" + d.id("AU1"), by_id)).at("$results").at(0);
  CHECK(unit.at("Title") == "Dossier");
  CHECK(unit.at("StartDate") == "2019-09-01");
  CHECK(unit.at("OriginatingAgencyArchiveUnitIdentifier") == Json::array({"ETU-1"}));
  CHECK(unit.at("#opi") == d.operation);
  CHECK(unit.at("#unitups") == Json::array());
  CHECK(unit.at("#max") == 1);
  CHECK(unit.at("#originating_agency") == "AG-TEST");
  CHECK(
      unit.at("#management").at("AppraisalRule") ==
      Json{{"Rules", list({Json{{"Rule", "APP-1"}, {"StartDate", "2020-01-01"}, {"EndDate", "2030-01-01"}}})},
           {"FinalAction", "Keep"}});
  CHECK_FALSE(unit.contains("#object"));
  const auto piece =
      d.answer(d.select("/access-external/v1/units/" + d.id("AU2"), by_id)).at("$results").at(0);
  CHECK(piece.at("#unitups") == Json::array({d.id("AU1")}));
  CHECK(piece.at("#allunitups") == Json::array({d.id("AU1")}));
  CHECK(piece.at("#max") == 2);
  CHECK(piece.at("#object") == d.atr.objects.at("BO1").group_system_id);
  CHECK(d.answer(d.select("/access-external/v1/units/" + std::string(36, 'a'), by_id), 404).at("code") ==
        "020101");
}

TEST_CASE("rules come down the tree with their origin, unless a unit stops them") {
  Deposited d;
  const auto rules_of = [&](const std::string& local) {
    return d
        .answer(d.select(
            "/access-external/v1/unitsWithInheritedRules",
            {{"$query", list({eq("#id", d.id(local))})}, {"$projection", {{"$fields", {{"#id", 1}}}}}}))
        .at("$results")
        .at(0)
        .at("InheritedRules");
  };
  const auto piece = rules_of("AU2");
  const auto appraisal = piece.at("AppraisalRule");
  REQUIRE(appraisal.at("Rules").size() == 1);
  CHECK(appraisal.at("Rules").at(0).at("Rule") == "APP-1");
  CHECK(appraisal.at("Rules").at(0).at("UnitId") == d.id("AU1"));
  CHECK(appraisal.at("Rules").at(0).at("OriginatingAgency") == "AG-TEST");
  CHECK(appraisal.at("Rules").at(0).at("EndDate") == "2030-01-01");
  CHECK(appraisal.at("Rules").at(0).at("Paths") == list({Json::array({d.id("AU2"), d.id("AU1")})}));
  CHECK(appraisal.at("Properties").at(0).at("PropertyName") == "FinalAction");
  CHECK(appraisal.at("Properties").at(0).at("PropertyValue") == "Keep");
  CHECK(piece.at("AccessRule").at("Rules").empty());
  const auto annexe = rules_of("AU3");
  CHECK(annexe.at("AppraisalRule").at("Rules").empty());
  CHECK(annexe.at("AppraisalRule").at("Properties").size() == 1);
  CHECK(annexe.at("AppraisalRule").at("Properties").at(0).at("PropertyValue") == "Destroy");
  CHECK(annexe.at("AccessRule").at("Rules").at(0).at("UnitId") == d.id("AU3"));
  CHECK(rules_of("AU1").at("AppraisalRule").at("Rules").at(0).at("Paths") ==
        list({Json::array({d.id("AU1")})}));
}

TEST_CASE("an object group tells its versions, the bytes want their usage and version") {
  Deposited d;
  const auto path = "/access-external/v1/units/" + d.id("AU2") + "/objects";
  const auto group = d.answer(d.select(path, by_id)).at("$results").at(0);
  CHECK(group.at("#id") == d.atr.objects.at("BO1").group_system_id);
  CHECK(group.at("#unitups") == Json::array({d.id("AU2")}));
  const auto version = group.at("#qualifiers").at(0).at("versions").at(0);
  CHECK(group.at("#qualifiers").at(0).at("qualifier") == "BinaryMaster");
  CHECK(version.at("#id") == d.atr.objects.at("BO1").system_id);
  CHECK(version.at("DataObjectVersion") == "BinaryMaster_1");
  CHECK(version.at("Size") == 8);
  CHECK(version.at("Algorithm") == "SHA-512");
  CHECK(version.at("MessageDigest") == core::sha512("bonjour\n").hex());
  CHECK(version.at("FileInfo").at("Filename") == "BO1.txt");
  CHECK(d.answer(d.select("/access-external/v1/objects",
                          {{"$query", list({eq("#opi", d.operation)})}, {"$projection", Json::object()}}))
            .at("$results")
            .size() == 1);
  CHECK(d.answer(d.select("/access-external/v1/units/" + d.id("AU1") + "/objects", by_id), 404).at("code") ==
        "020103");

  auto binary = d.select(path, {});
  binary.body.clear();
  binary.headers["Accept"] = "application/octet-stream";
  CHECK(d.send(binary).status == 412);
  binary.headers["X-Qualifier"] = "BinaryMaster";
  CHECK(d.send(binary).status == 412);
  binary.headers["X-Version"] = "one";
  CHECK(d.send(binary).status == 412);
  binary.headers["X-Version"] = "1";
  const auto given = d.send(binary);
  CHECK(given.status == 200);
  CHECK(given.body == "bonjour\n");
  CHECK(given.header("X-Qualifier") == "BinaryMaster");
  CHECK(given.header("X-Version") == "1");
  binary.headers["X-Version"] = "2";
  CHECK(d.send(binary).status == 404);
  binary.headers["X-Version"] = "1";
  binary.headers["X-Qualifier"] = "Thumbnail";
  CHECK(d.send(binary).status == 404);
  binary.headers.erase("Content-Type");
  CHECK(d.send(binary).status == 415);
}

TEST_CASE("an access contract shows its agencies and its usages, and no other, without a word") {
  Deposited d(false);
  core::write_file(d.work.path() / "referentials" / "accesscontracts.json",
                   R"([{"Identifier":"AC-ALL","Status":"ACTIVE","EveryOriginatingAgency":true},
                       {"Identifier":"AC-OURS","Status":"ACTIVE","OriginatingAgencies":["AG-TEST"]},
                       {"Identifier":"AC-OTHER","Status":"ACTIVE","OriginatingAgencies":["ARCHIVES"]},
                       {"Identifier":"AC-NONE","Status":"ACTIVE","EveryOriginatingAgency":false},
                       {"Identifier":"AC-THUMB","Status":"ACTIVE","EveryOriginatingAgency":true,
                        "EveryDataObjectVersion":false,"DataObjectVersion":["Thumbnail"]}])");
  d.operation = d.post_sip(tests::deposited_sip());
  d.wait(d.operation);
  d.atr = tests::whole_reply(d.reply(d.operation).body, "atr");
  const auto seen = [&](const std::string& contract) {
    return d.units(Json::array(), Json::array(), contract);
  };
  CHECK(seen("AC-ALL") == "AU1 AU2 AU3");
  CHECK(seen("AC-OURS") == "AU1 AU2 AU3");
  CHECK(seen("AC-OTHER").empty());
  CHECK(seen("AC-NONE").empty());
  const auto status = [&](const std::string& path, const std::string& contract) {
    return d.send(d.select(path, by_id, contract)).status;
  };
  CHECK(status("/access-external/v1/units/" + d.id("AU1"), "AC-OURS") == 200);
  CHECK(status("/access-external/v1/units/" + d.id("AU1"), "AC-OTHER") == 404);
  CHECK(status("/access-external/v1/units/" + d.id("AU2") + "/objects", "AC-OTHER") == 404);
  CHECK(status("/access-external/v1/logbookunitlifecycles/" + d.id("AU1"), "AC-OTHER") == 401);
  CHECK(status("/access-external/v1/units/" + d.id("AU1"), "AC-UNKNOWN") == 401);
  auto binary = d.select("/access-external/v1/units/" + d.id("AU2") + "/objects", {}, "AC-THUMB");
  binary.body.clear();
  binary.headers["Accept"] = "application/octet-stream";
  binary.headers["X-Qualifier"] = "BinaryMaster";
  binary.headers["X-Version"] = "1";
  CHECK(d.send(binary).status == 401);
}

TEST_CASE("life cycles of units and groups begin with their creation") {
  Deposited d;
  const auto unit = d.answer(d.select("/access-external/v1/logbookunitlifecycles/" + d.id("AU1"), by_id))
                        .at("$results")
                        .at(0);
  CHECK(unit.at("#id") == d.id("AU1"));
  CHECK(unit.at("evIdProc") == d.operation);
  CHECK(unit.at("outDetail") == "LFC_CREATION.OK");
  CHECK_FALSE(unit.at("events").empty());
  const auto group = d.atr.objects.at("BO1").group_system_id;
  CHECK(d.answer(d.select("/access-external/v1/logbookobjectslifecycles/" + group, by_id))
            .at("$results")
            .at(0)
            .at("obId") == group);
  CHECK(d.send(d.select("/access-external/v1/logbookobjectslifecycles/" + d.id("AU1"), by_id)).status == 404);
}

TEST_CASE("the accession register counts what an ingest brought, by operation and by agency") {
  Deposited d;
  const auto second = d.post_sip(tests::deposited_sip("DEP-2"));
  d.wait(second);
  const auto refused = d.post_sip(tests::deposited_sip("DEP-3").replace("IC-TEST", "IC-OLD"));
  d.wait(refused);
  const auto details = [&](const std::string& path, const Json& condition) {
    return d
        .answer(
            d.select("/admin-external/v1/" + path, {{"$query", condition}, {"$projection", Json::object()}}))
        .at("$results");
  };
  const auto mine = details("accessionregisterdetails", eq("Opi", d.operation));
  REQUIRE(mine.size() == 1);
  CHECK(mine.at(0).at("TotalUnits") == Json{{"ingested", 3}, {"deleted", 0}, {"remained", 3}});
  CHECK(mine.at(0).at("TotalObjectGroups").at("ingested") == 1);
  CHECK(mine.at(0).at("TotalObjects").at("ingested") == 1);
  CHECK(mine.at(0).at("ObjectSize").at("ingested") == 8);
  CHECK(mine.at(0).at("obIdIn") == "DEP-1");
  CHECK(mine.at(0).at("OriginatingAgency") == "AG-TEST");
  CHECK(mine.at(0).at("ArchivalAgreement") == "IC-TEST");
  CHECK(details("accessionregisterdetails", Json::object()).size() == 2);
  CHECK(details("accessionregisterdetails", eq("Opi", refused)).empty());
  CHECK(details("accessionregisters/AG-TEST/accessionregisterdetails", Json::object()).size() == 2);
  CHECK(details("accessionregisters/ARCHIVES/accessionregisterdetails", Json::object()).empty());
  const auto sums = details("accessionregisters", Json::object());
  REQUIRE(sums.size() == 1);
  CHECK(sums.at(0).at("TotalUnits").at("remained") == 6);
}

TEST_CASE("a dry run leaves nothing to consult") {
  Deposited d(false);
  const auto id = d.post_sip(tests::deposited_sip(), {{"X-Context-Id", "BLANK_TEST"}});
  d.wait(id);
  CHECK(d.units(list({eq("#opi", id)})).empty());
}

TEST_CASE("units attached to those of another ingest are below them, whatever comes first") {
  Deposited d(false);
  d.operation = d.post_sip(tests::deposited_sip());
  d.wait(d.operation);
  d.atr = tests::whole_reply(d.reply(d.operation).body, "atr");
  SmallSip below("DEP-2");
  below.replace(
      "<DescriptiveMetadata>",
      "<DescriptiveMetadata><ArchiveUnit id=\"HELD\"><Management><UpdateOperation><SystemId>" + d.id("AU1") +
          "</SystemId></UpdateOperation></Management><Content><DescriptionLevel>Series</DescriptionLevel>"
          "<Title>Rattachement</Title></Content>");
  below.replace("</DescriptiveMetadata>", "</ArchiveUnit></DescriptiveMetadata>");
  const auto second = d.post_sip(below);
  REQUIRE(d.wait(second).header("X-Global-Execution-Status") == "OK");
  const auto atr = tests::whole_reply(d.reply(second).body, "atr");
  const auto unit =
      d.answer(d.select("/access-external/v1/units/" + atr.units.at("AU1"), by_id)).at("$results").at(0);
  CHECK(unit.at("#unitups") == Json::array({d.id("AU1")}));
  CHECK(unit.at("#max") == 2);
  CHECK(d.answer(d.select("/access-external/v1/units",
                          {{"$query", list({eq("#opi", second)})}, {"$projection", Json::object()}}))
            .at("$hits")
            .at("total") == 2);
}

TEST_CASE("a DIP has the manifest and the files of its units, made under an operation of its own") {
  Deposited d;
  const Json query{{"$query", list({eq("#opi", d.operation)})}, {"$projection", Json::object()}};
  const auto order = [&](const std::string& path, const Json& body, int status = 202) {
    auto r = d.select(path, body);
    r.method = "POST";
    const auto response = d.send(r);
    INFO(response.body);
    CHECK(response.status == status);
    return response.header("X-Request-Id");
  };
  const auto fetch = [&](const std::string& id) {
    auto r = d.select("/access-external/v1/dipexport/" + id + "/dip", {});
    r.body.clear();
    r.headers["Accept"] = "application/octet-stream";
    return d.send(r);
  };
  const auto first = order("/access-external/v1/dipexport", query);
  CHECK(d.wait(first).header("X-Global-Execution-Status") == "OK");
  const auto given = fetch(first);
  REQUIRE(given.status == 200);
  core::write_file(d.work.path() / "dip.zip", given.body);
  core::ContainerReader reader(d.work.path() / "dip.zip");
  core::Entry entry;
  std::map<std::string, std::string> entries;
  while (reader.next(entry)) reader.read([&](std::string_view piece) { entries[entry.path] += piece; });
  const auto manifest = core::parse_xml(entries.at("manifest.xml"), "manifest.xml", core::Exit::unexpected);
  CHECK(manifest.name == "ArchiveDeliveryRequestReply");
  CHECK(manifest.all("UnitIdentifier").size() == 3);
  const auto* package = manifest.child("DataObjectPackage");
  REQUIRE(package);
  const auto* object = package->child("DataObjectGroup")->child("BinaryDataObject");
  CHECK(object->attribute("id") == d.atr.objects.at("BO1").system_id);
  CHECK(entries.at(object->child_text("Uri")) == "bonjour\n");
  CHECK(package->child("DescriptiveMetadata")->all("ArchiveUnit").size() == 3);
  CHECK(entries.size() == 2);

  CHECK(d.wait(order("/access-external/v2/dipexport",
                     {{"dipExportType", "MINIMAL"}, {"dslRequest", query}, {"maxSizeThreshold", 7}}))
            .header("X-Global-Execution-Status") == "KO");
  const auto thumbnails =
      order("/access-external/v2/dipexport",
            {{"dipExportType", "MINIMAL"},
             {"dslRequest", query},
             {"dataObjectVersionToExport", {{"dataObjectVersions", Json::array({"Thumbnail"})}}}});
  CHECK(fetch(thumbnails).body.find("BinaryDataObject") == std::string::npos);
  order("/access-external/v2/dipexport", {{"dipExportType", "FULL"}, {"dslRequest", query}}, 400);
  order("/access-external/v2/dipexport", query, 400);
  CHECK(fetch(std::string(36, 'a')).status == 404);
  CHECK(fetch("..").status == 404);
}

TEST_CASE("each tenant has its own units, registers, exports and attachments, and sees no other's") {
  tests::RunningSandbox r({}, [](auto& o) { o.more_tenants = {7}; });
  const auto as = [&](const std::string& tenant, core::HttpRequest q) {
    q.headers["X-Tenant-Id"] = tenant;
    q.headers["X-Access-Contract-Id"] = "AC-TEST";
    q.headers["Content-Type"] = "application/json";
    return q;
  };
  const auto count = [&](const std::string& tenant, const std::string& path, const Json& query) {
    auto q = as(tenant, r.ask("GET", path));
    q.body = Json{{"$query", query}, {"$projection", Json::object()}}.dump();
    const auto answer = r.send(q);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return core::parse_json(answer.body, "units").at("$results").size();
  };
  const auto units = [&](const std::string& tenant) {
    return count(tenant, "/access-external/v1/units", Json::array());
  };
  const auto first = r.post_sip(tests::deposited_sip("OF-3"));
  const auto second = r.post_sip(tests::deposited_sip("OF-7"), {{"X-Tenant-Id", "7"}});
  r.wait(first);
  const auto ended = [&] {
    return r.send(as("7", r.ask("HEAD", "/admin-external/v1/operations/" + second))).status == 200;
  };
  for (int asked = 0; asked < 6000 && !ended(); ++asked)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  REQUIRE(ended());
  CHECK(units("3") == 3);
  CHECK(units("7") == 3);
  for (const auto& [tenant, own] : {std::pair{"3", first}, std::pair{"7", second}}) {
    CHECK(count(tenant, "/admin-external/v1/accessionregisterdetails", Json::object()) == 1);
    CHECK(count(tenant, "/access-external/v1/units", list({eq("#opi", own)})) == 3);
    CHECK(count(tenant, "/access-external/v1/units",
                list({eq("#opi", tenant == std::string("3") ? second : first)})) == 0);
  }
}

TEST_CASE("an object on a cold storage is asked for, waited for, fetched and released") {
  Deposited d(false);
  tests::RunningSandbox cold({}, [](auto& o) { o.cold = std::chrono::seconds(600); });
  const auto operation = cold.post_sip(tests::deposited_sip());
  cold.wait(operation);
  const auto atr = tests::whole_reply(cold.reply(operation).body, "atr");
  auto platform = d.platform();
  platform.ingest_url = platform.access_url = cold.base();
  vitam::Access access(*cold.http, platform);
  const auto unit = atr.units.at("AU2");
  const auto version = vitam::versions_of(*access.object_group(unit)).at(0);
  const auto to = cold.work.path() / "given.txt";
  CHECK(tests::exit_of([&] { access.fetch_object(unit, version, to); }) == core::Exit::temporary);
  const auto request = access.request_object(unit, version);
  REQUIRE(request);
  CHECK(access.state_of(*request) == "NOT_READY");
  CHECK(tests::exit_of([&] { access.fetch_object(unit, version, to); }) == core::Exit::temporary);
  cold.clock.set(cold.clock.now() + std::chrono::seconds(600));
  CHECK(access.state_of(*request) == "READY");
  CHECK(access.fetch_object(unit, version, to).size == 8);
  access.release(*request);
  access.release(*request);
  CHECK(access.state_of(*request) == "NOT_FOUND");
  CHECK(tests::exit_of([&] { access.receive_object(unit, version, [](std::string_view) {}); }) ==
        core::Exit::temporary);
  auto other = version;
  other.version = 9;
  CHECK(tests::exit_of([&] { static_cast<void>(access.request_object(unit, other)); }) ==
        core::Exit::platform_refused);
}
