// A music school whose extract is sealed by a producer of a role register, as a real one is.
#pragma once
#include "consult/seal_state.hpp"
#include "core/clock.hpp"
#include "extract/seal.hpp"
#include "school.hpp"
#include "trust/roles.hpp"
#include "trust/signer.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <string>

namespace versoir::tests {

class SealedSchool {
 public:
  explicit SealedSchool(const std::string& more = {}) : school(more) {
    const auto command =
        "'" VERSOIR_SOURCE_DIR "/samples/pki/make-pki' '" + pki().string() + "' >/dev/null 2>&1";
    REQUIRE(std::system(command.c_str()) == 0);
    trust::KeySource key;
    key.certificate = pki() / "producer.pem";
    key.key = pki() / "producer.key";
    const auto signer = trust::load_signer(key, clock);
    auto extract = extract::Extract::open(school.file());
    extract::write_seal(extract, *signer, nullptr, clock);
  }
  [[nodiscard]] trust::TrustStore store(const std::string& anchors = "ca.pem") const {
    return trust::load_trust_store(pki() / anchors, {}, {});
  }
  [[nodiscard]] consult::SealState judged() const {
    auto extract = extract::Extract::open(school.file());
    const auto anchors = store();
    const auto roles = trust::RoleRegister::read(pki() / "roles.json");
    return consult::judge_seal(extract, &anchors, &roles, clock);
  }
  /// Behind the back of everything: what SQLite writes into the file.
  void alter(const std::string& sql) const { core::Database::open_write(school.file()).exec(sql); }
  [[nodiscard]] std::filesystem::path pki() const { return folder_.path() / "pki"; }

  core::SystemClock clock;
  School school;

 private:
  core::TemporaryDirectory folder_;
};

}  // namespace versoir::tests
