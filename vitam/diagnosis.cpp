// See diagnosis.hpp. VITAM answers 401 to nearly every refusal: its own sentence tells them apart, and is
// repeated.
#include "vitam/diagnosis.hpp"

#include "core/display.hpp"
#include "trust/certificate.hpp"

#include <algorithm>

namespace versoir::vitam {

using core::Error;
using core::Exit;
using core::Finding;
using core::Message;
using core::msg;
using core::Severity;

namespace {

constexpr std::chrono::days soon{60};  ///< a new certificate takes weeks to be declared on a platform

class Diagnosis {
 public:
  Diagnosis(Client& client, const core::Clock& clock) : client_(client), clock_(clock) {}

  std::vector<Finding> run(const std::set<std::string>& contracts) {
    certificate();
    auto down = client_.ping();
    if (!down.empty()) {
      std::ranges::move(down, std::back_inserter(found_));
      return std::move(found_);
    }
    add(Severity::info, "SERVICES_UP", msg("ingest-external and admin-external answer."));
    operations();
    ingest_contracts(contracts);
    access_contract();
    logbook();
    return std::move(found_);
  }

 private:
  void add(Severity severity, const char* code, Message message) {
    found_.push_back({severity, code, std::move(message), {}});
  }

  void refused(const char* code, Message what, const Error& e) {
    add(Severity::error, code, msg("{0}: {1}", what.text(), e.message().text()));
  }

  /// Of a PKCS#12 file, that needs a password, the server's word is enough.
  void certificate() {
    const auto& platform = client_.platform();
    const auto& file = platform.card ? platform.card->certificate : platform.tls.certificate;
    if (file.extension() != ".pem" && file.extension() != ".crt") return;
    const auto chain = trust::Certificate::list_from_pem_file(file);
    if (chain.empty()) return;
    const auto end = chain.front().not_after();
    if (end < clock_.now())
      add(Severity::error, "CERTIFICATE_EXPIRED",
          msg("The client certificate of {0} expired on {1}.", chain.front().common_name(),
              core::show_date(end)));
    else if (end - clock_.now() < soon)
      add(Severity::warning, "CERTIFICATE_EXPIRES",
          msg("The client certificate of {0} expires on {1}: a new one has to be declared on the platform "
              "before.",
              chain.front().common_name(), core::show_date(end)));
  }

  /// An operation that cannot exist: what matters is whether this certificate may ask.
  void operations() {
    try {
      static_cast<void>(client_.status({std::string(36, 'a')}));
      add(Severity::info, "CERTIFICATE_ACCEPTED",
          msg("The platform accepts the client certificate for the tenant {0}.", client_.platform().tenant));
    } catch (const Error& e) {
      refused("CERTIFICATE_REFUSED",
              msg("The platform refuses this certificate, this tenant, or the permission "
                  "operations:id:read:status"),
              e);
    }
  }

  void ingest_contracts(const std::set<std::string>& contracts) {
    try {
      const auto records = client_.referential("ingestcontracts");
      for (const auto& name : contracts) contract(records, name, msg("ingest contract"));
    } catch (const Error& e) {
      refused("CONTRACTS_HIDDEN",
              msg("The platform does not show its ingest contracts (permission ingestcontracts:read)"), e);
    }
  }

  void access_contract() {
    const auto& name = client_.platform().access_contract;
    if (name.empty()) {
      add(Severity::warning, "NO_ACCESS_CONTRACT",
          msg("[platform.{0}] access_contract is not set: if an answer is lost, what the platform received "
              "cannot be "
              "looked up.",
              client_.platform().name));
      return;
    }
    try {
      contract(client_.referential("accesscontracts"), name, msg("access contract"));
    } catch (const Error& e) {
      add(Severity::warning, "ACCESS_CONTRACTS_HIDDEN",
          msg("{0}: {1}",
              msg("The platform does not show its access contracts (permission accesscontracts:read)").text(),
              e.message().text()));
    }
  }

  void contract(const core::Json& records, const std::string& name, const Message& kind) {
    const auto at = std::ranges::find_if(
        records, [&](const core::Json& record) { return core::text_of(record, "Identifier") == name; });
    if (at == records.end())
      add(Severity::error, "CONTRACT_UNKNOWN",
          msg("The platform has no {0} {1} for this tenant.", kind.text(), name));
    else if (core::text_of(*at, "Status", "ACTIVE") != "ACTIVE")
      add(Severity::error, "CONTRACT_INACTIVE", msg("The {0} {1} is inactive.", kind.text(), name));
    else
      add(Severity::info, "CONTRACT_ACTIVE", msg("The {0} {1} is active.", kind.text(), name));
  }

  void logbook() {
    if (!client_.can_ask_logbook()) return;
    try {
      static_cast<void>(client_.find_ingests("VERSOIR-PING"));
      add(Severity::info, "LOGBOOK_READABLE", msg("The logbook of operations can be asked."));
    } catch (const Error& e) {
      refused("LOGBOOK_REFUSED",
              msg("The logbook of operations cannot be asked (permission logbookoperations:read, access "
                  "contract)"),
              e);
    }
  }

  Client& client_;
  const core::Clock& clock_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> diagnose(Client& client, const std::set<std::string>& contracts,
                              const core::Clock& clock) {
  return Diagnosis(client, clock).run(contracts);
}

}  // namespace versoir::vitam
