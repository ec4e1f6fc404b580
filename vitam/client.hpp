// VITAM's external REST API, as far as a depositor needs it.
#pragma once
#include "core/config.hpp"
#include "core/error.hpp"
#include "core/http_client.hpp"
#include "core/json.hpp"
#include "sip/visa.hpp"
#include "trust/signer.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::vitam {

/// What the platform is to do with a SIP: take it, or run every control on it and keep nothing (entrée à
/// blanc, X-Context-Id BLANK_TEST).
enum class Deposit { real, blank_test };

/// Strong type: operation GUID, 36 characters.
struct OperationId {
  std::string value;
};

struct Platform {
  std::string name, kind;              ///< kind: rehearsal | production
  std::string ingest_url, access_url;  ///< https://host:port, prefix included
  std::int64_t tenant = 0;
  std::string access_contract;
  core::TlsClientOptions tls;
  /// The client key when it is on a card (`key = pkcs11:...`): tls has then neither certificate nor key.
  std::optional<trust::KeySource> card;
  std::chrono::seconds poll_first{5}, poll_max{60};
  /// How long the platform may take to know a SIP that it received: before that, its silence says nothing.
  std::chrono::seconds doubt_grace{900};
  std::size_t parallel = 1;   ///< ingests under way at the same time, at most
  std::size_t read_back = 0;  ///< units, and as many objects, of each accepted lot that are read back
  /// Folder that the ingest service sees as its own (an NFS or SSHFS mount); empty = everything by HTTPS.
  std::filesystem::path drop_folder;
  std::uint64_t drop_above = 0;  ///< bytes: larger SIPs go through drop_folder
};
/// Reads [platform.NAME]. Throws Error(Exit::configuration).
[[nodiscard]] Platform read_platform(const core::Config& config, std::string_view name);

/// The way to a platform, over TLS with the client certificate. A card is opened at once: its PIN is the
/// first line of password_file, else what `ask` gives. Throws Error(Exit::configuration | Exit::signing).
[[nodiscard]] std::unique_ptr<core::HttpClient> connect_to(
    const Platform& platform, const std::function<std::optional<std::string>(const std::string&)>& ask);

/// What the name of a platform stands for, in the words that a visa binds: the URL in one spelling (host in
/// lower case, port written, no / at the end) and the digest of the trust anchors.
[[nodiscard]] sip::Target target_of(const Platform& platform);
/// The same from the configuration alone, for those who decide and do not send: no client key is looked at.
[[nodiscard]] sip::Target read_target(const core::Config& config, std::string_view name);

struct OperationStatus {
  std::string state;   ///< PAUSE, RUNNING, COMPLETED, "" when the process engine no longer knows it
  std::string status;  ///< UNKNOWN, STARTED, OK, WARNING, KO, FATAL
  [[nodiscard]] bool completed() const { return state == "COMPLETED"; }
  /// PAUSE + FATAL: stopped until the platform's operators act; the SIP is neither refused nor accepted.
  [[nodiscard]] bool waits_for_operators() const { return state == "PAUSE" && status == "FATAL"; }
};

/// An operation as the platform's logbook knows it, for good.
struct LoggedOperation {
  OperationId id;
  std::string started;  ///< as the platform writes it
  std::string outcome;  ///< of its workflow: OK, WARNING, KO, FATAL; "" while it has not ended
};

/// The outcome of the workflow that an operation of the logbook tells: PROCESS_SIP_UNITARY.OK gives "OK"; ""
/// while it runs or waits.
[[nodiscard]] std::string outcome_of(const core::Json& operation);

/// Everything that may stand in a URL or a folder name; VITAM's are 36 lower-case letters and digits.
[[nodiscard]] bool is_operation_id(std::string_view id);

/// The platform answered, and said no.
class RefusedByPlatform : public core::Error {
 public:
  RefusedByPlatform(core::Error error, int status) : core::Error(std::move(error)), status_(status) {}
  [[nodiscard]] int status() const noexcept { return status_; }

 private:
  int status_;
};

/// The RNG or XSD file of an archival profile.
struct ProfileGrammar {
  bool known = false;  ///< the platform could be asked; otherwise nothing tells whether there is one
  std::string text;    ///< "" when it has none
};

class Client {
 public:
  Client(core::HttpClient& http, Platform platform);
  /// POST ingests. Takes an ApprovedSip and nothing else. Bytes are hashed again as they leave; a difference
  /// aborts. Errors: platform_unreachable (nothing left), transfer_in_doubt (some bytes left, no answer),
  /// platform_refused (HTTP error, with VITAM's description), reply_unreadable.
  OperationId ingest(const sip::ApprovedSip& sip, Deposit deposit,
                     const std::function<void(std::uint64_t)>& sent);
  /// The same for a SIP that stands in the folder from which the platform takes large ones, under `name`
  /// (drop_sip); only its name leaves here.
  OperationId ingest_dropped(const sip::ApprovedSip& sip, Deposit deposit, const std::string& name);
  [[nodiscard]] OperationStatus status(const OperationId& id);  ///< HEAD operations/{id}
  [[nodiscard]] core::Json detail(const OperationId& id);       ///< GET operations/{id}
  /// The reply as it is received, to a file that is whole or absent. Error(Exit::not_found) when there is
  /// none (yet).
  void archive_transfer_reply(const OperationId& id, const std::filesystem::path& to);
  /// An access contract is configured: without one, the two questions below are Error(Exit::configuration).
  [[nodiscard]] bool can_ask_logbook() const { return !platform_.access_contract.empty(); }
  /// Ingests of this MessageIdentifier, or sent under it (X-Application-Id), the latest first; dry runs are
  /// none. An operation that was refused before its manifest was read may only be known by the second.
  [[nodiscard]] std::vector<LoggedOperation> find_ingests(const std::string& message_identifier);
  /// nullopt when the logbook does not know it.
  [[nodiscard]] std::optional<LoggedOperation> logged(const OperationId& id);
  /// Every record of a referential of admin-external ("agencies"), as an array, in the order of their
  /// identifiers. RefusedByPlatform when the platform does not show it; Error(Exit::reply_unreadable) when
  /// what it gives is not what it announces.
  [[nodiscard]] core::Json referential(const std::string& name);
  [[nodiscard]] ProfileGrammar profile_grammar(const std::string& identifier);
  /// GET status of both services: empty when up.
  [[nodiscard]] std::vector<core::Finding> ping();
  [[nodiscard]] const Platform& platform() const noexcept { return platform_; }

 private:
  [[nodiscard]] core::HttpRequest request(std::string method, std::string url) const;
  [[nodiscard]] core::HttpRequest ingest_request(const sip::ApprovedSip& sip, Deposit deposit) const;
  [[nodiscard]] core::HttpRequest logbook_request(const std::string& path, const core::Json& query) const;
  core::HttpClient& http_;
  Platform platform_;
};

}  // namespace versoir::vitam
