// Replies of every kind: whole, with warnings, rejected, early rejected, and what is not a reply.
#include "vitam/atr.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "fixture.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using core::Exit;
using tests::exit_of;
using tests::whole_reply;

TEST_CASE("an accepting reply gives the identifiers of every unit and object") {
  const auto atr = whole_reply(tests::accepting_reply("OP", "REQ"), "atr.xml");
  CHECK(atr.operation == "OP");
  CHECK(atr.request == "REQ");
  CHECK(atr.reply_code == "OK");
  CHECK(atr.grant_date == "2026-11-25T11:00:00.000+00:00");
  CHECK(atr.units == std::map<std::string, std::string>{{"AU1", "aeaqone"}, {"AU2", "aeaqtwo"}});
  REQUIRE(atr.objects.size() == 1);
  CHECK(atr.objects.at("BO1").system_id == "aeaaobj");
  CHECK(atr.objects.at("BO1").group_system_id == "aebagot");
  CHECK(atr.events.empty());
}

TEST_CASE("a reply with warnings gives each event with what it is about") {
  const auto atr = whole_reply(R"(<?xml version="1.0" encoding="UTF-8"?>
<r:ArchiveTransferReply xmlns:r="fr:gouv:culture:archivesdefrance:seda:v2.1">
  <r:MessageIdentifier>OP</r:MessageIdentifier><r:ArchivalAgreement>IC</r:ArchivalAgreement>
  <r:DataObjectPackage><r:DataObjectGroup id="G"><r:PhysicalDataObject id="P"/>
    <r:LogBook><r:Event><r:EventTypeCode>LFC.CHECK</r:EventTypeCode><r:Outcome>WARNING</r:Outcome>
      <r:OutcomeDetail>LFC.CHECK.WARNING</r:OutcomeDetail><r:OutcomeDetailMessage>Attention</r:OutcomeDetailMessage>
      <r:DataObjectReferenceId>P</r:DataObjectReferenceId></r:Event></r:LogBook></r:DataObjectGroup>
    <r:DescriptiveMetadata><r:ArchiveUnit id="U">
      <r:Management><r:UpdateOperation><r:SystemId>of another unit</r:SystemId></r:UpdateOperation>
        <r:LogBook><r:Event><r:EventTypeCode>UNIT</r:EventTypeCode><r:Outcome>WARNING</r:Outcome></r:Event></r:LogBook></r:Management>
      <r:Content><r:SystemId>S</r:SystemId></r:Content></r:ArchiveUnit></r:DescriptiveMetadata></r:DataObjectPackage>
  <r:ReplyCode>WARNING</r:ReplyCode>
  <r:Operation><r:Event><r:EventTypeCode>STP</r:EventTypeCode><r:OutcomeDetail>STP.WARNING</r:OutcomeDetail>
    <r:EventDateTime>2025-03-04T10:11:58.000</r:EventDateTime><r:EventDetailData>{}</r:EventDetailData></r:Event></r:Operation>
</r:ArchiveTransferReply>)",
                               "atr.xml");
  CHECK(atr.reply_code == "WARNING");
  CHECK(atr.agreement == "IC");
  CHECK(atr.units.at("U") == "S");
  REQUIRE(atr.events.size() == 3);
  CHECK((atr.events[0].code == "LFC.CHECK.WARNING" && atr.events[0].object == "P" &&
         atr.events[0].message == "Attention" && atr.events[0].type == "LFC.CHECK"));
  CHECK((atr.events[1].code == "UNIT" && atr.events[1].object == "U"));
  CHECK((atr.events[2].code == "STP.WARNING" && atr.events[2].object.empty() &&
         atr.events[2].detail == "{}" && atr.events[2].date == "2025-03-04T10:11:58.000"));
}

