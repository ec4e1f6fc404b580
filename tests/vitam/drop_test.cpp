// SIPs too large for HTTPS: through a folder that the platform sees.
#include "vitam/drop.hpp"

#include "core/json.hpp"
#include "fixture.hpp"
#include "vitam/ingest.hpp"

#include <catch2/catch.hpp>

#include <fstream>

using namespace versoir;
using Catch::Contains;
using core::Exit;
using tests::complaint_of;
using tests::exit_of;
using tests::operation_id;
namespace fs = std::filesystem;

namespace {

struct Dropped : tests::ApprovedLot {
  Dropped() { fs::create_directories(folder_seen()); }
  [[nodiscard]] fs::path folder_seen() const { return work.path() / "seen-by-the-platform"; }
  [[nodiscard]] fs::path file() const { return folder_seen() / (id.value + ".zip"); }
  [[nodiscard]] vitam::Platform large() const {
    auto p = platform();
    p.drop_folder = folder_seen();
    return p;
  }
  vitam::OperationId send() { return ingest.send(versement, approved(), false); }

  tests::FakeHttp http;
  vitam::Client client{http, large()};
  core::SilentProgress progress;
  vitam::Ingest ingest{client, journal, clock, progress, [](std::chrono::seconds) {}};
};

}  // namespace

TEST_CASE("a large SIP is put where the platform takes it from, and only its name is sent") {
  Dropped s;
  s.http.answers.push_back([&] {
    CHECK(core::read_file(s.file()) == core::read_file(s.versement.sip(s.id)));  // whole before it is named
    CHECK((fs::status(s.file()).permissions() & fs::perms::others_all) == fs::perms::none);
    return core::HttpResponse{202, {{"X-Request-Id", operation_id}}, ""};
  });
  CHECK(s.send().value == operation_id);
  const auto& call = s.http.calls.at(0);
  CHECK(call.headers.at("Content-Type") == "application/json");
  CHECK(call.headers.at("X-Manifest-Digest-Value").size() == 128);
  CHECK(core::parse_json(call.body, "body") == core::Json{{"path", s.id.value + ".zip"}});
  CHECK(s.events() == std::vector<std::string>{"SEND_STARTED", "SENT"});
}

TEST_CASE("small SIPs go by HTTPS although there is a folder") {
  Dropped s;
  auto p = s.large();
  p.drop_above = 1'000'000'000;
  vitam::Client client(s.http, p);
  vitam::Ingest ingest(client, s.journal, s.clock, s.progress, [](std::chrono::seconds) {});
  s.http.then(202, {{"X-Request-Id", operation_id}});
  ingest.send(s.versement, s.approved(), false);
  CHECK(s.http.calls.at(0).headers.at("Content-Type") == "application/octet-stream");
  CHECK_FALSE(fs::exists(s.file()));
}

TEST_CASE("a file that the platform refuses is taken back, and nothing is in doubt") {
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {400, R"({"code":"040111","description":"outside the folder"})"},
           {500, R"({"httpCode":400,"code":"040110","description":"no such file"})"},
           {401, ""}}) {
    Dropped s;
    s.http.then(status, {}, body);
    CHECK(exit_of([&] { s.send(); }) == Exit::platform_refused);
    CHECK_FALSE(fs::exists(s.file()));
    CHECK_FALSE(fs::exists(s.folder() / "sending.json"));
  }
}

TEST_CASE("an answer that is lost leaves the lot in doubt and the file where it is") {
  Dropped s;
  s.http.then_fail(Exit::transfer_in_doubt);
  CHECK(exit_of([&] { s.send(); }) == Exit::transfer_in_doubt);
  CHECK(fs::exists(s.file()));
  CHECK(core::read_json(s.folder() / "sending.json").at("answer") == "none");

  Dropped failing;
  failing.http.then(500, {}, R"({"code":"040105"})");
  CHECK(exit_of([&] { failing.send(); }) == Exit::transfer_in_doubt);
}

TEST_CASE("the folder must be there, and another file of that name is not touched") {
  Dropped s;
  fs::remove_all(s.folder_seen());
  CHECK_THAT(complaint_of([&] { s.send(); }), Contains("is not a folder"));
  CHECK_FALSE(fs::exists(s.folder() / "sending.json"));
  fs::create_directories(s.folder_seen());
  core::write_file(s.file(), "of somebody else");
  CHECK(exit_of([&] { s.send(); }) == Exit::lot_state);
  CHECK(core::read_file(s.file()) == "of somebody else");
  CHECK(s.http.calls.empty());
}

TEST_CASE("bytes that changed since they were approved never appear in the folder") {
  Dropped s;
  auto approved = s.approved();
  const auto sip = s.versement.sip(s.id);
  {
    std::fstream out(sip, std::ios::in | std::ios::out | std::ios::binary);  // the very file that was hashed
    out.seekp(100);
    out.put('!');
  }
  CHECK(exit_of([&] { static_cast<void>(vitam::drop_sip(approved, s.folder_seen(), {})); }) ==
        Exit::visa_sip_changed);
  CHECK(fs::is_empty(s.folder_seen()));
}
