// Giving the platform a SIP, by HTTPS or by the name of a file that it sees; what each answer then means.
#include "core/error.hpp"
#include "core/json.hpp"
#include "core/text.hpp"
#include "vitam/approved_bytes.hpp"
#include "vitam/client.hpp"
#include "vitam/refused.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace versoir::vitam {

using core::Error;
using core::Exit;
using core::HttpResponse;
using core::msg;

void ApprovedBytes::operator()(std::string_view piece) {
  if (piece.empty()) {
    const core::FileDigest digest{hasher_.finish(), size_};
    if (digest != sip_.digest()) differs();
    complete_ = true;
    return;
  }
  hasher_.update(piece);
  size_ += piece.size();
  if (size_ > sip_.digest().size) differs();
  if (sent_) sent_(size_);
}

void ApprovedBytes::differs() const {
  throw Error(Exit::visa_sip_changed, msg("the bytes of {0} are no longer those that were approved: the "
                                          "transfer was stopped before its end",
                                          sip_.id().value));
}

void rewind_sip(const sip::ApprovedSip& sip) {
  if (::lseek(sip.fd(), 0, SEEK_SET) != 0) core::throw_errno("rewind", sip.id().value);
}

namespace {

/// VITAM's own: 36 lower-case letters and digits. A proxy that numbers requests too, under the same header,
/// writes another shape: an operation of that name would be asked for in vain.
bool is_guid(std::string_view id) {
  return id.size() == 36 &&
         std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

/// The operation of a SIP that has wholly left.
OperationId operation_of_answer(const HttpResponse& response, const sip::ApprovedSip& sip, bool complete) {
  if (response.status != 202) {
    // Only a refusal of the request itself (4xx, or 503 of a closed platform) says that the SIP was not
    // taken. A platform or gateway that failed afterwards cannot tell what was done with it.
    // 408: a proxy waited in vain for an end that left.
    const bool refusal =
        (response.status >= 400 && response.status < 500 && response.status != 408) || response.status == 503;
    throw_refused(msg("while transferring the SIP"), response,
                  complete && !refusal ? Exit::transfer_in_doubt : Exit::platform_refused);
  }
  OperationId id{core::trim(response.header("X-Request-Id"))};
  if (!complete || !is_guid(id.value))
    throw Error(Exit::transfer_in_doubt, msg("the platform accepted the SIP without naming its operation"))
        .hint(msg("Ask the platform for the operation of {0} before sending again.", sip.id().value));
  return id;
}

}  // namespace

core::HttpRequest Client::ingest_request(const sip::ApprovedSip& sip, Deposit deposit) const {
  auto r = request("POST", platform_.ingest_url + "/ingest-external/v1/ingests");
  r.headers["Accept"] = "*/*";
  r.headers["X-Context-Id"] = deposit == Deposit::blank_test ? "BLANK_TEST" : sip.context_id();
  r.headers["X-Action"] = "RESUME";
  r.headers["X-Manifest-Digest-Algo"] = "SHA-512";
  r.headers["X-Manifest-Digest-Value"] = sip.manifest_digest().hex();
  r.headers["X-Application-Id"] = sip.id().value;
  return r;
}

OperationId Client::ingest(const sip::ApprovedSip& sip, Deposit deposit,
                           const std::function<void(std::uint64_t)>& sent) {
  rewind_sip(sip);
  ApprovedBytes bytes(sip, sent);
  auto r = ingest_request(sip, deposit);
  r.headers["Content-Type"] = "application/octet-stream";
  r.body_fd = sip.fd();
  r.body_size = sip.digest().size;
  r.on_sent = [&bytes](std::string_view piece) { bytes(piece); };
  const auto response = http_.perform(r);
  return operation_of_answer(response, sip, bytes.complete());
}

OperationId Client::ingest_dropped(const sip::ApprovedSip& sip, Deposit deposit, const std::string& name) {
  auto r = ingest_request(sip, deposit);
  r.headers["Content-Type"] = "application/json";
  r.headers["Accept"] = "application/json";
  r.body = core::Json{{"path", name}}.dump();
  // The service copies the whole file before it answers: no limit of time, as for an upload.
  r.timeout = std::chrono::seconds(0);
  const auto response = http_.perform(r);
  // 500 with this code: the service does not find the file, or may not read it. Nothing was taken.
  if (response.status == 500 && response.body.find("040110") != std::string::npos)
    throw_refused(msg("while having the platform take the file {0}", name), response, Exit::platform_refused);
  return operation_of_answer(response, sip, true);
}

}  // namespace versoir::vitam
