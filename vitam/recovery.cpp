// Sending is not idempotent: VITAM makes a second operation, and a second copy of every unit, of a SIP that
// it receives twice. So nothing is sent again before the platform was asked what it has.
#include "vitam/recovery.hpp"

#include "core/file.hpp"
#include "core/json.hpp"
#include "vitam/ingest.hpp"

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;
using trust::Outcome;

namespace {

/// The platform holds the lot more than once, or may: only its operators can say which one counts.
[[noreturn]] void several(const sip::MessageIdentifier& lot, const std::vector<LoggedOperation>& found) {
  Error e(Exit::transfer_in_doubt, msg("the platform knows several operations for {0}", lot.value));
  for (const auto& operation : found)
    std::move(e).because(msg("{0}, received {1}: {2}", operation.id.value, operation.started,
                             operation.outcome.empty() ? core::tr("not ended") : operation.outcome));
  throw std::move(e).hint(
      msg("Ask the archive service which of them counts, and have the others eliminated. Nothing is sent "
          "again."));
}

}  // namespace

Error in_doubt(const sip::MessageIdentifier& lot, const std::vector<core::Message>& reasons) {
  Error e(Exit::transfer_in_doubt,
          msg("{0} was already being sent, and no answer was kept: the platform may have it", lot.value));
  for (const auto& reason : reasons) std::move(e).because(reason);
  return std::move(e).hint(
      msg("Ask the platform whether it knows the message identifier {0}. Only when it does not, "
          "send it again "
          "with --again.",
          lot.value));
}

Error in_doubt_now(const Error& e, const sip::MessageIdentifier& lot, bool logbook) {
  auto told = e;
  if (logbook)
    return std::move(told).hint(msg(
        "Run the same command again: it asks the platform's logbook whether it has {0}, and sends nothing "
        "twice.",
        lot.value));
  return std::move(told).hint(
      msg("Ask the platform whether it knows the message identifier {0}. Only when it does not, "
          "send it again "
          "with --again.",
          lot.value));
}

std::optional<OperationId> Ingest::recover_locked(const sip::Versement& versement,
                                                  const sip::MessageIdentifier& lot,
                                                  std::vector<core::Message>& reasons) {
  std::vector<LoggedOperation> found;
  try {
    found = client_.find_ingests(lot.value);
  } catch (const Error& e) {
    // A platform that does not show its logbook leaves the question to people; one that is closed may hold
    // the lot.
    if (e.code() != Exit::configuration && e.code() != Exit::platform_refused)
      throw Error(Exit::transfer_in_doubt,
                  msg("{0} is in doubt, and the platform could not be asked whether it has it", lot.value))
          .because(e)
          .hint(msg("Run the same command again when the platform answers."));
    reasons.push_back(e.message());
    return std::nullopt;
  }
  if (found.size() > 1) several(lot, found);
  if (found.empty()) {
    reasons.push_back(msg("the platform's logbook does not know {0}", lot.value));
    return std::nullopt;
  }
  const auto folder = versement.lot(lot);
  note_operation(folder, lot, found.front().id, true);
  journal_.append("SEND_RECOVERED",
                  {{"versement", versement.id()}, {"lot", lot.value}, {"operation", found.front().id.value}},
                  Outcome::ok, {{"received", found.front().started.substr(0, 40)}});
  return found.front().id;
}

/// What the platform received a moment ago may not be in its logbook yet: the message identifier is noted
/// when the manifest is read, after the virus scan of the whole archive.
void Ingest::require_time_passed(const fs::path& folder, const sip::MessageIdentifier& lot) const {
  const auto grace = client_.platform().doubt_grace;
  const auto sending = core::read_json(folder / "sending.json");
  auto last = core::parse_instant(core::text_of(sending, "started"));
  if (!last)
    throw Error(Exit::transfer_in_doubt, msg("{0} does not say when the sending of {1} began",
                                             (folder / "sending.json").string(), lot.value))
        .hint(msg("Put the file back from a copy; versoir verify says more."));
  for (const auto* later : {"left", "in_doubt"})
    if (const auto at = core::parse_instant(core::text_of(sending, later)); at && *at > *last) last = at;
  if (clock_.now() - *last >= grace) return;
  throw Error(Exit::transfer_in_doubt,
              msg("it is too early to send {0} again: the platform may have it and not know "
                  "its identifier yet",
                  lot.value))
      .hint(msg("Try again after {0} ([platform.{1}] doubt_grace).", core::format_instant(*last + grace),
                client_.platform().name));
}

void Ingest::note_operation(const fs::path& folder, const sip::MessageIdentifier& lot,
                            const OperationId& operation, bool found) {
  const auto now = core::format_instant(clock_.now());
  core::Json json{{"format", "versoir-operation/1"},
                  {"operation", operation.value},
                  {"accepted_at", now},
                  {"state", ""},
                  {"status", ""},
                  {"updated", now}};
  if (found) json["found"] = "logbook";
  try {
    core::write_json(folder / "operation.json", json);
  } catch (Error& e) {
    e.while_doing(
        msg("while noting operation {0}, under which the platform received {1}", operation.value, lot.value));
    throw;
  }
}

}  // namespace versoir::vitam
