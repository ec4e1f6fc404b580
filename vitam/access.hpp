// What the platform shows of what it took in: units, object groups, objects, DIPs, register, logbook.
#pragma once
#include "core/http_client.hpp"
#include "core/json.hpp"
#include "vitam/client.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::vitam {

/// What VITAM gives of one question, whatever its pages (the window of its index).
inline constexpr std::size_t units_of_one_question = 10'000;

/// Which units; every member that is set must hold.
struct UnitSearch {
  std::string operation;  ///< of the ingest that made them (#opi)
  /// SystemIds, any number: many are asked for piece by piece, past what the platform gives of one question.
  std::vector<std::string> ids;
  std::string identifier;  ///< of the originating agency (OriginatingAgencyArchiveUnitIdentifier)
  std::string title;       ///< words of the title
  bool roots = false;      ///< only those that have no unit above
  [[nodiscard]] bool empty() const;
  /// As `$query` of a select multiple. Error(Exit::usage) for a text that the platform's filters would
  /// refuse.
  [[nodiscard]] core::Json query() const;
};

/// Takes units one by one, whatever their number.
using UnitTaker = std::function<void(const core::Json&)>;

struct FoundUnits {
  core::Json units = core::Json::array();
  std::uint64_t total = 0;  ///< as the platform counts them; it gives 10 000 at most
};

/// One version of one usage in an object group.
struct ObjectVersion {
  std::string id, usage;
  int version = 1;
  std::string file_name, format;  ///< as the producer wrote them; "" without
  std::string digest, algorithm;
  std::optional<std::uint64_t> size;
  bool physical = false;  ///< no file stands behind it
};
/// Those that the JSON of a group declares. Error(Exit::reply_unreadable) when it has no such shape.
[[nodiscard]] std::vector<ObjectVersion> versions_of(const core::Json& group);

/// What was received of an object.
struct ReceivedObject {
  std::string digest;  ///< by the algorithm that the group declares, lower-case hexadecimal
  std::string sha512;
  std::uint64_t size = 0;
};

/// An object of a cold storage that was asked for.
struct AccessRequest {
  std::string id, strategy;
};

struct DipWish {
  std::vector<std::string> usages;  ///< BinaryMaster...; empty = all
  std::string seda = "2.2";
};

/// A text that VITAM's filter of JSON values lets through: no markup, no control, nothing that its decoding
/// would change (&amp;, %41).
[[nodiscard]] bool is_plain_value(std::string_view text);

/// Questions to access-external and to the accession register. Refusals are Errors with the platform's words
/// (Exit::platform_refused, or Exit::platform_unreachable of a service that is closed for now), answers of
/// another shape Error(Exit::reply_unreadable). The access contract filters silently: what it does not show
/// is not there.
class Access {
 public:
  /// `http` is kept by reference. Error(Exit::configuration) when the platform has no access_contract.
  Access(core::HttpClient& http, Platform platform);

  /// The first `most` of them, in the platform's order. Several requests when `most` is large. Of one
  /// question the platform gives 10 000 at most; more are had by their SystemIds.
  [[nodiscard]] FoundUnits units(const UnitSearch& search, std::size_t most);
  /// The same without keeping them; how many the platform says there are.
  std::uint64_t units(const UnitSearch& search, std::size_t most, const UnitTaker& take);
  /// nullopt: there is none, or the access contract does not show it.
  [[nodiscard]] std::optional<core::Json> unit(const std::string& id);
  /// `InheritedRules` of a unit; null when the platform gives none.
  [[nodiscard]] core::Json inherited_rules(const std::string& id);
  /// Metadata of the object group of a unit; nullopt when it has none.
  [[nodiscard]] std::optional<core::Json> object_group(const std::string& unit);

  /// Streams an object to `consume` and computes its digest; compares nothing. Error(Exit::temporary) when it
  /// lies on a cold storage (HTTP 460), Error(Exit::not_found) when it is not there.
  ReceivedObject receive_object(const std::string& unit, const ObjectVersion& version,
                                const std::function<void(std::string_view)>& consume);
  /// Asks a cold storage to make an object ready; nullopt when it can be had at once.
  [[nodiscard]] std::optional<AccessRequest> request_object(const std::string& unit,
                                                            const ObjectVersion& version);
  /// READY, NOT_READY, EXPIRED or NOT_FOUND, as the platform says it.
  [[nodiscard]] std::string state_of(const AccessRequest& request);
  /// The storage may use its room for others; one that is gone already is no failure.
  void release(const AccessRequest& request);
  /// To a file (mode 0600) that is whole or absent. Error(Exit::evidence_broken) when the bytes are not those
  /// of the digest that the group declares, or when it declares none that can be verified: no file is then
  /// left.
  ReceivedObject fetch_object(const std::string& unit, const ObjectVersion& version,
                              const std::filesystem::path& to);

  /// Asks for a DIP of these units: the operation that makes it.
  [[nodiscard]] OperationId request_dip(const UnitSearch& search, const DipWish& wish);
  /// The DIP of an export that ended; its size. Error(Exit::not_found): not ready, or purged.
  std::uint64_t fetch_dip(const OperationId& operation, const std::filesystem::path& to);

  /// Details of the accession register for an ingest.
  [[nodiscard]] core::Json register_details(const OperationId& operation);
  /// One operation of the logbook with all its events; nullopt when the logbook does not know it.
  [[nodiscard]] std::optional<core::Json> operation_log(const OperationId& operation);
  /// Ingests since a date (YYYY-MM-DD, "" = all), the latest first, with their first and last events.
  [[nodiscard]] core::Json ingests(const std::string& since, std::size_t most);
  [[nodiscard]] const Platform& platform() const noexcept { return platform_; }

 private:
  std::uint64_t units_of(const UnitSearch& search, std::size_t most, const UnitTaker& take);
  [[nodiscard]] core::HttpRequest ask(std::string method, const std::string& path) const;
  [[nodiscard]] core::HttpRequest ask(std::string method, const std::string& path,
                                      const core::Json& body) const;
  [[nodiscard]] std::optional<core::Json> answer_of(const core::HttpRequest& request, core::Message doing);
  [[nodiscard]] std::optional<core::Json> first_of(const core::HttpRequest& request, core::Message doing);

  core::HttpClient& http_;
  Platform platform_;
};

/// Asks for the state of an operation until it ends or waits for the platform's operators; the pauses grow
/// from the platform's poll_first to its poll_max. Error(Exit::interrupted) when a stop is asked.
OperationStatus follow_operation(Client& client, const OperationId& operation, const std::stop_token& stop,
                                 const std::function<void(std::chrono::seconds)>& sleep);

}  // namespace versoir::vitam
