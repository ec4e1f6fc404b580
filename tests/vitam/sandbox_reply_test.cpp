// The shapes of the ArchiveTransferReply: version of SEDA, what an early refusal leaves out, dry runs,
// warnings beside what they are about.
#include "fixture.hpp"
#include "running_sandbox.hpp"
#include "vitam/atr.hpp"

#include <catch2/catch.hpp>

using namespace versoir;
using Catch::Contains;
using tests::SmallSip;
using Running = tests::RunningSandbox;

namespace {

std::string reply_to(Running& r, const SmallSip& sip, core::Headers more = {}) {
  const auto id = r.post_sip(sip, std::move(more));
  r.wait(id);
  return r.reply(id).body;
}

std::string namespace_of(const std::string& seda) { return "archivesdefrance:seda:v" + seda + '"'; }

}  // namespace

TEST_CASE("a reply speaks the SEDA of its SIP, also to refuse it", "[sandbox]") {
  Running r;
  for (const std::string seda : {"2.1", "2.2", "2.3"}) {
    const auto reply = reply_to(r, SmallSip("REQ-1", seda).replace("IC-TEST", "IC-OLD"));
    CHECK_THAT(reply, Contains(namespace_of(seda)) && Contains("<ReplyCode>KO<"));
  }
  // Versions that the platform does not know, and SIPs in which no bordereau was read.
  CHECK_THAT(reply_to(r, SmallSip("REQ-2", "1.0")),
             Contains(namespace_of("2.2")) && Contains("<ReplyCode>KO<"));
  SmallSip nameless("REQ-3", "2.1");
  nameless.manifest_name = "bordereau.xml";
  CHECK_THAT(reply_to(r, nameless), Contains(namespace_of("2.2")));
}

TEST_CASE("an early refusal names no agency and no request", "[sandbox]") {
  Running r;
  SmallSip nameless("REQ-1");
  nameless.manifest_name = "bordereau.xml";
  const auto early = reply_to(r, nameless);
  INFO(early);
  CHECK_THAT(early, Contains("<MessageRequestIdentifier") && !Contains("REQ-1"));
  CHECK_THAT(early, !Contains("<ArchivalAgency>") && !Contains("<TransferringAgency>") &&
                        !Contains("<ArchivalAgreement>") && !Contains("<DataObjectPackage>"));
  CHECK_THAT(early, Contains("MANIFEST_FILE_NAME_CHECK") && Contains("<GrantDate>"));
  const auto late = reply_to(r, SmallSip("REQ-2").replace("IC-TEST", "IC-OLD"));
  CHECK_THAT(late,
             Contains("REQ-2") && Contains("<ArchivalAgency>") && Contains("<ArchivalAgreement>IC-OLD<"));
}

TEST_CASE("a dry run says so in each of its verdicts, and grants nothing", "[sandbox]") {
  Running r;
  const core::Headers dry{{"X-Context-Id", "BLANK_TEST"}};
  const auto good = reply_to(r, SmallSip("REQ-1"), dry);
  CHECK_THAT(good, Contains("<ReplyCode>Test OK<") && !Contains("GrantDate"));
  SmallSip refused("REQ-2");
  refused.replace("IC-TEST", "IC-OLD");
  const auto bad = reply_to(r, refused, dry);
  CHECK_THAT(bad, Contains("<ReplyCode>Test KO<") && !Contains("GrantDate"));
  SmallSip lone("REQ-3");
  lone.replace("<FormatId>x-fmt/111</FormatId>", "<FormatId>fmt/101</FormatId>");
  const auto warned = reply_to(r, lone, dry);
  INFO(warned);
  CHECK_THAT(warned, Contains("<ReplyCode>Test WARNING<") && !Contains("GrantDate"));
}

TEST_CASE("a warning stands beside its object, an OK has no event at all", "[sandbox]") {
  Running r;
  const auto good = reply_to(r, SmallSip("REQ-1"));
  CHECK_THAT(good, !Contains("<Event>") && !Contains("<Operation>") && !Contains("<LogBook>"));
  const auto warned = reply_to(r, SmallSip("REQ-2").replace("<Size>8</Size>", "<Size>9</Size>"));
  INFO(warned);
  const auto book = warned.find("<LogBook>"), unit = warned.find("<DescriptiveMetadata>");
  REQUIRE(book != std::string::npos);
  CHECK(book < unit);  // in the object group
  CHECK_THAT(warned.substr(book, unit - book), Contains("CHECK_OBJECT_SIZE") &&
                                                   Contains("<Outcome>WARNING<") &&
                                                   Contains("<DataObjectReferenceId>BO1<"));
  CHECK_THAT(warned.substr(unit), Contains("<Operation>") && Contains("<SystemId>"));
}
