// The dry run (entrée à blanc): the platform runs its controls on the approved SIP and keeps nothing. Sending
// it twice does no harm: an unknown outcome needs no doubt here, only another run.
#include "core/digest.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sip/versement_lock.hpp"
#include "vitam/ingest.hpp"
#include "vitam/ingest_steps.hpp"

namespace versoir::vitam {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Json;
using core::msg;
using trust::Outcome;

namespace {

const TraceNames& blank_names() {
  static const TraceNames names{"blank-test.json", "blank-test.xml", "blank-test.unreadable"};
  return names;
}

/// What an earlier dry run left, when it was of these very bytes and went to this very place.
std::optional<Json> earlier_run(const fs::path& folder, const sip::ApprovedSip& sip) {
  const auto file = folder / blank_names().operation;
  if (!fs::exists(file)) return std::nullopt;
  auto json = core::read_json(file);
  const bool same = core::text_of(json, "sip_sha512") == sip.digest().sha512.hex() &&
                    core::text_of(json, "ingest_url") == sip.target().ingest_url &&
                    core::text_of(json, "ca_sha256") == sip.target().ca_sha256 &&
                    json.value("tenant", std::int64_t{-1}) == sip.target().tenant;
  return same && is_operation_id(core::text_of(json, "operation")) ? std::optional(std::move(json))
                                                                   : std::nullopt;
}

/// "Test OK" and "Test WARNING" let the transfer go on. Anything else does not, and "OK" least of all: the
/// platform says that it took the SIP for good.
void judge_blank(const Atr& atr, const sip::MessageIdentifier& lot) {
  if (atr.reply_code == "Test OK" || atr.reply_code == "Test WARNING") return;
  if (atr.reply_code == "Test KO")
    throw with_causes(
        Error(Exit::sip_refused, msg("the platform would reject {0}: so says its dry run", lot.value)), atr)
        .hint(msg("Nothing was transferred. The reply is kept in {0}. Correct the causes, then plan a new "
                  "attempt.",
                  blank_names().reply));
  throw Error(Exit::evidence_broken,
              msg("the platform answers \"{0}\" to the dry run of {1}: it may have taken the SIP for good",
                  atr.reply_code, lot.value))
      .hint(msg("Nothing else was sent. Ask the platform what became of operation {0}.", atr.operation));
}

}  // namespace

Atr Ingest::blank_test(const sip::Versement& versement, const sip::ApprovedSip& sip,
                       const std::stop_token& stop) {
  const auto folder = versement.lot(sip.id());
  const auto planned = sip::lock_plan(versement);
  const auto lock = sip::lock_lot(versement, sip.id());
  require_in_place(versement, sip);
  require_approved_for(sip, client_.platform());
  auto object = about(versement, sip.id());
  object["sip_sha512"] = sip.digest().sha512.hex();
  auto run = earlier_run(folder, sip);
  if (!run) {
    fs::remove(folder / blank_names().reply);  // of other bytes or another place
    journal_.append("BLANK_TEST_STARTED", object, Outcome::ok, {{"platform", sip.target().platform}});
    progress_.begin(sip.id().value, sip.digest().size, "B");
    std::uint64_t gone = 0;
    const auto operation = deliver(sip, Deposit::blank_test, [&](std::uint64_t total) {
      progress_.advance(total - gone);
      gone = total;
    });
    progress_.end();
    run = Json{{"format", "versoir-blank-test/1"},          {"operation", operation.value},
               {"sip_sha512", sip.digest().sha512.hex()},   {"ingest_url", sip.target().ingest_url},
               {"ca_sha256", sip.target().ca_sha256},       {"tenant", sip.target().tenant},
               {"sent", core::format_instant(clock_.now())}};
    core::write_json(folder / blank_names().operation, *run);
  }
  const OperationId operation{core::text_of(*run, "operation")};
  const bool replied = fs::exists(folder / blank_names().reply);
  auto atr =
      wait_for_reply({client_, clock_, tell_, folder, sip.id(), operation, {.names = blank_names()}}, stop);
  if (!replied) {
    object["operation"] = operation.value;
    object["atr_sha512"] = core::digest_file(folder / blank_names().reply).sha512.hex();
    journal_.append("BLANK_TEST_ENDED", object,
                    atr.reply_code == "Test OK"        ? Outcome::ok
                    : atr.reply_code == "Test WARNING" ? Outcome::warning
                                                       : Outcome::ko,
                    {{"reply", atr.reply_code}});
  }
  judge_blank(atr, sip.id());
  return atr;
}

}  // namespace versoir::vitam
