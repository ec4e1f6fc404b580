// The folder of a versement while it is being planned, and what tells one plan from another. Private to sip.
#pragma once
#include "core/csv.hpp"
#include "core/file.hpp"
#include "sip/settings.hpp"
#include "sip/sinks.hpp"
#include "sip/versement.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace versoir::sip {

/// 1, or one more than the plan that `replace` gives up. Error(Exit::lot_state) when there is a plan and it
/// stays, or when a lot of it was sent: what reached the platform, or may have, fixes the plan.
[[nodiscard]] int next_attempt(const Versement& versement, bool replace);

/// The part of MessageIdentifiers that tells what was transferred: other versement, data, profile, settings
/// or attempt, other id. The versement counts: two of them from one extract are two transfers, and the
/// platform has no other way to tell their messages apart (docs/decisions/0005). `closed`: digest of a list
/// of closed records, "" without.
[[nodiscard]] std::string plan_identity(const Plan& plan, const Settings& settings, std::string_view closed);

/// Of an earlier attempt that planned an extract under the same name: they say nothing of a plan without.
void remove_stale_tables(const Versement& versement);

[[nodiscard]] std::filesystem::path relative_to(const std::filesystem::path& path,
                                                const std::filesystem::path& workspace);

/// A CSV of the versement under its temporary name, hashed while written.
struct HashedCsv {
  explicit HashedCsv(const std::filesystem::path& path)
      : file(path, private_mode), sink(file), csv(sink, core::CsvFor::people) {}
  core::AtomicFile file;
  HashingSink sink;
  core::CsvWriter csv;
};

/// The folder of a versement that is being planned: a plan that fails takes it away again if it made it.
class NewFolder {
 public:
  explicit NewFolder(std::filesystem::path folder);
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder();
  void keep() noexcept { made_ = false; }

 private:
  std::filesystem::path folder_;
  bool made_;
};

}  // namespace versoir::sip
