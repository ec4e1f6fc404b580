// See club_fixture.hpp.
#include "club_fixture.hpp"

#include "core/digest.hpp"
#include "core/json.hpp"
#include "extract/copy.hpp"
#include "profiles/loader.hpp"
#include "sip/review.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>

namespace versoir::tests {

namespace fs = std::filesystem;

std::string output_of(const std::string& command) {
  INFO(command);
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  REQUIRE(pipe);
  std::string out;
  std::array<char, 4096> buffer{};
  while (const auto n = std::fread(buffer.data(), 1, buffer.size(), pipe)) out.append(buffer.data(), n);
  const int status = ::pclose(pipe);
  INFO(out);
  REQUIRE(status == 0);
  return out;
}

namespace {

std::map<std::string, std::string> club_files() {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(source_dir() / "tests" / "sip" / "club"))
    files[entry.path().filename().string()] = core::read_file(entry.path());
  return files;
}

}  // namespace

Club::Club(extract::Kind kind, const Change& change) : clock(*core::parse_instant("2026-11-25T10:00:00Z")) {
  const auto source = folder() / "club.sqlite";
  const auto sql = source_dir() / "tests" / "sip" / "club.sql";
  output_of("sqlite3 '" + source.string() + "' < '" + sql.string() + "'");
  auto files = club_files();
  if (change) change(files);
  const auto profile = profiles::load(files, "club");
  const auto open = [&] {
    return extract::open_source(extract::parse_source("sqlite:" + source.string()), {});
  };
  const auto database = open();
  extract::CopyOptions options;
  options.kind = kind;
  options.reopen = open;
  options.source_label = "sqlite:club.sqlite";
  extract::copy(*database, profile, extract_file(), options, clock, progress, {});
  extract_ = std::make_unique<extract::Extract>(extract::Extract::open(extract_file()));
}

std::string Club::config_text() const {
  return R"([establishment]
name = Club d'essai
archival_agency = ARCHIVES
transferring_agency = CLUB
message_prefix = ESSAI

[application.club]
originating_agency = CLUB-BUREAU

[transfer]
html = no

[platform.sandbox]
kind = rehearsal
tenant = 3
archival_agreement = IC-CLUB

[platform.real]
kind = production
tenant = 0
archival_agreement = IC-REEL

[agreements]
saisons = IC-SAISONS

[rules]
DUA_MEMBRE_10 = APP-00010
COM_VIE_PRIVEE_50 = ACC-00050
DUA_SAISON = APP-00099

[validation]
DUA_MEMBRE_10 = Tableau de gestion 2026, 4.2; Mme Roux, archiviste; 2026-03-12
COM_VIE_PRIVEE_50 = Code du patrimoine; L213-2; Mme Roux, archiviste; 2026-03-12
DUA_SAISON = Tableau de gestion 2026, 4.3; Mme Roux, archiviste; 2026-03-12
)";
}

sip::Plan Club::plan(const std::function<void(sip::PlanOptions&)>& change, const std::string& id) {
  sip::PlanOptions options;
  options.versement = id;
  options.platform = "sandbox";
  if (change) change(options);
  return sip::make_plan(*extract_, config(), versement(id), options, clock, progress);
}

sip::BuildReport Club::build(const sip::Plan& plan, const sip::MessageIdentifier& lot, bool replace) {
  if (!producer_) producer_ = signer("producer");
  return sip::build_lot(*extract_, config(), versement(plan.versement), plan, lot, *producer_, tsa, replace,
                        clock, progress)
      .value();
}

void Club::build_all(const sip::Plan& plan) {
  for (const auto& lot : plan.lots) build(plan, lot.id);
}

void Club::check(const sip::Plan& plan, const std::string& verdict) {
  const auto v = versement(plan.versement);
  for (const auto& lot : plan.lots) write_check(v, lot.id, verdict);
}

void Club::review(const sip::Plan& plan) {
  const auto v = versement(plan.versement);
  sip::write_review_html(v, sip::review_facts(v, plan, *extract_));
}

fs::path Club::pki() {
  const auto made = folder() / "pki";
  if (!fs::exists(made)) fs::copy(VERSOIR_TEST_PKI, made, fs::copy_options::recursive);
  return made;
}

std::unique_ptr<trust::Signer> Club::signer(const std::string& name) { return signer_in(pki(), name, clock); }
trust::TrustStore Club::store() { return store_in(pki()); }
trust::RoleRegister Club::roles() { return roles_in(pki()); }

}  // namespace versoir::tests
