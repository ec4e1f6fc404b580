// A sealed school beside which annotations are signed by its archivist.
#pragma once
#include "consult/annotations.hpp"
#include "consult/generation.hpp"
#include "sealed.hpp"

#include <map>
#include <string>

namespace versoir::tests {

class AnnotatedSchool {
 public:
  explicit AnnotatedSchool(const std::string& more = {}) : sealed(more) {}

  [[nodiscard]] std::string origin() const {
    auto extract = extract::Extract::open(sealed.school.file());
    return consult::origin_root(extract);
  }
  [[nodiscard]] std::filesystem::path file() const { return consult::annotations_file(sealed.school.file()); }
  [[nodiscard]] std::unique_ptr<trust::Signer> signer(const std::string& name) const {
    trust::KeySource key;
    key.certificate = sealed.pki() / (name + ".pem");
    key.key = sealed.pki() / (name + ".key");
    return trust::load_signer(key, sealed.clock);
  }
  [[nodiscard]] consult::Annotations read(const std::string& origin_said = {}) const {
    const auto anchors = sealed.store();
    const auto roles = trust::RoleRegister::read(sealed.pki() / "roles.json");
    return consult::Annotations::read(sealed.school.file(), origin_said.empty() ? origin() : origin_said,
                                      &anchors, &roles, sealed.clock);
  }
  [[nodiscard]] consult::Archive open() const {
    core::SilentProgress silent;
    return consult::Archive::open(sealed.school.file(), silent, read());
  }
  std::uint64_t annotate(int pupil, consult::AnnotationKind kind,
                         const std::map<std::string, std::string>& values,
                         const std::string& paper = "Décision 2031-12", const std::string& by = "archivist") {
    consult::NewAnnotation what;
    what.record = "eleve";
    what.key = fmt::format("[{}]", pupil);
    what.kind = kind;
    what.values = values;
    what.paper = paper;
    return add(what, by);
  }
  std::uint64_t withdraw(int pupil, std::uint64_t number) {
    consult::NewAnnotation what;
    what.record = "eleve";
    what.key = fmt::format("[{}]", pupil);
    what.kind = consult::AnnotationKind::withdrawal;
    what.withdraws = number;
    what.paper = "Décision 2031-13";
    return add(what, "archivist");
  }

  SealedSchool sealed;

 private:
  std::uint64_t add(const consult::NewAnnotation& what, const std::string& by) {
    auto extract = extract::Extract::open(sealed.school.file());
    const auto key = signer(by);
    return consult::append_annotation(sealed.school.file(), origin(), extract.profile(), read(), what, *key,
                                      nullptr, sealed.clock);
  }
};

}  // namespace versoir::tests
