// What was deposited, as access-external and admin-external show it: units, object groups, objects, inherited
// rules, life cycles, DIPs, the accession register. Private to the sandbox.
#pragma once
#include "core/http_server.hpp"
#include "vitam/sandbox/access_dip.hpp"
#include "vitam/sandbox/access_index.hpp"
#include "vitam/sandbox/access_requests.hpp"
#include "vitam/sandbox/operations.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace versoir::vitam::sandbox {

/// What an access contract lets through, by accesscontracts.json: the agencies and usages that it lists,
/// where it lists any or says that it does not mean all of them.
struct Visibility {
  bool every_agency = true, every_usage = true;
  std::vector<std::string> agencies, usages;
  [[nodiscard]] bool shows(const core::Json& record) const;
  [[nodiscard]] bool shows_usage(std::string_view usage) const;
};
[[nodiscard]] Visibility visibility_of(const std::filesystem::path& referentials, std::string_view contract);

/// Answers from several threads: one question after the other.
class Access {
 public:
  /// `folder` is the tenant's; an index and the exports are kept there. `operations` and `clock` outlive
  /// this. `cold`: see Options.
  Access(const Operations& operations, std::filesystem::path folder, std::filesystem::path referentials,
         std::int64_t tenant, std::optional<std::chrono::seconds> cold, const core::Clock& clock);

  /// Under /access-external (the contract was verified) and the registers of /admin-external; nullopt when
  /// the path is none of these.
  [[nodiscard]] std::optional<core::ServerResponse> answer(const core::ServerRequest& request);
  /// HEAD or GET of the operation of a DIP export, as the process engine tells it; nullopt when it is none.
  [[nodiscard]] std::optional<core::ServerResponse> answer_export(const core::ServerRequest& request) const;

 private:
  using Kind = AccessIndex::Kind;
  [[nodiscard]] std::optional<core::ServerResponse> access(const core::ServerRequest& r,
                                                           std::string_view path);
  [[nodiscard]] std::optional<core::ServerResponse> registers(const core::ServerRequest& r,
                                                              std::string_view path);
  [[nodiscard]] core::ServerResponse select(const core::ServerRequest& r, Kind kind, bool rules);
  [[nodiscard]] core::ServerResponse one_unit(const core::ServerRequest& r, const std::string& id);
  [[nodiscard]] core::ServerResponse group_of(const core::ServerRequest& r, const std::string& id);
  [[nodiscard]] core::ServerResponse binary(const core::ServerRequest& r, const core::Json& group);
  [[nodiscard]] core::ServerResponse ask_for_object(const core::ServerRequest& r, const std::string& id);
  [[nodiscard]] core::ServerResponse life_cycle(const core::ServerRequest& r, Kind kind,
                                                const std::string& id);
  [[nodiscard]] core::ServerResponse order_dip(const core::ServerRequest& r, bool second_version);
  [[nodiscard]] core::ServerResponse dip(const std::string& id) const;
  [[nodiscard]] std::filesystem::path dip_file(const std::string& id) const;
  [[nodiscard]] std::optional<core::Json> visible(const core::ServerRequest& r, Kind kind,
                                                  const std::string& id);
  [[nodiscard]] AccessIndex& index();

  const Operations& operations_;
  std::filesystem::path folder_, referentials_;
  std::int64_t tenant_;
  const core::Clock& clock_;
  AccessRequests requests_;
  mutable std::mutex mutex_;
  std::unique_ptr<AccessIndex> index_;  ///< made at the first question: most rehearsals ask none
  std::map<std::string, OperationState> exports_;
};

}  // namespace versoir::vitam::sandbox
