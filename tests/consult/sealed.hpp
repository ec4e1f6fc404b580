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
#include <filesystem>
#include <stdexcept>
#include <string>

namespace versoir::tests {

/// An authority with its certificates; never the same twice.
inline void make_pki(const std::filesystem::path& folder) {
  const auto command =
      "'" VERSOIR_SOURCE_DIR "/samples/pki/make-pki' '" + folder.string() + "' >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("make-pki");
}
/// Keys take seconds to make: once for all tests of the program.
inline const std::filesystem::path& test_pki() {
  static const core::TemporaryDirectory folder;
  static const std::filesystem::path made = [] {
    auto path = folder.path() / "pki";
    make_pki(path);
    return path;
  }();
  return made;
}

class SealedSchool {
 public:
  explicit SealedSchool(const std::string& more = {}) : school(more) {
    std::filesystem::copy(test_pki(), pki(), std::filesystem::copy_options::recursive);
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
