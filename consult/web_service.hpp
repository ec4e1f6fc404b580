// The pages of the consultation: guard at the door, then one function for each page. On one machine for one
// person, or behind the reverse proxy of an establishment, which says who reads.
#pragma once
#include "consult/access_log.hpp"
#include "consult/reasons.hpp"
#include "consult/roles.hpp"
#include "consult/served.hpp"
#include "consult/web_page.hpp"
#include "consult/web_request.hpp"
#include "consult/web_session.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace versoir::consult {

/// How a reverse proxy is believed (decision 0042).
struct BehindProxy {
  std::vector<std::string> hosts;  ///< names of the service in addresses; every other Host is refused
  std::uint32_t account = 0;       ///< uid that the proxy runs as, which the kernel tells of a Unix socket
  std::string identity_header = "X-Remote-User";
  std::string groups_header = {};  ///< "" = no groups; several between semicolons
  std::string logout = {};         ///< where the reader leaves the portal, "" = unknown
};

/// A unit that the platform holds of a record: what it must be told when the record changes.
struct TransferredUnit {
  std::string versement, lot, operation, profile;
};

struct WebOptions {
  std::string establishment;
  std::string reader;              ///< who reads, as documents say it: the account of the workstation
  std::chrono::minutes idle{480};  ///< a session that is not used for so long ends
  /// Of which one is chosen before a record opens, where no role is declared; empty: none is asked.
  std::vector<std::string> reasons;
  Roles roles = {};  ///< without any, on a workstation, whoever opens the extract reads it all
  std::string contact = {};
  std::optional<BehindProxy> proxy = {};
  /// The units transferred of a record (application, record, key); may be empty. Several threads may call it.
  std::function<std::vector<TransferredUnit>(const std::string&, const std::string&, const std::string&)>
      transferred = {};
};

/// One request of one reader.
struct Visit {
  WebSession session;
  std::string reader;
  Rights rights;
};

/// Answers requests; several threads may call handle() at once. Knows nothing of sockets.
class WebService {
 public:
  /// Log and clock outlive this. Behind a proxy without roles: Error(Exit::configuration), since everybody of
  /// the establishment would read everything.
  WebService(std::list<ServedExtract> extracts, WebOptions options, AccessLog& log, const core::Clock& clock);

  /// The port where it listens, before the first request: other values of Host are refused (DNS rebinding).
  void listens_on(std::uint16_t port);
  /// "/enter?token=…": opens the one session of a workstation.
  [[nodiscard]] std::string entry_path() const;
  /// Every answer carries its time at the server (Server-Timing: app, and cpu of the thread, in
  /// milliseconds).
  [[nodiscard]] core::ServerResponse handle(const core::ServerRequest& request);

 private:
  friend class Pages;
  [[nodiscard]] bool is_ours(const std::string& host) const;
  core::ServerResponse guarded(const core::ServerRequest& raw);
  core::ServerResponse enter(const WebRequest& request);
  core::ServerResponse from_workstation(const core::ServerRequest& raw, const WebRequest& request);
  core::ServerResponse from_proxy(const core::ServerRequest& raw, const WebRequest& request);
  core::ServerResponse answer(const core::ServerRequest& raw, const WebRequest& request, const Visit& visit);
  [[nodiscard]] bool is_own_form(const WebRequest& request, const WebSession& session) const;
  core::ServerResponse unknown_reader(const Identity& who, const Rights& rights);
  void note_refusal(const std::string& reader, const std::string& page, const std::string& why);
  [[nodiscard]] core::Date today() const;
  [[nodiscard]] std::string cookie_of(const std::string& value, const char* more = "") const;
  /// The one that a request names, or the first that the reader may open; nullptr when there is none such.
  [[nodiscard]] ServedExtract* asked(const WebRequest& request, const Rights& rights);

  std::list<ServedExtract> extracts_;
  WebOptions options_;
  AccessLog& log_;
  const core::Clock& clock_;
  WebSessions sessions_;
  GivenReasons reasons_;
  std::vector<std::string> hosts_;
  std::mutex refusals_mutex_;
  std::map<std::string, core::Instant> refusals_;  ///< written down lately
};

}  // namespace versoir::consult