TEST_CASE("an early rejection is read although almost everything is missing") {
  const auto atr = whole_reply(
      "<ArchiveTransferReply "
      "xmlns='fr:gouv:culture:archivesdefrance:seda:v2.2'><MessageIdentifier>OP</MessageIdentifier>"
      "<CodeListVersions><ReplyCodeListVersion/></CodeListVersions><ReplyCode>KO</"
      "ReplyCode><Operation><Event>"
      "<EventTypeCode>STP_SANITY_CHECK_SIP</EventTypeCode><Outcome>KO</Outcome></Event></Operation>"
      "<MessageRequestIdentifier/></ArchiveTransferReply>",
      "atr.xml");
  CHECK(atr.reply_code == "KO");
  CHECK(atr.request.empty());
  CHECK(atr.units.empty());
  REQUIRE(atr.events.size() == 1);
  CHECK(atr.events[0].code == "STP_SANITY_CHECK_SIP");
}

TEST_CASE("what is no reply is said to be unreadable") {
  for (const std::string xml :
       {"", "not xml", "<html><body>502 Bad Gateway", "<html><body/></html>", R"({"httpCode":404})",
        "<ArchiveTransferReply/>", "<ArchiveTransferReply><ReplyCode/></ArchiveTransferReply>",
        "<ArchiveTransferReply><Content><ReplyCode>OK</ReplyCode></Content></ArchiveTransferReply>",
        "<!DOCTYPE a><ArchiveTransferReply><ReplyCode>OK</ReplyCode></ArchiveTransferReply>"}) {
    INFO(xml);
    CHECK(exit_of([&] { static_cast<void>(whole_reply(xml, "atr.xml")); }) == Exit::reply_unreadable);
  }
}

TEST_CASE("a reply cut anywhere is never taken for whole") {
  const auto whole = tests::accepting_reply("OP", "REQ");
  for (std::size_t n = 0; n < whole.size(); ++n) {
    INFO(n);
    CHECK(exit_of([&] { static_cast<void>(whole_reply(whole.substr(0, n), "atr.xml")); }) ==
          Exit::reply_unreadable);
  }
}

TEST_CASE("replies that real platforms and the standard give are read") {
  const auto folder = tests::shared_dir() / "reference";
  if (!tests::have(folder)) return;
  const auto read = [&](const char* name) { return whole_reply(core::read_file(folder / name), name); };
  const auto warning = read("seda-manifests/14-seda2.1-ATR-warning.xml");
  CHECK(warning.reply_code == "WARNING");
  CHECK_FALSE(warning.units.empty());
  CHECK_FALSE(warning.events.empty());
  for (const auto& [id, system] : warning.units) CHECK_FALSE(system.empty());
  const auto rejected = read("seda-manifests/15-seda2.2-ATR-KO-not-valid.xml");
  CHECK(rejected.reply_code == "KO");
  CHECK_FALSE(rejected.events.empty());
  for (const auto* name :
       {"seda-examples/atr-2.1.xml", "seda-examples/atr-2.2.xml", "seda-examples/atr-2.3.xml"})
    CHECK_FALSE(read(name).reply_code.empty());
}

TEST_CASE("texts of any length do not stay in memory") {
  const std::string long_text(3'000'000, 'x');
  const auto atr =
      whole_reply("<ArchiveTransferReply><MessageIdentifier>OP</MessageIdentifier><ReplyCode>" + long_text +
                      "</ReplyCode><Operation><Event><EventTypeCode>E</EventTypeCode><EventDetailData>" +
                      long_text + "</EventDetailData><OutcomeDetailMessage>é" + long_text +
                      "</OutcomeDetailMessage></Event></Operation></ArchiveTransferReply>",
                  "atr.xml");
  CHECK(atr.reply_code.size() < 1000);
  REQUIRE(atr.events.size() == 1);
  CHECK((atr.events[0].detail.size() < 10'000 && atr.events[0].message.size() < 10'000));
  CHECK(atr.events[0].message.starts_with("éxxx"));
  REQUIRE(atr.kinds.size() == 1);
  CHECK(atr.kinds[0].message.size() < 10'000);
}
