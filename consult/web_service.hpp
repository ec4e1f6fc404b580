// The pages of the consultation on one machine: guard at the door, then one function for each page.
#pragma once
#include "consult/archive.hpp"
#include "consult/provenance.hpp"
#include "consult/reasons.hpp"
#include "consult/retention.hpp"
#include "consult/seal_state.hpp"
#include "consult/web_page.hpp"
#include "consult/web_request.hpp"
#include "consult/web_session.hpp"

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace versoir::consult {

/// An extract that is served. The pages take its mutex while they read it.
struct ServedExtract {
  ServedExtract(std::string id_, Archive archive_, SealState seal_)
      : id(std::move(id_)),
        archive(std::move(archive_)),
        provenance(archive.extract().path()),
        retention(std::make_unique<Retention>(archive.extract().database(), archive.application())),
        seal(std::move(seal_)) {}
  std::mutex mutex;
  std::string id;  ///< in addresses: the application, numbered when it is served twice
  Archive archive;
  Provenance provenance;
  std::unique_ptr<Retention> retention;  ///< with what the establishment decided of its rules
  SealState seal;
};

/// A unit that the platform holds of a record: what it must be told when the record changes.
struct TransferredUnit {
  std::string versement, lot, operation, profile;
};

struct WebOptions {
  std::string establishment;
  std::string reader;              ///< who reads, as documents say it: the account of the workstation
  std::chrono::minutes idle{480};  ///< a session that is not used for so long ends
  /// Of which one is chosen before a record opens; empty: none is asked.
  std::vector<std::string> reasons;
  /// The units transferred of a record (application, record, key); may be empty. Called under the mutex of
  /// the extract.
  std::function<std::vector<TransferredUnit>(const std::string&, const std::string&, const std::string&)>
      transferred = {};
};

/// Answers requests; several threads may call handle() at once. Knows nothing of sockets.
class WebService {
 public:
  /// Log and clock outlive this.
  WebService(std::list<ServedExtract> extracts, WebOptions options, AccessLog& log, const core::Clock& clock);

  /// The port where it listens, before the first request: other values of Host are refused (DNS rebinding).
  void listens_on(std::uint16_t port);
  /// "/enter?token=…": opens the one session.
  [[nodiscard]] std::string entry_path() const;
  [[nodiscard]] core::ServerResponse handle(const core::ServerRequest& request);

 private:
  friend class Pages;
  [[nodiscard]] bool is_ours(const std::string& host) const;
  core::ServerResponse enter(const WebRequest& request);
  core::ServerResponse post(const WebRequest& request, const WebSession& session);
  core::ServerResponse get(const WebRequest& request, const WebSession& session);

  std::list<ServedExtract> extracts_;
  WebOptions options_;
  AccessLog& log_;
  const core::Clock& clock_;
  WebSessions sessions_;
  GivenReasons reasons_;
  std::vector<std::string> hosts_;
};

}  // namespace versoir::consult
