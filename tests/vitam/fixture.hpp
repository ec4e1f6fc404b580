// A tiny SIP made by hand, the referentials that accept it, an approved lot around it, a platform made of
// memory.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/http_client.hpp"
#include "sip/journal_trail.hpp"
#include "sip/versement.hpp"
#include "sip/visa.hpp"
#include "toy_people.hpp"
#include "trust/journal.hpp"
#include "vitam/atr.hpp"
#include "vitam/client.hpp"
#include "vitam/closing.hpp"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace versoir::tests {

namespace fs = std::filesystem;

/// A valid SIP of two units, one group, one object. Tests change one thing and see what the platform says.
struct SmallSip {
  std::string manifest;
  std::string manifest_name = "manifest.xml";
  std::vector<std::pair<std::string, std::string>> files;  ///< name, content

  explicit SmallSip(const std::string& message_identifier = "TEST-1", const std::string& seda = "2.2");
  /// The one occurrence of `from` in the manifest.
  SmallSip& replace(const std::string& from, const std::string& to);
  void write(const fs::path& zip) const;
  [[nodiscard]] std::string digest() const;  ///< SHA-512 of the manifest
};

/// Referentials that accept SmallSip under the contract IC-TEST; the other contracts each refuse something.
void write_referentials(const fs::path& folder);

[[nodiscard]] fs::path pki(const std::string& name);

/// The reply of a platform that accepts SmallSip.
[[nodiscard]] std::string accepting_reply(const std::string& operation, const std::string& request,
                                          const std::string& code = "OK");

/// A reply with the identifiers that it gives, kept together.
struct WholeAtr : vitam::Atr {
  struct Object {
    std::string system_id, group_system_id;
  };
  std::map<std::string, std::string> units;  ///< our identifier → SystemId
  std::map<std::string, Object> objects;
};
[[nodiscard]] WholeAtr whole_reply(std::string_view xml, std::string_view origin);

constexpr const char* operation_id = "aeeaaaaaachk3dzuabcdealz4exampleaaaq";

/// A versement of one lot, built by hand, sealed, checked, approved.
class ApprovedLot {
 public:
  explicit ApprovedLot(std::string ingest_url = "https://ingest.test:8443");
  [[nodiscard]] sip::ApprovedSip approved();
  [[nodiscard]] fs::path folder() const { return versement.lot(id); }
  [[nodiscard]] std::vector<std::string> events() const;  ///< of the journal, without its own
  [[nodiscard]] vitam::Platform platform() const;

  core::TemporaryDirectory work;
  core::FixedClock clock;
  sip::MessageIdentifier id{"ESSAI-TEST-0123456789-0001"};
  sip::Versement versement;
  trust::Journal journal;

 private:
  std::string ingest_url_;
  sip::Plan plan_;
};

/// A lot with a reply, and a receipt that was verified at the time of `clock`; its visa stands in the
/// journal.
struct ReceiptedLot : ApprovedLot {
  explicit ReceiptedLot(const std::string& code = "OK");
  [[nodiscard]] sip::PlannedLot planned() const { return versement.plan().lots.at(0); }
  [[nodiscard]] sip::JournalTrail trail() const { return sip::JournalTrail::read(work.path()); }
  [[nodiscard]] vitam::ClosingVerdict prove(int days = 0, bool without_transfer = false);
  void close(bool without_transfer = false);
  [[nodiscard]] bool has(const char* name) const { return fs::exists(folder() / name); }
  [[nodiscard]] std::string state() const;
};

/// Answers from a script, in order; keeps what was asked. Reads upload bodies as libcurl would.
class FakeHttp final : public core::HttpClient {
 public:
  struct Call {
    std::string method, url, body;
    core::Headers headers;
  };
  using Answer = std::function<core::HttpResponse()>;
  core::HttpResponse perform(const core::HttpRequest& request) override;
  void then(int status, core::Headers headers = {}, std::string body = {});
  void then_fail(core::Exit code);
  std::vector<Call> calls;
  std::deque<Answer> answers;
};

}  // namespace versoir::tests
