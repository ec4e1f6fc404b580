// Opening an extract: its seal is believed only under a signature, over roots and blocks that are its own.
#include "sealed.hpp"

using namespace versoir;
using namespace versoir::tests;
using Verdict = consult::SealState::Verdict;

namespace {

bool told(const consult::SealState& state, const std::string& part) {
  for (const auto& reason : state.reasons)
    if (reason.english().find(part) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("A sealed extract is verified when it is opened, and whoever sealed it is named") {
  const SealedSchool sealed;
  const auto state = sealed.judged();
  CHECK(state.verdict == Verdict::verified);
  CHECK_FALSE(state.sealed_by.empty());
  CHECK(state.reasons.empty());
}

TEST_CASE("Without anchors or roles the seal is not judged, without a seal it is broken") {
  const SealedSchool sealed;
  auto extract = extract::Extract::open(sealed.school.file());
  CHECK(consult::judge_seal(extract, nullptr, nullptr, sealed.clock).verdict == Verdict::not_judged);
  const auto anchors = sealed.store();
  CHECK(consult::judge_seal(extract, &anchors, nullptr, sealed.clock).verdict == Verdict::not_judged);
  std::filesystem::remove(extract::seal_file(sealed.school.file()));
  const auto state = consult::judge_seal(extract, nullptr, nullptr, sealed.clock);
  CHECK(state.verdict == Verdict::broken);
  CHECK(told(state, "no seal"));
}

TEST_CASE("Facts, tables and blocks that are not the sealed ones break the seal") {
  const SealedSchool sealed;
  SECTION("a root") {
    sealed.alter("UPDATE versoir_table SET root = '" + std::string(64, '0') + "' WHERE name = 'NOTE'");
  }
  SECTION("a block") {
    sealed.alter("UPDATE versoir_block SET digest = '" + std::string(64, '0') +
                 "' WHERE table_name = 'NOTE'");
  }
  SECTION("a fact") { sealed.alter("UPDATE versoir_run SET value = 'other' WHERE key = 'source'"); }
  SECTION("the statement") {
    const auto seal = extract::seal_file(sealed.school.file());
    auto text = core::read_file(seal);
    text.replace(text.find("rehearsal"), 9, "final    ");
    core::write_file(seal, text);
  }
  CHECK(sealed.judged().verdict == Verdict::broken);
}

TEST_CASE("A seal under another authority is not believed") {
  const SealedSchool sealed;
  const core::TemporaryDirectory folder;
  make_pki(folder.path() / "other");
  auto extract = extract::Extract::open(sealed.school.file());
  const auto anchors = trust::load_trust_store(folder.path() / "other" / "ca.pem", {}, {});
  const auto roles = trust::RoleRegister::read(sealed.pki() / "roles.json");
  CHECK(consult::judge_seal(extract, &anchors, &roles, sealed.clock).verdict == Verdict::broken);
}
