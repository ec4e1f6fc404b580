// What the sandbox accepted, as access-external shows it: units, object groups and the accession register of
// every operation, read once from its manifest. Private to the sandbox.
#pragma once
#include "check/referentials.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/sqlite.hpp"
#include "vitam/sandbox/access_manifest.hpp"
#include "vitam/sandbox/holdings.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace versoir::vitam::sandbox {

/// Which records a question may touch, as far as it can be seen from outside: empty = all of them.
struct Narrowed {
  std::vector<std::string> ids, operations;
};

/// A file that the index only keeps while the sandbox runs: it is made anew at each start. Memory does not
/// grow with the manifests. Used by one thread at a time.
class AccessIndex {
 public:
  /// `file` is replaced.
  AccessIndex(const std::filesystem::path& file, std::filesystem::path referentials, std::int64_t tenant);

  /// Takes up the operations that it does not hold yet.
  void take(const std::vector<HeldOperation>& held);

  enum class Kind { unit, group };
  /// Every record of the kind, in the order in which it came; `next` as answer_select() wants it.
  [[nodiscard]] std::function<std::optional<core::Json>()> records(Kind kind, const Narrowed& narrowed);
  [[nodiscard]] std::optional<core::Json> record(Kind kind, const std::string& id);
  /// The Content (and Management) of a unit, or the objects of a group, as their manifest has them.
  [[nodiscard]] std::string source_xml(Kind kind, const std::string& id);
  [[nodiscard]] std::vector<std::string> children(const std::string& unit);
  /// Accession register details, one per operation.
  [[nodiscard]] core::Json registers();
  /// SIP/ of an operation.
  [[nodiscard]] std::filesystem::path content_folder(const std::string& operation);

 private:
  bool take_one(const HeldOperation& operation, const std::vector<HeldOperation>& held);
  void take_object(const HeldOperation& operation, const DeclaredObject& object);
  void take_unit(const HeldOperation& operation, const DeclaredUnit& unit,
                 const check::Referentials& referentials);
  void finish_groups(const HeldOperation& operation, const DeclaredHead& head);
  void finish_units(const HeldOperation& operation, const DeclaredHead& head,
                    const check::Referentials& referentials);
  void note_register(const HeldOperation& operation, const DeclaredHead& head);

  std::filesystem::path referentials_;
  std::int64_t tenant_;
  core::Database db_;
  std::set<std::string> taken_;
};

}  // namespace versoir::vitam::sandbox
